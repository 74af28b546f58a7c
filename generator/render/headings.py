"""Give headings their levels, and ids that links can name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from generator.render.wellformed import REL

_LONGEST = 60
"""Maximum number of characters of a heading in its id."""
_TAG = re.compile(r'<sup class="footnote-ref">.*?</sup>|<[^>]*>')
"""A tag, or the number of a footnote, which changes with those before it."""
_NO_WORD = re.compile(r"[\W_]+")


def heading_tags(headings: Sequence[tuple[int, str]], *, has_anchors: bool) -> Iterator[tuple[str, str]]:
    """Yield the tags around each heading of a body. `headings` are their levels, as written, and their HTML.

    An id is made of the heading's text, so that it stays when other headings come and go. A heading links to
    itself, unless it contains a link.
    """
    if not headings:
        return
    used = set[str]()
    levels = heading_levels([level for level, _ in headings])
    for level, (_, inner) in zip(levels, headings, strict=True):
        if not has_anchors:
            yield f"<h{level}>", f"</h{level}>"
            continue
        id_ = _id(inner, used)
        if "<a " in inner:
            yield f'<h{level} id="{id_}">', f"</h{level}>"
        else:
            yield f'<h{level} id="{id_}"><a href="#{id_}" rel="{REL}">', f"</a></h{level}>"


def heading_levels(written: list[int]) -> list[int]:
    """Return the levels at which headings are shown: the highest in use becomes 2, and none skips a level."""
    ranks = {level: rank for rank, level in enumerate(sorted(set(written)), 2)}
    levels, previous = [], 1
    for level in written:
        previous = min(ranks[level], previous + 1, 6)
        levels.append(previous)
    return levels


def _id(inner: str, used: set[str]) -> str:
    """Return an id that is not in `used` yet, and add it there."""
    text = _TAG.sub("", inner) if "<" in inner else inner
    words = _NO_WORD.sub("-", (html.unescape(text) if "&" in text else text).lower()).strip("-")
    id_ = name = f"h-{words[:_LONGEST].rstrip('-') or 'section'}"
    number = 1
    while id_ in used:
        number += 1
        id_ = f"{name}-{number}"
    used.add(id_)
    return id_
