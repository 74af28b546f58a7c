"""Notices clippings that are missing by mistake: in folders that cannot be read, or that had some before.

`Options.accepts_losses` overrides it. A note in the cache lists the folders that had clippings in the last
build.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path

import msgspec

from generator.cache.store import FOLDERS_NOTE, NUMBER, Cache
from generator.config.options import Options
from generator.config.site import Site
from generator.model.errors import LossError, Problem, Severity, errors_of, shown
from generator.reading.discover import Discovery, discover, is_clipping

LOST = 2
"""Clippings that make an emptied folder count as lost. A single one is treated as a deleted file."""
_Counts = dict[str, tuple[int, int]]
"""Folder → number of clippings in it, and sum of the hashes of their names."""


def found_in(site: Site, options: Options) -> Discovery:
    """Find the clippings of a site. An unreadable folder is only a warning if losses are accepted."""
    found = discover(site.content, site.config.ignore)
    if not options.accepts_losses:
        return found
    softened = (
        msgspec.structs.replace(one, severity=Severity.WARNING) if one.severity is Severity.ERROR else one
        for one in found.problems
    )
    return msgspec.structs.replace(found, problems=tuple(softened))


def check_found(found: Discovery) -> None:
    """Raise `LossError` if a folder of clippings cannot be read."""
    if errors := errors_of(found.problems):
        raise LossError(*errors)


class _Noted(msgspec.Struct, frozen=True):
    """The folders in which a build found clippings."""

    number: int
    """Of this note among those of an output folder, in whatever cache they are."""
    paths: bytes
    """Hash of the clippings' paths."""
    counts: _Counts


def check_folders(
    site: Site, options: Options, found: Discovery, paths: bytes, cache: Cache
) -> tuple[Problem, ...]:
    """Return problems of folders that had clippings when this output was last built, and have none now.

    `paths` is a hash of the clippings' paths. Raises `LossError`, unless losses are accepted, if a direct
    child of the content folder was lost, or a folder that may be a mount point or a link. A day's folder
    deleted by hand counts as an edit.
    """
    noted = _noted(site, cache)
    if noted is None or noted.paths == paths or not found.paths:
        return ()
    unread = {one.path for one in found.skipped}
    lost = [
        (folder, count)
        for folder, count in _lost(noted.counts, _counts_of(found.paths))
        if shown(folder) not in unread and not _has_clippings(site.content / folder)
    ]
    problems = tuple(_loss(site, options, folder, count) for folder, count in lost)
    if errors := errors_of(problems):
        raise LossError(*errors)
    return problems


def note_clippings(site: Site, found: Discovery, paths: bytes, cache: Cache) -> None:
    """Store the folders in which a build found clippings, for `check_folders`."""
    noted = _noted(site, cache)
    if noted is None or noted.paths != paths:
        number = (noted.number + 1 if noted else 1).to_bytes(NUMBER)
        note = msgspec.msgpack.encode((paths, _counts_of(found.paths)))
        cache.keep_note(_key(site), number + note)


def empties_folder(removed: Collection[str], left: Iterable[str]) -> bool:
    """Return whether `check_folders` may report a lost folder after some clippings were removed."""
    if len(removed) < LOST:
        return False
    standing = set[str]().union(*map(_with_parents, {path.rpartition("/")[0] for path in left}))
    return any(path.rpartition("/")[0] not in standing for path in removed)


def _key(site: Site) -> str:
    """Return the key of the note. It survives moving the site, and differs for other clippings or outputs."""
    content, output = (os.path.relpath(folder, site.root) for folder in (site.content, site.output))
    return f"{FOLDERS_NOTE}{output} of {content}"


def _noted(site: Site, cache: Cache) -> _Noted | None:
    note = cache.note(_key(site))
    if note is None:
        return None
    try:
        paths, counts = msgspec.msgpack.decode(note[NUMBER:], type=tuple[bytes, _Counts])
    except msgspec.DecodeError:
        return None
    return _Noted(int.from_bytes(note[:NUMBER]), paths, counts)


def _counts_of(paths: Iterable[str]) -> _Counts:
    counts: _Counts = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        count, names = counts.get(folder, (0, 0))
        counts[folder] = count + 1, names + zlib.crc32(name.encode("utf-8", "surrogateescape"))
    return counts


def _with_below(counts: _Counts) -> _Counts:
    """Return the counts with everything below each folder included."""
    totals: _Counts = {}
    for folder, (count, names) in counts.items():
        for above in _with_parents(folder):
            so_far = totals.get(above, (0, 0))
            totals[above] = so_far[0] + count, so_far[1] + names
    return totals


def _with_parents(folder: str) -> set[str]:
    """Return a folder and those above it, up to the content folder."""
    parts = folder.split("/")
    return {"/".join(parts[:depth]) for depth in range(len(parts) + 1)}


def _lost(before: _Counts, now: _Counts) -> list[tuple[str, int]]:
    """Return the outermost folders that lost all clippings, and their former counts; moved ones excluded."""
    if before.keys() <= now.keys():
        return []
    had, has = _with_below(before), _with_below(now)
    if had[""] == has[""]:  # same number of the same names, in whichever folders
        return []
    new = {
        (count - old[0], names - old[1])
        for old_all, all_ in ((had, has), (before, now))
        for folder, (count, names) in all_.items()
        for old in [old_all.get(folder, (0, 0))]
    }
    return sorted(
        (folder, had[folder][0])
        for folder in had.keys() - has.keys()
        if folder.rpartition("/")[0] in has and had[folder][0] >= LOST and had[folder] not in new
    )


def _has_clippings(place: Path) -> bool:
    """Return whether a folder still has clippings, which `ignore` then excludes. Links are not followed."""
    return not place.is_symlink() and any(
        map(is_clipping, (name for _, _, names in os.walk(place) for name in names))
    )


def _loss(site: Site, options: Options, folder: str, count: int) -> Problem:
    place = site.content / folder
    may_be_away = "/" not in folder or place.is_symlink() or (place.is_dir() and not [*place.iterdir()])
    severity = Severity.ERROR if may_be_away else Severity.WARNING
    advice = "see that it is there and mounted" if may_be_away else "put it back if it was not meant to go"
    return Problem(
        path=shown(folder),
        message=f"the last build found {count:,} clippings in this folder, and now there is none",
        advice=advice if options.accepts_losses else f"{advice}; --yes builds without them",
        severity=Severity.NOTICE if options.accepts_losses else severity,
        kind="content",
    )
