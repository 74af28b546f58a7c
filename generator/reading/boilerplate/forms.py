"""Find the labelled sections of a form next to the text, such as `Workarounds` with `None.` below it.

A source repeats the labels of its form, and some of the values. They belong to the article if something that
no other article has follows below such a label, without furniture in between: nothing of an article stands
behind what ends a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.form_values import ONLY_DATE, is_label_line, mark_of, values_in
from generator.reading.boilerplate.page_words import SPEAKS_OF_PAGE
from generator.reading.boilerplate.repeats import LearnedBoilerplate

_LONGEST = 240
"""Number of letters of a value that a source repeats."""
_LABEL = 60
"""Number of letters of a label."""
_VALUES = 4
"""Number of blocks below one label."""
_SHORT = 60
"""Number of letters of a value that stands where the form may have ended."""
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")


def own_in(
    blocks: Sequence[Block],
    repetition: Sequence[str],
    found: Sequence[Found | None],
    repeats: LearnedBoilerplate,
    text: tuple[int, int, int],
) -> frozenset[int]:
    """Return the blocks of forms that belong to the article although the source repeats them.

    `text`: the index of the first block below the title, and of the first and last block of own prose.
    """
    _, first, last = text
    values = values_in(blocks, repetition, found, repeats, text)
    if last < first or not any(repetition[first:]):
        return values
    places = ["" if n in values else place for n, place in enumerate(repetition)] if values else repetition
    return values.union(_sections(blocks, places, found, first))


def _sections(
    blocks: Sequence[Block], repetition: Sequence[str], found: Sequence[Found | None], first: int
) -> Iterator[int]:
    """Yield repeated blocks that wait for something of the article's own, once it comes, or dates do."""
    waiting: list[int] = []
    below = _VALUES + 1  # number of blocks since the last label
    is_next, style, dated = True, "", -1
    for block in blocks[first + 1 :]:
        index, mark = block.index, found[block.index]
        if block.kind == "tail" or (mark is not None and mark.kind == "end"):
            break
        if mark is not None or not _may_be_of_form(block) or (repetition[index] and "](" in block.text):
            yield from _last_pairs(blocks, waiting, style)
            is_next, waiting, below, style, dated = False, [], _VALUES + 1, "", -1
            continue
        is_label = _is_label(block, is_repeated=bool(repetition[index]), is_below_label=below == 0)
        below = 0 if is_label else below + 1
        is_labelled = is_label or below <= _VALUES or bool(mark_of(block))
        if is_next and is_labelled and ONLY_DATE.fullmatch(block.text):
            if dated == index - 2:  # a timeline, whose entries may be the same
                yield from (*waiting, index, index + 1)
                waiting = []
            dated, below = index, 0
        elif repetition[index] or is_label:
            is_next = is_next and is_labelled and block.units <= _LONGEST
            waiting = [*waiting, index] if is_next else []
        elif is_next and waiting and is_labelled and _LETTERS.search(block.plain):
            yield from waiting
            style = "" if block.is_own else _style(blocks[waiting[-1]])
            waiting = []
        elif block.is_own:
            is_next, style, waiting = True, "", []
    yield from _last_pairs(blocks, waiting, style)


def _last_pairs(blocks: Sequence[Block], waiting: Sequence[int], style: str) -> Iterator[int]:
    """Yield labels with a short repeated value each, below such a label with something of its own."""
    for label, value in zip(waiting[::2], waiting[1::2], strict=False):
        one = blocks[value]
        is_value = 0 < one.units <= _SHORT and "\n" not in one.text and not SPEAKS_OF_PAGE.search(one.plain)
        if not style or _style(blocks[label]) != style or _style(one) or not is_value:
            return
        yield from (label, value)


def _style(block: Block) -> str:
    """Return how a label is set; empty for other blocks."""
    if block.kind == "heading":
        return block.text.partition(" ")[0]
    text = block.text.strip()
    return "" if not is_label_line(text) else "*" if text.startswith("**") else ":"


def _may_be_of_form(block: Block) -> bool:
    """Return whether a block may belong to a form. Pictures, links and rules are furniture, or part it."""
    return block.kind not in {"image", "rule"} and not block.is_linked and not block.in_card


def _is_label(block: Block, *, is_repeated: bool, is_below_label: bool) -> bool:
    """Return whether a block is the label of what stands below it, and not of a part of the page.

    A word or two that no other article has may also be the value of the label above.
    """
    if block.links or not 0 < block.units <= _LABEL or block.kind not in {"heading", "text"}:
        return False
    if block.kind != "heading" and not is_label_line(block.text.strip()):
        return False
    if not is_repeated and is_below_label and block.text.strip().isalnum():
        return False
    return not _OF_PAGE.search(block.plain)


_OF_PAGE = re.compile(
    r"^\W*(?:about|written by|posted|filed|tags?|tagged|categor|topics?|editor|related|next|previous|more|share"
    r"|follow|subscribe|newsletter|contact us|关于|标签|分类|相关|推荐|往期|上一篇|下一篇|更多|关注|扫码)",
    re.IGNORECASE,
)
