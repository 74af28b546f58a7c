"""What a page of a day shows: items for the rows of its plan."""

from __future__ import annotations

import msgspec

from generator.model import addresses
from generator.model.types import Article, Edition
from generator.render import views
from generator.render.day_plan import Row, SourceRows, rows_of
from generator.render.day_views import EarlierDay
from generator.render.lists import Lists

ENOUGH = 10
"""Number of items below which the front page goes on with the day before."""
_EARLIER_ITEMS, _EARLIER_DAYS = 20, 7
"""Maximum number of items of an earlier day on the front page, and of these days."""


class DayFill(msgspec.Struct, frozen=True):
    """How much a page of a day shows."""

    above: int = 1000
    """Number of picks, and of stories, that show their excerpt."""
    excerpts: bool = True
    """Whether the first item of each source to read shows its excerpt."""
    also: int = 2
    """Maximum number of other texts of its story that an item names."""
    items: int | None = None
    """Maximum number of items of a source, and of stories; None for all."""


DAY_FILLS = (
    (
        DayFill(),
        DayFill(20),
        DayFill(20, excerpts=False),
        DayFill(0, excerpts=False, also=1),
    ),
    *([DayFill(0, excerpts=False, also=0, items=items)] for items in (50, 20, 5, 1, 0)),
)
"""From the fullest to the leanest. Pages have all items unless those of a theme are much heavier."""


class DayLists(msgspec.Struct, frozen=True):
    """Makes the items of one page of a day."""

    lists: Lists
    edition: Edition

    def section(
        self, sources: tuple[SourceRows, ...], fill: DayFill, *, excerpts: bool = False
    ) -> tuple[views.Block, ...]:
        """Return the blocks of a section. With `excerpts`, the first item of each shows its own."""
        return tuple(self._block(own, fill, excerpts=excerpts and fill.excerpts) for own in sources)

    def _block(self, own: SourceRows, fill: DayFill, *, excerpts: bool) -> views.Block:
        plan, date = self.lists.plan, self.edition.first
        source = plan.digest.sources[own.source]
        rows = own.rows[: fill.items]
        left = len(own.rows) - len(rows)
        address = addresses.day(date, own.next)
        if left:  # of a heavy theme
            newest = own.rows[0].article
            address = addresses.source_month(source, date.replace(day=1), plan.parts[newest.id])
        return views.Block(
            anchor="",
            source=self.lists.names.source(source, count=len(own.rows) + own.more),
            date=date,
            items=tuple(self.item(row, excerpt=excerpts and not number) for number, row in enumerate(rows)),
            address=addresses.source(source),
            more=own.more + left,
            more_address=address if own.more or left else "",
        )

    def above(self, rows: tuple[Row, ...], fill: DayFill) -> tuple[views.Item, ...]:
        """Return the items of picks or stories."""
        return tuple(
            self.item(
                row,
                excerpt=number < (1 if row.is_late else fill.above),
                also=0 if row.is_late else fill.also,
            )
            for number, row in enumerate(rows[: fill.items])
        )

    def item(self, row: Row, *, excerpt: bool, also: int = 0) -> views.Item:
        """Return the item of a row. It names at most `also` other sources of its story until that day."""
        item = self.lists.plain(row.article, excerpt=excerpt)
        if not (row.copies or row.told or row.is_late or also):
            return item
        return self.lists.once(item, also, lambda: self._with_others(item, row, also))

    def _with_others(self, item: views.Item, row: Row, also: int) -> views.Item:
        plan, day = self.lists.plan, row.article.date
        story = plan.stories.get(row.article.id) if also or row.told or row.is_late else None
        earlier = [text for text in story.texts if text.date < day] if story else []
        by_source = {row.article.source: row.article}
        for one in (*row.told, *earlier):
            by_source.setdefault(one.source, one)
        named = {one.id: one for one in [*by_source.values()][1 : also + 1]}
        sources = story.sources_by(day) if story else 0
        return msgspec.structs.replace(
            item,
            times=1 + len(row.copies),
            anchors=tuple(one.id for one in (*row.copies, *row.told) if one.id not in named),
            also=tuple(self._also(one) for one in named.values()),
            also_more=max(0, len(earlier) + len(row.told) - len(named)) if story else 0,
            story=plan.story_page(story) if story else None,
            sources=sources,
            since=story.first if story and sources > 1 and story.first < day else None,
        )

    def _also(self, other: Article) -> views.Also:
        also = self.lists.also_of(other)
        return msgspec.structs.replace(also, id=other.id) if other.date == self.edition.first else also

    def earlier(self) -> tuple[EarlierDay, ...]:
        """Return the days that follow on the front page."""
        return tuple(self._earlier(edition) for edition in earlier_days(self.lists.plan.digest.days))

    def _earlier(self, edition: Edition) -> EarlierDay:
        part = self.lists.plan.day(edition)[0]
        rows = rows_of(part)
        return EarlierDay(
            day=self.lists.names.edition(edition),
            items=tuple(self.item(row, excerpt=True, also=3) for row in rows[:_EARLIER_ITEMS]),
        )


def earlier_days(days: tuple[Edition, ...]) -> tuple[Edition, ...]:
    """Return the days that the front page shows after the newest, newest first; none if that has enough."""
    found = [days[-1]]
    while sum(day.count for day in found) < ENOUGH and len(found) < min(len(days), 1 + _EARLIER_DAYS):
        found.append(days[-len(found) - 1])
    return tuple(found[1:])
