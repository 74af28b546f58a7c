"""A title's words in a text tell whether the text is what the title promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.boilerplate.title_words import share_in, words_of


@pytest.mark.parametrize(
    ("title", "text", "share"),
    [
        ("The last keepers of the lamp", "Keepers lit the lamp to the last.", 1.0),
        ("The last keepers of the lamp", "Ropes and tar, and no lamp.", 1 / 3),
        ("灯塔的故事", "这是一座灯塔。", 1 / 4),
        ("Lamp", "Nothing of the kind.", 1.0),
        ("｜", "", 1.0),
        ("R&amp;D at the harbour office", "the harbour's office", 1.0),
    ],
)
def test_the_share_of_a_title_in_a_text(title, text, share):
    assert share_in(words_of(title), text) == pytest.approx(share)


@given(st.text(max_size=80), st.text(max_size=200))
def test_it_is_a_share(title, text):
    assert 0 <= share_in(words_of(title), text) <= 1
    assert share_in(words_of(title), f"{text} {title}") >= share_in(words_of(title), text)
