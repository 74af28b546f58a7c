"""Decides whether changed clippings affect only their own articles, or the grouping of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from generator.config.picks import Pick, page_of
from generator.config.site import Config
from generator.engine.readings import with_source
from generator.engine.records import Record
from generator.engine.site_index import SiteIndex
from generator.grouping.article_names import composed_form
from generator.grouping.sources import configured_name, configured_names
from generator.model.names import key
from generator.model.types import Article
from generator.reading.canonical import keys_of


def named_by(picks: Iterable[Pick]) -> set[str]:
    """Return what picks refer to: paths in NFC, and normalised keys of addresses."""
    names = {name for pick in picks for name in (pick.article, *pick.merge)}
    return {composed_form(name) for name in names} | {
        key for name in names if "://" in name for key in keys_of(name)
    }


def names_of(article: Article) -> Iterator[str]:
    """Yield what a pick may call an article: its address, or that of the page that contains it."""
    if article.url is not None:
        yield article.url
    yield from article.keys
    if (page := page_of(article.url)) is not None:
        yield page
        yield from keys_of(page)


class ImpactCheck:
    """Decides whether a change is limited to a clipping's article: no spellings, no addresses of others."""

    def __init__(self, index: SiteIndex, config: Config) -> None:
        self._index, self._config = index, config
        self._configured, _ = configured_names(config.sources)
        self._pictured = frozenset(index.pictured)
        self._unambiguous = set(index.impact.names.values())

    def source_name(self, written: str) -> str:
        """Return the name of the source of articles that are written to be of a source."""
        return configured_name(key(written), self._configured) or self._index.impact.names.get(
            written, written
        )

    def _is_fixed(self, source: str) -> bool:
        """Return whether no article decides the name of a source."""
        return source in self._unambiguous or key(source) in self._configured

    def is_limited(self, record: Record, path: str, old: Article | None, new: Article | None) -> bool:
        """Return whether a change is limited to one article: `old` before, `new` after it."""
        read, impact = with_source(record.reading.article, self._config), self._index.impact
        if record.seen or path in self._pictured:
            return False
        if any(one and one.aliases for one in (old, read)):
            return False
        if impact.has_aliases and _address(old) != _address(new):
            return False
        if old and (old.id.casefold() in impact.contested or not self._is_fixed(old.source)):
            return False
        if new is None or read is None or new.source not in self._index.digest.sources:
            return True
        is_known = read.source in impact.names or key(read.source) in self._configured
        return is_known and self._is_fixed(new.source)


def _address(article: Article | None) -> tuple[str, dt.date] | None:
    """Return what an alias could collide with: the article's page, and the editions of its day."""
    return (article.id, article.date) if article else None
