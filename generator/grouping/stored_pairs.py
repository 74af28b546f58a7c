"""The form in which pairs are stored between builds."""

from __future__ import annotations

from array import array

import msgspec

from generator.grouping.evidence import REASONS

_NUMBER = array("I").itemsize


class StoredPairs(msgspec.Struct, frozen=True, array_like=True):
    """The pairs of an archive. They are valid for its articles in order of time."""

    titles: list[str]
    """The words of the articles' titles."""
    runs: tuple[bytes, bytes]
    orders: tuple[bytes, bytes, bytes]
    """The order of keys, titles and texts, from `Names.order`."""
    mute: list[int]
    """Articles whose text is excluded from the evidence."""
    refrains: list[int]
    channels: dict[int, list[str]]
    pairs: bytes
    """Later article, earlier article and rank of the reason, in turn."""

    def fits(self, count: int) -> bool:
        """Return whether this may belong to so many articles."""
        runs, names, pairs = map(len, (*self.runs, self.pairs))
        if len(self.titles) != count or runs != names or runs % _NUMBER or pairs % (3 * _NUMBER):
            return False
        numbers = array("I", self.pairs)
        places = (
            array("I", self.runs[0]),
            numbers[::3],
            numbers[1::3],
            self.mute,
            self.refrains,
            self.channels,
        )
        are_there = all(min(named) >= 0 and max(named) < count for named in places if named)
        return are_there and all(rank < len(REASONS) for rank in numbers[2::3])
