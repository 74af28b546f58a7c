"""Find the files of a site's `static/` folder, which are copied unchanged."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from generator.model.errors import Problem
from generator.output import names

_LEFT_BEHIND = frozenset({".DS_Store", ".git", "Thumbs.db", "desktop.ini"})
"""What file managers and git leave in folders. It is never meant to be published."""


class StaticFiles(msgspec.Struct, frozen=True, kw_only=True):
    """The files to copy, and the problems with others."""

    files: tuple[tuple[str, Path], ...]
    """Address and file, sorted by address."""
    problems: tuple[Problem, ...]


def static_files(folder: Path) -> StaticFiles:
    """Return all files of a `static/` folder; none if it does not exist.

    Hidden files count (`.well-known/`, `.nojekyll`). Links to files inside the folder are copied as files.
    Other links, special files and unreadable ones are left out, each with a problem.
    """
    files, problems = [], []
    for found in _walk(folder, ""):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            files.append((found, folder / found))
    return StaticFiles(files=tuple(sorted(files)), problems=tuple(sorted(problems, key=lambda p: p.path)))


def in_the_way(path: str, own: Mapping[str, str]) -> str | None:
    """Return the static file that conflicts with a path: the same file, a parent folder, or a file below.

    `own`: file-system-folded name → static file.
    """
    key = names.folded(path)
    keys = {key, *names.folders(key)}
    found = (file for other, file in own.items() if other in keys or other.startswith(key + "/"))
    return min(found, default=None)


def is_left_behind(name: str) -> bool:
    """Return whether a file or folder of this name is silently left out."""
    return name in _LEFT_BEHIND


def _walk(folder: Path, prefix: str) -> Iterator[str | Problem]:
    try:
        entries = list(os.scandir(folder / prefix))
    except FileNotFoundError:
        return
    except OSError as error:
        yield problem_of(prefix.rstrip("/"), f"cannot be read: {error.strerror}", "change its permissions")
        return
    for entry in entries:
        path = prefix + entry.name
        if is_left_behind(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, path + "/")
        else:
            yield _fault(folder, path) or path


def _fault(folder: Path, path: str) -> Problem | None:
    """Return the problem that keeps a file or link from being copied; None if there is none."""
    fault = names.fault(path)
    if fault is not None:
        return problem_of(path, f"cannot be copied: its name {fault}", "rename it")
    file = folder / path
    if file.is_symlink():
        return _link_fault(folder, path)
    return _file_fault(file, path)


def _link_fault(folder: Path, path: str) -> Problem | None:
    try:
        target = (folder / path).resolve(strict=True)
    except (OSError, RuntimeError):
        return problem_of(path, "is a link that leads nowhere", "delete it")
    if not target.is_relative_to(folder.resolve()):
        return problem_of(path, "is a link that leads out of the folder", "put a copy in its place")
    if target.is_dir():
        return problem_of(path, "is a link to a folder", "put a copy in its place")
    return _file_fault(target, path)


def _file_fault(file: Path, path: str) -> Problem | None:
    if not file.is_file():
        return problem_of(path, "is not a regular file", "delete it")
    try:
        file.open("rb").close()
    except OSError as error:
        return problem_of(path, f"cannot be read: {error.strerror}", "change its permissions")
    return None


def problem_of(path: str, message: str, advice: str) -> Problem:
    """Return a problem with a static file."""
    shown = f"static/{path}".rstrip("/").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Problem(path=shown, message=message, advice=advice, kind="static")
