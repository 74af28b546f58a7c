"""Parse the fields of a block of front matter as their writer meant them.

Few clippers write correct YAML: most put `title: ` before the page's title, whatever it contains. So an
unquoted value on one line is taken literally, to the end of the line. YAML decides about everything else:
quotes, lists, multi-line text. Values are not converted: `2024-07-03`, `No` and `1.10` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeGuard

import msgspec
import yaml

from generator.config.site import ARTICLE_FIELDS, CURATOR_FIELDS
from generator.model import limits
from generator.reading.text import folded
from generator.reading.withholding import KEYS, decides, holds_key, is_private_note, withholds

_DEEPEST = 8
"""Levels of nested lists that a value may have."""

# Fields with a single text as value, so that `title: [Foo]` is not a list.
_TEXTS = frozenset(
    {"title", "headline", "source", "site", "summary", "description", "url", "link", "note", "digest_note"}
)

# Fields in which a lost comment is reported. After a date or an address a comment does no harm.
_PROSE = _TEXTS - {"url", "link"} | {"author", "tags"}
_SHOWN = _PROSE | {"authors", "keywords", "publisher"}
_NEVER_SHOWN = frozenset({*ARTICLE_FIELDS, *KEYS, "link", "published", "created", "language"}) - _SHOWN
# Keys that prove that a line is front matter. A line of prose may begin with `Note:` or `Pin:`, so these do
# not count; keys that hide a clipping do, because missing them would publish it.
_KNOWN = (_PROSE | set(ARTICLE_FIELDS) | {"published", "created"}) - {*CURATOR_FIELDS, "note"}

_TEXT_KEYS = _TEXTS | _PROSE | {"id", "lang", "language"}

_KEY = re.compile(r"""(?P<key>[^\W\d][\w .-]{0,60}?|"[^"\n]{1,60}"|'[^'\n]{1,60}')[ \t]*:(?=[ \t\n]|$)""")
_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")

# Lines that YAML reads literally: the value has no surrounding white space and no character that is special
# in YAML. All other lines go through the YAML parser.
_INSIDE = "\x00-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_NAME = "[A-Za-z_][A-Za-z0-9_-]{0,60}"
_TEXT = rf"""(?=[^\s{_INSIDE}\-?:,\[\]{{}}\#&*!|>'"%@`])
    [^:\#{_INSIDE}]*(?:(?::(?=\S)|(?<=\S)\#)[^:\#{_INSIDE}]*)*"""
_PLAIN_LINE = re.compile(
    rf"""({_NAME}):(?:\ +(?:
    "([^"\\{_INSIDE}]*)"
    |({_TEXT})(?<=\S)
    ))?\ *(?:\n|\Z)""",
    re.VERBOSE,
)
# A second `: ` in a value, at which YAML fails.
_TWICE_A_KEY = re.compile(rf"{_NAME}:\ +{_TEXT}:[\ \n]", re.VERBOSE)

_Loader: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
"""A character beyond U+FFFF as two escapes. JSON writes it so, and YAML does not read it."""
_LINE_WITH_PAIR = re.compile(rf'^[^"\n]*".*{_PAIR.pattern}.*$', re.MULTILINE | re.IGNORECASE)


class Entry(msgspec.Struct, frozen=True):
    """One `key: value` pair of a block."""

    key: str
    value: str | list[str]
    start: int
    """Offset of the key in the block, in characters."""
    repaired: bool = False
    """Whether the value was not valid YAML."""
    note: str = ""
    """A message about text that YAML would drop, or about a value that is not read."""
    advice: str = ""
    """What to do, if quoting the value is not enough."""


class NotFieldsError(Exception):
    """The block is not a YAML mapping from keys to values."""


def yaml_entries(block: str) -> list[Entry]:
    """Return the entries of a block of valid YAML. Raises `NotFieldsError` for any other block."""
    # libyaml takes time quadratic in the number of open brackets.
    if len(block) > limits.FRONT_MATTER or block.count("[") + block.count("{") > 1000:
        raise NotFieldsError
    plain = _plain_entries(block)
    return list(_parsed_entries(_with_pairs(block))) if plain is None else plain


def _with_pairs(block: str) -> str:
    r"""Return the block with characters for pairs such as `\ud83d\ude80`, as JSON writes them.

    Spaces at the ends of their lines keep the offsets of all keys.
    """
    if "\\u" not in block:
        return block
    return _LINE_WITH_PAIR.sub(lambda line: _PAIR.sub(_character, line[0]).ljust(len(line[0])), block)


def _character(pair: re.Match[str]) -> str:
    return (chr(int(pair[1], 16)) + chr(int(pair[2], 16))).encode("utf-16", "surrogatepass").decode("utf-16")


