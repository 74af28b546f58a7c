"""`broadsheet pick`: a line of the curator's in `picks.toml`, with every other line left as it is."""

from __future__ import annotations

import codecs
import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import tomlkit
import tomlkit.items

from generator.authoring import atomic
from generator.config.picks import KEYS, is_address, parsed, picks_of, spans, text_of
from generator.config.site import PICKS_FILE, Site
from generator.model.errors import ConfigError, Problem, Severity
from generator.reading.canonical import keys_of
from generator.reading.frontmatter import read_clipping

_HEAD = """\
# What you say of single articles. Each [[pick]] names one, by its path below the content
# folder or by the address of its original. `broadsheet pick` writes here too.
"""
_ENDINGS = (".md", ".markdown")
_OPPOSITES = {"pin": "hide", "hide": "pin", "split": "merge", "merge": "split"}
"""Of each of these, what it takes away."""
_TEXTS = ("note", "title", "summary")
_NEIGHBOURS = 2000
"""Names in a folder, among which one that was mistyped is looked for."""

_NAMED = 3
"""Clippings that a message names."""

Entry = dict[str, Any]


class Original(NamedTuple):
    """A clipping, and what its original is known by."""

    path: str
    url: str
    keys: tuple[str, ...]


Originals = Callable[[], Sequence[Original]]
"""Gives those of all clippings; asked only where they matter, for that takes time."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said of an article; None, and an empty list, changes nothing."""

    pin: bool | None = None
    hide: bool | None = None
    why: str = ""
    """The reason why it is hidden."""
    note: str | None = None
    title: str | None = None
    summary: str | None = None
    """An empty text takes the key out, as with `note` and `title`."""
    tags: tuple[str, ...] = ()
    """Added to those that stand there."""
    merge: tuple[str, ...] = ()
    """Added too; named as the article is."""
    split: bool = False


def pick(site: Site, target: str, changes: Changes, originals: Originals = tuple) -> str:
    """Write what is said of one article into `picks.toml`, and return its `[[pick]]` as it now stands.

    `target` is a file, a path below the content folder, or the address of the original. Raises `ConfigError`,
    with nothing changed, where it names no clipping, a value cannot be, or the file cannot be written.
    """
    article = article_named(site, target)
    merge = tuple(article_named(site, other) for other in changes.merge)
    changes = msgspec.structs.replace(changes, merge=merge)
    text = text_of(site.picks)
    also = _other_names(site, text, article, originals)
    edited = with_pick(text, article, changes, also)
    _write(site, text, edited)
    where = _places(edited, article, also)[-1]
    return "\n".join(edited.split("\n")[where[0] - 1 : where[1] - 1]).strip().replace("\r", "")


def errors_in(site: Site) -> list[Problem]:
    """The errors for which no build takes the file, whatever was written to it."""
    return [one for one in picks_of(text_of(site.picks))[1] if one.severity is Severity.ERROR]


def unpick(site: Site, target: str, originals: Originals = tuple) -> int:
    """Take all that `picks.toml` says of an article out; how many `[[pick]]` that were.

    `target` may be a clipping that is gone. Raises `ConfigError` as `pick` does.
    """
    text = text_of(site.picks)
    article = target.strip() if _names_a_pick(text, target) else article_named(site, target)
    edited, count = without_pick(text, article, _other_names(site, text, article, originals))
    _write(site, text, edited)
    return count


def doubt(target: str, originals: Originals, *, hides: bool = False) -> Problem | None:
    """Say of an address that it fits no clipping, or several: a pick of it does nothing, or hides all."""
    target = target.strip()
    if not is_address(target) or len(paths := sorted(_meant_by(target, originals(), hides=hides))) == 1:
        return None
    if hides and paths:
        message = f"{len(paths):,} clippings have the address {target}: all are hidden"
        return Problem(path=PICKS_FILE, message=message, severity=Severity.NOTICE, kind="pick")
    listed = ", ".join(f"`{_printed(path)}`" for path in paths[:_NAMED])
    more = f" or {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    return Problem(
        path=PICKS_FILE,
        message=f"{len(paths) or 'no'} clippings have the address {target}, so its pick does nothing yet",
        advice=f"name one by its path: {listed}{more}" if paths else "check the address, or save the article",
        severity=Severity.WARNING,
        kind="pick",
    )


