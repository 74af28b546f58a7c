"""Detect private notes that reading apps add to the body of what they export."""

from __future__ import annotations

import re

_NOTES = re.compile(
    r"""^(?:
    \#{1,6}[ ]+(?:[Mm]y[ ]|Document[ ])?(?:[Nn]otes?|[Aa]nnotations?)[ ]*$  # Karakeep, Zotero
    |\#{1,6}[ ]+我?的?(?:笔记|批注)[ ]*$
    |(?:[ \t]*[-*][ ]+)?(?:\*\*)?Document[ ]Note(?:\*\*)?:  # Readwise
    |[ \t]*[-*][ ]+(?:\*\*)?Note(?:\*\*)?:
    |\#{1,6}[ ]+Highlights[ ]*\n\s{0,9}(?:[-*][ ]+)?>  # Omnivore
    )""",
    re.MULTILINE | re.VERBOSE,
)
_WORDS = ("Note", "note", "Highlights", "nnotation", "笔记", "批注")
_WORD = re.compile("|".join(_WORDS))
"""The first line of whatever the pattern matches holds one of these."""


def line_of_notes(body: str) -> int | None:
    """Return the line (from 0) on which something like private notes begins; None if there are none."""
    if not any(map(body.__contains__, _WORDS)):  # three times as fast as the pattern
        return None
    at = 0  # each line is tried once, and none without these words: that costs ten times as much
    while word := _WORD.search(body, at):
        start = max(at, body.rfind("\n", at, word.start()) + 1)
        if _NOTES.match(body, start):
            return body.count("\n", 0, start)
        if not (at := body.find("\n", word.end()) + 1):
            break
    return None
