import datetime as dt

from generator.config.site import SourceConfig
from generator.grouping.sources import SPELLINGS, by_source, configured_names, unmatched
from generator.model.ids import short_hash
from generator.model.types import Article, Verdict


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


# --- aliases of a present source


def told_of_aliases(aliases, names, **others):
    tables = {"S": SourceConfig(aliases=tuple(aliases)), **others}
    return [str(one) for one in unmatched(tables, ["S", *names])]


def test_an_alias_that_is_nearly_another_source_is_told():
    assert told_of_aliases(["Old S"], ["The Old S"]) == [
        'digest.toml: `sources."S"` has the alias "Old S", which does not cover "The Old S"; '
        'did you mean "The Old S"? If it is another source, write `[sources."The Old S"]`'
    ]
    (problem,) = told_of_aliases(["前沿科技报", "网络安全日报"], ["前沿科技日报", "别的"])
    assert 'the alias "前沿科技报", which does not cover "前沿科技日报"' in problem


def test_a_former_spelling_and_a_source_with_a_table_are_not_told():
    assert told_of_aliases(["S. Ltd.", "BBC", "旧名"], ["ABC", "The Type Case", "新华社"]) == []
    assert told_of_aliases(["Old S"], ["The Old S"], **{"The Old S": SourceConfig()}) == []
    assert told_of_aliases(["Old S", "The Old S"], ["The Old S"]) == []
