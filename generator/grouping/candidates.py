"""Find candidates for copies: articles that share a name.

A name is a key, a title, or a part of a title or of a fingerprint. Articles are numbered in order, and their
numbers ascend in every list. Lists are processed by operations on complete lists (`dict(zip(…))`, `index`,
`find`), because nearly every name belongs to one article only.
"""

from __future__ import annotations

import operator
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableSequence, Sequence, Set
from itertools import compress
from typing import Any, NamedTuple, Self

BAND = 3
BANDS = 80
"""Finds 97 % of the pairs with 35 % of their shingles in common, and practically all with 50 %."""
NEIGHBOURS = 8
"""Number of earlier articles with the same name that an article is compared with. Names of many articles are
usually boilerplate.
"""
_AT_ONCE = 48
_RUN = 16
_RUNS = 5
_OUTLINE = 11
"""Minimum number of letters and spaces of an outline. Shorter titles are ambiguous."""

Name = str | bytes | int
"""A name of an article. All names of a kind have the same type."""
Spans = Sequence[tuple[int, int]]
"""Ranges of article numbers."""


class Row(NamedTuple):
    """The articles with a name, as seen from one of them. Evaluated lazily."""

    before: Iterator[int]
    """The nearest first."""
    after: Iterator[int]
    """From this article on, the nearest first."""
    since: Sequence[int]
    """Articles added later, not in order of time."""


class Names:
    """An index of names. Each article has none, one or several.

    Names are numbers below 2**32, or values of another type.
    """

    def __init__(
        self, names: Iterable[tuple[int, Sequence[Name]]] = (), *, span: int, numbers: bool = False
    ) -> None:
        self.span = span
        """Number of days within which a shared name is meaningful."""
        self._owners = array("I")
        self._names: MutableSequence[Any] = array("I") if numbers else []
        self._ordered: Sequence[int] | None = None
        """Positions sorted by name, once needed."""
        self._since: dict[Name, list[int]] = defaultdict(list)
        """Name → articles added after that."""
        owned: list[tuple[int, Sequence[Any]]] = [*names]
        self._owners.extend([owner for owner, of_one in owned for _ in of_one])
        self._names.extend([name for _, of_one in owned for name in of_one])

    @classmethod
    def of_each(cls, names: Sequence[Name], *, span: int) -> Self:
        """Return an index with one name for each article."""
        made = cls(span=span)
        made._owners.extend(range(len(names)))
        made._names.extend(names)
        return made

    @classmethod
    def restored(cls, saved: tuple[bytes, bytes], *, span: int) -> Self:
        """Return an index of numbers from its `saved` form. It supports look-ups only."""
        made = cls(span=span, numbers=True)
        made._owners.frombytes(saved[0])
        made._names = array("I", saved[1])
        made._ordered = range(len(made._names))
        return made

    def saved(self) -> tuple[bytes, bytes]:
        """Return owners and names as bytes, sorted by name. The names must be numbers."""
        ordered = self.in_order()
        owners = array("I", map(self._owners.__getitem__, ordered))
        return owners.tobytes(), array("I", map(self._names.__getitem__, ordered)).tobytes()

    def order(self) -> bytes:
        """Return the positions sorted by name, as bytes."""
        return array("I", self.in_order()).tobytes()

    def restore_order(self, order: bytes) -> None:
        """Restore the saved order of the same names. The order of other names is rejected."""
        count = len(self._names)
        if len(order) == count * self._owners.itemsize:
            ordered = array("I", order)
            self._ordered = ordered if max(ordered, default=0) < max(count, 1) else None

    def in_order(self) -> Sequence[int]:
        """Return the positions sorted by name. Call it early if the first look-up must be fast."""
        if self._ordered is None:
            self._ordered = array("I", sorted(range(len(self._names)), key=self._names.__getitem__))
        return self._ordered

    def add(self, owner: int, names: Sequence[Name]) -> None:
        """Add names to the last article, or to a later one."""
        if self._ordered is not None:
            for name in names:
                self._since[name].append(owner)
            return
        self._owners.extend((owner,) * len(names))
        self._names.extend(names)

    def shared(self) -> Iterator[list[int]]:
        """Yield the articles of each name that several have."""
        yield from _repeated(self._names, self._owners)

    def shared_within(self, stretch: tuple[int, int]) -> Iterator[list[int]]:
        """Yield the same among the articles in a range."""
        first, last = (bisect_left(self._owners, at) for at in stretch)
        yield from _repeated(self._names[first:last], self._owners[first:last])

    def owners(self, name: Name, spans: Spans) -> Iterator[int]:
        """Yield the articles with a name within spans."""
        ordered, names, owner = self.in_order(), self._names, self._owners.__getitem__
        start = bisect_left(ordered, name, key=names.__getitem__)
        end = bisect_right(ordered, name, start, key=names.__getitem__)
        since = self._since.get(name, ())
        for first, last in spans:
            at = bisect_left(ordered, first, start, end, key=owner)
            yield from map(owner, ordered[at : bisect_left(ordered, last, at, end, key=owner)])
            yield from since[bisect_left(since, first) : bisect_left(since, last)]

    def row(self, name: Name, at: int, span: tuple[int, int]) -> Row:
        """Return the articles with a name, as seen from a number, within a span of numbers."""
        ordered, names, owner = self.in_order(), self._names, self._owners
        start = bisect_left(ordered, name, key=names.__getitem__)
        end = bisect_right(ordered, name, start, key=names.__getitem__)
        first, here, last = (
            bisect_left(ordered, number, start, end, key=owner.__getitem__)
            for number in (span[0], at, span[1])
        )
        before = (owner[ordered[place]] for place in range(here - 1, first - 1, -1))
        after = (owner[ordered[place]] for place in range(here, last))
        return Row(before, after, self._since.get(name, ()))


