"""Tells whether an output folder is as a build left it, and gives a reason for each outdated file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from generator.cache.rows import OutputRow
from generator.cache.stamps import NONE, Stamp, stamp_at
from generator.cache.store import Cache
from generator.output import disk
from generator.output.folder import record_of

if TYPE_CHECKING:  # a build with nothing to do writes nothing
    from generator.output.write import Transaction

StampsOnDisk = Callable[[], Mapping[str, Stamp]]
"""Returns path → stamp of the files in the output folder, as `disk.stamps` does."""


class OutputSnapshot(NamedTuple):
    """The state in which a build left its output folder, taken before another could start there."""

    record: Stamp
    """Stamp of the manifest that it wrote."""
    mark: bytes
    """Hash of the state of all files, as returned by `disk.mark_of`."""


def is_as_left(
    output: Path, left: OutputSnapshot | None, count: int, stamps_on_disk: StampsOnDisk, cache: Cache
) -> bool:
    """Return whether all `count` files of a build are as it left them, ignoring other people's files."""
    if left is None or left.record != stamp_at(record_of(output)):
        return False
    stamps = stamps_on_disk()
    if disk.mark_of(stamps) == left.mark:
        return True
    rows = cache.output_rows(output)
    return len(rows) == count and all(stamps.get(path) == row.stamp for path, row in rows.items())


class OutputStatus:
    """The files that an earlier build left, and which of them are still valid."""

    def __init__(
        self,
        output: Path,
        transaction: Transaction,
        cache: Cache,
        fingerprints: Mapping[str, bytes],
        reason: Callable[[bytes, bytes], str | None],
        *,
        clean: bool = False,
        stamps: Mapping[str, Stamp],
        among: Iterable[str] | None = None,
    ) -> None:
        """`fingerprints`: path → fingerprint of the planned files.

        `reason` returns why a file with the first fingerprint must be made again for the second one, if so.
        `stamps` are the stamps of the files in place. `among` limits the paths to look up.
        """
        self._output = output
        self._old = transaction.old
        self._new = transaction.files
        self._inputs, self._reason = fingerprints, reason
        self._cache = cache
        self._clean = clean
        self._record = NONE
        self._rows = cache.output_rows(output, among) if self._old else {}
        self.stamps = dict(stamps)
        """Path → stamp of the files in place."""

    def reason(self, path: str) -> str | None:
        """Return why a file must be made again; None if it is up to date."""
        inputs = self._inputs[path]
        if self._clean:
            return "--clean"
        digest, row = self._old.get(path), self._rows.get(path)
        if not digest or row is None:
            return "new"
        if (why := self._reason(row.inputs, inputs)) is not None:
            return why
        stamp = self.stamps.get(path)
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
        self.stamps |= {path: stamp_at(f"{root}/{path}") for path in made_again}
        for path in self._old.keys() - self._new.keys():
            self.stamps.pop(path, None)

    @property
    def left(self) -> OutputSnapshot:
        """The state of the output folder now."""
        return OutputSnapshot(self._record, disk.mark_of(self.stamps))

    def remember(self, made_again: Mapping[str, str]) -> None:
        """Store the state of the output folder in the cache."""
        fresh = [
            (path, OutputRow(inputs, bytes.fromhex(self._new[path]), self.stamps[path]))
            for path, inputs in self._inputs.items()
            if path in made_again or self.stamps.get(path) != self._rows[path].stamp
        ]
        with self._cache.together():
            self._cache.keep_output_rows(self._output, fresh)
            removed = [path for path in self._rows if path not in self._new]
            self._cache.drop_output_rows(self._output, removed)
