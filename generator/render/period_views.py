"""The views of periods, of the archive and of stories: a part of the template interface."""

from __future__ import annotations

import datetime as dt

from generator.model.types import Period
from generator.render.views import Calendar, Item, Named, View


class PeriodView(View, frozen=True, kw_only=True):
    """`period.html`: a week, a month or a year."""

    period: Period
    first: dt.date
    last: dt.date
    count: int
    days: tuple[Named, ...]
    """Newest first; empty for a year."""
    months: tuple[Named, ...]
    """The months of a year, newest first."""
    calendars: tuple[Calendar, ...]
    """One for a month, those with articles for a year, newest first; none for a week."""
    sources: tuple[Named, ...]
    """By number of articles. `address` leads to the source's month, or to the source. Not all if too many."""
    sources_more: int = 0
    """How many more there are."""
    picks: tuple[Item, ...] = ()
    """Some of the articles that the curator pinned: the newest day first, each in the curator's order."""
    stories: tuple[Item, ...] = ()
    """At most twenty, by number of sources."""
    previous: Named | None
    next: Named | None
    above: tuple[Named, ...]
    """The periods that contain this one, the largest first."""


class ArchivePick(View, frozen=True, kw_only=True):
    """A pick in the archive."""

    title: str
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""
    address: str | None
    """Our page; None if only the original can be read."""
    original: str | None
    source: str
    date: dt.date


class ArchiveMonth(Named, frozen=True, kw_only=True):
    """A month in the archive."""

    shade: int
    """How many articles it has among all months, in quarters: 1 to 4."""
    weeks: tuple[Named, ...] = ()
    """The weeks whose newest article is of this month, newest first; empty if there is no room for them."""
    picks: tuple[ArchivePick, ...] = ()
    """Its newest picks, as many as there is room for."""
    picks_more: int = 0
    """The number of its other picks."""


class ArchiveYear(Named, frozen=True, kw_only=True):
    """A year in the archive."""

    anchor: str
    months: tuple[ArchiveMonth, ...]
    """Newest first."""
    has_more: bool
    """Whether one of its months has weeks or picks to show."""


class ArchiveView(View, frozen=True, kw_only=True):
    """`archive.html`: all years, with their months."""

    count: int
    first: dt.date
    last: dt.date
    years: tuple[ArchiveYear, ...]
    """Newest first."""
    identifiers: tuple[Named, ...] = ()
    """The lists of identifiers, such as that of all CVE numbers."""


class Report(View, frozen=True, kw_only=True):
    """One of a story's texts that differs from the others, and how."""

    item: Item
    kind: str
    """`first`, `fullest`, `first_fullest` for one that is both, or `language`: the fullest in another one."""


class StoryDay(View, frozen=True, kw_only=True):
    """The texts of a story on a day."""

    day: Named
    items: tuple[Item, ...]
    """Newest first."""


class StoryView(View, frozen=True, kw_only=True):
    """`story.html`: a story of more than two texts, of several sources."""

    title: str
    """The title of the lead, which names the event."""
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""
    lead: Item
    """The most complete text."""
    identifiers: tuple[Named, ...]
    """What two of its texts or more name, if it has a page."""
    reports: tuple[Report, ...]
    """What differs: the first text, the fullest, and the fullest in each other language."""
    sources: tuple[Named, ...]
    """Its sources, by number of texts."""
    days: tuple[StoryDay, ...]
    """Its texts by day, newest first, the lead included."""
    count: int
    """The number of all its texts, shown or not."""
    shown: int
    """The number of texts that are shown."""
    first: dt.date
    last: dt.date
