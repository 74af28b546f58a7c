"""Sections of an article: which heading is one of them, and which one goes on counting behind a box."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.comments import names_a_reader
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.page import Page
from generator.reading.boilerplate.verdict import is_date, is_paragraph


def heads_section(page: Page, block: Block, found: Found) -> bool:
    """Return whether a heading such as `Discussion` or `Related` heads a section of the article.

    It has only text below it, up to the end, a mark or another heading of the article on its level.
    Comments have names, dates, pictures or buttons among them, related posts have links.
    """
    reason = found.rule.reason
    if reason == "comments":
        if block.label not in _NAMES:
            return False
        return _is_text_to_the_end(page, block) or _is_followed_by_section(page, block)
    return reason == "related posts" and not found.pattern and _is_followed_by_section(page, block)


def _is_text_to_the_end(page: Page, block: Block) -> bool:
    """Return whether only paragraphs follow a heading, up to the end or a mark."""
    count = 0
    for one in page.body:
        if one.index <= block.index:
            continue
        mark = page.found[one.index]
        if (mark is not None and mark.kind == "end") or page.repetition[one.index]:
            break
        if mark is not None or not _is_of_section(one):
            return False
        count += is_paragraph(one)
    return count > 0


def _is_followed_by_section(page: Page, block: Block) -> bool:
    """Return whether text follows a heading, then another heading of its level with more of the article.

    At least two headings of the article have this level.
    """
    level, below = _level(block), page.blocks[block.index + 1 :]
    if not level or block.links or not below or not below[0].is_prose:
        return False
    if sum(_is_own_heading(page, one, level) for one in page.body) < _FEWEST:
        return False
    following = next((n for n, one in enumerate(below) if one.kind == "heading"), len(below))
    if following == len(below) or not _is_text(page, below[:following]):
        return False
    if not _is_own_heading(page, below[following], level):
        return False
    rest = below[following + 1 :]
    until = next((n for n, one in enumerate(rest) if one.kind == "heading"), len(rest))
    is_list = until > 0 and _REFERENCES.match(below[following].label) and rest[0].kind == "list"
    return bool(is_list) or _is_text(page, rest[:until])


_FEWEST = 2


def _level(block: Block) -> int:
    """Return the level of a heading; 0 for other blocks."""
    marks = block.text.lstrip(" \t>")
    return len(marks) - len(marks.lstrip("#")) if block.kind == "heading" else 0


def _is_own_heading(page: Page, block: Block, level: int) -> bool:
    """Return whether a block is a heading on a level that neither a family nor the source knows."""
    index = block.index
    is_own = page.found[index] is None and not page.repetition[index] and index not in page.titles
    return is_own and not block.links and _level(block) == level


def _is_text(page: Page, blocks: Sequence[Block]) -> bool:
    """Return whether blocks begin with a paragraph and are nothing but text."""
    return (
        bool(blocks)
        and blocks[0].kind == "text"
        and blocks[0].is_prose
        and all(
            _is_of_section(one) and page.found[one.index] is None and not page.repetition[one.index]
            for one in blocks
        )
    )


def _is_of_section(block: Block) -> bool:
    """Return whether a block is text, and no short line, such as the name of a reader or a date."""
    if block.kind == "rule" or block.is_linked or is_date(block) or names_a_reader(block):
        return False
    return block.kind != "text" or block.is_prose or block.plain.rstrip(" *_").endswith(_ENDS)


_ENDS = (".", ":", "。", "：")
_NAMES = frozenset({
    "comments", "discussion", "responses", "commenti", "discussione", "commentaires", "comentarios",
    "kommentare", "评论", "讨论",
})  # fmt: skip
_REFERENCES = re.compile(r"refer|bibliog|sources|fonti|riferiment|fuentes|quellen|literatur|参考|文献|来源")


def next_section(page: Page, index: int) -> int:
    """Return the index of the section that goes on counting behind a box of advertisements.

    Without one, it is the number of blocks.
    """
    numbers = [found for block in page.body if block.index < index and (found := section_of(block))]
    if len(numbers) >= _SECTIONS:
        style, last = numbers[-1]
        for block in page.body:
            if block.index > index and section_of(block) == (style, last + 1):
                return block.index
    return len(page.blocks)


_SECTIONS = 2
_NUMBERED = re.compile(
    r"(?P<hex>0x)?0?(?P<number>\d{1,2})(?P<end>[\s.、．:：]|$)|(?P<chinese>[一二三四五六七八九十]{1,2})[、.．\s]"
)
_CHINESE = "一二三四五六七八九十"


def section_of(block: Block) -> tuple[str, int] | None:
    """Return how a heading, or a short line in bold, is numbered, and its number; None if it is not."""
    if block.links or block.units > 80 or not (block.kind == "heading" or block.text.startswith("**")):
        return None
    found = _NUMBERED.match(block.plain.lstrip("#* \xa0"))
    if found is None:
        return None
    if found["chinese"]:
        digits = found["chinese"]
        number = _CHINESE.find(digits[-1]) + 1 + (10 if len(digits) == 2 else 0)
        return "chinese", number
    return found["hex"] or found["end"].strip(), int(found["number"])
