"""The views that templates receive: the template interface, version 1.

Views contain plain text, which templates escape, except for fields of the type `Markup`. Addresses are as
`addresses` makes them; the template function `link` turns them into relative links.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from markupsafe import Markup

from generator.model.types import Period, Verdict

INTERFACE = 1
"""A site's `templates/theme.toml` states `interface = 1`. A theme for another version is reported."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all views.

    Views that workers receive are not `kw_only`: without field names, pickling takes half the time.
    """


class Named(View, frozen=True):
    """A link to a page of the site, with a count."""

    name: str
    address: str
    count: int = 0
    date: dt.date | None = None


class Also(View, frozen=True):
    """Another copy of an article."""

    name: str
    """The source's name."""
    address: str | None
    """Our page; None if only the original can be read."""
    original: str | None
    date: dt.date


class Item(View, frozen=True, kw_only=True):
    """An article in a list."""

    id: str
    """Also the item's `id` attribute, the target of `…#<id>`."""
    title: str
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""
    address: str | None
    """Our page; None if only the original can be read."""
    original: str | None
    source: Named
    date: dt.date
    time: dt.datetime | None
    minutes: int
    excerpt: str
    excerpt_language: str
    excerpt_dir: str
    verdict: Verdict
    reason: str = ""
    """Why there is no text, in the interface's language; empty if there is some."""
    copies: tuple[Also, ...] = ()
    """Where else its text stands, one for each other source or address."""
    copies_more: int = 0
    """How many more there are."""
    also: tuple[Also, ...] = ()
    """The other texts of its story, one for each source and day."""
    also_more: int = 0
    """How many more there are. The story's page lists them."""
    story: str | None = None
    """The page of its story, if it has one."""
    times: int = 1
    """How often its source has it on that day. All but this article are left out of the list."""
    note: Markup = Markup()
    """The curator's note, as sanitised HTML."""
    pinned: bool = False


class Block(View, frozen=True, kw_only=True):
    """The items of one source on a day, or of one day in a source's month."""

    anchor: str
    source: Named
    """Its `count` is the number of the source's articles on that day."""
    date: dt.date
    items: tuple[Item, ...]
    address: str = ""
    """The target of the heading: the source's month (or the source) on a day, the day in a source's month."""
    above: int = 0
    """Number of articles that are part of an item elsewhere on the page: picks, stories, copies."""
    above_anchor: str = ""
    """The `id` of the item or block with the first of them."""
    more: int = 0
    """Number of further items."""
    more_address: str = ""
    more_anchor: str = ""


class CalendarDay(View, frozen=True, kw_only=True):
    """A day in a calendar. `address` is None if it has no edition."""

    date: dt.date
    count: int
    address: str | None


class Calendar(View, frozen=True, kw_only=True):
    """One month as weeks from Monday. Days of other months are None."""

    month: Named
    """Its `address` is empty if the month has no edition."""
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


class DayView(View, frozen=True, kw_only=True):
    """`day.html`: one day; also the front page."""

    date: dt.date
    count: int
    sources: tuple[Named, ...]
    """All sources of the day. `address`: the anchor of the block, or of the item further up with all
    articles.
    """
    picks: tuple[Item, ...] = ()
    """The articles that the curator pinned."""
    stories: tuple[Item, ...] = ()
    """Stories with several texts on that day, or the second one. Their articles are not in the blocks."""
    blocks: tuple[Block, ...]
    calendar: Calendar
    previous: Named | None
    next: Named | None
    week: Named
    month: Named
    year: Named
    is_front: bool


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
    """One for a month, those with articles for a year, none for a week."""
    sources: tuple[Named, ...]
    """By number of articles. `address` leads to the source's month, or to the source."""
    picks: tuple[Item, ...] = ()
    """Some of the articles that the curator pinned."""
    stories: tuple[Item, ...] = ()
    """At most twenty, by number of sources."""
    previous: Named | None
    next: Named | None
    above: tuple[Named, ...]
    """The periods that contain this one, the largest first."""


