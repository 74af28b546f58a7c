"""Decode a clipping's file and split it into fields and body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import frontmatter
import msgspec
from frontmatter.default_handlers import BaseHandler

from generator.markup.lengths import body_end
from generator.model import limits
from generator.model.errors import Problem, Severity, shown
from generator.model.types import Clipping
from generator.reading.comments import text_without_comments, without_comments
from generator.reading.fields import (
    Entry,
    NotFieldsError,
    fields_end,
    line_entries,
    may_be_prose_key,
    yaml_entries,
)
from generator.reading.files import file_bytes
from generator.reading.foreign import foreign_format
from generator.reading.frontmatter_problems import (
    entry_problems,
    garbled_text,
    has_stray_mark,
    mistyped_key,
    no_fields,
    not_closed,
    notes_published,
    outside_front_matter,
    second_front_matter,
    stray_mark,
    too_many_fields,
)
from generator.reading.mojibake import garbled_line, is_sound, is_suspect, restoration
from generator.reading.notes import line_of_notes
from generator.reading.text import BEGINNING, decode
from generator.reading.withholding import corrected, outside

_MARKS_REPORTED = 5
"""Stray comment marks that are reported per text."""
_UNSEEN = re.compile(r"\A[\s\u200b\u2060\ufeff]*")
"""Invisible characters that may precede front matter."""
_OPENING, _CLOSING = b"---\n", b"\n---\n"
FRONT_MATTER = 64 * 1024
"""Number of bytes that `front_matter_in` reads at most."""


class _Verbatim(BaseHandler):
    """Splits off front matter without parsing it, which `yaml_entries` does."""

    FM_BOUNDARY = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"

    def load(self, fm: str) -> dict[str, object]:
        return {"block": fm}


_VERBATIM = _Verbatim()


def read_clipping(content: Path, path: str) -> tuple[Clipping | None, tuple[Problem, ...]]:
    """Read one file below the content folder, and return the clipping with its problems.

    The clipping is None if the file cannot be used; the last problem says why.
    """
    raw = file_bytes(content, path)
    return (None, (raw,)) if isinstance(raw, Problem) else clipping_in(path, raw)


def clipping_in(path: str, raw: bytes) -> tuple[Clipping, tuple[Problem, ...]]:
    """Return the clipping in a file's bytes, and its problems; never raises."""
    garbled: list[Problem] = []

    def mended(text: str, odd: str) -> str:
        text, reported = _repaired_text(path, text, odd)
        garbled.extend(reported)
        return text

    text, notes = decode(raw, mended, most=limits.TEXT)
    problems = tuple(
        Problem(
            path=shown(path),
            message=note,
            advice="save it as UTF-8 text",
            severity=Severity.NOTICE,
            kind="encoding",
        )
        for note in notes
        if note != BEGINNING
    )
    clipping, faults = clipping_of(path, text, is_beginning=BEGINNING in notes)
    body = clipping.body
    first = _body_line(text, body)
    clipping = msgspec.structs.replace(clipping, body_line=first)
    clipping, long = _within_limits(clipping, text, is_beginning=BEGINNING in notes)
    stray_marks: tuple[Problem, ...] = ()
    if "%%" in clipping.body:
        visible_text, marks = without_comments(clipping.body, is_beginning=clipping.is_shortened)
        stray_marks = tuple(
            stray_mark(path, first and first + mark) for mark in dict.fromkeys(marks[:_MARKS_REPORTED])
        )
        if visible_text != clipping.body:
            clipping = msgspec.structs.replace(clipping, body=visible_text, body_line=None)
    is_export = not clipping.fields or _is_from_the_web(clipping)  # Readwise writes no front matter
    if is_export and line_of_notes(clipping.body) is not None:
        stray_marks += (notes_published(path, first and first + (line_of_notes(body) or 0)),)
    return clipping, (*problems, *garbled, *faults, *long, *stray_marks)


def _is_from_the_web(clipping: Clipping) -> bool:
    values = clipping.fields.values()
    return any(isinstance(value, str) and value.startswith(("https://", "http://")) for value in values)


