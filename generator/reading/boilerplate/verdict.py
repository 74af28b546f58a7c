"""Whether a page holds an article at all, judged by what is left of it; and if not, why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found, Lexicon, ready
from generator.reading.boilerplate.page import Page
from generator.reading.boilerplate.promise import share_in

FEWEST_UNITS = 20
"""Letters below which nothing readable is left; Chinese characters count twice."""
MANY_LINKS = 10
"""Links of a page that has a menu."""

_ITEMS = 4
"""Teasers that make a list of posts."""
_PARAGRAPH = 100
_FEW = 250
"""Letters of paragraphs below which they may be those of a menu, or of a box."""
_RUN = 900
"""Letters of paragraphs in a row that only an article has."""
_LINES = 3
_BARELY = 20
_LITTLE = 60
_KEPT = 0.6
_BROKEN = 0.3
"""The share of a title's words in a text that speaks of it, and in one that does not."""


def failure_of(page: Page, gone: Mapping[int, str], *, is_cut: bool = False) -> str:
    """Why a page holds no article; empty where it holds one. `is_cut`: by the clipper."""
    own = [block for block in page.blocks if block.index not in gone and not _is_end(page, block)]
    if "own" in {block.kind for block in own}:  # a family knows that this is the page's text
        return ""
    if found := _failed(page, own) or _nothing(page, own):
        return found
    if not page.blocks or any(lexicon.family.byline for lexicon in page.lexicons):
        return ""
    if page.is_found:
        return _nothing_behind(page, own, is_cut=is_cut)
    if any(block.kind == "above" for block in page.blocks):  # a family knows where the article begins
        return "only navigation" if _text(own) < _LITTLE and _links(page) >= MANY_LINKS else ""
    return _other_page(page, gone, own)


def _nothing(page: Page, own: Sequence[Block]) -> str:
    units = sum([block.units + block.linked for block in own])
    if units >= FEWEST_UNITS:
        return ""
    if units == 0 and any(block.kind == "image" for block in own):
        return "only images"
    return "only navigation" if _links(page) >= MANY_LINKS else "only furniture"


def _is_end(page: Page, block: Block) -> bool:
    """Whether a block that stays is a mark of the end, with nothing above it."""
    found = page.found[block.index]
    return found is not None and found.kind == "end" and not found.rule.weak


def _text(own: Sequence[Block]) -> int:
    """Letters that are no heading, table, date or list of links."""
    return sum(
        block.units + block.linked
        for block in own
        if block.kind in {"text", "list", "code"} and not block.is_linked and not is_date(block)
    )


def _failed(page: Page, own: Sequence[Block]) -> str:
    """A sign of a failed fetch on a page that has next to no text."""
    if sum([block.units for block in own if block.is_prose or block.kind == "code"]) >= 300:
        return ""
    for block in page.blocks[1:30]:
        if block.units >= 400 or block.kind in _SILENT:
            continue
        for lexicon in page.lexicons:
            if found := _known_failure(lexicon, block.known_as, block.plain):
                above = sum(b.units for b in own if b.index < block.index)
                # Below some text the sign is about a box of the page.
                return "" if page.is_found and above >= _PARAGRAPH else found.rule.reason
    return ""


@lru_cache(8192)  # failed fetches look alike
def _known_failure(lexicon: Lexicon, label: str, plain: str) -> Found | None:
    return lexicon.find_failed(label, ready(plain))


_SILENT = frozenset({"code", "table", "tail", "above", "own", "image", "rule"})


def _links(page: Page) -> int:
    """Links and links around several blocks, also in what nobody looked into."""
    return sum([(block.links or block.text.count("](")) + block.in_card for block in page.blocks])


