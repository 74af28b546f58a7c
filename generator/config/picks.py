"""`picks.toml`: the curator's choices for single articles, as typed, frozen picks."""

from __future__ import annotations

import difflib
import itertools
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from generator.config.problems import line_in
from generator.config.site import BROKEN_LINK, BROKEN_LINK_ADVICE, PICKS_FILE, Site
from generator.model.errors import ConfigError, Problem, Severity, errors_of

LONGEST: Mapping[str, int] = {"note": 1000, "title": 300, "summary": 300}
"""Key → the number of characters that its text may have. A longer text belongs in an article of its own."""

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*(?:pick|\"pick\"|'pick')[ \t]*\]\]")
_CONFLICT = re.compile(r"(?:<<<<<<<|>>>>>>>)(?: |$)", re.MULTILINE)


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """The curator's choices for one article, from `picks.toml` or its front matter. None means not set."""

    file: str
    """The file that contains the pick: `picks.toml`, or the path of the clipping."""
    lines: Mapping[str, int] = {}
    """Key → its line. The empty key has the line of the pick itself."""
    article: str
    """The clipping's path below the content folder, or the address of its original."""
    pin: bool | None = None
    hide: bool | None = None
    why: str = ""
    """The reason why it is hidden, if one was given."""
    note: str | None = None
    """Markdown. An empty text removes the note of the front matter."""
    tags: tuple[str, ...] = ()
    title: str | None = None
    summary: str | None = None
    merge: tuple[str, ...] = ()
    """Articles, named like `article`, that form one story with this one."""
    split: bool | None = None
    """Whether it belongs to no story."""
    place: int = 0
    """The place among the picks of `picks.toml` that pin, from 1; 0 for other picks."""


Picks = tuple[Pick, ...]
"""Picks in the order of the file. If two picks name the same article, the values of the later one count."""


def is_address(article: str) -> bool:
    """Return whether an article is named by the address of its original, and not by its path."""
    return _ADDRESS.match(article) is not None


def page_of(address: str | None) -> str | None:
    """Return the address of the page if an address leads to a part of one; otherwise None.

    Fragments that begin with `#/` or `#!` do not count: scripts use them to name pages of their own.
    """
    page, _, part = (address or "").partition("#")
    return page if part and not part.startswith(("/", "!")) else None


def load(site: Site) -> tuple[Picks, tuple[Problem, ...]]:
    """Return a site's picks, and the problems with them. A missing file counts as empty.

    Raises `ConfigError` if the file cannot be read, is not TOML, or has an invalid key or value: a typing
    error must not make a hidden article appear.
    """
    picks, problems = picks_of(text_of(site.picks))
    if errors := errors_of(problems):
        raise ConfigError(*errors)
    return picks, problems


def text_of(file: Path) -> str:
    """Return the text of a file; empty if it does not exist. Raises `ConfigError`."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        if os.path.lexists(file):  # a missing target must not make a hidden article appear
            raise ConfigError(_fault(None, BROKEN_LINK, BROKEN_LINK_ADVICE)) from error
        return ""
    except OSError as error:
        advice = "check the file and its permissions"
        raise ConfigError(_fault(None, f"cannot be read: {error.strerror}", advice)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(_fault(line, "is not UTF-8 text", "save it as UTF-8")) from error


def picks_of(text: str) -> tuple[Picks, tuple[Problem, ...]]:
    """Return the picks in the text of a file, and the problems. Raises `ConfigError` if it is not TOML."""
    table = parsed(text)
    lines = text.split("\n")
    advice = "write each as `[[pick]]`"
    strays = (key for key in table if key != "pick")
    problems = [_unknown(key, ("pick",), _line_of(key, lines, 1), advice) for key in strays]
    picks: list[Pick] = []
    entries = table.get("pick", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        line = _line_of("pick", lines, 1)
        return (), (*problems, _fault(line, "`pick` is not a list of tables", advice))
    positions = spans(text, len(entries)) or ((None, 0),) * len(entries)
    for entry, (start, end) in zip(entries, positions, strict=True):
        pick_lines = lines[start - 1 : end - 1] if start else []
        key_lines = {"": start, **{key: _line_of(key, pick_lines, start) for key in entry}} if start else {}
        pick, faults = _pick(entry, key_lines)
        problems += faults
        if pick is not None:
            picks.append(pick)
    return tuple(picks), tuple(problems)


def parsed(text: str) -> dict[str, object]:
    """Return the tables in the text of a file. Raises `ConfigError` with the line of the fault."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        if marker := _CONFLICT.search(text):
            line = text.count("\n", 0, marker.start()) + 1
            advice = "keep what you want of both sides and delete the markers"
            raise ConfigError(_fault(line, "contains git conflict markers", advice)) from error
        fault = f"is not valid TOML: {error}"
        raise ConfigError(_fault(line_in(error), fault, "see https://toml.io")) from error


# --- one pick -------------------------------------------------------------------------------------


class _ValueFaultError(Exception):
    """A value that its key does not accept. The arguments are a message and advice."""


