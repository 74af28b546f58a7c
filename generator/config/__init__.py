"""`digest.toml` and `picks.toml` as typed, frozen values; what a build is asked to do."""
