"""Evidence from lines that a source repeats between title and text, and that are no labels of sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.bylines import LABELS_OF_CONTENTS
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.boilerplate.recurring import REPEATED
from generator.reading.boilerplate.repeats import cached_hash
from generator.reading.boilerplate.series import LABEL, form_of
from generator.reading.datelines import is_dateline


def lone_lines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield short lines right above the text that many articles of the source have. Images may be above."""
    if not page.repeats.leading and not page.repeats.varying:
        return
    own = [block for block in page.body if block.index not in removed and block.kind not in _SILENT]
    if not own or _is_below_form(page, removed, page.blocks[page.start : own[0].index]):
        return
    lines = list(takewhile(lambda block: _is_lone_line(page, removed, block), own))
    if any(map(_is_text, own[len(lines) : len(lines) + 1])):
        yield from ((block.index, REPEATED) for block in lines)


def _is_text(block: Block) -> bool:
    """Return whether a block is more than a value below a label."""
    is_long = block.is_own or block.units > LABEL or block.kind in _TEXT
    return is_long or block.label in LABELS_OF_CONTENTS


def _is_below_form(page: Page, removed: Removed, above: Sequence[Block]) -> bool:
    """Return whether a list or a value below a label is removed because the source repeats it.

    The line below that may be one more label, or its value.
    """
    lines = [one for one in above if removed.get(one.index) == REPEATED and not one.links]
    values = page.repeats.varying
    return any(one.kind == "list" for one in lines) or any(
        cached_hash(one.text) in values and not is_dateline(one.plain) for one in lines[1:]
    )


def _is_lone_line(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether many articles have a line above their text that is no label of a section.

    A label has others of its form further down, or ends in a colon. A salutation ends in a comma.
    """
    if not 0 < block.units <= LABEL or block.links or page.found[block.index] is not None:
        return False
    value = cached_hash(block.text)
    if value in page.repeats.varying and _ISSUE.fullmatch(block.plain.strip(" *_#")):
        return True
    return (
        value in page.repeats.leading
        and bool(page.repetition[block.index])
        and not block.plain.rstrip(" *_\xa0").endswith((":", "：", ",", "，"))
        and not _has_sibling(page, removed, block)
    )


def _has_sibling(page: Page, removed: Removed, label: Block) -> bool:
    """Return whether another short line of the same form stands above own text further down."""
    form = form_of(label)
    own = [
        one
        for one in page.body
        if one.index > label.index and one.index not in removed and page.found[one.index] is None
    ]
    while own and (page.repetition[own[-1].index] or own[-1].kind in _SILENT):
        own.pop()
    return any(
        0 < one.units <= LABEL
        and one.kind in _LINES
        and not one.links
        and form_of(one) == form
        and (form or _is_plain_label(one, following))
        for one, following in pairwise(own)
    )


def _is_plain_label(one: Block, following: Block) -> bool:
    is_text = following.is_own or following.kind == "list"
    return is_text and one.kind == "text" and not one.plain.endswith(_STOPS)


_TEXT = frozenset({"heading", "code", "table"})
_SILENT = frozenset({"image", "rule"})
_LINES = frozenset({"heading", "text", "list"})
_STOPS = (".", "。", "!", "！", "?", "？", "…", ",", "，", ";", "；", ":", "：", "”")
_ISSUE = re.compile(
    r"(?:issue|no\.|nr\.|vol\.|volume|number|edition|ausgabe|heft|numéro|número|n[°º])\s?\d[\d.,/]*"
    r"(?:,?\s(?:issue|no\.|nr\.|number)\s?\d+)?|issued (?:at|on)\b.{1,40}"
    r"|(?:words|wörter|mots|parole|palabras|閲覧数|조회수|просмотров)\s?[:：]\s?[\d.,]+"
    r"|(?:总?第\s?\d+\s?期\s?){1,2}|(?:全文|本文)?[约共]?\s?\d+\s?字",
    re.IGNORECASE,
)
"""The number of an issue, its length or its readers. Forms have such values too."""