def _body_line(text: str, body: str) -> int | None:
    """Return the line of a text on which its body begins; None if the text does not end with the body."""
    text, body = text.rstrip(), body.rstrip()
    return text.count("\n", 0, len(text) - len(body)) + 1 if text.endswith(body) else None


def _within_limits(
    clipping: Clipping, text: str, *, is_beginning: bool
) -> tuple[Clipping, tuple[Problem, ...]]:
    """Return the clipping with its body cut to the limits. `is_beginning`: the text was truncated before."""
    body = clipping.body
    end = body_end(body)
    if end == len(body) and not is_beginning:
        return clipping, ()
    most = f"{limits.BODY:,} characters or {limits.MARKS:,} signs of markup"
    problem = Problem(
        path=shown(clipping.path),
        line=text.count("\n", 0, len(text.rstrip()) - len(body) + end) + 1,
        message=f"has more than {most}; what follows this line is left out",
        advice="make several clippings of it",
        kind="length",
    )
    return msgspec.structs.replace(clipping, body=body[:end], is_shortened=True), (problem,)


def fields_in(path: str, raw: bytes) -> Clipping:
    """Return a clipping for callers that need only its fields. Twice as fast; the body may be missing.

    The whole file is parsed if the front matter is not clearly delimited or its encoding is in doubt.
    """
    end = raw.find(_CLOSING, 3)
    if 0 < end <= limits.TEXT and raw.startswith(_OPENING):
        odd_parts: list[str] = []

        def record_odd(text: str, odd: str) -> str:
            odd_parts.append(odd)
            return text

        text, notes = decode(raw[: end + len(_CLOSING)], record_odd)
        if not notes and not any(map(is_suspect, odd_parts)):
            return clipping_of(path, text)[0]
    return clipping_in(path, raw)[0]


def front_matter_in(path: str, raw: bytes) -> Clipping:
    """Return a clipping without its body, from the first `FRONT_MATTER` bytes of a file."""
    head = raw
    if is_beginning := len(raw) > FRONT_MATTER:
        head = raw[:FRONT_MATTER].rpartition(b"\n")[0]
    text, _ = decode(head, lambda text, _: text)
    return msgspec.structs.replace(clipping_of(path, text, is_beginning=is_beginning)[0], body="")


def _repaired_text(path: str, text: str, odd: str) -> tuple[str, tuple[Problem, ...]]:
    """Return the text with wrong decoding undone, and the problems; `odd`: its suspect characters."""
    if is_sound(text, odd):
        return text, ()
    found = restoration(text, odd)
    if found is None:
        if (line := garbled_line(text, odd)) is None:
            return text, ()
        message = "text was read in the wrong encoding before it was saved, and cannot be restored"
        return text, (garbled_text(path, line, message, Severity.WARNING),)
    lines = zip(text.split("\n"), found.text.split("\n"), strict=True)
    line = next(number for number, (was, now) in enumerate(lines, 1) if was != now)
    chain = ", then as ".join(name.upper() for name in reversed(found.codecs))
    message = f"UTF-8 text was read as {chain} before it was saved; it is restored"
    if found.lost:
        message += f", but {found.lost} {'character is' if found.lost == 1 else 'characters are'} lost"
    severity = Severity.WARNING if found.lost else Severity.NOTICE
    return found.text, (garbled_text(path, line, message, severity),)


_Parts = tuple[Clipping, tuple[Problem, ...]]


def clipping_of(path: str, text: str, *, is_beginning: bool = False) -> _Parts:
    """Split a clipping's text into fields and body. Never raises.

    The text has LF line ends; with `is_beginning`, it is truncated. Values are strings or lists of strings;
    of a repeated key the last value counts.
    """
    start = text if text.startswith("---\n") else _UNSEEN.sub("", text, 1)
    first_line = text.count("\n", 0, len(text) - len(start)) + 1
    if unread := foreign_format(start):
        return Clipping(path=path, fields={}, lines={}, body="", unread=unread), ()
    clipping, problems = _parts(path, text, start, first_line, is_beginning=is_beginning)
    clipping, faults = _with_outside(clipping, start, text, first_line)
    if not faults and (second := _second_block(clipping, text)):
        faults = (second,)
    problems += faults
    return clipping, problems


