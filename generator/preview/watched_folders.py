"""The folders to watch, what is ignored in them, and the kinds of events."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

# What editors and file systems create beside a file while it is saved: dot files, vim's probe, backups,
# Emacs' locks, JetBrains' safe write. Only the rename to the file's own name counts.
_TEMPORARY = re.compile(r"^\.|^4913$|~$|^#.*#$|\.sw[a-z]$|\.tmp$|\.part$|\.crdownload$|___jb_(tmp|old)___$")

CHANGED, CHANGING, ROOT_REPLACED, EVENTS_LOST, CLOSED = range(5)
"""Kinds of events: a file has changed; a file is being written, or is gone; another folder may be at the path
of a root; events were lost; the watcher was closed.
"""

Notify = Callable[[int, str], None]
"""Takes a kind of event and a path, in any thread."""

Key = tuple[str, bool]
"""Path, and whether the complete folder is watched. It may also be watched for some names."""


Skips = Callable[[str, str, bool], bool]
"""Returns whether to ignore a POSIX path below a root, given its last part, and whether it is a folder.

Everything in an ignored folder is ignored too, and the folder is not watched. If the rule of a root changes,
the root is watched again. Equal rules must ignore the same.
"""


def is_temporary(name: str) -> bool:
    """Return whether a file of this name is temporary, created while another one is saved."""
    return bool(_TEMPORARY.search(name))


def skips_temporary(_path: str, name: str, is_folder: bool) -> bool:
    """Ignore folders that begin with a dot, and temporary files."""
    return name.startswith(".") if is_folder else is_temporary(name)


class Root(msgspec.Struct, frozen=True):
    """A file or folder to watch, which need not exist. A folder is watched with all its contents."""

    path: Path
    skips: Skips = skips_temporary


class WatchedFolder(msgspec.Struct, frozen=True):
    """A folder to watch, identified by device and inode as well."""

    path: str
    device: int
    inode: int
    names: tuple[tuple[str, str], ...] | None = None
    """If given, only these names in it count: name → file to report, or an empty string."""
    ignored: frozenset[str] = frozenset()
    """Paths of ignored folders in it."""
    rules: tuple[Skips, ...] = (skips_temporary,)
    """What is ignored by all of these is ignored. There are several if one folder is several roots."""

    @property
    def key(self) -> Key:
        """The key under which it is watched."""
        return self.path, self.names is None

    def skips(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Return whether a path in it is ignored."""
        if path in self.ignored:
            return True
        below = path[len(self.path.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        return all(skips(below, name, is_folder) for skips in self.rules)


def join_path(folder: str, name: str) -> str:
    """Return the path of a name in a folder, as a string because a `Path` is too slow for many files."""
    return f"{folder.rstrip(os.sep)}{os.sep}{name}"


def within(path: str, folder: str) -> bool:
    """Return whether a path is a folder's own or is in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
