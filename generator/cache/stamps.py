"""What the file system says of a file, to tell whether it may have changed since it was read."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

UNSETTLED = 2_000_000_000
"""Nanoseconds after a change during which another one may bear the same times: the coarsest clock of a file
system (FAT) counts in twos of seconds. What was looked at sooner is looked at again."""


class Stamp(NamedTuple):
    """Size in bytes, times in nanoseconds, and the file's number."""

    size: int
    modified: int
    changed: int
    inode: int

    def is_settled(self, looked_at: int) -> bool:
        """Whether a file that changes after `looked_at` (nanoseconds since 1970) gets another stamp."""
        return max(self.modified, self.changed) + UNSETTLED <= looked_at

    def settled(self) -> Stamp:
        """This stamp, or one that equals no other while the file may change unseen."""
        now = time.time_ns()
        return self if self.is_settled(now) else Stamp(-2, now, 0, 0)


NONE = Stamp(-1, 0, 0, 0)
"""The stamp of no file: whatever is found differs from it."""


def unsettled(stamps: Mapping[str, Stamp], looked_at: int) -> set[str]:
    """The files that may change after `looked_at` and bear the same stamps, or of which there is none."""
    # Not one by one by `is_settled`: there are many.
    latest = looked_at - UNSETTLED
    return {
        path
        for path, (size, modified, changed, _) in stamps.items()
        if modified > latest or changed > latest or size < 0
    }


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp of what `stat` found."""
    # Some network file systems have numbers that SQLite, which knows a sign, cannot hold.
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino & 0x7FFF_FFFF_FFFF_FFFF)


@contextlib.contextmanager
def entries_in(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """What stands in a folder, to be looked at within the block; the entries' `path` is not to be used.

    Where the system can, each is found from the folder: the way from the root takes longer than all the rest.
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
    """When files came to a folder last, or went, in nanoseconds since 1970."""
    return os.stat(folder).st_mtime_ns  # noqa: PTH116 - there are many


def stamp_at(file: Path | str) -> Stamp:
    """The stamp of a file, a link followed; `NONE` where there is none."""
    try:
        return stamp_of(os.stat(file))  # noqa: PTH116 - there are many, and making a path of each takes as long
    except OSError:
        return NONE
