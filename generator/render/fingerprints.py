"""Fingerprints of what pages depend on. Pages with the same fingerprint as in the last build are unchanged.

A fingerprint is a sequence of hashes, one for each of `PARTS`. The first that differs is the reason why a
page is rendered again. It may cover more than the page shows, but never less: compare `compose`, `lists` and
`frame`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import cast

import msgspec

from generator.cache.versions import hashed
from generator.config.tags import NEWEST as NEWEST_OF_TAG
from generator.model import addresses
from generator.model.types import (
    Article,
    Edition,
    Health,
    Identifier,
    Period,
    Related,
    Source,
    SourceMonth,
    Story,
    Tag,
)
from generator.render.beside import beside
from generator.render.day_lists import earlier_days
from generator.render.day_plan import EditionPart
from generator.render.identifier_kinds import IdentifierKind, IdentifierPart
from generator.render.identifiers import NEWEST, described_by, linked
from generator.render.pages import Alias, MonthPart, Page
from generator.render.plan import Plan
from generator.render.source_lists import SourceList
from generator.render.source_pages import NEWEST_ITEMS
from generator.render.story_pages import shared_identifiers
from generator.render.tag_index import TagPart

PARTS = ("version", "configuration", "translations", "template", "articles", "sources", "stories", "editions")
_SIZE = 8
_ENCODER = msgspec.msgpack.Encoder()


def reason(old: bytes | None, new: bytes) -> str | None:
    """Return in a word why a page must be rendered again; None if it need not be."""
    if old == new:
        return None
    if len(new) != len(PARTS) * _SIZE:
        return "changed"
    if old is None or len(old) != len(new):
        return "new"
    for number, name in enumerate(PARTS):
        if old[number * _SIZE : (number + 1) * _SIZE] != new[number * _SIZE : (number + 1) * _SIZE]:
            return name
    return "new"


class Fingerprints:
    """The fingerprints of one digest's pages."""

    def __init__(
        self,
        plan: Plan,
        marks: Mapping[str, bytes],
        healths: Mapping[str, Health],
        common: Callable[[str], bytes],
        last: Fingerprints | None = None,
    ) -> None:
        """`marks`: article id → content hash. `common` returns the parts from version to template.

        The hashes of sources, copies and stories in the fingerprints of the `last` digest are used again.
        """
        self._plan = plan
        self._marks = marks
        self._healths = healths
        self._common = common
        sources = plan.digest.sources
        self._sources: Mapping[str, bytes] = (
            last._sources
            if last and last._sources.keys() == sources.keys()
            else {name: _source_mark(source) for name, source in sources.items()}
        )
        self._groups: dict[tuple[type, str], tuple[Related, bytes]] = last._groups if last else {}
        self._of_healths: dict[str, tuple[Health, bytes]] = last._of_healths if last else {}

    def of(self, page: Page) -> bytes:
        """Return the fingerprint of a page."""
        match page.subject:
            case Article():
                own = self._article(page.subject)
            case Alias():
                own = self._alias(page.subject.article)
            case MonthPart():
                own = self._month_part(page.subject)
            case Edition(period=Period.DAY) | EditionPart():
                own = self._day(page)
            case Edition():
                own = self._period(page.subject)
            case Source():
                own = self._source(page.subject)
            case Story() | Identifier() | IdentifierKind() | IdentifierPart() | Tag() | TagPart():
                own = self._collection(page.subject)
            case _:
                own = self._overview(page)
        return self._common(page.template) + b"".join(own)

    def _collection(
        self, subject: Story | Identifier | IdentifierKind | IdentifierPart | Tag | TagPart
    ) -> tuple[bytes, ...]:
        """Return the parts of a page of articles that neither a source nor a period holds together."""
        match subject:
            case Story():
                return self._story(subject)
            case Identifier():
                return self._identifier(subject)
            case Tag():
                return self._tag(subject)
            case TagPart():
                return self._tag_part(subject)
        return self._identifiers(subject)

    def feed(self, articles: Iterable[Article], about: object) -> bytes:
        """Return the fingerprint of a feed of some articles. `about` is everything else that it contains."""
        listed = tuple(articles)
        where = [self._plan.address_of(article) for article in listed]
        return self._common("") + b"".join(self._listed(listed, (where, about), self._sources_of(listed)))

    def _article(self, article: Article) -> tuple[bytes, ...]:
        """Return the same parts as `_listed`, but faster: most pages are articles, and share most of them."""
        return (
            hashed(self._marks[article.id], self._paged((article,))),
            _hash(self._sources[article.source]),
            _hash(self._related(article)),
            hashed(self._beside(article), self._linked(article)),
        )

    def _beside(self, article: Article) -> bytes:
        """Return the parts of its month and day that list an article, and what its page says of others."""
        previous, following, more, tag, tagged, part = beside(self._plan, article)
        said = [
            f"{one.id} {one.title_language} {one.source}\n{one.title}" if one else ""
            for one in (previous, following, *more, None, *tagged)
        ]
        parts = f"{self._plan.parts[article.id]} {part} {tag.slug if tag else ''}"
        return "\0".join((parts, *said)).encode("utf-8", "surrogatepass")

    def _linked(self, article: Article) -> bytes:
        """Return which of an article's identifiers have pages."""
        if not article.identifiers:
            return b""
        return repr(linked(article, self._plan.digest.identifiers)).encode()

    def _alias(self, article: Article) -> tuple[bytes, ...]:
        return self._listed((article,), self._plan.address_of(article), b"")

    def _month_part(self, part: MonthPart) -> tuple[bytes, ...]:
        about = _place(part.source.months, part.month, part.number)
        return self._listed(part.month.parts[part.number - 1], about, self._sources[part.source.name])

    def _tag_part(self, part: TagPart) -> tuple[bytes, ...]:
        shown = part.month.parts[part.number - 1]
        place = _place(part.tag.months, part.month, part.number)
        return self._listed(shown, (part.tag.name, part.tag.slug, place), self._sources_of(shown))

    def _tag(self, tag: Tag) -> tuple[bytes, ...]:
        plan, shown = self._plan, tag.articles[:NEWEST_OF_TAG]
        above = plan.digest.tags.get(plan.tag_rules.above(tag.key))
        named = (tag, *([above] if above else []), *plan.tag_index.nested.get(tag.key, ()))
        about = ([*map(_tag_row, named)], _months(tag.months), tag.articles[-1].date)
        return self._listed(shown, about, self._sources_of(shown))

    def _day(self, page: Page) -> tuple[bytes, ...]:
        """Return the parts of a page of a day. The front page shows earlier days too."""
        plan, is_front = self._plan, page.address == addresses.FRONT
        subject = cast("Edition | EditionPart", page.subject)
        edition = subject if isinstance(subject, Edition) else subject.edition
        editions = (edition, *(earlier_days(plan.digest.days) if is_front else ()))
        groups = [group for edition in editions for group in edition.groups]
        about = (
            page.address,
            [other and other.first for other in plan.around(edition)],
            [edition.first for edition in editions],
            [plan.digest.sources[group.source].is_activity for group in groups],
            is_front and bool(plan.picks),
        )
        articles = [article for group in groups for article in group.articles]
        sources = b"".join(self._sources[group.source] for group in groups)
        return self._listed(articles, about, sources)

    def _period(self, edition: Edition) -> tuple[bytes, ...]:
        """Return the parts of a week, month or year. It names picks and stories only, and counts the rest."""
        stories = self._plan.stories
        named = [
            article
            for group in edition.groups
            for article in group.articles
            if article.pinned or article.id in stories
        ]
        counts = b"".join(
            self._sources[group.source] + len(group.articles).to_bytes(4, "big") for group in edition.groups
        )
        activity = [self._plan.digest.sources[group.source].is_activity for group in edition.groups]
        return self._listed(named, (self._around(edition), edition.days, activity), counts)

    def _source(self, source: Source) -> tuple[bytes, ...]:
        months = _months(source.months)
        about = (source.home, source.language, months, len(source.articles), source.articles[-1].date)
        health = self._health(source.name)
        return self._listed(source.articles[:NEWEST_ITEMS], about, self._sources[source.name] + health)

    def _story(self, story: Story) -> tuple[bytes, ...]:
        shown = [name for name in shared_identifiers(story.texts) if name in self._plan.digest.identifiers]
        return self._listed(story.articles, shown, self._sources_of(story.articles))

    def _identifier(self, identifier: Identifier) -> tuple[bytes, ...]:
        articles = (*identifier.articles, *identifier.mentions)
        about = identifier.name, len(identifier.articles)
        return self._listed(articles, about, self._sources_of(articles))

    def _identifiers(self, subject: IdentifierKind | IdentifierPart) -> tuple[bytes, ...]:
        """Return the parts of a list of identifiers, of which each row shows the first article's title."""
        place: object = None
        if isinstance(subject, IdentifierKind):
            shown, kind = tuple(islice(subject.newest(), NEWEST)), subject
        else:
            shown, kind = subject.shown, subject.kind
            place = (subject.month.first, subject.number, len(subject.month.parts))
        rows = [(one.name, len(one.articles), one.sources, one.articles[-1].date) for one in shown]
        months = [(month.first, month.count) for month in kind.months]
        return self._listed([described_by(one) for one in shown], (rows, months, place), b"")

    def _overview(self, page: Page) -> tuple[bytes, ...]:
        digest = self._plan.digest
        if page.address == addresses.ARCHIVE:
            editions = (*digest.weeks, *digest.months)
            about = [(one.period, one.first, one.count, one.days[-1][0]) for one in editions]
            kinds = [(one.kind, one.count) for one in self._plan.identifier_kinds.values()]
            return self._listed(self._plan.picks, (about, digest.days[0].first, kinds), b"")
        if isinstance(page.subject, SourceList):
            rows = b"".join(self._sources[name] + self._health(name) for name in digest.sources)
            newest = digest.days[-1].first if digest.days else None
            return self._listed((), (newest and newest.replace(day=1), len(digest.articles)), rows)
        if page.address == addresses.TAGS:
            return self._listed((), [*map(_tag_row, digest.tags.values())], b"")
        latest = digest.days[-1] if digest.days else None
        return self._listed((), latest and (latest.first, latest.count), b"")

    def _listed(self, articles: Iterable[Article], about: object, sources: bytes) -> tuple[bytes, ...]:
        """Return the parts of a page that lists articles: articles, sources, stories, place of the page."""
        articles = tuple(articles)
        marks = self._marks
        return (
            hashed(b"".join([marks[article.id] for article in articles]), self._paged(articles)),
            hashed(sources),
            hashed(b"".join(map(self._related, articles))),
            hashed(repr(about).encode("utf-8", "surrogatepass")),
        )

    def _paged(self, articles: Iterable[Article]) -> bytes:
        """Return which articles have pages if the date decides; else nothing, because their marks tell."""
        if self._plan.since == dt.date.min:
            return b""
        return bytes(self._plan.has_page(article) for article in articles)

    def _sources_of(self, articles: Iterable[Article]) -> bytes:
        return b"".join(self._sources[article.source] for article in articles)

    def _related(self, article: Article) -> bytes:
        """Return the hashes of an article's copies and of its story, and what its tags are called."""
        groups = self._plan.copies.get(article.id), self._plan.stories.get(article.id)
        marks = [self._group_mark(group) for group in groups if group]
        if article.tags or article.tag_words:
            tags = [(tag.name, tag.slug) for tag in self._plan.tags_of(article)]
            marks.append(repr(tags).encode("utf-8", "surrogatepass"))
        return b"".join(marks)

    def _group_mark(self, group: Related) -> bytes:
        key = type(group), group.id
        known = self._groups.get(key)
        if known is None or known[0] is not group:
            marks = [self._marks[article.id] + self._sources[article.source] for article in group.articles]
            about: tuple[object, ...] = (group.id, self._paged(group.articles))
            if isinstance(group, Story):
                texts = [article.id for article in group.texts]
                about = (*about, texts, group.reported, group.aggregators, group.is_promotion)
            known = self._groups[key] = group, hashed(repr(about).encode(), *marks)
        return known[1]

    def _health(self, name: str) -> bytes:
        """Return the hash of a source's health, without the days of silence, which grow but are not shown."""
        health, known = self._healths[name], self._of_healths.get(name)
        if known is None or known[0] is not health:
            mark = hashed(_ENCODER.encode(msgspec.structs.replace(health, silent_days=0)))
            known = self._of_healths[name] = health, mark
        return known[1]

    def _around(self, edition: Edition) -> list[tuple[dt.date, int] | None]:
        return [(other.first, other.count) if other else None for other in self._plan.around(edition)]