class StoryView(View, frozen=True, kw_only=True):
    """`story.html`: a story of more than two texts."""

    title: str
    """The title of the lead."""
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""
    lead: Item
    items: tuple[Item, ...]
    """The others, newest first."""
    count: int
    """The number of all its texts, shown or not."""
    sources: int
    first: dt.date
    last: dt.date
    day: Named
    """The day of the lead."""


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

    is_silent: bool
    full: Share
    cut: Share
    link: Share
    leads: Share
    """Articles that other sources repeat."""
    spark: Markup
    """The last twelve months as a tiny chart; empty if the page has no room for it."""


class SourcesView(View, frozen=True, kw_only=True):
    """`sources.html`: all sources."""

    sources: tuple[SourceRow, ...]
    """Sorted by name."""
    count: int
    sparks: bool
    """Whether the page has room for tiny charts."""


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
    months: tuple[Named, ...]
    """Newest first."""


class SourceMonthView(View, frozen=True, kw_only=True):
    """`source_month.html`: one part of a source's month."""

    source: Named
    month: dt.date
    count: int
    """The number of articles in this part."""
    part: int
    parts: tuple[Named, ...]
    """This part and its neighbours; empty if there is only one."""
    blocks: tuple[Block, ...]
    """By day, newest first. The anchor is `_d` and the number of the day, for example `_d03`."""
    previous: Named | None
    next: Named | None
    """`previous` and `next` are months of the same source."""


class ArticleView(View, frozen=True):
    """`article.html`: an article's own page."""

    id: str
    title: str
    language: str
    dir: str
    title_language: str
    title_dir: str
    source: Named
    date: dt.date
    time: dt.datetime | None
    fetched: dt.datetime | None
    original: str | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    minutes: int
    verdict: Verdict
    body: Markup
    """Sanitised HTML."""
    excerpt_only: bool
    """Whether the source's text must not be shown in full."""
    day: Named
    month: Named
    """The source's month."""
    note: Markup = Markup()
    """The curator's note, as sanitised HTML."""
    copies: tuple[Also, ...] = ()
    """Where else its text stands, one for each other source or address."""
    copies_more: int = 0
    also: tuple[Also, ...] = ()
    """The other texts of its story, one for each source and day."""
    also_more: int = 0
    story: str | None = None
    """The page of its story, if it has one."""
    identifiers: tuple[Named, ...] = ()
    """The identifiers that it names, if they have pages."""


class RedirectView(View, frozen=True, kw_only=True):
    """`redirect.html`: a former address."""

    target: str
    fragment: str
    title: str


class EmptyView(View, frozen=True, kw_only=True):
    """`empty.html`: the front page of a digest without articles."""


class NotFoundView(View, frozen=True, kw_only=True):
    """`404.html`."""

    latest: Named | None


class PageView(View, frozen=True, kw_only=True):
    """`page`: what the frame of every page needs (`base.html`)."""

    address: str
    template: str
    title: str
    """Without the site's name; empty on the front page."""
    description: str
    language: str
    """The language of the page: the site's, or the article's on its own page."""
    canonical: str | None
    """None without `base_url`."""
    feeds: tuple[Feed, ...]
    """The feeds to announce; empty without `base_url`."""
    structured: str
    """JSON-LD, safe inside a `script` element; empty without `base_url`."""
    open_graph: tuple[tuple[str, str], ...]
    """Properties and values, such as `("og:title", …)`."""
    index: bool = True
    """False asks search engines not to index the page."""
    section: str = ""
    """The current entry of the navigation: `front`, `archive`, `sources` or none."""
    rooted: bool = False
    """Whether links start at the root of the site, because the page is shown at any address: `404.html`."""


class Feed(View, frozen=True, kw_only=True):
    """A feed announced by a page."""

    address: str
    type: str
    title: str


class SiteView(View, frozen=True, kw_only=True):
    """`site`: what all pages share."""

    title: str
    description: str
    language: str
    """The language of the interface, as a BCP 47 tag: `en`, `zh-Hans`."""
    base_url: str | None
    file_links: bool
    latest: Named | None
    """The newest edition."""
    archive: Named | None
    """The newest year."""
    generator: str
    """For example `Broadsheet 0.1.0`."""
