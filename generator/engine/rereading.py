"""Saved clippings, read again where a whole build need not: what they come to, and how far they reach."""

from __future__ import annotations

import datetime as dt
import os
import stat
import time
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path

from generator.cache.rows import DocumentInfo
from generator.cache.stamps import NONE, Stamp, stamp_of
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
"""Clippings that are read again and followed in a small archive, and in a large one."""
GONE = Record(Reading(article=None)), b""
"""What a clipping comes to that is not there, and its hash."""
OF_NAMES = frozenset({"pick", "alias"})
"""Kinds of problems that say what else was perhaps meant: any clipping may change that."""


def few_of(count: int) -> int:
    """How many clippings of so many are followed that changed, or whose source's furniture is another since.

    More are quicker done by a whole build.
    """
    return max(FEW, min(MOST, count // 2))


def clippings_among(site: Site, changed: Iterable[Path], before: Discovery) -> dict[str, Stamp | None] | None:
    """The clippings among changed files with their stamps; None where there is anything else that counts.

    So does an image, which any clipping may name; and so does another name of a file: what is written under
    one of them, nobody tells of the other. Of clippings that were there `before` it is known whether they
    have any. One that could not be used then counts too.
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
            continue  # a file that nothing shows
        if not is_ignored(path, site.config.ignore):
            found[path] = stamp = stamp_of(status) if status else None
            if status and status.st_nlink > 1 and stamp and stamp.inode != known.get(path, NONE).inode:
                return None
    return found


def is_below(content: Path, file: Path) -> bool:
    """Whether a file lies in the content folder, by either of its names."""
    return str(file).startswith(tuple(_roots(content)))


def _roots(content: Path) -> set[str]:
    return {f"{root}{os.sep}" for root in (str(content), os.path.realpath(content))}


def look_again(
    documents: DocumentTable, context: BuildContext, stamps: Mapping[str, Stamp | None]
) -> tuple[set[str], set[str]] | None:
    """Look at changed clippings: those that are others, and whose furniture may be another one.

    None where one cannot be read. `stamps` has None for one that went.
    """
    reader, cache, looked, now = documents.reader, context.cache, documents.looked, time.time_ns()
    there = [path for path, stamp in stamps.items() if stamp]
    found = dict(budgeted.looked_at(reader, there, context.workers))
    fresh = {path: one for path in there if isinstance(one := found[path], DocumentInfo) and one.digest}
    if len(fresh) < len(there):
        return None  # a whole build tells why
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
    """Read clippings, with what is known of their sources' furniture."""
    found = dict.fromkeys(sorted(paths), GONE)
    for path, record, mark in read_now(documents, documents.looked.keys() & paths, context):
        found[path] = record, mark
    return found


def documents_to_reread(documents: DocumentTable, context: BuildContext, sources: Set[str]) -> list[str]:
    """Learn again what sources repeat; their clippings that were read with something else in mind."""
    known, repeats = learned_again(documents.reader, sources, context)
    others = {key for key in documents.repeats if key[0] in sources} | repeats.keys()
    others = {key for key in others if documents.repeats.get(key) != repeats.get(key)}
    for key in others:
        documents.repeats.pop(key, None)
    documents.repeats.update(repeats)
    return sorted(path for path, one in known.items() if origin_key(one) in others) if others else []


def named_by(picks: Iterable[Pick]) -> set[str]:
    """What picks speak of: paths, in NFC, and what an address is known by."""
    names = {name for pick in picks for name in (pick.article, *pick.merge)}
    return {unicodedata.normalize("NFC", name) for name in names} | {
        key for name in names if "://" in name for key in keys_of(name)
    }


def names_of(article: Article) -> Iterator[str]:
    """What a pick may call an article by its address, or by that of the page that it is a part of."""
    if article.url is not None:
        yield article.url
    yield from article.keys
    if (page := page_of(article.url)) is not None:
        yield page
        yield from keys_of(page)


class ImpactCheck:
    """What tells whether a clipping changes no more than its article: not names, not others' addresses."""

    def __init__(
        self,
        index: SiteIndex,
        records: Mapping[str, tuple[Record, bytes]],
        shown: Mapping[str, Article],
        paths: Mapping[str, str],
        stamps: Mapping[str, Stamp],
    ) -> None:
        """`shown` are articles by path and `paths` theirs by id, both as they are from now on."""
        self._shown, self._paths = shown, paths
        self._spellings: dict[str, set[str]] = {}
        for path, article in shown.items():
            read = records[path][0].reading.article
            if read is not None:
                self._spellings.setdefault(article.source, set()).add(read.source)
        self.names = {own: name for name, spellings in self._spellings.items() for own in spellings}
        """What a source is called, by how it is written."""
        read_ = [one.reading.article for one, _ in records.values() if one.reading.article]
        self._has_aliases = any(article.aliases for article in read_)
        self._contested = {article.id for article in read_ if article.path not in shown}
        inodes = Counter(stamp.inode for stamp in stamps.values())
        self._linked = {path for path, stamp in stamps.items() if inodes[stamp.inode] > 1}
        self._picked = named_by(index.picks)
        self._is_guessed = any(problem.kind in OF_NAMES for problem in index.problems)

    def is_plain(self, path: str, before: Record, record: Record, new: Article | None) -> bool:
        """Whether a clipping changes no more than its article, to a `new` one; `before` was its record."""
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
            return False  # of one that is meant by nobody's name, another may be guessed
        return new is None or (
            self._is_spelt_as_ever(new, (record.reading.article or new).source)
            and self._paths.get(new.id, path) == path
        )

    def is_linked(self, path: str) -> bool:
        """Whether the file of a clipping had another name too, of which nobody tells that it changed."""
        return path in self._linked

    def add_sources(self, sources: Iterable[Source]) -> None:
        """Know sources that are new, and spelt in one way."""
        for source in sources:
            self._spellings[source.name] = {source.name}
            self.names[source.name] = source.name

    def _is_spelt_as_ever(self, article: Article, written: str) -> bool:
        """Whether an article's source is spelt in the one way that it has, or is none that is known."""
        known = self._spellings.get(article.source)
        return known is None or (len(known) == 1 and written in self.names)


def _names(record: Record) -> tuple[object, ...]:
    """By what a clipping may be called that is there, beside its path."""
    article = record.reading.article
    return (article.id, article.url, *article.keys) if article else (record is GONE[0], record.reading.url)


def _address(article: Article | None) -> tuple[str, dt.date] | None:
    """What may stand where an alias leads: an article's page, and the editions of its day."""
    return (article.id, article.date) if article else None
