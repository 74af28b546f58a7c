"""The order in which a day's articles are read: that of its list, without those that have no page."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from typing import NamedTuple, Protocol

from generator.model.types import Article, Digest


class Paged(Protocol):
    """A plan, as far as an order needs it."""

    digest: Digest
    since: dt.date

    def has_page(self, article: Article) -> bool:
        """Return whether an article gets a page of its own."""
        ...


class DayOrder(NamedTuple):
    """The articles of a day that have pages, in order."""

    articles: tuple[Article, ...]
    places: dict[str, int]
    """Article id → its place in the order."""


class DayOrders:
    """The orders of the days of one digest, each found when it is needed and kept."""

    def __init__(self) -> None:
        self._of: tuple[Digest, dt.date] | None = None
        self._known: dict[dt.date, DayOrder] = {}

    def of(self, plan: Paged, date: dt.date) -> DayOrder:
        """Return the order of a day; an empty one if it has no articles."""
        if self._of is None or self._of[0] is not plan.digest or self._of[1] != plan.since:
            self._of, self._known = (plan.digest, plan.since), {}
        order = self._known.get(date)
        if order is None:
            order = self._known[date] = _order(plan, date)
        return order


def _order(plan: Paged, date: dt.date) -> DayOrder:
    days = plan.digest.days
    at = bisect_left(days, date, key=lambda day: day.first)
    groups = days[at].groups if at < len(days) and days[at].first == date else ()
    articles = tuple(article for group in groups for article in group.articles if plan.has_page(article))
    return DayOrder(articles, {article.id: place for place, article in enumerate(articles)})