def _nothing_behind(page: Page, own: Sequence[Block], *, is_cut: bool) -> str:
    """Under the title of a page with a menu nothing is left but a date, a name, and links."""
    if any(block.is_prose or block.kind in {"code", "table"} for block in own if not block.is_linked):
        return ""
    if is_cut and own and "](#" in own[-1].text:  # the cut fell into the table of contents
        return "only navigation"
    text = sum(block.units + block.linked for block in own if not block.is_linked and not is_date(block))
    titles = sum(block.linked for block in own if block.links and block.linked >= 25 * block.links)
    if text + titles >= _BARELY or (not is_cut and any(block.kind == "image" for block in own)):
        return ""
    return "only navigation" if _links(page) >= MANY_LINKS else ""


_DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d\d|\bmin(?:ute)?s?\b|"
    r"\b(?:jan|feb|ma[ry]|apr|may|jun|jul|aug|sep|o[ck]t|nov|de[cz]|gen|mag|giu|lug|ago|set|ott|dic)[a-zé]{0,8}\.?,?\s\d{1,4}\b",
    re.IGNORECASE,
)


def is_date(block: Block) -> bool:
    """Whether a block is a date, with a name perhaps, or a time to read."""
    return block.units <= 40 and _DATE.search(block.plain) is not None


def _other_page(page: Page, gone: Mapping[int, str], own: Sequence[Block]) -> str:
    """A page that does not name the title: navigation up to the cut, or other posts."""
    paragraphs = [block for block in own if is_paragraph(block)]
    units = sum(block.units for block in paragraphs)
    if _teasers(page, gone, own, units):
        return "another page"
    shown = " ".join(block.plain for block in own if not block.is_linked)
    if _links(page) < MANY_LINKS:
        is_broken = share_in(page.words, shown) == 0
        return "another page" if len(page.words) >= 4 and is_broken and _is_scrap(own) else ""
    code = sum(block.units for block in own if block.kind == "code")
    if units < _FEW and code < 200:
        return "" if _is_short_note(page, own) else "only navigation"
    if _longest_run(own) >= _RUN:
        return ""
    if (
        share_in(page.words, shown) < _KEPT
        and share_in(page.words, " ".join(block.plain for block in paragraphs)) < _BROKEN
    ):
        return "another page"
    return ""


def _is_scrap(own: Sequence[Block]) -> bool:
    """Whether all that is left is several short lines, and one image without words, which counts visits."""
    images = [block for block in own if block.kind == "image"]
    return (
        len(own) - len(images) >= _LINES
        and all(block.kind in _WORDS and not block.is_prose for block in own)
        and len(images) <= 1
        and all(block.text.startswith("![](") for block in images)
    )


_WORDS = frozenset({"text", "heading", "list", "rule", "image"})


def is_paragraph(block: Block) -> bool:
    """Whether it is text in sentences, not an item of a menu, nor a box that is a link."""
    return (
        block.kind == "text"
        and block.is_prose
        and block.units >= _PARAGRAPH
        and 2 * block.linked <= block.units
        and not block.text.startswith(("  ", "\t"))
    )


def _teasers(page: Page, gone: Mapping[int, str], own: Sequence[Block], paragraphs: int) -> bool:
    """Headings that are links, one for each post, or a date for each."""
    counted = {None, "card of a link", "related posts"} if paragraphs < _FEW else {None, "card of a link"}
    headings = sum(
        block.kind == "heading" and block.is_linked and gone.get(block.index) in counted
        for block in page.blocks
    )
    if headings >= _ITEMS and paragraphs < _FEW * headings:
        return True
    dates = sum(is_date(block) for block in own)
    return dates >= 2 * _ITEMS and paragraphs < _FEW * dates and not page.has_headline


def _is_short_note(page: Page, own: Sequence[Block]) -> bool:
    """A headline of much the title's words, and some text under it that is no menu."""
    text = sum(block.units for block in own if block.is_prose and not block.in_card)
    return page.has_headline and text >= _LITTLE


def _longest_run(own: Sequence[Block]) -> int:
    """Letters of the longest row of paragraphs; images and short lines may stand between."""
    best = run = 0
    for block in own:
        if is_paragraph(block):
            run += block.units
            best = max(best, run)
        elif block.kind == "heading" or block.is_linked or block.links > 2 or is_date(block):
            run = 0
    return best
