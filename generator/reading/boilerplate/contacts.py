"""Evidence at the very end of the text: whom to call, headings with nothing below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page, Removed


def contacts(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield an advertisement that ends with the number of a hotline, up to its label or its request to call.

    A notice in a code block that sells a membership is one too.
    """
    left = (block for block in _from_the_end(page, removed) if block.kind != "image")
    ending = list(islice(left, _ROWS))
    if len(ending) < 2 or page.is_cut:
        return
    last, above = ending[0], ending[1:]
    if last.units > _SHORT:
        return
    if last.kind == "code" and "星球" in last.plain and "元" in last.plain:
        yield last.index, "call to subscribe"
    if not _HOTLINE.search(last.plain):
        return
    rows: list[Block] = []
    for block in above:
        if block.units > _SHORT or block.kind in {"code", "table"} or block.plain.endswith(_ENDS):
            break
        rows.append(block)
    labels = [n for n, row in enumerate(rows, 1) if _LABEL.search(row.plain)]
    requests = [n for n, row in enumerate(rows[:2], 1) if _REQUEST.search(row.plain)]
    count = max((*labels[:1], *requests), default=0)
    if count or _REQUEST.search(last.plain):
        yield from [(block.index, "call to subscribe") for block in (last, *rows[:count])]


_ROWS = 12
_SHORT = 60
_ENDS = ("。", ".", "！", "；")
_HOTLINE = re.compile(r"(?<!\d)400(?:-?\d){7}(?!\d)")
_LABEL = re.compile(r"\*\*.{2,12}(?:服务|支持)\**\s*$")
_REQUEST = re.compile(r"联系|咨询|热线")


def bare_headings(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the headings at the end of a complete page, below its text: tags, sections that are removed."""
    if page.is_cut or page.last < 0:
        return
    for block in _from_the_end(page, removed):
        if block.kind != "heading" or block.index <= page.first or block.links or block.units > _SHORT:
            return
        yield block.index, "heading without text"


def _from_the_end(page: Page, removed: Removed) -> Iterator[Block]:
    """Yield the blocks that are left, from the last one on, without lines of signs."""
    for block in reversed(page.body):
        if block.index not in removed and (block.kind == "image" or block.text.strip(_SIGNS)):
            yield block


_SIGNS = " \t\n\xa0-*_=#\\"
