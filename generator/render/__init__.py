"""Turn the digest into the bytes of its outputs. Nothing here writes to disk."""
