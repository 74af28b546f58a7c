"""Evidence from rows between the title and the text: dates, bylines, tables of contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.page import Page, Removed
from generator.reading.datelines import are_names, is_byline, is_credit, is_dateline, is_signed
from generator.reading.text import bare

BYLINE = "byline"
CONTENTS = "table of contents"
SERIES = "parts of a series"


def datelines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield rows above the text with a date, an author or an origin. A standfirst may stand between them."""
    passed: list[Block] = []
    is_post = any(lexicon.family.byline for lexicon in page.lexicons)
    for block in page.body:
        if block.index in removed or block.kind in _SILENT or not block.units + block.linked:
            continue
        if block.index in page.values and not is_signed(block.plain):
            continue
        is_bare = is_post or any(one.units > _SENTENCES for one in passed)
        is_below = sum(one.is_prose for one in passed) > 1
        if _is_row(block, is_bare=is_bare, is_named=is_below) and not _recurs(page, removed, block):
            yield block.index, BYLINE
            if passed and _names_author(passed[-1], block):
                yield passed[-1].index, BYLINE
            continue
        is_rest = _continues_byline(page, removed, block)
        is_first = not passed and (_is_teaser(block) or _are_dates_of_title(page, block))
        if is_rest or is_first or _is_below_author(page, removed, block):
            yield block.index, BYLINE
            continue
        passed.append(block)
        if len(passed) > _PASSED or block.units > _STANDFIRST or block.kind in {"code", "table"}:
            return


