"""A clipping's file becomes fields and body."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

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
    is_prose_key,
    line_entries,
    yaml_entries,
)
from generator.reading.foreign import foreign_format
from generator.reading.mojibake import garbled_line, is_sound, is_suspect, restoration
from generator.reading.notes import line_of_notes
from generator.reading.text import BEGINNING, decode, why_not_text
from generator.reading.withholding import KEYS, OTHERS_PRIVATE, Mistyped, corrected, outside

_MARKS_TOLD = 5
"""Marks of comments left in a text that are told."""
_SHOWN = 50
"""Items of a list that a message shows."""
_UNSEEN = re.compile(r"\A[\s\u200b\u2060\ufeff]*")
"""What may stand before front matter and is not seen there."""
_OPENING, _CLOSING = b"---\n", b"\n---\n"
LARGEST = 16 * 1024 * 1024
"""Bytes; a larger file is no article."""
FRONT_MATTER = 64 * 1024
"""Bytes in which front matter ends, where no more of a file is to be read."""


class _Verbatim(BaseHandler):
    """Splits the block off and hands it over unread; `yaml_entries` reads it."""

    FM_BOUNDARY = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"

    def load(self, fm: str) -> dict[str, object]:
        return {"block": fm}


_VERBATIM = _Verbatim()


def read_clipping(content: Path, path: str) -> tuple[Clipping | None, tuple[Problem, ...]]:
    """Read one file below the content folder.

    None means that it cannot be used; then the last problem has severity error and says why.
    """
    raw = file_bytes(content, path)
    return (None, (raw,)) if isinstance(raw, Problem) else clipping_in(path, raw)


def clipping_in(path: str, raw: bytes) -> tuple[Clipping, tuple[Problem, ...]]:
    """The clipping that a file's bytes hold, and what is wrong with it; never raises."""
    garbled: list[Problem] = []

    def mended(text: str, odd: str) -> str:
        text, told = _mended(path, text, odd)
        garbled.extend(told)
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
    left: tuple[Problem, ...] = ()
    if "%%" in clipping.body:
        shown_, marks = without_comments(clipping.body, is_beginning=clipping.is_shortened)
        left = tuple(_mark_left(path, first and first + mark) for mark in dict.fromkeys(marks[:_MARKS_TOLD]))
        if shown_ != clipping.body:
            clipping = msgspec.structs.replace(clipping, body=shown_, body_line=None)
    if line_of_notes(clipping.body) is not None and _is_from_the_web(clipping):
        left += (_notes(path, first and first + (line_of_notes(body) or 0)),)
    return clipping, (*problems, *garbled, *faults, *long, *left)


def _is_from_the_web(clipping: Clipping) -> bool:
    values = clipping.fields.values()
    return any(isinstance(value, str) and value.startswith(("https://", "http://")) for value in values)


def _notes(path: str, line: int | None) -> Problem:
    return Problem(
        path=shown(path),
        line=line,
        message="what follows looks like private notes of yours, and is published with the text",
        advice="delete them, put them between `%%` marks, or hold the clipping back with `private: true`",
        severity=Severity.NOTICE,
        kind="notes",
    )


def _mark_left(path: str, line: int | None, key: str = "") -> Problem:
    return Problem(
        path=shown(path),
        line=line,
        message=f"`%%` in {f'`{key}`' if key else 'the text'} is no mark of a comment; it is shown as text",
        advice="close the comment in the same paragraph, or write `%%` as code",
        kind="comment",
    )


def _body_line(text: str, body: str) -> int | None:
    """The line of a text that its body begins on; None where the body is not the end of the text."""
    text, body = text.rstrip(), body.rstrip()
    return text.count("\n", 0, len(text) - len(body)) + 1 if text.endswith(body) else None


def _within_limits(
    clipping: Clipping, text: str, *, is_beginning: bool
) -> tuple[Clipping, tuple[Problem, ...]]:
    """The clipping with as much of its body as an article may have; the text may be the beginning of more."""
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
    """A clipping, perhaps without its body: for who needs its fields alone; twice as fast.

    Where the front matter does not show at once, or may have been read in a wrong encoding, all is read.
    """
    end = raw.find(_CLOSING, 3)
    if 0 < end <= limits.TEXT and raw.startswith(_OPENING):
        seen: list[str] = []

        def as_it_is(text: str, odd: str) -> str:
            seen.append(odd)
            return text

        text, notes = decode(raw[: end + len(_CLOSING)], as_it_is)
        if not notes and not any(map(is_suspect, seen)):
            return clipping_of(path, text)[0]
    return clipping_in(path, raw)[0]