def with_pick(text: str, article: str, changes: Changes, also: Collection[str] = ()) -> str:
    """The text of a `picks.toml` with the changes; what does not change stays byte for byte.

    `also` are other names of the article, as they stand there.
    Raises `ConfigError` where the text is no TOML or would say what picks cannot say.
    """
    places = _places(text, article, also)
    if places:
        start, end = places[-1]
        lines = text.split("\n")
        own = "\n".join(lines[start - 1 : end - 1])
        plain = own.replace("\r\n", "\n").removesuffix("\r")
        new = _edited(plain, changes)
        if new == plain:
            return text
        new = new.replace("\n", "\r\n") + "\r" if own.endswith("\r") else new
        edited = "\n".join([*lines[: start - 1], new, *lines[end - 1 :]])
        expected = _said(text, article, changes, also)
    else:
        newline = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
        head = text or _HEAD
        gap = "" if head.endswith(("\n\n", "\n\r\n")) else "\n" if head.endswith("\n") else "\n\n"
        new = _edited(f"[[pick]]\narticle = {tomlkit.string(article).as_string()}\n", changes)
        edited = head + re.sub(r"\r?\n", newline, gap + new)
        expected = [*_entries(text), _changed({"article": article}, changes)]
    _check(text, edited, expected)
    return edited


def without_pick(text: str, article: str, also: Collection[str] = ()) -> tuple[str, int]:
    """The text without what it says of an article, and how often it said something.

    Comments before and behind stay, for they may be about what follows.
    """
    places = _places(text, article, also)
    lines = text.split("\n")
    for start, end in reversed(places):
        del lines[start - 1 : end - 1]
        if start - 2 >= 0 and start - 1 < len(lines) and not lines[start - 2].strip():
            while start - 1 < len(lines) - 1 and not lines[start - 1].strip():
                del lines[start - 1]  # one blank line is enough
    edited = "\n".join(lines)
    expected = [entry for entry in _entries(text) if not _is_of(entry, article, also)]
    _check(text, edited, expected)
    return edited, len(places)


# --- editing --------------------------------------------------------------------------------------


def _places(text: str, article: str, also: Collection[str]) -> list[tuple[int, int]]:
    """From which line on, and before which, each pick of an article stands, without what trails it."""
    entries = _entries(text)
    found = [number for number, entry in enumerate(entries) if _is_of(entry, article, also)]
    where = spans(text, len(entries))
    if not where and entries:
        advice = "write each as `[[pick]]` with its keys below, or edit the file by hand"
        raise _refusal(PICKS_FILE, "holds picks in a form that is not edited", advice)
    lines = text.split("\n")
    return [(where[number][0], _end(lines, *where[number])) for number in found]


def _end(lines: list[str], start: int, end: int) -> int:
    """The line behind the last key: blank lines and comments that trail a pick belong to the next."""
    last = end
    while last > start + 1 and (not lines[last - 2].strip() or lines[last - 2].lstrip().startswith("#")):
        last -= 1
    while last < end:  # such a line may also be the end of a text of several lines
        try:
            parsed("\n".join(lines[start - 1 : last - 1]) + "\n")
            break
        except ConfigError:
            last += 1
    return last


