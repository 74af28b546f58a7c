"""Decides whether changed clippings affect only their own articles, for a followed site and a later build."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from generator.cache.stamps import Stamp
from generator.config.picks import Pick, page_of
from generator.engine.records import GONE, Record
from generator.engine.site_index import Readings, SiteIndex, mark_of
from generator.engine.stored_state import StoredState
from generator.model.types import Article, Source
from generator.reading.canonical import keys_of

OF_NAMES = frozenset({"pick", "alias"})
"""Kinds of problems that suggest a similar name. Any clipping may change the suggestion."""


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
    """Decides whether a change is limited to a clipping's article: no names, no addresses of others."""

    def __init__(
        self,
        index: SiteIndex,
        records: Mapping[str, tuple[Record, bytes]],
        shown: Mapping[str, Article],
        paths: Mapping[str, str],
        stamps: Mapping[str, Stamp],
    ) -> None:
        """`shown`: path → article. `paths`: article id → path. Both are updated in place by their owner."""
        self._shown, self._paths = shown, paths
        self._spellings: dict[str, set[str]] = {}
        for path, article in shown.items():
            read = records[path][0].reading.article
            if read is not None:
                self._spellings.setdefault(article.source, set()).add(read.source)
        self.names = {own: name for name, spellings in self._spellings.items() for own in spellings}
        """Spelling → source name."""
        read_ = [one.reading.article for one, _ in records.values() if one.reading.article]
        self._has_aliases = any(article.aliases for article in read_)
        self._contested = {article.id for article in read_ if article.path not in shown}
        inodes = Counter(stamp.inode for stamp in stamps.values())
        self._linked = {path for path, stamp in stamps.items() if inodes[stamp.inode] > 1}
        self._picked = named_by(index.picks)
        self._is_guessed = any(problem.kind in OF_NAMES for problem in index.problems)

    def is_plain(self, path: str, before: Record, record: Record, new: Article | None) -> bool:
        """Return whether a change is limited to one article: `before` was its record, `new` the article."""
        old = self._shown.get(path)
        for one in (before, record):
            article = one.reading.article
            if one.seen or one.reading.pick or (article is not None and article.aliases):
                return False
            if article is not None and not self._picked.isdisjoint(names_of(article)):
                return False
        is_elsewhere = self._has_aliases and _address(old) != _address(new)
        if is_elsewhere or unicodedata.normalize("NFC", path) in self._picked:
            return False
        if old and (old.id in self._contested or len(self._spellings[old.source]) > 1):
            return False
        if self._is_guessed and _names(before) != _names(record):
            return False  # a name that matches nothing may get another suggestion
        return new is None or (
            self._is_spelt_as_ever(new, (record.reading.article or new).source)
            and self._paths.get(new.id, path) == path
        )

    def is_linked(self, path: str) -> bool:
        """Return whether the file of a clipping had a second name, whose changes are not noticed."""
        return path in self._linked

    def add_sources(self, sources: Iterable[Source]) -> None:
        """Register new sources, with one spelling each."""
        for source in sources:
            self._spellings[source.name] = {source.name}
            self.names[source.name] = source.name

    def _is_spelt_as_ever(self, article: Article, written: str) -> bool:
        """Return whether the source is unknown, or spelt in the only known way."""
        known = self._spellings.get(article.source)
        return known is None or (len(known) == 1 and written in self.names)


def _names(record: Record) -> tuple[object, ...]:
    """Return the names of a clipping besides its path."""
    article = record.reading.article
    return (article.id, article.url, *article.keys) if article else (record is GONE[0], record.reading.url)


def _address(article: Article | None) -> tuple[str, dt.date] | None:
    """Return what an alias could collide with: the article's page, and the editions of its day."""
    return (article.id, article.date) if article else None


class FarReachingError(Exception):
    """A change affects more than a few pages, so a full build is needed."""


class Change(NamedTuple):
    """Articles that were removed or added; a changed article is in both lists."""

    removed: list[Article]
    added: list[Article]

    @property
    def both(self) -> list[Article]:
        """All removed and added articles."""
        return [*self.removed, *self.added]


def change_of(index: SiteIndex, few: Readings, paths: Iterable[str], before: StoredState) -> Change:
    """Return how clippings change the articles. Raises `FarReachingError` for any wider effect."""
    paths, names = set(paths), index.impact.names
    removed = [article for article in before.digest.articles if article.path in paths]
    added = [_named(article, names.get(article.source, article.source)) for article in few.articles]
    change = Change(removed, added)
    is_far = (
        few.picks
        or few.pictured
        or any(one.aliases for one in (*change.both, *few.withheld))
        or not paths.isdisjoint(index.pictured)
        or not {article.source for article in removed} <= set(names.values())
        or any(one.source not in names and one.source in before.digest.sources for one in few.articles)
        or not index.impact.contested.isdisjoint(article.id for article in removed)
        or any(problem.kind in OF_NAMES for problem in index.problems)
        or _are_named(index, paths, (*change.both, *few.withheld))
        or _move(change, before, has_aliases=index.impact.has_aliases)
    )
    if is_far:
        raise FarReachingError
    same = {one.path for one in added if before.marks.get(one.id) == mark_of(one, few.marks[one.path])}
    return Change(
        [one for one in removed if one.path not in same], [one for one in added if one.path not in same]
    )


def _named(article: Article, source: str) -> Article:
    return article if article.source == source else msgspec.structs.replace(article, source=source)


def _are_named(index: SiteIndex, paths: Iterable[str], articles: Iterable[Article]) -> bool:
    """Return whether a pick refers to one of some clippings."""
    own = {unicodedata.normalize("NFC", path) for path in paths}
    own |= {key for one in articles for key in names_of(one)}
    return not named_by(index.picks).isdisjoint(own)


def _move(change: Change, before: StoredState, *, has_aliases: bool) -> bool:
    """Return whether an article's address moves, or collides with another article or an alias."""
    old = {one.path: one for one in change.removed}
    ids = {one.id for one in change.removed}
    fresh = {one.id.casefold() for one in change.added} - {one.id.casefold() for one in change.removed}
    if any(old[one.path].id != one.id for one in change.added if one.path in old):
        return True
    if has_aliases and sorted((one.id, one.date) for one in change.removed) != sorted(
        (one.id, one.date) for one in change.added
    ):
        return True
    return bool(fresh) and not fresh.isdisjoint(id_.casefold() for id_ in before.marks if id_ not in ids)
