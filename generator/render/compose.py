"""Turn planned pages into the views that their templates show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec
from markupsafe import Markup

from generator.config.site import IdentifierConfig
from generator.model import addresses
from generator.model.types import (
    Article,
    Edition,
    Health,
    Identifier,
    Period,
    Source,
    Story,
    Tag,
    TextPolicy,
)
from generator.render import views
from generator.render.beside import beside
from generator.render.day_lists import DAY_FILLS, DayFill, DayLists
from generator.render.day_plan import DayPart, EditionPart, rows_of
from generator.render.day_views import DayView
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.identifiers import identifier_ways, linked
from generator.render.later_view import LaterView
from generator.render.lists import Lists, Ways, direction_of, note_of, ways
from generator.render.names import Names, Words
from generator.render.pages import Alias, MonthPart, Page
from generator.render.periods import archive_ways, period_ways
from generator.render.plan import Plan
from generator.render.search_view import SearchView
from generator.render.source_lists import SourceList
from generator.render.source_pages import month_ways, source_ways, sources_ways
from generator.render.story_pages import story_ways
from generator.render.tag_index import TagPart
from generator.render.tags import tag_ways


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
            case (Tag() | TagPart() | None) as tag if page.address.startswith(addresses.TAGS):
                found = tag_ways(lists, tag)
            case Edition(period=Period.DAY) | EditionPart():
                found = self._days(page.subject, is_front=page.address == addresses.FRONT)
            case Edition():
                found = period_ways(lists, page.subject)
            case Source():
                found = source_ways(lists, page.subject, self.healths[page.subject.name])
            case MonthPart():
                found = month_ways(lists, page.subject)
            case Story():
                found = story_ways(lists, page.subject)
            case Identifier() | IdentifierKind() | IdentifierPart():
                found = identifier_ways(lists, page.subject, self.identifiers)
            case None if page.address == addresses.ARCHIVE:
                found = archive_ways(lists)
            case SourceList():
                found = sources_ways(self.names, self.healths, page.subject)
            case _:
                found = ([partial(self._only, page, body)],)
        return found

    def _only(self, page: Page, body: Markup) -> views.View:
        """Make the view of a page that has no leaner one."""
        match page.subject:
            case Article():
                return self.article(page.subject, body)
            case Alias():
                return self._redirect(page.subject.article)
        if page.address == addresses.FRONT:
            return views.EmptyView()
        if page.address == addresses.LATER:
            return LaterView()
        if page.address == addresses.SEARCH:
            return SearchView(texts=self.plan.search == "full")
        latest = self.plan.digest.days[-1:]
        return views.NotFoundView(latest=self.names.edition(latest[0]) if latest else None)

    def _redirect(self, article: Article) -> views.RedirectView:
        target, fragment = self.plan.address_of(article)
        return views.RedirectView(target=target, fragment=fragment, title=article.title)

    def article(self, article: Article, body: Markup) -> views.ArticleView:
        """Make the view of an article's page. `body` is the sanitised text."""
        source = self.plan.source_of(article)
        month = article.date.replace(day=1)
        part = self.plan.parts[article.id]
        lists = Lists(self.plan, self.names)
        copies, copies_more = lists.copies(article)
        also, also_more, story = lists.also(article)
        previous, following, more, tag, tagged, day_part = beside(self.plan, article)
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
            tags=self.names.tags(article),
            minutes=article.minutes,
            verdict=article.verdict,
            note=note_of(article),
            note_language=article.note_language,
            note_dir=direction_of(article.note_language),
            copies=copies,
            copies_more=copies_more,
            also=also,
            also_more=also_more,
            story=story,
            identifiers=linked(article, self.plan.digest.identifiers),
            body=body,
            excerpt_only=source.text is TextPolicy.EXCERPT,
            # A count would change the page whenever another article is added.
            day=msgspec.structs.replace(
                self.names.day(article.date, 0), address=addresses.day(article.date, day_part)
            ),
            month=views.Named(
                name=self.names.words.date(month, "month"),
                address=addresses.source_month(source, month, part),
                date=month,
            ),
            previous=_link(previous),
            next=_link(following),
            more=tuple(map(_link_to, more)),
            tag=self.names.tag(tag) if tag else None,
            tagged=tuple(map(_link_to, tagged)),
        )

    def _days(self, subject: Edition | EditionPart, *, is_front: bool) -> Ways:
        """Return functions that make the views of a part of a day. What they share is computed once."""
        edition, number = (subject, 1) if isinstance(subject, Edition) else (subject.edition, subject.number)
        lists = DayLists(Lists(self.plan, self.names), edition)
        date, parts = edition.first, self.plan.day(edition)
        before, after = self.plan.around(edition)
        counts = ((self.plan.digest.sources[group.source], len(group.articles)) for group in edition.groups)
        around = DayView(
            date=date,
            count=edition.count,
            copies=sum([len(row.copies) for part in parts for row in rows_of(part)]),
            sources=tuple(self.names.source(source, count=count) for source, count in counts),
            part=number,
            parts=tuple(
                views.Named(name=str(part), address=addresses.day(date, part))
                for part in range(1, len(parts) + 1)
                if len(parts) > 1
            ),
            earlier=lists.earlier() if is_front else (),
            # Counts would change the page with the neighbouring days.
            previous=self.names.day(before.first, 0) if before else None,
            next=self.names.day(after.first, 0) if after else None,
            week=self.names.period(Period.WEEK, date),
            month=self.names.period(Period.MONTH, date),
            year=self.names.period(Period.YEAR, date),
            is_front=is_front,
        )
        return ways(partial(self._day, lists, parts[number - 1], around), DAY_FILLS)

    def _day(self, lists: DayLists, part: DayPart, around: DayView, fill: DayFill) -> DayView:
        return msgspec.structs.replace(
            around,
            picks=lists.above(part.picks, fill),
            stories=lists.above(part.stories, fill),
            reading=lists.section(part.reading, fill, excerpts=True),
            links=lists.section(part.links, fill),
            activity=lists.section(part.activity, fill),
        )


def _link_to(article: Article) -> views.ArticleLink:
    return views.ArticleLink(
        article.title,
        addresses.article(article.id),
        article.title_language,
        direction_of(article.title_language),
        article.source,
    )


def _link(article: Article | None) -> views.ArticleLink | None:
    return _link_to(article) if article else None


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
