"""Define the domain types as frozen data: clipping, article, source, edition, digest."""

from __future__ import annotations

import datetime as dt
import enum
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

import msgspec

from generator.model.identifiers import are_many

IMAGES = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg")
"""File extensions of images beside clippings."""

_RTL = frozenset({"ar", "fa", "ur", "ps", "ug", "he", "yi", "dv", "sd", "ckb"})
_RTL_SCRIPTS = frozenset({"arab", "hebr", "thaa", "syrc", "nkoo"})


class Verdict(enum.StrEnum):
    """How complete the text of a clipping is."""

    FULL = "full"
    CUT = "cut"
    """The clipping ends early."""
    LINK = "link"
    """No readable text was saved: the item only links to the original."""


class TextPolicy(enum.StrEnum):
    """How much of a source's text pages and feeds may contain."""

    FULL = "full"
    EXCERPT = "excerpt"
    LINK = "link"


class Clipping(msgspec.Struct, frozen=True, kw_only=True):
    """A Markdown file with front matter, as found."""

    path: str
    """POSIX path below the content folder. Bytes that are not UTF-8 are surrogate escapes."""
    fields: Mapping[str, object]
    """Lower-case key → front matter value: text, a boolean, a list of text, or a date as it was written."""
    lines: Mapping[str, int]
    """Key → line in the file, counted from 1."""
    body: str
    """The Markdown after the front matter. Line ends are LF."""
    body_line: int | None = None
    """The line of the file on which the body begins; None if lines of the body were left out."""
    repaired: bool = False
    """Whether the front matter was not valid YAML and was recovered line by line."""
    is_shortened: bool = False
    """Whether the body was longer than `limits` allow, and its end is left out."""
    earlier: Mapping[str, tuple[str | list[str], ...]] = {}
    """Key that occurs more than once → all its values except the last."""
    unread: str = ""
    """The part of the front matter that is not read: its `end`, or all of it if it is `TOML` or `JSON`."""


