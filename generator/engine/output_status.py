"""Compares the files of an earlier build with the plan, and gives a reason for each outdated file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter

from generator.cache.rows import OutputRow
from generator.cache.stamps import NONE, Stamp, stamp_at
from generator.cache.store import Cache
from generator.config.hosts import Size
from generator.config.site import Site
from generator.engine.unchanged import OutputSnapshot
from generator.output import disk
from generator.output.folder import record_of
from generator.output.write import Transaction
from generator.render.fingerprints import reason
from generator.search.months import is_of_index


class OutputStatus:
    """The files that an earlier build left, and which of them are still valid."""

    def __init__(
        self,
        site: Site,
        transaction: Transaction,
        cache: Cache,
        fingerprints: Mapping[str, bytes],
        *,
        clean: bool = False,
        stamps: Mapping[str, Stamp],
        among: Iterable[str] | None = None,
    ) -> None:
        """`fingerprints`: path → fingerprint of the planned files.

        `stamps` are the stamps of the files in place. `among` limits the paths to look up.
        """
        self._output = site.output
        self._old = transaction.old
        self._new = transaction.files
        self._inputs = fingerprints
        self._cache = cache
        self._clean = clean
        self._record = NONE
        self._rows = cache.output_rows(site.output, among) if self._old else {}
        self._stamps = dict(stamps)

    def reason(self, path: str) -> str | None:
        """Return why a file must be made again; None if it is up to date."""
        inputs = self._inputs[path]
        if self._clean:
            return "--clean"
        digest, row = self._old.get(path), self._rows.get(path)
        if not digest or row is None:
            return "new"
        if (why := reason(row.inputs, inputs)) is not None:
            return why
        stamp = self._stamps.get(path)
        if stamp is None:
            return "missing"
        is_of_this_build = row.digest.hex() == digest
        if is_of_this_build and (stamp == row.stamp or disk.digest_of(self._output / path) == digest):
            return None
        return "damaged"

    def look_again(self, made_again: Iterable[str]) -> None:
        """Stamp the files that a commit put in place. Call it before another build may start."""
        self._record = stamp_at(record_of(self._output))
        root = str(self._output)
        self._stamps |= {path: stamp_at(f"{root}/{path}") for path in made_again}
        for path in self._old.keys() - self._new.keys():
            self._stamps.pop(path, None)

    @property
    def left(self) -> OutputSnapshot:
        """The state of the output folder now."""
        return OutputSnapshot(self._record, disk.mark_of(self._stamps))

    def remember(self, made_again: Mapping[str, str]) -> None:
        """Store the state of the output folder in the cache."""
        fresh = [
            (path, OutputRow(inputs, bytes.fromhex(self._new[path]), self._stamps[path]))
            for path, inputs in self._inputs.items()
            if path in made_again or self._stamps.get(path) != self._rows[path].stamp
        ]
        with self._cache.together():
            self._cache.keep_output_rows(self._output, fresh)
            removed = [path for path in self._rows if path not in self._new]
            self._cache.drop_output_rows(self._output, removed)

    def size(self, files: Iterable[str]) -> Size:
        """Return the size of the site."""
        return size_of(files, self._stamps)


def size_of(files: Iterable[str], stamps: Mapping[str, Stamp]) -> Size:
    """Return the size of a site with these files. `stamps`: path → stamp of the files in place."""
    files = [*files]
    sizes = [*map(itemgetter(0), map(stamps.__getitem__, files))]
    of_index = [size for path, size in zip(files, sizes, strict=True) if is_of_index(path)]
    return Size(
        files=len(sizes),
        bytes=sum(sizes),
        largest=max(sizes, default=0),
        index_files=len(of_index),
        index_bytes=sum(of_index),
    )
