"""Outdated files of a site in memory: found by path, made one by one, and put in place immediately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import islice

from generator.cache.rows import OutputRow
from generator.cache.stamps import NONE, Stamp, stamp_at
from generator.config.hosts import Size
from generator.engine.outputs import bytes_of, fingerprint
from generator.engine.state import SiteState
from generator.engine.writing import Wrote, size_of
from generator.model import addresses
from generator.output import disk
from generator.output.manifest import Manifest
from generator.output.patch import Patch
from generator.output.status import OutputSnapshot
from generator.render.page_at import OVERVIEWS
from generator.render.pages import Page
from generator.render.sitemap import is_for_machines

CHECKED_AT_ONCE = 2000
"""Files whose fingerprints are compared in one step; a step takes some 50 ms."""


class StaleQueue:
    """The files in the output folder, those that may be outdated, and those that are."""

    def __init__(self, state: SiteState, wrote: Wrote) -> None:
        self._state, self._output, self._cache = state, state.site.output, state.context.cache
        self._patch = Patch(self._output, wrote.files)
        self._inputs = dict(wrote.fingerprints)
        """Path → fingerprint of the file in place."""
        self.unchecked: dict[str, None] = {}
        """Paths of files that may be outdated, in the order in which they are compared."""
        self._stale: dict[str, None] = {}
        """Paths of outdated files, in the order in which they are made."""
        self._unsettled: dict[str, Stamp] = {}
        self._as_of = state.options.as_of.date()
        """The day that the manifest states."""
        self._is_remapped = False
        """Whether lists for machines may be outdated."""

    @property
    def stale(self) -> frozenset[str]:
        """Paths of the files known to be outdated."""
        return frozenset(self._stale)

    def __contains__(self, path: str) -> bool:
        """Return whether a file is, or may be, outdated."""
        return path in self._stale or path in self.unchecked

    @property
    def files(self) -> Set[str]:
        """Paths of all files in place."""
        return self._inputs.keys()

    @property
    def digests(self) -> Mapping[str, str]:
        """Path → digest of the files in place; a live view."""
        return self._patch.files

    @property
    def is_behind(self) -> bool:
        """Whether files, or the manifest, are still to be written."""
        is_dated = self._as_of == self._state.options.as_of.date()
        return self._patch.is_behind or self._is_remapped or bool(self._stale) or not is_dated

    def add(self, paths: Iterable[str], *, remaps: bool = False) -> None:
        """Queue files that may be outdated, or may have to be deleted, for comparison.

        Lists for machines are compared together; `remaps` queues them.
        """
        static = self._state.outputs.static
        queued = dict.fromkeys(path for path in paths if path in static or not is_for_machines(path))
        self.unchecked |= queued
        for path in queued.keys() & self._stale.keys():
            del self._stale[path]  # not to be made before it is compared
        self._is_remapped |= remaps

    def check_some(self) -> frozenset[str]:
        """Compare the next of the queued files. Returns those that are outdated or were deleted."""
        return self.check([*islice(self.unchecked, CHECKED_AT_ONCE)])

    def check(self, paths: Iterable[str]) -> frozenset[str]:
        """Compare files now. Returns those that are outdated or were deleted.

        Raises `OvertakenError` if another build has written to the folder.
        """
        state, stale, removed = self._state, [], []
        for path in paths:
            self.unchecked.pop(path, None)
            output = state.outputs.at(path)
            if output is None:
                removed.append(path)
            elif fingerprint(state.rendering, output) == self._inputs.get(path):
                self._stale.pop(path, None)
            else:
                self._stale[path] = None
                stale.append(path)
        return frozenset((*stale, *self.delete(removed)))

    def delete(self, paths: Iterable[str]) -> list[str]:
        """Delete files that are no longer planned. Returns the deleted paths, sorted."""
        ended = set(paths)
        for path in ended:
            self.unchecked.pop(path, None)
            self._stale.pop(path, None)
        deleted = sorted(ended & self._inputs.keys())
        with self._patch.open():
            for path in deleted:
                del self._inputs[path]
                self._patch.delete(path)
        self._unsettled |= dict.fromkeys(deleted, NONE)
        return deleted

    def make(self, path: str) -> None:
        """Make a file again if it is outdated."""
        if path in self.unchecked:
            self.check([path])
        if path not in self._stale:
            return
        rendering, output = self._state.rendering, self._state.outputs.at(path)
        if output is None:
            self.delete([path])
            return
        inputs = fingerprint(rendering, output)
        self._put(path, inputs, bytes_of(rendering, output))
        del self._stale[path]

    def make_one(self) -> bool:
        """Make an outdated file. Returns whether there was one."""
        path = next(iter(self._stale), None)
        if path is not None:
            self.make(path)
        return path is not None

    def warm_up(self) -> None:
        """Make a few pages and discard them, so that the templates that the next save needs are loaded."""
        state = self._state
        own = (
            addresses.article(one.id)
            for one in state.index.digest.articles
            if state.rendering.plan.has_page(one)
        )
        for path in (*islice(own, 1), *OVERVIEWS):
            if (output := state.outputs.at(path)) and isinstance(output.content, Page):
                bytes_of(state.rendering, output)

    def _put(self, path: str, inputs: bytes, data: bytes) -> None:
        with self._patch.open():
            self._patch.put(path, data)
            self._unsettled[path] = stamp_at(self._output / path)
        self._inputs[path] = inputs

    def settle(self) -> None:
        """Make all outdated files, then the lists for machines, and write the manifest."""
        while self.make_one():
            pass
        if self._is_remapped:
            self._remap()
        as_of = self._state.options.as_of.date()
        if not self._patch.is_behind and as_of == self._as_of:
            return
        self._as_of = as_of
        with self._patch.open():
            self._patch.settle(Manifest(as_of=as_of, files=self._patch.files))
        rows = [
            (path, OutputRow(self._inputs[path], bytes.fromhex(digest), stamp))
            for path, stamp in self._unsettled.items()
            if path in self._inputs and (digest := self._patch.files.get(path))
        ]
        with self._cache.together():
            self._cache.keep_output_rows(self._output, rows)
            self._cache.drop_output_rows(self._output, self._unsettled.keys() - self._inputs.keys())
        self._unsettled.clear()

    def snapshot(self) -> tuple[OutputSnapshot, Size]:
        """Return the output folder as it is after `settle`, and its size. Raises `OvertakenError`."""
        with self._patch.open():
            stamps = disk.stamps(self._output)
            rows = self._cache.output_rows(self._output)
        is_ours = all(path in rows and stamps.get(path) == rows[path].stamp for path in self._inputs)
        # Without a mark, the next build compares all files.
        left = OutputSnapshot(self._patch.record, disk.mark_of(stamps) if is_ours else b"")
        return left, size_of(stamps.keys() & self._inputs.keys(), stamps)

    def _remap(self) -> None:
        """Make outdated lists for machines, and delete those that are no longer planned."""
        self._is_remapped = False
        rendering, lists = self._state.rendering, self._state.outputs.lists()
        for one in lists:
            if (inputs := fingerprint(rendering, one)) != self._inputs.get(one.path):
                self._put(one.path, inputs, bytes_of(rendering, one))
        known = {path for path in self._inputs if is_for_machines(path)}
        self.delete(known - {one.path for one in lists} - {*self._state.outputs.given})
