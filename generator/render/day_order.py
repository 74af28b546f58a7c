"""The order in which a day's articles are read: that of its page, without those that have no page."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from generator.model.types import Article, Digest, Edition
from generator.render.day_plan import DayPart, Row
from generator.render.kept_days import KEPT


class Paged(Protocol):
    """A plan, as far as an order needs it."""

    digest: Digest
    since: dt.date

    def has_page(self, article: Article) -> bool:
        """Return whether an article gets a page of its own."""
        ...

    def day(self, edition: Edition) -> tuple[DayPart, ...]:
        """Return the parts of a day."""
        ...


class DayOrder(NamedTuple):
    """The articles of a day that have pages, in order."""

    articles: tuple[Article, ...]
    places: dict[str, int]
    """Article id → its place in the order."""
    parts: dict[str, int]
    """Article id → the number of the part of the day that shows it."""


class DayOrders:
    """The orders of days, each found when it is needed and kept as long as the parts of its day."""

    def __init__(self) -> None:
        self._of: tuple[Digest | None, dt.date] = None, dt.date.min
        self._kept: dict[dt.date, tuple[tuple[DayPart, ...], DayOrder]] = {}
        self._known: dict[dt.date, DayOrder] = {}
        """The orders of one digest's days."""

    def of(self, plan: Paged, date: dt.date) -> DayOrder:
        """Return the order of a day; an empty one if it has no articles."""
        if self._of[0] is not plan.digest or self._of[1] != plan.since:
            self._of, self._known = (plan.digest, plan.since), {}
        order = self._known.get(date)
        if order is None:
            order = self._known[date] = self._found(plan, date)
        return order

    def _found(self, plan: Paged, date: dt.date) -> DayOrder:
        days = plan.digest.days
        at = bisect_left(days, date, key=lambda day: day.first)
        if at == len(days) or days[at].first != date:
            return DayOrder((), {}, {})
        parts, kept = plan.day(days[at]), self._kept.get(date)
        if kept is None or kept[0] is not parts:
            if len(self._kept) == KEPT:
                del self._kept[next(iter(self._kept))]
            kept = self._kept[date] = parts, _order(plan, date, parts)
        return kept[1]


def _order(plan: Paged, date: dt.date, parts: Iterable[DayPart]) -> DayOrder:
    shown = {
        article.id: (number, article)
        for number, part in enumerate(parts, 1)
        for row in _rows(part)
        for article in _articles(row)
        if article.date == date and plan.has_page(article)
    }
    return DayOrder(
        tuple(article for _, article in shown.values()),
        {id_: place for place, id_ in enumerate(shown)},
        {id_: number for id_, (number, _) in shown.items()},
    )


def _rows(part: DayPart) -> Iterator[Row]:
    yield from (*part.picks, *part.stories)
    for own in (*part.reading, *part.links, *part.activity):
        yield from own.rows


def _articles(row: Row) -> Iterator[Article]:
    """Yield the article of a row with its copies, then the other texts of its story."""
    yield from (row.article, *row.copies, *row.told)
