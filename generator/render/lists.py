"""Lists of articles: items, and the blocks of a source or a day that contain them."""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from markupsafe import Markup

from generator.model import addresses
from generator.model.types import (
    Article,
    Edition,
    Group,
    Period,
    Related,
    Story,
    TextPolicy,
    Verdict,
    direction,
)
from generator.render import views
from generator.render.markdown import Place, body_html
from generator.render.names import Names, day_anchor
from generator.render.pages import Plan


class Fill(msgspec.Struct, frozen=True):
    """How much a page shows."""

    items: int | None
    """Number of items in each block; None for all."""
    excerpts: int
    """Number of items in a block that show their excerpt."""
    above: int | None = None
    """Maximum number of picks, and of stories, above the blocks; None for all."""
    above_excerpts: int = 0
    """Number of picks, and of stories, that show their excerpt."""
    also: int = 3
    """Maximum number of copies, and of other texts of its story, that an item names."""


Fills = tuple[tuple[Fill, ...], ...]
"""From the fullest to the leanest, in groups. Within a group, each only leaves things out."""
Ways = Sequence[Sequence[Callable[[], views.View]]]
"""Functions that make the views of a page, from the fullest to the leanest, in groups like `Fills`."""

DAY_FILLS: Fills = (
    (
        *(Fill(10, 10, None, excerpts, also) for excerpts, also in ((1000, 12), (10, 8), (0, 5))),
        *(Fill(10, n) for n in (5, 3, 2, 1, 0)),
    ),
    (Fill(5, 1), Fill(5, 0)),
    *((Fill(n, 0, 60),) for n in (3, 1)),
    (Fill(1, 0, 20, also=1),),
    (Fill(0, 0, 20, also=1),),
    (Fill(0, 0, 0),),
)
"""A day: ten items of each source, with a link to the others. Items above the blocks are not repeated."""
MONTH_FILLS: Fills = (
    tuple(Fill(None, n, also=also) for n, also in ((1000, 5), (10, 3), (3, 2), (1, 1), (0, 1), (0, 0))),
)
"""A source's month shows all items of a part."""
PERIOD_FILLS: Fills = (
    tuple(Fill(0, 0, *more) for more in ((20, 20, 8), (20, 5, 5), (20, 0, 3), (10, 0, 1), (0, 0, 0))),
)
"""A week, month or year: twenty picks and twenty stories, fewer if the list of sources takes much room."""
STORY_FILLS: Fills = (
    tuple(Fill(items, n) for items, n in ((None, 1000), (None, 20), (None, 0), (150, 0), (50, 0))),
)
"""A story shows all its texts, unless there are too many for a page."""


TAGS = 3
"""Maximum number of tags that an item names."""


