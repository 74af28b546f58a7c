"""`digest.toml` and `picks.toml` as typed, frozen values, and the options of a build."""
