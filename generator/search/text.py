"""The text that a page shows, from its HTML."""

from __future__ import annotations

import html
import re

from generator.model import limits

_WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var|wbr)"
    r"(?:\s[^>\"]*(?:\"[^\"]*\"[^>\"]*)*)?>"
)
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')


def shown_text(markup: str) -> str:
    """Return the beginning of the text of sanitised HTML, as far as it is searched. Blocks part words."""
    return html.unescape(_TAG.sub(" ", _WITHIN_WORDS.sub("", markup)))[: limits.SEARCHED]
