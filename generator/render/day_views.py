"""The views of a day."""

from __future__ import annotations

import datetime as dt

from generator.render.views import Block, Item, Named, View


class EarlierDay(View, frozen=True, kw_only=True):
    """A day that follows on the front page."""

    day: Named
    items: tuple[Item, ...]
    """Its first items."""


class DayView(View, frozen=True, kw_only=True):
    """`day.html`: one part of a day; also the front page."""

    date: dt.date
    count: int
    """The number of all articles of the day."""
    copies: int = 0
    """The number of those that are copies, which items only count."""
    sources: tuple[Named, ...]
    """All sources of the day, with their numbers of articles."""
    picks: tuple[Item, ...] = ()
    """The articles that the curator pinned."""
    stories: tuple[Item, ...] = ()
    """Stories of that day, or of three sources until then. The sections have none of their texts."""
    reading: tuple[Block, ...] = ()
    """What can be read here, by source, those with most to read first."""
    links: tuple[Block, ...] = ()
    """Articles without text, by source, those with most of them first."""
    activity: tuple[Block, ...] = ()
    """The articles of activity feeds, such as commits or advisories."""
    part: int = 1
    """The number of this part."""
    parts: tuple[Named, ...] = ()
    """All parts of a day that is too heavy for one page; else empty."""
    earlier: tuple[EarlierDay, ...] = ()
    """The days that follow on the front page if this one is short."""
    previous: Named | None
    next: Named | None
    week: Named
    month: Named
    year: Named
    is_front: bool
