"""`digest.toml` as typed, frozen values."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from generator.model.types import TextPolicy

FILE_NAME = "digest.toml"
PICKS_FILE = "picks.toml"
OWN_FOLDER = ".broadsheet"
"""Broadsheet's own folder in the folder of a digest: the cache and the preview."""
BROKEN_LINK = "is a broken link"
BROKEN_LINK_ADVICE = "see that its target is there and mounted, or delete the link"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""The shape of a BCP 47 tag; subtags are not looked up."""

CURATOR_FIELDS = ("pin", "hide", "digest_note", "merge", "split")
ARTICLE_FIELDS = (
    "title", "url", "source", "date", "fetch_date", "author",
    "tags", "lang", "id", "aliases", "draft", "publish", "private", "summary", "clean", *CURATOR_FIELDS,
)  # fmt: skip


class SourceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table `[sources."Name"]`."""

    aliases: tuple[str, ...] = ()
    """Other spellings that stand for this source."""
    home: str | None = None
    """The source's home page."""
    language: str | None = None
    """The language of its articles, where they do not say it in `lang`."""
    text: TextPolicy | None = None
    """How much of its text pages and feeds may carry; the site's `text` where unset."""
    clean: bool = True
    """Take page furniture off its articles."""


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[limits]`: what reading one clipping may cost; each step has a share for each attempt."""

    cpu_seconds: float = 5.0
    """Seconds of one core."""
    memory_mb: int = 400
    """Megabytes that its worker process may take beyond what it has from its start."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every key of `digest.toml`; each has a default, so that an empty file, or none, works."""

    title: str = "Broadsheet"
    """The digest's name, on every page."""
    description: str = ""
    """One sentence about the digest, for feeds and search engines."""
    base_url: str | None = None
    """Where the site will stand, such as `https://host/digest/`."""
    language: Literal["en", "zh"] = "en"
    """The language of the interface."""
    languages: tuple[str, ...] = ("zh", "en")
    """The languages that articles may be in, for telling them apart."""
    timezone: str = "UTC"
    """The time zone that decides which day an article belongs to."""
    content: str = "content"
    """The folder with the clippings."""
    output: str = "public"
    """The folder that the site is written to."""
    ignore: tuple[str, ...] = ("README.md", ".*")
    """Patterns of names or paths below the content folder that are not clippings."""
    text: TextPolicy = TextPolicy.FULL
    """How much of others' text pages and feeds may carry."""
    clean: bool = True
    """Take page furniture off articles."""
    articles: Literal["all", "recent", "none"] = "all"
    """Which articles get a page of their own; the others are items that lead to the original."""
    recent_months: int = 12
    """How many months, counted back from that of the newest edition, are `recent`."""
    links: Literal["site", "file"] = "site"
    """`file` names `index.html` in links, so that they work when opened from the disk."""
    feed_items: int = 50
    """Entries in the digest's feeds."""
    source_feed_items: int = 20
    """Entries in each source's feeds."""
    drafts: bool = False
    """Publish drafts too."""
    future: bool = False
    """Publish articles dated after today too."""
    fields: Mapping[str, tuple[str, ...]] = {}
    """Other clippers' keys: for one of ours, theirs in the order of trust."""
    sources: Mapping[str, SourceConfig] = {}
    """What you know of a source, by its name."""
    limits: Limits = Limits()
    """What reading one clipping may cost."""

    @property
    def language_tag(self) -> str:
        """The language of the interface as a BCP 47 tag."""
        return {"zh": "zh-Hans"}.get(self.language, self.language)

    @property
    def zone(self) -> dt.tzinfo:
        """The site's time zone; `load` has checked that it exists."""
        return zoneinfo.ZoneInfo(self.timezone)


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with `digest.toml`, and the places of its parts."""

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
        """Files copied as they are; the folder need not exist."""
        return self.root / "static"

    @property
    def picks(self) -> Path:
        """The curator's picks; the file need not exist."""
        return self.root / PICKS_FILE

    @property
    def cleaning(self) -> Path:
        """The site's own boilerplate rules; the folder need not exist."""
        return self.root / "cleaning"

    @property
    def own(self) -> Path:
        """Broadsheet's own folder: the preview and the cache."""
        return self.root / OWN_FOLDER

    @property
    def preview(self) -> Path:
        """Where `serve` builds, so that drafts never reach the output folder."""
        return self.own / "preview"


def preview_of(site: Site) -> Site:
    """The same site, built for the local preview."""
    return msgspec.structs.replace(site, output=site.preview)
