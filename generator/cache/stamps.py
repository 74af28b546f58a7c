"""Detect from the status of a file whether it may have changed since it was read."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

UNSETTLED = 2_000_000_000
"""Number of nanoseconds after a change in which another change may leave the same times.

The coarsest clock of a file system (FAT) counts in steps of two seconds. A file that was inspected within
this time is inspected again.
"""


class Stamp(NamedTuple):
    """Size in bytes, times in nanoseconds, and inode number of a file."""

    size: int
    modified: int
    changed: int
    inode: int

    def is_settled(self, looked_at: int, within: int = UNSETTLED) -> bool:
        """Return whether a file that changes after `looked_at` (nanoseconds since 1970) gets a new stamp.

        `within`: as `UNSETTLED`.
        """
        return max(self.modified, self.changed) + within <= looked_at

    def settled(self, within: int = UNSETTLED) -> Stamp:
        """Return this stamp, or a unique one while the file may change without getting another stamp."""
        now = time.time_ns()
        return self if self.is_settled(now, within) else Stamp(-2, now, 0, 0)


NONE = Stamp(-1, 0, 0, 0)
"""The stamp of a missing file. It differs from the stamp of every file."""


def unsettled(stamps: Mapping[str, Stamp], looked_at: int, within: int = UNSETTLED) -> set[str]:
    """Return the files that may change after `looked_at` and keep their stamps, and missing files."""
    # Does not call `is_settled` for each file, because there are many.
    latest = looked_at - within
    return {
        path
        for path, (size, modified, changed, _) in stamps.items()
        if modified > latest or changed > latest or size < 0
    }


def stamp_of(found: os.stat_result) -> Stamp:
    """Return the stamp for a result of `stat`."""
    # Some network file systems have inode numbers that are too large for SQLite's signed integers.
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & 0x7FFF_FFFF_FFFF_FFFF)


@contextlib.contextmanager
def entries_in(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """Provide the entries of a folder within the block. Do not use the `path` of an entry.

    If the system supports it, files are looked up relative to the folder. Resolving each path from the root
    would take longer than everything else.
    """
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


def changed_at(folder: str) -> int:
    """Return when an entry was last added to a folder or removed, in nanoseconds since 1970."""
    return os.stat(folder).st_mtime_ns  # noqa: PTH116 - called for many folders


def stamp_at(file: Path | str) -> Stamp:
    """Return the stamp of a file, following a link; `NONE` if there is no file."""
    try:
        return stamp_of(os.stat(file))  # noqa: PTH116 - creating a `Path` takes as long
    except OSError:
        return NONE
