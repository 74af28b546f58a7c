"""Resolve a command's target (a file, a path below the content folder, or an address) to an article."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterator, Sequence, Set
from functools import partial
from pathlib import Path
from typing import NamedTuple

from generator.config.picks import is_address, page_of
from generator.config.site import PICKS_FILE, Site
from generator.grouping.article_names import composed_form
from generator.model.errors import Problem, Severity, command_error, escaped
from generator.reading.canonical import keys_of
from generator.reading.frontmatter import read_clipping

_ENDINGS = (".md", ".markdown")
_NEIGHBOURS = 2000
"""Number of files in a folder that are compared with a mistyped name."""

_SIMILAR = 0.65
"""How similar a name must be to be suggested, from 0 to 1."""
_NAMED = 3
"""Number of clippings that a message lists."""


class Original(NamedTuple):
    """A clipping's path, and the address and keys of its original."""

    path: str
    url: str
    keys: tuple[str, ...]


Originals = Callable[[], Sequence[Original]]
"""Returns the originals of all clippings. Called only when they are needed, because it takes time."""


def article_named(site: Site, target: str) -> str:
    """Return the name by which a pick refers to an article: its address, or its path.

    The path is relative to the content folder. Raises `ConfigError` if there is no such file, and suggests
    one with a similar name.
    """
    target = target.strip()
    if is_address(target):
        return target
    files = [Path(target), site.root / target, site.content / target]
    try:
        file = next((file for file in files if file.is_file()), None) or _composed_otherwise(files)
    except PermissionError as error:
        advice = "check its permissions and those of its folders"
        raise command_error(escaped(target), f"cannot be read: {error.strerror}", advice) from error
    if file is None:
        raise command_error(escaped(target), "is not a clipping", _meant(site, files))
    path = _below(site.content, file)
    if path is None:
        raise command_error(
            escaped(target), "lies outside the content folder", f"name one below {site.content}"
        )
    if not path.lower().endswith(_ENDINGS):
        raise command_error(escaped(target), "is not a clipping", "name a file that ends in .md")
    try:
        path.encode()
    except UnicodeEncodeError as error:
        advice = "rename it, or give the address of its original"
        raise command_error(escaped(target), "has a name that is not UTF-8", advice) from error
    return composed_form(path)


def doubt(target: str, originals: Originals, *, hides: bool = False) -> Problem | None:
    """Return the problem with an address that fits no clipping or several; None if it fits exactly one."""
    target = target.strip()
    if not is_address(target) or len(paths := sorted(_meant_by(target, originals(), hides=hides))) == 1:
        return None
    if hides and paths:
        message = f"{len(paths):,} clippings have the address {target}: all are hidden"
        return Problem(path=PICKS_FILE, message=message, severity=Severity.NOTICE, kind="pick")
    listed = ", ".join(f"`{escaped(path)}`" for path in paths[:_NAMED])
    more = f" or {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    return Problem(
        path=PICKS_FILE,
        message=f"{len(paths) or 'no'} clippings have the address {target}, so its pick does nothing yet",
        advice=f"name one by its path: {listed}{more}" if paths else "check the address, or save the article",
        severity=Severity.WARNING,
        kind="pick",
    )


def other_names(site: Site, names: Set[str], article: str, originals: Originals) -> frozenset[str]:
    """Return which of `names` are other names of an article: its path, or addresses that mean it alone."""
    names = names - {article}
    if is_address(article):
        paths = _meant_by(article, originals()) if names else set()
        if len(paths) != 1:
            return frozenset()
        (path,) = paths
    else:
        path, own = article, _keys_in(site, article)
        names = {name for name in names if is_address(name) and own & {name, *keys_of(name)}}
    addresses = {name for name in names if is_address(name)}
    known = originals() if addresses else ()
    return frozenset(name for name in addresses if _meant_by(name, known) == {path}) | names & {path}


def _keys_in(site: Site, path: str) -> set[str]:
    """Return the keys of every address in a file's fields, read in a worker within the budget."""
    from generator.engine import budgeted  # imports everything that reads clippings
    from generator.parallel.workers import Workers

    with Workers(1) as workers:
        [(_, found)] = budgeted.each(partial(keys_at, site.content), [path], workers, site.config.limits)
    return found if isinstance(found, set) else set()


def keys_at(content: Path, paths: Sequence[str]) -> Iterator[set[str]]:
    """Yield for each file the keys of every address in its fields. A task for workers."""
    for path in paths:
        clipping, _ = read_clipping(content, path)
        fields = clipping.fields.values() if clipping else ()
        urls = (value.strip() for value in fields if isinstance(value, str))
        body = clipping.body if clipping else ""
        yield {key for url in urls if is_address(url) for key in (url, *keys_of(url, body))}


def _meant_by(address: str, originals: Sequence[Original], *, hides: bool = False) -> set[str]:
    """Return the paths of the clippings that an address means, by a build's rules.

    For hiding, any spelling of the address matches.
    """
    keys = {*keys_of(address)}
    exact = {composed_form(one.path) for one in originals if one.url == address}
    known = [one for one in originals if keys & {*one.keys}] if hides or not exact else []
    own = {composed_form(one.path) for one in known if keys & {*keys_of(one.url)[:1]}}
    if hides:
        own |= {composed_form(one.path) for one in originals if _is_part(one.url, keys | {address})}
    return (exact | own if hides else exact or own) or {composed_form(one.path) for one in known}


def _is_part(url: str, keys: Set[str]) -> bool:
    """Return whether an address leads to a part of a page with one of the keys."""
    page = page_of(url)
    return page is not None and not keys.isdisjoint({page, *keys_of(page)[:1]})


def _composed_otherwise(files: Sequence[Path]) -> Path | None:
    """Return the first existing file whose name differs from a given one in Unicode normalisation only."""
    for file in files:
        if not file.name.isascii():
            wanted = composed_form(file.name)
            if name := next((name for name in _names(file.parent) if composed_form(name) == wanted), None):
                return file.parent / name
    return None


def _below(content: Path, file: Path) -> str | None:
    """Return the path of a file relative to the content folder, with or without resolving links."""
    for real in (os.path.abspath, os.path.realpath):
        whole, folder = Path(real(file)), Path(real(content))
        if whole.is_relative_to(folder):
            return whole.relative_to(folder).as_posix()
    return None


def _meant(site: Site, files: Sequence[Path]) -> str:
    """Return advice on a missing file: a clipping beside it with a similar name, dates and endings aside."""
    for file in files:
        names = {_words(name): name for name in _names(file.parent)}
        if close := difflib.get_close_matches(_words(file.name), names, 1, _SIMILAR):
            path = _below(site.content, file.parent / names[close[0]])
            if path is not None:
                return f"did you mean `{escaped(path)}`?"
    return "name a file of the content folder, or the address of an original, https://…"


def _words(name: str) -> str:
    """Return a file name without the date before it and its ending, which many names share."""
    stem = Path(name).stem
    return re.sub(r"^[\d\W_]+", "", stem) or stem


def _names(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _NEIGHBOURS:
                    return
                if entry.name.lower().endswith(_ENDINGS) and entry.is_file():
                    yield entry.name
    except OSError:
        return
