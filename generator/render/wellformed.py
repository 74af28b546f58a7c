"""Recognise HTML that the sanitiser would not change, by its form, in a fraction of the time.

Nearly all bodies have this form, because `markdown.writer` writes it. There are two conditions: the text
holds only plain text and a few tags with exactly the attributes listed here, and these tags are nested as an
HTML parser would nest them. Any other text goes through the sanitiser.
"""

from __future__ import annotations

import re

REL = "noopener nofollow ugc"
"""The `rel` attribute of every link in a body."""

# Code points that HTML does not allow, with the planes that end with such (`sanitise`), no-break spaces and
# carriage returns, which are escaped.
_ODD = "\x00-\x08\x0b-\x1f\x7f-\xa0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff"
_TEXT = f"[^<>&{_ODD}]*+"
_VALUE = f'"(?:[^<>&"{_ODD}]++|&(?:amp|quot);)*+"'
# A host that every URL parser accepts: no number, nothing encoded.
_HOST = r"(?:(?![Xx][Nn]--)[A-Za-z0-9-]++\.)++[A-Za-z]{2,}+(?::[0-9]{1,4}+)?"
_ADDRESS = rf'"https?://{_HOST}(?:[/?#](?:[!#-%\x27-;=?-~]++|&amp;)*+)?"'
_LINK = rf'<a href={_ADDRESS}(?: title={_VALUE})? rel="{REL}">'
_SIZE = '"[1-9][0-9]{0,4}"'
_PICTURE = (
    f"<img src={_ADDRESS} alt={_VALUE}(?: title={_VALUE})?(?: width={_SIZE} height={_SIZE})?"
    ' loading="lazy" decoding="async" referrerpolicy="no-referrer">'
)
_HEADING = rf'<(?:h[2-6] id="h-[\w-]{{1,80}}"|a href="#h-[\w-]{{1,80}}" rel="{REL}")>'
# No text between the parts of a table, because a parser moves it above the table.
_TABLE = r"(?:</?(?:table|thead|tbody|tr)>|</t[dh]>)\n*+(?=<)"
_FORM = re.compile(
    f"(?!\ufeff){_TEXT}(?:(?:&(?:amp|lt|gt|nbsp);|</?(?:p|strong|em|s|code|h[2-6]|ul|ol|li|blockquote)>"
    f'|<[bh]r>|</(?:a|pre|div|figure)>|{_LINK}|{_PICTURE}|<ol start="-?[0-9]{{1,9}}">'
    f'|<pre tabindex="0">(?=<code>)|{_TABLE}|<t[dh](?: class="align-(?:left|center|right|end)")?>'
    f'|<div class="table" tabindex="0">(?=<table>)|{_HEADING}|<figure(?: tabindex="0")?>|</?figcaption>'
    f"){_TEXT})*+"
)
_TAG = re.compile("<(/?[a-z0-9]+)")

_PHRASING = frozenset({"a", "br", "code", "em", "img", "s", "strong"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {"blockquote", "div", "figure", "hr", "ol", "p", "pre", "ul"}
_HOLDS: dict[str, frozenset[str]] = {
    **dict.fromkeys((*_HEADINGS, "p", "figcaption", "td", "th", "a", "em", "s", "strong"), _PHRASING),
    "blockquote": _BLOCKS,
    "li": _BLOCKS | _PHRASING,
    **dict.fromkeys(("ol", "ul"), frozenset({"li"})),
    "pre": frozenset({"code"}),
    "code": frozenset(),
    "div": frozenset({"table"}),
    "figure": frozenset({"a", "figcaption", "img"}),
    "table": frozenset({"tbody", "thead"}),
    **dict.fromkeys(("tbody", "thead"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
}
"""Element → the elements that it may contain for a parser to keep them there."""
_WITHIN = {element: (f"/{element}", held) for element, held in _HOLDS.items()}
"""Element → its closing tag, and what it may contain."""
_EMPTY = frozenset({"br", "hr", "img"})


def is_canonical(html: str) -> bool:
    """Return whether the sanitiser would return the same bytes. False may be wrong."""
    return _FORM.fullmatch(html) is not None and _is_nested(_TAG.findall(html))


def _is_nested(tags: list[str]) -> bool:
    """Return whether the tags, in order, open and close elements inside others that may contain them."""
    around: list[tuple[str, frozenset[str]]] = []
    within = closing, held = "", _BLOCKS
    for tag in tags:
        if tag == closing:
            within = closing, held = around.pop()
        elif tag not in held:
            return False
        elif tag not in _EMPTY:
            if tag == "a" and (closing == "/a" or _WITHIN["a"] in around):
                return False
            around.append(within)
            within = closing, held = _WITHIN[tag]
    return not around
