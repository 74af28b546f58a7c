"""What keeps a build from deleting what stands: clippings that got lost, and many pages at once.

`Options.accepts_losses` tells it to go on. The record of the output folder says what stands there, what is
published now says why it goes, and a note in the cache says in which folders the last build found clippings.
"""

from __future__ import annotations

import difflib
import os
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path

import msgspec

from generator.cache.store import FOLDERS_NOTE, Cache
from generator.config.options import Options
from generator.config.site import FILE_NAME, PICKS_FILE, Config, Site
from generator.model import addresses
from generator.model.errors import LossError, Problem, Severity, shown
from generator.model.ids import path_id
from generator.model.types import Article, Skipped
from generator.reading.discover import Discovery, discover, is_clipping, is_ignored

MANY = 20
"""Files that a build may delete without being told to, and half of those that stand there."""
_SHOWN_BY = 10
"""Files, at most, that show one article which is not the last one of its source."""
_NAMED = 3
LOST = 2
"""Clippings that a folder must have had to count as lost: one alone is deleted like a file."""
_OF_A_THEME = ("base.html", "article.html", "day.html", "period.html", "source.html", "story.html",
               "404.html", "partials", "translations", "theme.toml", "assets/custom.css")  # fmt: skip
"""What a folder may hold that is meant for `templates/`."""
_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")
"""The file of a day's edition: where articles were published, there is one."""
_ARTICLE = re.compile(r"articles/[^/]+/([^/]+)\.html")
_NEEDS_BASE_URL = re.compile(r"(?:.*/)?feed(?:\.atom\.xml|\.rss\.xml|\.json)|sources\.opml|sitemaps?[./].*")


def found_in(site: Site, options: Options) -> Discovery:
    """The clippings of a site. A folder that cannot be read is a mere warning where losses are accepted."""
    found = discover(site.content, site.config.ignore)
    if mistyped := [*_mistyped(site), *_mistyped_folders(site)]:
        problems = tuple(sorted((*found.problems, *mistyped), key=lambda one: (one.path, one.message)))
        found = msgspec.structs.replace(found, problems=problems)
    if not options.accepts_losses:
        return found
    softened = (msgspec.structs.replace(one, severity=Severity.WARNING) for one in _errors(found))
    others = (one for one in found.problems if one.severity is not Severity.ERROR)
    problems = tuple(sorted((*others, *softened), key=lambda one: (one.path, one.message)))
    return msgspec.structs.replace(found, problems=problems)


def _mistyped(site: Site) -> list[Problem]:
    """Files that are nearly named as the configuration or the picks, where there is none."""
    wanted = [name for name in (FILE_NAME, PICKS_FILE) if not os.path.lexists(site.root / name)]
    try:
        names = os.listdir(site.root) if wanted else []  # noqa: PTH208 - names alone
    except OSError:
        names = []
    return [
        Problem(
            path=shown(name),
            message="nothing reads this file",
            advice=f"did you mean `{meant}`?",
            kind="config" if meant == FILE_NAME else "pick",
        )
        for meant in wanted
        for name in sorted(names)
        # A longer one, such as digest2.toml, is perhaps another configuration for --config.
        if len(name) <= len(meant) and difflib.get_close_matches(name.lower(), [meant], 1, 0.9)
    ]


def _mistyped_folders(site: Site) -> Iterator[Problem]:
    """Folders that are nearly named as those of templates and static files, where there is none."""
    wanted = [folder for folder in (site.templates, site.static) if not os.path.lexists(folder)]
    try:
        names = os.listdir(site.root) if wanted else []  # noqa: PTH208 - names alone
    except OSError:
        names = []
    for meant in wanted:
        for name in sorted(names):
            if not difflib.get_close_matches(name.lower(), [meant.name], 1, 0.9):
                continue
            # Obsidian keeps templates of notes in such a folder.
            marks = _OF_A_THEME if meant == site.templates else ("",)
            if _holds_any(site.root / name, marks):
                yield Problem(
                    path=shown(f"{name}/"),
                    message="nothing reads this folder",
                    advice=f"did you mean `{meant.name}/`?",
                    kind="config",
                )


def _holds_any(folder: Path, names: Iterable[str]) -> bool:
    try:
        return folder.is_dir() and any((folder / one).exists() for one in names)
    except OSError:  # others own it
        return False


def check_found(found: Discovery) -> None:
    """Raise `LossError` where a folder of clippings cannot be read."""
    if errors := _errors(found):
        raise LossError(*errors)


def _errors(found: Discovery) -> list[Problem]:
    return [one for one in found.problems if one.severity is Severity.ERROR]


def emptied(site: Site, options: Options, old: Iterable[str], found: int) -> Problem | None:
    """What to say where there is no clipping at all, though there were some; None where there is any.

    Raises `LossError` with it, unless losses are accepted.
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
"""By folder: how many clippings lie there, and the sum of the hashes of their names."""


class _Noted(msgspec.Struct, frozen=True):
    """The folders in which a build found clippings."""

    paths: bytes
    """A hash of the clippings' paths."""
    counts: _Counts


