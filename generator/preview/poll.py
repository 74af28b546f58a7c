"""Poll files where the system does not report changes."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from generator.preview.watched_folders import WatchedFolder, join_path, within

POLL = 2.0
"""Minimum number of seconds between polls."""
PAUSE_FACTOR = 5
"""The pause after a slow poll, as a multiple of its duration."""
TIME_RESOLUTION = 2.0
"""Seconds in which a file system may give two changes the same time, as FAT does."""

MOUNTS = Path("/proc/self/mountinfo")

# File systems that are changed by other machines, unnoticed by this machine's kernel.
_UNRELIABLE = re.compile(
    r"(nfs|nfs4|cifs|smbfs|smb2|smb3|9p|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|fakeowner|afs|ceph|coda|fuse|fuse\..+"
    r"|gfs2|glusterfs|lustre|ocfs2|davfs|ncpfs)"
)
# File systems where the link count of a folder reflects its subfolders: it is two without any. (Btrfs has 1.)
_COUNTING = {"ext2", "ext3", "ext4", "xfs", "tmpfs"}


class Mount(msgspec.Struct, frozen=True):
    """A line of the kernel's mount table."""

    point: str
    type: str
    layers: tuple[str, ...] = ()
    """The folders that an overlay combines."""


def mounts(table: str) -> tuple[Mount, ...]:
    """Parse the kernel's mount table: `proc_pid_mountinfo(5)`."""
    found = []
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        before, after = left.split(" "), right.split(" ")
        if len(before) < 5 or len(after) < 3:
            continue
        layers = re.findall(r"(?:^|,)(?:lowerdir\+?|upperdir)=([^,]*)", after[2])
        folders = tuple(_unescaped(folder) for layer in layers for folder in layer.split(":") if folder)
        found.append(Mount(_unescaped(before[4]), after[0], folders))
    return tuple(found)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def mount_of(path: str, table: tuple[Mount, ...]) -> Mount | None:
    """Return the mount of a path with resolved links. Of stacked mounts, the last one counts."""
    best = None
    for mount in table:
        if within(path, mount.point) and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def unreliable_type(path: str, table: tuple[Mount, ...], *, deep: bool = True) -> str:
    """Return the type of a file system that does not report every change; empty if it does.

    With `deep`, mounts inside the folder are included.
    """
    mount = mount_of(path, table)
    if mount is None:
        return ""
    layers = (mount_of(layer, table) for layer in mount.layers)
    inside = (other for other in table if deep and other.point != path and within(other.point, path))
    types = (other.type for other in (mount, *layers, *inside) if other)
    return next((type_ for type_ in types if _UNRELIABLE.fullmatch(type_)), "")


def counts_folders(path: str, table: tuple[Mount, ...]) -> bool:
    """Return whether a folder with two links certainly has no subfolders."""
    mount = mount_of(path, table)
    return mount is not None and mount.type in _COUNTING


def read_mounts() -> tuple[Mount, ...]:
    """Return the current mounts; none if the system has no mount table."""
    try:
        return mounts(MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return ()


Stamps = dict[str, int | None]
"""Name → stamp of a file; None for a folder."""


class TreeState:
    """The state of a tree when it was last polled."""

    def __init__(self, place: WatchedFolder) -> None:
        """Record the state without reporting anything."""
        self._place = place
        self._folders: dict[str, Stamps] = {}
        for _ in self.changes():
            pass

    def changes(self) -> Iterator[str]:
        """Poll again. Yield changed files, and added and removed folders without their contents."""
        waiting = [self._place.path]
        while waiting:
            folder = waiting.pop()
            before = self._folders.get(folder)
            now = self._stamps(folder)
            if now is None:  # it disappeared, which its parent reports, or cannot be read
                continue
            if before is None or now != before:
                self._folders[folder] = now
            if before is not None and now != before:
                yield from self._differences(folder, before, now)
            waiting.extend(join_path(folder, name) for name, stamp in now.items() if stamp is None)

    def _differences(self, folder: str, before: Stamps, now: Stamps) -> Iterator[str]:
        for name in now.keys() | before.keys():
            if now.get(name, 0) != before.get(name, 0):
                path = join_path(folder, name)
                if before.get(name, 0) is None:
                    self._drop_tree(path)
                yield path

    def _stamps(self, folder: str) -> Stamps | None:
        found: Stamps = {}
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if self._place.skips(entry.path, entry.name, is_folder=is_folder):
                        continue
                    try:
                        found[entry.name] = None if is_folder else stamp(entry.stat())
                    except OSError:  # a broken link, or a file that disappeared
                        continue
        except OSError:
            return None
        return found

    def _drop_tree(self, folder: str) -> None:
        inside = folder + os.sep
        for path in [path for path in self._folders if path == folder or path.startswith(inside)]:
            del self._folders[path]


def stamp(status: os.stat_result) -> int:
    """Return a value that changes when a file changes.

    For a file that was changed a moment ago, the value is different later, so that the file is reported
    twice, because a second change may have left no trace. The inode does not count, because some network file
    systems assign a new one each time.
    """
    found = hash((status.st_mtime_ns, status.st_ctime_ns, status.st_size)) or 1
    return ~found if 0 <= time.time() - status.st_ctime < TIME_RESOLUTION else found


class Poller:
    """A thread that polls trees and single files, and reports changes."""

    def __init__(self, notify: Callable[[str], None]) -> None:
        """`notify` is called in the thread with a path."""
        self._notify = notify
        self._polls: dict[object, Callable[[], Iterator[str]]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broadsheet-poll", daemon=True)

    def watch(self, key: object, poll: Callable[[], Iterator[str]]) -> None:
        """Call `poll` repeatedly until `key` is forgotten. It yields the paths that changed."""
        self._polls[key] = poll
        if not self._thread.is_alive():
            self._thread.start()

    def forget(self, key: object) -> None:
        """Stop polling a key."""
        self._polls.pop(key, None)

    def close(self) -> None:
        """Stop the thread. Returns at once."""
        self._ended.set()

    def join(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for the thread."""
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = POLL
        while not self._ended.wait(pause):
            begun = time.monotonic()
            for key, poll in [*self._polls.items()]:
                for path in poll():
                    if self._ended.is_set() or key not in self._polls:
                        break
                    self._notify(path)
            pause = max(POLL, PAUSE_FACTOR * (time.monotonic() - begun))


def poll_files(paths: tuple[str, ...]) -> Callable[[], Iterator[str]]:
    """Return a function that polls single files, which need not exist."""
    known = {path: _file_stamp(path) for path in paths}

    def changes() -> Iterator[str]:
        for path, before in [*known.items()]:
            known[path] = _file_stamp(path)
            if known[path] != before:
                yield path

    return changes


def _file_stamp(path: str) -> int:
    try:
        return stamp(os.stat(path))  # noqa: PTH116 - called for every file, again and again
    except OSError:
        return 0
