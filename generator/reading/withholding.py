"""The keys that hold a clipping back, as they are meant and as they are mistyped."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import NamedTuple

KEYS = ("private", "publish", "published", "draft", "hide", "hidden")

_LINE = re.compile(
    rf"""^(?P<before>[\u200b\ufeff\xa0\u3000]*)(?P<quote>["']?)(?P<key>{"|".join(KEYS)})(?P=quote)"""
    r"(?P<space>[^\S\n]*)(?P<sign>[:\uff1a\ufe55\u2236=\uff1d])(?P<gap>[^\S\n]*)(?P<value>.*)$",
    re.MULTILINE | re.IGNORECASE,
)
"""A line that sets one of these keys, also with an equals sign, a full-width colon or other white space."""
_PLAIN_SPACE = frozenset(" \t")
_SHOWN = 40
"""Characters of a value that a message shows."""


class Mistyped(NamedTuple):
    """A line that means one of the keys, but is no YAML that says so."""

    line: int
    """Counted from 0."""
    key: str
    written: str
    meant: str


def corrected(block: str) -> tuple[str, list[Mistyped]]:
    """A block of front matter with mistyped lines of these keys as YAML has them, and the first of each key.

    The number of lines stays the same.
    """
    mistyped: dict[str, Mistyped] = {}
    pieces: list[str] = []
    end = line = 0
    for match in _LINE.finditer(block):
        if _is_yaml(match):
            continue
        key, value = match["key"].lower(), match["value"].strip()
        meant = f"{key}: {value}".rstrip()
        between = block[end : match.start()]
        line += between.count("\n")
        pieces += [between, meant]
        end = match.end()
        written = match[0].strip()[: _SHOWN + len(key)]
        mistyped.setdefault(key, Mistyped(line, key, written, meant[: _SHOWN + len(key)]))
    return "".join((*pieces, block[end:])), list(mistyped.values())


def _is_yaml(match: re.Match[str]) -> bool:
    if match["before"] or match["sign"] != ":" or not _PLAIN_SPACE.issuperset(match["space"] + match["gap"]):
        return False
    return bool(match["gap"]) or not match["value"]


def holds_key(line: str) -> bool:
    """Whether a line of front matter begins with one of the keys."""
    return _LINE.match(line) is not None


def _one_edit_away(word: str) -> Iterator[str]:
    """All words that differ by a letter left out, added or replaced, or by two that changed places."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in string.ascii_lowercase:
            yield before + letter + after
            # `side`, `ride` and `wide` are words, and nobody types them for `hide`.
            if after and word != "hide":
                yield before + letter + after[1:]


_WORDS = frozenset({*KEYS, "publisher", "craft", "graft", "kraft", "drift"})
MISTYPED_KEYS: Mapping[str, str] = {
    near: key for key in reversed(KEYS) for near in _one_edit_away(key) if near not in _WORDS
}
"""What is one letter away from a key, with the key that was probably meant."""
