"""The files that say which documents of a month have a term.

The keys are divided evenly among the files of a month. In a month of `count` documents, a posting is the
number `key << bits | document << 1`, plus one if lists show the term, where `bits` are those of
`2 * count - 1`. A file has the differences of its sorted postings, the first of which counts from the file's
lowest key. Each difference takes 1, 2, 3 or `widest` bytes, as in Stream VByte (Lemire, Kurz and Rupp, 2018):

- a byte for the format, four for the CRC-32 of what follows, continued from the numbering of the documents,
  a byte for `widest`, four for how many differences there are
- two bits for the size of each difference: 0 to 3, the lowest bits of a byte first
- the lowest bytes of all differences, then the second ones of those that have one, and so on

A document has one posting for each of its terms.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate, islice
from typing import NamedTuple
from zlib import crc32

from generator.search.table import KEY_BITS

FORMAT = 4
BLOCK = 128
"""Documents whose postings are sorted together: some 20,000, which fit into a processor's cache."""
EVERY_KEY = range(1 << KEY_BITS)
"""All keys that terms can have."""


class Keys(NamedTuple):
    """The keys of a document. Sorting takes half of the time where they are sorted."""

    head: array[int]
    """Those of what lists show of it."""
    text: array[int]
    """Those of its text that are not among them."""


def blocks_of(documents: Iterable[Keys], count: int) -> Iterator[array[int]]:
    """Yield the blocks of the documents of a month."""
    every = iter(documents)
    for start in range(0, count, BLOCK):
        yield block_of(islice(every, BLOCK), start, count)


def block_of(documents: Iterable[Keys], start: int, count: int) -> array[int]:
    """Return the sorted postings of up to `BLOCK` documents, which are numbered from `start`.

    Each is a number of 64 bits, of which as many are unused as its lower half has too many for a month of
    `count` documents.
    """
    unused = 32 - bits_of(count)
    keys: list[array[int]] = []
    values: list[bytes] = []
    for number, (head, text) in enumerate(documents, start):
        for some, value in ((text, number << 1), (head, number << 1 | 1)):
            keys.append(some)
            values.append((value << unused).to_bytes(4, sys.byteorder) * len(some))
    upper, lower = array("I", b"".join(keys)), array("I", b"".join(values))
    halves = array("I", bytes(8 * len(upper)))
    halves[_HIGH::2], halves[1 - _HIGH :: 2] = upper, lower
    return _sorted(halves.tobytes())


def files_of(
    blocks: Iterable[array[int]], count: int, numbering: int, parts: int, numbers: range
) -> Iterator[bytes]:
    """Yield the files with these numbers, of the `parts` of a month of `count` documents, from its blocks.

    No step is taken for each posting: for three million that takes a third of the time of appending to lists.
    They are sorted twice, by blocks and then by files, which stay in the processor's cache.
    """
    unused = 32 - bits_of(count)
    keys = keys_between(parts, numbers)
    first, end = keys.start << 32, keys.stop << 32
    own = [block[bisect_left(block, first) : bisect_left(block, end)] for block in blocks]
    starts = [0] * len(own)
    for number in numbers:
        end = first_key(number + 1, parts) << 32
        ends = [bisect_left(block, end, start) for block, start in zip(own, starts, strict=True)]
        slices = zip(own, starts, ends, strict=True)
        postings = _sorted(b"".join([block[start:end] for block, start, end in slices]))
        starts = ends
        rest = _encoded(_differences(postings, first_key(number, parts) << 32, unused))
        yield bytes((FORMAT,)) + crc32(rest, numbering).to_bytes(4, "little") + rest


