"""Cut texts to a length: bodies at the end of a block, values of front matter with `…`."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from generator.model import limits

_MARK = re.compile(r"[\n\\`~*_\[\]<&|!]|://")


def body_end(body: str, most: int = limits.BODY, marks: int = limits.MARKS) -> int:
    """Return where a body must end to have at most `most` characters and `marks` markup characters.

    The end of a block is preferred, if there is one in the second half of what is allowed.
    """
    if len(body) <= min(most, marks):
        return len(body)
    first_beyond = next(islice(_MARK.finditer(body, 0, most), marks, None), None)
    end = first_beyond.start() if first_beyond else min(most, len(body))
    return len(body) if end == len(body) else _boundary(body, end)


def _boundary(body: str, end: int) -> int:
    """Return the last end of a block, else of a line, else of a word, in the second half of the limit."""
    for sign in ("\n\n", "\n", " "):
        if (at := body.rfind(sign, end // 2, end)) >= 0:
            return at
    return end


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters, with `…` if it was cut."""
    if len(text) <= most:
        return text
    at = most - 1
    while at > most // 2 and (joins(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return text[:at].rstrip() + "…"


def joins(ch: str) -> bool:
    """Return whether a character combines with the one before it."""
    return unicodedata.category(ch)[0] == "M" or ch in "\u200d\ufe0f" or "\U0001f3fb" <= ch <= "\U0001f3ff"
