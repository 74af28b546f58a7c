import hashlib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.grouping.likeness import contained, likeness
from generator.reading import prose
from generator.reading.fingerprint import SLOTS, fingerprint_of


def words(seed: int, count: int, *, wide: bool = False) -> str:
    made = random.Random(seed)
    if wide:
        return "".join(chr(made.randint(0x4E00, 0x9000)) for _ in range(count))
    return " ".join("".join(made.choices("abcdefghijklmnop", k=6)) for _ in range(count))


def test_letters_are_those_a_reader_sees():
    text = "# Ab, 12!\n\n![a picture](p.png) [link](https://example.org/long/address) <b>字</b>。"
    assert fingerprint_of(text)[0] == len("Ab12link字")


def test_a_short_text_has_no_fingerprint():
    assert fingerprint_of("Too little to say anything of it.")[1] == b""
    assert len(fingerprint_of(words(1, 20))[1]) == SLOTS


@pytest.mark.parametrize("wide", [False, True])
def test_likeness_is_the_share_of_text_in_common(wide):
    first, common, second = (words(seed, 400, wide=wide) for seed in (1, 2, 3))
    (letters, one), (others, two) = fingerprint_of(first + common), fingerprint_of(common + second)
    assert likeness(one, two) == pytest.approx(1 / 3, abs=0.08)
    assert likeness(one, one) == 1
    assert likeness(fingerprint_of(first)[1], fingerprint_of(second)[1]) < 0.03
    half, part = fingerprint_of(common)
    assert contained(likeness(one, part), letters, half) == pytest.approx(1, abs=0.1)
    assert contained(likeness(one, two), letters, others) == pytest.approx(0.5, abs=0.1)


def test_markup_case_space_and_signs_do_not_matter():
    text = words(1, 100)
    marked = "> **" + text.upper().replace(" ", ",  \n> ") + "** ![x](y.png)"
    assert fingerprint_of(text) == fingerprint_of(marked)


def test_what_is_missing_is_like_nothing():
    some = fingerprint_of(words(1, 100))[1]
    assert likeness(some, b"") == likeness(b"", b"") == likeness(some, some[:-1]) == 0


def test_fingerprints_stay_as_they_are():
    """Caches keep them: another algorithm needs another version of the cache."""
    letters, signature = fingerprint_of(
        "The quick brown fox jumps over the lazy dog. 敏捷的棕毛狐狸从懒狗身上跃过。" * 3
    )
    assert (letters, signature[:8].hex()) == (147, "d32c17e6f414e8a0")


@given(st.text(max_size=500))
def test_any_text_has_letters_and_a_whole_fingerprint(text):
    letters, signature = fingerprint_of(text)
    assert 0 <= letters <= len(text)
    assert len(signature) in {0, SLOTS}


def test_a_fingerprint_never_changes():
    # What the cache keeps is compared with what is read today.
    text = f"{words(1, 200)} 报纸的历史 {words(2, 200, wide=True)}"
    letters, fingerprint = fingerprint_of(text)
    assert (letters, hashlib.sha256(fingerprint).hexdigest()[:16]) == (1405, "5a53b7d6f1b55bde")


def test_a_fingerprint_leaves_regular_expressions_as_fast_as_they_were():
    text = "* [label](/of/a/link)\n" * 200

    def seconds():
        start = time.process_time()
        prose.plain_text(text)
        return time.process_time() - start

    before = min(seconds() for _ in range(9))
    fingerprint_of(words(1, 400))
    assert min(seconds() for _ in range(9)) < 2 * before
