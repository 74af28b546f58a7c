"""Looking at every file again and again, where the system does not tell what changed."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from generator.preview.places import Place, joined, within

POLL = 2.0
"""Seconds between two looks, at least."""
SHARE = 5
"""A look that takes long comes this many times its own duration after the last one."""
GRANULE = 2.0
"""Seconds within which a file system may give two changes one time (FAT does so)."""

MOUNTS = Path("/proc/self/mountinfo")

# Those whose changes are made elsewhere, so that this machine's kernel does not see them.
_SILENT = re.compile(
    r"(nfs|nfs4|cifs|smbfs|smb2|smb3|9p|virtiofs|vboxsf|vmhgfs|prl_fs|drvfs|fakeowner|afs|ceph|coda|fuse|fuse\..+"
    r"|gfs2|glusterfs|lustre|ocfs2|davfs|ncpfs)"
)
# Those where the links of a folder count its folders: with two it has none. (Btrfs always says 1.)
_COUNTING = {"ext2", "ext3", "ext4", "xfs", "tmpfs"}


class Mount(msgspec.Struct, frozen=True):
    """A line of the kernel's table of mounts."""

    point: str
    type: str
    layers: tuple[str, ...] = ()
    """Of an overlay, the folders that it shows."""


def mounts(table: str) -> tuple[Mount, ...]:
    """Read the kernel's table: `proc_pid_mountinfo(5)`."""
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
    """Where a path lies, its links being resolved; of mounts one over the other the last."""
    best = None
    for mount in table:
        if within(path, mount.point) and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def silent(path: str, table: tuple[Mount, ...], *, deep: bool = True) -> str:
    """The type of a file system that does not report every change; empty where it does.

    With `deep`, of what is mounted in the folder as well.
    """
    mount = mount_of(path, table)
    if mount is None:
        return ""
    layers = (mount_of(layer, table) for layer in mount.layers)
    inside = (other for other in table if deep and other.point != path and within(other.point, path))
    types = (other.type for other in (mount, *layers, *inside) if other)
    return next((type_ for type_ in types if _SILENT.fullmatch(type_)), "")


def counts_folders(path: str, table: tuple[Mount, ...]) -> bool:
    """Whether a folder with two links is sure to have no folder in it."""
    mount = mount_of(path, table)
    return mount is not None and mount.type in _COUNTING


def read_mounts() -> tuple[Mount, ...]:
    """The mounts of now; none where the system has no such table."""
    try:
        return mounts(MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return ()


Stamps = dict[str, int | None]
"""By name, what differs when a file does; None is a folder."""


class Look:
    """What stood in a tree when it was last looked at."""

    def __init__(self, place: Place) -> None:
        """Look for the first time, which tells nothing."""
        self._place = place
        self._folders: dict[str, Stamps] = {}
        for _ in self.again():
            pass

    def again(self) -> Iterator[str]:
        """Look again: the files that changed, and the folders that came or went, without what is in them."""
        waiting = [self._place.path]
        while waiting:
            folder = waiting.pop()
            before = self._folders.get(folder)
            now = self._stamps(folder)
            if now is None:  # it went meanwhile, which its parent tells, or cannot be read
                continue
            if before is None or now != before:
                self._folders[folder] = now
            if before is not None and now != before:
                yield from self._others(folder, before, now)
            waiting.extend(joined(folder, name) for name, stamp in now.items() if stamp is None)

    def _others(self, folder: str, before: Stamps, now: Stamps) -> Iterator[str]:
        for name in now.keys() | before.keys():
            if now.get(name, 0) != before.get(name, 0):
                path = joined(folder, name)
                if before.get(name, 0) is None:
                    self._forget(path)
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
                    except OSError:  # a link that leads nowhere, or a file that went
                        continue
        except OSError:
            return None
        return found

    def _forget(self, folder: str) -> None:
        inside = folder + os.sep
        for path in [path for path in self._folders if path == folder or path.startswith(inside)]:
            del self._folders[path]


def stamp(status: os.stat_result) -> int:
    """What differs when a file does.

    Of one that was changed a moment ago it differs later on, so that such a file is told twice: a
    second change may have left no trace. The inode does not count: some network file systems give
    another one each time.
    """
    found = hash((status.st_mtime_ns, status.st_ctime_ns, status.st_size)) or 1
    return ~found if 0 <= time.time() - status.st_ctime < GRANULE else found


class Poller:
    """A thread that looks at trees and single files, and tells what changed."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """`tell` is called in the thread, with a path."""
        self._tell = tell
        self._looks: dict[object, Callable[[], Iterator[str]]] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broadsheet-poll", daemon=True)

    def watch(self, key: object, look: Callable[[], Iterator[str]]) -> None:
        """Call `look` now and then, until `key` is forgotten; it gives the paths that changed."""
        self._looks[key] = look
        if not self._thread.is_alive():
            self._thread.start()

    def forget(self, key: object) -> None:
        """Look no longer."""
        self._looks.pop(key, None)

    def close(self) -> None:
        """End; returns at once."""
        self._ended.set()

    def join(self, timeout: float) -> None:
        """Wait at most some seconds for the thread to end."""
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = POLL
        while not self._ended.wait(pause):
            begun = time.monotonic()
            for key, look in [*self._looks.items()]:
                for path in look():
                    if self._ended.is_set() or key not in self._looks:
                        break
                    self._tell(path)
            pause = max(POLL, SHARE * (time.monotonic() - begun))


def look_at_files(paths: tuple[str, ...]) -> Callable[[], Iterator[str]]:
    """A look at single files, which need not exist."""
    known = {path: _file_stamp(path) for path in paths}

    def again() -> Iterator[str]:
        for path, before in [*known.items()]:
            known[path] = _file_stamp(path)
            if known[path] != before:
                yield path

    return again


def _file_stamp(path: str) -> int:
    try:
        return stamp(os.stat(path))  # noqa: PTH116 - called for every file, again and again
    except OSError:
        return 0
