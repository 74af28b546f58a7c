"""Names of output files: which are allowed, and which are one and the same on some file system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from generator.config.site import OWN_FOLDER

MANIFEST = ".broadsheet.json"
STAGING = ".broadsheet-staging"
ADDED = ".broadsheet-added"
"""A list of files that came since the record was written, while the site was followed."""
OWNER = "owner"
"""A file in the staging folder with the number of the process that holds the lock."""

TREE = "tree-"
"""What the name of a folder there begins with that holds files as they are to stand."""

_LONGEST = 255
"""Bytes that file systems allow for one name."""
_DEEPEST, _LONGEST_PATH = 200, 3000
"""Parts and bytes of a path: with the folder that the site stands in, systems allow 4,096 bytes, or fewer."""


def or_elsewhere(advice: str, output: Path) -> str:
    """Advice on an output folder, with the other way out: another folder. That of the preview is fixed."""
    return advice if output.parent.name == OWN_FOLDER else f"{advice}, or choose another folder with --output"


def fault(path: str) -> str | None:
    """What is wrong with a path below the output folder, or None.

    Paths are relative and POSIX; none may leave the folder or take the place of our own records.
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
    elif not _is_unicode(path):
        what = "is not valid UTF-8"
    elif len(path) * 4 > _LONGEST and any(len(part.encode()) > _LONGEST for part in parts):
        what = f"has a part of more than {_LONGEST} bytes"
    elif len(parts) > _DEEPEST:
        what = f"has more than {_DEEPEST} parts"
    elif len(path) * 4 > _LONGEST_PATH and len(path.encode()) > _LONGEST_PATH:
        what = f"has more than {_LONGEST_PATH} bytes"
    return what


def is_of_git(path: str) -> bool:
    """Whether a file is part of what git keeps of a repository: never a page, never to be deleted."""
    return ".git" in path.casefold().split("/")


def _is_unicode(text: str) -> bool:
    """Whether text holds no bytes that Python could not decode (surrogate escapes)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def folded(path: str) -> str:
    """A key that is equal for paths that are one file where case or Unicode form does not count."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def folders(path: str) -> list[str]:
    """The folders above a path, the nearest first, without the output folder itself."""
    above = []
    while "/" in path:
        path = path.rpartition("/")[0]
        above.append(path)
    return above