def _pick(entry: Mapping[str, object], lines: Mapping[str, int]) -> tuple[Pick | None, list[Problem]]:
    """Return the pick in a table, without its invalid keys, and the problems. None if it names no article."""
    problems: list[Problem] = []
    values: dict[str, object] = {}
    for key, value in entry.items():
        line = lines.get(key)
        reader = _READERS.get(key)
        if reader is None:
            problems.append(_unknown(key, KEYS, line, f"known: {', '.join(KEYS)}"))
            continue
        try:
            values |= {key: reader(key, value)}
        except _ValueFaultError as fault:
            message, advice = fault.args
            problems.append(_fault(line, f"`{key}` {message}", advice))
    if "article" not in entry:
        advice = 'write `article = "…"` with its path below the content folder, or the original\'s address'
        problems.append(_fault(lines.get(""), "a pick names no article", advice))
    if "article" not in values:
        return None, problems
    hidden = values.pop("hide", None)
    if isinstance(hidden, str):
        values |= {"hide": True, "why": hidden}
    elif hidden is not None:
        values["hide"] = hidden
    pick = msgspec.convert({"file": PICKS_FILE, "lines": lines, **values}, Pick)
    problems += _contradictions(pick)
    return pick, problems


def _contradictions(pick: Pick) -> Iterator[Problem]:
    advice = "take one of the two out"
    if pick.pin and pick.hide:
        yield _fault(pick.lines.get("hide"), "is pinned and hidden; it is hidden", advice, Severity.WARNING)
    if pick.split and pick.merge:
        line = pick.lines.get("split")
        yield _fault(line, "is split and merged; it is split", advice, Severity.WARNING)


def _article(_key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _ValueFaultError("names no article", "write its path below the content folder or its address")
    return unicodedata.normalize("NFC", value.strip())


def _boolean(_key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _ValueFaultError(f"is {_kind(value)}, not true or false", "write true or false, without quotes")
    return value


def _hidden(key: str, value: object) -> bool | str:
    if isinstance(value, str) and value.casefold() not in {"", "true", "false"}:
        return _one_line(value)
    try:
        return _boolean(key, value)
    except _ValueFaultError as fault:
        raise _ValueFaultError(fault.args[0], 'write true, false, or the reason: "advertisement"') from fault


def _text(key: str, value: object) -> str:
    """Return a text that may have several lines."""
    if not isinstance(value, str):
        raise _ValueFaultError(f"is {_kind(value)}, not text", f'write {key} = "…"')
    text = "\n".join(map(_without_controls, value.replace("\r\n", "\n").strip().split("\n")))
    if len(text) > LONGEST[key]:
        fault = f"has {len(text):,} characters, more than {LONGEST[key]:,}"
        raise _ValueFaultError(fault, "shorten it, or write an article of your own")
    return text


def _line(key: str, value: object) -> str:
    text = _one_line(_text(key, value))
    if not text:
        raise _ValueFaultError("is empty", "write text, or remove the key")
    return text


def _tags(_key: str, value: object) -> tuple[str, ...]:
    tags: dict[str, str] = {}
    for text in _texts(value, "tags"):
        if tag := _one_line(text).lstrip("#").strip():
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())


def _articles(key: str, value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_article(key, article) for article in _texts(value, "paths or addresses")))


def _texts(value: object, what: str) -> list[str]:
    """Return a list of texts. A single text counts as a list of one."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _ValueFaultError(f"is not a list of {what}", 'write ["…", "…"]')
    return texts


def _kind(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), "a table" if isinstance(value, dict) else "a date")


def _one_line(text: str) -> str:
    """Return text on one line, without control characters."""
    return _without_controls(" ".join(text.split()))


def _without_controls(line: str) -> str:
    return "".join(ch for ch in line.rstrip() if unicodedata.category(ch) != "Cc" or ch == "\t")


_READERS: Mapping[str, Callable[[str, object], object]] = {
    "article": _article,
    "pin": _boolean,
    "hide": _hidden,
    "note": _text,
    "title": _line,
    "summary": _line,
    "tags": _tags,
    "merge": _articles,
    "split": _boolean,
}
KEYS = tuple(_READERS)
"""The keys of a pick, in the order in which `broadsheet pick` writes them."""


# --- lines of the file ----------------------------------------------------------------------------


def spans(text: str, count: int) -> tuple[tuple[int, int], ...]:
    """Return two lines for each of `count` picks, counted from 1: of its `[[pick]]`, and of the next one.

    The last pick ends after the last line. Returns an empty tuple if the lines cannot be determined, for
    example because the picks are written as a list of `{…}`.
    """
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines, 1) if _HEADER.match(line)]
    if len(starts) > count:  # some are part of a text of several lines
        starts = _outside_texts(lines, starts)
    if len(starts) != count:
        return ()
    return tuple(itertools.pairwise([*starts, len(lines) + 1]))


def _outside_texts(lines: list[str], starts: list[int]) -> list[int]:
    """Return the starts that are not inside a text. The lines before one inside a text are not valid TOML."""
    outside: list[int] = []
    open_from = 1
    for start in starts:
        try:
            parsed("".join(f"{line}\n" for line in lines[open_from - 1 : start - 1]))
        except ConfigError:
            continue
        outside.append(start)
        open_from = start
    return outside


def _line_of(key: str, lines: list[str], first: int) -> int:
    """Return the first line that seems to set a key. A rough search: it only guides the reader."""
    pattern = re.compile(rf"\s*[\[\"']*{re.escape(key)}\b")
    return next((number for number, line in enumerate(lines, first) if pattern.match(line)), first)


def _unknown(key: str, known: tuple[str, ...], line: int | None, fallback: str) -> Problem:
    close = difflib.get_close_matches(key, known, 1)
    return _fault(line, f"unknown key `{key[:80]}`", f"did you mean `{close[0]}`?" if close else fallback)


def _fault(line: int | None, message: str, advice: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(path=PICKS_FILE, line=line, message=message, advice=advice, severity=severity, kind="pick")
