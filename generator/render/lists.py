"""Lists of articles: items, blocks of one source or one day, and how many of them a page can bear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from generator.model import Article, Group, TextPolicy, Verdict
from generator.render import addresses, views
from generator.render.names import Names
from generator.render.pages import Plan

HTML_LIMIT = 100_000
"""Bytes that a page's HTML may weigh (design: "The page")."""
FRAME_WEIGHT, BLOCK_WEIGHT, ITEM_WEIGHT = 9_000, 420, 360
"""Bytes of markup around all, around a block and around an item: rounded up from the default theme."""
FIRST_ITEMS = 10
"""Items of a source that a day shows; the others are a click away."""
_TIERS = ((10, 10), (10, 5), (10, 3), (10, 1), (10, 0), (5, 1), (5, 0), (3, 0), (1, 0))
"""Items and excerpts of each block, from the fullest page to the leanest."""
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


class Lists(msgspec.Struct, frozen=True):
    """Makes items and blocks."""

    plan: Plan
    names: Names

    def item(self, article: Article, *, excerpt: bool = True) -> views.Item:
        """Make an article's item in a list."""
        source = self.plan.source_of(article)
        has_page = self.plan.has_page(article)
        return views.Item(
            id=article.id,
            title=article.title,
            language=article.title_language,
            dir=direction(article.title_language),
            address=addresses.article(article.id) if has_page else None,
            original=article.url,
            source=self.names.source(source),
            date=article.date,
            time=article.time,
            minutes=article.minutes if has_page else 0,
            excerpt=article.excerpt if excerpt and source.text is not TextPolicy.LINK else "",
            excerpt_language=article.language,
            excerpt_dir=direction(article.language),
            verdict=article.verdict if has_page else Verdict.LINK,
        )

    def day_block(self, number: int, group: Group, items: int, excerpts: int) -> views.Block:
        """Make the block of a source on a day; what it has no room for stands in the source's month."""
        source = self.plan.digest.sources[group.source]
        newest, date = group.articles[0], group.articles[0].date
        return views.Block(
            anchor=f"s{number}",
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=self._items(group.articles[:items], excerpts),
            more=max(0, len(group.articles) - items),
            more_address=addresses.source_month(source, date.replace(day=1), self.plan.parts[newest.id]),
            more_anchor=_day_anchor(date),
        )

    def month_block(self, _number: int, group: Group, _items: int, excerpts: int) -> views.Block:
        """Make the block of a day in a source's month; it shows every item."""
        source = self.plan.digest.sources[group.source]
        date = group.articles[0].date
        return views.Block(
            anchor=_day_anchor(date),
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=self._items(group.articles, excerpts),
        )

    def _items(self, articles: Sequence[Article], excerpts: int) -> tuple[views.Item, ...]:
        return tuple(self.item(article, excerpt=n < excerpts) for n, article in enumerate(articles))


class BlockMaker(Protocol):
    """Makes the block of a group: its number, and how many items and excerpts it may show."""

    def __call__(self, number: int, group: Group, items: int, excerpts: int, /) -> views.Block:
        """Make the block."""
        ...


def fit(groups: Sequence[Group], make: BlockMaker, *, shorten: bool = True) -> tuple[views.Block, ...]:
    """Make the blocks of a page as full as its weight allows: first excerpts go, then (`shorten`) items."""
    blocks: tuple[views.Block, ...] = ()
    for items, excerpts in _TIERS:
        if not shorten and items < FIRST_ITEMS:
            break
        blocks = tuple(make(n, group, items, excerpts) for n, group in enumerate(groups, 1))
        if sum(map(weight, _items(blocks))) + len(blocks) * BLOCK_WEIGHT + FRAME_WEIGHT <= HTML_LIMIT:
            break
    return blocks


def _items(blocks: Iterable[views.Block]) -> Iterator[views.Item]:
    for block in blocks:
        yield from block.items


def weight(item: views.Item) -> int:
    """Estimate the bytes of an item's HTML from its texts."""
    texts = (item.title, item.excerpt, item.original or "", item.address or "")
    return ITEM_WEIGHT + sum(len(text.encode("utf-8", "replace")) for text in texts)


def _day_anchor(date: dt.date) -> str:
    return f"d{date.day:02}"


def direction(language: str) -> str:
    """Tell which way a language is written, as `ltr` or `rtl`."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
