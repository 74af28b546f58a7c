"""The table of all clippings: what inspecting them and learning from their sources found."""

from __future__ import annotations

import datetime as dt
import time

import msgspec

from generator.cache.rows import DocumentInfo
from generator.cache.versions import hashed
from generator.config.site import Config, Site
from generator.config.tags import words_of
from generator.engine.learning import BoilerplateHashes
from generator.engine.records import Read, Reader
from generator.engine.unchanged import epoch_of, own_source_of
from generator.model.names import key
from generator.model.types import Article
from generator.reading.discover import Discovery
from generator.reading.rules import Rules


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
            self.steady.add(path)
        else:  # a followed site inspects it again
            self.looked[path] = self.looked[path]._replace(digest=b"")


def record_key(reader: Reader, digest: bytes, learned: bytes | None) -> bytes:
    """Return the cache key of a record: the site's rules, the clipping's bytes, its source's boilerplate."""
    return hashed(reader.epoch, digest, learned or b"")


def article_in_zone(article: Article, zone: dt.tzinfo) -> Article:
    """Return the article with its times in a time zone."""
    moments = {
        name: moment.astimezone(zone)
        for name, moment in (("time", article.time), ("fetched", article.fetched))
        if moment is not None and moment.tzinfo is not None
    }
    return msgspec.structs.replace(article, **moments) if moments else article


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


def rules_of(config: Config) -> Rules:
    """Return what reading needs to know from the configuration."""
    spellings = [(one, key(name)) for name, one in config.sources.items() for name in (name, *one.aliases)]
    return Rules(
        zone=config.zone,
        languages=config.languages,
        fields=config.fields,
        default_language=config.language,
        source_languages={key_: one.language for one, key_ in spellings if one.language},
        uncleaned=frozenset(key_ for one, key_ in spellings if not one.clean),
        source_key=key,
        identifiers={
            name: one.pattern for name, one in config.identifiers.items() if one.pattern is not None
        },
        tag_words=words_of(config.tags),
        own_source=own_source_of(config),
    )