def front_matter_in(path: str, raw: bytes) -> Clipping:
    """A clipping without its body, of which nothing is looked at but the first bytes."""
    end = raw.find(_CLOSING, 3)
    head = raw[: end + len(_CLOSING)] if 0 < end < FRONT_MATTER else raw
    if is_beginning := len(head) > FRONT_MATTER:
        head = head[:FRONT_MATTER].rpartition(b"\n")[0]
    text, _ = decode(head, lambda text, _: text)
    return msgspec.structs.replace(clipping_of(path, text, is_beginning=is_beginning)[0], body="")


def _mended(path: str, text: str, odd: str) -> tuple[str, tuple[Problem, ...]]:
    """The text with wrong readings undone, and what there is to say about it; `odd`: its odd characters."""
    if is_sound(text, odd):
        return text, ()
    found = restoration(text, odd)
    if found is None:
        if (line := garbled_line(text, odd)) is None:
            return text, ()
        message = "text was read in the wrong encoding before it was saved, and cannot be restored"
        return text, (_garbled(path, line, message, Severity.WARNING),)
    lines = zip(text.split("\n"), found.text.split("\n"), strict=True)
    line = next(number for number, (was, now) in enumerate(lines, 1) if was != now)
    chain = ", then as ".join(name.upper() for name in reversed(found.codecs))
    message = f"UTF-8 text was read as {chain} before it was saved; it is restored"
    if found.lost:
        message += f", but {found.lost} {'character is' if found.lost == 1 else 'characters are'} lost"
    severity = Severity.WARNING if found.lost else Severity.NOTICE
    return found.text, (_garbled(path, line, message, severity),)


def _garbled(path: str, line: int, message: str, severity: Severity) -> Problem:
    advice = "save the page again"
    return Problem(
        path=shown(path), line=line, message=message, advice=advice, severity=severity, kind="mojibake"
    )


def file_bytes(content: str | Path, path: str) -> bytes | Problem:
    """A clipping's bytes, or what keeps them from being read."""
    try:
        raw = _bytes(content, path)
    except _RefusedError as refusal:
        problem: Problem = refusal.args[0]
        return problem
    if why := why_not_text(raw):
        return _unreadable(path, why, "save it as UTF-8 text, or name it in `ignore`")
    return raw


class _RefusedError(Exception):
    """A file that is not read; holds the problem."""

    def __init__(self, path: str, message: str, advice: str) -> None:
        super().__init__(_unreadable(path, message, advice))


def _unreadable(path: str, message: str, advice: str) -> Problem:
    return Problem(path=shown(path), message=message, advice=advice, kind="unreadable")