def _entries(text: str) -> list[Entry]:
    entries = parsed(text).get("pick", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _refusal(PICKS_FILE, "`pick` is no list of tables", "write each as `[[pick]]`")
    return entries


def _is_of(entry: Entry, article: str, also: Collection[str] = ()) -> bool:
    named = _name(entry)
    if not named or named in also:
        return bool(named)
    if named == article or not (is_address(named) and is_address(article)):
        return named == article
    return bool({*keys_of(named)} & {*keys_of(article)})


def _name(entry: Entry) -> str:
    named = entry.get("article")
    return _normal(named.strip()) if isinstance(named, str) else ""


def _normal(path: str) -> str:
    return unicodedata.normalize("NFC", path)


def _names_a_pick(text: str, target: str) -> bool:
    return any(_is_of(entry, target.strip()) for entry in _entries(text))


def _edited(chunk: str, changes: Changes) -> str:
    """The lines of one pick with the changes."""
    is_whole = chunk.endswith("\n")
    document = tomlkit.parse(chunk if is_whole else chunk + "\n")
    tables = document["pick"]
    assert isinstance(tables, tomlkit.items.AoT)  # noqa: S101 - the chunk is one `[[pick]]`
    table = tables[0]
    before = table.unwrap()
    after = _changed(before, changes)
    for key in before:
        if key not in after:
            del table[key]
    for key in KEYS:
        if key in after and after[key] != before.get(key):
            _set(table, key, before.get(key), after[key])
    edited = tomlkit.dumps(document)
    return edited if is_whole else edited.removesuffix("\n")


def _set(table: tomlkit.items.Table, key: str, before: object, after: object) -> None:
    if isinstance(after, list) and isinstance(before, list):
        array = table[key]
        assert isinstance(array, tomlkit.items.Array)  # noqa: S101 - its value is a list
        for one in after[len(before) :]:
            array.append(one)
    elif isinstance(after, str) and "\n" in after:
        quotes, rest = '"""', tomlkit.string(after, multiline=True).as_string()[3:]
        table[key] = tomlkit.value(f"{quotes}\n{rest}")  # the text begins on a line of its own
    else:
        table[key] = after


def _said(text: str, article: str, changes: Changes, also: Collection[str]) -> list[Entry]:
    """All picks as they shall be: the last one of the article with the changes."""
    entries = _entries(text)
    last = max(number for number, entry in enumerate(entries) if _is_of(entry, article, also))
    return [_changed(entry, changes) if n == last else entry for n, entry in enumerate(entries)]


def _changed(entry: Mapping[str, Any], changes: Changes) -> Entry:
    """What a pick says after the changes; of a pair that contradicts itself the new word stays."""
    new: Entry = {}
    if changes.pin is not None:
        new["pin"] = changes.pin
    if changes.hide is not None:
        new["hide"] = (changes.why or entry.get("hide") or True) if changes.hide else False
    for key in _TEXTS:
        value: str | None = getattr(changes, key)
        if value is not None:
            lines = re.split(r"\r\n?|\n", value.strip())
            new[key] = "\n".join(map(str.rstrip, lines)) if key == "note" else " ".join(value.split())
    if tags := _added(entry.get("tags"), changes.tags):
        new["tags"] = tags
    if merge := _added(entry.get("merge"), changes.merge):
        new["merge"] = merge
    if changes.split:
        new["split"] = True
    gone = {key for key in _TEXTS if new.get(key) == ""}
    gone |= {_OPPOSITES[key] for key, value in new.items() if value and key in _OPPOSITES} - set(new)
    return {key: value for key, value in {**entry, **new}.items() if key not in gone}


def _added(present: object, further: Sequence[str]) -> list[str]:
    """A list with what it lacks of others; nothing where nothing is added."""
    if not further:
        return []
    listed = [present] if isinstance(present, str) else list(present) if isinstance(present, list) else []
    known = {one.casefold() for one in listed if isinstance(one, str)}
    for one in further:
        if one.casefold() not in known:
            listed.append(one)
            known.add(one.casefold())
    return listed


def _check(text: str, edited: str, expected: list[Entry]) -> None:
    """Hold what would be written against what is meant, before anything is written."""
    was = parsed(text)
    try:
        now = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        now = {}
    if {**now, "pick": now.get("pick", [])} != {**was, "pick": expected}:
        advice = "write it by hand: docs/reference/picks.md says how"
        raise _refusal(PICKS_FILE, "cannot be edited without changing what else it says", advice)
    earlier = {problem.message for problem in picks_of(text)[1]}
    if faults := [problem for problem in picks_of(edited)[1] if problem.message not in earlier]:
        raise ConfigError(*(msgspec.structs.replace(fault, line=None) for fault in faults))


def _write(site: Site, text: str, edited: str) -> None:
    if edited == text:
        return
    try:
        marked = bool(text) and site.picks.read_bytes().startswith(codecs.BOM_UTF8)
        atomic.replace(site.picks, codecs.BOM_UTF8 * marked + edited.encode())
    except OSError as error:
        advice = "check the folder and its rights"
        raise _refusal(str(site.picks), f"cannot be written: {error.strerror}", advice) from error


# --- what is meant --------------------------------------------------------------------------------


def article_named(site: Site, target: str) -> str:
    """What a pick calls an article: an address as it is, a file its path below the content folder.

    Raises `ConfigError` where there is no such file, with the one that was probably meant.
    """
    target = target.strip()
    if is_address(target):
        return target
    files = [Path(target), site.root / target, site.content / target]
    try:
        file = next((file for file in files if file.is_file()), None) or _composed_otherwise(files)
    except PermissionError as error:
        advice = "check its rights and those of its folders"
        raise _refusal(_printed(target), f"cannot be read: {error.strerror}", advice) from error
    if file is None:
        raise _refusal(_printed(target), "is no clipping", _meant(site, files))
    path = _below(site.content, file)
    if path is None:
        raise _refusal(_printed(target), "lies outside the content folder", f"name one below {site.content}")
    if not path.lower().endswith(_ENDINGS):
        raise _refusal(_printed(target), "is no clipping", "name a file that ends in .md")
    try:
        path.encode()
    except UnicodeEncodeError as error:
        advice = "rename it, or give the address of its original"
        raise _refusal(_printed(target), "has a name that is not UTF-8", advice) from error
    return _normal(path)


def _other_names(site: Site, text: str, article: str, originals: Originals) -> frozenset[str]:
    """What else picks call an article: its path, or other addresses that lead to it alone."""
    names = {name for entry in _entries(text) if (name := _name(entry)) and name != article}
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
    """What the original of a file may be known by: of every address among its fields."""
    from generator.engine import budgeted  # with all that reads clippings
    from generator.parallel.workers import Workers

    with Workers(1) as workers:
        [(_, found)] = budgeted.each(partial(keys_at, site.content), [path], workers, site.config.limits)
    return found if isinstance(found, set) else set()


def keys_at(content: Path, paths: Sequence[str]) -> Iterator[set[str]]:
    """The same of files; a task of workers."""
    for path in paths:
        clipping, _ = read_clipping(content, path)
        fields = clipping.fields.values() if clipping else ()
        urls = (value.strip() for value in fields if isinstance(value, str))
        body = clipping.body if clipping else ""
        yield {key for url in urls if is_address(url) for key in (url, *keys_of(url, body))}


def _meant_by(address: str, originals: Sequence[Original], *, hides: bool = False) -> set[str]:
    """The paths of the clippings that an address means, as a build finds them: to hide, in any spelling."""
    keys = {*keys_of(address)}
    exact = {_normal(one.path) for one in originals if one.url == address}
    known = [one for one in originals if keys & {*one.keys}] if hides or not exact else []
    own = {_normal(one.path) for one in known if keys & {*keys_of(one.url)[:1]}}
    return (exact | own if hides else exact or own) or {_normal(one.path) for one in known}


def _composed_otherwise(files: Sequence[Path]) -> Path | None:
    """The file whose name is that of one of these, its letters composed in another way."""
    for file in files:
        if not file.name.isascii():
            wanted = _normal(file.name)
            if name := next((name for name in _names(file.parent) if _normal(name) == wanted), None):
                return file.parent / name
    return None


def _below(content: Path, file: Path) -> str | None:
    """The path of a file below the content folder, however the two are reached."""
    for real in (os.path.abspath, os.path.realpath):
        whole, folder = Path(real(file)), Path(real(content))
        if whole.is_relative_to(folder):
            return whole.relative_to(folder).as_posix()
    return None


def _meant(site: Site, files: Sequence[Path]) -> str:
    """Advise on a file that is not there: a neighbour of a similar name."""
    for file in files:
        names = list(_names(file.parent))
        if close := difflib.get_close_matches(file.name, names, 1):
            path = _below(site.content, file.parent / close[0])
            if path is not None:
                return f"did you mean `{_printed(path)}`?"
    return "name a file of the content folder, or the address of an original, https://…"


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


def _printed(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _refusal(where: str, message: str, advice: str) -> ConfigError:
    return ConfigError(
        Problem(path=where, message=message, advice=advice, severity=Severity.ERROR, kind="command")
    )
