"""A planned page becomes the view that its template shows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import msgspec
from markupsafe import Markup

from generator import addresses
from generator.model import Article, Edition, Group, Period, Source, TextPolicy, direction
from generator.render import views
from generator.render.lists import DAY_FILLS, MONTH_FILLS, Fill, Lists
from generator.render.names import Names, Words
from generator.render.pages import Alias, MonthPart, Page, Plan

NEWEST_ITEMS = 30
"""Items that a source's own page shows."""
_ABOVE = {Period.WEEK: (Period.YEAR, Period.MONTH), Period.MONTH: (Period.YEAR,)}


class Composer(msgspec.Struct, frozen=True):
    """Makes the views of a digest's pages."""

    plan: Plan
    names: Names
    lists: Lists

    def views_of(self, page: Page, body: Markup) -> Iterator[views.View]:
        """Make the view of a page, and leaner ones should it weigh too much; one at least.

        `body` is the sanitised text where the page is an article's.
        """
        match page.subject:
            case Edition(period=Period.DAY):
                for fill in DAY_FILLS:
                    yield self._day(page.subject, fill, is_front=page.address == addresses.FRONT)
            case MonthPart():
                for fill in MONTH_FILLS:
                    yield self._source_month(page.subject, fill)
            case Article():
                yield self._article(page.subject, body)
            case Edition():
                yield self._period(page.subject)
            case Source():
                yield self._source(page.subject)
            case Alias():
                yield self._redirect(page.subject.article)
            case None:
                yield self._overview(page.address)

    def _overview(self, address: str) -> views.View:
        """Make the view of a page that shows the digest as a whole."""
        if address == addresses.SOURCES:
            return self._sources()
        if address == addresses.FRONT:
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
        return views.ArticleView(
            id=article.id,
            title=article.title,
            language=article.language,
            dir=direction(article.language),
            title_language=article.title_language,
            title_dir=direction(article.title_language),
            source=self.names.source(source),
            date=article.date,
            time=article.time,
            fetched=article.fetched,
            original=article.url,
            authors=article.authors,
            tags=article.tags,
            minutes=article.minutes,
            verdict=article.verdict,
            body=body,
            excerpt_only=source.text is TextPolicy.EXCERPT,
            day=self.names.day(article.date),
            month=views.Named(
                name=self.names.words.date(month, "month"),
                address=addresses.source_month(source, month, part),
                date=month,
            ),
        )

    def _day(self, edition: Edition, fill: Fill, *, is_front: bool) -> views.DayView:
        blocks = tuple(self.lists.day_block(n, group, fill) for n, group in enumerate(edition.groups, 1))
        date = edition.first
        before, after = self.names.around(addresses.edition(edition))
        return views.DayView(
            date=date,
            count=edition.count,
            sources=tuple(
                views.Named(name=block.source.name, address=block.anchor, count=block.source.count)
                for block in blocks
            ),
            blocks=blocks,
            calendar=self.names.calendar(date.year, date.month, date),
            previous=before,
            next=after,
            week=self.names.period(Period.WEEK, date),
            month=self.names.period(Period.MONTH, date),
            year=self.names.period(Period.YEAR, date),
            is_front=is_front,
        )

    def _period(self, edition: Edition) -> views.PeriodView:
        period = edition.period
        before, after = self.names.around(addresses.edition(edition))
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

    def _sources(self) -> views.SourcesView:
        digest = self.plan.digest
        rows = tuple(
            msgspec.structs.replace(
                self.names.source(source, count=len(source.articles)), date=source.articles[0].date
            )
            for source in digest.sources.values()
        )
        return views.SourcesView(sources=rows, count=len(digest.articles))

    def _source(self, source: Source) -> views.SourceView:
        return views.SourceView(
            name=source.name,
            language=source.language,
            home=source.home,
            count=len(source.articles),
            first=source.articles[-1].date,
            last=source.articles[0].date,
            items=tuple(self.lists.item(article) for article in source.articles[:NEWEST_ITEMS]),
            months=tuple(self.names.source_month(source, month) for month in source.months),
        )

    def _source_month(self, part: MonthPart, fill: Fill) -> views.SourceMonthView:
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
            # The parts beside it alone: a full part must not change because others come.
            parts=tuple(
                views.Named(name=str(number), address=addresses.source_month(source, month.first, number))
                for number in range(max(1, part.number - 1), min(len(month.parts), part.number + 1) + 1)
            ),
            blocks=tuple(self.lists.month_block(group, fill) for group in groups),
            previous=self.names.source_month(source, older) if older else None,
            next=self.names.source_month(source, newer) if newer else None,
        )


def composer(plan: Plan, words: Words) -> Composer:
    """Make a composer for a planned digest in the interface's language."""
    names = Names(plan, words)
    return Composer(plan, names, Lists(plan, names))
