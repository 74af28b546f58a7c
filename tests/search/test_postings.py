"""Files of terms say what was put in, and no more."""

from array import array
from bisect import bisect_right
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from generator.search.postings import (
    FORMAT,
    Keys,
    block_of,
    blocks_of,
    files_of,
    first_key,
    postings_of,
    without,
)
from generator.search.table import KEY_BITS

KEYS = st.sets(st.integers(0, 2**KEY_BITS - 1) | st.integers(0, 40), max_size=30)
DOCUMENTS = st.lists(st.tuples(KEYS, KEYS), max_size=40)


def read(data: bytes, numbering: int, first: int, count: int):
    """Key → document → whether lists show it, of a file, read as the documentation of the format says."""
    assert data[0] == FORMAT
    assert int.from_bytes(data[1:5], "little") == crc32(data[5:], numbering)
    widest, postings = data[5], int.from_bytes(data[6:10], "little")
    start = 10 + -(-postings // 4)
    sizes = [data[10 + place // 4] >> place % 4 * 2 & 3 for place in range(postings)]
    wide = [widest if size == 3 else size + 1 for size in sizes]
    differences = [0] * postings
    for byte in range(widest):
        for place in range(postings):
            if wide[place] > byte:
                differences[place] |= data[start] << 8 * byte
                start += 1
    assert start == len(data)
    bits = (2 * count - 1).bit_length()
    number, found = first << bits, {}
    for difference in differences:
        number += difference
        document = number % (1 << bits)
        found.setdefault(number >> bits, {})[document >> 1] = bool(document & 1)
    return found


def keys_of(documents):
    return [Keys(array("I", sorted(head)), array("I", sorted(text - head))) for head, text in documents]


@given(DOCUMENTS, st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_what_is_written_can_be_read(documents, parts, numbering):
    keys = keys_of(documents)
    files = [*files_of(blocks_of(keys, len(keys)), len(keys), numbering, parts, range(parts))]
    assert len(files) == parts
    found = {}
    for number, data in enumerate(files):
        found |= read(data, numbering, first_key(number, parts), len(keys))
    wanted = {}
    for number, (head, text) in enumerate(documents):
        for key in head | text:
            wanted.setdefault(key, {})[number] = key in head
    assert found == wanted


@given(DOCUMENTS, st.integers(2, 9))
def test_a_file_alone_is_the_same_as_among_others(documents, parts):
    keys = keys_of(documents)
    blocks = [*blocks_of(keys, len(keys))]
    every = [*files_of(blocks, len(keys), 7, parts, range(parts))]
    assert [next(files_of(blocks, len(keys), 7, parts, range(one, one + 1))) for one in range(parts)] == every


@given(st.integers(1, 4096), st.integers(0, 2**KEY_BITS - 1))
def test_each_key_is_in_the_file_whose_keys_surround_it(parts, key):
    firsts = [first_key(number, parts) for number in range(parts)]
    assert bisect_right(firsts, key) - 1 == key * parts >> KEY_BITS


@given(DOCUMENTS, DOCUMENTS, st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_a_file_is_the_same_if_made_of_the_last_one_and_of_what_changed(documents, others, parts, numbering):
    last = keys_of(documents)
    count, changed = len(last), [*enumerate(keys_of(others)[: len(last)])]
    now = [*(keys for _, keys in changed), *last[len(changed) :]]
    former, wanted = (
        [*files_of(blocks_of(keys, count), count, numbering, parts, range(parts))] for keys in (last, now)
    )
    for number, data in enumerate(former):
        assert postings_of(data, count, numbering ^ 1, parts, number) is None
        assert postings_of(data[:-1], count, numbering, parts, number) is None
        postings = postings_of(data, count, numbering, parts, number)
        blocks = [without(postings, {place for place, _ in changed}, count)]
        blocks += [block_of([keys], place, count) for place, keys in changed]
        assert [*files_of(blocks, count, numbering, parts, range(number, number + 1))] == [wanted[number]]
