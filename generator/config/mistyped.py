"""Finds names of files and folders that are probably mistyped: those of a site, and those in `ignore`."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from generator.config.site import FILE_NAME, PICKS_FILE, Site
from generator.model.errors import Problem, shown

_NOTHING_READS = "nothing reads this"
_NOTHING_IGNORED = "`ignore` names nothing that is there"
_OF_A_THEME = ("base.html", "article.html", "day.html", "period.html", "source.html", "story.html",
               "404.html", "partials", "translations", "theme.toml", "assets/custom.css")  # fmt: skip
"""Entries that identify a folder as one meant for `templates/`."""
_WILDCARD = re.compile(r"[*?[]")


def is_mistyped(problem: Problem) -> bool:
    """Return whether `mistyped` found a problem."""
    return problem.message.startswith((_NOTHING_READS, _NOTHING_IGNORED))


def mistyped(site: Site) -> list[Problem]:
    """Return problems of files and folders with nearly the name of one that is missing."""
    wanted = (site.root / FILE_NAME, site.root / PICKS_FILE, site.templates, site.static)
    missing = [one for one in wanted if not os.path.lexists(one)]
    try:
        names = sorted(os.listdir(site.root)) if missing else []  # noqa: PTH208 - only names
    except OSError:
        names = []
    found = [_mistyped(site, name, one) for one in missing for name in names if _is_nearly(site, name, one)]
    return found + _misplaced(site) + _mistyped_patterns(site)


def _mistyped_patterns(site: Site) -> list[Problem]:
    """Return the problems of paths in `ignore` that are not there, while one of nearly that name is."""
    return [
        Problem(
            path=FILE_NAME,
            message=f"{_NOTHING_IGNORED}: `{shown(pattern)}`",
            advice=f"did you mean `{shown(near)}`?",
            kind="config",
        )
        for pattern in site.config.ignore
        if "/" in pattern and not _WILDCARD.search(pattern)
        if (near := _near_path(site.content, pattern))
    ]


def _near_path(content: Path, pattern: str) -> str:
    """Return the path in the content folder that a path in `ignore` probably means; empty if it is there."""
    parts, end = pattern.strip("/").split("/"), "/" if pattern.endswith("/") else ""
    if os.path.lexists(content.joinpath(*parts)) and parts[0] != ".":
        return ""
    while parts[1:] and parts[0] in {".", content.name}:
        del parts[0]
    found: list[str] = []
    for part in parts:
        try:
            names = sorted(os.listdir(content.joinpath(*found)))  # noqa: PTH208 - only names
        except OSError:
            return ""
        near = [part] if part in names else [one for one in names if one.casefold() == part.casefold()]
        near = near or difflib.get_close_matches(part.lower(), names, 1, 0.8)
        if not near:
            return ""
        found.append(near[0])
    if len(parts) == 1 and parts == pattern.strip("/").split("/") and next(content.rglob(parts[0]), None):
        return ""  # a name counts in any folder
    return "/".join(found) + end


def _misplaced(site: Site) -> list[Problem]:
    """Return the problem of a file of picks in the content folder, where a curator may look for it."""
    file = site.content / PICKS_FILE
    if not os.path.lexists(file) or file == site.picks:
        return []
    advice = f"put its picks into the `{PICKS_FILE}` beside {FILE_NAME}"
    message = f"{_NOTHING_READS} file, because it is in the content folder"
    return [
        Problem(path=shown(f"{site.content.name}/{PICKS_FILE}"), message=message, advice=advice, kind="pick")
    ]


def _is_nearly(site: Site, name: str, meant: Path) -> bool:
    """Return whether a file or folder is probably meant to be another one, which is missing."""
    if not difflib.get_close_matches(name.lower(), [meant.name], 1, 0.9):
        return False
    if meant not in {site.templates, site.static}:
        # A longer name, such as digest2.toml, may be another configuration for --config.
        return len(name) <= len(meant.name)
    # Obsidian keeps note templates in a folder of such a name.
    return _holds_any(site.root / name, _OF_A_THEME if meant == site.templates else ("",))


def _mistyped(site: Site, name: str, meant: Path) -> Problem:
    is_folder = meant in {site.templates, site.static}
    return Problem(
        path=shown(f"{name}/" if is_folder else name),
        message=f"{_NOTHING_READS} {'folder' if is_folder else 'file'}",
        advice=f"did you mean `{meant.name}{'/' if is_folder else ''}`?",
        kind="pick" if meant.name == PICKS_FILE else "config",
    )


def _holds_any(folder: Path, names: Iterable[str]) -> bool:
    try:
        return folder.is_dir() and any((folder / one).exists() for one in names)
    except OSError:  # not accessible to this user
        return False
