"""What pages need to know of each other: neighbours, parts, groups and addresses of all articles."""

from __future__ import annotations

import datetime as dt
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from generator.config.site import Config
from generator.config.tags import TagRules
from generator.config.tags import tag_rules as rules_of
from generator.model import addresses
from generator.model.types import (
    Article,
    CopyGroup,
    Digest,
    Edition,
    Identifier,
    Related,
    Source,
    SourceMonth,
    Story,
    Tag,
)
from generator.render.day_order import DayOrders
from generator.render.day_plan import DayPart
from generator.render.identifier_kinds import IdentifierKind, kinds_of
from generator.render.kept_days import Days
from generator.render.others import Others
from generator.render.tag_index import TagIndex, tag_index

SHORT_STORY = 2
"""Number of texts in a story that needs no page, because each names the other."""

G = TypeVar("G", CopyGroup, Story)


class Plan(msgspec.Struct, kw_only=True):
    """What all pages need to know of each other; updated in place."""

    digest: Digest
    parts: dict[str, int]
    """Article id → part, counted from 1, of its source's month that lists it."""
    counts: dict[dt.date, int]
    """Day → number of its articles."""
    copies: dict[str, CopyGroup]
    """Article id → the copies that it belongs to."""
    stories: dict[str, Story]
    """Article id → the story that it belongs to."""
    picks: tuple[Article, ...]
    """The articles that the curator pinned, newest first."""
    since: dt.date = dt.date.min
    """The first day whose articles get pages. Before it, only articles without an original do."""
    language: str = ""
    """The site's language, which headlines of stories prefer."""
    search: str = "full"
    """What readers can search: `full`, `titles` or `none`."""
    reader: bool = True
    """Whether browsers remember what is new, seen or kept for later."""
    tag_rules: TagRules = TagRules()
    """What the configuration says of tags; that by which the digest's tags were grouped."""
    aliases: dict[str, str] = {}
    """Output file of a former address → id of the article that it redirects to."""
    orders: DayOrders = msgspec.field(default_factory=DayOrders)
    """The orders in which days are read."""
    _days: Days = msgspec.field(default_factory=Days)
    _slugs: dict[str, str] = {}
    """Slug → name of the source; filled on demand."""
    _others: dict[tuple[type, str], Others] = msgspec.field(default_factory=dict)
    """Kind and id of a group → its articles, filled on demand."""
    _tags: tuple[Mapping[str, Tag], TagIndex] = ({}, TagIndex({}, {}))
    """The tags, and the index of these; filled on demand."""
    _kinds: tuple[Mapping[str, Identifier], Mapping[str, IdentifierKind]] = ({}, {})
    """The identifiers, and the kinds of these; filled on demand."""

    def change(
        self,
        digest: Digest,
        removed: Sequence[Article],
        added: Sequence[Article],
        ended: Iterable[Related],
        begun: Iterable[Related],
        picks: tuple[Article, ...],
    ) -> None:
        """Become the plan of a digest that differs in these articles, copies and stories."""
        self.digest, self.picks, self._slugs = digest, picks, {}
        for article in removed:
            self.parts.pop(article.id, None)
            self.counts[article.date] -= 1
        for article in added:
            self.counts[article.date] = self.counts.get(article.date, 0) + 1
        for source, first in {(one.source, one.date.replace(day=1)) for one in (*removed, *added)}:
            if source in digest.sources:
                months = (month for month in digest.sources[source].months if month.first == first)
                self.parts |= _parts(months)
        for group in ended:
            known = self.copies if isinstance(group, CopyGroup) else self.stories
            for article in group.articles:
                known.pop(article.id, None)
        self.copies |= _by_article(group for group in begun if isinstance(group, CopyGroup))
        self.stories |= _by_article(group for group in begun if isinstance(group, Story))

    def source_of(self, article: Article) -> Source:
        """Return the source that published an article."""
        return self.digest.sources[article.source]

    def source_at(self, slug: str) -> Source | None:
        """Return the source with a slug; None if there is none."""
        if not self._slugs:
            self._slugs = {source.slug: name for name, source in self.digest.sources.items()}
        return self.digest.sources.get(self._slugs.get(slug, ""))

    @property
    def identifier_kinds(self) -> Mapping[str, IdentifierKind]:
        """Name → kind of the identifiers that have pages."""
        identifiers = self.digest.identifiers
        if self._kinds[0] is not identifiers:
            self._kinds = identifiers, kinds_of(identifiers.values())
        return self._kinds[1]

    @property
    def tag_index(self) -> TagIndex:
        """What tags there are, by slug and by the tag that they are nested in."""
        tags = self.digest.tags
        if self._tags[0] is not tags:
            self._tags = tags, tag_index(tags, self.tag_rules)
        return self._tags[1]

    def tags_of(self, article: Article) -> list[Tag]:
        """Return the tags that an article shows."""
        tags = self.digest.tags
        return [tags[key] for key in self.tag_rules.own_of(article) if key in tags] if tags else []

    def around(self, edition: Edition) -> tuple[Edition | None, Edition | None]:
        """Return the previous and the next edition."""
        editions = self.digest.editions(edition.period)
        at = bisect_left(editions, edition.first, key=lambda one: one.first)
        return (editions[at - 1] if at else None), (editions[at + 1] if at + 1 < len(editions) else None)

    def picks_of(self, edition: Edition) -> tuple[Article, ...]:
        """Return the picks of an edition: the newest day first, each day in the curator's order."""
        start = bisect_left(self.picks, -edition.last.toordinal(), key=lambda one: -one.date.toordinal())
        end = bisect_right(self.picks, -edition.first.toordinal(), key=lambda one: -one.date.toordinal())
        return tuple(
            sorted(self.picks[start:end], key=lambda one: (-one.date.toordinal(), one.place or sys.maxsize))
        )

    def day(self, edition: Edition) -> tuple[DayPart, ...]:
        """Return the parts of a day."""
        return self._days.parts(edition, self)

    def parts_of_day(self, edition: Edition) -> int:
        """Return the number of parts of a day."""
        return self._days.count(edition, self)

    def has_page(self, article: Article) -> bool:
        """Return whether an article gets a page of its own."""
        is_here = article.date >= self.since or article.url is None
        return is_here and addresses.has_page(article, self.source_of(article).text)

    def story_page(self, story: Story) -> str | None:
        """Return the address of a story's page; None for at most two texts, or those of one source."""
        if len(story.texts) <= SHORT_STORY or all(one.source == story.lead.source for one in story.texts):
            return None
        return addresses.story(story.id)

    def others(self, group: Related) -> Others:
        """Return the articles of a group of copies, by source and day, or the texts of a story, by source."""
        key, articles = (type(group), group.id), group.texts if isinstance(group, Story) else group.articles
        others = self._others.get(key)
        if others is None or others.articles is not articles:
            others = self._others[key] = Others(articles, by_day=isinstance(group, CopyGroup))
        return others

    def without_copies(self, articles: Iterable[Article]) -> Iterator[Article]:
        """Yield the articles without copies and other reports, which the lead of each group represents."""
        for article in articles:
            group = self.stories.get(article.id) or self.copies.get(article.id)
            if group is None or group.lead.id == article.id:
                yield article

    def without_copies_in(self, owner: Source | Tag) -> Iterator[Article]:
        """Yield the articles of a source or tag, one for each group of copies.

        That is the group's lead, else the owner's first article in it, which does not change.
        """
        chosen: dict[str, str] = {}
        for article in owner.articles:
            group = self.copies.get(article.id)
            if group is None or group.lead.id == article.id:
                yield article
            elif not self._is_of(owner, group.lead):
                if group.id not in chosen:
                    chosen[group.id] = next(
                        other.id for other in reversed(group.articles) if self._is_of(owner, other)
                    )
                if chosen[group.id] == article.id:
                    yield article

    def _is_of(self, owner: Source | Tag, article: Article) -> bool:
        if isinstance(owner, Tag):
            return owner.key in self.tag_rules.all_of(article)
        return article.source == owner.name

    def address_of(self, article: Article) -> tuple[str, str]:
        """Return address and fragment of an article: its page, or its item on its source's month page."""
        if self.has_page(article):
            return addresses.article(article.id), ""
        source = self.source_of(article)
        return addresses.source_month(source, article.date.replace(day=1), self.parts[article.id]), article.id