def postings_of(data: bytes, count: int, numbering: int, parts: int, number: int) -> array[int] | None:
    """Return the postings of a file, as blocks have them; None if it numbers other documents."""
    if len(data) < 10 or data[0] != FORMAT or data[1:5] != crc32(data[5:], numbering).to_bytes(4, "little"):
        return None
    widest, length = data[5], int.from_bytes(data[6:10], "little")
    start = 10 + -(-length // 4)
    sizes = b"".join([_SIZES[byte] for byte in data[10:start]])[:length]
    differences = [0] * len(sizes)
    for place in range(widest):
        wide = [n for n, size in enumerate(sizes) if size >= min(place, 3)]
        for n, byte in zip(wide, data[start:], strict=False):
            differences[n] |= byte << 8 * place
        start += len(wide)
    bits = bits_of(count)
    every = accumulate(differences, initial=first_key(number, parts) << bits)
    return array("Q", [posting << 32 - bits for posting in islice(every, 1, None)])


def without(postings: array[int], documents: Collection[int], count: int) -> array[int]:
    """Return postings but those of some documents of a month of `count` documents."""
    unused = 33 - bits_of(count)
    return array("Q", [one for one in postings if (one & 0xFFFF_FFFF) >> unused not in documents])


def first_key(number: int, parts: int) -> int:
    """Return the lowest key of a file: that of `key` has the number `key * parts >> KEY_BITS`."""
    return -(-(number << KEY_BITS) // parts)


def keys_between(parts: int, numbers: range) -> range:
    """Return the keys that the files with these numbers have, of the `parts` of a month."""
    return range(first_key(numbers.start, parts), first_key(numbers.stop, parts))


def bits_of(count: int) -> int:
    """Return how many bits of a posting are not its key's, in a month of so many documents."""
    return (2 * count - 1).bit_length()


_HIGH = 1 if sys.byteorder == "little" else 0
"""Which half of a number of 64 bits has the upper bits."""


def _sorted(numbers: bytes) -> array[int]:
    """Return positive numbers of 64 bits in order.

    They keep their order if their bits are read as floating-point numbers, which Python sorts in half of the
    time.
    """
    floats = array("d", numbers).tolist()
    floats.sort()
    return array("Q", array("d", floats).tobytes())


def _differences(postings: array[int], lowest: int, unused: int) -> bytes:
    """Return the differences of sorted numbers, the first one's to `lowest`, each as eight bytes.

    The lower bits that are `unused` are dropped. All are calculated as parts of one number: none borrows from
    the next.
    """
    if sys.byteorder == "big":
        postings.byteswap()
    size = 8 * len(postings)
    every = int.from_bytes(postings.tobytes(), "little")
    before = (every << 64 | lowest) & (1 << 8 * size) - 1
    return (every - before >> unused).to_bytes(size, "little")


def _encoded(differences: bytes) -> bytes:
    """Return the part of a file after its head."""
    planes = [differences[place::8] for place in range(8)]
    count, widest = len(planes[0]), 8
    while widest > 4 and planes[widest - 1] == bytes(count):
        widest -= 1
    wider = [0] * (widest + 1)
    for place in range(widest - 1, 0, -1):
        wider[place] = wider[place + 1] | int.from_bytes(planes[place].translate(_ONES), "little")
    each = sum(wider[1:4]).to_bytes(-(-count // 4) * 4, "little")
    four = sum(int.from_bytes(each[place::4], "little") << 2 * place for place in range(4))
    return b"".join((
        bytes((widest,)), count.to_bytes(4, "little"), four.to_bytes(len(each) // 4, "little"), planes[0],
        *(_without_zeros(planes[place], wider[min(place + 1, 3)]) for place in range(1, widest)),
    ))  # fmt: skip


def _without_zeros(plane: bytes, kept: int) -> bytes:
    """Return bytes without the zeros that are not kept: the bytes of `kept` are 1 for each that is, else 0.

    So few zeros are kept that taking bytes one by one takes twice as long.
    """
    zeros = kept & int.from_bytes(plane.translate(_ZEROS), "little")
    pieces, end = [], -1
    for piece in zeros.to_bytes(len(plane), "little").split(b"\1"):
        start, end = end + 1, end + 1 + len(piece)
        pieces.append(plane[start:end].translate(None, b"\0"))
    return b"\0".join(pieces)


_SIZES = [bytes(byte >> place & 3 for place in (0, 2, 4, 6)) for byte in range(256)]
"""Byte → the sizes of four differences."""
_ONES = bytes((0, *[1] * 255))
_ZEROS = bytes((1, *[0] * 255))
