"""Which folders are watched, and the kinds of news that come from them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import msgspec

# What editors and file systems put beside a file while it is saved: dot files, vim's probe,
# backups, Emacs' locks, JetBrains' safe write. The rename to the file's own name is what counts.
_PASSING = re.compile(r"^\.|^4913$|~$|^#.*#$|\.sw[a-z]$|\.tmp$|\.part$|\.crdownload$|___jb_(tmp|old)___$")

SETTLED, UNSETTLED, SHAKEN, LOST, CLOSED = range(5)
"""Kinds of news: a file as it stays; one that is being written, or gone; what stands at the path of a
root may be another; nobody knows; the end."""

Tell = Callable[[int, str], None]
"""Takes a kind of news and a path, in any thread."""

Key = tuple[str, bool]
"""A folder may be watched for all of it and for some names too."""


class Place(msgspec.Struct, frozen=True):
    """A folder to watch, with what tells it from another one of its name."""

    path: str
    device: int
    inode: int
    names: tuple[tuple[str, str], ...] | None = None
    """Where only these names in it count: each with the file to tell, or with nothing. None: all of it."""
    ignored: frozenset[str] = frozenset()
    """Paths of folders in it that do not count."""

    @property
    def key(self) -> Key:
        """What it is watched as."""
        return self.path, self.names is None

    def skips(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether what stands at a path in it does not count."""
        return name.startswith(".") or path in self.ignored or bool(not is_folder and _PASSING.search(name))


def joined(folder: str, name: str) -> str:
    """The path of a name in a folder, as a string: a `Path` costs too much for each of many files."""
    return f"{folder.rstrip(os.sep)}{os.sep}{name}"


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder's, or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
