"""What a source repeats: which of its articles to learn from, and the blocks that recur in them.

All of it is a function of the set of clippings: the order in which they came, and what was built before, do
not count. The first 2^k of a year by (date, path) are looked at, so that what is learned changes only when
their number has doubled, and not at all past the cap.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.reading.boilerplate.blocks import Block, blocks_of
from generator.reading.boilerplate.families import built_in

MOST = 64
"""Articles of a source's year that are learned from."""
ENOUGH = 8
"""Articles below which the years beside are asked too."""

_SHARE = 0.05
"""Of the articles that hold a block at their head or tail, from which on it counts."""
_SHARE_INSIDE = 0.3
_LINES = 40
_BLOCKS = 400
_TELLING = 3
"""The longest paragraphs of an article that tell it from others."""
_TARGET = re.compile(r"\]\([^()\s]*\)?")
_FIGURE = re.compile(r"[\d\s]+")
_FIGURES = bytes(code for code in range(128) if _FIGURE.match(chr(code)))

Key = tuple[str, int]
"""A source's name for learning, and a year."""


class Origin(msgspec.Struct, frozen=True, order=True):
    """Where a clipping comes from, as far as learning goes."""

    source: str
    """The account at WeChat, else the host of the address, else the source's name."""
    date: dt.date
    path: str

    @property
    def key(self) -> Key:
        """What its furniture is learned under."""
        return self.source, self.date.year


class Repeats(msgspec.Struct, frozen=True):
    """The blocks and lines that a source repeats, as hashes."""

    head: frozenset[int] = frozenset()
    """Before the text."""
    tail: frozenset[int] = frozenset()
    """After it."""
    inside: frozenset[int] = frozenset()
    """Between, in many articles: advertisements, but also the headings of a form."""


NOTHING = Repeats()


def samples(origins: Iterable[Origin]) -> Mapping[Key, tuple[str, ...]]:
    """Which bodies to learn from, by source and year: a function of the set alone.

    A year with fewer than `ENOUGH` also asks the years beside it, the nearest first.
    """
    years: dict[str, dict[int, list[Origin]]] = defaultdict(lambda: defaultdict(list))
    for origin in set(origins):
        years[origin.source][origin.date.year].append(origin)
    found: dict[Key, tuple[str, ...]] = {}
    for source, by_year in sorted(years.items()):
        first = {year: _first(articles) for year, articles in by_year.items()}
        for year in sorted(by_year):
            found[source, year] = tuple(_with_neighbours(year, first))
    return found


def _first(articles: Sequence[Origin]) -> list[str]:
    """The first 2^k by date and path."""
    most = min(MOST, 1 << (len(articles).bit_length() - 1))
    return [origin.path for origin in sorted(articles)[:most]]


def _with_neighbours(year: int, first: Mapping[int, list[str]]) -> list[str]:
    paths = list(first[year])
    for other in sorted(first, key=lambda other: (abs(other - year), other)):
        if len(paths) >= ENOUGH:
            break
        if other != year:
            paths += first[other][: ENOUGH - len(paths)]
    return paths


def learn(bodies: Iterable[str]) -> Repeats:
    """What recurs in bodies of one source. Copies of one article count once; the order does not matter."""
    pages: dict[int, tuple[Block, ...]] = {}
    cut_from = built_in().cut_from
    for body in bodies:
        if blocks := blocks_of(body, cut_from)[:_BLOCKS]:
            _keep(pages, tuple(block for block in blocks if block.kind not in {"tail", "rest"}))
    if len(pages) < 2:
        return NOTHING
    marked = [[(block, marks(block)) for block in blocks] for _, blocks in sorted(pages.items())]
    counts: Counter[int] = Counter()
    for page in marked:
        counts.update({value for _, values in page for value in values})
    prose = [{values[0] for block, values in page if _is_text(block)} for page in marked]
    twins = _twins(prose, counts)
    counts = Counter({value: n for value, n in counts.items() if n > 2 or value not in twins})
    places: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for page in marked:
        _place(page, counts, places)
    twice = {value for values in prose for value in values if counts[value] == 2}
    return _sorted(counts, places, len(marked), twice)


def _is_text(block: Block) -> bool:
    return block.is_prose or block.units >= 80


def _twins(prose: Sequence[set[int]], counts: Mapping[int, int]) -> set[int]:
    """Text that two pages share because they are one article, saved twice under two titles.

    They share half of their text or more; what else stands in two pages is furniture.
    """
    owners: dict[int, list[int]] = defaultdict(list)
    for number, values in enumerate(prose):
        for value in values:
            if counts[value] == 2:
                owners[value].append(number)
    shared = Counter(tuple(numbers) for numbers in owners.values())
    return {
        value
        for value, numbers in owners.items()
        if len(numbers) < 2 or 2 * shared[tuple(numbers)] >= min(len(prose[number]) for number in numbers)
    }


