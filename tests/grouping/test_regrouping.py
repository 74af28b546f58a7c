"""Regrouping is grouping from scratch, only quicker."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.config.site import Config
from generator.grouping import digest_of
from generator.grouping.editions import order
from generator.grouping.regrouping import MANY, regrouped, spliced
from generator.model.types import Article, TextPolicy, Verdict

DAYS = st.sampled_from(
    [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2024, 2, 29), dt.date(1, 1, 1),
     dt.date(9999, 12, 31)]
)  # fmt: skip


DAY = dt.date(2024, 1, 1)


def article(number: int, source: str, date: dt.date, hour: int | None) -> Article:
    time = None if hour is None else dt.datetime.combine(date, dt.time(hour), tzinfo=dt.UTC)
    return Article(
        id=f"a{number}", path=f"{number}.md", title=f"T{number}", language="en", title_language="en",
        url=None, source=source, date=date, time=time, verdict=Verdict.FULL,
    )  # fmt: skip


ARTICLES = st.builds(
    article, st.integers(0, 30), st.sampled_from(["A", "b c", "中国"]), DAYS, st.none() | st.integers(0, 23)
)


def digest(articles):
    return digest_of(articles, {}, TextPolicy.FULL)[0]


@given(
    st.lists(ARTICLES, unique_by=lambda a: a.id, min_size=3),
    st.lists(ARTICLES, unique_by=lambda a: a.id, max_size=4),
)
def test_regrouping_is_grouping(before, added):
    old = digest(before)
    by_id = {one.id: one for one in old.articles}
    removed = [by_id[one.id] for one in added if one.id in by_id]
    after = [one for one in before if one.id not in {new.id for new in added}] + added
    new = regrouped(old, removed, added, Config())
    if not after:
        assert new is None
        return
    assert msgspec.structs.replace(new, articles=spliced(old.articles, removed, added)) == digest(after)
    untouched = {one.source for one in before} - {one.source for one in (*removed, *added)}
    assert all(new.sources[name] is old.sources[name] for name in untouched)


@pytest.mark.parametrize(
    "added",
    [
        [article(1, "B C", DAY, None)],
        [article(1, "Other", DAY, None), article(1, "b c", DAY, 3)],
    ],
    ids=["another spelling of a source", "two of one id"],
)
def test_what_concerns_more_is_left_to_grouping_from_scratch(added):
    assert regrouped(digest([article(0, "b c", DAY, 1)]), [], added, Config()) is None


def test_sources_that_lose_their_last_articles_together():
    before = [article(number, name, DAY, number) for number, name in enumerate(("A", "b c", "中国", "D"))]
    old = digest(before)
    removed = [one for one in old.articles if one.source in {"A", "中国"}]
    left = [one for one in before if one.source not in {"A", "中国"}]
    added = [article(9, "b c", DAY, 9)]
    new = regrouped(old, removed, added, Config())
    assert msgspec.structs.replace(new, articles=spliced(old.articles, removed, added)) == digest(
        left + added
    )


def test_without_any_day_there_is_nothing_to_regroup():
    one = article(0, "A", DAY, 1)
    assert regrouped(digest([]), [], [one], Config()) is None
    assert regrouped(digest([one]), [one], [], Config()) is None


@given(st.lists(ARTICLES, unique_by=lambda a: a.id, min_size=1), st.data())
def test_splicing_keeps_the_order(articles, data):
    ordered = tuple(sorted(articles, key=order))
    removed = data.draw(st.lists(st.sampled_from(ordered), unique=True))
    assert spliced(ordered, removed, ()) == tuple(one for one in ordered if one not in removed)
    assert spliced(spliced(ordered, removed, ()), (), removed) == ordered


def test_regrouping_of_many_articles_is_grouping():
    days = [DAY + dt.timedelta(number % 40) for number in range(1500)]
    before = [article(n, "AB"[n % 2], day, n % 24 or None) for n, day in enumerate(days)]
    removed = [one for one in before if one.source == "A"]
    added = [msgspec.structs.replace(one, source="B" if int(one.path[:-3]) % 3 else "New") for one in removed]
    old, after = digest(before), [one for one in before if one.source != "A"] + added
    assert len(removed) + len(added) > MANY
    new = regrouped(old, removed, added, Config())
    assert msgspec.structs.replace(new, articles=spliced(old.articles, removed, added)) == digest(after)
