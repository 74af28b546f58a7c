"""Recognise pictures that stand alone in a paragraph, and captions below them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

LONGEST_CAPTION = 300
"""Maximum number of characters of a caption."""
_SHORTEST = 8
"""The minimum for a paragraph that is only emphasised."""
_LONGEST_TITLE = 60
"""The same for a label without a colon, which may also begin a sentence, as in `Figure 1 shows`."""
_SHORTEST_TEXT = 40
"""Number of characters from which text on the line of a picture is a paragraph of its own."""

_NUMBER = r"\s?[\d一二三四五六七八九十]+(?:[.‑–-]\d+)*"
_LABEL = re.compile(
    rf"[(（【]?(?:(?:图表?|圖|表|Figure|Fig\.?){_NUMBER}(?:\s*[:：.．、|]|\s[-–—]\s)"
    r"|(?:(?:图片?|圖|照片)(?:来源|來源)?|图源|摄影)\s?[:：/]|[▲△▴↑⬆]"
    r"|(?:Image|Photo|Picture|Photograph|Screenshot|Illustration)s?(?: (?:credit|source|courtesy|by)s?)?:"
    r"|(?:Image|Photo) (?:credit|courtesy|by)|Credits?:)"
)
_TITLE = re.compile(rf"(?:图表?|圖|Figure|Fig\.?){_NUMBER}\s.*[^。.!?！？:：;；,，]", re.DOTALL)

_OPENS = {"strong_open": "strong_close", "em_open": "em_close"}
_BREAKS = {"softbreak", "hardbreak"}


def is_caption(text: str, tokens: Sequence[Token] = ()) -> bool:
    """Return whether a paragraph below a picture is its caption: labelled, or emphasised as a whole."""
    text = text.strip()
    if not text or len(text) > LONGEST_CAPTION:
        return False
    if tokens and tokens[0].type == "em_open" and tokens[-1].type == "em_close":
        return len(text) >= _SHORTEST and sum(token.type == "em_open" for token in tokens) == 1
    return _LABEL.match(text) is not None or (
        len(text) <= _LONGEST_TITLE and _TITLE.fullmatch(text) is not None
    )


def text_of(tokens: Sequence[Token]) -> str:
    """Return the text of a block, without markup."""
    return "".join([token.content for token in tokens])


def with_picture(tokens: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token], Sequence[Token]] | None:
    """Split a paragraph with one picture into what is before it, the picture, and what is after it.

    None if the picture is part of the text, such as an icon. The picture may be linked.
    """
    if len(tokens) == 1:
        return (), tokens, ()
    tokens = [token for token in tokens if token.content or token.type != "text"]
    while len(tokens) > 2 and _OPENS.get(tokens[0].type) == tokens[-1].type:
        if not _is_picture(tokens[1:-1]):
            break
        tokens = tokens[1:-1]
    for size in (1, 3):
        if _is_picture(tokens[:size]):
            rest = tokens[size:]
            is_apart = bool(rest) and rest[0].type in _BREAKS
            rest = rest[1:] if is_apart else rest
            is_own = is_apart or _is_paragraph(rest) or is_caption(text_of(rest), rest)
            return ((), tokens[:size], rest) if is_own else None
        if _is_picture(tokens[-size:]):
            rest = tokens[:-size]
            is_apart = rest[-1].type in _BREAKS
            rest = rest[:-1] if is_apart else rest
            return (rest, tokens[-size:], ()) if is_apart or _is_paragraph(rest) else None
    return None


def _is_picture(tokens: Sequence[Token]) -> bool:
    kinds = [token.type for token in tokens]
    return kinds in (["image"], ["link_open", "image", "link_close"])


def _is_paragraph(tokens: Sequence[Token]) -> bool:
    return not tokens or len(text_of(tokens)) >= _SHORTEST_TEXT
