"""Evidence from rows between the title and the text: dates, bylines, tables of contents."""

from __future__ import annotations

from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.datelines import is_byline, is_dateline


def datelines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield rows above the text with a date, an author or an origin. A standfirst may stand between them."""
    passed: list[Block] = []
    is_post = any(lexicon.family.byline for lexicon in page.lexicons)
    for block in page.body:
        if block.index in removed or block.kind in _SILENT:
            continue
        if _is_row(block, is_bare=is_post) and not _recurs(page, block):
            yield block.index, "byline"
            if passed and _names_author(passed[-1], block):
                yield passed[-1].index, "byline"
            continue
        passed.append(block)
        if len(passed) > _PASSED or block.units > _STANDFIRST or block.kind in {"code", "table"}:
            return


_SILENT = frozenset({"image", "rule"})
_PASSED = 2
"""Number of blocks above a byline: a standfirst, a section."""
_STANDFIRST = 250
_ROW = 120


def _is_row(block: Block, *, is_bare: bool) -> bool:
    if block.kind not in {"text", "list"} or block.units + block.linked > _ROW:
        return False
    words = block.plain.strip(" \t\n*_#>~\xa0").replace("*", "").replace("\xa0", " ")
    return is_dateline(words, is_bare=is_bare) or is_byline(words)


def _recurs(page: Page, block: Block) -> bool:
    """Return whether more such rows follow within the text: dates of a timeline, fields of a form."""
    start = block.text.lstrip(" *_>")[:2]
    following = page.blocks[block.index + 1 : block.index + 40]
    rows = [one for one in following if one.text.lstrip(" *_>").startswith(start) and one.units <= _ROW]
    return any(one.index > page.first and _is_row(one, is_bare=True) for one in rows)


def _names_author(block: Block, dated: Block) -> bool:
    """Return whether the block right above a date is a name."""
    return (
        block.index + 1 == dated.index
        and block.kind == "text"
        and block.units + block.linked <= _NAME
        and block.plain.count(" ") <= 2
        and block.plain.strip("* ").replace(" ", "").isalpha()
    )


_NAME = 25
