"""Lists of articles: items, and the blocks of one source or one day that hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from generator import addresses
from generator.model import Article, Group, TextPolicy, Verdict, direction
from generator.render import views
from generator.render.names import Names
from generator.render.pages import Plan


class Fill(msgspec.Struct, frozen=True):
    """How much of each block a page shows."""

    items: int | None
    """None for all."""
    excerpts: int
    """How many of the items show their excerpt."""


DAY_FILLS = (
    *(Fill(10, n) for n in (10, 5, 3, 2, 1, 0)),
    Fill(5, 1),
    Fill(5, 0),
    Fill(3, 0),
    Fill(1, 0),
    Fill(0, 0),
)
"""From the fullest day to the leanest: ten items of a source, the others a click away."""
MONTH_FILLS = tuple(Fill(None, n) for n in (1000, 10, 3, 1, 0))
"""A source's month shows all items of a part."""


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

    def day_block(self, number: int, group: Group, fill: Fill) -> views.Block:
        """Make the block of a source on a day; what it has no room for stands in the source's month."""
        source = self.plan.digest.sources[group.source]
        newest, date = group.articles[0], group.articles[0].date
        return views.Block(
            anchor=f"_s{number}",
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=self._items(group.articles, fill),
            more=max(0, len(group.articles) - (fill.items or 0)),
            more_address=addresses.source_month(source, date.replace(day=1), self.plan.parts[newest.id]),
            more_anchor=_day_anchor(date),
        )

    def month_block(self, group: Group, fill: Fill) -> views.Block:
        """Make the block of a day in a source's month; it shows every item."""
        source = self.plan.digest.sources[group.source]
        date = group.articles[0].date
        return views.Block(
            anchor=_day_anchor(date),
            address=addresses.day(date),
            source=self.names.source(source, count=len(group.articles)),
            date=date,
            items=self._items(group.articles, fill),
        )

    def _items(self, articles: Sequence[Article], fill: Fill) -> tuple[views.Item, ...]:
        shown = articles[: fill.items]
        return tuple(self.item(article, excerpt=n < fill.excerpts) for n, article in enumerate(shown))


def _day_anchor(date: dt.date) -> str:
    return f"_d{date.day:02}"
