"""The files that say which documents of a month have a term.

The keys are divided evenly among the files of a month. A file begins with a byte for its format and four for
the numbering of the documents; then come numbers of seven bits a byte, the lowest first, as in Protocol
Buffers. Each term, by key, has the difference to the last key, doubled, plus one if it is in a single
document; else how many there are; then, for each, the difference to the last document, doubled, plus one if
what lists show of it has the term.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import repeat
from operator import and_, sub
from typing import NamedTuple

from generator.search.table import KEY_BITS

FORMAT = 1


class Keys(NamedTuple):
    """The sorted keys of a document."""

    head: array[int]
    """Those of what lists show of it."""
    text: array[int]
    """Others, of its text."""


class _Numbers(dict[int, bytes]):
    """Number → its bytes. Looking one up takes a fifth of the time of making it."""

    def __missing__(self, number: int) -> bytes:
        made, left = bytearray(), number
        while left > 0x7F:
            made.append(left & 0x7F | 0x80)
            left >>= 7
        made.append(left)
        if len(self) < 1 << 16:
            self[number] = bytes(made)
        return bytes(made)


_NUMBERS = _Numbers()


def postings_of(documents: Iterable[Keys], first: int, end: int) -> dict[int, list[int]]:
    """Return key → documents that have it, as in a file, of the keys from `first` up to `end`."""
    postings = defaultdict[int, list[int]](list)
    for number, (head, text) in enumerate(documents):
        for keys, value in ((head, (number << 1) + 1), (text, number << 1)):
            start = bisect_left(keys, first)
            for key in keys[start : bisect_left(keys, end, start)]:
                postings[key].append(value)
    return postings


def files_of(documents: Iterable[Keys], numbering: int, parts: int, numbers: range) -> Iterator[bytes]:
    """Yield the files with these numbers, of the `parts` of a month."""
    postings = postings_of(documents, first_key(numbers.start, parts), first_key(numbers.stop, parts))
    files: list[list[int]] = [[] for _ in numbers]
    for key in sorted(postings):
        files[(key * parts >> KEY_BITS) - numbers.start].append(key)
    head = bytes((FORMAT,)) + numbering.to_bytes(4, "little")
    for number, keys in zip(numbers, files, strict=True):
        yield head + _encoded(postings, keys, first_key(number, parts))


def first_key(number: int, parts: int) -> int:
    """Return the lowest key of a file: that of `key` has the number `key * parts >> KEY_BITS`."""
    return -(-(number << KEY_BITS) // parts)


def _encoded(postings: dict[int, list[int]], keys: Iterable[int], last: int) -> bytes:
    numbers: list[int] = []
    for key in keys:
        found = postings[key]
        if len(found) == 1:
            numbers += ((key - last << 1) + 1, found[0])
        else:
            before = map(and_, found, repeat(-2))  # without what was added
            numbers += (key - last << 1, len(found), found[0], *map(sub, found[1:], before))
        last = key
    return b"".join(map(_NUMBERS.__getitem__, numbers))
