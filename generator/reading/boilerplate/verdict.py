"""Decide from what is left of a page whether it holds an article, and if not, why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found, Lexicon, ready
from generator.reading.boilerplate.notices import MOST, is_of_interface, notice_of, shows_a_change
from generator.reading.boilerplate.page import Page
from generator.reading.boilerplate.title_words import share_in
from generator.reading.text import bare

ONLY_IMAGES = "only images"
ONLY_NAVIGATION = "only navigation"
ONLY_FURNITURE = "only furniture"
ANOTHER_PAGE = "another page"
REASONS = (ONLY_IMAGES, ONLY_NAVIGATION, ONLY_FURNITURE, ANOTHER_PAGE)
"""Why a page holds no article, besides the reasons of the families' failed fetches."""

FEWEST_UNITS = 20
"""Number of letters below which nothing readable is left. Chinese characters count twice."""
MANY_LINKS = 10
"""Number of links of a page that has a menu."""

_ITEMS = 4
"""Number of teasers that make a list of posts."""
_PARAGRAPH = 100
_FEW = 250
"""Number of letters in paragraphs below which they may belong to a menu or a box."""
_RUN = 900
"""Number of letters in consecutive paragraphs that only an article has."""
_LINES = 3
_BARELY = 20
_LITTLE = 60
_NOTICE = 160
"""Number of letters of a notice. In a longer text, the words of a notice are a part of it."""
_KEPT = 0.6
_BROKEN = 0.3
"""`_KEPT` and `_BROKEN`: the share of a title's words in a text about its topic, and in one that is not."""


def failure_of(page: Page, removed: Mapping[int, str]) -> str:
    """Return why a page holds no article; empty if it holds one."""
    own = [block for block in page.blocks if block.index not in removed and not _is_furniture(page, block)]
    if "own" in {block.kind for block in own}:  # a family declares this as the page's text
        return ""
    if found := _failed(page, own) or _nothing(page, _without_cut_heading(page, own)) or _notice(page, own):
        return found
    if not page.blocks or any(lexicon.family.byline for lexicon in page.lexicons):
        return ""
    if page.is_found:
        return _nothing_behind(page, own)
    if any(block.kind == "above" for block in page.blocks):  # a family declares the start of the article
        is_bare = _text(own) < _LITTLE and not any(map(_is_note, own))
        return ONLY_NAVIGATION if is_bare and _links(page) >= MANY_LINKS else ""
    return _other_page(page, removed, own)


def has_nothing(page: Page) -> bool:
    """Return whether a page holds no article, and `failure_of` is the same whatever evidence removes.

    That is so if few letters are on it besides its titles, which are always removed, and no block whose kind
    matters.
    """
    own = [block for block in page.blocks if block.index not in page.titles]
    units = sum([block.units + block.linked for block in own])
    return units < FEWEST_UNITS and _DECIDING.isdisjoint([block.kind for block in own]) and not _is_data(own)


_DECIDING = frozenset({"code", "image", "own"})


def _without_cut_heading(page: Page, own: Sequence[Block]) -> Sequence[Block]:
    """Return the blocks without a heading in which the clipper cut the page."""
    is_cut = page.is_cut and own and own[-1] is page.blocks[-1] and own[-1].kind == "heading"
    return own[:-1] if is_cut else own


def _nothing(page: Page, own: Sequence[Block]) -> str:
    units = sum([block.units + block.linked for block in own])
    if _is_data(own):
        return ""
    if units >= FEWEST_UNITS and not (len(own) <= 2 and _is_first_line_of_code(own[-1])):
        return ""
    if units == 0 and not page.is_cut and any(block.kind == "image" for block in own):
        return ONLY_IMAGES
    return ONLY_NAVIGATION if _links(page) >= MANY_LINKS else ONLY_FURNITURE