class Above(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown above an edition's blocks."""

    picks: tuple[views.Item, ...]
    stories: tuple[views.Item, ...]
    home: Mapping[str, str]
    """Article id → id of the item that it is part of, or of the block with that item."""


class Lists(msgspec.Struct, frozen=True):
    """Makes the items and blocks of one page.

    Items and blocks that a leaner view shares are the same objects, so that they need not be rendered again.
    """

    plan: Plan
    names: Names
    _items: dict[tuple[object, ...], views.Item] = msgspec.field(default_factory=dict)
    _blocks: dict[tuple[object, ...], views.Block] = msgspec.field(default_factory=dict)
    _above: dict[tuple[object, ...], Above] = msgspec.field(default_factory=dict)
    _remaining: dict[tuple[int, int], tuple[Collection[str], list[Article], Mapping[str, int]]] = (
        msgspec.field(default_factory=dict)
    )
    """(block number, id of `home`) → `home`, the articles left for the block, and how often each is there."""

    def item(
        self,
        article: Article,
        *,
        excerpt: bool = True,
        also: int = 5,
        shown: Collection[str] = (),
        times: int = 1,
    ) -> views.Item:
        """Return an article's item in a list.

        It names at most `also` copies and as many other texts of its story, and none of those `shown`.
        """
        if article.id not in self.plan.stories and article.id not in self.plan.copies:
            also, shown = 0, ()
        key = (article.id, excerpt and bool(article.excerpt), also, times, *shown)
        item = self._items.get(key)
        if item is None:
            item = self._items[key] = self._item(article, excerpt, also, shown, times)
        return item

    def _item(
        self, article: Article, excerpt: bool, also: int, shown: Collection[str], times: int
    ) -> views.Item:
        source = self.plan.source_of(article)
        has_page = self.plan.has_page(article)
        copies, copies_more = self.copies(article, also)
        named, more, story = self.also(article, also, shown)
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
            reason=self.names.reason(article) if article.verdict is Verdict.LINK else "",
            copies=copies,
            copies_more=copies_more,
            also=named,
            also_more=more,
            story=story,
            times=times,
            note=note_of(article),
            pinned=article.pinned,
            tags=self.names.tags(article)[:TAGS],
        )

    def copies(self, article: Article, limit: int = 12) -> tuple[tuple[views.Also, ...], int]:
        """Return where else the text of an article stands, and the number of further places.

        No address is named twice: a copy at a known one has no link, and is left out at a known source.
        """
        group = self.plan.copies.get(article.id)
        if group is None or not limit:
            return (), 0
        named: list[views.Also] = []
        sources, keys = {article.source}, set(article.keys)
        others, count = self.plan.others(group).others({article.id}, 4 * limit)
        unseen = count - len(others)
        for other in others:
            is_elsewhere = keys.isdisjoint(other.keys)
            if is_elsewhere or other.source not in sources:
                named.append(self._also(other, is_linked=is_elsewhere))
            sources.add(other.source)
            keys.update(other.keys)
        return tuple(named[:limit]), len(named[limit:]) + unseen

    def also(
        self, article: Article, limit: int = 12, shown: Collection[str] = ()
    ) -> tuple[tuple[views.Also, ...], int, str | None]:
        """Return the other texts of a story, the number of further ones, and the page of the story."""
        story = self.plan.stories.get(article.id)
        if story is None:
            return (), 0, None
        group = self.plan.copies.get(article.id)
        own = group.lead if group else article
        others, count = self.plan.others(story).others({own.id, *shown}, limit)
        named = tuple(self._also(other) for other in others)
        return named, count - len(named), self.plan.story_page(story)

    def _also(self, other: Article, *, is_linked: bool = True) -> views.Also:
        has_page = is_linked and self.plan.has_page(other)
        return views.Also(
            name=other.source,
            address=addresses.article(other.id) if has_page else None,
            original=other.url if is_linked else None,
            date=other.date,
        )

    def above(self, edition: Edition, fill: Fill) -> Above:
        """Return what is shown above an edition's blocks: picks, then stories; each article once."""
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
        home: dict[str, str] = {article.id: article.id for article in picks}
        shown = set(home)
        pick_items = []
        for n, pick in enumerate(picks):
            story = self.plan.stories.get(pick.id)
            members = within.pop(story.id, ()) if story else ()
            for member in members:
                home.setdefault(member.id, pick.id)
            also = (
                fill.also if members or story is None else 0
            )  # of two picks in a story, the first names the others
            pick_items.append(self.item(pick, excerpt=n < fill.above_excerpts, also=also, shown=shown))
        stories = sorted(
            (members for members in within.values() if self._is_news(members, edition)),
            key=lambda members: _rank(self.plan.stories[members[0].id]),
        )
        story_items = []
        for n, members in enumerate(stories[: fill.above]):
            lead = self._lead_of(members, self.plan.stories[members[0].id])
            home |= {member.id: lead.id for member in members}
            story_items.append(self.item(lead, excerpt=n < fill.above_excerpts, also=fill.also))
        if edition.period is Period.DAY:
            home |= dict(self._folded(edition, home))
        return Above(picks=tuple(pick_items), stories=tuple(story_items), home=home)

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

    def _folded(self, edition: Edition, home: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield id and home of each article of a day whose text stands elsewhere on the page.

        That is the item above that has it, else the block of another source. Copies of one source stay in its
        block.
        """
        groups: defaultdict[str, list[tuple[Article, str]]] = defaultdict(list)
        for number, block in enumerate(edition.groups, 1):
            for article in block.articles:
                if group := self.plan.copies.get(article.id):
                    groups[group.id].append((article, block_anchor(number)))
        for members in groups.values():
            left = [one for one, _ in members if one.id not in home]
            above = next((home[one.id] for one, _ in members if one.id in home), None)
            if above:
                yield from ((one.id, above) for one in left)
            elif left:
                lead = self._lead_of(left, self.plan.copies[left[0].id])
                anchor = next(anchor for one, anchor in members if one is lead)
                yield from ((one.id, anchor) for one in left if one.source != lead.source)

    def _lead_of(self, members: Sequence[Article], group: Related) -> Article:
        """Return the lead of a group if it is among some of its articles, else the most complete of them."""
        own = next((member for member in members if member.id == group.lead.id), None)
        return own or max(members, key=lambda member: (self.plan.has_page(member), member.letters))

    def day_block(self, number: int, group: Group, fill: Fill, home: Mapping[str, str]) -> views.Block:
        """Return the block of a source on a day. The items that do not fit are on the source's month page.

        Articles in `home` are part of items elsewhere and left out. Repetitions of a source are one item.
        """
        block_key = (number, id(home))
        if block_key not in self._remaining:
            left = [article for article in group.articles if article.id not in home]
            self._remaining[block_key] = (home, *self._rows(left))
        _, own, times = self._remaining[block_key]
        count = len(own) if fill.items is None else min(fill.items, len(own))
        key = (*block_key, count, min(fill.excerpts, count), fill.also)
        block = self._blocks.get(key)
        if block is None:
            items = self._shown(own, fill, times)
            above = [home[article.id] for article in group.articles if article.id in home]
            alike = ("alike", number, len(own), *above, *map(id, items))
            block = self._blocks.get(alike) or self._day_block(number, group, above, items)
            self._blocks[key] = self._blocks[alike] = block
        return block

    def _rows(self, articles: Iterable[Article]) -> tuple[list[Article], dict[str, int]]:
        """Return the articles of a source on a day, one for each text and title, and how often each is there.

        The most complete article stands for its repetitions.
        """
        rows: dict[str, list[Article]] = {}
        for article in articles:
            group = self.plan.copies.get(article.id)
            rows.setdefault(group.id if group else f"title {article.title}", []).append(article)
        best = [max(row, key=lambda one: (self.plan.has_page(one), one.letters)) for row in rows.values()]
        return best, {one.id: len(row) for one, row in zip(best, rows.values(), strict=True)}

    def _day_block(
        self, number: int, group: Group, above: Sequence[str], items: tuple[views.Item, ...]
    ) -> views.Block:
        source = self.plan.digest.sources[group.source]
        newest, date = group.articles[0], group.articles[0].date
        return views.Block(
            anchor=block_anchor(number),
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=items,
            above=len(above),
            above_anchor=above[0] if above else "",
            more=len(group.articles) - len(above) - sum(item.times for item in items),
            more_address=addresses.source_month(source, date.replace(day=1), self.plan.parts[newest.id]),
            more_anchor=day_anchor(date),
        )

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

    def _shown(
        self, articles: Sequence[Article], fill: Fill, times: Mapping[str, int] | None = None
    ) -> tuple[views.Item, ...]:
        times = times or {}
        return tuple(
            [
                self.item(one, excerpt=n < fill.excerpts, also=fill.also, times=times.get(one.id, 1))
                for n, one in enumerate(articles[: fill.items])
            ]
        )


_NOTHING = Markup()
direction_of = functools.lru_cache(256)(direction)


def ways(make: Callable[[Fill], views.View], fills: Fills) -> Ways:
    """Return functions that make the views of a page with each of its fills."""
    return [[functools.partial(make, fill) for fill in stretch] for stretch in fills]


def note_of(article: Article) -> Markup:
    """Return the curator's note on an article as HTML."""
    if not article.note:
        return _NOTHING
    return body_html(article.note, Place(original=None, id=f"{article.id}n", has_anchors=False))


def _rank(story: Story) -> tuple[object, ...]:
    """Return the sort key of the stories of an edition: by sources, then by text, promotions last."""
    return story.is_promotion, -story.sources, -story.letters, story.id


def block_anchor(number: int) -> str:
    """Return the `id` of a source's block on a day. Blocks are counted from 1."""
    return f"_s{number}"


def _day_anchor(date: dt.date) -> str:
    return f"_d{date.day:02}"
