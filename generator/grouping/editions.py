"""Build the editions of days, weeks, months and years, and define the order of articles."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec

from generator.model.types import Article, Edition, Group, Period, SourceMonth, Verdict

FULLNESS = {Verdict.FULL: 0, Verdict.CUT: 1, Verdict.LINK: 2}
"""Sort key of a verdict, the most text first."""
PART = 150
"""Maximum number of articles in a part of a source's month."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UNTIMED = dt.timedelta()

Moment = tuple[int, bool, dt.timedelta]
Order = tuple[int, bool, dt.timedelta, str]


def moment(article: Article) -> Moment:
    """Return the sort key of an article's time, newest first. Without a time it comes last on its day."""
    if article.time is None:
        return -article.date.toordinal(), True, _UNTIMED
    # The difference is exact, stays in range, and separates the two hours when clocks go back.
    return -article.date.toordinal(), False, _EPOCH - article.time


def order(article: Article) -> Order:
    """Return the sort key of all lists: newest first, then by path."""
    return *moment(article), article.path


def editions_of(period: Period, articles: Iterable[Article], slugs: Mapping[str, str]) -> tuple[Edition, ...]:
    """Return the editions of a period, oldest first.

    `articles` are sorted by `order`. `slugs`: source name → slug.
    """
    groups: dict[dt.date, dict[str, list[Article]]] = {}
    for article in articles:
        groups.setdefault(article.date, {}).setdefault(article.source, []).append(article)
    days = tuple(_edition(Period.DAY, day, groups[day], slugs) for day in sorted(groups))
    return days if period is Period.DAY else joined(period, days, slugs)


def joined(period: Period, days: Iterable[Edition], slugs: Mapping[str, str]) -> tuple[Edition, ...]:
    """Return the editions of a longer period, oldest first, built from those of its days."""
    by_first: dict[dt.date, list[Edition]] = {}
    for day in days:
        by_first.setdefault(_FIRST[period](day.first), []).append(day)
    return tuple(_joined(period, first, own, slugs) for first, own in by_first.items())


def _joined(period: Period, first: dt.date, days: Sequence[Edition], slugs: Mapping[str, str]) -> Edition:
    by_source: dict[str, list[Article]] = {}
    for day in reversed(days):
        for group in day.groups:
            by_source.setdefault(group.source, []).extend(group.articles)
    edition = _edition(period, first, by_source, slugs)
    return msgspec.structs.replace(edition, days=tuple((day.first, day.count) for day in days))


def first_of(period: Period, date: dt.date) -> dt.date:
    """Return the first day of the period that contains a day."""
    return _FIRST[period](date)


def _edition(
    period: Period, first: dt.date, by_source: Mapping[str, list[Article]], slugs: Mapping[str, str]
) -> Edition:
    groups = [Group(source=source, articles=tuple(articles)) for source, articles in by_source.items()]
    groups.sort(key=lambda group: (moment(group.articles[0]), slugs[group.source]))
    day = first, sum(map(len, by_source.values()))
    return Edition(period=period, first=first, last=_LAST[period](first), groups=tuple(groups), days=(day,))


def months_of(articles: Sequence[Article]) -> tuple[SourceMonth, ...]:
    """Return the months of one source, newest first. `articles` are sorted by `order`."""
    months: dict[dt.date, list[list[Article]]] = {}
    for date, own in groupby(articles, attrgetter("date")):
        months.setdefault(date.replace(day=1), []).append(list(own))
    return tuple(SourceMonth(first=first, parts=_parts(days)) for first, days in months.items())


def _parts(days: Sequence[Sequence[Article]]) -> tuple[tuple[Article, ...], ...]:
    """Return parts of whole days, cut from the oldest day on, so that only the last part grows.

    Only a day that has more articles than a part is cut, from its oldest article on. `days` and their
    articles: newest first.
    """
    parts: list[list[Article]] = []
    for day in reversed(days):
        for end in range(len(day), 0, -PART):
            piece = day[max(0, end - PART) : end]
            if parts and len(parts[-1]) + len(piece) <= PART:
                parts[-1] = [*piece, *parts[-1]]
            else:
                parts.append([*piece])
    return tuple(map(tuple, parts))


def _end_of_week(first: dt.date) -> dt.date:
    return first + min(dt.timedelta(days=6), dt.date.max - first)  # the last week of the year 9999 is shorter


def _end_of_month(first: dt.date) -> dt.date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


_FIRST: Mapping[Period, Callable[[dt.date], dt.date]] = {
    Period.DAY: lambda date: date,
    Period.WEEK: lambda date: date - dt.timedelta(days=date.weekday()),  # 0001-01-01 is a Monday
    Period.MONTH: lambda date: date.replace(day=1),
    Period.YEAR: lambda date: date.replace(month=1, day=1),
}
_LAST: Mapping[Period, Callable[[dt.date], dt.date]] = {
    Period.DAY: lambda first: first,
    Period.WEEK: _end_of_week,
    Period.MONTH: _end_of_month,
    Period.YEAR: lambda first: first.replace(month=12, day=31),
}