def _is_data(own: Sequence[Block]) -> bool:
    """Return whether the few letters are a table of numbers, or opening hours of two days and more."""
    if not own or len(own) > _LINES + 1:
        return False
    text = "\n".join([block.text for block in own])
    return len(_ROW.findall(text)) >= 2 or len(_HOURS.findall(text)) >= 2


_ROW = re.compile(r"^\|[^|\n]*[^\W\d_][^|\n]*\|[^\n]*\d[^\n]*\|$", re.MULTILINE)
"""A row of a table: a word, then a number."""
_HOURS = re.compile(
    r"^\W*[^\W\d_]{2,12}\.?(?:\s?[-–,&/]\s?[^\W\d_]{2,12}\.?)?[\s:：]{1,2}\d{1,2}(?:[.:]\d\d)?\s?(?:am|pm|h|Uhr)?"
    r"\s?[-–]\s?\d{1,2}(?:[.:]\d\d)?\s?(?:am|pm|h|Uhr)?$",
    re.MULTILINE | re.IGNORECASE,
)
"""A day or two, and from when to when."""


def _is_first_line_of_code(block: Block) -> bool:
    """Return whether all that was saved of a code block is its first line, and no sentence or command."""
    return (
        block.kind == "code"
        and block.text.count("\n") == 2
        and block.text.startswith("```\n")
        and block.units <= _LINE
        and not _PROGRAM.search(block.text[4:])
        and not block.text.endswith((".\n```", "?\n```", "!\n```"))
    )


_LINE = 40


def _notice(page: Page, own: Sequence[Block]) -> str:
    """Return why a short page is no text, because all of it is a notice; empty if it is a text."""
    if len(own) > _BLOCKS or sum([block.units + block.linked for block in own]) >= MOST:
        return ""
    return notice_of(own, page.blocks[0].plain if 0 in page.titles else "")


_BLOCKS = 12
"""Number of blocks of a notice at most."""


def _is_furniture(page: Page, block: Block) -> bool:
    """Return whether a remaining block is an end mark or a notice of rights with no text above it."""
    found = page.found[block.index]
    if found is None:
        return False
    if found.kind == "end" and not found.rule.weak:
        return True
    is_of_a_tail = found.kind == "end" or found.rule.place == "tail"
    is_alone = is_of_a_tail and block.units <= _NOTICE and page.last < page.first
    return is_alone and _QUOTED_RIGHTS.search(block.plain) is None


_QUOTED_RIGHTS = re.compile(
    r"\brights reserved[\"”’]?,? (?:says|said|reads|was|were|is|are|has|have|had|stands?|means?|no longer)\b"
    r"|(?:版权所有|不得转载|转载请注明)[”」]\w",
    re.IGNORECASE,
)
"""The words of a notice of rights in a sentence about it."""


def _text(own: Sequence[Block]) -> int:
    """Return the number of letters outside of headings, tables, dates and lists of links."""
    return sum(
        block.units + block.linked
        for block in own
        if block.kind in {"text", "list", "code"} and not block.is_linked and not is_date(block)
    )


def _is_note(block: Block) -> bool:
    """Return whether a block says something of its own, such as the one line of some release notes."""
    return (
        block.kind in {"text", "list"}
        and block.units >= max(FEWEST_UNITS, 2 * block.linked)
        and not is_date(block)
    )


def _failed(page: Page, own: Sequence[Block]) -> str:
    """Return the sign of a failed fetch on a page with little text; empty if there is none."""
    units = sum([block.units for block in own if block.is_prose or block.kind == "code"])
    if units >= _ENOUGH and not (units < 2 * _ENOUGH and _is_about_the_browser(own)):
        return ""
    if {block.kind for block in own} in _ONLY_CODE:
        signs = [_failed_in_code(page, block.plain) for block in own if block.kind == "code"]
        return next(filter(None, signs), "") or (ONLY_NAVIGATION if _is_interface(page) else "")
    for block in page.blocks[:30]:
        is_title = not block.index and (block.kind == "heading" or block.index in page.titles)
        if is_title or block.units >= 400 or block.kind in _SILENT:
            continue
        for lexicon in page.lexicons:
            if found := _known_failure(lexicon, block.known_as, block.plain):
                above = sum(b.units for b in own if b.index < block.index)
                # Below some text, the sign refers to a box of the page.
                return "" if page.is_found and above >= _PARAGRAPH else found.rule.reason
    return ""


