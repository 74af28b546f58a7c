"""Articles become the digest; nothing here reads, writes or renders."""

from generator.grouping.digest import digest_of

__all__ = ["digest_of"]
