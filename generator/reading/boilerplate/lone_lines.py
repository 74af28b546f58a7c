"""Evidence from lines that a source repeats between title and text, and that are no labels of sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.boilerplate.recurring import REPEATED
from generator.reading.boilerplate.repeats import cached_hash


def lone_lines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield short lines right above the text that many articles of the source have. Images may be above."""
    if not page.repeats.leading:
        return
    own = [block for block in page.body if block.index not in removed and block.kind not in _SILENT]
    for block in own[:-1]:
        if not _is_lone_line(page, removed, block):
            return
        yield block.index, REPEATED


def _is_lone_line(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether many articles have a line above their text that is no label of a section.

    A label has others of its form further down, or ends in a colon. A salutation ends in a comma.
    """
    return (
        0 < block.units <= _LABEL
        and not block.links
        and (bool(page.repetition[block.index]) or _ISSUE.fullmatch(block.plain.strip(" *_#")) is not None)
        and page.found[block.index] is None
        and cached_hash(block.text) in page.repeats.leading
        and not block.plain.rstrip(" *_\xa0").endswith((":", "：", ",", "，"))
        and not _has_sibling(page, removed, block)
    )


def _has_sibling(page: Page, removed: Removed, label: Block) -> bool:
    """Return whether another short line of the same form stands above own text further down."""
    form = _form_of(label)
    own = [
        one
        for one in page.body
        if one.index > label.index and one.index not in removed and page.found[one.index] is None
    ]
    while own and (page.repetition[own[-1].index] or own[-1].kind in _SILENT):
        own.pop()
    return any(
        0 < one.units <= _LABEL
        and one.kind in _LINES
        and not one.links
        and _form_of(one) == form
        and (form or _is_plain_label(one, following))
        for one, following in pairwise(own)
    )


def _is_plain_label(one: Block, following: Block) -> bool:
    is_text = following.is_own or following.kind == "list"
    return is_text and one.kind == "text" and not one.plain.endswith(_STOPS)


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


_LABEL = 40
"""Number of letters of a label."""
_SILENT = frozenset({"image", "rule"})
_LINES = frozenset({"heading", "text", "list"})
_STOPS = (".", "。", "!", "！", "?", "？", "…", ",", "，", ";", "；", ":", "：", "”")
_ISSUE = re.compile(
    r"(?:issue|no\.|nr\.|vol\.|volume|number|edition|ausgabe|heft|numéro|número|n[°º])\s?\d[\d.,/]*"
    r"(?:,?\s(?:issue|no\.|nr\.|number)\s?\d+)?|issued (?:at|on)\b.{1,40}"
    r"|总?第\s?\d+\s?期|(?:全文|本文)?[约共]?\s?\d+\s?字",
    re.IGNORECASE,
)
"""The number of an issue, or the length of its text, which forms have as values too."""
_NUMBER = re.compile(
    r"第?[一二三四五六七八九十]{1,3}\s?[、.．章节]|\d{1,2}\s?[、.．)）]|0x\d|[(（][\d一二三四五六七八九十]{1,3}[)）]"
    r"|(?:part|step|chapter) ?\d|[IVX]{1,4}\.",
    re.IGNORECASE,
)