def _keep(pages: dict[int, tuple[Block, ...]], blocks: tuple[Block, ...]) -> None:
    """One page an article; of copies that with the smaller text, whatever the order."""
    if not blocks:
        return
    key = _article_of(blocks)
    other = pages.get(key)
    if other is None or [block.text for block in blocks] < [block.text for block in other]:
        pages[key] = blocks


def _article_of(blocks: tuple[Block, ...]) -> int:
    """What copies of one article share: the title above it; without one, its longest paragraphs.

    A page without either is like no other but for one of the same blocks.
    """
    if blocks[0].kind == "heading":
        return mark(blocks[0].text)
    prose = sorted({block.text for block in blocks if _is_text(block)}, key=lambda text: (-len(text), text))
    telling = "\n".join(prose[:_TELLING] or [block.text for block in blocks])
    # Figures may make the difference: of a weekly report, say.
    return zlib.crc32(telling.encode("utf-8", "surrogatepass")) | len(telling) << 32


def _place(
    page: Sequence[tuple[Block, tuple[int, ...]]], counts: Counter[int], places: dict[int, list[int]]
) -> None:
    """Note of each mark of a page whether it stands before, in or after the page's own text."""
    weights = [
        -30 if counts[values[0]] > 1 else min(block.units, 300) if block.is_own else -4
        for block, values in page
    ]
    start, end = heaviest(weights)
    for index, (_, values) in enumerate(page):
        where = 0 if index < start else 1 if index < end else 2
        for value in values:
            if counts[value] > 1:
                places[value][where] += 1


def heaviest(weights: Sequence[int]) -> tuple[int, int]:
    """Begin and end of the run with the greatest sum; Bentley, "Programming Pearls", column 8."""
    best, begin, end, total, since = 0, 0, 0, 0, 0
    for index, weight in enumerate(weights):
        if total <= 0:
            total, since = 0, index
        total += weight
        if total > best:
            best, begin, end = total, since, index + 1
    return begin, end


def _sorted(
    counts: Counter[int], places: Mapping[int, Sequence[int]], pages: int, tail_only: set[int]
) -> Repeats:
    some = max(2, -(-pages * _SHARE // 1))
    many = max(3, -(-pages * _SHARE_INSIDE // 1))
    head, tail, inside = set(), set(), set()
    for value, (before, within, after) in places.items():
        if counts[value] < some:
            continue
        total = before + within + after
        if value in tail_only:  # two texts may well begin alike
            if after == total:
                tail.add(value)
        elif before * 10 >= 7 * total:
            head.add(value)
        elif after * 10 >= 7 * total:
            tail.add(value)
        elif within * 2 < total:
            head.add(value)
            tail.add(value)
        elif counts[value] >= many:
            inside.add(value)
    return Repeats(frozenset(head), frozenset(tail), frozenset(inside))


def marks(block: Block) -> tuple[int, ...]:
    """The hash of a block, then, where it has several lines, those of its lines."""
    if tells_by_figures(block):
        return (exact_mark(block.text),)
    return _known_marks(block.text)


def tells_by_figures(block: Block) -> bool:
    """Whether figures make the difference, as in text and tables: of a weekly report, say."""
    return block.is_prose or block.kind in {"code", "table"}


def exact_mark(text: str) -> int:
    """A hash of a block with its digits and spaces."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def mark(text: str) -> int:
    """A hash of a block or line, whatever its digits, spaces and link targets; images count by address."""
    if text.startswith(("![", "[![")):
        shown = text.strip()
    else:
        words = _TARGET.sub("", text) if "](" in text else text
        if words.isascii():  # bytes go the same way in a third of the time
            raw = words.lower().encode().translate(None, _FIGURES)
            if raw:
                return zlib.crc32(raw) | len(raw) % 65536 << 32
        shown = _FIGURE.sub("", words).casefold() or text.strip()
    return zlib.crc32(shown.encode("utf-8", "surrogatepass")) | len(shown) % 65536 << 32


# Furniture comes again and again; its lines are asked for only where the whole is not known.
known_mark = lru_cache(8192)(mark)


@lru_cache(8192)
def known_line_marks(text: str) -> tuple[int, ...]:
    """The hashes of a block's lines."""
    lines = text.split("\n", _LINES)[:_LINES]
    return tuple([mark(line) for line in lines if len(line) > 3])


@lru_cache(8192)
def _known_marks(text: str) -> tuple[int, ...]:
    return (known_mark(text), *(known_line_marks(text) if "\n" in text else ()))
