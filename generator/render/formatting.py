"""Limit unclosed formatting elements to a number that HTML parsers can handle.

A parser reopens every unclosed formatting element in each following block
(https://html.spec.whatwg.org/#reconstruct-the-active-formatting-elements): 4,500 different `<b>` before 4,500
`<p>` become 20 million elements.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from generator.model import limits

_NAMES = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
"""Without `a`, because a new link ends the previous one."""
_ATTRIBUTE = r"""\s+[^\s"'<>=/]+(?:=(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?"""
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)(?:{_ATTRIBUTE})*+\s*+/?>|<", re.IGNORECASE)
"""A tag that every parser recognises as such, or a `<` that parsers may interpret differently."""
_FORMATTING = re.compile(rf"</?(?:{_NAMES})(?=[\s/>])(?:[^<>]*>)?", re.IGNORECASE)
_ELEMENTS = frozenset(_NAMES.split("|"))
_SCOPES = frozenset({"caption", "table", "td", "th"})
"""Elements beyond which an end tag has no effect."""
_EQUAL = 3
"""Number of elements with equal attributes that a parser remembers."""
_NESTED = 8
"""Number of nested blocks in a formatting element beyond which its end tag may not close it.

See the adoption agency algorithm.
"""


def limited(markup: str) -> str:
    """Return the same HTML, without formatting elements if a parser would reopen too many of them."""
    tags = markup.count("<")
    if tags * tags <= limits.REOPENED or _reopened(markup) <= limits.REOPENED:
        return markup
    return _FORMATTING.sub(lambda tag: "" if tag[0].endswith(">") else f"&lt;{tag[0][1:]}", markup)


def _reopened(markup: str) -> int:
    """Return an upper bound of the number of elements that a parser reopens."""
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
