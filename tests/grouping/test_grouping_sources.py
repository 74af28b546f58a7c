import datetime as dt
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.config.site import SourceConfig
from generator.grouping.sources import (
    SLUG_BYTES,
    SPELLINGS,
    by_source,
    configured_names,
    key,
    slug,
    slugs_of,
    spelling,
    unmatched,
)
from generator.model.ids import short_hash
from generator.model.types import Article, Verdict

names = st.text(max_size=40) | st.text(
    "aAＡéÉe\u0301ıİIßſﬁ \u3000\u200b\u00ad-/.~'０1\n\x00\ud800", max_size=12
)


def article(path: str, source: str, date: dt.date = dt.date(2024, 7, 3)) -> Article:
    return Article(
        id=short_hash(path.encode(), 12),
        path=path,
        title="A title",
        language="en",
        title_language="en",
        url=None,
        source=source,
        date=date,
        verdict=Verdict.FULL,
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


def test_aliases_stand_for_the_configured_name():
    names, problems = configured_names({"Daily Press": SourceConfig(aliases=("DP", "press.example"))})
    assert problems == ()
    grouped = by_source(
        [
            article("1", "dp"),
            article("2", "PRESS.example"),
            article("3", "daily press"),
            article("4", "dp 2"),
        ],
        names,
    )
    assert {key_: (name, len(own)) for key_, (name, own) in grouped.items()} == {
        "daily press": ("Daily Press", 3),
        "dp 2": ("dp 2", 1),
    }


def test_contradictions_of_the_configuration_are_problems():
    sources = {
        "B": SourceConfig(aliases=("shared", "a")),
        "A": SourceConfig(aliases=("shared", "A")),
        "ａ": SourceConfig(aliases=("more",)),
    }
    names, problems = configured_names(sources)
    assert names == {"a": "A", "b": "B", "shared": "A", "more": "A"}
    assert [str(problem) for problem in problems] == [
        "digest.toml: `sources.ａ` is the same source as `sources.A`; make them one table",
        "digest.toml: `sources.B` has the alias 'shared', which stands for `sources.A`; "
        "take it out of one of them",
        "digest.toml: `sources.B` has the alias 'a', which stands for `sources.A`; "
        "take it out of one of them",
    ]


def name_of(articles):
    return next(iter(by_source(articles, {}).values()))[0]


def test_a_source_is_called_as_most_of_its_first_articles_spell_it():
    days = [dt.date(2024, 7, 1) + dt.timedelta(days=n) for n in range(200)]
    assert name_of([article("1", "daily", days[0]), article("2", "Daily", days[1])]) == "daily"
    four = [article(str(n), name, days[n]) for n, name in enumerate(["daily", "Daily", "DAILY", "Daily"])]
    assert name_of(four) == "Daily"
    assert name_of(four[::-1]) == "Daily"
    assert name_of([*four, article("5", "daily", days[5]), article("6", "daily", days[6])]) == "Daily"


def test_a_source_keeps_its_name_once_it_has_enough_articles():
    day = dt.date(2024, 7, 1)
    first = [article(f"a{n:03}", "Daily" if n % 3 else "daily", day) for n in range(SPELLINGS)]
    newer = [article(f"b{n:03}", "DAILY", day + dt.timedelta(days=1)) for n in range(500)]
    assert name_of(first) == name_of(newer + first) == "Daily"


def test_a_source_without_a_visible_name_has_one():
    assert name_of([article("1", "\u200b"), article("2", " ")]) == "?"
    names, _ = configured_names({"": SourceConfig()})
    assert by_source([article("1", "")], names)["?"][0] == "?"


# --- tables without a source


def told_of(tables, names):
    return [str(one) for one in unmatched({name: SourceConfig() for name in tables}, names)]


def test_a_table_that_matches_no_source_is_told_with_the_one_that_was_meant():
    assert told_of(["Type Case"], ["The Type Case", "Others"]) == [
        'digest.toml: `sources."Type Case"` has no effect: no clipping is of a source of that name; '
        'did you mean `sources."The Type Case"`?'
    ]
    assert told_of(['A "b"'], ["Others"]) == [
        'digest.toml: `sources."A \\"b\\""` has no effect: no clipping is of a source of that name; '
        "write its name as its clippings have it; `broadsheet list sources` lists all"
    ]


def test_a_table_whose_aliases_match_nothing_is_told_with_the_source_that_one_of_them_meant():
    (problem,) = unmatched({"ED": SourceConfig(aliases=("Ex. D.", "The Type Cas"))}, ["The Type Case"])
    assert problem.advice == 'did you mean `sources."The Type Case"`?'


def test_a_suggestion_has_the_first_of_several_spellings():
    for names in (["The Type CASE", "The Type Case"], ["The Type Case", "The Type CASE"]):
        (problem,) = unmatched({"Type Case": SourceConfig()}, names)
        assert problem.advice == f'did you mean `sources."{names[0]}"`?'


def test_case_width_and_aliases_match_and_nothing_is_told_before_the_first_clipping():
    assert told_of(["the  TYPE case"], ["The Type Case"]) == []
    assert unmatched({"Reuters": SourceConfig(aliases=("rtr",))}, ["RTR"]) == ()
    assert told_of(["Type Case"], []) == []
