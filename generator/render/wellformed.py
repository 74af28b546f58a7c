"""HTML that the sanitiser would write again as it stands: told by its form, in a fraction of the time.

Nearly all bodies are of this form, since `markdown.writer` writes them in it. Two things are asked of the
whole text: that it holds nothing but plain text and a few tags with the very attributes listed here, and that
these tags stand in each other as a parser of HTML leaves them. Any other text goes through the sanitiser.
"""

from __future__ import annotations

import re

REL = "noopener nofollow ugc"
"""What every link of a body says of itself."""

# What no document may hold, with the planes that end with such (`sanitise`); a no-break space and a carriage
# return, which are written in another way.
_ODD = "\x00-\x08\x0b-\x1f\x7f-\xa0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff"
_TEXT = f"[^<>&{_ODD}]*+"
_VALUE = f'"(?:[^<>&"{_ODD}]++|&(?:amp|quot);)*+"'
# A host that every parser of addresses takes: no number, nothing encoded.
_HOST = r"(?:(?![Xx][Nn]--)[A-Za-z0-9-]++\.)++[A-Za-z]{2,}+(?::[0-9]{1,4}+)?"
_ADDRESS = rf'"https?://{_HOST}(?:[/?#](?:[!#-%\x27-;=?-~]++|&amp;)*+)?"'
_LINK = rf'<a href={_ADDRESS}(?: title={_VALUE})? rel="{REL}">'
_SIZE = '"[1-9][0-9]{0,4}"'
_PICTURE = (
    f"<img src={_ADDRESS} alt={_VALUE}(?: title={_VALUE})?(?: width={_SIZE} height={_SIZE})?"
    ' loading="lazy" decoding="async" referrerpolicy="no-referrer">'
)
# Between the parts of a table no text may stand: a parser puts it before the table.
_TABLE = r"(?:</?(?:table|thead|tbody|tr)>|</t[dh]>)\n*+(?=<)"
_FORM = re.compile(
    f"(?!\ufeff){_TEXT}(?:(?:&(?:amp|lt|gt|nbsp);|</?(?:p|strong|em|s|code|h[2-6]|ul|ol|li|blockquote)>"
    f'|<[bh]r>|</(?:a|pre|div)>|{_LINK}|{_PICTURE}|<ol start="-?[0-9]{{1,9}}">|<pre tabindex="0">(?=<code>)'
    f'|{_TABLE}|<t[dh](?: class="align-(?:left|center|right)")?>|<div class="table" tabindex="0">(?=<table>)'
    f"){_TEXT})*+"
)
_TAG = re.compile("<(/?[a-z0-9]+)")

_PHRASING = frozenset({"a", "br", "code", "em", "img", "s", "strong"})
_BLOCKS = frozenset({"blockquote", "div", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "ul"})
_HOLDS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("p", "h2", "h3", "h4", "h5", "h6", "td", "th", "a", "em", "s", "strong"), _PHRASING),
    "blockquote": _BLOCKS,
    "li": _BLOCKS | _PHRASING,
    **dict.fromkeys(("ol", "ul"), frozenset({"li"})),
    "pre": frozenset({"code"}),
    "code": frozenset(),
    "div": frozenset({"table"}),
    "table": frozenset({"tbody", "thead"}),
    **dict.fromkeys(("tbody", "thead"), frozenset({"tr"})),
    "tr": frozenset({"td", "th"}),
}
"""What may stand in an element, so that a parser finds it there."""
_WITHIN = {element: (f"/{element}", held) for element, held in _HOLDS.items()}
"""The tag that closes an element, and what it may hold."""
_EMPTY = frozenset({"br", "hr", "img"})


def is_as_written(html: str) -> bool:
    """Whether the sanitiser would give these very bytes. Where it is false it may be so nevertheless."""
    return _FORM.fullmatch(html) is not None and _is_nested(_TAG.findall(html))


def _is_nested(tags: list[str]) -> bool:
    """Whether all tags, in their order, open and close elements within others that may hold them."""
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
