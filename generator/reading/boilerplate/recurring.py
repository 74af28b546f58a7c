"""Evidence from blocks that the source repeats in other articles: above, below and within the text."""

from __future__ import annotations

from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Gone, Page, is_digest, leads_out


def repeated_after(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Yield blocks that also end other articles of the source, and what lies between them."""
    way = range(len(page.blocks) - 1, page.start - 1, -1)
    yield from _spares(page, gone, list(_repeated(page, gone, way, {"tail", "both"})))


def repeated_before(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Yield blocks that also begin other articles of the source, and what lies between them."""
    way = range(page.start if page.is_found else 0, len(page.blocks))
    yield from _spares(page, gone, list(_repeated(page, gone, way, {"head", "both"})))


def _repeated(  # noqa: C901 - one walk that weighs each kind of block
    page: Page, gone: Gone, way: range, places: set[str]
) -> Iterator[tuple[int, str]]:
    """Yield blocks from one end inwards, up to where repeated blocks outweigh the article's own most."""
    total, best, until = 0, 0, way.start
    for index in way:
        block = page.blocks[index]
        if index in gone:
            continue
        if page.often[index] in places:
            total += 30
            if total >= best:
                best, until = total, index + way.step
        elif block.kind in {"image", "rule"}:
            total -= 1
        elif block.is_linked:
            total -= 8
        else:
            total -= 12 + 2 * min(block.units, 200)
        if total < best - 400:
            break
    found = [index for index in range(way.start, until, way.step) if index not in gone]
    while found and _heads(page, found[-1]):
        found.pop()
    for index in found:
        block = page.blocks[index]
        if page.often[index] in places:
            yield index, "repeated by the source"
        elif _goes_along(page, block):
            yield index, _AMONG


def _goes_along(page: Page, block: Block) -> bool:
    """Return whether a block is boilerplate because it lies among boilerplate: an image, links, a scrap."""
    if page.is_found and is_digest(block) and (page.last < 0 or leads_out(block)):
        return False  # a weekly digest may consist of links only
    return (
        block.kind in {"image", "rule"}
        or block.is_linked
        or (block.kind in {"text", "list"} and block.units < 20)
    )


def _heads(page: Page, index: int) -> bool:
    """Return whether a short block right above the text may be the heading of its first section."""
    block = page.blocks[index]
    return (
        not block.links
        and 0 < block.units <= 40
        and page.found[index] is None
        and index + 1 < len(page.blocks)
        and not page.often[index + 1]
        and page.blocks[index + 1].kind not in {"image", "rule", "tail"}
        and not page.blocks[index + 1].is_linked
    )


def _spares(page: Page, gone: Gone, found: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the blocks to remove, without prose if too little of the article's own would be left.

    In that case scraps of text beside it stay too, because a very short article has nothing else.
    """
    prose = {b.index: b.units for b in page.body if b.is_prose and b.index not in gone}
    lost = sum([prose.get(index, 0) for index, _ in found])
    if lost * 2 > sum(prose.values()):
        return (one for one in found if one[0] not in prose and not _is_scrap(page, *one))
    return iter(found)


def _is_scrap(page: Page, index: int, reason: str) -> bool:
    block = page.blocks[index]
    return reason == _AMONG and page.is_found and block.kind == "text" and not block.is_linked


_AMONG = "among what the source repeats"


def repeated_inside(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Yield runs of repeated blocks within the text that contain links: advertisements."""
    run: list[int] = []
    if not any(page.often):
        return
    for block in (*page.body, None):
        if (
            block is not None
            and page.often[block.index]
            and block.kind not in {"code", "table"}
            and block.units < 400
        ):
            run.append(block.index)
            continue
        linked = [index for index in run if page.blocks[index].is_linked or "](" in page.blocks[index].text]
        if linked and (len(run) >= 3 or all(page.blocks[index].is_linked for index in run)):
            yield from ((index, "repeated by the source") for index in run if index not in gone)
        run = []
