"""Which files below the content folder are clippings."""

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
    """What stands below the content folder; `found` is `len(paths) + len(skipped)`."""

    paths: tuple[str, ...] = ()
    """Clippings, sorted: POSIX paths below the folder; bytes that are no UTF-8 as surrogate escapes."""
    stamps: Mapping[str, Stamp] = {}
    """Of each of `paths`, taken before any of them is read; `NONE` for one that went away."""
    links: frozenset[str] = frozenset()
    """Files below the folder that clippings which are links lead to."""
    images: Mapping[str, Stamp] = {}
    """Of each file that may be an image beside a clipping, and of each link, which may lead to some."""
    folders: Mapping[str, int] = {}
    """When each folder changed last that was looked through, in nanoseconds since 1970; "" is all of it."""
    ignored: int = 0
    """Files that an `ignore` pattern names."""
    skipped: tuple[Skipped, ...] = ()
    """Clippings that cannot be used; each has a problem too."""
    problems: tuple[Problem, ...] = ()


def discover(content: Path, ignore: Sequence[str]) -> Discovery:
    """Find every `*.md` and `*.markdown`, whatever its depth and the case of its ending.

    A pattern without `/` is held against each part of a path, one with `/` against the path from its start
    (`drafts/` and `drafts/*` mean all that lies below). Links to folders are not followed.
    """
    walk = _Walk(content, ignore)
    walk.run()
    return Discovery(
        paths=tuple(_in_order(walk.stamps)),
        stamps=walk.stamps,
        links=frozenset(walk.links),
        images=walk.images,
        folders=walk.folders,
        ignored=walk.ignored,
        skipped=tuple(sorted(walk.skipped)),
        problems=tuple(sorted(walk.problems, key=lambda p: (p.path, p.message))),
    )


def _in_order(paths: Iterable[str]) -> list[str]:
    """Paths in the order of their bytes: that of text in UTF-8 is the order of its characters."""
    paths = list(paths)
    try:
        "".join(paths).encode()
    except UnicodeEncodeError:
        return sorted(paths, key=os.fsencode)
    return sorted(paths)


def is_clipping(name: str) -> bool:
    """Whether a file of this name is a clipping."""
    return name.lower().endswith(_SUFFIXES)


def ignoring(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Make a test of whether a pattern names a path below the content folder, or its last part."""
    ignores = _ignoring(patterns)
    return lambda path: ignores(path, path.rpartition("/")[2])


def _ignoring(patterns: Sequence[str]) -> Callable[[str, str], bool]:
    """The same of a path and its last part."""
    names = _any_of(p.rstrip("/") for p in patterns if "/" not in p.rstrip("/"))
    paths = _any_of(p.strip("/") for p in patterns if "/" in p.rstrip("/"))
    if paths is None:
        return lambda _, name: bool(names and names(name))
    return lambda path, name: bool((names and names(name)) or paths(path))


def is_ignored(path: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern names a path below the content folder, or a folder that it lies in."""
    ignores = ignoring(patterns)
    parts = path.split("/")
    return any(ignores("/".join(parts[: n + 1])) for n in range(len(parts)))


class _Walk:
    """The state of one walk."""

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
                        # Most are clippings and nothing else: they go the shortest way.
                        if not is_ignored and path.endswith(".md") and entry.is_file(follow_symlinks=False):
                            self._keep(path, entry)
                        elif below := self._take(entry, path, ignored=is_ignored):
                            folders.append(below)
            except OSError as error:
                if ignored or (folder and error.errno == errno.ENOENT):
                    continue  # nothing of it would be read, or it went meanwhile
                if error.errno == errno.ENAMETOOLONG:
                    self._skip(
                        folder, "is a folder whose path is too long to be read", "move it up", kind="content"
                    )
                    continue
                reason = f"is a folder that cannot be read: {error.strerror}"
                advice = "check its rights; --yes builds without its clippings"
                self._skip(folder or self.content.name, reason, advice, Severity.ERROR, kind="content")

    def _take(self, entry: os.DirEntry[str], path: str, *, ignored: bool) -> tuple[str, bool] | None:
        """Note one entry; a folder to walk is returned."""
        is_own = is_clipping(entry.name)
        if entry.is_dir(follow_symlinks=False):
            if is_own and not ignored:
                message, advice = "is a folder, not a clipping", "rename it; what lies in it is read"
                self._tell(path, message, advice, Severity.NOTICE, kind="file-name")
            return path, ignored
        if ignored:
            self.ignored += is_own
        elif entry.is_symlink():
            self.images[path] = _stamp_of(entry)
            self._take_link(entry, path, is_own=is_own)
        elif is_own and not entry.is_file(follow_symlinks=False):
            self._skip(path, "is no regular file", "replace it by a file, or name it in `ignore`")
        elif is_own:
            self._keep(path, entry)
        elif may_be_image(entry.name):
            self.images[path] = _stamp_of(entry)
        return None

    def _take_link(self, entry: os.DirEntry[str], path: str, *, is_own: bool) -> None:
        try:
            target = os.path.realpath(self.content / path, strict=True)
            is_folder = entry.is_dir()
        except OSError as error:
            loop = error.errno == errno.ELOOP
            reason = "is a link that leads in a circle" if loop else "is a broken link"
            if is_own:
                self._skip(path, reason, "delete it, or link to a file in the content folder")
            elif "." in entry.name:
                self._tell(path, reason, "delete it, or bring back what it leads to")
            else:  # most likely to a folder: its clippings may have been read while it stood here itself
                advice = "delete it, or bring back what it leads to; --yes builds without it"
                self._skip(path, reason, advice, Severity.ERROR, kind="content")
            return
        if is_folder:
            advice = "move the folder here, or set `content` to where it lies"
            self._tell(path, "is a link to a folder, not followed", advice)
        elif is_own and os.path.commonpath((self.root, target)) != self.root:
            self._skip(path, "is a link that leads out of the content folder", "copy the file here instead")
        elif is_own and not Path(target).is_file():
            self._skip(path, "is a link to no regular file", "link to a file in the content folder")
        elif is_own:
            self.links.add(os.path.relpath(target, self.root).replace(os.sep, "/"))
            self._keep(path, entry)

    def _keep(self, path: str, entry: os.DirEntry[str]) -> None:
        self.stamps[path] = _stamp_of(entry, follow=True)  # where it is NONE, reading says what is wrong
        if not path.isprintable() and shown(path) != path:
            message, advice = "has a name that is not readable text", "rename it; its address will change"
            self._tell(path, message, advice, Severity.NOTICE, kind="file-name")

    def _skip(
        self,
        path: str,
        reason: str,
        advice: str,
        severity: Severity = Severity.WARNING,
        kind: str = "unreadable",
    ) -> None:
        self.skipped.append(Skipped(path=shown(path), reason=reason))
        self._tell(path, reason, advice, severity, kind)

    def _tell(
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
            raise  # the folder may be listed, but nothing in it be looked at
        return NONE
    except OSError:
        return NONE


def _any_of(patterns: Iterable[str]) -> Callable[[str], object] | None:
    expression = "|".join(f"(?:{fnmatch.translate(p)})" for p in patterns)
    return re.compile(expression).match if expression else None
