"""`broadsheet pick`: edit `picks.toml` and leave every other line as it is."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import tomlkit
import tomlkit.items

from generator.authoring import atomic
from generator.authoring.targets import Originals, article_named, other_names
from generator.config.picks import KEYS, is_address, parsed, picks_of, spans, text_of
from generator.config.site import PICKS_FILE, Site
from generator.grouping.article_names import composed_form
from generator.model.errors import ConfigError, Problem, command_error, errors_of
from generator.reading.canonical import keys_of

_HEAD = """\
# What you say of single articles. Each [[pick]] names one, by its path below the content
# folder or by the address of its original. `broadsheet pick` writes here too.
"""
_OPPOSITES = {"pin": "hide", "hide": "pin", "split": "merge", "merge": "split"}
"""Key → the key that it cancels."""
_TEXTS = ("note", "title", "summary")

Entry = dict[str, Any]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Changes to the pick of an article. None and empty values change nothing."""

    pin: bool | None = None
    hide: bool | None = None
    why: str = ""
    """The reason why it is hidden."""
    note: str | None = None
    title: str | None = None
    summary: str | None = None
    """An empty text removes the key, as with `note` and `title`."""
    tags: tuple[str, ...] = ()
    """Added to the present ones."""
    merge: tuple[str, ...] = ()
    """Also added; each a target like that of `pick`."""
    split: bool = False


def pick(site: Site, target: str, changes: Changes, originals: Originals = tuple) -> str:
    """Change the pick of one article in `picks.toml`, and return the new text of its `[[pick]]`.

    `target` is a file, a path below the content folder, or the address of the original. Raises `ConfigError`
    and changes nothing if the target is not a clipping, a value is invalid, or the file cannot be written.
    """
    article = article_named(site, target)
    merge = tuple(article_named(site, other) for other in changes.merge)
    changes = msgspec.structs.replace(changes, merge=merge)
    text = text_of(site.picks)
    also = other_names(site, _names_in(text), article, originals)
    edited = with_pick(text, article, changes, also)
    _write(site, text, edited)
    where = _places(edited, article, also)[-1]
    return "\n".join(edited.split("\n")[where[0] - 1 : where[1] - 1]).strip().replace("\r", "")


def errors_in(site: Site) -> list[Problem]:
    """Return the errors in `picks.toml` that make builds refuse it."""
    return errors_of(picks_of(text_of(site.picks))[1])


def unpick(site: Site, target: str, originals: Originals = tuple) -> int:
    """Remove every `[[pick]]` of an article from `picks.toml`, and return their number.

    `target` may be a clipping that no longer exists. Raises `ConfigError` as `pick` does.
    """
    text = text_of(site.picks)
    article = target.strip() if _names_a_pick(text, target) else article_named(site, target)
    edited, count = without_pick(text, article, other_names(site, _names_in(text), article, originals))
    _write(site, text, edited)
    return count


def with_pick(text: str, article: str, changes: Changes, also: Collection[str] = ()) -> str:
    """Return the text of a `picks.toml` with the changes applied; everything else stays byte for byte.

    `also` are other names of the article in that text. Raises `ConfigError` if the text is not valid TOML, or
    the result would not be valid picks.
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
        expected = _expected(text, article, changes, also)
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
    """Return the text without the picks of an article, and the number of picks removed.

    Comments before and after a pick stay, because they may belong to the next one.
    """
    places = _places(text, article, also)
    lines = text.split("\n")
    for start, end in reversed(places):
        del lines[start - 1 : end - 1]
        if start - 2 >= 0 and start - 1 < len(lines) and not lines[start - 2].strip():
            while start - 1 < len(lines) - 1 and not lines[start - 1].strip():
                del lines[start - 1]  # keep a single blank line
    edited = "\n".join(lines)
    expected = [entry for entry in _entries(text) if not _is_of(entry, article, also)]
    _check(text, edited, expected)
    return edited, len(places)


# --- editing --------------------------------------------------------------------------------------


def _places(text: str, article: str, also: Collection[str]) -> list[tuple[int, int]]:
    """First line and end line (exclusive) of each pick of an article, without trailing comments."""
    entries = _entries(text)
    found = [number for number, entry in enumerate(entries) if _is_of(entry, article, also)]
    where = spans(text, len(entries))
    if not where and entries:
        advice = "write each as `[[pick]]` with its keys below, or edit the file by hand"
        raise command_error(PICKS_FILE, "contains picks in a form that `broadsheet pick` cannot edit", advice)
    lines = text.split("\n")
    return [(where[number][0], _end(lines, *where[number])) for number in found]


def _end(lines: list[str], start: int, end: int) -> int:
    """Return the line after the last key: blank lines and comments that follow belong to the next pick."""
    last = end
    while last > start + 1 and (not lines[last - 2].strip() or lines[last - 2].lstrip().startswith("#")):
        last -= 1
    while last < end:  # such a line may also be part of a multi-line string
        try:
            parsed("\n".join(lines[start - 1 : last - 1]) + "\n")
            break
        except ConfigError:
            last += 1
    return last


def _entries(text: str) -> list[Entry]:
    entries = parsed(text).get("pick", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise command_error(PICKS_FILE, "`pick` is not a list of tables", "write each as `[[pick]]`")
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
    return composed_form(named.strip()) if isinstance(named, str) else ""


def _names_in(text: str) -> set[str]:
    """Return the names of all picks."""
    return {name for entry in _entries(text) if (name := _name(entry))}


def _names_a_pick(text: str, target: str) -> bool:
    return any(_is_of(entry, target.strip()) for entry in _entries(text))


def _edited(chunk: str, changes: Changes) -> str:
    """Return the lines of one pick with the changes applied."""
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
        table[key] = tomlkit.value(f"{quotes}\n{rest}")  # put the text on lines of its own
    else:
        table[key] = after


def _expected(text: str, article: str, changes: Changes, also: Collection[str]) -> list[Entry]:
    """Return all picks after the edit: the article's last one has the changes."""
    entries = _entries(text)
    last = max(number for number, entry in enumerate(entries) if _is_of(entry, article, also))
    return [_changed(entry, changes) if n == last else entry for n, entry in enumerate(entries)]


def _changed(entry: Mapping[str, Any], changes: Changes) -> Entry:
    """Return the keys of a pick after the changes. A new key removes one that contradicts it."""
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
    removed = {key for key in _TEXTS if new.get(key) == ""}
    removed |= {_OPPOSITES[key] for key, value in new.items() if value and key in _OPPOSITES} - set(new)
    return {key: value for key, value in {**entry, **new}.items() if key not in removed}


def _added(present: object, further: Sequence[str]) -> list[str]:
    """Return a list extended by the values it lacks; empty if there is nothing to add."""
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
    """Raise `ConfigError` unless the edited text says exactly what is expected and adds no faults."""
    was = parsed(text)
    try:
        now = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        now = {}
    if {**now, "pick": now.get("pick", [])} != {**was, "pick": expected}:
        advice = "write it by hand: docs/reference/picks.md says how"
        raise command_error(PICKS_FILE, "cannot be edited without changing other picks", advice)
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
        advice = "check the folder and its permissions"
        raise command_error(str(site.picks), f"cannot be written: {error.strerror}", advice) from error
