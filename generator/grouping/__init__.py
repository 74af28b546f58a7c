"""Articles become the digest."""
