"""Which folders are watched, what does not count in them, and the kinds of news that come from them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

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


Skips = Callable[[str, str, bool], bool]
"""Takes a POSIX path below a root, its last part, and whether it is a folder; whether it does not count.

What is in such a folder does not count either, and the folder is not watched. Where another one is given
for a root than before, the root is watched anew: two that are equal skip the same."""


def is_passing(name: str) -> bool:
    """Whether a file of this name is of those that pass while another is saved."""
    return bool(_PASSING.search(name))


def skips_passing(_path: str, name: str, is_folder: bool) -> bool:
    """Skip names that begin with a dot, and files that pass while another is saved."""
    return name.startswith(".") if is_folder else is_passing(name)


class Root(msgspec.Struct, frozen=True):
    """A file or folder to watch that need not exist; a folder with all in it that its rule does not skip."""

    path: Path
    skips: Skips = skips_passing


class Place(msgspec.Struct, frozen=True):
    """A folder to watch, with what tells it from another one of its name."""

    path: str
    device: int
    inode: int
    names: tuple[tuple[str, str], ...] | None = None
    """Where only these names in it count: each with the file to tell, or with nothing. None: all of it."""
    ignored: frozenset[str] = frozenset()
    """Paths of folders in it that do not count."""
    rules: tuple[Skips, ...] = (skips_passing,)
    """What does not count in it: what all of them skip, for one folder may be two roots."""

    @property
    def key(self) -> Key:
        """What it is watched as."""
        return self.path, self.names is None

    def skips(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether what stands at a path in it does not count."""
        if path in self.ignored:
            return True
        below = path[len(self.path.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
        return all(skips(below, name, is_folder) for skips in self.rules)


def joined(folder: str, name: str) -> str:
    """The path of a name in a folder, as a string: a `Path` costs too much for each of many files."""
    return f"{folder.rstrip(os.sep)}{os.sep}{name}"


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder's, or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
