"""Group articles into the digest. Nothing here reads, writes or renders."""

from generator.grouping.digest import digest_of

__all__ = ["digest_of"]
