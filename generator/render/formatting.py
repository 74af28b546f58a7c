"""Formatting elements that are not closed, held within what a parser of HTML can bear.

A parser opens every formatting element that was not closed again in each block that follows
(https://html.spec.whatwg.org/#reconstruct-the-active-formatting-elements): 4,500 different `<b>` before 4,500
`<p>` come to 20 million elements.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from generator.model import limits

_NAMES = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
"""Not `a`: where one begins, a parser ends the one before."""
_ATTRIBUTE = r"""\s+[^\s"'<>=/]+(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?"""
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)(?:{_ATTRIBUTE})*+\s*+/?>|<", re.IGNORECASE)
"""A tag that every parser takes for this tag; or a `<` behind which it is not clear what is a tag."""
_FORMATTING = re.compile(rf"</?(?:{_NAMES})(?=[\s/>])(?:[^<>]*>)?", re.IGNORECASE)
_ELEMENTS = frozenset(_NAMES.split("|"))
_SCOPES = frozenset({"caption", "table", "td", "th"})
"""An end tag does not reach beyond these."""
_EQUAL = 3
"""Elements with equal attributes that a parser remembers."""
_NESTED = 8
"""Blocks within a formatting element beyond which its end tag may not end it (adoption agency algorithm)."""


def bounded(markup: str) -> str:
    """The same HTML; without formatting elements where a parser would open too many of them again."""
    tags = markup.count("<")
    if tags * tags <= limits.REOPENED or _reopened(markup) <= limits.REOPENED:
        return markup
    return _FORMATTING.sub(lambda tag: "" if tag[0].endswith(">") else f"&lt;{tag[0][1:]}", markup)


def _reopened(markup: str) -> int:
    """How many elements a parser opens again, at the most."""
    started: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    equal = Counter[str]()
    active = blocks = reopened = 0
    is_clear = True
    for found in _TAG.finditer(markup):
        tag, name = found[0], (found[2] or "").lower()
        if not name:
            is_clear = False
            active += _FORMATTING.match(markup, found.start()) is not None
        elif name not in _ELEMENTS:
            blocks += _NESTED if name in _SCOPES else not found[1]
        elif not found[1]:
            started[name].append((tag, blocks))
            equal[tag] += 1
            active += equal[tag] <= _EQUAL
        elif is_clear and started[name] and blocks - started[name][-1][1] < _NESTED:
            tag, _ = started[name].pop()
            equal[tag] -= 1
            active -= equal[tag] < _EQUAL
        reopened += active
    return reopened
