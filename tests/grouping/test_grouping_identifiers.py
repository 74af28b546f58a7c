"""An identifier has a page where three sources name it, whatever came before."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from generator.grouping.editions import order
from generator.grouping.identifiers import identifiers_of, regrouped_identifiers
from generator.model.types import Article, Verdict

NAMES = ("CVE-2024-1111", "CVE-2024-2222", "RFC 9110")


def article(number: int, source: str, identifiers=(), mentions=()) -> Article:
    return Article(
        id=f"a{number}", path=f"{number:03}.md", title=f"T{number}", language="en", title_language="en",
        url=None, source=source, date=dt.date(2024, 7, 1 + number % 28), verdict=Verdict.FULL,
        identifiers=tuple(sorted(identifiers)), mentions=tuple(sorted(mentions)),
    )  # fmt: skip


def test_three_sources_make_one_and_mentions_do_not_count():
    articles = [
        article(1, "A", ["RFC 9110", "CVE-2024-1111"]),
        article(2, "B", ["RFC 9110"], ["CVE-2024-1111"]),
        article(3, "B", ["RFC 9110"]),
        article(4, "C", ["RFC 9110"]),
        article(5, "D", [], ["RFC 9110", "CVE-2024-1111"]),
    ]
    [(name, one)] = identifiers_of(articles).items()
    assert (name, one.name, one.sources) == ("RFC 9110", "RFC 9110", 3)
    assert [each.id for each in one.articles] == ["a1", "a2", "a3", "a4"]
    assert [each.id for each in one.mentions] == ["a5"]


ARTICLES = st.builds(
    article, st.integers(0, 30), st.sampled_from("ABCD"), st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from(NAMES)),
)  # fmt: skip
MANY = st.lists(ARTICLES, unique_by=lambda one: one.id, min_size=6)


def test_aggregators_do_not_count_but_are_listed():
    articles = [article(n, source, ["RFC 9110"]) for n, source in enumerate("ABCD")]
    [one] = identifiers_of(articles, {"D"}).values()
    assert [each.source for each in one.articles] == [*"ABCD"]
    assert identifiers_of(articles, {"C", "D"}) == {}


@given(
    MANY,
    st.lists(ARTICLES, unique_by=lambda one: one.id, max_size=4),
    *(st.sets(st.sampled_from("ABCD")),) * 2,
)
def test_regrouping_is_grouping(before, added, aggregators, others):
    new = {one.id for one in added}
    removed = [one for one in before if one.id in new]
    after = sorted([one for one in before if one.id not in new] + added, key=order)
    known = identifiers_of(sorted(before, key=order), aggregators)
    moved = [one for one in after if one.source in aggregators ^ others]
    found = regrouped_identifiers(known, after, others, removed, added, moved)
    assert list(found.items()) == list(identifiers_of(after, others).items())
