"""A clipping's body laid open: its blocks, where its title stands again, and where its text begins and ends."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found, Lexicon
from generator.reading.boilerplate.repeats import NOTHING, Repeats, marks
from generator.reading.text import bare

_FEWEST = 5
"""Letters of a heading that may be a part of the title."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What the pieces of evidence look at."""

    blocks: tuple[Block, ...]
    source: str
    """The source's name, bare."""
    lexicons: tuple[Lexicon, ...]
    repeats: Repeats
    titles: frozenset[int]
    """The blocks that repeat the title."""
    start: int
    """The block after the title under which the text stands; 0 where there is none."""
    is_found: bool
    """The page itself names the title, not only the clipper above it."""
    first: int
    last: int
    """The first and the last block of text in sentences of its own; `last < first` where there is none."""
    often: tuple[str, ...]
    """Of each block: `head`, `tail`, `inside` where the source repeats it, else nothing."""

    def find(self, index: int) -> Found | None:
        """The rule of a family that a block fits."""
        block = self.blocks[index]
        for lexicon in self.lexicons:
            if found := lexicon.find(block.label, block.plain):
                return found
        return None


def page_of(
    blocks: tuple[Block, ...], title: str, source: str, lexicons: tuple[Lexicon, ...], repeats: Repeats
) -> Page:
    """Lay a body open."""
    often = _often(blocks, repeats)
    prose = [
        min(block.units, 400)
        if (block.is_prose and not kind) or (block.kind in {"code", "table"} and not kind)
        else 0
        for block, kind in zip(blocks, often, strict=True)
    ]
    titles, start = _titles(blocks, bare(title), prose)
    own = [index for index, units in enumerate(prose) if units and index >= start]
    return Page(
        blocks=blocks,
        source=bare(source),
        lexicons=lexicons,
        repeats=repeats,
        titles=titles,
        start=start,
        is_found=start > 1,
        first=own[0] if own else len(blocks),
        last=own[-1] if own else -1,
        often=often,
    )


def _often(blocks: Sequence[Block], repeats: Repeats) -> tuple[str, ...]:
    if repeats == NOTHING:
        return ("",) * len(blocks)
    return tuple(_place_of(block, repeats) for block in blocks)


def _place_of(block: Block, repeats: Repeats) -> str:
    """Where the source repeats a block, or most of its lines."""
    if block.kind in {"code", "tail"}:
        return ""
    whole, *lines = marks(block)
    if place := _known(whole, repeats):
        return place
    if len(lines) < 2:
        return ""
    places = [place for line in lines if (place := _known(line, repeats))]
    if len(places) * 3 < 2 * len(lines):
        return ""
    return max(("head", "tail", "inside"), key=places.count)


def _known(value: int, repeats: Repeats) -> str:
    if value in repeats.tail:
        return "both" if value in repeats.head else "tail"
    return "head" if value in repeats.head else "inside" if value in repeats.inside else ""


def _titles(blocks: Sequence[Block], wanted: str, prose: Sequence[int]) -> tuple[frozenset[int], int]:
    """The blocks that repeat the title, and the block after the last of them that stands before the text."""
    exact, near = [], []
    for block in blocks:
        if block.kind in {"code", "tail"}:
            continue
        label = block.label or (bare(block.plain) if len(block.plain) < 400 else "")
        if not label:
            continue
        if label == wanted and wanted:
            exact.append(block.index)
        elif block.index and (block.kind == "heading" or block.index < 60) and _is_near(label, wanted, block):
            near.append(block.index)
    total = sum(prose)
    start = 0
    for index in sorted({*exact, *near}):
        if sum(prose[:index]) * 5 <= total or index == 0:
            start = index + 1
    close = [index for index in near if index < start]
    return frozenset((*exact, *(index for index in close if blocks[index].kind == "heading"))), start


def _is_near(label: str, wanted: str, block: Block) -> bool:
    """Whether a heading says the title with more, or less, around it."""
    if block.kind != "heading" or len(label) < _FEWEST or len(wanted) < _FEWEST:
        return False
    short, long = sorted((label, wanted), key=len)
    if short in long:
        return len(short) * 10 >= 3 * len(long)
    same = 0
    for a, b in zip(label, wanted, strict=False):
        if a != b:
            break
        same += 1
    return same * 10 >= 6 * len(short)
