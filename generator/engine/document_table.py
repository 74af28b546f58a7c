"""The table of all clippings: what inspecting them and learning from their sources found."""

from __future__ import annotations

import datetime as dt
import sys
import time
from functools import lru_cache

import msgspec

from generator.cache.rows import DocumentInfo
from generator.cache.versions import hashed
from generator.config.site import Site
from generator.engine.learning import BoilerplateHashes
from generator.engine.records import Read, Reader
from generator.engine.unchanged import epoch_of
from generator.model.types import Article
from generator.reading.discover import Discovery
from generator.reading.rules import rules_of


class DocumentTable(msgspec.Struct, kw_only=True):
    """All clippings with what inspection and learning found; updated in place.

    A later build in a new process knows the changed clippings only; the cache has the others.
    """

    reader: Reader
    found: Discovery
    looked: dict[str, DocumentInfo]
    """Path → document info, of all clippings or of the changed ones."""
    boilerplate: BoilerplateHashes = {}
    """Source and year → hash of the boilerplate that the clippings were read with."""
    former: dict[bytes, Article] = {}
    """Content hash → earlier version of an article whose clipping changed or was removed. Only a few are
    kept."""
    steady: set[str] = set()
    """Paths of clippings that were read in this build, and did not change between inspection and reading."""
    since: int = msgspec.field(default_factory=time.time_ns)
    """A moment before the first of them was read, in nanoseconds since 1970."""

    @property
    def total(self) -> int:
        """Number of clippings, with those that cannot be read."""
        return len(self.looked) + len(self.found.skipped)

    def note(self, path: str, found: Read) -> None:
        """Record that a clipping was read, and whether its bytes were still those that were inspected."""
        if found.digest == self.looked[path].digest:
            self.steady.add(sys.intern(path))
        else:  # a followed site inspects it again
            self.looked[path] = self.looked[path]._replace(digest=b"")


def record_key(reader: Reader, digest: bytes, learned: bytes | None) -> bytes:
    """Return the cache key of a record: the site's rules, the clipping's bytes, its source's boilerplate."""
    return hashed(reader.epoch, digest, learned or b"")


def stored_article(article: Article, zone: dt.tzinfo) -> Article:
    """Return an article from the cache, with its times in a time zone.

    Values that many articles have become one object each, which saves 0.3 kB an article.
    """
    return msgspec.structs.replace(
        article,
        path=sys.intern(article.path),
        language=sys.intern(article.language),
        title_language=sys.intern(article.title_language),
        source=sys.intern(article.source),
        date=_same(article.date),
        time=_in_zone(article.time, zone),
        fetched=_in_zone(article.fetched, zone),
        reason=sys.intern(article.reason),
    )


def zoned_article(article: Article, zone: dt.tzinfo) -> Article:
    """Return an article from the cache, with its times in a time zone. Most have none to change."""
    time, fetched = _in_zone(article.time, zone), _in_zone(article.fetched, zone)
    if time is article.time and fetched is article.fetched:
        return article
    return msgspec.structs.replace(article, time=time, fetched=fetched)


@lru_cache(1 << 12)
def _same(date: dt.date) -> dt.date:
    """Return the same object for equal dates."""
    return date


def _in_zone(moment: dt.datetime | None, zone: dt.tzinfo) -> dt.datetime | None:
    return moment if moment is None or moment.tzinfo is None else moment.astimezone(zone)


def reader_of(site: Site) -> Reader:
    """Return what the reading tasks need to know about a site."""
    config = site.config
    epoch = epoch_of(site)
    return Reader(
        str(site.content),
        str(site.root),
        rules_of(config),
        epoch,
        config.ignore,
        config.clean,
        config.limits,
        finds_terms=config.search == "full",
    )