class Article(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What is published of a clipping, except its text, which is read separately."""

    id: str
    """12 characters of `a-z2-9`, or the curator's own id; part of the permanent address."""
    path: str
    title: str
    language: str
    """BCP 47 tag of the body, or of the title if there is no body."""
    title_language: str
    url: str | None
    """Address of the original: http or https."""
    source: str
    """The source as written in the clipping; after grouping, the source's own name."""
    date: dt.date
    """The day in the site's time zone."""
    time: dt.datetime | None = None
    """The time, aware, in the site's time zone, if the clipping gives one."""
    fetched: dt.datetime | None = None
    """When it was saved; naive if the clipping gives no zone."""
    verdict: Verdict
    reason: str = ""
    """Why the verdict is not `full`: `captcha`, `login wall`, `only furniture`, `cut by the clipper` …."""
    excerpt: str = ""
    """Plain text of about two lines at most."""
    minutes: int = 0
    """Reading time in minutes, at least 1 if there is text."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Former addresses in the site, such as `articles/ab/abcd….html`, that redirect here."""
    draft: bool = False
    letters: int = 0
    """Number of letters and digits of the cleaned text, which measures its completeness."""
    keys: tuple[str, ...] = ()
    """Identifiers of the original: its address without tracking, WeChat's `biz/mid/idx`, and others."""
    signature: bytes = b""
    """MinHash of the cleaned text; empty if there is too little text."""
    pinned: bool = False
    note: str = ""
    """The curator's note, in Markdown."""
    note_language: str = ""
    """BCP 47 tag of the note; empty if it is too short to tell."""
    repeated: int = 0
    """Percentage of its letters removed because its source repeats them; see `Remaining`."""
    identifiers: tuple[str, ...] = ()
    """Identifiers that title or lead name, such as `CVE-2024-6387` or `RFC 9110`, sorted."""
    mentions: tuple[str, ...] = ()
    """Identifiers that only the rest of the text names, sorted."""
    features: bytes = b""
    """What tells its event, as numbers (`model/features.py`): names, quotes, numbers, linked originals."""
    tag_words: tuple[str, ...] = ()
    """Words of `[tags]` that title or text contain, folded and sorted."""
    place: int = 0
    """Its place among the articles that `picks.toml` pins, from 1; 0 if it pins it not."""

    @property
    def is_roundup(self) -> bool:
        """Whether it names more identifiers of one kind than an article about one event does."""
        return are_many(self.named_or_mentioned)

    @property
    def named_or_mentioned(self) -> tuple[str, ...]:
        """All identifiers."""
        return (*self.identifiers, *self.mentions)


class CopyGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Two or more articles with the same text, of which some may be empty or excerpts."""

    id: str
    """The id of the earliest article by date and path, so that later ones do not change it."""
    articles: tuple[Article, ...]
    """The lead, then the others, newest first."""

    @property
    def lead(self) -> Article:
        """The article at the home of its source with the most complete text."""
        return self.articles[0]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Two or more texts about the same event."""

    id: str
    """The id of the earliest article by date and path, so that later ones do not change it."""
    articles: tuple[Article, ...]
    """All articles, copies included: the lead, then the others, newest first."""
    texts: tuple[Article, ...]
    """One article for each text: the lead of its copies. The story's lead comes first, then the newest."""
    reported: tuple[dt.date, ...] = ()
    """The day of each independent source's first article, sorted. Aggregators do not count."""
    aggregators: tuple[str, ...] = ()
    """The names of its sources that are aggregators, sorted."""
    is_promotion: bool = False
    """Whether a title has a word of promotions, awards, courses or job advertisements."""

    @property
    def lead(self) -> Article:
        """The article that represents the story."""
        return self.articles[0]

    @property
    def first(self) -> dt.date:
        """The day of the earliest article."""
        return min([article.date for article in self.articles])

    def sources_by(self, day: dt.date) -> int:
        """Return the number of independent sources until the end of a day."""
        return bisect_right(self.reported, day)

    def sources_before(self, day: dt.date) -> int:
        """Return the number of independent sources before a day."""
        return bisect_left(self.reported, day)


Related = CopyGroup | Story
"""Articles that belong together."""


class Identifier(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier that several sources name, with their articles."""

    name: str
    """As articles write it, such as `CVE-2024-6387`."""
    articles: tuple[Article, ...]
    """Articles whose title or lead names it, newest first."""
    mentions: tuple[Article, ...] = ()
    """Articles that name it further down, newest first."""

    @property
    def first(self) -> dt.date:
        """The day of the first article that names it."""
        return self.articles[-1].date

    @property
    def sources(self) -> int:
        """Number of sources that name it."""
        return len({article.source for article in self.articles})


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag, under one name for all its spellings."""

    key: str
    """What all its spellings share; with `/` between levels, if it is nested in another."""
    name: str
    slug: str
    articles: tuple[Article, ...]
    """Those with the tag, or with one that is nested in it, newest first."""
    months: tuple[SourceMonth, ...] = ()
    """Newest first; none if there are few articles."""


class Skipped(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """A clipping that is not published, with the reason."""

    path: str
    reason: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A publisher, under one name for all its spellings."""

    name: str
    slug: str
    home: str | None = None
    language: str | None = None
    text: TextPolicy = TextPolicy.FULL
    is_activity: bool = False
    """Whether it reports events, such as commits or advisories, by its titles or as the curator says."""
    articles: tuple[Article, ...] = ()
    """Newest first."""
    months: tuple[SourceMonth, ...] = ()
    """Newest first."""


class SourceMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of one source, or with one tag, in one month, split into parts."""

    first: dt.date
    """The first day of the month."""
    parts: tuple[tuple[Article, ...], ...]
    """Oldest part first, so that a full part never changes. Within a part, the newest article is first.

    A day is in one part, unless it has more articles than a part may have.
    """

    @property
    def count(self) -> int:
        """Number of articles in all parts."""
        return sum(map(len, self.parts))


class MonthHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How many of one source's articles in a month were saved in full, cut, or as links only."""

    first: dt.date
    """The first day of the month."""
    full: int = 0
    cut: int = 0
    link: int = 0

    @property
    def count(self) -> int:
        """Number of all articles of the month."""
        return self.full + self.cut + self.link


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How complete a source's articles are, and whether it still publishes."""

    months: tuple[MonthHealth, ...]
    """Months with articles, oldest first."""
    first: dt.date
    last: dt.date
    silent_days: int
    """Number of days from its newest article to the digest's newest edition."""
    is_silent: bool
    """Whether it has been silent for longer than usual."""
    leads: int
    """Number of its articles of which other sources have copies."""
    follows: int
    """Number of its articles that are copies of another source's."""
    is_aggregator: bool = False
    """Whether it mostly repeats others, by its numbers or as the curator says."""
    minutes: int = 0
    """Reading time of all its texts."""

    @property
    def count(self) -> int:
        """Number of all its articles."""
        return sum(month.count for month in self.months)

    @property
    def full(self) -> int:
        """Number of articles with their complete text."""
        return sum(month.full for month in self.months)

    @property
    def cut(self) -> int:
        """Number of articles that end early."""
        return sum(month.cut for month in self.months)

    @property
    def link(self) -> int:
        """Number of articles without text."""
        return sum(month.link for month in self.months)


class Period(enum.StrEnum):
    """The span of an edition."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The articles of one source in one edition."""

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
    """Sorted by newest article, newest first."""
    days: tuple[tuple[dt.date, int], ...]
    """Days with articles and their numbers of articles, oldest first."""

    @property
    def count(self) -> int:
        """Number of articles in all groups."""
        return sum(count for _, count in self.days)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """The complete content of a site: articles, sources, editions, copies and stories."""

    articles: Sequence[Article]
    """Newest first."""
    sources: Mapping[str, Source]
    """Name → source, sorted by slug."""
    days: tuple[Edition, ...]
    weeks: tuple[Edition, ...]
    months: tuple[Edition, ...]
    years: tuple[Edition, ...]
    """Editions of each period, oldest first. A period without articles has no edition."""
    copies: Sequence[CopyGroup] = ()
    """Sorted by their first articles."""
    stories: Sequence[Story] = ()
    """Sorted by their first articles."""
    aggregators: frozenset[str] = frozenset()
    """Names of the sources that mostly repeat others."""
    identifiers: Mapping[str, Identifier] = {}
    """Name → identifier that three sources or more name, sorted by name."""
    tags: Mapping[str, Tag] = {}
    """Key → tag, sorted by key. Hidden ones are left out."""

    def editions(self, period: Period) -> tuple[Edition, ...]:
        """Return the editions of a period."""
        by_period = {
            Period.DAY: self.days,
            Period.WEEK: self.weeks,
            Period.MONTH: self.months,
            Period.YEAR: self.years,
        }
        return by_period[period]


def may_be_image(name: str) -> bool:
    """Return whether a file name has the extension of an image."""
    return name.rpartition(".")[2].lower() in IMAGES


def direction(language: str) -> str:
    """Return `rtl` for a language that is written from right to left, else `ltr`."""
    parts = language.lower().replace("_", "-").split("-")
    return "rtl" if parts[0] in _RTL or not _RTL_SCRIPTS.isdisjoint(parts[1:]) else "ltr"


def is_in(tag: str, language: str) -> bool:
    """Return whether a language tag names a language, of any region or script."""
    return tag.replace("_", "-").partition("-")[0].lower() == language
