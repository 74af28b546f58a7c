"""Check the paths of output files, and detect those that are the same on some file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from generator.config.site import OWN_FOLDER

MANIFEST = ".broadsheet.json"
STAGING = ".broadsheet-staging"
ADDED = ".broadsheet-added"
"""A list of files added since the manifest was written, while the site is served."""
OWNER = "owner"
"""A file in the staging folder with the number of the process that holds the lock."""

TREE = "tree-"
"""Prefix of a staging folder that contains files in their final structure."""

_LONGEST = 255
"""Number of bytes that file systems allow in a name."""
_DEEPEST, _LONGEST_PATH = 200, 3000
"""Limits of parts and bytes in a path. With the output folder, systems allow 4,096 bytes or fewer."""
_is_plain = re.compile(r"(?:[\w-][\w.-]{,59}/){,9}[\w-][\w.-]{,59}").fullmatch
"""Whether a path is short, and of letters, digits, `_`, `-` and `.`, so that it has no fault. Almost all are.

One match takes a quarter of the time of all checks, which counts in a publish without changes.
"""


def or_elsewhere(advice: str, output: Path) -> str:
    """Return advice on an output folder, plus the option of another folder, except for the preview's own."""
    return advice if output.parent.name == OWN_FOLDER else f"{advice}, or choose another folder with --output"


def fault(path: str) -> str | None:
    """Return what is wrong with a path below the output folder; None if nothing is.

    Paths are relative and POSIX. They must not leave the folder or replace our own records.
    """
    parts = path.split("/")
    what = None
    if not path:
        what = "is empty"
    elif path.startswith("/"):
        what = "is absolute"
    elif "\\" in path or "\0" in path:
        what = "holds a backslash or a NUL"
    elif not {"", ".", ".."}.isdisjoint(parts):
        what = "holds an empty part, `.` or `..`"
    elif parts[0].casefold() in {MANIFEST, STAGING, ADDED}:
        what = "is kept for Broadsheet's own records"
    elif not is_unicode(path):
        what = "is not valid UTF-8"
    elif len(path) * 4 > _LONGEST and any(len(part.encode()) > _LONGEST for part in parts):
        what = f"has a part of more than {_LONGEST} bytes"
    elif len(parts) > _DEEPEST:
        what = f"has more than {_DEEPEST} parts"
    elif len(path) * 4 > _LONGEST_PATH and len(path.encode()) > _LONGEST_PATH:
        what = f"has more than {_LONGEST_PATH} bytes"
    return what


def first_fault(paths: Iterable[str]) -> tuple[str, str] | None:
    """Return the first path that no build could write or publish, and what is wrong with it."""
    for path in paths:
        if not _is_plain(path):
            what = fault(path) or ("is in a git repository" if is_of_git(path) else None)
            if what is not None:
                return path, what
    return None


def is_of_git(path: str) -> bool:
    """Return whether a file belongs to a git repository. It is never a page, and never deleted."""
    return ".git" in path.casefold().split("/")


def is_unicode(text: str) -> bool:
    """Return whether text contains no undecodable bytes (surrogate escapes)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def folded(path: str) -> str:
    """Return a key that is equal for paths that are the same without case or in another Unicode form."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def folders(path: str) -> list[str]:
    """Return the folders above a path, the nearest first, without the output folder itself."""
    above = []
    while "/" in path:
        path = path.rpartition("/")[0]
        above.append(path)
    return above
