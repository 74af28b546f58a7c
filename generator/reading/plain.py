"""What a plain YAML parser makes of front matter, and how to write values so that it reads what we read."""

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
    """A safe loader that refuses merge keys: they copy, and nested ones multiply."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Raise where the library would begin to copy."""
        if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
            raise yaml.YAMLError("merge key")
        super().flatten_mapping(node)


_LARGEST = 65_536
"""Characters of a block that are handed over; more is no front matter that a person wrote."""
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
    """The closed block that a text (LF line ends) begins with, where there is one."""
    start = text.lstrip()
    lines = start.split("\n")
    if not _BOUNDARY.fullmatch(lines[0]):
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if _BOUNDARY.fullmatch(line)), None)
    if end is None:
        return None
    return Block(text.count("\n", 0, len(text) - len(start)) + 1, tuple(lines[1:end]))


def quoted_where_needed(lines: tuple[str, ...]) -> tuple[str | None, ...] | None:
    """A block's lines with those values quoted that a plain parser reads differently from us.

    Gives a line for each line, None for one that goes (its text has moved into the value above it), or
    None for all where quoting does not help: fields that are no fields, tags, a block that is too large.
    """
    block = "\n".join(lines)
    entries = _entries(block)
    if entries is None:
        return None
    if _agree(block, entries):
        return lines
    mended: list[str | None] = list(lines)
    starts = [block.count("\n", 0, entry.start) for entry in entries]
    for entry, start, end in zip(entries, starts, [*starts[1:], len(lines)], strict=True):
        if start >= end or not key_match(lines[start]):
            return None  # fields within `{…}`
        if not _agree("\n".join(lines[start:end]), [entry]):
            group = _quoted_group(entry, lines[start:end])
            if group is None:
                return None
            mended[start:end] = group
    return tuple(mended) if _agree("\n".join(one for one in mended if one is not None), entries) else None


def _entries(block: str) -> list[Entry] | None:
    if len(block) > _LARGEST or block.count("[") + block.count("{") > _BRACKETS:
        return None
    try:
        return yaml_entries(block)
    except NotFieldsError:
        lines = block.split("\n")
        return list(line_entries(lines)) if fields_end(lines, closed=True) == len(lines) else None


def plain_fields(block: str) -> dict[str, object] | None:
    """What `yaml.safe_load` makes of a block, keys as Broadsheet compares them; None where it fails."""
    try:
        fields = yaml.load(block, Loader=_Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, ArithmeticError, TypeError, AttributeError, RecursionError):
        return None  # also `2024-13-45`, which it takes for a date
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        return None
    return {folded(str(key)).casefold(): value for key, value in fields.items()}


def _agree(block: str, entries: list[Entry]) -> bool:
    """Whether a plain parser reads the entries of a block as we do."""
    fields = plain_fields(block)
    if fields is None:
        return False
    last = {entry.key: entry for entry in entries}
    return all(key in fields and _same(entry, fields[key]) for key, entry in last.items())


def _same(entry: Entry, value: object) -> bool:
    ours = entry.value
    if entry.mended or isinstance(value, (list, dict)):
        return value == ours or (isinstance(ours, list) and not entry.mended)
    if isinstance(ours, list):
        return value is None or isinstance(value, (set, tuple))
    if value is None:
        return not ours or not is_text_key(entry.key)
    # A date with a comment behind it, or a `true`, is read well enough; a text is read whole.
    return value == ours or not is_text_key(entry.key)


def _quoted_group(entry: Entry, group: tuple[str, ...]) -> list[str | None] | None:
    """The lines of one key with its value quoted."""
    further = list(enumerate(group))[1:]
    if isinstance(entry.value, list):
        return _quoted_list(entry.value, group) if entry.mended else None
    belongs = [n for n, line in further if line.strip() and not line.startswith("#")]
    if not entry.mended and any(not group[n].lstrip().startswith("#") for n in belongs):
        return None  # a text over several lines, with a mark of YAML's before it
    match = key_match(group[0])
    if match is None:
        return None
    lines: list[str | None] = list(group)
    lines[0] = group[0][: match.end()] + _in_place(group[0][match.end() :], entry.value)
    for n in belongs if entry.mended else ():
        lines[n] = None
    return lines


def _quoted_list(values: list[str], group: tuple[str, ...]) -> list[str | None]:
    """The lines of a list, each item that needs it quoted."""
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
    """A value in quotes, with the spaces around it that stood around what was written."""
    text = written.strip()
    before = written[: len(written) - len(written.lstrip())] if text else ""
    after = written[len(written.rstrip()) :] if text else ""
    before = before if before and not before.strip(" ") else " "  # YAML allows no tab here
    return before + quoted(value) + (after if not after.strip(" \t") else "")


def quoted(value: str) -> str:
    """A text as YAML that means it: in double quotes, or in single ones where that saves escapes."""
    if _NEEDS_ESCAPE.search(value):
        return '"' + value.translate(_ESCAPES) + '"'
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'
