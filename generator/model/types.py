"""The words of the field as frozen data: clipping, article, source, edition, digest."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence

import msgspec

IMAGES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg")
"""How the names of files end that may be images beside clippings."""

_RTL = frozenset({"ar", "fa", "ur", "ps", "ug", "he", "yi", "dv", "sd", "ckb"})
_RTL_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo"})


class Verdict(enum.StrEnum):
    """How much of an article its clipping holds."""

    FULL = "full"
    CUT = "cut"
    """The clipping ends early."""
    LINK = "link"
    """Nothing readable was saved: the item leads to the original only."""


class TextPolicy(enum.StrEnum):
    """How much of others' text pages and feeds may carry."""

    FULL = "full"
    EXCERPT = "excerpt"
    LINK = "link"


class Clipping(msgspec.Struct, frozen=True, kw_only=True):
    """A Markdown file with front matter, as found."""

    path: str
    """POSIX path below the content folder; bytes that are not UTF-8 stand as surrogate escapes."""
    fields: Mapping[str, object]
    """Front matter by lower-case key: text, booleans, lists of text, dates as the text that was written."""
    lines: Mapping[str, int]
    """The line of each key in the file, counted from 1."""
    body: str
    """The Markdown after the front matter, line ends as LF."""
    body_line: int | None = None
    """The line of the file that the body begins on; None where lines of the body were left out."""
    repaired: bool = False
    """The front matter was not valid YAML and was recovered line by line."""
    is_shortened: bool = False
    """The body was longer than `limits` allow, and its end is left out."""
    earlier: Mapping[str, tuple[str | list[str], ...]] = {}
    """Of each key that stands more than once, its values but the last."""
    unread: str = ""
    """What of the front matter is not read: its `end`, or all of it where it is `TOML` or `JSON`."""


class Article(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What is published of a clipping, without its text (which streams)."""

    id: str
    """12 characters of `a-z2-9`, or the curator's own; part of the lasting address."""
    path: str
    title: str
    language: str
    """BCP 47 tag of the body, or of the title where there is no body."""
    title_language: str
    url: str | None
    """Address of the original: http or https."""
    source: str
    """As the clipping has it; after grouping the source's own name."""
    date: dt.date
    """The day in the site's time zone."""
    time: dt.datetime | None = None
    """The moment, aware, in the site's time zone, where the clipping gives one."""
    fetched: dt.datetime | None = None
    """When it was saved; naive where the clipping gives no zone."""
    verdict: Verdict
    reason: str = ""
    """Why the verdict is not `full`: `captcha`, `login wall`, `only furniture`, `cut by the clipper` …."""
    excerpt: str = ""
    """Plain text, at most some two lines."""
    minutes: int = 0
    """Reading time, at least 1 where there is text."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Former addresses in the site, such as `articles/ab/abcd….html`, that redirect here."""
    draft: bool = False
    letters: int = 0
    """Letters and digits of the text after cleaning; a measure of how full it is."""
    keys: tuple[str, ...] = ()
    """What the original is known by: its address without tracking, WeChat's `biz/mid/idx` …."""
    signature: bytes = b""
    """MinHash of the text after cleaning; empty where there is too little text."""
    pinned: bool = False
    note: str = ""
    """The curator's words on it, Markdown."""


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Articles on the same news."""

    id: str
    """The id of its earliest article by date and path, so that later ones do not change it."""
    articles: tuple[Article, ...]
    """Two at least: the lead, then the others, newest first."""

    @property
    def lead(self) -> Article:
        """The fullest text at its origin."""
        return self.articles[0]


class Skipped(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A clipping that is not published, and why."""

    path: str
    reason: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Who published: a name that stands for all its spellings."""

    name: str
    slug: str
    home: str | None = None
    language: str | None = None
    text: TextPolicy = TextPolicy.FULL
    articles: tuple[Article, ...] = ()
    """Newest first."""
    months: tuple[SourceMonth, ...] = ()
    """Newest first."""


class SourceMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of one source in one month, cut into parts."""

    first: dt.date
    """The first day of the month."""
    parts: tuple[tuple[Article, ...], ...]
    """Numbered from the oldest, so that a full part never changes; within a part newest first."""

    @property
    def count(self) -> int:
        """The articles of all parts."""
        return sum(map(len, self.parts))


class MonthHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What was saved of one source's articles in one month."""

    first: dt.date
    """The first day of the month."""
    full: int = 0
    cut: int = 0
    link: int = 0

    @property
    def count(self) -> int:
        """All articles of the month."""
        return self.full + self.cut + self.link


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How well a source can be read, and whether it still speaks."""

    months: tuple[MonthHealth, ...]
    """Those with articles, oldest first."""
    first: dt.date
    last: dt.date
    silent_days: int
    """From its newest article to the digest's newest edition."""
    is_silent: bool
    """Silent for longer than it usually is."""
    leads: int
    """Its articles that lead a story that others have too."""
    follows: int
    """Its articles in stories that another source leads."""

    @property
    def count(self) -> int:
        """All its articles."""
        return sum(month.count for month in self.months)

    @property
    def full(self) -> int:
        """Articles with their whole text."""
        return sum(month.full for month in self.months)

    @property
    def cut(self) -> int:
        """Articles that end early."""
        return sum(month.cut for month in self.months)

    @property
    def link(self) -> int:
        """Articles without text."""
        return sum(month.link for month in self.months)


class Period(enum.StrEnum):
    """The span of an edition."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What one source has in one edition."""

    source: str
    """The source's name, a key of `Digest.sources`."""
    articles: tuple[Article, ...]
    """Newest first."""


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of a period."""

    period: Period
    first: dt.date
    last: dt.date
    """The last day of the period, whether or not it has articles."""
    groups: tuple[Group, ...]
    """The source with the newest article first."""
    days: tuple[tuple[dt.date, int], ...]
    """The days that have articles, oldest first, with their counts."""

    @property
    def count(self) -> int:
        """The articles of all groups."""
        return sum(count for _, count in self.days)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    articles: Sequence[Article]
    """Newest first."""
    sources: Mapping[str, Source]
    """By name, in the order of their slugs."""
    days: tuple[Edition, ...]
    weeks: tuple[Edition, ...]
    months: tuple[Edition, ...]
    years: tuple[Edition, ...]
    """Editions of each period, oldest first; a period without articles has none."""
    stories: Sequence[Story] = ()
    """In the order of their first articles."""

    def editions(self, period: Period) -> tuple[Edition, ...]:
        """The editions of a period."""
        every = {
            Period.DAY: self.days,
            Period.WEEK: self.weeks,
            Period.MONTH: self.months,
            Period.YEAR: self.years,
        }
        return every[period]


def may_be_image(name: str) -> bool:
    """Whether a file of this name is an image where it is what its name says."""
    return name.rpartition(".")[2].lower() in IMAGES


def direction(language: str) -> str:
    """`rtl` for a language written from right to left, else `ltr`."""
    parts = language.lower().replace("_", "-").split("-")
    return "rtl" if parts[0] in _RTL or not _RTL_SCRIPTS.isdisjoint(parts[1:]) else "ltr"
