"""Find what to read next: the neighbours of an article in the order of its day, more of its source and tag.

All of these are of the same day or older, so that a page does not change because a newer article came,
unless that makes its source an activity feed, which stands elsewhere in the order of its days.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from generator.model.types import Article, Tag
from generator.render.plan import Plan

MORE = 3
"""Number of further articles of the source, and of the tag."""
_WINDOW = 20
"""Number of older articles among which these are sought. Some may have no page."""


class Beside(NamedTuple):
    """Articles that an article's page leads to."""

    previous: Article | None
    next: Article | None
    more: tuple[Article, ...]
    """Older articles of its source, other than its neighbours and copies."""
    tag: Tag | None
    """The first of its tags that has others; None if none has."""
    tagged: tuple[Article, ...]
    """Older articles of that tag by other sources."""
    part: int
    """The number of the part of its day that shows it."""


def beside(plan: Plan, article: Article) -> Beside:
    """Return the articles that an article's page leads to. All of them have pages."""
    order = plan.orders.of(plan, article.date)
    at = order.places[article.id]
    previous = order.articles[at - 1] if at else None
    following = order.articles[at + 1] if at + 1 < len(order.articles) else None
    passed = {one.id for one in (previous, following) if one}
    more = _more(plan, article, plan.source_of(article).articles, passed)
    tag, tagged = _tagged(plan, article, passed)
    return Beside(previous, following, more, tag, tagged, order.parts[article.id])


def _more(
    plan: Plan, article: Article, articles: Sequence[Article], passed: Collection[str], source: str = ""
) -> tuple[Article, ...]:
    """Return the first older ones of some articles, not copies, those `passed`, or those of a `source`."""
    copies = plan.copies.get(article.id)
    found = (
        one
        for one in _older(articles, article)
        if one.source != source
        and one.id not in passed
        and plan.has_page(one)
        and not (copies and plan.copies.get(one.id) is copies)
    )
    return tuple(islice(found, MORE))


def _tagged(plan: Plan, article: Article, passed: Collection[str]) -> tuple[Tag | None, tuple[Article, ...]]:
    for tag in plan.tags_of(article):
        if tagged := _more(plan, article, tag.articles, passed, article.source):
            return tag, tagged
    return None, ()


def articles_beside(plan: Plan, articles: Iterable[Article]) -> Iterator[Article]:
    """Yield those whose pages may lead to some articles, which may be of another plan; many of them twice."""
    articles = tuple(articles)
    for date in {one.date for one in articles}:
        yield from plan.orders.of(plan, date).articles
    lists = {(one.source, one.date): plan.digest.sources.get(one.source) for one in articles}
    tags = {
        (key, one.date): plan.digest.tags.get(key)
        for one in articles
        if one.tags or one.tag_words
        for key in plan.tag_rules.all_of(one)
    }
    for (_, date), owner in (*lists.items(), *tags.items()):
        if owner:  # else it lost its last article
            start, end = _on(owner.articles, date)
            yield from owner.articles[max(0, start - _WINDOW) : end]


def _older(articles: Sequence[Article], article: Article) -> Sequence[Article]:
    at = _first_on(articles, article.date)
    while articles[at].id != article.id:
        at += 1
    return articles[at + 1 : at + 1 + _WINDOW]


def _on(articles: Sequence[Article], date: dt.date) -> tuple[int, int]:
    """Return where the articles of a day begin and end."""
    start = _first_on(articles, date)
    return start, bisect_right(articles, -date.toordinal(), lo=start, key=_day)


def _first_on(articles: Sequence[Article], date: dt.date) -> int:
    return bisect_left(articles, -date.toordinal(), key=_day)


def _day(article: Article) -> int:
    return -article.date.toordinal()