def plan(
    digest: Digest,
    since: dt.date = dt.date.min,
    tag_rules: TagRules | None = None,
    *,
    language: str = "",
    search: str = "full",
    reader: bool = True,
) -> Plan:
    """Return the plan of a digest. Articles from `since` on get pages of their own.

    `tag_rules` are those by which the digest's tags were grouped.
    """
    parts = _parts(month for source in digest.sources.values() for month in source.months)
    counts = {edition.first: edition.count for edition in digest.days}
    return Plan(
        digest=digest,
        parts=parts,
        counts=counts,
        copies=_by_article(digest.copies),
        stories=_by_article(digest.stories),
        picks=tuple(article for article in digest.articles if article.pinned),
        since=since,
        language=language,
        search=search,
        reader=reader,
        tag_rules=tag_rules or TagRules(),
        aliases={
            addresses.file_of(alias): article.id
            for article in digest.articles
            if article.aliases
            for alias in article.aliases
        },
    )


def planned_of(digest: Digest, config: Config) -> Plan:
    """Return the page plan of a digest, as the site is configured."""
    return plan(
        digest,
        since_of(digest, config),
        rules_of(config.tags),
        language=config.language,
        search=config.search,
        reader=has_reader(config),
    )


def has_reader(config: Config) -> bool:
    """Return whether pages remember things: modules of scripts do not run in pages opened from the disk."""
    return config.reader and config.links == "site"


def since_of(digest: Digest, config: Config) -> dt.date:
    """Return the first day whose articles get pages of their own."""
    if config.articles == "all" or not digest.days:
        return dt.date.min
    if config.articles == "none":
        return dt.date.max
    newest = digest.days[-1].first
    month = newest.year * 12 + newest.month - config.recent_months
    return dt.date(month // 12, month % 12 + 1, 1) if month >= 12 else dt.date.min


def _by_article(groups: Iterable[G]) -> dict[str, G]:
    """Return article id → its group."""
    return {article.id: group for group in groups for article in group.articles}


def _parts(months: Iterable[SourceMonth]) -> dict[str, int]:
    """Return article id → number of the part of its month that lists it."""
    return {
        article.id: number
        for month in months
        for number, part in enumerate(month.parts, 1)
        for article in part
    }