def _with_outside(clipping: Clipping, start: str, text: str, first_line: int) -> _Parts:
    """Return the clipping with the keys outside of front matter that withhold it, and their problems."""
    if clipping.fields:
        found = outside(clipping.body, is_body=True)
        first_line = (_body_line(text, clipping.body) or first_line) if found else first_line
    else:
        found = outside(start)
    if not found:
        return clipping, ()
    values = {one.key: one.meant.partition(": ")[2] for one in found}
    repeated = {
        key: (*clipping.earlier.get(key, ()), values[key]) for key in values if key in clipping.fields
    }
    clipping = msgspec.structs.replace(
        clipping,
        fields=values | dict(clipping.fields),
        earlier=dict(clipping.earlier) | repeated,
        lines={one.key: first_line + one.line for one in found} | dict(clipping.lines),
    )
    return clipping, tuple(outside_front_matter(clipping.path, first_line, one) for one in found)


def _second_block(clipping: Clipping, text: str) -> Problem | None:
    """Return the problem that the body begins with a second block of front matter, as text."""
    body = clipping.body
    if not clipping.fields or not body.startswith("---\n") or (parted := _parted(body)) is None:
        return None
    if not fields_end(parted[0].strip("\n").split("\n"), closed=True):
        return None
    return second_front_matter(clipping.path, _body_line(text, body))


def _parts(path: str, text: str, start: str, first_line: int, *, is_beginning: bool) -> _Parts:
    """Split a text whose front matter, if any, is at the beginning of `start`, on line `first_line`."""
    if not _VERBATIM.detect(start):
        fault = "has no front matter" if start else "is empty"
        advice = "begin the file with the lines `---`, `title: …`, `date: …`, `---`"
        problem = Problem(
            path=shown(path), message=fault, advice=advice, severity=Severity.NOTICE, kind="front-matter"
        )
        body = text.strip("\n") if start else ""
        return Clipping(path=path, fields={}, lines={}, body=body), (problem,)
    if (parted := _parted(start)) is not None:
        block, body = parted
        return _clipping(path, block, _with_indent(start, body), first_line)
    clipping, problems = _unclosed(path, start.partition("\n")[2], first_line)
    if is_beginning:
        clipping = msgspec.structs.replace(clipping, unread="end")
    return clipping, problems


def _parted(text: str) -> tuple[str, str] | None:
    """Return front matter and body of a text that begins with a boundary; None without a second boundary."""
    end = text.find("\n---", 3)
    if end > 0 and text.startswith("---\n") and text.startswith("\n", end + 4):
        return text[3 : end + 1], text[end + 4 :].strip()  # fast path for the usual form, without the library
    parted, body = frontmatter.parse(text, handler=_VERBATIM)
    return (str(parted["block"]), body) if "block" in parted else None


def _with_indent(text: str, body: str) -> str:
    """Return the body with the indentation of its first line, which the library strips.

    The line may be code.
    """
    if not body:
        return body
    at = len(text.rstrip()) - len(body)
    return text[text.rfind("\n", 0, at) + 1 : at] + body


def _unclosed(path: str, rest: str, line: int) -> tuple[Clipping, tuple[Problem, ...]]:
    """Return the clipping of a text that begins with `---` on line `line` and has no second boundary."""
    lines = rest.split("\n")
    length = fields_end(corrected(rest)[0].split("\n"), closed=False)
    if not length:
        advice = "write `title: …` below it and close the block with `---`"
        problem = no_fields(path, line, "begins with `---`, but no field follows", advice)
        return Clipping(path=path, fields={}, lines={}, body=rest.strip("\n")), (problem,)
    block, body = "\n".join(lines[:length]), "\n".join(lines[length:]).strip("\n")
    clipping, problems = _clipping(path, block, body.removeprefix("...\n"), line)
    return msgspec.structs.replace(clipping, repaired=True), (not_closed(path, line + length), *problems)


