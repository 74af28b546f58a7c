"""Evidence from blocks that the source repeats in other articles: above, below and within the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.page import (
    Page,
    Removed,
    is_digest,
    leads_to_other_accounts,
    links_to_many_sites,
    names_references,
    section_numbers,
)
from generator.reading.boilerplate.statements import is_call_of_title
from generator.reading.boilerplate.verdict import is_date


def repeated_after(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield blocks that also end other articles of the source, and what lies between them."""
    indexes = range(len(page.blocks) - 1, page.start - 1, -1)
    yield from _without_prose_loss(page, removed, list(_repeated(page, removed, indexes, {"tail", "both"})))


def repeated_before(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield blocks that also begin other articles of the source, and what lies between them."""
    indexes = range(page.start if page.is_found else 0, len(page.blocks))
    yield from _without_prose_loss(page, removed, list(_repeated(page, removed, indexes, {"head", "both"})))


def _repeated(page: Page, removed: Removed, indexes: range, places: set[str]) -> Iterator[tuple[int, str]]:
    """Yield repeated blocks from one end inwards, and scraps among them. Unique text stays."""
    if places.isdisjoint(page.repetition):
        return
    until = _end_of_run(page, removed, indexes, places)
    found = [index for index in range(indexes.start, until, indexes.step) if index not in removed]
    found = _without_timeline(page, _without_section_start(page, found))
    if indexes.step < 0:
        found = _without_call_of_title(page, found)
    if any(page.blocks[index].label.isdecimal() for index in found):
        numbers = section_numbers(page)
        found = [index for index in found if index not in numbers]
    unique = {
        index
        for index in found
        if page.repetition[index] not in places and _is_unique_text(page, page.blocks[index], indexes.step)
    }
    for index in found:
        if page.repetition[index] in places:
            if not (index + 1 in unique and _is_label(page.blocks[index])):
                yield index, REPEATED
        elif index not in unique:
            yield index, _AMONG


def _without_section_start(page: Page, found: list[int]) -> list[int]:
    """Return a run of blocks without the heading at its end, if the text goes on below it.

    Images above that heading stay too.
    """
    end = len(found)
    while end and _may_be_heading(page, found[end - 1]):
        end -= 1
    while 0 < end < len(found) and _is_own_image(page, found[end - 1]):
        end -= 1
    return found[:end]


def _without_timeline(page: Page, found: list[int]) -> list[int]:
    """Return a run of blocks below the text without a date at its start that goes on counting a timeline."""
    if len(found) < 2 or found[0] < found[-1]:
        return found
    dates = [page.blocks[found[-1] - entry] for entry in (0, 2)]
    return found[:-2] if all(map(is_date, dates)) and not dates[1].links else found


def _without_call_of_title(page: Page, found: list[int]) -> list[int]:
    """Return a run of blocks below the text up to the code of the survey that the title calls to."""
    calls = (n for n, index in enumerate(found) if is_call_of_title(page, page.blocks[index]))
    if (last := next(calls, -1)) < 0:
        return found
    has_code = last > 0 and page.blocks[found[last] + 1].kind == "image"
    return found[: last - 1 if has_code else last]


def _without_section_label(page: Page, removed: Removed, run: list[int]) -> list[int]:
    """Return a run of blocks without the label of a section at its end, if later sections have one.

    The label of the original's address stays too.
    """
    if not run or not _may_be_heading(page, run[-1]):
        return run
    label = page.blocks[run[-1]]
    if names_references(label) and is_data(page.blocks[label.index + 1]):
        return run[:-1]
    mark = label.text.partition(" ")[0] if label.kind == "heading" else "**"
    is_colon = label.kind != "heading" and _ends_with_colon(label)
    if not label.text.startswith(mark):
        return run
    others = page.blocks[label.index + 1 : page.last + 1]
    is_one_of_some = any(
        one.kind == label.kind
        and one.text.startswith(mark)
        and one.units <= 40
        and not one.links
        and (not is_colon or _ends_with_colon(one))
        and one.index not in removed
        for one in others
    )
    return run[:-1] if is_one_of_some else run


def _ends_with_colon(block: Block) -> bool:
    return block.plain.rstrip(" *_\xa0").endswith((":", "："))


def _is_own_image(page: Page, index: int) -> bool:
    return page.blocks[index].kind == "image" and not page.repetition[index]


def _is_label(block: Block) -> bool:
    return block.kind == "heading" or _ends_with_colon(block)


def _end_of_run(page: Page, removed: Removed, indexes: range, places: set[str]) -> int:
    """Return the index up to which repeated blocks outweigh the article's own most.

    The run may contain one line of unique text, such as a name. If it contains more, or data, the repeated
    blocks are the labels of a form, and the run ends at the first of these lines.
    """
    total, best, until = 0, 0, indexes.start
    before_unique, unique = until, set[str]()
    for index in indexes:
        block = page.blocks[index]
        if index in removed:
            continue
        if page.repetition[index] in places:
            total += 30
            if total >= best:
                if len(unique) > 1:
                    return before_unique
                best, until = total, index + indexes.step
        elif block.is_prose or _is_unique_text(page, block, indexes.step):
            if not unique:
                before_unique = until
            is_of_form = indexes.step < 0 and bool(page.values) and _is_label(page.blocks[block.index - 1])
            is_more = is_of_form or is_data(block) or block.kind == "image"
            unique |= {block.text, "data"} if is_more else {block.text}
            total -= 12 + 2 * min(block.units, 200)
        else:
            total -= 1 if block.kind in {"image", "rule"} else 8 if block.is_linked else 12 + 2 * block.units
        if total < best - 400:
            break
    return until


def _is_unique_text(page: Page, block: Block, step: int) -> bool:
    """Return whether a block belongs to the article. An image does so below a heading near the end."""
    if block.kind == "image":
        above = page.blocks[block.index - 1]
        return step < 0 and above.kind == "heading" and not above.links and not block.links
    return not _is_among_boilerplate(page, block)


def _is_among_boilerplate(page: Page, block: Block) -> bool:
    """Return whether a block is boilerplate because it lies among boilerplate: an image, links, a scrap."""
    if page.is_found and is_digest(block) and (page.first > block.index or links_to_many_sites(block)):
        return False  # a weekly digest may consist of links only
    if block.index in page.values:
        return False
    if block.kind in {"image", "rule"} or (block.is_linked and not is_data(block)):
        return not (leads_to_other_accounts(page, block) or _is_quoted_source(page, block))
    if page.is_cut and block.index == len(page.blocks) - 1:
        return block.units < _SCRAP
    # Unique words stay. They may be a value under a label that the source repeats.
    return (
        block.kind in {"text", "list"}
        and block.units < _SCRAP
        and not is_data(block)
        and (block.links > 0 or is_date(block) or not _LETTER.search(block.plain))
    )


def _is_quoted_source(page: Page, block: Block) -> bool:
    """Return whether a quote of links that is not repeated stands right below a label of references."""
    is_quote = block.links > 0 and block.text.startswith(">") and not page.repetition[block.index]
    return is_quote and names_references(page.blocks[block.index - 1])


_SCRAP = 20
"""Number of letters of a date, a counter or a line with links."""
_LETTER = re.compile(r"[^\W\d_]")


def _may_be_heading(page: Page, index: int) -> bool:
    """Return whether a short block right above the text may be the heading of its first section."""
    block = page.blocks[index]
    if block.links or not 0 < block.units <= 40 or page.found[index] is not None:
        return False
    following = page.blocks[index + 1 : index + 3]
    if block.text.startswith("![") or _is_slogan(page, index):
        return False
    if len(following) == 2 and page.repetition[index + 1] == "inside" and 0 < following[0].units <= 40:
        following = following[1:]  # a label that the page repeats below each heading
    return (
        bool(following)
        and not page.repetition[following[0].index]
        and following[0].kind not in {"image", "rule", "tail"}
        and not following[0].is_linked
    )


def _is_slogan(page: Page, index: int) -> bool:
    """Return whether a repeated line is right below a call to follow, and no later line is set like it."""
    call = page.found[index - 1] if index > page.start else None
    if call is None or call.rule.reason != "call to subscribe" or not page.repetition[index - 1]:
        return False
    text = page.blocks[index + 1 : page.last + 1]
    mark = page.blocks[index].text[:2]
    return not any(one.text[:2] == mark and one.units <= _LABEL and not one.links for one in text)


_LABEL = 40


def _without_prose_loss(
    page: Page, removed: Removed, found: list[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    """Yield the blocks to remove, without prose if too little of the article's own would be left.

    In that case scraps of text beside it stay too, because a very short article has nothing else.
    """
    if not found:
        return iter(())
    prose = {b.index: b.units for b in page.body if b.is_prose and b.index not in removed}
    lost = sum([prose.get(index, 0) for index, _ in found])
    if lost * 2 > sum(prose.values()):
        return (one for one in found if one[0] not in prose and not _is_scrap(page, *one))
    return iter(found)


def _is_scrap(page: Page, index: int, reason: str) -> bool:
    block = page.blocks[index]
    return reason == _AMONG and page.is_found and block.kind == "text" and not block.is_linked


REPEATED = "repeated by the source"
_AMONG = "among what the source repeats"
REPEATED_WITHIN = "repeated within texts"
LEARNED = frozenset({REPEATED, _AMONG, REPEATED_WITHIN})
"""Reasons of blocks that are removed because the source repeats them."""


def repeated_inside(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield runs of repeated blocks within the text that contain links: advertisements."""
    run: list[int] = []
    if not any(page.repetition):
        return
    for block in (*page.body, None):
        if (
            block is not None
            and page.repetition[block.index]
            and block.kind not in {"code", "table"}
            and block.units < 400
        ):
            run.append(block.index)
            continue
        if not run:
            continue
        run = _without_section_label(page, removed, run)
        own = _without_sections(page, run)
        if _is_box(page, own):
            yield from ((index, REPEATED_WITHIN) for index in own if index not in removed)
        elif _is_box(page, run):  # pictures of the form
            pictures = [index for index in run if page.blocks[index].kind == "image"]
            yield from ((index, REPEATED_WITHIN) for index in pictures if index not in removed)
        run = []


def _is_box(page: Page, run: list[int]) -> bool:
    """Return whether a run contains links and is long enough for an advertisement, or nothing but links."""
    is_linked = any(page.blocks[index].is_linked or "](" in page.blocks[index].text for index in run)
    is_box = len(run) >= 3 or all(_is_link(page.blocks[index]) for index in run)
    return is_linked and is_box and not _has_steps(page, run)


def _without_sections(page: Page, run: list[int]) -> list[int]:
    """Return a run of blocks without the parts of a form at its ends.

    At its start, these are labels with a value each, above another label: those of an advertisement have its
    link below them. At its end, these are a line with a colon that introduces text or data, and its label.
    """
    while len(run) > 2 and _is_field(page, run[:3]):
        run = run[2:]
    if run and run[-1] + 1 < len(page.blocks) and _introduces(page.blocks[run[-1]], page.blocks[run[-1] + 1]):
        has_label = len(run) > 1 and _is_set_off(page.blocks[run[-2]])
        return run[: -2 if has_label else -1]
    return run


def _is_field(page: Page, indexes: list[int]) -> bool:
    """Return whether three blocks are a label, a value and another label set in the same way."""
    label, value, other = (page.blocks[index] for index in indexes)
    return (
        _is_set_off(label)
        and _is_set_off(other)
        and label.text[:2] == other.text[:2]
        and value.kind in {"text", "list"}
        and "](" not in value.text
        and not _is_set_off(value)
        and all(page.found[index] is None for index in indexes)
    )


def _introduces(block: Block, following: Block) -> bool:
    """Return whether a line with a colon stands above data, such as an address."""
    return _ends_with_colon(block) and following.kind != "code" and is_data(following)


def _is_set_off(block: Block) -> bool:
    is_label = block.kind == "heading" or (block.text.startswith("**") and block.text.rstrip().endswith("**"))
    return is_label and not block.links and 0 < block.units <= _LABEL


def _has_steps(page: Page, run: list[int]) -> bool:
    """Return whether a run contains numbered steps, which a source repeats where it says the same again."""
    starts = {page.blocks[index].plain.lstrip("* ")[:2] for index in run}
    return any({f"1{mark}", f"2{mark}"} <= starts for mark in "、.．)")


def _is_link(block: Block) -> bool:
    """Return whether a block is a link, or an image that is one."""
    return block.is_linked or (block.kind == "image" and block.text.startswith("[!["))
