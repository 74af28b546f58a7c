"""Turn planned pages into the views that their templates show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

import msgspec
from markupsafe import Markup

from generator.config.site import IdentifierConfig
from generator.model import addresses
from generator.model.types import (
    Article,
    Edition,
    Group,
    Health,
    Identifier,
    Period,
    Source,
    Story,
    TextPolicy,
    direction,
)
from generator.render import views
from generator.render.health import health_view, row
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.identifiers import identifier_ways, linked
from generator.render.lists import (
    DAY_FILLS,
    MONTH_FILLS,
    PERIOD_FILLS,
    STORY_FILLS,
    Fill,
    Fills,
    Lists,
    direction_of,
    note_of,
)
from generator.render.names import Names, Words
from generator.render.pages import Alias, MonthPart, Page, Plan

NEWEST_ITEMS = 30
"""Number of items on a source's own page."""
_ABOVE = {Period.WEEK: (Period.YEAR, Period.MONTH), Period.MONTH: (Period.YEAR,)}


Ways = Sequence[Sequence[Callable[[], views.View]]]
"""Functions that make the views of a page, from the fullest to the leanest."""


class Composer(msgspec.Struct, frozen=True):
    """Makes the views of a digest's pages."""

    plan: Plan
    names: Names
    healths: Mapping[str, Health]
    """Source name → health, for every source."""
    identifiers: Mapping[str, IdentifierConfig] = {}
    """Name → settings of the kinds of identifiers that the site configures."""

    def views_of(self, page: Page, body: Markup) -> Iterator[views.View]:
        """Yield the view of a page, followed by leaner ones in case it is too large.

        `body` is the sanitised text, for an article's page.
        """
        return (make() for stretch in self.ways_of(page, body) for make in stretch)

    def ways_of(self, page: Page, body: Markup) -> Ways:
        """Return functions that make these views, in groups.

        Within a group, each view is smaller than the one before.
        """
        lists = Lists(self.plan, self.names)
        match page.subject:
            case Edition(period=Period.DAY):
                ways = self._days(page.subject, is_front=page.address == addresses.FRONT)
            case MonthPart():
                ways = _factories(partial(self._source_month, lists, page.subject), MONTH_FILLS)
            case Edition():
                ways = _factories(partial(self._period, lists, page.subject), PERIOD_FILLS)
            case Story():
                ways = _factories(partial(self._story, lists, page.subject), STORY_FILLS)
            case Identifier() | IdentifierKind() | IdentifierPart():
                ways = identifier_ways(lists, page.subject, self.identifiers)
            case None if page.address == addresses.SOURCES:
                ways = ([partial(self._sources, sparks=sparks) for sparks in (True, False)],)
            case _:
                ways = ([partial(self._only, page, body)],)
        return ways

    def _only(self, page: Page, body: Markup) -> views.View:
        """Make the view of a page that has no leaner one."""
        match page.subject:
            case Article():
                return self._article(page.subject, body)
            case Source():
                return self._source(page.subject)
            case Alias():
                return self._redirect(page.subject.article)
        if page.address == addresses.FRONT:
            return views.EmptyView()
        latest = self.plan.digest.days[-1:]
        return views.NotFoundView(latest=self.names.edition(latest[0]) if latest else None)

    def _redirect(self, article: Article) -> views.RedirectView:
        target, fragment = self.plan.address_of(article)
        return views.RedirectView(target=target, fragment=fragment, title=article.title)

    def _article(self, article: Article, body: Markup) -> views.ArticleView:
        source = self.plan.source_of(article)
        month = article.date.replace(day=1)
        part = self.plan.parts[article.id]
        also, also_more, story = Lists(self.plan, self.names).also(article)
        return views.ArticleView(
            id=article.id,
            title=article.title,
            language=article.language,
            dir=direction_of(article.language),
            title_language=article.title_language,
            title_dir=direction_of(article.title_language),
            source=self.names.source(source),
            date=article.date,
            time=article.time,
            fetched=article.fetched,
            original=article.url,
            authors=article.authors,
            tags=article.tags,
            minutes=article.minutes,
            verdict=article.verdict,
            note=note_of(article),
            also=also,
            also_more=also_more,
            story=story,
            identifiers=linked(article, self.plan.digest.identifiers),
            body=body,
            excerpt_only=source.text is TextPolicy.EXCERPT,
            # A count would change the page whenever another article is added.
            day=self.names.day(article.date, 0),
            month=views.Named(
                name=self.names.words.date(month, "month"),
                address=addresses.source_month(source, month, part),
                date=month,
            ),
        )

    def _days(self, edition: Edition, *, is_front: bool) -> Ways:
        """Return functions that make a day's views. What they share is computed once."""
        lists = Lists(self.plan, self.names)
        date = edition.first
        before, after = self.names.around(edition)
        around = views.DayView(
            date=date,
            count=edition.count,
            sources=(),
            blocks=(),
            calendar=self.names.calendar(date.year, date.month, date),
            previous=before,
            next=after,
            week=self.names.period(Period.WEEK, date),
            month=self.names.period(Period.MONTH, date),
            year=self.names.period(Period.YEAR, date),
            is_front=is_front,
        )
        return _factories(partial(self._day, lists, edition, around), DAY_FILLS)

    def _day(self, lists: Lists, edition: Edition, around: views.DayView, fill: Fill) -> views.DayView:
        above = lists.above(edition, fill)
        blocks = [lists.day_block(n, group, fill, above.home) for n, group in enumerate(edition.groups, 1)]
        return msgspec.structs.replace(
            around,
            sources=tuple(
                views.Named(
                    name=block.source.name,
                    address=above.home[group.articles[0].id] if _is_above(block) else block.anchor,
                    count=block.source.count,
                )
                for block, group in zip(blocks, edition.groups, strict=True)
            ),
            picks=above.picks,
            stories=above.stories,
            blocks=tuple(block for block in blocks if not _is_above(block)),
        )

    def _story(self, lists: Lists, story: Story, fill: Fill) -> views.StoryView:
        lead, days = story.lead, [article.date for article in story.articles]
        own, *others = (
            msgspec.structs.replace(
                lists.item(article, excerpt=n <= fill.excerpts, also=0), also_more=0, story=None
            )
            for n, article in enumerate(story.articles[: None if fill.items is None else fill.items + 1])
        )
        return views.StoryView(
            title=lead.title,
            language=lead.title_language,
            dir=direction(lead.title_language),
            lead=own,
            items=tuple(others),
            count=len(story.articles),
            sources=len({article.source for article in story.articles}),
            first=min(days),
            last=max(days),
            day=self.names.day(lead.date, 0),
        )

    def _period(self, lists: Lists, edition: Edition, fill: Fill) -> views.PeriodView:
        period = edition.period
        above_days = lists.above(edition, fill)
        before, after = self.names.around(edition)
        months = Counter[dt.date]()
        for date, count in edition.days:
            months[date.replace(day=1)] += count
        days = [self.names.day(date, count) for date, count in reversed(edition.days)]
        sources = sorted(edition.groups, key=lambda group: (-len(group.articles), group.source))
        return views.PeriodView(
            period=period,
            first=edition.first,
            last=edition.last,
            count=edition.count,
            days=() if period is Period.YEAR else tuple(days),
            months=tuple(
                self.names.period(Period.MONTH, month, months[month])
                for month in sorted(months, reverse=True)
                if period is Period.YEAR
            ),
            calendars=tuple(
                self.names.calendar(month.year, month.month)
                for month in sorted(months)
                if period is not Period.WEEK
            ),
            sources=tuple(self._source_in(edition, group) for group in sources),
            picks=above_days.picks,
            stories=above_days.stories,
            previous=before,
            next=after,
            above=tuple(self.names.period(larger, edition.days[0][0]) for larger in _ABOVE.get(period, ())),
        )

    def _source_in(self, edition: Edition, group: Group) -> views.Named:
        source = self.plan.digest.sources[group.source]
        named = self.names.source(source, count=len(group.articles))
        if edition.period is not Period.MONTH:
            return named
        return msgspec.structs.replace(named, address=addresses.source_month(source, edition.first))

    def _sources(self, *, sparks: bool) -> views.SourcesView:
        digest = self.plan.digest
        newest = digest.days[-1].first if digest.days and sparks else None
        rows = tuple(
            row(self.names.source(source), self.healths[source.name], newest)
            for source in digest.sources.values()
        )
        return views.SourcesView(sources=rows, count=len(digest.articles), sparks=sparks)

    def _source(self, source: Source) -> views.SourceView:
        lists = Lists(self.plan, self.names)
        return views.SourceView(
            name=source.name,
            language=source.language,
            home=source.home,
            count=len(source.articles),
            first=source.articles[-1].date,
            last=source.articles[0].date,
            health=health_view(self.healths[source.name], self.names.words),
            items=tuple(lists.item(article) for article in source.articles[:NEWEST_ITEMS]),
            months=tuple(self.names.source_month(source, month) for month in source.months),
        )

    def _source_month(self, lists: Lists, part: MonthPart, fill: Fill) -> views.SourceMonthView:
        source, month = part.source, part.month
        articles = month.parts[part.number - 1]
        groups = [
            Group(source=source.name, articles=tuple(same_day))
            for _, same_day in groupby(articles, key=lambda article: article.date)
        ]
        at = source.months.index(month)
        older = source.months[at + 1] if at + 1 < len(source.months) else None
        newer = source.months[at - 1] if at else None
        return views.SourceMonthView(
            source=self.names.source(source),
            month=month.first,
            count=len(articles),
            part=part.number,
            # Only neighbouring parts are listed, so that a full part does not change when parts are added.
            parts=tuple(
                views.Named(name=str(number), address=addresses.source_month(source, month.first, number))
                for number in range(max(1, part.number - 1), min(len(month.parts), part.number + 1) + 1)
            ),
            blocks=tuple(lists.month_block(group, fill) for group in groups),
            previous=self.names.source_month(source, older) if older else None,
            next=self.names.source_month(source, newer) if newer else None,
        )


def _factories(make: Callable[[Fill], views.View], fills: Fills) -> Ways:
    return [[partial(make, fill) for fill in stretch] for stretch in fills]


def _is_above(block: views.Block) -> bool:
    """Return whether all articles of a source are shown further up."""
    return block.above == block.source.count


def composer(
    plan: Plan,
    words: Words,
    healths: Mapping[str, Health],
    identifiers: Mapping[str, IdentifierConfig] | None = None,
) -> Composer:
    """Return a composer for a planned digest in the interface's language.

    `healths`: by source. `identifiers`: the kinds of identifiers that the site configures, by name.
    """
    return Composer(plan, Names(plan, words), healths, identifiers or {})
