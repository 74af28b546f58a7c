"""Lists of articles: items, and the blocks of a source or a day that contain them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TypeVar

import msgspec
from markupsafe import Markup

from generator.model import addresses
from generator.model.types import (
    Article,
    Edition,
    Group,
    TextPolicy,
    Verdict,
    direction,
)
from generator.render import views
from generator.render.day_plan import USUAL_REASON, rank, suitability
from generator.render.markdown import Place, body_html
from generator.render.names import Names, day_anchor
from generator.render.plan import Plan


class Fill(msgspec.Struct, frozen=True):
    """How much a page shows."""

    items: int | None
    """Number of items in each block, or of sources of a period; None for all."""
    excerpts: int
    """Number of items in a block that show their excerpt."""
    above: int | None = None
    """Maximum number of picks, and of stories, above the blocks; None for all."""
    above_excerpts: int = 0
    """Number of picks, and of stories, that show their excerpt."""
    also: int = 3
    """Maximum number of copies, and of other texts of its story, that an item names."""


F = TypeVar("F")
Fills = tuple[tuple[Fill, ...], ...]
"""From the fullest to the leanest, in groups. Within a group, each only leaves things out."""
Ways = Sequence[Sequence[Callable[[], views.View]]]
"""Functions that make the views of a page, from the fullest to the leanest, in groups like `Fills`."""

MONTH_FILLS: Fills = (
    tuple(Fill(None, n, also=also) for n, also in ((1000, 5), (10, 3), (3, 2), (1, 1), (0, 1), (0, 0))),
)
"""A source's month shows all items of a part."""
PERIOD_FILLS: Fills = (
    tuple(
        Fill(sources, 0, *more)
        for sources, *more in (
            *((None, 20, 20, 8), (None, 20, 5, 5), (None, 20, 0, 3)),
            *((400, 20, 0, 3), (200, 10, 0, 1), (50, 0, 0, 0)),
        )
    ),
)
"""A week, month or year: twenty picks and twenty stories, and all sources unless there are too many."""
STORY_FILLS: Fills = (
    tuple(Fill(items, n) for items, n in ((None, 1000), (None, 20), (None, 0), (150, 0), (50, 0))),
)
"""A story shows all its texts, unless there are too many for a page."""


TAGS = 3
"""Maximum number of tags that an item names."""