def _parsed_entries(block: str) -> Iterator[Entry]:
    """Yield the entries of a block, read by the YAML parser.

    Only the parser's events are used, so that nothing is constructed, expanded or nested: no tag creates an
    object, no alias a copy, and 10,000 levels are 10,000 events.
    """
    try:
        events = yaml.parse(block.translate(_BREAKS), Loader=_Loader)
        next(events)
        if isinstance(next(events), yaml.StreamEndEvent):
            return
        root = next(events)
        if not isinstance(root, yaml.MappingStartEvent):
            raise NotFieldsError
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise NotFieldsError
            yield _entry(block, key, _node(events), in_line=bool(root.flow_style))
        if [type(event) for event in events] != [yaml.DocumentEndEvent, yaml.StreamEndEvent]:
            raise NotFieldsError
    except (yaml.YAMLError, UnicodeError) as error:
        raise NotFieldsError from error


def _plain_entries(block: str) -> list[Entry] | None:
    """Return the entries of a block of plain lines without using the parser; None for any other block.

    The result is the same as the parser's. Raises `NotFieldsError` for a line at which YAML is known to fail.
    """
    entries = []
    at = 0
    while at < len(block):
        if (line := _PLAIN_LINE.match(block, at)) is None:
            if _TWICE_A_KEY.match(block, at):
                raise NotFieldsError
            return None
        key, quoted, plain = line.groups()
        entries.append(Entry(key.lower(), plain or quoted or "", at))
        at = line.end()
    return entries


def _start(event: yaml.Event) -> int:
    """Return the offset in the block at which an event starts, in characters."""
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


class _Node(msgspec.Struct):
    """One value, collected from the parser's events."""

    first: yaml.Event
    end: int
    texts: list[str]
    alias: bool = False
    deep: bool = False


def _node(events: Iterator[yaml.Event]) -> _Node:
    """Consume the events of one value. Of a mapping, keep only the value of `name`."""
    event = next(events)
    node = _Node(first=event, end=_end(event), texts=[])
    keys: list[bool | None] = []  # per open level: whether a key comes next; None in a list
    wanted, muted = True, 0  # whether the next value counts; the level from which on none does
    while True:
        if isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            muted = muted if len(keys) >= muted else 0
        else:
            is_key = bool(keys and keys[-1])
            counts = not is_key and not muted and (wanted or not keys or keys[-1] is None)
            if keys and keys[-1] is not None:
                keys[-1] = not is_key
                wanted = isinstance(event, yaml.ScalarEvent) and event.value.casefold() == "name"
            node.alias |= isinstance(event, yaml.AliasEvent)
            if isinstance(event, yaml.ScalarEvent) and counts:
                node.texts.append(event.value)
            if isinstance(event, yaml.CollectionStartEvent):
                keys.append(True if isinstance(event, yaml.MappingStartEvent) else None)
                node.deep |= len(keys) > _DEEPEST
                muted = muted or (0 if counts else len(keys))
        if not keys:
            node.end = _end(event)
            return node
        event = next(events)


def _entry(block: str, key: yaml.ScalarEvent, node: _Node, *, in_line: bool) -> Entry:
    """Return the entry for a key and its value. `in_line`: the fields stand in `{…}`."""
    name = folded(key.value).casefold()
    start = _start(key)
    event = node.first
    values: str | list[str] = node.texts
    if isinstance(event, yaml.ScalarEvent):
        values = event.value
    if in_line:
        return Entry(name, values, start)
    colon = block.find(":", _end(key))
    end = block.find("\n", colon)
    end = len(block) if end < 0 else end
    written = block[colon + 1 : end].strip()
    one_line = node.end <= end or not block[end : node.end].strip()
    if isinstance(event, yaml.ScalarEvent):
        return _scalar_entry(Entry(name, event.value, start), event, written, block, one_line=one_line)
    tag = getattr(event, "tag", None)
    if name in _TEXTS and one_line and not node.deep:
        return Entry(name, written, start, note=f"`{name}` is not text in YAML; read as written")
    if isinstance(event, yaml.AliasEvent) and one_line:
        return Entry(name, written, start, note=f"`{name}` is an alias in YAML; read as written")
    if node.alias:
        note, advice = f"`{name}` holds aliases, which are not followed", "write the values themselves"
    elif node.deep:
        note, advice = f"`{name}` holds lists more than {_DEEPEST} levels deep; not read", "write one list"
        values = []
    elif _is_foreign(tag):
        note, advice = f"`{name}` has the tag `{_short(tag)}`, which is never followed", "delete it"
        values = []
    else:
        note = advice = ""
    return Entry(name, values, start, note=note, advice=advice)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:80]


