"""The views of the pages of sources: a part of the template interface."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from generator.render.views import Block, Item, Named, View


class Share(View, frozen=True, kw_only=True):
    """A share of a source's articles."""

    count: int
    percent: int
    """A whole number. Only none and all are shown as 0 and 100."""


class HealthMonth(View, frozen=True, kw_only=True):
    """How many of a source's articles in a month were saved in full, cut, or as a link."""

    month: dt.date
    """The first day of the month."""
    count: int
    full: int
    cut: int
    link: int


class HealthView(View, frozen=True, kw_only=True):
    """How completely a source's articles are saved, and whether it still publishes."""

    full: Share
    """Articles with their whole text."""
    cut: Share
    """Articles whose text ends early."""
    link: Share
    """Articles without text."""
    leads: Share
    """Articles that other sources repeat."""
    follows: Share
    """Articles that repeat another source's."""
    is_aggregator: bool
    """Whether it mostly repeats others."""
    is_silent: bool
    """Whether there was no article for longer than usual, up to the newest edition."""
    chart: Markup
    """The months as inline SVG; empty for a single month."""
    start: dt.date
    """The first month of the chart."""
    end: dt.date
    """The last month of the chart."""
    months: tuple[HealthMonth, ...]
    """The months of the chart that have articles, newest first."""


class SourceRow(Named, frozen=True, kw_only=True):
    """A source in the list of all. `date` is the day of its newest article."""

    minutes: int
    """Reading time of all its texts."""
    is_silent: bool
    full: Share
    cut: Share
    link: Share
    leads: Share
    """Articles that other sources repeat."""
    spark: Markup
    """The last twelve months as a tiny chart; empty if the page has no room for it."""


class SourceGroup(View, frozen=True, kw_only=True):
    """Sources with the same initial, or of a range of numbers."""

    name: str
    """A letter, `0–9`, or empty for all other names; in the order by number, the range."""
    anchor: str
    sources: tuple[SourceRow, ...]


class SourceJump(Named, frozen=True, kw_only=True):
    """A link to a group of sources, with its number of sources."""

    anchor: str


class SourcesView(View, frozen=True, kw_only=True):
    """`sources.html`: one part of the list of all sources, in one of two orders."""

    groups: tuple[SourceGroup, ...]
    """Those of this part."""
    jumps: tuple[SourceJump, ...]
    """The groups of all parts."""
    count: int
    """The number of all articles."""
    sources: int
    """The number of all sources, shown or not."""
    is_by_name: bool
    """Whether they are in the order of their names, not of their numbers of articles."""
    part: int
    """This part, counted from 1."""
    parts: tuple[Named, ...]
    """All parts; empty if there is only one."""
    by_number: str
    by_name: str
    """The addresses of the page in each of the orders."""
    has_health: bool
    """Whether the page has room for the shares of whole texts, and others."""
    sparks: bool
    """Whether the page has room for tiny charts."""


class MonthOfSource(Named, frozen=True, kw_only=True):
    """A month of a source, with its number of articles. `address` leads to its newest part."""

    anchor: str
    parts: tuple[Named, ...] = ()
    """Its parts, newest first, named by their days; empty if there is only one, or no room for them."""


class YearOfSource(View, frozen=True, kw_only=True):
    """A year of a source."""

    date: dt.date
    """Its first day."""
    count: int
    months: tuple[MonthOfSource, ...]
    """Newest first."""


class SourceView(View, frozen=True, kw_only=True):
    """`source.html`: one source."""

    name: str
    language: str | None
    home: str | None
    count: int
    first: dt.date
    last: dt.date
    health: HealthView
    items: tuple[Item, ...]
    """The newest items."""
    years: tuple[YearOfSource, ...]
    """Newest first."""


class SourceMonthView(View, frozen=True, kw_only=True):
    """`source_month.html`: one part of a source's month; `tag_month.html`: of a tag's."""

    source: Named
    """The source, or the tag."""
    month: dt.date
    days: str
    """The days of this part, such as `26–30`; empty if the month has only one part."""
    count: int
    """The number of articles in this part."""
    earlier: Named | None
    later: Named | None
    """`earlier` and `later` are the neighbouring parts of the month. The later one is named by its first day,
    so that a full part does not change while the next one grows.
    """
    anchor: str
    """The `id` of the month on the source's page, which lists all parts."""
    blocks: tuple[Block, ...]
    """By day, newest first. The anchor is `_d` and the number of the day, for example `_d03`."""
    previous: Named | None
    next: Named | None
    """`previous` and `next` are months of the same source."""
