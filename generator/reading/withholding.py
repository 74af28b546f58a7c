"""Recognise the keys that withhold a clipping and those of private notes, even if mistyped."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple

from generator.reading.spelling import LONGEST, is_one_edit_away, spelling
from generator.reading.values import NO, YES

KEYS = ("private", "publish", "published", "draft", "hide", "hidden")
OTHERS = ("is_private", "is_draft", "dg-publish", "unlisted", "unpublished", "public", "status", "visibility")
"""Keys by which other programs withhold a text."""
_SPELLINGS = {spelling(name): name for name in (*KEYS, *OTHERS)}
_DECISIVE = frozenset(_SPELLINGS) - {"public", "status", "visibility"}
"""Spellings of the keys that withhold a clipping wherever they stand."""
OTHERS_PRIVATE = frozenset(
    {"note", "notes", "annotation", "annotations", "highlight", "highlights", "comment", "comments"}
)
"""Keys under which other programs export private notes. They are shown only if `[fields]` maps them."""

_NOTES = "|".join(sorted(OTHERS_PRIVATE))
_NAMES = "|".join((*KEYS, "is[-_ ]?private", "is[-_ ]?draft", "dg[-_ ]?publish", "unlisted", "unpublished"))
_LINE = re.compile(
    r"""^(?P<before>[\u200b\ufeff\xa0\u3000]*)(?P<quote>["']?)"""
    rf"(?P<key>{_NAMES}|{_NOTES})(?P=quote)"
    r"(?P<space>[^\S\n]*)(?P<sign>[:\uff1a\ufe55\u2236=\uff1d])(?P<gap>[^\S\n]*)(?P<value>.*)$",
    re.MULTILINE | re.IGNORECASE,
)
"""A line that sets one of these keys or holds a note, also with `=`, a wide colon or odd spaces."""
_WORDS_OF_A_KEY = r"(?P<key>[^\W\d_][^\W\d]*(?:[- ][^\W\d]+){0,2})"
_ODD_LINE = re.compile(
    rf"""^{_WORDS_OF_A_KEY}[^\S\n]*(?:[\uff1a\ufe55\u2236=\uff1d]|:(?=[^\s/]))"""
    r"[^\S\n]*(?P<value>\S[^\n]{0,40})$",
    re.MULTILINE,
)
"""A line with another sign than YAML's, or without the space behind it."""
_SAYS = re.compile(rf"\s*(?:-\s+)?{_WORDS_OF_A_KEY}\s*[:=]{{1,2}}\s*(?P<value>\w{{1,6}})\s*$")
"""A line outside of front matter that sets a key, once it is without full-width characters."""
_WIDE = "[\uff21-\uff3a\uff41-\uff5a]+"
_WIDE_KEY = re.compile(
    rf"^[^\S\n]*{_WIDE}(?:[-_ \uff0d\uff3f\u3000]{_WIDE})*(?=[^\S\n]*[:\uff1a=\uff1d])", re.MULTILINE
)
"""A key in full-width letters, as Chinese and Japanese keyboards write them."""
_NARROW = {wide: wide - 0xFEE0 for wide in (0xFF0D, *range(0xFF21, 0xFF5B))}
_PARTS = (
    "privat",
    "publis",
    "draft",
    "hid",
    "unlist",
    "note",
    "annotat",
    "highl",
    "commen",
    "\u0131",
    "\u0307",
)
"""Every block with such a line contains one of these. The last two are dots of an i that `re` equates with i.
"""
_ANSWERS = "|".join(sorted(filter(str.isalnum, YES | NO)))
_OPENS = r"(?:(?:<<[^\S\n]*:[^\S\n]*\{(?:[^\n{}]{0,200},)?|[({\[]{1,2})[^\S\n]*)?"
_CLOSES = r"(?:(?:,[^\n{}]{0,200})?[)}\]]{1,2}[^\S\n]*)?"
"""The ends of a mapping in braces, also one that YAML merges into the fields, or of a field of Dataview."""
_WITHIN = re.compile(
    rf"""^(?P<before>[^\S\n]*(?:-[^\S\n]+)*{_OPENS})"""
    rf"""(?P<quote>["']?)(?P<key>{_NAMES})(?P=quote)"""
    r"(?P<sign>[^\S\n]*[:\uff1a\ufe55\u2236=\uff1d;\uff1b]{1,2}[^\S\n]*|[^\S\n]+)"
    rf"""(?P<marks>["']?)(?P<value>{_ANSWERS})(?P=marks)[^\S\n]*{_CLOSES}(?:[^\S\n]\#.*)?$""",
    re.MULTILINE | re.IGNORECASE,
)
"""A line that only says yes or no to one of these keys, at any indentation."""
_FIELD = re.compile(r"(?P<before> *(?:- +)*)[^\s:#-][^:\n]*:(?: +(?P<value>\S.*))?\s*$")
"""A key of a mapping. `before` gives the column in which it begins."""
_NOTE_WITHIN = re.compile(
    rf"""^(?P<before>[^\S\n]+)(?P<key>{_NOTES})[^\S\n]*[:\uff1a=][^\S\n]*(?P<value>\S.*)$""",
    re.MULTILINE | re.IGNORECASE,
)
"""A private note that is indented below another field as if it were part of it."""
_OPENS_QUOTES = re.compile(
    r"""[ -]*[^\s:#-][^:\n]*:[ \t]+(?P<quote>'(?:[^'\n]|'')*|"(?:[^"\\\n]|\\.)*\\?)$"""
)
"""A line whose value begins with a quotation mark that is not closed on the same line."""
_CLOSES_QUOTES = {
    "'": re.compile(r"(?:[^']|'')*'\s*(?:#.*)?$"),
    '"': re.compile(r'(?:[^"\\]|\\.)*"\s*(?:#.*)?$'),
}
"""Quotation mark → lines on which such a value ends."""
_OTHER_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Characters that end a line for some programs, but not for us."""
_OPENS_TEXT = re.compile(r"(?P<indent> *)(?:.*:|-) +[|>][-+\d]{0,2} *(?:#.*)?$")
"""A line that starts a block scalar, which lasts as long as lines are indented further."""
_OUTSIDE = re.compile(
    _WITHIN.pattern.replace("(?P<key>", "(?P<key>public|", 1).replace(
        "(?:<<", "(?:\\{[^\\n{}]{1,200},|<<", 1
    ),
    re.IGNORECASE,
)
"""The same outside of front matter: also `public`, as in Logseq, and among other keys in braces."""
_NO_PROSE = re.compile(
    r"""[\W_]*$|\s*(?:[#<`~]|-\s)|[ \t]+\S|["']?[^\W\d][\w .-]{0,60}["']?\s*(?::{1,2}(?:\s|$)|[\uff1a=])"""
)
"""A line that is not prose: without words, or code, a heading, a tag, an item, or a line that sets a field.
"""
_FIRST_LINES = 100
_PLAIN_SPACE = frozenset(" \t")
_SHOWN = 40
"""Number of characters of a value that a message shows."""


class Mistyped(NamedTuple):
    """A line that means one of the keys but is not valid YAML for it."""

    line: int
    """Counted from 0."""
    key: str
    written: str
    meant: str
    is_within: bool = False
    """Whether it stands within the field above it."""


def corrected(block: str) -> tuple[str, list[Mistyped]]:
    """Return a block of front matter with corrected lines, and the first mistyped line of each key.

    The number of lines stays the same.
    """
    mistyped: dict[str, Mistyped] = {}
    block = _WIDE_KEY.sub(lambda match: match[0].translate(_NARROW), block)
    block = _ODD_LINE.sub(partial(_with_yaml_sign, mistyped=mistyped), block)
    folded = block.casefold()
    if not any(map(folded.__contains__, _PARTS)):  # true for nearly all blocks; the patterns are slower
        return block, []
    if _WITHIN.search(block) or _NOTE_WITHIN.search(block) or _OTHER_BREAKS.search(block):
        block, within = _unnested(block.split("\n"))
        for one in within:
            mistyped.setdefault(one.key, one)
    pieces: list[str] = []
    end = line = 0
    for match in _LINE.finditer(block):
        if _is_yaml(match):
            continue
        key, value = match["key"].lower(), match["value"].lstrip(": ").strip()
        meant = f"{key}: {value}".rstrip()
        between = block[end : match.start()]
        line += between.count("\n")
        pieces += [between, meant]
        end = match.end()
        written, meant = match[0].strip()[: _SHOWN + len(key)], meant[: _SHOWN + len(key)]
        mistyped.setdefault(key, _without_note(Mistyped(line, key, written, meant)))
    return "".join((*pieces, block[end:])), list(mistyped.values())


def _with_yaml_sign(match: re.Match[str], mistyped: dict[str, Mistyped]) -> str:
    """Return a line that may withhold a clipping as YAML, and note it; any other line as it is."""
    key, value = match["key"], match["value"].strip()
    is_exact = spelling(key) in _SPELLINGS
    if not is_exact and not (meant_by(key) and value.casefold() in YES | NO):
        return match[0]
    if _LINE.match(match[0]):
        return match[0]  # read below
    meant = f"{key}: {value}"
    line = match.string.count("\n", 0, match.start())
    mistyped.setdefault(key.lower(), Mistyped(line, key.lower(), match[0].strip(), meant))
    return meant


def _without_note(one: Mistyped) -> Mistyped:
    """Return the same without a private note, because others may read problems."""
    return one._replace(written=one.key, meant=f"{one.key}: …") if one.key in OTHERS_PRIVATE else one


def _is_yaml(match: re.Match[str]) -> bool:
    if match["before"] or match["sign"] != ":" or not _PLAIN_SPACE.issuperset(match["space"] + match["gap"]):
        return False
    return bool(match["gap"]) or not match["value"]


def outside(text: str, *, is_body: bool = False) -> list[Mistyped]:
    """Return the lines outside of front matter that withhold a text, the first of each key.

    Only lines above the first line of prose count. With `is_body`, the text is below front matter, and only
    those above the first code.
    """
    found: dict[str, Mistyped] = {}
    lines = islice(text.split("\n", _FIRST_LINES), _FIRST_LINES)
    for number, line in enumerate(lines):
        if match := _OUTSIDE.match(line) or _decision_behind_other_break(line):
            key, value = match["key"].lower(), match["value"].lower()
            key = "publish" if key == "public" else key
            if value in _withholding_values(key):
                found.setdefault(key, Mistyped(number, key, match[0].strip()[:_SHOWN], f"{key}: {value}"))
        elif one := _spelt_otherwise(line, number):
            found.setdefault(one.key, one)
        elif not _NO_PROSE.match(line) or (is_body and line.lstrip().startswith(("```", "~~~"))):
            break
    return list(found.values())


def _withholding_values(key: str) -> frozenset[str]:
    """Return the values by which a key withholds a text: a no to publishing it, else a yes."""
    return NO if spelling(key).removeprefix("dg").startswith("publish") else YES


def _spelt_otherwise(line: str, number: int) -> Mistyped | None:
    """Return what a line withholds whose key is mistyped, or in full-width letters or with hyphens."""
    match = _SAYS.match(unicodedata.normalize("NFKC", line)) if len(line) <= LONGEST else None
    if match is None:
        return None
    key = _SPELLINGS.get(spelling(match["key"])) or meant_by(match["key"])
    value = match["value"].casefold()
    if not withholds(key) or value not in _withholding_values(key):
        return None
    return Mistyped(number, key, line.strip(), f"{key}: {value}")


def _unnested(lines: list[str]) -> tuple[str, list[Mistyped]]:
    """Return a block in which keys nested in another field are moved to the start of their line.

    Also returns the lines that were changed.
    """
    found: list[Mistyped] = []
    is_open = False  # the field above has no value on its own line
    text_below: int | None = None  # a block scalar that starts here is indented further than this
    quoted_to = -1  # the line on which a quoted value ends
    unclosed: set[str] = set()  # unclosed quotation marks; each is searched only once
    for number, line in enumerate(lines):
        if number <= quoted_to:
            continue
        opening = _OPENS_QUOTES.match(line)
        if opening and (mark := opening["quote"][0]) not in unclosed:
            closes = _CLOSES_QUOTES[mark]
            quoted_to = next((n for n in range(number + 1, len(lines)) if closes.match(lines[n])), -1)
            if quoted_to < 0:
                unclosed.add(mark)
        if match := _decision_behind_other_break(line):
            key = match["key"].lower()
            lines[number] = meant = f"{key}: {match['value']}"
            found.append(Mistyped(number, key, match[0].strip()[:_SHOWN], meant, is_within=True))
            continue
        if text_below is not None and (not line.strip() or len(line) - len(line.lstrip(" ")) > text_below):
            continue
        opening = _OPENS_TEXT.match(line)
        text_below = len(opening["indent"]) if opening else None
        if line[:1].strip(" -"):
            is_open = (field := _FIELD.match(line)) is not None and not field["value"]
        match = _WITHIN.match(line) or (None if is_open else _NOTE_WITHIN.match(line))
        if match is None or _LINE.match(line) or (is_open and _is_of_a_mapping(lines, number)):
            continue
        key = match["key"].lower()
        lines[number] = meant = f"{key}: {match['value']}"
        one = Mistyped(number, key, line.strip()[:_SHOWN], meant, is_within=bool(match["before"]))
        found.append(_without_note(one))
    return "\n".join(lines), found


def _is_of_a_mapping(lines: list[str], number: int) -> bool:
    """Return whether a line is one of several keys of a nested mapping, as other programs write."""
    field = _FIELD.match(lines[number])
    if field is None or not field["before"]:
        return False
    above, below = (
        _FIELD.match(line) for line in (lines[number - 1], "".join(lines[number + 1 : number + 2]))
    )
    return any(
        other is not None
        and len(other["before"]) == len(field["before"])
        and "-" not in first["before"]
        and not decides(other.string)
        for other, first in ((above, field), (below, below))
        if first is not None
    )


def _decision_behind_other_break(line: str) -> re.Match[str] | None:
    """Return the first part of a line that decides on a key.

    The line is split at characters that some programs take for line ends.
    """
    parts = _OTHER_BREAKS.split(line)
    return next(filter(None, map(_WITHIN.match, parts)), None) if len(parts) > 1 else None


def holds_key(line: str) -> bool:
    """Return whether a line of front matter begins with one of the keys."""
    return (match := _LINE.match(line)) is not None and withholds(match["key"])


def withholds(key: str) -> bool:
    """Return whether a key may withhold a clipping, however it is spelt."""
    return spelling(key) in _DECISIVE


def is_private_note(key: str) -> bool:
    """Return whether other programs store private notes under a key, however it is spelt."""
    return spelling(key) in OTHERS_PRIVATE


def decides(line: str) -> bool:
    """Return whether a line says yes or no to one of the keys, and nothing else."""
    return _WITHIN.match(line) is not None


_WORDS = frozenset({"publisher", "craft", "graft", "kraft", "drift", "enlisted"})
"""Words that are no typing errors."""
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u04cf\u043e\u0440\u0455\u0442\u0443"
    "\u03c5\u0475\u03bd\u044c\u0185\u0578\u043f\u0433\u03b9\u03b1\u03bf\u03c1",
    "acdehilopstuuvvbbnnriaop",
)
"""Cyrillic, Greek and Armenian letters that look like Latin ones."""


def meant_by(key: str) -> str:
    """Return the key that a mistyped key probably meant; empty if it is none."""
    return _meant_by(key) if len(key) <= LONGEST else ""


@lru_cache(1024)
def _meant_by(key: str) -> str:
    word = spelling(key)
    if word in _WORDS or word in _SPELLINGS:
        return ""
    if not word.isascii():
        word = word.translate(_LOOK_ALIKES)
        if word in _SPELLINGS:
            return _SPELLINGS[word]
        # Any other letter that is not Latin is a typing error, too.
        word = re.sub(r"[^\x00-\x7f]", "x", word)
    return next((name for meant, name in _SPELLINGS.items() if _is_near(word, meant)), "")


def _is_near(word: str, meant: str) -> bool:
    # `side`, `ride` and `wide` are words that nobody types for `hide`.
    is_replaced = len(word) == len(meant) and sorted(word) != sorted(meant)
    return is_one_edit_away(word, meant) and not (meant == "hide" and is_replaced)
