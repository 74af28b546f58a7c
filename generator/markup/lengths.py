"""Texts cut to a length: bodies where a block ends, values of front matter with `…`."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from generator.model import limits

_MARK = re.compile(r"[\n\\`~*_\[\]<&|!]|://")


def body_end(body: str, most: int = limits.BODY, marks: int = limits.MARKS) -> int:
    """Where a body must end to have at most so many characters and signs of markup.

    Behind a block, if one ends in the second half of what may stand.
    """
    if len(body) <= min(most, marks):
        return len(body)
    first_beyond = next(islice(_MARK.finditer(body, 0, most), marks, None), None)
    end = first_beyond.start() if first_beyond else min(most, len(body))
    return len(body) if end == len(body) else _boundary(body, end)


def _boundary(body: str, end: int) -> int:
    """The last end of a block, else of a line, else of a word in the second half of what may stand."""
    for sign in ("\n\n", "\n", " "):
        if (at := body.rfind(sign, end // 2, end)) >= 0:
            return at
    return end


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters, with `…` where something is left out."""
    if len(text) <= most:
        return text
    at = most - 1
    while at > most // 2 and (joins(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return text[:at].rstrip() + "…"


def joins(ch: str) -> bool:
    """Whether a character belongs to the one before it."""
    return unicodedata.category(ch)[0] == "M" or ch in "\u200d\ufe0f" or "\U0001f3fb" <= ch <= "\U0001f3ff"