def _bytes(content: str | Path, path: str) -> bytes:
    """A regular file's bytes; opening never waits, whatever stands under the name."""
    try:
        # As text: a Path takes as long as reading.
        file = os.open(f"{content}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            raw = _bytes_in(file, path)
        finally:
            os.close(file)
    except (OSError, ValueError) as error:
        # Python words a name that no system call takes differently from version to version.
        why = error.strerror if isinstance(error, OSError) else "its name holds a zero byte"
        raise _RefusedError(path, f"cannot be read: {why}", "check the file and its rights") from error
    return raw


def _bytes_in(file: int, path: str) -> bytes:
    """All that an open file holds; nearly always it takes one reading, where streams need two."""
    status = os.fstat(file)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise _RefusedError(path, "is no regular file", "replace it by a file, or name it in `ignore`")
    if status.st_size > LARGEST:
        message = f"is larger than {LARGEST // 1024**2} MiB"
        raise _RefusedError(path, message, "shorten it, or name it in `ignore`")
    most = max(status.st_size, 4096) + 1
    part = os.read(file, most)
    if len(part) == status.st_size:
        return part  # there was room for more, so that was all
    parts = []
    while part:
        parts.append(part)
        part = os.read(file, most)
    return b"".join(parts)


_Parts = tuple[Clipping, tuple[Problem, ...]]


def clipping_of(path: str, text: str, *, is_beginning: bool = False) -> _Parts:
    """Part a clipping's text (LF line ends), or the beginning of it, into fields and body; never raises.

    Values are texts, or lists of texts; of a key that stands twice the last one counts.
    """
    start = _UNSEEN.sub("", text, 1)
    first_line = text.count("\n", 0, len(text) - len(start)) + 1
    if unread := foreign_format(start):
        return Clipping(path=path, fields={}, lines={}, body="", unread=unread), ()
    clipping, problems = _parts(path, text, start, first_line, is_beginning=is_beginning)
    if not clipping.fields and (outside_ := outside(start)):
        clipping = msgspec.structs.replace(
            clipping,
            fields={one.key: one.meant.partition(": ")[2] for one in outside_},
            lines={one.key: first_line + one.line for one in outside_},
        )
        problems += tuple(_outside(path, first_line, one) for one in outside_)
    return clipping, problems


def _parts(path: str, text: str, start: str, first_line: int, *, is_beginning: bool) -> _Parts:
    """The same of a text whose front matter would begin at `start`, on line `first_line`."""
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


def _outside(path: str, first_line: int, one: Mistyped) -> Problem:
    return Problem(
        path=shown(path),
        line=first_line + one.line,
        message=f"`{one.written}` stands outside of front matter, here read as `{one.meant}`",
        advice="write it between two lines `---` at the top of the file, or below the first words",
        kind=_kind(one.key),
    )


def _kind(key: str) -> str:
    """The kind of problems with a key that holds back, or with one of private notes."""
    return "front-matter" if key in OTHERS_PRIVATE else "draft" if key == "draft" else "publish"


def _parted(text: str) -> tuple[str, str] | None:
    """Block and body of a text that begins with a boundary; None where no second one follows."""
    end = text.find("\n---", 3)
    if end > 0 and text.startswith("---\n") and text.startswith("\n", end + 4):
        return text[3 : end + 1], text[end + 4 :].strip()  # as nearly all are written
    parted, body = frontmatter.parse(text, handler=_VERBATIM)
    return (str(parted["block"]), body) if "block" in parted else None


def _with_indent(text: str, body: str) -> str:
    """The body with its first line's indent, which the library strips: it may be a block of code."""
    if not body:
        return body
    at = len(text.rstrip()) - len(body)
    return text[text.rfind("\n", 0, at) + 1 : at] + body


def _unclosed(path: str, rest: str, line: int) -> tuple[Clipping, tuple[Problem, ...]]:
    """A clipping whose text begins with `---` and has no second one."""
    lines = rest.split("\n")
    length = fields_end(corrected(rest)[0].split("\n"), closed=False)
    if not length:
        problem = Problem(
            path=shown(path),
            line=line,
            message="begins with `---`, but no field follows",
            advice="write `title: …` below it and close the block with `---`",
            kind="front-matter",
        )
        return Clipping(path=path, fields={}, lines={}, body=rest.strip("\n")), (problem,)
    block, body = "\n".join(lines[:length]), "\n".join(lines[length:]).strip("\n")
    clipping, problems = _clipping(path, block, body.removeprefix("...\n"), line)
    return msgspec.structs.replace(clipping, repaired=True), (_not_closed(path, line + length), *problems)


def _not_closed(path: str, line: int) -> Problem:
    return Problem(
        path=shown(path),
        line=line,
        message="the front matter is not closed",
        advice="add a line `---` below this one",
        kind="front-matter",
    )


def _clipping(path: str, block: str, body: str, line: int) -> tuple[Clipping, tuple[Problem, ...]]:
    """The clipping of a block that begins after line `line`."""
    block, mistyped = corrected(block.removeprefix("\n"))
    problems = [_mistyped(path, line + 1, one) for one in mistyped]
    repaired = False
    try:
        entries = yaml_entries(block)
    except NotFieldsError:
        lines = block.split("\n")
        length = fields_end(lines, closed=True)
        if not length:
            problem = Problem(
                path=shown(path),
                line=line + 1,
                message="the front matter holds no `key: value` lines; it is shown as text",
                advice="write `title: …` on a line of its own",
                kind="front-matter",
            )
            whole = f"{block.strip()}\n\n{body}".strip("\n")
            return Clipping(path=path, fields={}, lines={}, body=whole), (problem,)
        repaired = True
        if length < len(lines):
            problems.append(_not_closed(path, line + length))
            body = "\n".join(lines[length:]).strip("\n") + f"\n\n---\n\n{body}"
        entries = list(islice(line_entries(lines[:length]), limits.FIELDS + 1))
    entries = _without_comments(entries) if "%%" in block else entries
    is_cut = len(entries) > limits.FIELDS
    if is_cut:
        at_line = line + 1 + block.count("\n", 0, entries.pop(limits.FIELDS).start)
        problems.append(_too_many_fields(path, at_line))
    fields: dict[str, str | list[str]] = {}
    earlier: dict[str, tuple[str | list[str], ...]] = {}
    at: dict[str, int] = {}
    told: set[str] = set()
    here, counted = line + 1, 0
    for entry in entries[: limits.FIELDS]:
        if entry.advice:
            if entry.advice in told:
                entry = msgspec.structs.replace(entry, note="")  # noqa: PLW2901 - once is enough
            told.add(entry.advice)
        here += block.count("\n", counted, entry.start)
        counted = entry.start
        if entry.mended or entry.note or entry.key in at or ("%%" in block and _is_mark_left(entry)):
            problems += _problems(path, entry, here, at.get(entry.key))
        if entry.key in fields:
            earlier[entry.key] = (*earlier.get(entry.key, ()), fields[entry.key])
        fields[entry.key], at[entry.key] = entry.value, here
    clipping = Clipping(
        path=path,
        fields=fields,
        lines=at,
        body=body,
        repaired=repaired,
        earlier=earlier,
        unread="end" if is_cut else "",
    )
    return clipping, tuple(problems)


def _without_comments(entries: list[Entry]) -> list[Entry]:
    """Fields without comments, which nobody is to see."""

    def visible(entry: Entry) -> Entry:
        if not is_prose_key(entry.key):
            return entry
        if isinstance(entry.value, str):
            return msgspec.structs.replace(entry, value=text_without_comments(entry.value)[0].strip())
        values = [text_without_comments(value)[0].strip() for value in entry.value]
        return msgspec.structs.replace(entry, value=values)

    return [visible(entry) for entry in entries]


def _is_mark_left(entry: Entry) -> bool:
    values = [entry.value] if isinstance(entry.value, str) else entry.value
    return is_prose_key(entry.key) and any(text_without_comments(value)[1] for value in values)


def _mistyped(path: str, first_line: int, one: Mistyped) -> Problem:
    fault, place = "is not valid YAML, here read as", ""
    if one.is_within:
        fault, place = "stands within the field above it, here read as", ", at the start of the line"
    return Problem(
        path=shown(path),
        line=first_line + one.line,
        message=f"`{one.written}` {fault} `{one.meant}`",
        advice=f"write `{one.meant}`{place}",
        kind=_kind(one.key),
    )


def _too_many_fields(path: str, line: int) -> Problem:
    return Problem(
        path=shown(path),
        line=line,
        message=f"the front matter has more than {limits.FIELDS:,} fields; from here on none is read",
        advice="delete those that nobody needs",
        kind="length",
    )


def _problems(path: str, entry: Entry, line: int, earlier: int | None) -> Iterator[Problem]:
    where = shown(path)
    is_private = entry.key in OTHERS_PRIVATE  # problems are printed where others may read them
    mend = "put quotes around its value" if is_private else f"write {entry.key}: {_quoted(entry.value)}"
    if entry.mended:
        yield Problem(
            path=where,
            line=line,
            message=f"`{entry.key}` is not valid YAML",
            advice=mend,
            kind="front-matter",
        )
    elif entry.note:
        advice = entry.advice or mend
        yield Problem(
            path=where,
            line=line,
            message=entry.note,
            advice=advice,
            severity=Severity.NOTICE,
            kind="front-matter",
        )
    if _is_mark_left(entry):
        yield _mark_left(path, line, entry.key)
    if earlier is not None:
        which = "strictest" if entry.key in KEYS else "last"
        message = f"`{entry.key}` stands twice, also on line {earlier}; the {which} one counts"
        yield Problem(
            path=where, line=line, message=message, advice="delete one of them", kind="duplicate-key"
        )


def _quoted(value: str | list[str]) -> str:
    """A value as YAML that means it."""
    if isinstance(value, list):
        return "[" + ", ".join([*map(_quoted, value[:_SHOWN]), *["…"] * (len(value) > _SHOWN)]) + "]"
    if len(value) > 300:
        value = value[:300] + "…"
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'
