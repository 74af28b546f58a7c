"""The text that a page shows, from its HTML."""

from __future__ import annotations

import html
import re

_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var|wbr)"
    r"(?:\s[^>\"]*(?:\"[^\"]*\"[^>\"]*)*)?>"
)
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')


def shown_text(markup: str) -> str:
    """Return the text of sanitised HTML. Blocks part words."""
    return html.unescape(_TAG.sub(" ", _WITHIN_WORDS.sub("", markup)))