_ENOUGH = 300
"""Number of letters of a text in which the signs of a failed fetch do not count."""


def _is_about_the_browser(own: Sequence[Block]) -> bool:
    """Return whether the first block says several times what a browser needs to show the page."""
    words = next((block.plain for block in own if block.is_prose), "").casefold()
    return words.count("javascript") >= 2 and "browser" in words


def _failed_in_code(page: Page, plain: str) -> str:
    """Return the sign of a failed fetch in a code block on a page without other text.

    A line with signs of a program counts only at the start of a page's HTML.
    """
    for line in plain.split("\n"):
        if line.startswith(("```", "~~~")) or (_PROGRAM.search(line) and not _DOCTYPE.match(line)):
            continue
        for lexicon in page.lexicons:
            if found := _known_failure(lexicon, bare(line), line):
                return found.rule.reason
    return ""


def _is_interface(page: Page) -> bool:
    """Return whether most lines of a page's code are words of its interface, and none is of a program."""
    code = "\n".join([block.plain for block in page.blocks if block.kind == "code"])
    lines = [line for line in code.split("\n") if line.strip() and not line.startswith(("```", "~~~"))]
    if any(map(_PROGRAM.search, lines)):
        return False
    is_change = shows_a_change(lines)
    known = [
        line
        for line in lines
        if (is_change and is_of_interface(line))
        or any(one.find(bare(line), ready(line)) for one in page.lexicons)
    ]
    return len(known) >= _LINES and len(known) * 2 >= len(lines)


_ONLY_CODE = ({"code"}, {"code", "heading"})
_PROGRAM = re.compile(r"[=;{}<>$|]|\w\(|^\s*(?:#|//|\+|-\s)")
_DOCTYPE = re.compile(r"\s*<!doctype html", re.IGNORECASE)


@lru_cache(8192)  # failed fetches look alike
def _known_failure(lexicon: Lexicon, label: str, plain: str) -> Found | None:
    return lexicon.find_failed(label, ready(plain))


_SILENT = frozenset({"code", "table", "tail", "above", "own", "image", "rule"})


def _links(page: Page) -> int:
    """Return the number of links, including those around several blocks and in unexamined blocks."""
    return sum([(block.links or block.text.count("](")) + block.in_card for block in page.blocks])


def _nothing_behind(page: Page, own: Sequence[Block]) -> str:
    """Return a failure if only a date, a name and links are left under the title of a page with a menu."""
    if any(block.is_prose or block.kind in {"code", "table"} for block in own if not block.is_linked):
        return ""
    if page.is_cut and own and "](#" in own[-1].text:  # the cut is in the table of contents
        return ONLY_NAVIGATION
    text = sum(block.units + block.linked for block in own if not block.is_linked and not is_date(block))
    titles = sum(block.linked for block in own if block.links and block.linked >= 25 * block.links)
    if text + titles >= _BARELY or (not page.is_cut and any(block.kind == "image" for block in own)):
        return ""
    return ONLY_NAVIGATION if _links(page) >= MANY_LINKS else ""


_DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}:\d\d|\bmin(?:ute)?s?\b|"
    r"\b(?:jan|feb|ma[ry]|apr|may|jun|jul|aug|sep|o[ck]t|nov|de[cz]|gen|mag|giu|lug|ago|set|ott|dic)[a-zé]{0,8}\.?,?\s\d{1,4}\b",
    re.IGNORECASE,
)


