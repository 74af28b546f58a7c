"""Turn weeks, months, years and the archive into the views that their templates show."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial

import msgspec

from generator.model import addresses
from generator.model.types import Article, Edition, Group, Period
from generator.render import views
from generator.render.calendars import calendars_of, shades
from generator.render.identifiers import kinds
from generator.render.lists import PERIOD_FILLS, Fill, Lists, Ways, direction_of, ways
from generator.render.names import Names
from generator.render.period_views import ArchiveMonth, ArchivePick, ArchiveView, ArchiveYear, PeriodView

_ABOVE = {Period.WEEK: (Period.YEAR, Period.MONTH), Period.MONTH: (Period.YEAR,)}
_ARCHIVE_FILLS = ((5, None), (3, None), (1, None), (0, None), (0, 10), (0, 3), (0, 0))
"""Numbers of picks of each month, and of years whose weeks are listed; None for all."""


def period_ways(lists: Lists, edition: Edition) -> Ways:
    """Return functions that make the views of a week, month or year."""
    return ways(partial(_period, lists, edition), PERIOD_FILLS)


def _period(lists: Lists, edition: Edition, fill: Fill) -> PeriodView:
    period, names = edition.period, lists.names
    above_days = lists.above(edition, fill)
    before, after = names.around(edition)
    months = Counter[dt.date]()
    for date, count in edition.days:
        months[date.replace(day=1)] += count
    newest_first = sorted(months, reverse=True)
    days = [names.day(date, count) for date, count in reversed(edition.days)]
    sources = sorted(edition.groups, key=lambda group: (-len(group.articles), group.source))
    return PeriodView(
        period=period,
        first=edition.first,
        last=edition.last,
        count=edition.count,
        days=() if period is Period.YEAR else tuple(days),
        months=tuple(
            names.period(Period.MONTH, month, months[month])
            for month in newest_first
            if period is Period.YEAR
        ),
        calendars=() if period is Period.WEEK else calendars_of(names, newest_first),
        sources=tuple(_source_in(lists, edition, group) for group in sources[: fill.items]),
        sources_more=0 if fill.items is None else max(0, len(sources) - fill.items),
        picks=above_days.picks,
        stories=above_days.stories,
        previous=before,
        next=after,
        above=tuple(names.period(larger, edition.days[0][0]) for larger in _ABOVE.get(period, ())),
    )


def _source_in(lists: Lists, edition: Edition, group: Group) -> views.Named:
    source = lists.plan.digest.sources[group.source]
    named = lists.names.source(source, count=len(group.articles))
    if edition.period is not Period.MONTH:
        return named
    part = lists.plan.parts[group.articles[0].id]
    return msgspec.structs.replace(named, address=addresses.source_month(source, edition.first, part))


def archive_ways(lists: Lists) -> Ways:
    """Return functions that make the views of the archive."""
    return [[partial(_archive, lists, *fill) for fill in _ARCHIVE_FILLS]]


def _archive(lists: Lists, picks: int, years: int | None) -> ArchiveView:
    digest, names = lists.plan.digest, lists.names
    weeks = defaultdict[dt.date, list[views.Named]](list)
    for week in reversed(digest.weeks):
        weeks[week.days[-1][0].replace(day=1)].append(names.edition(week))
    shade = shades(month.count for month in digest.months)
    by_year = defaultdict[int, list[ArchiveMonth]](list)
    for month in reversed(digest.months):
        own = by_year[month.first.year]
        own.append(_archive_month(lists, month, shade(month.count), weeks[month.first], picks))
    newest_first = digest.years[::-1]
    return ArchiveView(
        count=len(digest.articles),
        first=digest.days[0].first,
        last=digest.days[-1].first,
        identifiers=kinds(lists.plan),
        years=tuple(
            _archive_year(names, year, by_year[year.first.year], has_weeks=years is None or n < years)
            for n, year in enumerate(newest_first)
        ),
    )


def _archive_year(
    names: Names, year: Edition, months: Sequence[ArchiveMonth], *, has_weeks: bool
) -> ArchiveYear:
    named = names.edition(year)
    if not has_weeks:
        months = [msgspec.structs.replace(month, weeks=()) for month in months]
    return ArchiveYear(
        name=named.name,
        address=named.address,
        count=named.count,
        date=named.date,
        anchor=f"_{year.first.year}",
        months=tuple(months),
        has_more=any(month.weeks or month.picks or month.picks_more for month in months),
    )


def _archive_month(
    lists: Lists, month: Edition, shade: int, weeks: Sequence[views.Named], most: int
) -> ArchiveMonth:
    named, picks = lists.names.edition(month), lists.plan.picks_of(month)
    return ArchiveMonth(
        name=named.name,
        address=named.address,
        count=named.count,
        date=named.date,
        shade=shade,
        weeks=tuple(weeks),
        picks=tuple(_archive_pick(lists, pick) for pick in picks[:most]),
        picks_more=max(0, len(picks) - most),
    )


def _archive_pick(lists: Lists, article: Article) -> ArchivePick:
    has_page = lists.plan.has_page(article)
    return ArchivePick(
        title=article.title,
        language=article.title_language,
        dir=direction_of(article.title_language),
        address=addresses.article(article.id) if has_page else None,
        original=article.url,
        source=article.source,
        date=article.date,
    )
