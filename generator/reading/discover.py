"""Find the clippings below the content folder."""

from __future__ import annotations

import errno
import fnmatch
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from generator.cache.stamps import NONE, Stamp, changed_at, entries_in, stamp_of
from generator.model.errors import Problem, Severity, shown
from generator.model.types import Skipped, may_be_image

_SUFFIXES = (".md", ".markdown")


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """The files below the content folder. The number of clippings found is `len(paths) + len(skipped)`."""

    stamps: Mapping[str, Stamp] = {}
    """Path of each clipping → stamp, taken before any file is read; `NONE` if the file disappeared.

    Sorted. Paths are POSIX paths below the folder. Bytes that are not UTF-8 become surrogate escapes.
    """
    links: frozenset[str] = frozenset()
    """Files below the folder that symbolic links among the clippings point to."""
    images: Mapping[str, Stamp] = {}
    """Path → stamp of each file that may be an image, and of each link, which may lead to images."""
    folders: Mapping[str, int] = {}
    """Folder → time of its last change, in nanoseconds since 1970. The content folder itself is `""`."""
    ignored: int = 0
    """Number of clippings that match an `ignore` pattern."""
    skipped: tuple[Skipped, ...] = ()
    """Clippings that cannot be used. Each has a problem too."""
    problems: tuple[Problem, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The clippings, sorted."""
        return tuple(self.stamps)


def discover(content: Path, ignore: Sequence[str]) -> Discovery:
    """Find every `*.md` and `*.markdown` file, at any depth and in any letter case.

    A pattern without `/` is matched against each part of a path. A pattern with `/` is matched against the
    path from its start; `drafts/` and `drafts/*` match everything below the folder. Links to folders are not
    followed.
    """
    walk = _Walk(content, ignore)
    walk.run()
    return Discovery(
        stamps={path: walk.stamps[path] for path in in_order(walk.stamps)},
        links=frozenset(walk.links),
        images=walk.images,
        folders=walk.folders,
        ignored=walk.ignored,
        skipped=tuple(sorted(walk.skipped)),
        problems=tuple(sorted(walk.problems, key=lambda p: (p.path, p.message))),
    )


def in_order(paths: Iterable[str]) -> list[str]:
    """Return the paths sorted by their bytes, which for UTF-8 is the order of their characters."""
    paths = list(paths)
    try:
        "".join(paths).encode()
    except UnicodeEncodeError:
        return sorted(paths, key=os.fsencode)
    return sorted(paths)


def is_clipping(name: str) -> bool:
    """Return whether a file of this name is a clipping."""
    return name.lower().endswith(_SUFFIXES)


def ignoring(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a pattern matches a path below the content folder, or its name."""
    ignores = _ignoring(patterns)
    return lambda path: ignores(path, path.rpartition("/")[2])


def _ignoring(patterns: Sequence[str]) -> Callable[[str, str], bool]:
    """Return the same function for a path and its last part, passed separately."""
    names = _any_of(p.rstrip("/") for p in patterns if "/" not in p.rstrip("/"))
    paths = _any_of(p.strip("/") for p in patterns if "/" in p.rstrip("/"))
    if paths is None:
        return lambda _, name: bool(names and names(name))
    return lambda path, name: bool((names and names(name)) or paths(path))


def is_ignored(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern matches a path below the content folder, or one of its parent folders."""
    ignores = ignoring(patterns)
    parts = path.split("/")
    return any(ignores("/".join(parts[: n + 1])) for n in range(len(parts)))


class _Walk:
    """One walk through the content folder."""

    def __init__(self, content: Path, ignore: Sequence[str]) -> None:
        self.content = content
        self.root = os.path.realpath(content)
        self.ignores = _ignoring(ignore)
        self.stamps: dict[str, Stamp] = {}
        self.links: set[str] = set()
        self.images: dict[str, Stamp] = {}
        self.folders: dict[str, int] = {}
        self.ignored = 0
        self.skipped: list[Skipped] = []
        self.problems: list[Problem] = []

    def run(self) -> None:
        folders = [("", False)]
        while folders:
            folder, ignored = folders.pop()
            try:
                self.folders[folder] = changed_at(f"{self.content}/{folder}")
                with entries_in(f"{self.content}/{folder}") as entries:
                    for entry in entries:
                        path = f"{folder}/{entry.name}" if folder else entry.name
                        is_ignored = ignored or self.ignores(path, entry.name)
                        # Fast path: most entries are clippings.
                        if not is_ignored and path.endswith(".md") and entry.is_file(follow_symlinks=False):
                            self._add(path, entry)
                        elif below := self._visit(entry, path, ignored=is_ignored):
                            folders.append(below)
            except OSError as error:
                if ignored or (folder and error.errno == errno.ENOENT):
                    continue  # an ignored folder, or one that disappeared meanwhile
                if error.errno == errno.ENAMETOOLONG:
                    self._skip(
                        folder, "is a folder whose path is too long to be read", "move it up", kind="content"
                    )
                    continue
                reason = f"is a folder that cannot be read: {error.strerror}"
                advice = "check its permissions; --yes builds without its clippings"
                self._skip(folder or self.content.name, reason, advice, Severity.ERROR, kind="content")

    def _visit(self, entry: os.DirEntry[str], path: str, *, ignored: bool) -> tuple[str, bool] | None:
        """Record one entry. Return the folder to walk, if it is one, and whether it is ignored."""
        is_own = is_clipping(entry.name)
        if entry.is_dir(follow_symlinks=False):
            if is_own and not ignored:
                message, advice = "is a folder, not a clipping", "rename it; what lies in it is read"
                self._report(path, message, advice, Severity.NOTICE, kind="file-name")
            return path, ignored
        if ignored:
            self.ignored += is_own
        elif entry.is_symlink():
            self.images[path] = _stamp_of(entry)
            self._visit_link(entry, path, is_own=is_own)
        elif is_own and not entry.is_file(follow_symlinks=False):
            self._skip(path, "is not a regular file", "replace it by a file, or name it in `ignore`")
        elif is_own:
            self._add(path, entry)
        elif may_be_image(entry.name):
            self.images[path] = _stamp_of(entry)
        return None

    def _visit_link(self, entry: os.DirEntry[str], path: str, *, is_own: bool) -> None:
        try:
            target = os.path.realpath(self.content / path, strict=True)
            is_folder = entry.is_dir()
        except OSError as error:
            loop = error.errno == errno.ELOOP
            reason = "is a link that leads in a circle" if loop else "is a broken link"
            if is_own:
                self._skip(path, reason, "delete it, or link to a file in the content folder")
            elif "." in entry.name:
                self._report(path, reason, "delete it, or bring back what it leads to")
            else:  # most likely to a folder, whose clippings an earlier build may have read
                advice = "delete it, or bring back what it leads to; --yes builds without it"
                self._skip(path, reason, advice, Severity.ERROR, kind="content")
            return
        if is_folder:
            advice = "move the folder here, or set `content` to where it lies"
            self._report(path, "is a link to a folder, not followed", advice)
        elif is_own and os.path.commonpath((self.root, target)) != self.root:
            self._skip(path, "is a link that leads out of the content folder", "copy the file here instead")
        elif is_own and not Path(target).is_file():
            self._skip(
                path,
                "is a link to something other than a regular file",
                "link to a file in the content folder",
            )
        elif is_own:
            self.links.add(os.path.relpath(target, self.root).replace(os.sep, "/"))
            self._add(path, entry)

    def _add(self, path: str, entry: os.DirEntry[str]) -> None:
        # if NONE, reading reports the problem
        self.stamps[path] = _stamp_of(entry, follow=True)
        if not path.isprintable() and shown(path) != path:
            message, advice = "has a name that is not readable text", "rename it; its address will change"
            self._report(path, message, advice, Severity.NOTICE, kind="file-name")

    def _skip(
        self,
        path: str,
        reason: str,
        advice: str,
        severity: Severity = Severity.WARNING,
        kind: str = "unreadable",
    ) -> None:
        self.skipped.append(Skipped(path=shown(path), reason=reason))
        self._report(path, reason, advice, severity, kind)

    def _report(
        self,
        path: str,
        message: str,
        advice: str,
        severity: Severity = Severity.WARNING,
        kind: str = "unreadable",
    ) -> None:
        problem = Problem(path=shown(path), message=message, advice=advice, severity=severity, kind=kind)
        self.problems.append(problem)


def _stamp_of(entry: os.DirEntry[str], *, follow: bool = False) -> Stamp:
    try:
        return stamp_of(entry.stat(follow_symlinks=follow))
    except PermissionError:
        if not entry.is_symlink():
            raise  # the folder can be listed, but its entries cannot be inspected
        return NONE
    except OSError:
        return NONE


def _any_of(patterns: Iterable[str]) -> Callable[[str], object] | None:
    expression = "|".join(f"(?:{fnmatch.translate(p)})" for p in patterns)
    return re.compile(expression).match if expression else None
