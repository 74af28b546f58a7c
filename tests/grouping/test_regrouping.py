"""Regrouping is grouping from scratch, only quicker."""

from __future__ import annotations

import datetime as dt

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.grouping import digest_of
from generator.grouping.editions import order
from generator.grouping.regrouping import regrouped, spliced
from generator.model import Article, TextPolicy, Verdict

DAYS = st.sampled_from(
    [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2024, 2, 29), dt.date(1, 1, 1),
     dt.date(9999, 12, 31)]
)  # fmt: skip


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
def test_regrouping_is_grouping(before, come):
    old = digest(before)
    by_id = {one.id: one for one in old.articles}
    gone = [by_id[one.id] for one in come if one.id in by_id]
    after = [one for one in before if one.id not in {new.id for new in come}] + come
    assume({one.source for one in after} == {one.source for one in before})
    new = regrouped(old, gone, come)
    assert msgspec.structs.replace(new, articles=spliced(old.articles, gone, come)) == digest(after)
    untouched = {one.source for one in before} - {one.source for one in (*gone, *come)}
    assert all(new.sources[name] is old.sources[name] for name in untouched)


@given(st.lists(ARTICLES, unique_by=lambda a: a.id, min_size=1), st.data())
def test_splicing_keeps_the_order(articles, data):
    ordered = tuple(sorted(articles, key=order))
    gone = data.draw(st.lists(st.sampled_from(ordered), unique=True))
    assert spliced(ordered, gone, ()) == tuple(one for one in ordered if one not in gone)
    assert spliced(spliced(ordered, gone, ()), (), gone) == ordered
