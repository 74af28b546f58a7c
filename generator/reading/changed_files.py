"""Finds the clippings among files that changed below the content folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from generator.cache.stamps import NONE, Stamp, stamp_of
from generator.config.site import Site
from generator.model.errors import shown
from generator.model.types import may_be_image
from generator.reading.discover import Discovery, is_clipping, is_ignored


def is_below(content: Path, file: Path) -> bool:
    """Return whether a file lies in the content folder, by its given or its resolved path."""
    return str(file).startswith(tuple(_roots(content)))


def _roots(content: Path) -> set[str]:
    return {f"{root}{os.sep}" for root in (str(content), os.path.realpath(content))}


def clippings_among(
    site: Site, changed: Iterable[Path], before: Discovery, paths: Collection[str]
) -> dict[str, Stamp | None] | None:
    """Return path → stamp of the clippings among `changed`; None if any other relevant file changed.

    Of a changed folder, all its files count. An image is relevant, because any clipping may name it. So is a
    file with several names: a write under one name does not notify the others. `before` tells which known
    clippings have several names. A file that could not be used `before` is relevant too. `paths` are those of
    the clippings so far.
    """
    known, unusable = before.stamps, {one.path for one in before.skipped}
    roots = _roots(site.content)
    found: dict[str, Stamp | None] = {}
    for file in _with_contents(site.content, changed, before, paths):
        root = next((root for root in roots if file.startswith(root)), None)
        if root is None:
            return None
        path = file[len(root) :].replace(os.sep, "/")
        if path in before.links or shown(path) in unusable or shown(path) != path:
            return None  # finding the clippings again tells what is wrong with it
        try:
            status = os.lstat(file)
        except OSError:
            status = None
        if not is_clipping(path) or (status is not None and not stat.S_ISREG(status.st_mode)):
            if status is None or not stat.S_ISREG(status.st_mode) or may_be_image(path):
                return None
            continue  # nothing shows this file
        if not is_ignored(path, site.config.ignore):
            found[path] = stamp = stamp_of(status) if status else None
            if status and status.st_nlink > 1 and stamp and stamp.inode != known.get(path, NONE).inode:
                return None
    return found


def _with_contents(
    content: Path, changed: Iterable[Path], before: Discovery, paths: Collection[str]
) -> Iterator[str]:
    """Yield changed files; of a changed folder, the files in it now, and the clippings in it so far.

    A folder that cannot be read, or had faults before, is yielded itself.
    """
    for path in changed:
        if path.is_symlink() or not path.is_dir() or not path.is_relative_to(content):
            yield str(path)
            continue
        below = f"{path.relative_to(content).as_posix()}/"
        errors: list[OSError] = []
        for at, folders, names in os.walk(path, onerror=errors.append):
            yield from (f"{at}/{name}" for name in names)
            yield from (f"{at}/{name}" for name in folders if Path(at, name).is_symlink())
        if errors or any(f"{one.path}/".startswith(below) for one in before.problems):
            yield str(path)
        yield from (f"{content}/{one}" for one in paths if one.startswith(below))
