"""Decides whether changed clippings affect only their own articles, or the grouping of all."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set

from generator.config.picks import Pick, page_of
from generator.engine.records import Record
from generator.engine.site_index import SiteIndex
from generator.model.types import Article, Source
from generator.reading.canonical import keys_of


def named_by(picks: Iterable[Pick]) -> set[str]:
    """Return what picks refer to: paths in NFC, and normalised keys of addresses."""
    names = {name for pick in picks for name in (pick.article, *pick.merge)}
    return {unicodedata.normalize("NFC", name) for name in names} | {
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

    def __init__(self, index: SiteIndex, own_source: str) -> None:
        """`own_source` is the source of articles that name none."""
        self.own_source = own_source
        self._impact = index.impact
        self._pictured = frozenset(index.pictured)
        self._unambiguous = set(self._impact.names.values())

    def change_sources(self, new: Set[str], lost: Set[str]) -> None:
        """Register the names of new sources, which have one spelling each, and forget those of lost ones."""
        self._unambiguous |= new
        self._unambiguous -= lost

    def is_limited(
        self,
        record: Record,
        path: str,
        old: Article | None,
        new: Article | None,
        sources: Mapping[str, Source],
    ) -> bool:
        """Return whether a change is limited to one article: `old` before, `new` after it."""
        read = record.reading.article
        if record.seen or path in self._pictured:
            return False
        if any(one and one.aliases for one in (old, read)):
            return False
        if self._impact.has_aliases and _address(old) != _address(new):
            return False
        if old and (old.id.casefold() in self._impact.contested or old.source not in self._unambiguous):
            return False
        if new is None or read is None or new.source not in sources:
            return True
        return new.source in self._unambiguous and (read.source or self.own_source) in self._impact.names


def _address(article: Article | None) -> tuple[str, dt.date] | None:
    """Return what an alias could collide with: the article's page, and the editions of its day."""
    return (article.id, article.date) if article else None
