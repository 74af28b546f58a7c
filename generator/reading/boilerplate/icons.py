"""Evidence from characters of icon fonts: rows above the text, and buttons below it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import is_removed_line
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.text import PRIVATE_USE, bare


def icon_lines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield short lines with characters of an icon font above the text: date, author, section."""
    for block in page.body:
        if block.index > page.first or block.index > page.start + _HEAD:
            return
        if block.text.isascii() or block.index in removed or not _has_icon(block, _LONGEST):
            continue
        if block.units <= _SENTENCE or not block.text.rstrip().endswith(tuple(".!?。！？")):
            yield block.index, "byline"


def icon_buttons(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield lines below the text in which each icon has the label of a button, such as `Share`."""
    for block in page.body[: -_ROWS - 1 : -1]:
        if block.index <= page.last:
            return
        if not block.text.isascii() and block.index not in removed and _has_icon(block, _BUTTONS):
            labels = [label for part in PRIVATE_USE.split(block.plain) if (label := bare(part))]
            if labels and all(one.isdecimal() or is_removed_line(page.lexicons, one) for one in labels):
                yield block.index, "share bar"


def _has_icon(block: Block, longest: int) -> bool:
    is_line = block.kind in {"text", "list", "rule"} and block.units + block.linked <= longest
    return is_line and PRIVATE_USE.search(block.text) is not None


_HEAD = 15
"""Number of blocks below the title among which a row with icons may be."""
_ROWS = 12
"""Number of blocks at the end among which buttons with icons may be."""
_LONGEST = 120
_SENTENCE = 40
_BUTTONS = 80
