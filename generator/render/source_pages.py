"""Turn sources, their months and the list of all into the views that their templates show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from generator.model import addresses
from generator.model.types import Article, Group, Health, Source, SourceMonth, Tag
from generator.render import views
from generator.render.collation import DIGITS, OTHERS, collated, initial
from generator.render.health import health_view, row
from generator.render.lists import MONTH_FILLS, Fill, Lists, Ways, ways
from generator.render.names import Names, Words
from generator.render.pages import MonthPart
from generator.render.source_lists import PART, SourceList, parts_of
from generator.render.source_views import (
    MonthOfSource,
    SourceGroup,
    SourceJump,
    SourceMonthView,
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
        years=tuple(years_of(words, source, parted)),
    )


def years_of(words: Words, owner: Source | Tag, parted: int | None = None) -> Iterator[YearOfSource]:
    """Yield the years of a source or tag, with the parts of `parted` months; None for all."""
    for year, own in groupby(enumerate(owner.months), key=lambda month: month[1].first.year):
        months = tuple(
            _month(words, owner, month, has_parts=parted is None or n < parted) for n, month in own
        )
        yield YearOfSource(
            date=dt.date(year, 1, 1), count=sum(month.count for month in months), months=months
        )


def _month(words: Words, owner: Source | Tag, month: SourceMonth, *, has_parts: bool) -> MonthOfSource:
    """Return a month in the list of a source's page, or a tag's. Its address is that of its newest part."""
    names = part_names(words, month)
    parts = [
        views.Named(name=name, address=addresses.part_of_month(owner, month.first, number), count=len(part))
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
    source, articles = part.source, part.month.parts[part.number - 1]
    blocks = [lists.month_block(Group(source=source.name, articles=own), fill) for own in days_of(articles)]
    return part_view(lists.names, source, part.month, part.number, blocks)


def days_of(articles: Iterable[Article]) -> Iterator[tuple[Article, ...]]:
    """Yield the articles of each day. `articles` are in order."""
    return (tuple(own) for _, own in groupby(articles, key=lambda article: article.date))


def part_view(
    names: Names, owner: Source | Tag, month: SourceMonth, number: int, blocks: Iterable[views.Block]
) -> SourceMonthView:
    """Return the view of a part of a month of a source or tag, with these blocks."""
    parts, at = part_names(names.words, month), owner.months.index(month)
    older = owner.months[at + 1] if at + 1 < len(owner.months) else None
    newer = owner.months[at - 1] if at else None
    later = None
    if number < len(month.parts):
        oldest = month.parts[number][-1].date
        later = _named_part(owner, month, number + 1, names.words.date(oldest, "day"))
    return SourceMonthView(
        source=names.tag(owner) if isinstance(owner, Tag) else names.source(owner),
        month=month.first,
        days=parts[number - 1],
        count=len(month.parts[number - 1]),
        earlier=_named_part(owner, month, number - 1, parts[number - 2]) if number > 1 else None,
        later=later,
        anchor=month_anchor(month.first),
        blocks=tuple(blocks),
        previous=names.month_of(owner, older, len(older.parts)) if older else None,
        next=names.month_of(owner, newer) if newer else None,
    )


def _named_part(owner: Source | Tag, month: SourceMonth, number: int, name: str) -> views.Named:
    return views.Named(name=name, address=addresses.part_of_month(owner, month.first, number))


def sources_ways(names: Names, healths: Mapping[str, Health], subject: SourceList) -> Ways:
    """Return functions that make the views of a part of the list of all sources."""
    make = partial(_sources, names, healths, subject)
    fills = ((True, True), (True, False), (False, False))
    return [[partial(make, has_health=has_health, sparks=sparks) for has_health, sparks in fills]]


def _sources(
    names: Names, healths: Mapping[str, Health], subject: SourceList, *, has_health: bool, sparks: bool
) -> SourcesView:
    digest, is_by_name = names.plan.digest, subject.is_by_name
    newest = digest.days[-1].first if digest.days and sparks else None
    ordered = _by_name(digest.sources) if is_by_name else _by_number(digest.sources, names.words)
    groups = tuple(
        SourceGroup(
            name=name,
            anchor=anchor,
            sources=tuple(
                row(names.source(source), source.text, healths[source.name], newest) for _, source in own
            ),
        )
        for (name, anchor), own in groupby(subject.of(ordered), key=lambda one: one[0])
    )
    parts = parts_of(len(ordered))
    return SourcesView(
        groups=groups,
        jumps=tuple(_jumps(ordered, is_by_name=is_by_name)),
        count=len(digest.articles),
        sources=len(ordered),
        is_by_name=is_by_name,
        part=subject.part,
        parts=tuple(
            views.Named(name=str(part), address=addresses.sources(part, by_name=is_by_name))
            for part in parts
            if len(parts) > 1
        ),
        by_number=addresses.sources(),
        by_name=addresses.sources(by_name=True),
        has_health=has_health,
        sparks=sparks,
    )


Ordered = Sequence[tuple[tuple[str, str], Source]]
"""Sources in an order, each with name and anchor of its group."""


def _by_name(sources: Mapping[str, Source]) -> Ordered:
    def place(name: str) -> tuple[object, ...]:
        letter = initial(name)
        return letter == OTHERS, letter == DIGITS, letter, collated(name)

    anchors = {DIGITS: "_0", OTHERS: "_other"}
    letters = ((initial(name), name) for name in sorted(sources, key=place))
    return [((letter, anchors.get(letter, f"_{letter}")), sources[name]) for letter, name in letters]


def _by_number(sources: Mapping[str, Source], words: Words) -> Ordered:
    ordered = sorted(sources.values(), key=lambda source: (-len(source.articles), collated(source.name)))
    bands = [next(least for least in _BANDS if len(source.articles) >= least) for source in ordered]
    names = {least: (_range(least, words), f"_{least}") for least in _BANDS}
    return [(names[least], source) for least, source in zip(bands, ordered, strict=True)]


def _jumps(ordered: Ordered, *, is_by_name: bool) -> Iterator[SourceJump]:
    """Yield a link to each group, which begins in the part with its first source."""
    groups = groupby(enumerate(ordered), key=lambda one: one[1][0])
    for (name, anchor), (first, *others) in ((group, [at for at, _ in own]) for group, own in groups):
        address = addresses.sources(first // PART + 1, by_name=is_by_name)
        yield SourceJump(name=name, anchor=anchor, address=address, count=1 + len(others))


def _range(least: int, words: Words) -> str:
    """Return the name of a range of numbers: `10–99 articles`."""
    if least == _BANDS[0]:
        return words.gettext("%(n)s articles and more") % {"n": words.number(least)}
    most = _BANDS[_BANDS.index(least) - 1] - 1
    numbers = words.number(least) if most == least else f"{words.number(least)}–{words.number(most)}"
    return words.ngettext("%(n)s article", "%(n)s articles", most) % {"n": numbers}