class Above(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown above all else in an edition."""

    picks: tuple[views.Item, ...]
    stories: tuple[views.Item, ...]


class Lists(msgspec.Struct, frozen=True):
    """Makes the items and blocks of one page.

    Items and blocks that a leaner view shares are the same objects, so that they need not be rendered again.
    """

    plan: Plan
    names: Names
    _items: dict[tuple[object, ...], views.Item] = msgspec.field(default_factory=dict)
    _above: dict[tuple[object, ...], Above] = msgspec.field(default_factory=dict)

    def item(
        self,
        article: Article,
        *,
        excerpt: bool = True,
        also: int = 5,
        shown: Collection[str] = (),
    ) -> views.Item:
        """Return an article's item in a list.

        It names at most `also` copies and as many other texts of its story, and none of those `shown`.
        """
        if article.id not in self.plan.stories and article.id not in self.plan.copies:
            also, shown = 0, ()
        item = self.plain(article, excerpt=excerpt)
        return (
            self.once(item, (also, *shown), lambda: self._item(item, article, also, shown)) if also else item
        )

    def once(self, item: views.Item, about: object, make: Callable[[], views.Item]) -> views.Item:
        """Return a variant of a plain item, made once."""
        key = (id(item), about)
        found = self._items.get(key)
        if found is None:
            found = self._items[key] = make()
        return found

    def _item(self, item: views.Item, article: Article, also: int, shown: Collection[str]) -> views.Item:
        copies, copies_more = self.copies(article, also)
        named, more, story = self.also(article, also, shown)
        return msgspec.structs.replace(
            item, copies=copies, copies_more=copies_more, also=named, also_more=more, story=story
        )

    def plain(self, article: Article, *, excerpt: bool) -> views.Item:
        """Return an article's item without copies and story."""
        key = (article.id, excerpt and bool(article.excerpt))
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = self._plain(article, excerpt=excerpt)
        return item

    def _plain(self, article: Article, *, excerpt: bool) -> views.Item:
        source = self.plan.source_of(article)
        has_page = self.plan.has_page(article)
        return views.Item(
            id=article.id,
            title=article.title,
            language=article.title_language,
            dir=direction_of(article.title_language),
            address=addresses.article(article.id) if has_page else None,
            original=article.url,
            source=self.names.source(source),
            date=article.date,
            time=article.time,
            minutes=article.minutes if has_page else 0,
            excerpt=article.excerpt if excerpt and source.text is not TextPolicy.LINK else "",
            excerpt_language=article.language,
            excerpt_dir=direction_of(article.language),
            verdict=article.verdict if has_page else Verdict.LINK,
            reason=self.names.reason(article)
            if article.verdict is Verdict.LINK and article.reason != USUAL_REASON
            else "",
            note=note_of(article),
            note_language=article.note_language,
            note_dir=direction_of(article.note_language),
            pinned=article.pinned,
            tags=self.names.tags(article)[:TAGS],
        )

    def copies(self, article: Article, limit: int = 12) -> tuple[tuple[views.Also, ...], int]:
        """Return where else the text of an article stands, and the number of further places.

        No source is named twice, and no address: a copy at a known address has no link.
        """
        group = self.plan.copies.get(article.id)
        if group is None or not limit:
            return (), 0
        named: dict[str, views.Also] = {}
        keys = set(article.keys)
        others, count = self.plan.others(group).others({article.id}, 4 * limit)
        more = count - len(others)
        for other in others:
            is_elsewhere = keys.isdisjoint(other.keys)
            if other.source not in named and (is_elsewhere or other.source != article.source):
                named[other.source] = self.also_of(other, is_linked=is_elsewhere)
            else:
                more += is_elsewhere
            keys.update(other.keys)
        return tuple(named.values())[:limit], max(0, len(named) - limit) + more

    def also(
        self, article: Article, limit: int = 12, shown: Collection[str] = ()
    ) -> tuple[tuple[views.Also, ...], int, str | None]:
        """Return a text of each source of a story, the number of further texts, and the page of the story."""
        story = self.plan.stories.get(article.id)
        if story is None:
            return (), 0, None
        group = self.plan.copies.get(article.id)
        own = group.lead if group else article
        known, left_out = self.plan.others(story), {own.id, *shown}
        others, _ = known.others(left_out, limit)
        more = known.left(left_out) - len(others)
        return tuple(map(self.also_of, others)), more, self.plan.story_page(story)

    def also_of(self, other: Article, *, is_linked: bool = True) -> views.Also:
        """Return a link to another text."""
        has_page = is_linked and self.plan.has_page(other)
        return views.Also(
            name=other.source,
            address=addresses.article(other.id) if has_page else None,
            original=other.url if is_linked else None,
            date=other.date,
        )

    def above(self, edition: Edition, fill: Fill) -> Above:
        """Return what is shown above all else in an edition: picks, then stories; each article once."""
        key = (edition.first, fill.above, fill.above_excerpts, fill.also)
        above = self._above.get(key)
        if above is None:
            above = self._above[key] = self._chosen(edition, fill)
        return above

    def _chosen(self, edition: Edition, fill: Fill) -> Above:
        articles = [article for group in edition.groups for article in group.articles]
        within: dict[str, list[Article]] = {}
        for article in articles:
            if story := self.plan.stories.get(article.id):
                within.setdefault(story.id, []).append(article)
        picks = self.plan.picks_of(edition)[: fill.above]
        shown = {article.id for article in picks}
        pick_items = []
        for n, pick in enumerate(picks):
            story = self.plan.stories.get(pick.id)
            members = within.pop(story.id, ()) if story else ()
            also = (
                fill.also if members or story is None else 0
            )  # of two picks in a story, the first names the others
            pick_items.append(self.item(pick, excerpt=n < fill.above_excerpts, also=also, shown=shown))
        leads = sorted(
            (
                max(members, key=lambda one: suitability(one, self.plan))
                for members in within.values()
                if self._is_news(members, edition)
            ),
            key=lambda lead: rank(self.plan.stories[lead.id], lead, edition.last),
        )
        story_items = (
            self._counted(self.item(lead, excerpt=n < fill.above_excerpts, also=fill.also), edition)
            for n, lead in enumerate(leads[: fill.above])
        )
        return Above(picks=tuple(pick_items), stories=tuple(story_items))

    def _counted(self, item: views.Item, edition: Edition) -> views.Item:
        """Return the item of a story with the number of its sources, which decides its place."""
        sources = self.plan.stories[item.id].sources_by(edition.last)
        return self.once(item, "sources", lambda: msgspec.structs.replace(item, sources=sources))

    def _is_news(self, members: Sequence[Article], edition: Edition) -> bool:
        """Return whether an edition shows a story, of which these articles are in it.

        It contains several of its texts, or the second one, which makes it a story.
        """
        second = sorted(text.date for text in self.plan.stories[members[0].id].texts)[1]
        return self._texts_of(members) > 1 or edition.first <= second <= edition.last

    def _texts_of(self, articles: Iterable[Article]) -> int:
        """Return the number of texts of some articles: copies count once."""
        copies = self.plan.copies
        return len({copies[one.id].id if one.id in copies else one.id for one in articles})

    def month_block(self, group: Group, fill: Fill) -> views.Block:
        """Return the block of a day in a source's month, which shows every item."""
        source = self.plan.digest.sources[group.source]
        date = group.articles[0].date
        return views.Block(
            anchor=day_anchor(date),
            address=addresses.day(date),
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=self._shown(group.articles, fill),
        )

    def _shown(self, articles: Sequence[Article], fill: Fill) -> tuple[views.Item, ...]:
        return tuple(
            [
                self.item(one, excerpt=n < fill.excerpts, also=fill.also)
                for n, one in enumerate(articles[: fill.items])
            ]
        )


_NOTHING = Markup()
direction_of = functools.lru_cache(256)(direction)


def ways(make: Callable[[F], views.View], fills: Iterable[Iterable[F]]) -> Ways:
    """Return functions that make the views of a page with each of its fills."""
    return [[functools.partial(make, fill) for fill in stretch] for stretch in fills]


def note_of(article: Article) -> Markup:
    """Return the curator's note on an article as HTML."""
    if not article.note:
        return _NOTHING
    return body_html(article.note, Place(original=None, id=f"{article.id}n", has_anchors=False))