def _place(months: Sequence[SourceMonth], own: SourceMonth, number: int) -> tuple[object, ...]:
    """Return what a part of a month shows of its place among months and parts."""
    parts, at = own.parts, months.index(own)
    neighbours = (*months[max(0, at - 1) : at], *months[at + 1 : at + 2])
    beside = [(month.first, month.count) for month in neighbours]
    older = [len(month.parts) for month in months[at + 1 : at + 2]]
    later = [part[-1].date for part in parts[number : number + 1]]
    return own.first, number, len(parts) > 1, _days_of(parts[:number]), later, older, at > 0, beside


def _months(months: Iterable[SourceMonth]) -> list[object]:
    """Return what a list of months shows."""
    return [(month.first, month.count, _days_of(month.parts)) for month in months]


def _tag_row(tag: Tag) -> tuple[str, str, int]:
    """Return what a list of tags shows of one."""
    return tag.name, tag.slug, len(tag.articles)


def _days_of(parts: Iterable[Sequence[Article]]) -> list[tuple[int, int, int]]:
    """Return the first and the last day of each part, and its number of articles."""
    return [(part[-1].date.day, part[0].date.day, len(part)) for part in parts]


@lru_cache(4096)
def _hash(part: bytes) -> bytes:
    return hashed(part)


def _source_mark(source: Source) -> bytes:
    return hashed(source.name.encode("utf-8", "surrogatepass"), source.slug.encode(), source.text.encode())
