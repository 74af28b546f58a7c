"""Find what a reader of an article may read next: its neighbours in the order of its day, more of its source.

All of these are of the same day or older, so that a page does not change because a newer article came,
unless that makes its source an activity feed, which stands elsewhere in the order of its days.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generator.model.types import Article, Source
from generator.render.pages import Page, pages_of_article
from generator.render.plan import Plan

MORE = 3
"""Number of further articles of the source."""
_WINDOW = 20
"""Number of older articles of the source among which these are sought. Some may have no page."""


class Beside(NamedTuple):
    """Articles that an article's page leads to."""

    previous: Article | None
    next: Article | None
    more: tuple[Article, ...]
    """Older articles of its source, other than its neighbours and copies."""
    part: int
    """The number of the part of its day that shows it."""


def beside(plan: Plan, article: Article) -> Beside:
    """Return the articles that an article's page leads to. All of them have pages."""
    order = plan.orders.of(plan, article.date)
    at = order.places[article.id]
    previous = order.articles[at - 1] if at else None
    following = order.articles[at + 1] if at + 1 < len(order.articles) else None
    passed = {one.id for one in (previous, following) if one}
    copies = plan.copies.get(article.id)
    more: list[Article] = []
    for one in _older(plan.source_of(article), article):
        if one.id in passed or not plan.has_page(one) or (copies and plan.copies.get(one.id) is copies):
            continue
        more.append(one)
        if len(more) == MORE:
            break
    return Beside(previous, following, tuple(more), order.parts[article.id])


def pages_beside(plan: Plan, articles: Iterable[Article]) -> Iterator[Page]:
    """Yield the pages that may lead to some articles, which may be of another plan."""
    articles = tuple(articles)
    for date in {one.date for one in articles}:
        yield from _pages(plan, plan.orders.of(plan, date).articles)
    for name, date in {(one.source, one.date) for one in articles}:
        if source := plan.digest.sources.get(name):
            start, end = _on(source, date)
            yield from _pages(plan, source.articles[max(0, start - _WINDOW) : end])


def _pages(plan: Plan, articles: Iterable[Article]) -> Iterator[Page]:
    for article in articles:
        yield from pages_of_article(plan, article)


def _older(source: Source, article: Article) -> tuple[Article, ...]:
    at = _first_on(source, article.date)
    while source.articles[at].id != article.id:
        at += 1
    return source.articles[at + 1 : at + 1 + _WINDOW]


def _on(source: Source, date: dt.date) -> tuple[int, int]:
    """Return where a source's articles of a day begin and end."""
    start = _first_on(source, date)
    return start, bisect_right(source.articles, -date.toordinal(), lo=start, key=_day)


def _first_on(source: Source, date: dt.date) -> int:
    return bisect_left(source.articles, -date.toordinal(), key=_day)


def _day(article: Article) -> int:
    return -article.date.toordinal()
