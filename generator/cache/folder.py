"""The folder `.broadsheet/` of a site: which caches lie there, and that nothing is written through a link."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from pathlib import Path

from generator.cache.database import forget
from generator.model.errors import BuildError, Problem, Severity

KEPT = 3
"""Caches that are kept of a site: those that were used last."""
_FILE = re.compile(r"(cache(?:-((?:[0-9a-f]{2})+))?\.sqlite)(?:-wal|-shm|-journal)?")
"""The name of a cache, of which earlier versions had one, or of a file beside it."""


def file_of(folder: Path, identity: bytes) -> Path:
    """Where the cache of an identity stands in a folder."""
    return folder / f"cache-{identity.hex()}.sqlite"


def identity_in_name(file: Path) -> bytes | None:
    """The identity of a cache, by its name; None where the name has none."""
    match = _FILE.fullmatch(file.name)
    return bytes.fromhex(match[2]) if match and match[2] else None


def forget_all(folder: Path) -> None:
    """Delete all caches of a folder, which is no link."""
    forget_oldest(folder, 0)


def forget_oldest(folder: Path, kept: int) -> None:
    """Delete all caches of a folder but those that were used last."""
    for file in caches_in(folder)[kept:]:
        forget(file)


def caches_in(folder: Path) -> list[Path]:
    """The caches of a folder, the one that was used last before the others."""
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
    """Make the folder for a preview in it. Raises `BuildError` where one of them is a link."""
    for one in (folder, preview):
        if one.is_symlink():
            raise BuildError(
                Problem(
                    path=str(one),
                    message="is a link, so the preview would be written elsewhere",
                    advice="delete the link",
                    severity=Severity.ERROR,
                    kind="output",
                )
            )
    with contextlib.suppress(OSError):  # the build says why it cannot write
        keep_private(folder)


def keep_private(folder: Path) -> None:
    """Make the folder, and keep it, drafts and all, out of the curator's repository.

    Raises `OSError`, also where the folder is a link: what it leads to is somebody else's.
    """
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "is a link", str(folder))
    folder.mkdir(exist_ok=True)
    rule = folder / ".gitignore"
    with contextlib.suppress(FileExistsError), rule.open("x", encoding="utf-8") as file:
        file.write("*\n")  # "x" follows no link, also none that leads nowhere
