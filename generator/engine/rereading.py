"""Reads saved clippings again without a full build, and decides how far a change reaches."""

from __future__ import annotations

import datetime as dt
import os
import stat
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path

from generator.cache.stamps import NONE, Stamp, stamp_of
from generator.cache.store import DocumentInfo
from generator.config.picks import Pick, page_of
from generator.config.site import Site
from generator.engine import budgeted
from generator.engine.document_table import DocumentTable, read_now
from generator.engine.lessons import BuildContext, learned_again, origin_key
from generator.engine.site_index import SiteIndex
from generator.engine.tasks import Record
from generator.model.errors import shown
from generator.model.types import Article, Source, may_be_image
from generator.reading.article import Reading
from generator.reading.canonical import keys_of
from generator.reading.discover import Discovery, is_clipping, is_ignored

FEW, MOST = 100, 5000
"""Clippings that are read again and followed: the limit in a small archive, and in a large one."""
GONE = Record(Reading(article=None)), b""
"""Record and hash of a clipping that does not exist."""
OF_NAMES = frozenset({"pick", "alias"})
"""Kinds of problems that suggest a similar name. Any clipping may change the suggestion."""


def few_of(count: int) -> int:
    """Return how many clippings, changed or with changed boilerplate, are followed in an archive of `count`.

    A full build handles more of them faster.
    """
    return max(FEW, min(MOST, count // 2))


def clippings_among(site: Site, changed: Iterable[Path], before: Discovery) -> dict[str, Stamp | None] | None:
    """Return path → stamp of the clippings among `changed`; None if any other relevant file changed.

    An image is relevant, because any clipping may name it. So is a file with several names: a write under one
    name does not notify the others. `before` tells which known clippings have several names. A file that
    could not be used `before` is relevant too.
    """
    known, unusable = before.stamps, {one.path for one in before.skipped}
    roots = _roots(site.content)
    found: dict[str, Stamp | None] = {}
    for file in map(str, changed):
        root = next((root for root in roots if file.startswith(root)), None)
        if root is None:
            return None
        path = file[len(root) :].replace(os.sep, "/")
        if path in before.links or shown(path) in unusable:
            return None
        try:
            status = os.lstat(file)
        except OSError:
            status = None
        if not is_clipping(path) or (status is not None and not stat.S_ISREG(status.st_mode)):
            if status is None or not stat.S_ISREG(status.st_mode) or may_be_image(path):
                return None
            continue  # nothing shows this file
        if not is_ignored(path, site.config.ignore):
            found[path] = stamp = stamp_of(status) if status else None
            if status and status.st_nlink > 1 and stamp and stamp.inode != known.get(path, NONE).inode:
                return None
    return found


def is_below(content: Path, file: Path) -> bool:
    """Return whether a file lies in the content folder, by its given or its resolved path."""
    return str(file).startswith(tuple(_roots(content)))


def _roots(content: Path) -> set[str]:
    return {f"{root}{os.sep}" for root in (str(content), os.path.realpath(content))}


def look_again(
    documents: DocumentTable, context: BuildContext, stamps: Mapping[str, Stamp | None]
) -> tuple[set[str], set[str]] | None:
    """Inspect changed clippings. Returns the paths with other bytes, and sources with doubtful boilerplate.

    Returns None if a clipping cannot be read. A removed clipping has the stamp None.
    """
    reader, cache, looked, now = documents.reader, context.cache, documents.looked, time.time_ns()
    there = [path for path, stamp in stamps.items() if stamp]
    found = dict(budgeted.looked_at(reader, there, context.workers))
    fresh = {path: one for path in there if isinstance(one := found[path], DocumentInfo) and one.digest}
    if len(fresh) < len(there):
        return None  # a full build reports why
    changed = {path for path in stamps if fresh.get(path) != looked.get(path)}
    pairs = [one for path in changed for one in (looked.get(path), fresh.get(path)) if one]
    sources = {one.source for one in pairs if one.source}
    removed = [path for path in stamps if path not in fresh]
    with cache.together():
        cache.keep_clippings(
            (path, stamp if stamp.is_settled(now) else NONE, fresh[path])
            for path, stamp in stamps.items()
            if stamp and path in fresh
        )
        cache.drop_clippings(removed)
        cache.drop_records(removed)
        cache.doubt_learned(sources)
    for path in stamps:
        looked.pop(path, None)
    looked.update(fresh)
    return changed, sources


def read_again(
    documents: DocumentTable, context: BuildContext, paths: Collection[str]
) -> dict[str, tuple[Record, bytes]]:
    """Read clippings with the known boilerplate of their sources."""
    found = dict.fromkeys(sorted(paths), GONE)
    for path, record, mark in read_now(documents, documents.looked.keys() & paths, context):
        found[path] = record, mark
    return found


def documents_to_reread(documents: DocumentTable, context: BuildContext, sources: Set[str]) -> list[str]:
    """Learn again, and return the clippings that were read with boilerplate that has changed."""
    known, repeats = learned_again(documents.reader, sources, context)
    others = {key for key in documents.repeats if key[0] in sources} | repeats.keys()
    others = {key for key in others if documents.repeats.get(key) != repeats.get(key)}
    for key in others:
        documents.repeats.pop(key, None)
    documents.repeats.update(repeats)
    return sorted(path for path, one in known.items() if origin_key(one) in others) if others else []


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
