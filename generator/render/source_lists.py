"""The list of all sources: its two orders, cut into parts that fit on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import msgspec

PART = 350
"""Maximum number of sources on a page. With all columns, a source takes some 270 bytes."""

T = TypeVar("T")


class SourceList(msgspec.Struct, frozen=True):
    """One part, counted from 1, of the list of all sources in one of its orders."""

    is_by_name: bool
    part: int

    def of(self, ordered: Sequence[T]) -> Sequence[T]:
        """Return the sources of this part, out of all of them in this order."""
        return ordered[(self.part - 1) * PART : self.part * PART]


def parts_of(count: int) -> range:
    """Return the numbers of the parts of a list of so many sources. There is always one."""
    return range(1, max(1, -(-count // PART)) + 1)


def lists_of(count: int) -> Iterator[SourceList]:
    """Yield all parts of both orders of so many sources."""
    return (SourceList(is_by_name, part) for is_by_name in (False, True) for part in parts_of(count))
