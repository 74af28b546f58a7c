"""Patterns tried at once say what trying them one by one would."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.patterns import patterns_of

OURS = tuple(
    pattern
    for lexicon in built_in().lexicons
    for rule in (*lexicon.family.end, *lexicon.family.gone, *lexicon.family.failed)
    for pattern in rule.patterns
)
READY = patterns_of(OURS)


COMPILED = [re.compile(pattern, re.DOTALL) for pattern in OURS]
ORDERED = sorted(range(len(OURS)), key=lambda number: COMPILED[number].groups > 0)
"""Those with groups of their own come last."""


def one_by_one(text: str) -> int | None:
    """The plain way."""
    return next((number for number in ORDERED if COMPILED[number].match(text)), None)


@pytest.mark.parametrize("pattern", COMPILED, ids=OURS)
def test_no_text_that_fits_is_missed(pattern):
    @settings(max_examples=5)
    @given(st.from_regex(pattern))
    def finds(text):
        text = text[pattern.search(text).start() :]
        assert READY.find(text) == one_by_one(text)

    finds()


@given(st.text(max_size=40))
def test_any_text_is_told_as_if_tried_one_by_one(text):
    assert READY.find(text) == one_by_one(text)


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("abc", "abcd", "bc"),
        ("a?bc", "bc", "c"),
        ("a{0,2}b", "b", "c"),
        ("(?:a|b)?c", "c", "d"),
        ("(?:a|b?)c", "c", "d"),
        ("(?:x|(?:y|z)w)+", "zw", "w"),
        ("a|b", "b", "c"),
        ("|b", "c", None),
        ("[ab]c", "bc", "c"),
        ("[^a]c", "bc", "ac"),
        ("[a-c]d", "bd", "dd"),
        (r"[\]a]b", "]b", "bb"),
        ("[]a]b", "]b", "bb"),
        (r"\.b", ".b", "ab"),
        (r"\d+ days", "3 days", "x days"),
        (r"\d+ days", "٣ days", "x days"),
        (r"[\d.]+ days", "3 days", "x days"),
        (r"[\w.]+ days", "3 days", "-3 days"),
        ("[a-] days", "- days", "b days"),
        ("[-a] days", "- days", "b days"),
        ("1 day", "1 day", "2 day"),
        (r"\(c\)", "(c)", "c"),
        ("(?!a)b", "b", "a"),
        ("(?:(?!a).)b", "cb", "ab"),
        ("a*+b", "b", "c"),
        ("a?+b", "b", "c"),
        ("a{0,2}+b", "b", "c"),
        ("a{,}b", "b", "c"),
        ("a{2}?b", "aab", "b"),
        ("(?:a)?+b c", "b c", "c"),
        ("{}ab", "{}ab", "ab"),
        ("[^}]{0,9}right", "all right", "all"),
        ("[^→]{1,9}(?:→|»)", "a »", "a"),
        ("a{", "a{", "b{"),
        ("{a", "{a", "a"),
        ("^a", "a", "b"),
        ("(a)", "a", "b"),
        ("(?i:A)", "a", "b"),
        (".{0,9}rights? reserved", "all right reserved", "all reserved"),
    ],
)
def test_what_a_pattern_begins_with_is_seen(pattern, fits, does_not):
    ready = patterns_of(["never seen", pattern])
    assert ready.find(fits) == 1
    if does_not is not None:
        assert ready.find(does_not) is None
