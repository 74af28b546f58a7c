"""Turn sources, their months and the list of all into the views that their templates show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby

from generator.model import addresses
from generator.model.types import Group, Health, Source, SourceMonth
from generator.render import views
from generator.render.collation import DIGITS, OTHERS, collated, initial
from generator.render.health import health_view, row
from generator.render.lists import MONTH_FILLS, Fill, Lists, Ways, ways
from generator.render.names import Names, Words
from generator.render.pages import MonthPart
from generator.render.source_views import (
    MonthOfSource,
    SourceGroup,
    SourceMonthView,
    SourceRow,
    SourcesView,
    SourceView,
    YearOfSource,
)

NEWEST_ITEMS = 30
"""Number of items on a source's own page."""
_PARTED_MONTHS = (None, 120, 36, 0)
"""Number of months whose parts a source's page lists; None for all."""
_BANDS = (1000, 100, 10, 2, 1)
"""The smallest numbers of articles of the groups in which all sources are listed by number."""


def part_names(words: Words, month: SourceMonth) -> tuple[str, ...]:
    """Return the names of a month's parts by their days, such as `26–30`; empty for a single part.

    Parts of the same day are counted. The name of a part depends on no later one.
    """
    if len(month.parts) == 1:
        return ("",)
    names, known = [], Counter[str]()
    for part in month.parts:
        name = words.days(part[-1].date, part[0].date)
        known[name] += 1
        names.append(name if known[name] == 1 else f"{name} ({known[name]})")
    return tuple(names)


def month_anchor(first: dt.date) -> str:
    """Return the `id` of a month on its source's page."""
    return f"_{first.year:04}-{first.month:02}"


def source_ways(lists: Lists, source: Source, health: Health) -> Ways:
    """Return functions that make the views of a source's own page."""
    return [[partial(_source, lists, source, health, parted) for parted in _PARTED_MONTHS]]


def _source(lists: Lists, source: Source, health: Health, parted: int | None) -> SourceView:
    words = lists.names.words
    return SourceView(
        name=source.name,
        language=source.language,
        home=source.home,
        count=len(source.articles),
        first=source.articles[-1].date,
        last=source.articles[0].date,
        health=health_view(health, words),
        items=tuple(lists.item(article) for article in source.articles[:NEWEST_ITEMS]),
        years=tuple(_years(words, source, parted)),
    )


def _years(words: Words, source: Source, parted: int | None) -> Iterator[YearOfSource]:
    for year, own in groupby(enumerate(source.months), key=lambda month: month[1].first.year):
        months = tuple(
            _month(words, source, month, has_parts=parted is None or n < parted) for n, month in own
        )
        yield YearOfSource(
            date=dt.date(year, 1, 1), count=sum(month.count for month in months), months=months
        )


def _month(words: Words, source: Source, month: SourceMonth, *, has_parts: bool) -> MonthOfSource:
    """Return a month in the list of a source's page. Its address is that of its newest part."""
    names = part_names(words, month)
    parts = [
        views.Named(name=name, address=addresses.source_month(source, month.first, number), count=len(part))
        for number, (name, part) in enumerate(zip(names, month.parts, strict=True), 1)
    ]
    return MonthOfSource(
        name=words.date(month.first, "month"),
        address=parts[-1].address,
        count=month.count,
        date=month.first,
        anchor=month_anchor(month.first),
        parts=tuple(reversed(parts)) if has_parts and len(parts) > 1 else (),
    )


def month_ways(lists: Lists, part: MonthPart) -> Ways:
    """Return functions that make the views of a part of a source's month."""
    return ways(partial(_part, lists, part), MONTH_FILLS)


def _part(lists: Lists, part: MonthPart, fill: Fill) -> SourceMonthView:
    source, month, number = part.source, part.month, part.number
    articles, words = month.parts[number - 1], lists.names.words
    groups = [
        Group(source=source.name, articles=tuple(same_day))
        for _, same_day in groupby(articles, key=lambda article: article.date)
    ]
    at, names = source.months.index(month), part_names(words, month)
    older = source.months[at + 1] if at + 1 < len(source.months) else None
    newer = source.months[at - 1] if at else None
    later = None
    if number < len(month.parts):
        oldest = month.parts[number][-1].date
        later = _named_part(part, number + 1, words.date(oldest, "day"))
    return SourceMonthView(
        source=lists.names.source(source),
        month=month.first,
        days=names[number - 1],
        count=len(articles),
        earlier=_named_part(part, number - 1, names[number - 2]) if number > 1 else None,
        later=later,
        anchor=month_anchor(month.first),
        blocks=tuple(lists.month_block(group, fill) for group in groups),
        previous=lists.names.source_month(source, older, len(older.parts)) if older else None,
        next=lists.names.source_month(source, newer) if newer else None,
    )


def _named_part(part: MonthPart, number: int, name: str) -> views.Named:
    return views.Named(name=name, address=addresses.source_month(part.source, part.month.first, number))


def sources_ways(names: Names, healths: Mapping[str, Health], *, is_by_name: bool) -> Ways:
    """Return functions that make the views of the list of all sources, in one of its orders."""
    make = partial(_sources, names, healths, is_by_name=is_by_name)
    fills = ((True, True), (True, False), (False, False))
    return [[partial(make, has_health=has_health, sparks=sparks) for has_health, sparks in fills]]


def _sources(
    names: Names, healths: Mapping[str, Health], *, is_by_name: bool, has_health: bool, sparks: bool
) -> SourcesView:
    digest = names.plan.digest
    newest = digest.days[-1].first if digest.days and sparks else None
    rows = [
        row(names.source(source), source.text, healths[source.name], newest)
        for source in digest.sources.values()
    ]
    return SourcesView(
        groups=_by_name(rows) if is_by_name else _by_number(rows, names.words),
        count=len(digest.articles),
        sources=len(rows),
        is_by_name=is_by_name,
        by_number=addresses.SOURCES,
        by_name=addresses.SOURCES_BY_NAME,
        has_health=has_health,
        sparks=sparks,
    )


def _by_name(rows: Iterable[SourceRow]) -> tuple[SourceGroup, ...]:
    def place(row: SourceRow) -> tuple[bool, bool, str]:
        letter = initial(row.name)
        return letter == OTHERS, letter == DIGITS, letter

    ordered = sorted(rows, key=lambda row: (place(row), collated(row.name)))
    return tuple(
        SourceGroup(name=letter, anchor=f"_{letter or 'other'}"[:6], sources=tuple(own))
        for letter, own in groupby(ordered, key=lambda row: initial(row.name))
    )


def _by_number(rows: Iterable[SourceRow], words: Words) -> tuple[SourceGroup, ...]:
    def band(row: SourceRow) -> int:
        return next(least for least in _BANDS if row.count >= least)

    ordered = sorted(rows, key=lambda row: (-row.count, collated(row.name)))
    return tuple(
        SourceGroup(name=_range(least, words), anchor=f"_{least}", sources=tuple(own))
        for least, own in groupby(ordered, key=band)
    )


def _range(least: int, words: Words) -> str:
    """Return the name of a range of numbers: `10–99`."""
    if least == _BANDS[0]:
        return words.gettext("%(n)s and more") % {"n": words.number(least)}
    most = _BANDS[_BANDS.index(least) - 1] - 1
    return words.number(least) if most == least else f"{words.number(least)}–{words.number(most)}"
