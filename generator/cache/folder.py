"""Manage the folder `.broadsheet/` of a site: find its caches, and never write through a link."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from pathlib import Path

from generator.cache.database import forget
from generator.model.errors import refusal

KEPT = 3
"""Number of caches that are kept for a site: the most recently used ones."""
_FILE = re.compile(r"(cache(?:-((?:[0-9a-f]{2})+))?\.sqlite)(?:-wal|-shm|-journal)?")
"""The name of a cache, or of a file beside it. Earlier versions had one cache, without an identity."""


def file_of(folder: Path, identity: bytes) -> Path:
    """Return the path of the cache with an identity in a folder."""
    return folder / f"cache-{identity.hex()}.sqlite"


def identity_in_name(file: Path) -> bytes | None:
    """Return the identity in the name of a cache; None if there is none."""
    match = _FILE.fullmatch(file.name)
    return bytes.fromhex(match[2]) if match and match[2] else None


def forget_oldest(folder: Path, kept: int) -> None:
    """Delete all caches in a folder except the `kept` most recently used ones. It must not be a link."""
    for file in caches_in(folder)[kept:]:
        forget(file)


def caches_in(folder: Path) -> list[Path]:
    """Return the caches in a folder, the most recently used first."""
    used_at: dict[Path, int] = {}
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if match := _FILE.fullmatch(entry.name):
                with contextlib.suppress(OSError):
                    at = entry.stat(follow_symlinks=False).st_mtime_ns
                    name = folder / match[1]
                    used_at[name] = max(at, used_at.get(name, 0))
    return sorted(used_at, key=lambda file: (used_at[file], file), reverse=True)


def prepare(folder: Path, preview: Path) -> None:
    """Create the folder that will contain a preview. Raises `BuildError` if either is a link."""
    for one in (folder, preview):
        if one.is_symlink():
            raise refusal(one, "is a link, so the preview would be written elsewhere", "delete the link")
    with contextlib.suppress(OSError):  # the build reports why it cannot write
        keep_private(folder)


def keep_private(folder: Path) -> None:
    """Create the folder, and keep it out of the curator's git repository, because it contains drafts.

    Raises `OSError`, also if the folder is a link, because its target may belong to someone else.
    """
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "is a link", str(folder))
    folder.mkdir(exist_ok=True)
    rule = folder / ".gitignore"
    with contextlib.suppress(FileExistsError), rule.open("x", encoding="utf-8") as file:
        file.write("*\n")  # "x" follows no link, not even a broken one
