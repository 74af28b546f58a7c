"""The clippings of a site in memory that a save leaves to be read again, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Set
from itertools import islice
from pathlib import Path

from generator.config.site import Site
from generator.engine import budgeted
from generator.engine.inspecting import inspect, learn
from generator.engine.record_reading import records_among
from generator.engine.records import GONE, NO_BOILERPLATE, ReadRequest, Records
from generator.engine.state import SiteState
from generator.reading.changed_files import clippings_among
from generator.reading.discover import is_clipping
from generator.reading.lost_folders import empties_folder

STEP_PER_WORKER = 1000
"""Clippings read in one step, per worker, if more than a batch are waiting."""


class PendingDocuments:
    """The clippings of a followed site that a save leaves to be read again, step by step."""

    def __init__(self, state: SiteState, unseen: Iterable[str]) -> None:
        """`unseen` are clippings that may have changed unnoticed since they were read."""
        self._state = state
        self._followed = dict.fromkeys(unseen)
        """Clippings whose stamps are others than when the state was built, and `unseen` ones."""
        # A file with several names: a write under another name is not noticed.
        inodes = Counter(stamp.inode for stamp in state.documents.found.stamps.values())
        stamps = state.documents.found.stamps
        self._linked = {path for path, stamp in stamps.items() if inodes[stamp.inode] > 1}
        self.doubtful: set[str] = set()
        """Sources whose boilerplate may have changed."""
        self.unread: dict[str, None] = {}
        """Clippings to read again because the boilerplate of their source changed, in order."""

    def __bool__(self) -> bool:
        """Return whether anything is pending."""
        return bool(self.doubtful or self.unread)

    @property
    def _few(self) -> int:
        return self._state.context.limits.few_of(len(self._state.documents.looked))

    def inspect(self, site: Site, changed: Set[Path]) -> set[str] | None:
        """Return the clippings among the changed files whose bytes differ; None if a full build is needed."""
        documents = self._state.documents
        is_many = sum(is_clipping(file.name) for file in changed) > self._few
        stamps = None if is_many else clippings_among(site, changed, documents.found, documents.looked)
        if stamps is None or len(stamps) > self._few or not self._linked.isdisjoint(stamps):
            return None
        removed = {path for path, stamp in stamps.items() if stamp is None}
        if removed and empties_folder(removed, documents.looked.keys() - removed):
            return None
        if not stamps:
            return set()
        self._followed |= dict.fromkeys(stamps)
        paths, sources = inspect(documents, self._state.context, stamps)
        self.doubtful |= sources
        for path in paths:
            self.unread.pop(path, None)
        return paths

    def learn(self) -> bool:
        """Learn again where there is doubt; False if that affects so many that a full build is needed."""
        found = learn(self._state.documents, self._state.context, self.doubtful)
        self._state.context.workers.shrink()
        self.doubtful.clear()
        self.unread |= dict.fromkeys(found)
        return len(found) <= self._few

    def take(self) -> list[str]:
        """Return the clippings to read in the next step, and remove them; empty if none is left."""
        context = self._state.context
        is_few = len(self.unread) <= context.limits.batch
        count = context.limits.step if is_few else STEP_PER_WORKER * context.workers.count
        paths = [*islice(self.unread, count)]
        for path in paths:
            del self.unread[path]
        return paths

    def read(self, paths: Collection[str]) -> Records:
        """Read clippings again, and return those whose record differs from the one in memory."""
        if not paths:
            return {}
        state = self._state
        known = state.records or {}
        read = records_among(state.documents, paths, state.context)
        state.context.workers.shrink()
        return {path: one for path, one in read.items() if not one[1] or one[1] != known.get(path, GONE)[1]}

    @property
    def followed(self) -> dict[str, bytes | None]:
        """Path → hash of the bytes of the followed clippings, as for `inputs_followed`."""
        looked = self._state.documents.looked
        return {path: looked[path].digest if path in looked else None for path in self._followed}

    def warm_up(self) -> None:
        """Read a clipping and discard the result, so that the worker has loaded what the next save needs."""
        state = self._state
        some = [ReadRequest(path, "", 0, NO_BOILERPLATE) for path in islice(state.documents.looked, 1)]
        for _ in budgeted.read(state.documents.reader, some, state.context, lambda _: b""):
            pass
