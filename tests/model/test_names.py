"""Names that differ only in how they are written are one, and each has its part of an address."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.ids import short_hash
from generator.model.names import SLUG_BYTES, key, slug, slugs_of, spelling

names = st.text(max_size=40) | st.text(
    "aAＡéÉe\u0301ıİIßſﬁ \u3000\u200b\u00ad-/.~'０1\n\x00\ud800", max_size=12
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Daily Press", "the daily press"),
        ("ＴＨＥ　Daily\u00a0Press", "the daily press"),
        ("  The\tDaily \n Press ", "the daily press"),
        ("The\u200b Da\u00adily\x00 \ufeffPress", "the daily press"),
        ("Cafe\u0301", "CAFÉ"),
        ("STRASSE", "Straße"),
        ("❤\ufe0f", "❤"),
        ("\u202eThe Daily Press", "the daily press"),
    ],
)
def test_variants_are_one_source(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(
    "other", ["the dailypress", "the-daily-press", "the daily press!", "die daily press"]
)
def test_other_names_are_other_sources(other):
    assert key(other) != key("the daily press")


@settings(deadline=None)
@given(names)
def test_a_key_is_its_own_key_and_has_the_same_slug(name):
    assert key(key(name)) == key(name)
    assert slug(key(name)) == slug(name)
    assert key(spelling(name)) == key(name)


@settings(deadline=None)
@given(names)
def test_a_slug_is_a_safe_path_segment(name):
    own = slug(name)
    assert own
    assert len(own.encode("utf-8")) <= SLUG_BYTES
    assert all(unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" or c == "-" for c in own)
    assert own[0] != "-"
    assert own[-1] != "-"
    assert unicodedata.category(own[0])[0] != "M"
    assert unicodedata.normalize("NFC", own) == own
    assert unicodedata.normalize("NFC", own.casefold()) == own


@settings(deadline=None)
@given(st.lists(names, max_size=12))
def test_file_systems_that_fold_keep_slugs_apart(spellings):
    keys = {key(name) for name in spellings}
    slugs = slugs_of(keys)
    assert slugs.keys() == keys
    for fold in (str.upper, str.lower, str.casefold):
        assert len({unicodedata.normalize("NFD", fold(own)) for own in slugs.values()}) == len(keys)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("The Daily Press", "the-daily-press"),
        ("印刷 史话", "印刷-史话"),
        ("ABC１２３", "abc123"),
        ("Über", "über"),
        ("x" * 60, "x" * 60),
        ("com10", "com10"),
        ("console", "console"),
    ],
)
def test_a_plain_name_is_its_slug(name, expected):
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("CON", "con"),
        ("com1", "com1"),
        ("LPT¹", "lpt1"),
        ("..", "source"),
        (".", "source"),
        ("", "source"),
        ("\u200b", "source"),
        ("🙂🗞️", "source"),
        ("\u0301", "source"),
        ("/", "source"),
        ("../../etc/passwd", "etc-passwd"),
        ("a.", "a"),
        ("C++", "c"),
        ("foo - bar", "foo-bar"),
        ("x" * 61, "x" * 53),
        ("y" * 300, "y" * 53),
        ("报" * 100, "报" * 17),
        ("a " * 150, ("a-" * 27)[:53]),
        ("हिन्दी", "हिन्दी"),
        ("/\u0301a", "a"),
        ("ısı", "ısı"),
    ],
)
def test_any_other_name_gets_six_characters_of_its_hash(name, base):
    assert slug(name) == f"{base.rstrip('-')}-{short_hash(key(name).encode(), 6)}"


def test_a_name_made_to_look_like_anothers_slug_gets_a_hash_of_its_own():
    victim = key("C++")
    attacker = key(slug(victim).replace("-", " "))
    assert slugs_of([victim, attacker]) == {victim: slug(victim), attacker: slug(attacker)}
    assert slug(attacker).startswith(slug(victim) + "-")


def test_a_spelling_is_one_visible_line():
    assert spelling(" Ａ\u202e\x00\n b\ud800 ") == "Ａ b\ufffd"
    assert spelling("👨\u200d👩") == "👨\u200d👩"
