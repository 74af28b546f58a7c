"""What templates get: the template interface, version 1.

Views hold plain text (the templates escape it) except where the type is `Markup`, and addresses of the site
as `addresses` makes them (the template function `link` turns them into relative links).
"""

from __future__ import annotations

import datetime as dt

import msgspec
from markupsafe import Markup

from generator.model.types import Period, Verdict

INTERFACE = 1
"""A site's `templates/theme.toml` says `interface = 1`; a theme for another version is reported."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all views.

    Those that worker processes get are not `kw_only`: without the names of their fields, pickling takes half
    the time.
    """


class Named(View, frozen=True):
    """A link to a page of the site, with what it counts."""

    name: str
    address: str
    count: int = 0
    date: dt.date | None = None


class Also(View, frozen=True):
    """Another copy of an article: where it is also found."""

    name: str
    """Of its source."""
    address: str | None
    """Our page; None where only the original can be read."""
    original: str | None
    date: dt.date


class Item(View, frozen=True, kw_only=True):
    """An article in a list."""

    id: str
    """Also the item's `id` attribute, so that `…#<id>` leads here."""
    title: str
    language: str
    """Of the title."""
    dir: str
    """`ltr` or `rtl`, of the title."""
    address: str | None
    """Our page; None where only the original can be read."""
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
    """Why there is no text, in the language of the interface; empty where there is some."""
    also: tuple[Also, ...] = ()
    """The other articles of its story, one of each source and day."""
    also_more: int = 0
    """How many further ones there are; the story's page lists them."""
    story: str | None = None
    """The page of its story, where that has more than two articles."""
    note: Markup = Markup()
    """The curator's words on it, sanitised HTML."""
    pinned: bool = False


class Block(View, frozen=True, kw_only=True):
    """The items of one source in a day, or of one day in a source's month."""

    anchor: str
    source: Named
    """`count` is what the source has on that day."""
    date: dt.date
    items: tuple[Item, ...]
    address: str = ""
    """Where the heading leads: the source's month (or the source) in a day, the day in a source's month."""
    above: int = 0
    """How many of the articles stand further up on the page, among picks and stories."""
    above_anchor: str = ""
    """The `id` of the item there that holds the first of them."""
    more: int = 0
    """How many further items there are."""
    more_address: str = ""
    more_anchor: str = ""


class CalendarDay(View, frozen=True, kw_only=True):
    """A day in a calendar; `address` is None where it has no edition."""

    date: dt.date
    count: int
    address: str | None


class Calendar(View, frozen=True, kw_only=True):
    """One month as weeks from Monday; days of other months are None."""

    month: Named
    """`address` is empty where the month has no edition."""
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


class DayView(View, frozen=True, kw_only=True):
    """`day.html`: one day, also the front page."""

    date: dt.date
    count: int
    sources: tuple[Named, ...]
    """All of the day; `address` is the anchor of the block, or of the item above that holds all it has."""
    picks: tuple[Item, ...] = ()
    """What the curator pinned."""
    stories: tuple[Item, ...] = ()
    """Those with two articles or more on that day, of most sources first; their articles leave the blocks."""
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
    """Newest first; empty in a year."""
    months: tuple[Named, ...]
    """Of a year, newest first."""
    calendars: tuple[Calendar, ...]
    """One in a month, those with articles in a year, none in a week."""
    sources: tuple[Named, ...]
    """Most articles first; `address` leads to the source's month, or to the source."""
    picks: tuple[Item, ...] = ()
    """What the curator pinned, a few at most."""
    stories: tuple[Item, ...] = ()
    """Those of most sources first, twenty at most."""
    previous: Named | None
    next: Named | None
    above: tuple[Named, ...]
    """The periods that hold this one, the largest first."""


class StoryView(View, frozen=True, kw_only=True):
    """`story.html`: articles on the same news, more than two."""

    title: str
    """Of the lead."""
    language: str
    """Of the title."""
    dir: str
    """`ltr` or `rtl`, of the title."""
    lead: Item
    items: tuple[Item, ...]
    """The others, newest first."""
    count: int
    """All its articles, shown or not."""
    sources: int
    first: dt.date
    last: dt.date
    day: Named
    """The day of the lead."""


class Share(View, frozen=True, kw_only=True):
    """A part of a source's articles."""

    count: int
    percent: int
    """Of all, whole; 0 and 100 stand for none and all only."""


class HealthMonth(View, frozen=True, kw_only=True):
    """What was saved of a source's articles in one month."""

    month: dt.date
    """Its first day."""
    count: int
    full: int
    cut: int
    link: int


class HealthView(View, frozen=True, kw_only=True):
    """How well a source can be read, and whether it still speaks."""

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
    is_silent: bool
    """No article for longer than it usually takes, counted to the newest edition."""
    chart: Markup
    """The months as inline SVG; empty for a single month."""
    start: dt.date
    """The first month of the chart."""
    end: dt.date
    """Its last one."""
    months: tuple[HealthMonth, ...]
    """The months of the chart that have articles, newest first."""


class SourceRow(Named, frozen=True, kw_only=True):
    """A source among all; `date` is the day last seen."""

    is_silent: bool
    full: Share
    cut: Share
    link: Share
    leads: Share
    """Articles that other sources repeat."""
    spark: Markup
    """Its last twelve months as a tiny chart; empty where the page has no room for it."""


class SourcesView(View, frozen=True, kw_only=True):
    """`sources.html`: all sources."""

    sources: tuple[SourceRow, ...]
    """In the order of their names."""
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
    """The newest."""
    months: tuple[Named, ...]
    """Newest first."""


class SourceMonthView(View, frozen=True, kw_only=True):
    """`source_month.html`: one part of a source's month."""

    source: Named
    month: dt.date
    count: int
    """Of this part."""
    part: int
    parts: tuple[Named, ...]
    """This part and those beside it; a single one needs no list."""
    blocks: tuple[Block, ...]
    """By day, newest first; the anchor is `_d` and the day's number, such as `_d03`."""
    previous: Named | None
    next: Named | None
    """Months of the same source."""


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
    """The source's text may not be shown whole."""
    day: Named
    month: Named
    """The source's month."""
    note: Markup = Markup()
    """The curator's words on it, sanitised HTML."""
    also: tuple[Also, ...] = ()
    """The other articles of its story, one of each source and day."""
    also_more: int = 0
    story: str | None = None
    """The page of its story, where that has more than two articles."""


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
    """Of the page: the site's, or the article's on its own page."""
    canonical: str | None
    """None without `base_url`."""
    feeds: tuple[Feed, ...]
    """The feeds to announce; empty without `base_url`."""
    structured: str
    """JSON-LD, safe inside a `script` element; empty without `base_url`."""
    open_graph: tuple[tuple[str, str], ...]
    """Properties and values, such as `("og:title", …)`."""
    index: bool = True
    """False asks search engines to leave the page out."""
    section: str = ""
    """Which entry of the navigation is current: `front`, `archive`, `sources` or none."""
    rooted: bool = False
    """True where links must work from any address, as on `404.html`: they start at the root of the site."""


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
    """Of the interface, as a BCP 47 tag: `en`, `zh-Hans`."""
    base_url: str | None
    file_links: bool
    latest: Named | None
    """The newest edition."""
    archive: Named | None
    """The newest year."""
    generator: str
    """Such as `Broadsheet 0.1.0`."""