def _clipping(path: str, block: str, body: str, line: int) -> tuple[Clipping, tuple[Problem, ...]]:
    """Return the clipping of a front matter block that begins after line `line`, and its body."""
    block, mistyped = corrected(block.removeprefix("\n"))
    problems = [mistyped_key(path, line + 1, one) for one in mistyped]
    repaired = False
    try:
        entries = yaml_entries(block)
    except NotFieldsError:
        lines = block.split("\n")
        length = fields_end(lines, closed=True)
        if not length:
            fault = "the front matter holds no `key: value` lines; it is shown as text"
            problem = no_fields(path, line + 1, fault, "write `title: …` on a line of its own")
            whole = f"{block.strip()}\n\n{body}".strip("\n")
            return Clipping(path=path, fields={}, lines={}, body=whole), (problem,)
        repaired = True
        if length < len(lines):
            problems.append(not_closed(path, line + length))
            body = "\n".join(lines[length:]).strip("\n") + f"\n\n---\n\n{body}"
        entries = list(islice(line_entries(lines[:length]), limits.FIELDS + 1))
    may_have_comments = "%%" in block
    entries = _without_comments(entries) if may_have_comments else entries
    is_cut = len(entries) > limits.FIELDS
    if is_cut:
        at_line = line + 1 + block.count("\n", 0, entries.pop(limits.FIELDS).start)
        problems.append(too_many_fields(path, at_line))
    counted = entries[: limits.FIELDS]
    found = _fields_of(path, block, counted, line + 1, may_have_comments=may_have_comments)
    clipping = Clipping(
        path=path,
        fields=found.values,
        lines=found.lines,
        body=body,
        repaired=repaired,
        earlier=found.earlier,
        unread="end" if is_cut else "",
    )
    return clipping, (*problems, *found.problems)


class _Fields(NamedTuple):
    """The fields of front matter, by key. Of a repeated key, the last value counts."""

    values: dict[str, str | list[str]]
    earlier: dict[str, tuple[str | list[str], ...]]
    """The other values of repeated keys."""
    lines: dict[str, int]
    """The line of each value."""
    problems: list[Problem]


def _fields_of(
    path: str, block: str, entries: Iterable[Entry], first_line: int, *, may_have_comments: bool
) -> _Fields:
    """Return the fields of a block that begins on a line, with their problems."""
    found = _Fields({}, {}, {}, [])
    values, earlier, lines, problems = found
    reported: set[str] = set()
    here, counted = first_line, 0
    for entry in entries:
        if entry.advice:
            if entry.advice in reported:
                entry = msgspec.structs.replace(entry, note="")  # noqa: PLW2901 - each advice is reported once
            reported.add(entry.advice)
        here += block.count("\n", counted, entry.start)
        counted = entry.start
        if (
            entry.repaired
            or entry.note
            or entry.key in lines
            or (may_have_comments and has_stray_mark(entry))
        ):
            problems += entry_problems(path, entry, here, lines.get(entry.key))
        if entry.key in values:
            earlier[entry.key] = (*earlier.get(entry.key, ()), values[entry.key])
        values[entry.key], lines[entry.key] = entry.value, here
    return found


def _without_comments(entries: list[Entry]) -> list[Entry]:
    """Return the entries with comments removed from prose."""

    def visible(entry: Entry) -> Entry:
        if not may_be_prose_key(entry.key):
            return entry
        if isinstance(entry.value, str):
            return msgspec.structs.replace(entry, value=_visible(entry.value))
        return msgspec.structs.replace(entry, value=[_visible(value) for value in entry.value])

    return [visible(entry) for entry in entries]


def _visible(value: str) -> str:
    """Return the value without its comments, unchanged if it has none."""
    visible_text, _ = text_without_comments(value)
    return value if visible_text == value else visible_text.strip()
