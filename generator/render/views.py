"""The views that templates receive: the template interface, version 2.

Views contain plain text, which templates escape, except for fields of the type `Markup`. Addresses are as
`addresses` makes them; the template function `link` turns them into relative links.
"""

from __future__ import annotations

import datetime as dt

import msgspec
from markupsafe import Markup

from generator.model.types import Verdict

INTERFACE = 2
"""A site's `templates/theme.toml` states `interface = 2`. A theme for another version is reported."""
MIGRATION = "docs/reference/templates.md says what has changed"
"""Advice for a theme of a former interface."""


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

    def __str__(self) -> str:
        """Return the name, which themes of version 1 have in place of a link, as for tags."""
        return self.name


class Also(View, frozen=True):
    """Another copy of an article."""

    name: str
    """The source's name."""
    address: str | None
    """Our page; None if only the original can be read."""
    original: str | None
    date: dt.date
    id: str = ""
    """On a day: the target of `…#<id>`, as for an item."""


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
    """Where else its text stands, one for each source."""
    copies_more: int = 0
    """How many more there are."""
    also: tuple[Also, ...] = ()
    """The other texts of its story, one for each source."""
    also_more: int = 0
    """How many more there are. The story's page lists them."""
    story: str | None = None
    """The page of its story, if it has one."""
    sources: int = 0
    """On a day: the number of independent sources of its story until then; 0 if it belongs to none."""
    since: dt.date | None = None
    """On a day: the first day of its story, if that is an earlier one and two sources reported it."""
    times: int = 1
    """How often its text stands on that day. All but this article are left out of the list."""
    anchors: tuple[str, ...] = ()
    """The ids of the articles that it represents without naming them, also targets of `…#<id>`."""
    note: Markup = Markup()
    """The curator's note, as sanitised HTML."""
    note_language: str = ""
    """The note's language; empty if it is too short to tell."""
    note_dir: str = "ltr"
    pinned: bool = False
    tags: tuple[Named, ...] = ()
    """Its first tags."""


class Block(View, frozen=True, kw_only=True):
    """The items of one source on a day, or of one day in a source's month."""

    anchor: str
    """Empty on a day."""
    source: Named
    """Its `count` is the number of the source's articles on that day."""
    date: dt.date
    items: tuple[Item, ...]
    address: str = ""
    """The target of the heading: the source on a day, the day in a source's month."""
    more: int = 0
    """Number of further items."""
    more_address: str = ""


class CalendarDay(View, frozen=True, kw_only=True):
    """A day in a calendar."""

    date: dt.date
    count: int
    address: str | None
    """Its edition; None if it has none."""
    shade: int = 0
    """How many articles it has among the days shown, in quarters: 1 to 4, or 0 for none."""


class Calendar(View, frozen=True, kw_only=True):
    """One month as weeks from Monday. Days of other months are None."""

    month: Named
    """Its `address` is empty if the month has no edition."""
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


class ArticleLink(View, frozen=True):
    """A link to an article's own page."""

    title: str
    address: str
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""
    source: str
    """The source's name."""


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
    tags: tuple[Named, ...]
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
    note_language: str = ""
    """The note's language; empty if it is too short to tell."""
    note_dir: str = "ltr"
    copies: tuple[Also, ...] = ()
    """Where else its text stands, one for each source."""
    copies_more: int = 0
    also: tuple[Also, ...] = ()
    """The other texts of its story, one for each source."""
    also_more: int = 0
    story: str | None = None
    """The page of its story, if it has one."""
    identifiers: tuple[Named, ...] = ()
    """The identifiers that it names, if they have pages."""
    previous: ArticleLink | None = None
    """The article before it in the order of its day."""
    next: ArticleLink | None = None
    """The article after it."""
    more: tuple[ArticleLink, ...] = ()
    """At most three older articles of its source, other than these."""
    tag: Named | None = None
    """The first of its tags that other sources have older articles of."""
    tagged: tuple[ArticleLink, ...] = ()
    """At most three of these."""


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
    """The current entry of the navigation: `front`, `archive`, `sources`, `tags`, `search`, `later`, none."""
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
    tags: bool
    """Whether there are tags."""
    generator: str
    """For example `Broadsheet 0.1.0`."""
    search: bool = True
    """Whether there is a page that searches."""
    reader: bool = True
    """Whether browsers remember what is new, seen or kept for later."""
