"""Evidence from the page itself and from families: titles, bylines, known lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, takewhile

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found, Lexicon, is_removed_line
from generator.reading.boilerplate.page import SOME, Page, Removed, is_labelled_address, section_numbers
from generator.reading.boilerplate.statements import is_call_of_title, is_of_article
from generator.reading.text import bare


def repeated_titles(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the blocks in which the page repeats the title."""
    for index in page.titles:
        yield index, "title"


def from_a_mark(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the fixed tail that a family declares."""
    tail = takewhile(lambda block: block.kind == "tail", reversed(page.blocks))
    yield from reversed([(block.index, "tail of the family") for block in tail])


def up_to_a_mark(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the blocks above the start of the article that a family declares."""
    reason = "before the title" if page.is_found else "navigation"
    for block in page.blocks[1:]:
        if block.kind == "above":
            yield block.index, reason
        elif block.kind != "own":
            break


def before_the_title(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the navigation above the title that the page shows."""
    if page.is_found:
        yield from [(index, "before the title") for index in _above(page, 0, page.start - 1)]


def before_the_headline(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the navigation above the text on a page with a different headline."""
    if not page.is_found:
        yield from [(index, "before the text") for index in _above(page, 1, page.start)]


def _above(page: Page, first: int, until: int) -> list[int]:
    """Return the indexes of blocks above the article, except those that a family declares as its own."""
    return [block.index for block in page.blocks[first:until] if block.kind != "own"]


def above_the_title_too(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield blocks that also occur in the navigation above the title: buttons, menus."""
    above = {block.text for block in page.blocks[1 : page.start - 1]} - {""} if page.is_found else ()
    if above:
        for block in page.body:
            if block.text not in above or block.kind in {"rule", "code"}:
                continue
            # A sentence within the text may well have been quoted in a teaser above.
            is_text = block.kind == "text" and block.units >= 25 and not block.is_linked
            is_amid = is_text and (block.index < page.last or block.index == page.first)
            if not is_amid:
                yield block.index, "stands above the title too"


def said_twice(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield lines that the page shows twice in a row, and a repeated beginning of the text."""
    last_index: dict[str, int] = {}
    for block in page.body:
        if block.kind in {"text", "heading"} and block.units >= 25 and block.index not in removed:
            last = last_index.get(block.text)
            if last is not None and _is_repeated_nearby(page, block, last):
                yield block.index, "said twice"
            last_index[block.text] = block.index
    own = [block for block in page.body[:10] if block.units >= 40 and block.index not in removed][:4]
    if len(own) >= 2 and own[0].kind == "text" and _begin_alike(own[0].plain, own[1].plain):
        first, following = bare(own[0].plain), [bare(block.plain) for block in own[1:]]
        same = _common_length(first, "".join(following))
        # The same sentence set twice is not an excerpt. An excerpt is truncated, and names its source.
        shorter, longer = sorted((len(first), len(following[0])))
        is_setting = longer <= 1.1 * shorter and _common_length(first, following[0]) >= 0.9 * shorter
        if same >= max(30, 0.6 * len(first)) and not is_setting:
            yield own[0].index, "said twice"


def _is_repeated_nearby(page: Page, block: Block, last: int) -> bool:
    """Return whether a page shows a block again a few blocks further, and not in another part of a list."""
    if block.index - last > 3 or _is_caption(page, block):
        return False
    if block.kind == "heading" or not page.first < block.index < page.last:
        return True
    between = page.blocks[last + 1 : block.index]
    return block.is_prose and all(one.units < _SCRAP for one in between)


_SCRAP = 20


def _begin_alike(one: str, other: str) -> bool:
    """Return whether two texts may start with the same letters. A cheap filter."""
    first, second = bare(one[:_OPENING_LENGTH]), bare(other[:_OPENING_LENGTH])
    if not (first[:_LETTERS].isalnum() and second[:_LETTERS].isalnum()):
        return True
    return first[:_LETTERS] == second[:_LETTERS] or min(len(first), len(second)) <= _LETTERS


_OPENING_LENGTH = 100
_LETTERS = 8


def _is_caption(page: Page, block: Block) -> bool:
    """Return whether a block is a caption in the text. Two images may have the same caption."""
    return page.first < block.index < page.last and page.blocks[block.index - 1].kind == "image"


def _common_length(one: str, other: str) -> int:
    """Return how many letters two texts have in common at the start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def byline(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield WeChat's byline: after the title follow `原创`, the author and the account, each in a block."""
    if not page.start or not any(lexicon.family.byline for lexicon in page.lexicons):
        return
    names = {page.source, *_account(page)}
    head = range(page.start, min(page.start + 4, len(page.blocks)))
    ends = [index for index in head if page.blocks[index].label in names and page.blocks[index].label]
    last = ends[-1] if ends else page.start - 1
    if not ends and page.blocks[head.start : head.start + 1] and page.blocks[head.start].text == "原创":
        last = page.start + 2
    for index in head:
        if index <= last and page.blocks[index].kind == "text" and len(page.blocks[index].text) <= 40:
            yield index, "byline"
    for block in page.blocks[:4]:
        if block.text.startswith("![cover_image]"):
            yield block.index, "cover image"


def _account(page: Page) -> Iterator[str]:
    """Yield the account's name as WeChat's tail gives it."""
    tail = page.blocks[page.body[-1].index + 1 :] if page.body else page.blocks
    for before, block in zip(tail, tail[2:], strict=False):
        if before.text.startswith("轻触阅读原文"):
            yield bare(block.text)


def account_cards(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield WeChat's card of the account that a post was taken from: picture, name and slogan."""
    if not any(lexicon.family.byline for lexicon in page.lexicons):
        return
    for picture, name, slogan in zip(page.body, page.body[1:], page.body[2:], strict=False):
        if name.text.endswith("\n.") and "](http://wx.qlogo.cn/" in picture.text:
            yield from ((block.index, "account card") for block in (picture, name))
            if slogan.kind == "text" and slogan.units <= 400:
                yield slogan.index, "account card"


def known_lines(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield blocks that match a rule of a family, if they are in its place."""
    text = (b for b in page.body if b.is_own and b.kind != "table" and b.index not in removed)
    first = next((b.index for b in text if b.index >= page.first), page.first)
    for block in page.body:
        index = block.index
        if index in removed:
            continue
        found = page.found[index]
        if found is None:
            if "\n" in block.text and _is_bar(page, block):
                yield index, "row of buttons"
            continue
        if found.kind == "end":
            if _is_above(page, block, found):
                yield index, found.rule.reason
            continue
        if found.kind == "gone" and (
            (not page.repetition[index] and _is_text(page, block, found)) or _numbers_section(page, block)
        ):
            continue
        if _says_more_than_rule(page, block, found.rule.reason) or is_call_of_title(page, block):
            continue
        place = found.rule.place
        if found.kind == "gone" and (
            (place == "head" and index > first)
            or (place == "tail" and index <= page.first)
            or (block.kind == "heading" and first < index < page.last and not _heads_same(page, index))
        ):
            continue
        yield index, found.rule.reason


def _numbers_section(page: Page, block: Block) -> bool:
    """Return whether a block is the number of a section, or its label, right below that number."""
    if block.label.isdecimal():
        return block.index in section_numbers(page)
    is_below = page.blocks[block.index - 1].label.isdecimal() and not block.links
    return is_below and page.first < block.index < page.last and block.index - 1 in section_numbers(page)


def _is_cut_in_text(page: Page, block: Block) -> bool:
    """Return whether a block is the first letters of a sentence that the clipper cut, right below text."""
    is_last = page.is_cut and block.index == len(page.blocks) - 1 > page.last
    above = page.blocks[block.index - 1]
    return is_last and 0 < block.units <= _LETTERS_CUT and page.last >= above.index - 1 and not above.links


_LETTERS_CUT = 4


def _says_more_than_rule(page: Page, block: Block, reason: str) -> bool:
    """Return whether a block that matches a rule shows an address or a picture, or labels text of its own.

    So does one whose words are cut.
    """
    if page.is_cut and _is_cut_in_text(page, block):
        return True
    if reason == "share bar":
        return is_labelled_address(block)
    if reason == "note on an image":
        return "![" in block.text
    if reason == "counters":
        return "://" in block.text and "](" not in block.text
    return reason == "call to subscribe" and (_is_of_topic(page, block.index) or _is_one_of(page, block))


def _heads_same(page: Page, index: int) -> bool:
    """Return whether a family removes the block below a heading for the same reason."""
    head, below = page.found[index : index + 2]
    return (
        head is not None
        and below is not None
        and (head.kind, head.rule.reason) == (below.kind, below.rule.reason)
    )


def _is_of_topic(page: Page, index: int) -> bool:
    """Return whether the label right above a call names what the title is about, such as a prize."""
    above = page.blocks[index - 1]
    prizes = _PRIZES.findall(above.label) if index > page.start and len(above.label) <= 8 else []
    return any(prize in page.blocks[0].plain for prize in prizes)


_PRIZES = re.compile("福利|抽奖|奖品|礼品|礼盒")


def _is_one_of(page: Page, block: Block) -> bool:
    """Return whether a label in bold above text begins like one above it that belongs to the text."""
    if not block.text.startswith("**") or not block.plain.rstrip("* ").endswith(("：", ":")):
        return False
    above = page.blocks[max(page.start, block.index - _HEAD) : block.index]
    return any(
        one.text.startswith("**") and one.label[:2] == block.label[:2] and page.found[one.index] is None
        for one in above
    )


def _is_text(page: Page, block: Block, found: Found) -> bool:
    """Return whether a block that matches a rule belongs to the text as a sentence or as part of a list."""
    if _continues_list(page, block) or is_of_article(page, block, found):
        return True
    if not page.first <= block.index <= page.last:
        return _is_recurring(page, found)
    return (
        _is_field(page, block)
        or (_says_more(block) and not found.pattern.endswith("$"))
        or (found.pattern.startswith(_FREE) and _is_sentence(block, found))
        or (found.rule.place == "tail" and bool(found.pattern) and _is_far_from_end(page, block.index))
        or _is_recurring(page, found)
        or (found.rule.reason == "share bar" and not found.pattern and _is_name_in_text(page, block))
    )


def _is_field(page: Page, block: Block) -> bool:
    """Return whether a block is a label and a value, like the block above it, which belongs to the text."""
    above = page.blocks[block.index - 1]
    return page.found[above.index] is None and all(_FIELD.match(one.text) for one in (above, block))


_FIELD = re.compile(r"\*\*[^*\n]{2,12}[:：]\s?\*\*\s?\w")


def _continues_list(page: Page, block: Block) -> bool:
    """Return whether a block is the item of a numbered list whose items above it belong to the text."""
    number = _ITEM.match(block.plain)
    if number is None or block.index <= page.start + 1:
        return False
    above = page.blocks[block.index - 1]
    before = _ITEM.match(above.plain)
    return (
        before is not None
        and page.found[above.index] is None
        and int(before["number"]) + 1 == int(number["number"])
        and before["mark"] == number["mark"]
    )


_ITEM = re.compile(r"[\s*_]{0,6}(?P<number>\d{1,2})(?P<mark>[、.．)）])")
_FREE = (".{", "[^")
"""How patterns start that also match amid a sentence."""


def _is_sentence(block: Block, found: Found) -> bool:
    """Return whether a phrase is a part of a sentence or of a list, and does not stand alone."""
    if found.rule.place == "tail":
        return block.kind == "list"
    return _FULL_STOP.search(block.plain) is not None


_FULL_STOP = re.compile(r"[。！？.!?；;][\s*_”\"'）)]*$")


def _is_far_from_end(page: Page, index: int) -> bool:
    """Return whether much text follows, not counting what is below a heading such as that of comments."""
    before = after = 0
    for block in page.body:
        found = page.found[block.index]
        if found is not None and found.kind == "end" and not found.rule.weak and block.index > index:
            break
        if found is None and not block.is_linked and not page.repetition[block.index]:
            if block.index < index:
                before += min(block.units, 400)
            else:
                after += min(block.units, 400)
    return after >= 2 * SOME and after * 2 > before


def _is_recurring(page: Page, found: Found) -> bool:
    """Return whether a label for the end of a page starts several parts of a list."""
    if found.rule.place != "tail" or not found.pattern:
        return False
    same = [index for index, other in enumerate(page.found) if other is found]
    return len(same) >= _ITEMS and all(other > index + 1 for index, other in pairwise(same))


_ITEMS = 3


def _is_name_in_text(page: Page, block: Block) -> bool:
    """Return whether the name of a network is no button: emphasised among text, or leading down the page."""
    if "](#" in block.text:
        return True
    around = [n for n in (block.index - 1, block.index + 1) if n < len(page.blocks)]
    return block.text.startswith("**") and all(page.blocks[n].is_prose for n in around)


_HEAD = 15
"""Number of blocks below the title in which a list of buttons may occur."""


def _is_bar(page: Page, block: Block) -> bool:
    """Return whether each line of a block is the label of a button, and a family knows half of them."""
    is_aside = not page.start + _HEAD < block.index < page.last
    if block.kind not in ({"text", "list"} if is_aside else {"text"}):
        return False
    if block.is_prose or block.units + block.linked > 80 or block.plain.count("\n") < 2:
        return False
    return block.known_as == block.label and _are_buttons(block.plain, page.lexicons)


@lru_cache(4096)  # boilerplate recurs
def _are_buttons(plain: str, lexicons: tuple[Lexicon, ...]) -> bool:
    lines = [line for line in map(bare, plain.split("\n")) if line]
    if len(lines) < 3 or max(map(len, lines)) > 20:
        return False
    return sum(is_removed_line(lexicons, line) for line in lines) * 2 >= len(lines)


def _is_above(page: Page, block: Block, found: Found) -> bool:
    """Return whether an end mark is above the text: tags, a share bar, the author's name."""
    return (
        page.is_found
        and found.rule.weak
        and block.index < page.first
        and (page.first <= page.last or block.index == page.start)
        and block.units <= _NAME
        and block.kind == "text"
        and not any(lexicon.family.byline for lexicon in page.lexicons)
    )


_NAME = 40
"""Number of letters of a line with a name or with tags."""


def _says_more(block: Block) -> bool:
    """Return whether a block within the text is too long for a button, or an item of a numbered list."""
    return (block.is_prose and block.units > 160) or _NUMBER.match(block.plain) is not None


_NUMBER = re.compile(r"[\W_]{0,6}(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?[、.．)）]\s?\D")
