"""Features of texts that tell an event: their kinds, and their form as numbers of 32 bits."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

KINDS = ("identifier", "name", "quote", "number", "link", "phrase", "term")
_IS_EARLY = 1
_KIND = 0xE
"""The bits with the kind. The 28 bits above are a hash."""


def feature(kind: str, name: str) -> int:
    """Return the number of a feature."""
    mixed = zlib.crc32(name.encode("utf-8", "replace"))
    return (mixed & ~(_KIND | _IS_EARLY)) | KINDS.index(kind) << 1


def kind_of(number: int) -> str:
    """Return the kind of a feature; empty if there is no such kind."""
    kind = (number & _KIND) >> 1
    return KINDS[kind] if kind < len(KINDS) else ""


def marked(number: int) -> int:
    """Return a feature that title or lead contain."""
    return number | _IS_EARLY


def unpacked(features: bytes) -> dict[int, bool]:
    """Return feature → whether title or lead contain it."""
    whole = features[: len(features) // 4 * 4]
    numbers: Sequence[int] = memoryview(whole).cast("I")
    return {number & ~_IS_EARLY: bool(number & _IS_EARLY) for number in numbers}
