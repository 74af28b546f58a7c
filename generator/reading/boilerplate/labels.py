"""Tell the label of a section from a line that a page shows between its title and any text."""

from __future__ import annotations

import re

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.boilerplate.repeats import cached_hash


def is_lone_line(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether many articles of the source have a line above their text that is no label of a section.

    A label has others of its form further down, or ends in a colon.
    """
    return (
        cached_hash(block.text) in page.repeats.leading
        and not block.plain.rstrip(" *_\xa0").endswith((":", "："))
        and not _has_sibling(page, removed, block)
    )


def _has_sibling(page: Page, removed: Removed, label: Block) -> bool:
    """Return whether another short line of the same form stands above text further down."""
    form = _form_of(label)
    following = page.blocks[label.index + 1 :]
    return any(
        0 < one.units <= LABEL
        and one.kind in _LINES
        and not one.links
        and one.index not in removed
        and page.found[one.index] is None
        and _form_of(one) == form
        and _is_above_text(page, one, is_plain=not form)
        for one in following
    )


def _is_above_text(page: Page, one: Block, *, is_plain: bool) -> bool:
    below = page.blocks[one.index + 1 : one.index + 2]
    if not below or page.repetition[below[0].index] or below[0].kind == "rule":
        return False
    return not is_plain or (not one.plain.endswith(_STOPS) and (below[0].is_own or below[0].kind == "list"))


def _form_of(block: Block) -> str:
    """Return how a line is marked as a label; empty if it is not."""
    if block.kind == "heading":
        return "heading"
    words = block.text.lstrip(" >\xa0")
    if words.startswith(("**", "__")):
        return "bold"
    if _NUMBER.match(words):
        return "number"
    return "" if words[:1].isalnum() else words[:1]


LABEL = 40
"""Number of letters of a label."""
_LINES = frozenset({"heading", "text", "list"})
_STOPS = (".", "。", "!", "！", "?", "？", "…", ",", "，", ";", "；", ":", "：", "”")
_NUMBER = re.compile(
    r"第?[一二三四五六七八九十]{1,3}\s?[、.．章节]|\d{1,2}\s?[、.．)）]|0x\d|[(（][\d一二三四五六七八九十]{1,3}[)）]"
    r"|(?:part|step|chapter) ?\d|[IVX]{1,4}\.",
    re.IGNORECASE,
)
