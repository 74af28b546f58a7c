"""Guards a build against deleting published files: lost clippings, and many deletions at once.

`Options.accepts_losses` overrides them. The manifest says which files exist, the published articles explain
why files are removed, and a note in the cache lists the folders that had clippings in the last build.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from pathlib import Path

import msgspec

from generator.cache.store import FOLDERS_NOTE, NUMBER, Cache
from generator.config.options import Options
from generator.config.site import Config, Site
from generator.model import addresses
from generator.model.errors import LossError, Problem, Severity, errors_of, shown
from generator.model.ids import path_id
from generator.model.types import Article, Skipped
from generator.output.names import folders
from generator.reading.discover import Discovery, discover, is_clipping, is_ignored

MANY = 20
"""Deletions that never need confirmation; above this, up to half of the existing files."""
_SHOWN_BY = 10
"""Maximum number of files that show one article, unless it is the last one of its source."""
_NAMED = 3
LOST = 2
"""Clippings that make an emptied folder count as lost. A single one is treated as a deleted file."""
_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")
"""File of a day's edition. Every site with articles has one."""
_ARTICLE = re.compile(r"articles/[^/]+/([^/]+)\.html")
_NEEDS_BASE_URL = re.compile(r"(?:.*/)?feed(?:\.atom\.xml|\.rss\.xml|\.json)|sources\.opml|sitemaps?[./].*")


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


def emptied(site: Site, options: Options, old: Iterable[str], found: int) -> Problem | None:
    """Return a problem if all clippings are gone though the last build published some, else None.

    Raises it as `LossError` unless losses are accepted.
    """
    if found or not any(map(_DAY.fullmatch, old)):
        return None
    problem = Problem(
        path=site.content.name,
        message=f"there is no clipping in {site.content}, though the last build published some",
        advice="see that it is the folder you mean, and is mounted; --yes deletes what was published",
        severity=Severity.WARNING if options.accepts_losses else Severity.ERROR,
        kind="content",
    )
    if not options.accepts_losses:
        raise LossError(problem)
    return problem


# --- folders that had clippings ---------------------------------------------------------------------

_Counts = dict[str, tuple[int, int]]
"""Folder → number of clippings in it, and sum of the hashes of their names."""


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
    standing = {folder for path in left for folder in (*folders(path), "")}
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
        for above in {folder, *folders(folder), ""}:
            so_far = totals.get(above, (0, 0))
            totals[above] = so_far[0] + count, so_far[1] + names
    return totals


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


# --- many deletions ---------------------------------------------------------------------------------


def check_deletions(
    site: Site,
    options: Options,
    old: Mapping[str, str],
    new: Mapping[str, str],
    articles: Iterable[Article],
    withheld: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Raise `LossError` if a build deletes many files and more than half of the existing ones.

    `old` and `new` are the files before and after. Removals by the curator do not count: pages of `articles`
    that are still published, files that need `base_url`, and pages of clippings that exist and are `withheld`
    (paths) or ignored.
    """
    removed = [path for path in old if path not in new]
    if options.accepts_losses or not _are_many(len(removed), len(old)):
        return
    lost = _not_configured(removed, site.config, articles)
    if not _are_many(len(lost), len(old)):
        return
    everything = discover(site.content, ()).paths
    ignored = [path for path in everything if is_ignored(path, site.config.ignore)]
    lost = _not_withheld(lost, {path_id(path) for path in (*withheld(), *ignored)})
    if not _are_many(len(lost), len(old)):
        return
    named = ", ".join(f"`{path}`" for path in lost[:_NAMED])
    problem = Problem(
        path=str(site.output),
        message=f"{len(lost):,} of the {len(old):,} files there would be deleted, such as {named}",
        advice=(
            "see that no clipping is missing, and --as-of; "
            "--yes deletes them, or build elsewhere with --output"
        ),
        severity=Severity.ERROR,
        kind="deletion",
    )
    raise LossError(problem)


def withheld_on_purpose(
    skipped: Iterable[Skipped], problems: Iterable[Problem], waiting: Iterable[str]
) -> list[str]:
    """Return clippings that the curator withholds, without unusable ones and those waiting for their day."""
    faults: dict[str, list[str]] = {}
    for one in problems:
        faults.setdefault(one.path, []).append(one.message)
    waits = set(map(shown, waiting))
    return [
        one.path
        for one in skipped
        if one.path not in waits and not one.reason.startswith(tuple(faults.get(one.path, ())))
    ]


def _not_withheld(lost: list[str], ids: Set[str]) -> list[str]:
    """Return the files whose deletion is not explained by withheld articles with these ids.

    A list does not tell whose it was: lists are discounted in the same proportion as article pages.
    """
    pages = {path: found[1] for path in lost if (found := _ARTICLE.fullmatch(path))}
    withheld = [path for path, own in pages.items() if own in ids]
    if not withheld:
        return lost
    lists = [path for path in lost if path not in pages]
    explained = min(len(lists) * len(withheld) // len(pages), len(withheld) * _SHOWN_BY)
    return [*(path for path, own in pages.items() if own not in ids), *lists[explained:]]


def may_delete_many(options: Options, articles: int, files: int) -> bool:
    """Return whether `check_deletions` may raise after this many articles are removed."""
    return not options.accepts_losses and _are_many(_SHOWN_BY * articles, files)


def _are_many(deleted: int, standing: int) -> bool:
    return deleted > MANY and 2 * deleted > standing


def _not_configured(removed: Iterable[str], config: Config, articles: Iterable[Article]) -> list[str]:
    """Return the files whose deletion is not explained by the configuration."""
    ids = {article.id for article in articles}
    aliases = {addresses.file_of(alias) for article in articles for alias in article.aliases}
    return [
        path
        for path in removed
        if not ((found := _ARTICLE.fullmatch(path)) and found[1] in ids)
        and path not in aliases
        and (config.base_url is not None or not _NEEDS_BASE_URL.fullmatch(path))
    ]
