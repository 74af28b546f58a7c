"""Find values of front matter that a plain YAML parser reads differently, and quote them."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from generator.reading.fields import (
    Entry,
    NotFieldsError,
    fields_end,
    is_text_key,
    key_match,
    line_entries,
    yaml_entries,
)
from generator.reading.text import folded

_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]  # one of two classes, known at run time
    """A safe loader that refuses merge keys, because nested ones expand exponentially."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Raise an error for a merge key, before the library copies it."""
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.YAMLError("merge key")
        super().flatten_mapping(node)


_LARGEST = 65_536
"""Number of characters of a block that are parsed. Nobody writes longer front matter by hand."""
_BRACKETS = 1000
_ESCAPES = str.maketrans({
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P",
})  # fmt: skip
_NEEDS_ESCAPE = re.compile("[\n\x85\u2028\u2029]")
_BOUNDARY = re.compile(r"-{3,}[ \t]*")


class Block(msgspec.Struct, frozen=True):
    """The lines of a block of front matter within a text."""

    first: int
    """The line after the opening `---`, counted from 0."""
    lines: tuple[str, ...]


def block_of(text: str) -> Block | None:
    """Return the closed block at the beginning of a text (LF line ends); None if there is none."""
    start = text.lstrip()
    lines = start.split("\n")
    if not _BOUNDARY.fullmatch(lines[0]):
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if _BOUNDARY.fullmatch(line)), None)
    if end is None:
        return None
    return Block(text.count("\n", 0, len(text) - len(start)) + 1, tuple(lines[1:end]))


def quoted_where_needed(lines: tuple[str, ...]) -> tuple[str | None, ...] | None:
    """Return a block's lines, with quotes around values that a plain parser reads differently from us.

    An item is None if its line goes, because its text has moved into the value above. The result is None if
    quoting does not help: lines that are not fields, tags, or a block that is too large.
    """
    block = "\n".join(lines)
    entries = _entries(block)
    if entries is None:
        return None
    if _agree(block, entries):
        return lines
    quoted_lines: list[str | None] = list(lines)
    starts = [block.count("\n", 0, entry.start) for entry in entries]
    for entry, start, end in zip(entries, starts, [*starts[1:], len(lines)], strict=True):
        if start >= end or not key_match(lines[start]):
            return None  # fields within `{…}`
        if not _agree("\n".join(lines[start:end]), [entry]):
            group = _quoted_group(entry, lines[start:end])
            if group is None:
                return None
            quoted_lines[start:end] = group
    return (
        tuple(quoted_lines)
        if _agree("\n".join(one for one in quoted_lines if one is not None), entries)
        else None
    )


def _entries(block: str) -> list[Entry] | None:
    if len(block) > _LARGEST or block.count("[") + block.count("{") > _BRACKETS:
        return None
    try:
        return yaml_entries(block)
    except NotFieldsError:
        lines = block.split("\n")
        return list(line_entries(lines)) if fields_end(lines, closed=True) == len(lines) else None


def plain_fields(block: str) -> dict[str, object] | None:
    """Return the result of `yaml.safe_load`, with keys as Broadsheet compares them; None if it fails."""
    try:
        fields = yaml.load(block, Loader=_Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, ArithmeticError, TypeError, AttributeError, RecursionError):
        return None  # for example `2024-13-45`, which it takes for a date
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        return None
    return {folded(str(key)).casefold(): value for key, value in fields.items()}


def _agree(block: str, entries: list[Entry]) -> bool:
    """Return whether a plain parser reads the entries of a block as we do."""
    fields = plain_fields(block)
    if fields is None:
        return False
    last = {entry.key: entry for entry in entries}
    return all(key in fields and _same(entry, fields[key]) for key, entry in last.items())


def _same(entry: Entry, value: object) -> bool:
    ours = entry.value
    if entry.repaired or isinstance(value, (list, dict)):
        return value == ours or (isinstance(ours, list) and not entry.repaired)
    if isinstance(ours, list):
        return value is None or isinstance(value, (set, tuple))
    if value is None:
        return not ours or not is_text_key(entry.key)
    # A date or a `true` with a trailing comment is read correctly. Text must be identical.
    return value == ours or not is_text_key(entry.key)


def _quoted_group(entry: Entry, group: tuple[str, ...]) -> list[str | None] | None:
    """Return the lines of one key with its value quoted; None if that does not help."""
    further = list(enumerate(group))[1:]
    if isinstance(entry.value, list):
        return _quoted_list(entry.value, group) if entry.repaired else None
    belongs = [n for n, line in further if line.strip() and not line.startswith("#")]
    if not entry.repaired and any(not group[n].lstrip().startswith("#") for n in belongs):
        return None  # a multi-line text that begins with a YAML indicator
    match = key_match(group[0])
    if match is None:
        return None
    lines: list[str | None] = list(group)
    lines[0] = group[0][: match.end()] + _in_place(group[0][match.end() :], entry.value)
    for n in belongs if entry.repaired else ():
        lines[n] = None
    return lines


def _quoted_list(values: list[str], group: tuple[str, ...]) -> list[str | None]:
    """Return the lines of a list, with quotes around items that need them."""
    lines: list[str | None] = list(group)
    rest = iter(values)
    for n, line in enumerate(group[1:], 1):
        if not line.strip() or line.startswith("#"):
            continue
        dash = line.index("-") + 1
        value = next(rest)
        if (plain_fields(f"item: {line[dash:].strip()}") or {}).get("item") != value:
            lines[n] = line[:dash] + _in_place(line[dash:], value)
    return lines


def _in_place(written: str, value: str) -> str:
    """Return a value in quotes, with the white space that surrounded the original text."""
    text = written.strip()
    before = written[: len(written) - len(written.lstrip())] if text else ""
    after = written[len(written.rstrip()) :] if text else ""
    before = before if before and not before.strip(" ") else " "  # YAML allows no tab here
    return before + quoted(value) + (after if not after.strip(" \t") else "")


def quoted(value: str) -> str:
    """Return a text as a quoted YAML scalar, in single quotes if that saves escapes."""
    if _NEEDS_ESCAPE.search(value):
        return '"' + value.translate(_ESCAPES) + '"'
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'