def is_date(block: Block) -> bool:
    """Return whether a block is a date, perhaps with a name, or a reading time."""
    return block.units <= 40 and _DATE.search(block.plain) is not None


def _other_page(page: Page, removed: Mapping[int, str], own: Sequence[Block]) -> str:
    """Return the failure of a page without the title: navigation up to the cut, or other posts."""
    paragraphs = [block for block in own if is_paragraph(block)]
    units = sum(block.units for block in paragraphs)
    if _teasers(page, removed, own, units):
        return ANOTHER_PAGE
    shown = " ".join(block.plain for block in own if not block.is_linked)
    if _links(page) < MANY_LINKS:
        is_broken = share_in(page.words, shown) == 0
        return ANOTHER_PAGE if len(page.words) >= 4 and is_broken and _is_scrap(own) else ""
    code = sum(block.units for block in own if block.kind == "code")
    if units < _FEW and code < 200:
        is_article = _is_short_note(page, own) or _is_on_topic(page, own, shown)
        return "" if is_article else ONLY_NAVIGATION
    if _longest_run(own) >= _RUN:
        return ""
    if (
        share_in(page.words, shown) < _KEPT
        and share_in(page.words, " ".join(block.plain for block in paragraphs)) < _BROKEN
    ):
        return ANOTHER_PAGE
    return ""


def _is_scrap(own: Sequence[Block]) -> bool:
    """Return whether only short lines are left, with at most one image without words: a visit counter."""
    images = [block for block in own if block.kind == "image"]
    return (
        len(own) - len(images) >= _LINES
        and all(block.kind in _WORDS and not block.is_prose for block in own)
        and len(images) <= 1
        and all(block.text.startswith("![](") for block in images)
    )


_WORDS = frozenset({"text", "heading", "list", "rule", "image"})


def is_paragraph(block: Block) -> bool:
    """Return whether a block is text in sentences, and not an item of a menu or a linked box."""
    return (
        block.kind == "text"
        and block.is_prose
        and block.units >= _PARAGRAPH
        and 2 * block.linked <= block.units
        and not block.text.startswith(("  ", "\t"))
    )


def _teasers(page: Page, removed: Mapping[int, str], own: Sequence[Block], paragraphs: int) -> bool:
    """Return whether a page lists posts: headings that are links, or dates, one for each post."""
    counted = {None, "card of a link", "related posts"} if paragraphs < _FEW else {None, "card of a link"}
    headings = sum(
        block.kind == "heading" and block.is_linked and removed.get(block.index) in counted
        for block in page.blocks
    )
    if headings >= _ITEMS and paragraphs < _FEW * headings:
        return True
    dates = sum(is_date(block) for block in own)
    return dates >= 2 * _ITEMS and paragraphs < _FEW * dates and not page.has_headline


def _is_short_note(page: Page, own: Sequence[Block]) -> bool:
    """Return whether there is a headline with many of the title's words, and some text under it."""
    text = sum(block.units for block in own if block.is_prose and not block.in_card)
    return page.has_headline and text >= _LITTLE


def _is_on_topic(page: Page, own: Sequence[Block], shown: str) -> bool:
    """Return whether the title's words are in what is shown, and lines of text with them.

    Talks and short advisories are such: a speaker, an outline, a version, each on a line.
    """
    if len(page.words) < _LINES or share_in(page.words, shown) < _KEPT:
        return False
    lines = [block for block in own if block.kind in {"text", "list"} and block.units >= 2 * block.linked]
    return sum(block.units for block in lines if not block.in_card and not is_date(block)) >= _PARAGRAPH


def _longest_run(own: Sequence[Block]) -> int:
    """Return the number of letters in the longest run of paragraphs and code.

    Images and short lines do not end a run.
    """
    best = run = 0
    for block in own:
        if block.kind == "code" or is_paragraph(block):
            run += block.units
            best = max(best, run)
        elif block.kind == "heading" or block.is_linked or block.links > 2 or is_date(block):
            run = 0
    return best
