"""Every page of the site, with its address, its template and what it shows.

A page here has no HTML: `compose` makes its views, `templates` its bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from generator.model import addresses
from generator.model.types import (
    Article,
    Digest,
    Edition,
    Identifier,
    Period,
    Source,
    SourceMonth,
    Story,
    Tag,
)
from generator.render.day_plan import EditionPart
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.plan import Plan
from generator.render.source_lists import SourceList, lists_of
from generator.render.tag_index import TagPart

ARTICLE = "article.html"
"""The template of articles' own pages."""
TEMPLATES = (
    ARTICLE, "day.html", "identifier.html", "identifiers.html", "period.html", "redirect.html", "source.html",
    "source_month.html", "story.html", "tag.html", "tag_month.html",
)  # fmt: skip
"""The templates of all pages except overviews."""


class Alias(msgspec.Struct, frozen=True):
    """A former address of an article."""

    article: Article


class MonthPart(msgspec.Struct, frozen=True):
    """One part, counted from 1, of a source's month."""

    source: Source
    month: SourceMonth
    number: int


Subject = (
    Article | Edition | EditionPart | Source | MonthPart | Story | Identifier | IdentifierKind
    | IdentifierPart | SourceList | Tag | TagPart | Alias | None
)  # fmt: skip


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """An address with a template and what it shows."""

    address: str
    template: str
    subject: Subject = None
    """None for other overviews of the whole digest."""
    month: dt.date | None = None
    """The first day of the month whose sitemap lists the page."""
    modified: dt.date | None = None
    """The date of the newest article that it shows, if it tells when the page changed."""

    @property
    def listed(self) -> bool:
        """Whether sitemaps list the page."""
        return self.template not in {"redirect.html", "404.html"}


def overviews(plan_: Plan) -> Iterator[Page]:
    """Yield the pages that show the whole digest."""
    yield _front(plan_.digest)
    if plan_.digest.days:
        yield Page(address=addresses.ARCHIVE, template="archive.html")
    for one in lists_of(len(plan_.digest.sources)):
        address = addresses.sources(one.part, by_name=one.is_by_name)
        yield Page(address=address, template="sources.html", subject=one)
    if plan_.digest.tags:
        yield Page(address=addresses.TAGS, template="tags.html")
    if plan_.search != "none":
        yield Page(address=addresses.SEARCH, template="search.html")
    if plan_.reader:
        yield Page(address=addresses.LATER, template="later.html")
    yield Page(address=addresses.NOT_FOUND, template="404.html")


def pages_of_source(plan_: Plan, source: Source) -> Iterator[Page]:
    """Yield the pages of a source and of its articles."""
    for article in source.articles:
        yield from pages_of_article(plan_, article)
    yield page_of_source(source)
    for month in source.months:
        yield from pages_of_month(source, month)


def pages_of_article(plan_: Plan, article: Article) -> Iterator[Page]:
    """Yield an article's own page, if it has one, and those that redirect to it."""
    if plan_.has_page(article):
        yield Page(
            address=addresses.article(article.id),
            template=ARTICLE,
            subject=article,
            month=article.date.replace(day=1),
            modified=article.date,
        )
    for alias in article.aliases:
        yield Page(address=alias, template="redirect.html", subject=Alias(article))


def page_of_source(source: Source) -> Page:
    """Return a source's own page."""
    newest = source.articles[0].date
    return Page(address=addresses.source(source), template="source.html", subject=source, modified=newest)


def pages_of_month(owner: Source | Tag, month: SourceMonth) -> Iterator[Page]:
    """Yield the parts of a month of a source or tag."""
    for number, part in enumerate(month.parts, 1):
        yield Page(
            address=addresses.part_of_month(owner, month.first, number),
            template="tag_month.html" if isinstance(owner, Tag) else "source_month.html",
            subject=_part_of(owner, month, number),
            month=month.first,
            modified=part[0].date,
        )


def _part_of(owner: Source | Tag, month: SourceMonth, number: int) -> MonthPart | TagPart:
    if isinstance(owner, Tag):
        return TagPart(owner, month, number)
    return MonthPart(owner, month, number)


def pages_of_story(plan_: Plan, story: Story) -> Iterator[Page]:
    """Yield a story's page, if it has one."""
    if address := plan_.story_page(story):
        yield Page(
            address=address,
            template="story.html",
            subject=story,
            month=story.lead.date.replace(day=1),
            modified=max(article.date for article in story.articles),
        )


def pages_of_edition(plan_: Plan, edition: Edition) -> Iterator[Page]:
    """Yield an edition's page, and the further parts of a day."""
    page = Page(
        address=addresses.edition(edition),
        template="day.html" if edition.period is Period.DAY else "period.html",
        subject=edition,
        month=None if edition.period is Period.YEAR else edition.first.replace(day=1),
        modified=edition.days[-1][0],
    )
    yield page
    if edition.period is Period.DAY:
        for part in range(2, plan_.parts_of_day(edition) + 1):
            address = addresses.day(edition.first, part)
            yield msgspec.structs.replace(page, address=address, subject=EditionPart(edition, part))


def _front(digest: Digest) -> Page:
    if not digest.days:
        return Page(address=addresses.FRONT, template="empty.html")
    newest = digest.days[-1]
    return Page(address=addresses.FRONT, template="day.html", subject=newest, modified=newest.first)
