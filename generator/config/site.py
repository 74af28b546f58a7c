"""`digest.toml` as typed, frozen values."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import msgspec

from generator.model.types import TextPolicy

FILE_NAME = "digest.toml"
PICKS_FILE = "picks.toml"
OWN_FOLDER = ".broadsheet"
"""The folder in a digest for Broadsheet's own files: the cache and the preview."""
BROKEN_LINK = "is a broken link"
BROKEN_LINK_ADVICE = "check that its target exists and is mounted, or delete the link"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""The form of a BCP 47 tag. Subtags are not looked up."""

CURATOR_FIELDS = ("pin", "hide", "digest_note", "merge", "split")
ARTICLE_FIELDS = (
    "title", "url", "source", "date", "fetch_date", "author",
    "tags", "lang", "id", "aliases", "draft", "publish", "private", "summary", "clean", *CURATOR_FIELDS,
)  # fmt: skip


PROMOTIONS = (
    "荣获", "荣膺", "斩获", "入选", "入围", "获评", "喜报", "上榜", "中标", "签约", "招聘", "校招", "内推",
    "训练营", "开班", "课程", "培训", "报名", "优惠", "早鸟", "抽奖", "直播预告",
    "webinar", "we're hiring", "job opening", "sponsored", "discount", "wins award", "named a leader",
    "a leader in", "recognized as", "register now", "training course",
)  # fmt: skip


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[sources."Name"]`."""

    aliases: tuple[str, ...] = ()
    """Other spellings of this source's name."""
    home: str | None = None
    """The source's home page."""
    language: str | None = None
    """The language of its articles that have no `lang`."""
    text: TextPolicy | None = None
    """How much of its text may appear in pages and feeds; the site's `text` if unset."""
    clean: bool = True
    """Whether to remove boilerplate from its articles."""
    aggregator: bool | None = None
    """Whether it mostly repeats others; found by its numbers if unset."""
    activity: bool | None = None
    """Whether it reports events, such as commits or advisories; found by its titles if unset."""


class IdentifierConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[identifiers.name]`: a kind of identifier that articles share."""

    pattern: str | None = None
    """A regular expression for such identifiers; empty for none. If unset, that of the built-in kind."""
    url: str = ""
    """The address of an identifier at its authority, with `{id}` or `{number}`."""


class TagConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[tags."Name"]`."""

    name: str = ""
    """What pages call the tag; the table's own name if empty."""
    aliases: tuple[str, ...] = ()
    """Other tags that stand for this one."""
    hide: bool = False
    """Whether no page shows it, nor the tags nested in it."""
    match: tuple[str, ...] = ()
    """Words that give the tag to each article whose title or text contains one."""


PublishKind = Literal["assets", "articles", "lists", "front", "feeds"]
"""A kind of published files."""
Encoding = Literal["gz", "br", "zst"]
"""How a copy of a file is compressed, by the end of its name."""
COPY_SUFFIXES = tuple(f".{encoding}" for encoding in get_args(Encoding))
"""Ends of the names of such copies."""


class PublishConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[publish.name]`: a place to publish to."""

    address: str = ""
    """The address of the place, such as `file:///srv/www`."""
    history: bool = True
    """Whether a branch keeps a commit for each publish, or has a single one."""
    endpoint: str | None = None
    """The address of object storage that is compatible with S3, but not Amazon's."""
    region: str | None = None
    """The region of a bucket."""
    gzip: bool = True
    """Whether text is compressed in object storage."""
    cache: Mapping[PublishKind, str] = {}
    """Kind of files → their header `Cache-Control` in object storage."""
    connections: int = 16
    """The number of connections that upload at a time."""
    precompress: tuple[Encoding, ...] = ()
    """The compressed copies of each text that stand beside it, for a web server of one's own."""
    cloudfront: str = ""
    """The distribution of CloudFront whose caches forget what a publish changed."""
    indexnow: str = ""
    """The key by which search engines accept messages on changed pages (IndexNow)."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[limits]`: what reading one clipping may use. Each attempt of each step gets a share."""

    cpu_seconds: float = 5.0
    """Seconds of one core."""
    memory_mb: int = 400
    """Megabytes that its worker process may use beyond what it uses when it starts."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys of `digest.toml`. Each has a default, so that an empty or missing file works."""

    title: str = "Broadsheet"
    """The digest's name, shown on every page."""
    description: str = ""
    """One sentence about the digest, for feeds and search engines."""
    base_url: str | None = None
    """The address of the published site, such as `https://host/digest/`."""
    language: Literal["en", "zh"] = "en"
    """The language of the interface."""
    languages: tuple[str, ...] = ("zh", "en")
    """The languages that articles may be in, for detecting the language of each."""
    timezone: str = "UTC"
    """The name of the time zone that decides which day an article belongs to."""
    content: str = "content"
    """The folder with the clippings."""
    output: str = "public"
    """The folder that the site is written to."""
    ignore: tuple[str, ...] = ("README.md", ".*")
    """Patterns of names or paths below the content folder that are not clippings."""
    text: TextPolicy = TextPolicy.FULL
    """How much of other people's text may appear in pages and feeds."""
    clean: bool = True
    """Whether to remove boilerplate from articles."""
    articles: Literal["all", "recent", "none"] = "all"
    """Which articles get a page of their own. The others are items that link to the original."""
    recent_months: int = 12
    """The number of months that are `recent`, counted back from that of the newest edition."""
    links: Literal["site", "file"] = "site"
    """`file` includes `index.html` in links, so that they work in pages opened from the disk."""
    search: Literal["full", "titles", "none"] = "full"
    """What readers can search: texts too, or only titles, sources and tags."""
    reader: bool = True
    """Whether pages remember, in the reader's browser alone, what is new, seen or kept for later."""
    feed_items: int = 50
    """The number of entries in the digest's feeds."""
    hub: str | None = None
    """The address of the hub that tells readers of feeds at once what is new (WebSub)."""
    source_feed_items: int = 20
    """The number of entries in each source's feeds."""
    drafts: bool = False
    """Whether to publish drafts too."""
    future: bool = False
    """Whether to publish articles dated after today too."""
    fields: Mapping[str, tuple[str, ...]] = {}
    """Our field → the keys of other clippers that it is read from, the most trusted first."""
    sources: Mapping[str, SourceConfig] = {}
    """Name of a source → its settings."""
    promotions: tuple[str, ...] = PROMOTIONS
    """Words in titles of promotions, awards, courses and job advertisements, whose stories come last."""
    identifiers: Mapping[str, IdentifierConfig] = {}
    """Name of a kind of identifier → its settings."""
    tags: Mapping[str, TagConfig] = {}
    """Name of a tag → its settings."""
    publish: Mapping[str, PublishConfig] = {}
    """Name of a place to publish to → its settings."""
    limits: Limits = Limits()
    """What reading one clipping may use."""

    @property
    def language_tag(self) -> str:
        """The language of the interface as a BCP 47 tag."""
        return {"zh": "zh-Hans"}.get(self.language, self.language)

    @property
    def zone(self) -> dt.tzinfo:
        """The site's time zone; `load` has checked that it exists."""
        return zoneinfo.ZoneInfo(self.timezone)


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with `digest.toml`, and the paths of its parts."""

    root: Path
    content: Path
    output: Path
    config: Config

    @property
    def templates(self) -> Path:
        """The site's own templates; the folder need not exist."""
        return self.root / "templates"

    @property
    def static(self) -> Path:
        """The files that are copied unchanged; the folder need not exist."""
        return self.root / "static"

    @property
    def picks(self) -> Path:
        """The file with the curator's picks; it need not exist."""
        return self.root / PICKS_FILE

    @property
    def cleaning(self) -> Path:
        """The site's own boilerplate rules; the folder need not exist."""
        return self.root / "cleaning"

    @property
    def own(self) -> Path:
        """The folder for Broadsheet's own files: the preview and the cache."""
        return self.root / OWN_FOLDER

    @property
    def preview(self) -> Path:
        """The folder that `serve` builds into, so that drafts never reach the output folder."""
        return self.own / "preview"


def preview_of(site: Site) -> Site:
    """Return the same site, with the preview folder as its output."""
    return msgspec.structs.replace(site, output=site.preview)
