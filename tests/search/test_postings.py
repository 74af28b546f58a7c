"""Files of terms say what was put in, and no more."""

from array import array
from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from generator.search.postings import FORMAT, Keys, files_of, first_key
from generator.search.table import KEY_BITS

KEYS = st.sets(st.integers(0, 2**KEY_BITS - 1) | st.integers(0, 40), max_size=30)
DOCUMENTS = st.lists(st.tuples(KEYS, KEYS), max_size=40)


def numbers_in(data: bytes):
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def read(data: bytes, numbering: int, first: int):
    """Key → documents of a file, read as the documentation of the format says."""
    assert data[0] == FORMAT
    assert int.from_bytes(data[1:5], "little") == numbering
    numbers, key, found = numbers_in(data[5:]), first, {}
    for head in numbers:
        key += head >> 1
        count = 1 if head & 1 else next(numbers)
        number, found[key] = 0, []
        for _ in range(count):
            posting = next(numbers)
            number += posting >> 1
            found[key].append((number, bool(posting & 1)))
    return found


@given(DOCUMENTS, st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_what_is_written_can_be_read(documents, parts, numbering):
    keys = [Keys(array("I", sorted(head)), array("I", sorted(text - head))) for head, text in documents]
    files = [*files_of(keys, numbering, parts, range(parts))]
    assert len(files) == parts
    found = {}
    for number, data in enumerate(files):
        found |= read(data, numbering, first_key(number, parts))
    wanted = {}
    for number, (head, text) in enumerate(documents):
        for key in head | text:
            wanted.setdefault(key, []).append((number, key in head))
    assert found == wanted


@given(DOCUMENTS, st.integers(2, 9))
def test_a_file_alone_is_the_same_as_among_others(documents, parts):
    keys = [Keys(array("I", sorted(head)), array("I", sorted(text - head))) for head, text in documents]
    every = [*files_of(keys, 7, parts, range(parts))]
    assert [next(files_of(keys, 7, parts, range(one, one + 1))) for one in range(parts)] == every


@given(st.integers(1, 4096), st.integers(0, 2**KEY_BITS - 1))
def test_each_key_is_in_the_file_whose_keys_surround_it(parts, key):
    firsts = [first_key(number, parts) for number in range(parts)]
    assert bisect_right(firsts, key) - 1 == key * parts >> KEY_BITS
