"""Build the problems of front matter and of the text below it. Lines are those of the file, from 1."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import limits
from generator.model.errors import Problem, Severity, shown
from generator.reading.comments import text_without_comments
from generator.reading.fields import Entry, is_prose_key
from generator.reading.withholding import Mistyped, is_private_note, withholds

_SHOWN = 50
"""Number of list items that a message shows."""


def mistyped_key(path: str, first_line: int, one: Mistyped) -> Problem:
    """Report a misspelt key that is still read; the block begins on line `first_line`."""
    fault, place = "is not valid YAML; read as", ""
    if one.is_within:
        fault, place = "is nested in the field above it; read as", ", at the start of the line"
    return Problem(
        path=shown(path),
        line=first_line + one.line,
        message=f"`{one.written}` {fault} `{one.meant}`",
        advice=f"write `{one.meant}`{place}",
        kind=_kind(one.key),
    )


def too_many_fields(path: str, line: int) -> Problem:
    """Report too many fields; `line` is that of the first one left out."""
    return Problem(
        path=shown(path),
        line=line,
        message=f"the front matter has more than {limits.FIELDS:,} fields; from here on they are not read",
        advice="delete those that are not needed",
        kind="length",
    )


def entry_problems(path: str, entry: Entry, line: int, earlier: int | None) -> Iterator[Problem]:
    """Yield the problems of one field on line `line`; `earlier` is the line of the same key before it."""
    where = shown(path)
    is_private = is_private_note(entry.key)  # problems are printed where others may read them
    mend = "put quotes around its value" if is_private else f"write {entry.key}: {_quoted(entry.value)}"
    if entry.repaired:
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
    if has_stray_mark(entry):
        yield stray_mark(path, line, entry.key)
    if earlier is not None:
        which = "strictest" if withholds(entry.key) else "last"
        message = f"`{entry.key}` is set twice, also on line {earlier}; the {which} one counts"
        yield Problem(
            path=where, line=line, message=message, advice="delete one of them", kind="duplicate-key"
        )


def _quoted(value: str | list[str]) -> str:
    """Return a value as a quoted YAML scalar or flow sequence."""
    if isinstance(value, list):
        return "[" + ", ".join([*map(_quoted, value[:_SHOWN]), *["…"] * (len(value) > _SHOWN)]) + "]"
    if len(value) > 300:
        value = value[:300] + "…"
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


def has_stray_mark(entry: Entry) -> bool:
    """Return whether a field contains a `%%` that opens or closes no comment."""
    values = [entry.value] if isinstance(entry.value, str) else entry.value
    return is_prose_key(entry.key) and any(text_without_comments(value)[1] for value in values)


def outside_front_matter(path: str, first_line: int, one: Mistyped) -> Problem:
    """Report a key outside of front matter, in a text that begins on line `first_line`."""
    return Problem(
        path=shown(path),
        line=first_line + one.line,
        message=f"`{one.written}` is outside of front matter; read as `{one.meant}`",
        advice="write it between two lines `---` at the top of the file, or below the first words",
        kind=_kind(one.key),
    )


def second_front_matter(path: str, line: int | None) -> Problem:
    """Report a second block of front matter, which begins the text."""
    return Problem(
        path=shown(path),
        line=line,
        message="a second block of front matter begins here; it is shown as text",
        advice="move its fields into the first block, or delete it",
        kind="front-matter",
    )


def _kind(key: str) -> str:
    """Return the kind of problems with a key that withholds a clipping or holds private notes."""
    return "front-matter" if is_private_note(key) else "draft" if key.endswith("draft") else "publish"


def no_fields(path: str, line: int, message: str, advice: str) -> Problem:
    """Report front matter without a field."""
    return Problem(path=shown(path), line=line, message=message, advice=advice, kind="front-matter")


def not_closed(path: str, line: int) -> Problem:
    """Report front matter without a closing `---`; `line` is that of its last field."""
    return Problem(
        path=shown(path),
        line=line,
        message="the front matter is not closed",
        advice="add a line `---` below this one",
        kind="front-matter",
    )


def garbled_text(path: str, line: int, message: str, severity: Severity) -> Problem:
    """Report a text that was saved in the wrong encoding."""
    advice = "save the page again"
    return Problem(
        path=shown(path), line=line, message=message, advice=advice, severity=severity, kind="mojibake"
    )


def notes_published(path: str, line: int | None) -> Problem:
    """Report a section that looks like private notes and is published."""
    return Problem(
        path=shown(path),
        line=line,
        message="the text below looks like your private notes, and is published",
        advice="delete all of them, write a line `%%` above and below, or hold it back with `private: true`",
        kind="notes",
    )


def stray_mark(path: str, line: int | None, key: str = "") -> Problem:
    """Report a `%%` that opens or closes no comment, in a field or in the text."""
    place = f"`{key}`" if key else "the text"
    return Problem(
        path=shown(path),
        line=line,
        message=f"`%%` in {place} does not open or close a comment; it is shown as text",
        advice="close the comment in the same paragraph, or write `%%` as code",
        kind="comment",
    )