def check_folders(
    site: Site, options: Options, found: Discovery, paths: bytes, cache: Cache
) -> tuple[Problem, ...]:
    """Problems of folders that had clippings when this output was built last, and have none now.

    `paths` is a hash of the clippings' paths. Raises `LossError` where a direct child of the content folder
    was lost, or what may be a mount point or a link, unless losses are accepted. A day's folder deleted by
    hand is an edit.
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
    if errors := [one for one in problems if one.severity is Severity.ERROR]:
        raise LossError(*errors)
    return problems


def note_clippings(site: Site, found: Discovery, paths: bytes, cache: Cache) -> None:
    """Note the folders in which a build found clippings, for `check_folders`."""
    noted = _noted(site, cache)
    if noted is None or noted.paths != paths:
        note = msgspec.msgpack.encode(_Noted(paths, _counts_of(found.paths)))
        cache.keep_note(_key(site), note)


def empties_folder(removed: Collection[str], left: Iterable[str]) -> bool:
    """Whether `check_folders` may find a folder lost where some clippings are gone and others are left."""
    if len(removed) < LOST:
        return False
    standing = {folder for path in left for folder in _above(path.rpartition("/")[0])}
    return any(path.rpartition("/")[0] not in standing for path in removed)


def _key(site: Site) -> str:
    """What the note is known by. A site may be moved; builds of other clippings have a note of their own."""
    content, output = (os.path.relpath(folder, site.root) for folder in (site.content, site.output))
    return f"{FOLDERS_NOTE}{output} of {content}"


def _noted(site: Site, cache: Cache) -> _Noted | None:
    note = cache.note(_key(site))
    try:
        return msgspec.msgpack.decode(note, type=_Noted) if note else None
    except msgspec.DecodeError:
        return None


def _counts_of(paths: Iterable[str]) -> _Counts:
    counts: _Counts = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        count, names = counts.get(folder, (0, 0))
        counts[folder] = count + 1, names + zlib.crc32(name.encode("utf-8", "surrogateescape"))
    return counts


def _above(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, the content folder last."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _with_below(counts: _Counts) -> _Counts:
    """The same with all that lies below each folder."""
    totals: _Counts = {}
    for folder, (count, names) in counts.items():
        for above in _above(folder):
            so_far = totals.get(above, (0, 0))
            totals[above] = so_far[0] + count, so_far[1] + names
    return totals


def _lost(before: _Counts, now: _Counts) -> list[tuple[str, int]]:
    """The outermost folders that have no clipping any more, and how many they had; not those that moved."""
    if before.keys() <= now.keys():
        return []
    had, has = _with_below(before), _with_below(now)
    if had[""] == has[""]:  # as many of the same names, wherever they lie
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
    """Whether there are clippings in a folder, which `ignore` names then; what it links to is not read."""
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


# --- many files -------------------------------------------------------------------------------------


def check_deletions(
    site: Site,
    options: Options,
    old: Mapping[str, str],
    new: Mapping[str, str],
    articles: Iterable[Article],
    withheld: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Raise `LossError` for a build that deletes more than half of what stands there, and many files.

    `old` and `new` are the files before and after. What the curator takes away does not count: pages of
    `articles` that are published still, what there is with `base_url` alone, and pages of clippings that are
    there and `withheld` (paths), or that `ignore` names.
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
    """The clippings that the curator keeps back: not those that cannot be used, or wait for their day."""
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
    """The files that are not deleted because articles with these ids are withheld.

    Of lists nobody knows whose they were: as large a part of them counts as of the articles' own pages.
    """
    pages = {path: found[1] for path in lost if (found := _ARTICLE.fullmatch(path))}
    withheld = [path for path, own in pages.items() if own in ids]
    if not withheld:
        return lost
    lists = [path for path in lost if path not in pages]
    explained = min(len(lists) * len(withheld) // len(pages), len(withheld) * _SHOWN_BY)
    return [*(path for path, own in pages.items() if own not in ids), *lists[explained:]]


def may_delete_many(options: Options, articles: int, files: int) -> bool:
    """Whether `check_deletions` may raise where some articles of a site are published no more."""
    return not options.accepts_losses and _are_many(_SHOWN_BY * articles, files)


def _are_many(deleted: int, standing: int) -> bool:
    return deleted > MANY and 2 * deleted > standing


def _not_configured(removed: Iterable[str], config: Config, articles: Iterable[Article]) -> list[str]:
    """The files that are not deleted because the configuration says so."""
    ids = {article.id for article in articles}
    aliases = {addresses.file_of(alias) for article in articles for alias in article.aliases}
    return [
        path
        for path in removed
        if not ((found := _ARTICLE.fullmatch(path)) and found[1] in ids)
        and path not in aliases
        and (config.base_url is not None or not _NEEDS_BASE_URL.fullmatch(path))
    ]