class Bands:
    """Bands of fingerprints: `BAND` adjacent bytes at each of `BANDS` places (Indyk and Motwani 1998)."""

    def __init__(self, signatures: Iterable[tuple[int, bytes]]) -> None:
        self._owners, columns = _columns(signatures)
        self._bands = [bytearray(BAND * len(self._owners)) for _ in range(BANDS)]
        for at, column in enumerate(columns):
            self._bands[at // BAND][at % BAND :: BAND] = column

    def add(self, owner: int, signature: bytes) -> None:
        """Add the fingerprint of the last article, or of a later one."""
        if signature:
            self._owners.append(owner)
            for band, at in zip(self._bands, range(0, BAND * BANDS, BAND), strict=True):
                band.extend(signature[at : at + BAND])

    def owners(self, place: int, band: bytes, spans: Spans) -> Iterator[int]:
        """Yield the articles with a band at a place within spans."""
        for span in spans:
            first, last = (BAND * bisect_left(self._owners, number) for number in span)
            yield from self._found(place, band, first, last)

    def row(self, place: int, band: bytes, at: int, span: tuple[int, int], count: int) -> Row:
        """Return the articles with a band at a place, as seen from a number, within a span of numbers.

        Articles from `count` on were added later.
        """
        first, here, last, since = (
            BAND * bisect_left(self._owners, number) for number in (span[0], at, span[1], count)
        )
        before, after = self._found_before(place, band, first, here), self._found(place, band, here, last)
        return Row(before, after, [*self._found(place, band, since)])

    def _found(self, place: int, band: bytes, at: int, end: int | None = None) -> Iterator[int]:
        bands = self._bands[place]
        end = len(bands) if end is None else end
        while (at := bands.find(band, at, end)) >= 0:
            if at % BAND == 0:
                yield self._owners[at // BAND]
            at += 1

    def _found_before(self, place: int, band: bytes, first: int, end: int) -> Iterator[int]:
        bands = self._bands[place]
        while (at := bands.rfind(band, first, end)) >= 0:
            if at % BAND == 0:
                yield self._owners[at // BAND]
            end = at + BAND - 1


def stretches(days: Sequence[int], span: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of articles such that any two less than a span apart are in the same range.

    `days` are sorted. Processing one range at a time needs less memory. Ranges overlap.
    """
    if days:
        for day in range(days[0], days[-1] + 1, 3 * span):
            yield bisect_left(days, day - span), bisect_left(days, day + 3 * span)


def shared_bands(signatures: Iterable[tuple[int, bytes]]) -> Iterator[list[int]]:
    """Yield the articles of each band that several have, one place at a time, to save memory."""
    owners, columns = _columns(signatures)
    wide = bytearray(4 * len(owners))
    for at, column in enumerate(columns):
        wide[at % BAND :: 4] = column
        if at % BAND == BAND - 1:
            yield from _repeated(memoryview(wide).cast("I").tolist(), owners)


def _columns(signatures: Iterable[tuple[int, bytes]]) -> tuple[array[int], Iterator[bytes]]:
    """Return the articles that have a fingerprint, and an iterator of the bytes at each place."""
    owners = array("I")
    present = []
    for owner, signature in signatures:
        if signature:
            owners.append(owner)
            present.append(signature)

    def columns() -> Iterator[bytes]:
        for first in range(0, BAND * BANDS, _AT_ONCE):
            joined = b"".join([signature[first : first + _AT_ONCE] for signature in present])
            yield from (joined[at::_AT_ONCE] for at in range(_AT_ONCE))

    return owners, columns()


def _repeated(names: Sequence[Name], owners: Sequence[int]) -> Iterator[list[int]]:
    """Yield the owners of each name that occurs more than once."""
    places = range(len(names))
    last = dict(zip(names, places, strict=True))
    if len(last) == len(names):
        return
    groups: dict[Name, list[int]] = {}
    for at in compress(places, map(operator.ne, map(last.__getitem__, names), places)):
        groups.setdefault(names[at], []).append(owners[at])
    for name, group in groups.items():
        group.append(owners[last[name]])
        yield group


def near_pairs(
    groups: Iterable[Sequence[int]], days: Sequence[int], span: int, compared: Set[int] = frozenset()
) -> Iterator[tuple[int, int]]:
    """Yield pairs (later, earlier) within groups sorted by time, each article with its nearest predecessors.

    Pairs are at most `span` days apart. Pairs in `compared`, encoded as `later * len(days) + earlier`, are
    skipped.
    """
    for group in groups:
        for at in range(1, len(group)):
            later = group[at]
            since, row = days[later] - span, later * len(days)
            for earlier in group[max(0, at - NEIGHBOURS) : at]:
                if days[earlier] >= since and row + earlier not in compared:
                    yield later, earlier


def runs(title: str) -> list[int]:
    """Return a few of a title's runs of eight Chinese characters or sixteen Latin letters, as numbers.

    Similar titles select the same ones (MinHash, bottom k).
    """
    raw = title.encode("gb18030", "replace")
    return sorted(set(map(zlib.crc32, [raw[at : at + _RUN] for at in range(len(raw) - _RUN + 1)])))[:_RUNS]


def outline(title: str) -> list[int]:
    """Return a hash of a title with long words shortened to their first letter, if it is long enough.

    A typing error in such a word does not change it.
    """
    words = title.split()
    short = " ".join(
        [word[0] if len(word) > 4 and word.isascii() and word.isalpha() else word for word in words]
    )
    return [zlib.crc32(short.encode("utf-8", "replace"))] if len(title) > len(short) >= _OUTLINE else []
