"""Features of texts that tell an event: their kinds, and their form as numbers of 32 bits.

The highest 12 bits of a name or phrase are those of its stem: names that begin alike have them in common.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable, Sequence

KINDS = ("identifier", "name", "quote", "number", "link", "phrase", "term")
_IS_EARLY = 1
_KIND = 0xE
"""The bits with the kind. The 28 bits above are a hash."""
_STEM = 0xFFF00000
_STEMMED = frozenset({"name", "phrase"})
_LONGEST_STEM = 6
_SEPARATORS = re.compile(r"[ .&+'’-]")
_SERIES = re.compile(r"[^\W\d]{3,}(?=\d)")
"""What is before the number of a model or version."""


def feature(kind: str, name: str) -> int:
    """Return the number of a feature."""
    mixed = _hash(name)
    if kind in _STEMMED:
        mixed = (_hash(_stem(name)) & _STEM) | (mixed & ~_STEM)
    return (mixed & ~(_KIND | _IS_EARLY)) | KINDS.index(kind) << 1


def _hash(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "replace"))


def _stem(name: str) -> str:
    """Return what a name has in common with those of the same product, group or vendor."""
    start = _SEPARATORS.sub("", name)[:_LONGEST_STEM]
    series = _SERIES.match(start)
    return series[0] if series else start


def stem_of(number: int) -> int:
    """Return what features have in common that name one thing; for other kinds than names, the feature."""
    return number & _STEM if kind_of(number) in _STEMMED else number


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


def packed(numbers: Iterable[int]) -> bytes:
    """Return features as bytes."""
    return array("I", numbers).tobytes()


def without_marks(features: bytes) -> bytes:
    """Return features as bytes, of which none is `marked`."""
    mask = packed((0xFFFFFFFF & ~_IS_EARLY,)) * (len(features) // 4)
    whole = int.from_bytes(features, "little") & int.from_bytes(mask, "little")
    return whole.to_bytes(len(features), "little")


def count_packed(features: bytes, wanted: bytes) -> int:
    """Return how often a `packed` feature is among some that are `packed`."""
    count, at = 0, features.find(wanted)
    while at >= 0:
        count += at % len(wanted) == 0
        at = features.find(wanted, at + 1)
    return count
