"""Find the labelled sections of a form next to the text, such as `Workarounds` with `None.` below it.

A source repeats the labels of its form, and some of the values. They belong to the article if something that
no other article has follows below such a label, without furniture in between: nothing of an article stands
behind what ends a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.form_values import (
    OF_PUBLISHER,
    ONLY_DATE,
    is_label_line,
    mark_of,
    values_in,
)
from generator.reading.boilerplate.page_words import SPEAKS_OF_PAGE
from generator.reading.boilerplate.repeats import LearnedBoilerplate, line_hashes

_LONGEST = 240
"""Number of letters of a value that a source repeats."""
_LABEL = 60
"""Number of letters of a label."""
_VALUES = 4
"""Number of blocks below one label."""
_SHORT = 60
"""Number of letters of a value that stands where the form may have ended."""
_FEWEST = 3
"""Number of lines of a list of labels and values."""
_NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,4})[.)]\s\S[^\n.!?。！？]{1,38}")
_COLON = re.compile("[:：]")
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"[^\W\d_]{2}|[\u3040-\u9fff]")


class _Form(msgspec.Struct):
    """What is known of a form while its blocks are read from top to bottom."""

    is_next: bool
    """Whether only the article's own text and its form have been seen since the last own paragraph."""
    waiting: list[int] = []
    """Repeated blocks since the last one of the article's own."""
    below: int = _VALUES + 1
    """Number of blocks since the last label."""
    style: str = ""
    """How the last label with something of its own below it is set."""
    dated: int = -1
    """The last date that is an entry of a timeline."""

    def end(self) -> None:
        """Forget the form, because furniture follows."""
        self.is_next, self.waiting, self.below, self.style, self.dated = False, [], _VALUES + 1, "", -1

    def take(self) -> list[int]:
        """Return the blocks that waited. They belong to the article."""
        taken, self.waiting = self.waiting, []
        return taken


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
    start, first, last = text
    values = values_in(blocks, repetition, found, repeats, text)
    if last < first or not any(repetition[start:]):
        return values
    places = ["" if n in values else place for n, place in enumerate(repetition)] if values else repetition
    return values.union(_sections(blocks, places, found, repeats, (start, first)))


def _sections(
    blocks: Sequence[Block],
    repetition: Sequence[str],
    found: Sequence[Found | None],
    repeats: LearnedBoilerplate,
    text: tuple[int, int],
) -> Iterator[int]:
    """Yield repeated blocks that wait for something of the article's own, once it comes, or dates do."""
    start, first = text
    form = _Form(is_next=start > 0)
    for block in blocks[start:]:
        index, mark = block.index, found[block.index]
        if index == first:
            form = _Form(is_next=True)
        elif block.kind == "tail" or (mark is not None and mark.kind == "end"):
            break
        elif mark is not None or not _may_be_of_form(block) or (repetition[index] and "](" in block.text):
            yield from _last_pairs(blocks, form)
            form.end()
        elif index > first or not (repetition[index] and _DIGIT.search(block.text)):
            is_list = repetition[index] != "" and _is_own_list(block, repeats)
            yield from _taken(blocks, form, index, is_list=is_list, is_repeated=repetition[index] != "")
        else:
            form.end()  # a date, or a counter
    yield from _last_pairs(blocks, form)


def _taken(
    blocks: Sequence[Block], form: _Form, index: int, *, is_list: bool, is_repeated: bool
) -> Sequence[int]:
    """Return the repeated blocks that belong to the article because of a block, and add it to the form."""
    block = blocks[index]
    is_label = _is_label(block, is_repeated=is_repeated, is_below_label=form.below == 0)
    form.below = 0 if is_label else form.below + 1
    is_labelled = is_label or form.below <= _VALUES or bool(mark_of(block))
    if form.is_next and is_list:
        return [*form.take(), index]
    if form.is_next and is_labelled and ONLY_DATE.fullmatch(block.text):
        is_second = is_repeated and form.dated == index - 2
        form.dated, form.below = index, 0
        return [*form.take(), *range(index, len(blocks))[:2]] if is_second else ()
    if is_repeated or is_label:
        form.is_next = form.is_next and is_labelled and block.units <= _LONGEST
        form.waiting = [*form.waiting, index] if form.is_next else []
    elif form.is_next and form.waiting and is_labelled and _LETTERS.search(block.plain):
        form.style = "" if block.is_own else _style(blocks[form.waiting[-1]])
        return form.take()
    elif block.is_own:
        form.is_next, form.style, form.waiting = True, "", []
    return ()


def _last_pairs(blocks: Sequence[Block], form: _Form) -> Iterator[int]:
    """Yield labels with a short repeated value each, below such a label with something of its own."""
    for label, value in zip(form.waiting[::2], form.waiting[1::2], strict=False):
        one, above = blocks[value], blocks[label]
        is_value = 0 < one.units <= _SHORT and "\n" not in one.text and not SPEAKS_OF_PAGE.search(one.plain)
        if not form.style or _style(above) != form.style or _style(one) or not is_value:
            return
        if _OF_PAGE.search(above.plain) or _OFTEN_OF_PAGE.search(above.plain):
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
    text = block.text.strip()
    if block.links or not 0 < block.units <= _LABEL or _OF_PAGE.search(block.plain):
        return False
    if block.kind == "list":
        return is_repeated and _NUMBERED.fullmatch(text) is not None
    if block.kind != "heading" and not (block.kind == "text" and is_label_line(text)):
        return False
    return is_repeated or not is_below_label or not text.isalnum()


def _is_own_list(block: Block, repeats: LearnedBoilerplate) -> bool:
    """Return whether a list of labels and values has a line that no other article has."""
    lines = [line.lstrip("*-+ \t") for line in block.text.split("\n")]
    if block.kind != "list" or len(lines) < _FEWEST or block.units > _LONGEST:
        return False
    if any(OF_PUBLISHER.search(line) or _COLON.search(line, 0, _LABEL) is None for line in lines):
        return False
    known = repeats.head | repeats.tail | repeats.inside
    return any(value not in known for value in line_hashes(block.text))


_OF_PAGE = re.compile(
    r"^\W*(?:about|written by|posted|filed|tags?|tagged|categor|topics?|editor|related|next|previous"
    r"|more|share|follow|subscribe|newsletter|contact us|关于|标签|分类|相关|推荐|往期|上一篇|下一篇|更多"
    r"|关注|扫码)",
    re.IGNORECASE,
)
_OFTEN_OF_PAGE = re.compile(
    r"^\W*(?:support|help|contact|kontakt|legal|disclaimer|terms|licen[cs]|copyright|privacy|donat|sponsor|partner"
    r"|advert|imprint|impressum|member|join|feedback|联系|声明|版权|合作|投稿)",
    re.IGNORECASE,
)