def rows_below(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield rows at the end, below the text, with its origin, its editors, or its date and counters."""
    if page.is_cut and page.blocks[-1].index not in removed:
        return
    first = page.first if page.last >= 0 else 0
    rows: list[int] = []
    for block in reversed(page.body):
        if block.index in removed or block.kind in _SILENT or not block.text.strip(_SIGNS):
            continue
        is_row = block.index > first and (_is_row_below(block) or block.label == page.source != "")
        if is_row and len(rows) < _ROWS_BELOW:
            rows.append(block.index)
            continue
        # In a round-up, each piece of news ends with its origin.
        if rows and not any(_is_row_below(one) for one in page.body if first < one.index <= block.index):
            yield from ((index, BYLINE) for index in rows)
        return
    yield from ((index, BYLINE) for index in rows)


def keywords(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the tags of a post that stand above its text, below a label."""
    for label, tag in pairwise(page.body[:_HEAD]):
        if tag.index >= page.first:
            return
        if label.label in _KEYWORDS and tag.kind == "text" and 0 < tag.units <= _WORDS and not is_data(tag):
            yield from ((one.index, "tags") for one in (label, tag) if one.index not in removed)
            return


_HEAD = 8
_WORDS = 30
_KEYWORDS = frozenset({"关键词", "关键字", "标签", "编者荐语", "keywords", "tags"})


def _is_row_below(block: Block) -> bool:
    if block.kind not in {"text", "list"} or block.units + block.linked > _ROW or is_data(block):
        return False
    words = block.plain.strip(" \t\n\\*_#>~\xa0()（）【】").replace("*", "").replace("\xa0", " ")
    if all(is_credit(line.strip()) for line in words.split("\n")):
        return not block.links
    if _VIEWS.fullmatch(words):
        return True
    return _STATISTICS.search(words) is not None and is_dateline(words)


_STATISTICS = re.compile(r"发[布表][于在]|阅读\s?[(（:：]|posted (?:on|by|in)\b", re.IGNORECASE)
"""Marks of a row about the post. A bare date may be the end of a document."""
_VIEWS = re.compile(
    r"(?:(?:post |page |total )?(?:views?|reads?|visits?|hits)|阅读[量数]?|浏览[量数]?|访问[量数]?)"
    r"\s?[:：]?\s?\d[\d.,]*\s?[kmw万]?\+?"
    r"|\d[\d.,]*\s?[kmw万]?\+? ?(?:views?|reads?|visits?|hits|(?:次|人)(?:阅读|浏览|访问|围观))"
    r"|[👁👀❤♥💬👍🔥💗]\ufe0f?(?:‍🗨️?)?\s?\d[\d.,]*\s?[kmw万]?\+?",
    re.IGNORECASE,
)
"""How often a post was seen or liked."""
_ROWS_BELOW = 5
_SIGNS = " \t\n\xa0-*_=#\\"
_SILENT = frozenset({"image", "rule"})
_PASSED = 2
"""Number of blocks above a byline: a standfirst, a section."""
_SENTENCES = 250
"""Number of letters of a standfirst below which a date with a name beside it may be the article's own."""
_STANDFIRST = 400
_ROW = 120


def _is_row(block: Block, *, is_bare: bool, is_named: bool = False) -> bool:
    """Return whether a block is a dateline or a byline; with `is_named`, only whether it is a byline."""
    if block.kind not in {"text", "list"} or block.units + block.linked > _ROW:
        return False
    words = block.plain.strip(" \t\n*_#>~\xa0").replace("*", "").replace("\xa0", " ")
    return is_byline(words) or (not is_named and is_dateline(words, is_bare=is_bare))


def _are_dates_of_title(page: Page, block: Block) -> bool:
    """Return whether a row is a date, or a range of dates, that the title has too."""
    is_date = block.kind == "text" and block.label.isdecimal() and len(block.label) >= _DIGITS
    return is_date and block.label in bare(page.blocks[0].plain)


_DIGITS = 8


def _is_teaser(block: Block) -> bool:
    """Return whether a block is a cut line of text, and below it a date, an author and a counter."""
    teaser, _, rest = block.plain.partition("\n")
    return (
        rest.count("\n") >= 2
        and len(teaser) <= _ROW
        and not teaser.endswith((".", "!", "?", "。", "！", "？"))
        and is_dateline(rest.strip(" \n*"))
    )


def _is_below_author(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether a short line is the author's name or office, below a removed link to the author."""
    above = page.blocks[block.index - 1]
    is_author = above.index in removed and above.links == 1 and not above.units and _AUTHOR.search(above.text)
    is_line = block.kind == "text" and block.units + block.linked <= _OFFICE and not block.is_prose
    return bool(is_author) and is_line and not is_data(block)


def _continues_byline(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether a line below a byline in Chinese names more authors, with their office."""
    above = page.blocks[block.index - 1]
    return (
        _NAMES_PEOPLE.search(above.plain) is not None
        and (above.index in removed or _is_row(above, is_bare=False))
        and block.kind == "text"
        and block.units <= _ROW
        and _AUTHORS.fullmatch(block.plain) is not None
    )


_AUTHORS = re.compile(
    r"[\s*]*(?:[\u4e00-\u9fff]{4,24}\s+[\u4e00-\u9fff]{2,4}(?:[\s，、]+[\u4e00-\u9fff]{2,4}){0,8}"
    r"|[\u4e00-\u9fff]{2,4}(?:、[\u4e00-\u9fff]{2,4}){0,8}（[\u4e00-\u9fff]{4,30}）)[\s*]*"
)
_NAMES_PEOPLE = re.compile(r"作者|翻译|审校")
_AUTHOR = re.compile(r"\]\([^()\s]{0,200}[/-](?:authors?|autore|giornalista|contributor|byline)[/-]")
_OFFICE = 60


def _recurs(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether more such rows follow within the text: dates of a timeline, fields of a form."""
    start = block.text.lstrip(" *_>")[:2]
    following = page.blocks[block.index + 1 : block.index + 40]
    rows = [
        one
        for one in following
        if one.text.lstrip(" *_>").startswith(start) and one.units <= _ROW and one.index not in removed
    ]
    return any(one.index > page.first and _is_row(one, is_bare=True) for one in rows)


def _names_author(block: Block, dated: Block) -> bool:
    """Return whether the block right above a date is a name or a tag, or links to authors."""
    if block.index + 1 == dated.index and block.is_linked and block.kind == "text":
        return are_names(block.plain)
    return (
        block.index + 1 == dated.index
        and block.kind == "text"
        and block.units + block.linked <= _NAME
        and block.plain.count(" ") <= 2
        and block.plain.strip("* ").replace(" ", "").replace("-", "").isalpha()
    )


_NAME = 25


def contents(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield lists of links to places on the same page, near the start of the text, and their label."""
    found = -1
    for block in page.body:
        if block.index > page.first + _NEAR:
            return
        if block.index in removed:
            continue
        is_list = block.links >= 3 or (block.links and found == block.index - 1)
        if is_list and block.kind != "heading" and block.is_linked and block.text.count("](#") == block.links:
            found = block.index
            yield found, CONTENTS
            above = page.blocks[found - 1]
            if above.text == _BOX and found - 2 >= page.start:
                yield above.index, CONTENTS
                above = page.blocks[found - 2]
            if above.index not in removed and (above.label in LABELS_OF_CONTENTS or _introduces(page, above)):
                yield above.index, CONTENTS
        if block.label in LABELS_OF_CONTENTS and page.blocks[block.index + 1 : block.index + 2]:
            following = page.blocks[block.index + 1]
            if following.label == "toggle" or (following.index in removed and following.is_linked):
                yield block.index, CONTENTS
        if block.label in _SERIES and block.kind == "heading":
            yield from ((index, SERIES) for index in _list_below(page, block))


def _list_below(page: Page, label: Block) -> Iterator[int]:
    """Yield the label of a list of links and the list, of which the part that is shown may be no link."""
    following = page.blocks[label.index + 1 : label.index + 2]
    if following and following[0].kind == "list" and following[0].links >= 2 and not following[0].is_prose:
        yield from (label.index, following[0].index)


def _introduces(page: Page, label: Block) -> bool:
    """Return whether a short line introduces the block below it only: the next heading follows that block."""
    is_line = label.kind in {"heading", "text"} and 0 < label.units <= _LABEL and not label.links
    is_label = is_line and label.index >= page.start and not label.plain.endswith((".", "!", "?", "。"))
    next_one = page.blocks[label.index + 2 : label.index + 3]
    return is_label and bool(next_one) and next_one[0].kind == "heading"


_LABEL = 60
_BOX = "[ ]"
"""The box that folds a table of contents."""
_NEAR = 25
LABELS_OF_CONTENTS = frozenset({
    "contents", "tableofcontents", "inthisarticle", "onthispage", "indice", "indicedeicontenuti", "sommario",
    "sommaire", "inhalt", "inhaltsverzeichnis", "índice", "目录", "文章目录", "目录表", "本文目录", "目次",
})  # fmt: skip

_SERIES = frozenset({
    "tableoflinks", "inthisseries", "articlesinthisseries", "postsinthisseries", "otherpartsofthisseries",
    "morefromthisseries", "系列文章", "本系列文章", "系列文章目录",
})  # fmt: skip


def repeated_labels(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield a label for references that a post repeats at the start of its sections, with text below it."""
    if not any(lexicon.family.byline for lexicon in page.lexicons):
        return
    labels = [block for block in page.body if block.label in _REFERENCES and block.kind == "text"]
    stray = [block for block in labels if _is_above_text(page, block)]
    if len(stray) >= _TIMES:
        lone = [block for block in labels if block.index not in removed and not _is_above_links(page, block)]
        yield from ((block.index, "label without references") for block in lone)


def _is_above_text(page: Page, block: Block) -> bool:
    following = page.blocks[block.index + 1 : block.index + 2]
    return bool(following) and following[0].is_prose and not following[0].links and not is_data(following[0])


def _is_above_links(page: Page, block: Block) -> bool:
    """Return whether a link, an address or another label stands below a label."""
    return any(
        one.is_linked or one.label in _REFERENCES or is_data(one) or (not one.is_prose and "://" in one.text)
        for one in page.blocks[block.index + 1 : block.index + 2]
    )


_REFERENCES = frozenset({"参考资料", "参考链接", "参考文献", "references", "sources"})
_TIMES = 3