def _scalar_entry(
    entry: Entry, event: yaml.ScalarEvent, written: str, block: str, *, one_line: bool
) -> Entry:
    if event.style in {"'", '"'}:
        further = block[_start(event) : _end(event)].split("\n")[1:]
        if any(map(_KEY.match, further)):
            raise NotFieldsError  # an unclosed quote swallowed the next fields
        return entry
    plain = event.style not in {"|", ">"}
    if not one_line or (event.value and not plain) or _is_standard(event.tag):
        return entry
    if _is_foreign(event.tag):
        note = f"`{entry.key}` has a tag in YAML; read as written"
    elif event.value != written and entry.key in _PROSE:
        note = f"YAML reads a part of `{entry.key}` as a comment or as syntax; read as written"
    else:
        note = ""
    return Entry(entry.key, written, entry.start, note=note)


def _is_standard(tag: str | None) -> bool:
    return tag is not None and re.fullmatch(r"tag:yaml\.org,2002:[a-z]+", tag) is not None


def _is_foreign(tag: str | None) -> TypeGuard[str]:
    return tag is not None and not _is_standard(tag)


def line_entries(lines: list[str]) -> Iterator[Entry]:
    """Yield the entries of a block that is not valid YAML, parsing the lines of each key separately."""
    groups: list[tuple[int, list[str]]] = []
    at = 0
    for line in lines:
        if _KEY.match(line):
            groups.append((at, [line]))
        # These items may belong to a list that held a publication decision.
        elif groups and not (line.lstrip().startswith("- ") and decides(groups[-1][1][0])):
            groups[-1][1].append(line)
        at += len(line) + 1
    for start, group in groups:
        try:
            for entry in yaml_entries("\n".join(group)):
                yield msgspec.structs.replace(entry, start=start + entry.start)
        except NotFieldsError:
            yield _repaired_entry(start, group)


def _repaired_entry(start: int, group: list[str]) -> Entry:
    """Return the entry for lines that are not YAML: the literal text after the colon."""
    match = _KEY.match(group[0])
    assert match is not None  # noqa: S101 - groups begin with a key
    key = folded(match["key"].strip("\"'")).casefold()
    first = group[0][match.end() :].strip()
    further = [line.strip() for line in group[1:] if line.strip() and not line.startswith("#")]
    if not first and further and all(line.startswith("- ") for line in further):
        return Entry(key, [line[2:].strip().strip("\"'") for line in further], start, repaired=True)
    value = " ".join([first, *further])
    if len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]:
        value = value[1:-1]  # quoted, with a backslash sequence that YAML does not know
    return Entry(key, value, start, repaired=True)


def is_text_key(key: str) -> bool:
    """Return whether a field holds text, so that `No` and `1.10` are not a boolean and a number."""
    return key in _TEXT_KEYS


def is_prose_key(key: str) -> bool:
    """Return whether a field's value is shown as it is written."""
    return key in _SHOWN


def may_be_prose_key(key: str) -> bool:
    """Return whether a field's value is shown as it is written, or may be if `[fields]` maps it."""
    return key not in _NEVER_SHOWN


def key_match(line: str) -> re.Match[str] | None:
    """Match the key and colon at the start of a line; None if there is none."""
    return _KEY.match(line)


def fields_end(lines: list[str], *, closed: bool) -> int:
    """Return how many of the lines, from the first, are fields. The rest is the body of an unclosed block."""
    odd = next((n for n, line in enumerate(lines) if not _is_field_line(line)), len(lines))
    last = next((key for line in reversed(lines[:odd]) if (key := _KEY.match(line))), None)
    if closed and last and is_private_note(last["key"]):
        return len(lines)  # further paragraphs of a private note
    known = any((m := _KEY.match(line)) and _is_known(m["key"]) for line in lines[odd:])
    if closed and known:
        return len(lines)
    if not any(map(_KEY.match, lines[:odd])):
        return 0
    blank = next((n for n, line in enumerate(lines[:odd]) if not line.strip()), None)
    if blank is not None and any(map(holds_key, lines[blank:odd])):
        blank = None  # otherwise the key that withholds the clipping would be published as text
    if closed and (odd == len(lines) or blank is None):
        return len(lines)
    if blank is not None:
        return blank
    further = next((n for n, line in enumerate(lines[odd:], odd) if not line.strip()), len(lines))
    return further if any(map(holds_key, lines[odd:further])) else odd


def _is_known(key: str) -> bool:
    """Return whether a key proves that its line is front matter."""
    return key.casefold() in _KNOWN or withholds(key)


def _is_field_line(line: str) -> bool:
    """Return whether a line may belong to a block: a key, a continuation, a comment or an empty line."""
    return not line or line[0] in " \t#" or line.startswith("- ") or bool(_KEY.match(line))
