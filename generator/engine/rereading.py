"""Inspects saved clippings, and reads them again without a full build."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from itertools import islice
from pathlib import Path

from generator.cache.rows import DocumentInfo
from generator.cache.stamps import NONE, Stamp, stamp_of
from generator.config import resources
from generator.config.site import Site
from generator.engine import budgeted
from generator.engine.budgeted import BATCH
from generator.engine.document_table import DocumentTable, read_now
from generator.engine.lessons import BuildContext, learned_again, origin_key
from generator.engine.records import GONE, NO_REPEATS, ReadRequest, Record
from generator.engine.safeguards import empties_folder
from generator.model.errors import shown
from generator.model.types import may_be_image
from generator.reading.discover import Discovery, is_clipping, is_ignored

AT_ONCE = 10
"""Clippings read in one step before checking for another save, if at most `BATCH` are waiting."""
EACH_AT_ONCE = 1000
"""The same, per worker, if more are waiting."""
FEW, MOST = 100, 5000
"""Clippings that are read again and followed: the limit in a small archive, and in a large one."""


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


def is_asset(site: Site, file: Path) -> bool:
    """Return whether a file is an asset of the built-in theme or of the site's own."""
    return any(file.is_relative_to(root / "assets") for root in (site.templates, resources.theme()))


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


class PendingDocuments:
    """The clippings of a followed site that a save leaves to be read again, step by step."""

    def __init__(self, documents: DocumentTable, context: BuildContext) -> None:
        self._documents, self._context = documents, context
        self._doubtful: set[str] = set()
        """Sources whose boilerplate may have changed."""
        self._unread: dict[str, None] = {}
        """Clippings to read again because the boilerplate of their source changed, in order."""

    def __bool__(self) -> bool:
        """Return whether anything is pending."""
        return bool(self._doubtful or self._unread)

    @property
    def is_doubtful(self) -> bool:
        """Whether `learn` has to be called."""
        return bool(self._doubtful)

    @property
    def has_unread(self) -> bool:
        """Whether clippings are known that must be read again."""
        return bool(self._unread)

    @property
    def _few(self) -> int:
        return few_of(len(self._documents.looked))

    def inspect(self, site: Site, changed: Set[Path], is_linked: Callable[[str], bool]) -> set[str] | None:
        """Return the clippings among the changed files whose bytes differ; None if a full build is needed."""
        is_many = sum(is_clipping(file.name) for file in changed) > self._few
        stamps = None if is_many else clippings_among(site, changed, self._documents.found)
        if stamps is None or any(map(is_linked, stamps)):
            return None
        removed = {path for path, stamp in stamps.items() if stamp is None}
        if empties_folder(removed, self._documents.looked.keys() - removed):
            return None
        looked = look_again(self._documents, self._context, stamps) if stamps else (set(), set())
        if looked is None:
            return None
        paths, sources = looked
        self._doubtful |= sources
        for path in paths:
            self._unread.pop(path, None)
        return paths

    def learn(self) -> bool:
        """Learn again where there is doubt; False if that affects so many that a full build is needed."""
        found = documents_to_reread(self._documents, self._context, self._doubtful)
        self._context.workers.shrink()
        self._doubtful.clear()
        self._unread |= dict.fromkeys(found)
        return len(found) <= self._few

    def take(self) -> list[str]:
        """Return the clippings to read in the next step, and remove them; empty if none is left."""
        is_few = len(self._unread) <= BATCH
        paths = [*islice(self._unread, AT_ONCE if is_few else EACH_AT_ONCE * self._context.workers.count)]
        for path in paths:
            del self._unread[path]
        return paths

    def read(
        self, paths: Collection[str], known: Callable[[str], tuple[Record, bytes]]
    ) -> dict[str, tuple[Record, bytes]]:
        """Read clippings again, and return those whose record differs from the `known` one."""
        if not paths:
            return {}
        read = read_again(self._documents, self._context, paths)
        self._context.workers.shrink()
        return {path: one for path, one in read.items() if not one[1] or one[1] != known(path)[1]}

    def warm_up(self, paths: Iterable[str]) -> None:
        """Read clippings and discard the result, so that the worker has loaded what the next save needs."""
        some = (ReadRequest(path, "", 0, NO_REPEATS) for path in paths)
        for _ in budgeted.read(self._documents.reader, some, self._context.workers, lambda _: b""):
            pass
