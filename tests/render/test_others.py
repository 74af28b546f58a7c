"""Which other copies an article names: held against the plain way, and quick among many copies."""

import datetime as dt
import time

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from generator.grouping import digest_of
from generator.grouping.health import healths_of
from generator.model.types import Article, CopyGroup, Story, TextPolicy, Verdict
from generator.render.compose import composer
from generator.render.lists import Lists
from generator.render.others import Others
from generator.render.plan import plan
from generator.render.templates import interface_language

DAY = dt.date(2024, 7, 3)


def article(number: int, source: str, day: int) -> Article:
    return Article(
        id=f"{number:012}",
        path=f"{number:05}.md",
        title=f"Title {number}",
        language="en",
        title_language="en",
        url=f"https://origin.example/{number}",
        source=source,
        date=DAY + dt.timedelta(day),
        verdict=Verdict.FULL,
    )


def articles_of(written: list[tuple[str, int]]) -> tuple[Article, ...]:
    return tuple(article(number, source, day) for number, (source, day) in enumerate(written))


def plainly(
    articles: tuple[Article, ...], left_out: set[str], most: int, *, by_day: bool
) -> tuple[list[Article], int]:
    first: dict[tuple[str, dt.date | None], Article] = {}
    for one in articles:
        if one.id not in left_out:
            first.setdefault((one.source, one.date if by_day else None), one)
    return list(first.values())[:most], len(first)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 2)), min_size=2, max_size=12),
    st.sets(st.integers(0, 14), max_size=6),
    st.integers(0, 5),
    st.booleans(),
)
def test_copies_are_those_that_a_look_at_all_finds(written, numbers, most, by_day):
    articles = articles_of(written)
    left_out = {f"{number:012}" for number in numbers}
    others = Others(articles, by_day=by_day)
    assert others.others(left_out, most) == plainly(articles, left_out, most, by_day=by_day)
    assert others.left(left_out) == sum(one.id not in left_out for one in articles)


def lists_of(articles: tuple[Article, ...], **groups: tuple[CopyGroup | Story, ...]) -> Lists:
    digest, _, _ = digest_of(list(articles), {}, TextPolicy.FULL)
    plan_ = plan(msgspec.structs.replace(digest, **groups))
    return Lists(plan_, composer(plan_, interface_language(None, "en"), healths_of(digest)).names)


def test_each_source_is_named_once_and_what_is_left_out_is_counted():
    own = articles_of([("A", 0), ("B", 0), ("B", 1), ("C", 1), ("A", 2), ("B", 2)])
    told = lists_of(own, stories=(Story(id=own[0].id, articles=own, texts=own),))
    named, more, _ = told.also(own[0])
    assert ([one.name for one in named], more) == (["B", "C", "A"], 2)
    named, more, _ = told.also(own[0], 1, shown={own[1].id})
    assert ([one.date for one in named], more) == ([own[2].date], 3)
    named, more = lists_of(own, copies=(CopyGroup(id=own[0].id, articles=own),)).copies(own[0])
    assert ([one.name for one in named], more) == (["B", "C", "A"], 2)


def test_many_copies_take_linear_time():
    articles = articles_of([(f"S{n % 3}", n % 2) for n in range(10_000)])
    lists = lists_of(articles, copies=(CopyGroup(id=articles[0].id, articles=articles),))
    start = time.process_time()
    for one in articles:
        named, more = lists.copies(one)
        assert len(named) + more == 6
    assert time.process_time() - start < 20  # half a second on a machine that does nothing else
