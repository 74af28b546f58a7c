"""Learn the boilerplate of a source: choose a sample of its articles, and find blocks that recur in them.

The result is a function of the set of clippings. Their order and earlier builds do not matter. The sample is
the first 2^k clippings of a year by (date, path), so that the result changes only when their number doubles,
and not at all above the cap.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.reading.boilerplate.blocks import Block, blocks_of, is_data, is_data_in
from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.series import (
    HashedPage,
    Page,
    articles_among,
    ends_of_series,
    without_labels,
)
from generator.reading.text import bare

MOST = 64
"""Number of articles in the sample of a source's year."""
ENOUGH = 8
"""A smaller sample also includes articles of neighbouring years."""

_SHARE = 0.05
"""Share of articles with a block at their head or tail, from which on it counts as repeated."""
_SHARE_INSIDE = 0.3
_DATA_REPEATS = 3
"""Number of articles that must share an address or a version, because two may well be about one event."""
_LINES = 40
_MANY_SHARED = 3
"""Number of paragraphs that more than two pages share if they are one article."""
_BLOCKS = 400
_LONGEST_PARAGRAPHS = 3
"""Number of longest paragraphs that identify an article."""
_TARGET = re.compile(r"\]\([^()\s]*\)?")
_DIGIT = re.compile(r"\d")
_DATED = re.compile(r"[^\n]{0,40}\d月\s?\d{1,2}\s?日[^\n]{4,80}[。；]\W{0,6}")
"""An entry of a timeline."""
_LABEL = re.compile(r"\[[^\[\]]*")
_DIGITS_AND_SPACES = re.compile(r"[\d\s]+")
_DIGIT_BYTES = bytes(code for code in range(128) if _DIGITS_AND_SPACES.match(chr(code)))

Key = tuple[str, int]
"""A source's name for learning, and a year."""


class Origin(msgspec.Struct, frozen=True, order=True):
    """What learning needs to know about a clipping."""

    source: str
    """The WeChat account, else the host of the address, else the source's name."""
    date: dt.date
    path: str

    @property
    def key(self) -> Key:
        """The key under which its boilerplate is learned."""
        return self.source, self.date.year


class LearnedBoilerplate(msgspec.Struct, frozen=True):
    """Hashes of the blocks and lines that a source repeats."""

    head: frozenset[int] = frozenset()
    """Above the text."""
    tail: frozenset[int] = frozenset()
    """Below the text."""
    inside: frozenset[int] = frozenset()
    """Within the text of many articles: advertisements, but also the headings of a form."""
    varying: frozenset[int] = frozenset()
    """Those of them whose digits differ from article to article: dates, counters, values of a form."""
    leading: frozenset[int] = frozenset()
    """Those above the text of many articles."""


NOTHING = LearnedBoilerplate()


def samples(origins: Iterable[Origin]) -> Mapping[Key, tuple[str, ...]]:
    """Return the paths of the samples by source and year. Depends on the set of clippings only.

    A year with fewer than `ENOUGH` clippings also includes neighbouring years, the nearest first.
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
    """Return the paths of the first 2^k clippings by date and path."""
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


def learn(bodies: Iterable[str]) -> LearnedBoilerplate:
    """Return what recurs in bodies of one source. Copies of an article count once; order does not matter."""
    alike: dict[int, list[Page]] = defaultdict(list)
    cut_from = built_in().cut_from
    for body in bodies:
        blocks = blocks_of(body, cut_from)[:_BLOCKS]
        if page := tuple([block for block in blocks if block.kind not in {"tail", "rest"}]):
            alike[_article_hash(page)].append(page)
    groups = [sorted(pages, key=_texts) for _, pages in sorted(alike.items())]
    learned = _learned_of([pages[0] for pages in groups])
    heads, tails = set[int](), set[int]()
    for pages in groups:
        if len(pages) > 1:
            series = articles_among(pages, list(map(_text_of, pages)))
            ends = ends_of_series([_hashed(page) for page in series])
            heads |= ends[0]
            tails |= ends[1]
    if not heads and not tails:
        return learned
    return msgspec.structs.replace(
        learned, head=learned.head | heads, tail=learned.tail | tails, leading=learned.leading | heads
    )


def _texts(page: Page) -> list[str]:
    return [block.text for block in page]


def _text_of(page: Page) -> Mapping[int, int]:
    """Return the hashes of a page's text without digits, and the number of letters of each."""
    text = {text_hash(block.text, is_line=True): block.units for block in page[1:] if _is_text(block)}
    return text or {text_hash(block.text, is_line=True): block.units + 1 for block in page[1:]}


def _hashed(page: Page) -> HashedPage:
    return [(block, block_hashes(block)) for block in page]


def _learned_of(pages: Sequence[Page]) -> LearnedBoilerplate:
    """Return what recurs in pages of different articles."""
    if len(pages) < 2:
        return NOTHING
    hashed_pages = list(map(_hashed, pages))
    counts: Counter[int] = Counter()
    for page in hashed_pages:
        counts.update({value for _, values in page for value in values})
    prose = [{values[0] for block, values in page if _is_text(block)} for page in hashed_pages]
    versions = _text_of_versions(hashed_pages, prose, counts)
    counts = Counter({value: n for value, n in counts.items() if value not in versions})
    places: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for page in hashed_pages:
        _count_places(page, counts, places)
    twice = {value for values in prose for value in values if counts[value] == 2}
    data = {
        values[0]
        for page in hashed_pages
        for block, values in page
        if 1 < counts[values[0]] < _DATA_REPEATS and is_data(block)
    }
    learned = _classified(counts, places, len(hashed_pages), twice, data)
    leading = without_labels(learned.leading, hashed_pages)
    known = learned.head | learned.tail | learned.inside
    return msgspec.structs.replace(learned, leading=leading, varying=_varying(hashed_pages, known))


def _is_text(block: Block) -> bool:
    return block.is_prose or block.units >= 80


def _text_of_versions(
    pages: Sequence[HashedPage], prose: Sequence[set[int]], counts: Mapping[int, int]
) -> set[int]:
    """Return hashes of text that pages share because they are one article, for example before its update.

    Such pages share at least half of their text. Anything else that pages share is boilerplate.
    """
    owners: dict[int, list[int]] = defaultdict(list)
    for number, values in enumerate(prose):
        for value in values:
            if counts[value] > 1:
                owners[value].append(number)
    shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for value, numbers in owners.items():
        shared[tuple(numbers)].append(value)
    found: set[int] = set()
    for together, alike in shared.items():
        n, is_minority = len(alike), 2 * len(together) < len(pages)
        if len(together) < 2:
            found.update(alike)
            continue
        is_known = len(together) == 2 or (
            n >= _MANY_SHARED and (is_minority or _are_versions([pages[x][0][0] for x in together]))
        )
        if not is_known or 2 * n < min(len(prose[x]) for x in together):
            continue
        found.update(alike)
        if is_minority and n >= _MANY_SHARED:  # else nothing tells a menu from a list that the versions share
            all_values = [{value for _, values in pages[x] for value in values} for x in together]
            found.update(v for v in set.intersection(*all_values) if counts[v] == len(together))
    return found


def _are_versions(heads: Sequence[Block]) -> bool:
    """Return whether the title of one page is a part of all others, as in `The storm: update`."""
    titles = {bare(head.plain) for head in heads if head.kind == "heading"}
    shortest = min(titles, key=len, default="")
    return len(titles) == len(heads) and len(shortest) >= _TITLE and all(shortest in one for one in titles)


_TITLE = 8


def _article_hash(blocks: tuple[Block, ...]) -> int:
    """Return a hash that copies of one article share: of the title above it, else of its longest paragraphs.

    Without either it is a hash of all blocks.
    """
    if blocks[0].kind == "heading":
        return text_hash(blocks[0].text)
    prose = sorted({block.text for block in blocks if _is_text(block)}, key=lambda text: (-len(text), text))
    telling = "\n".join(prose[:_LONGEST_PARAGRAPHS] or [block.text for block in blocks])
    # Digits stay, because they may be all that differs, for example in weekly reports.
    return zlib.crc32(telling.encode("utf-8", "surrogatepass")) | len(telling) << 32


def _count_places(page: HashedPage, counts: Counter[int], places: dict[int, list[int]]) -> None:
    """Count for each hash of a page whether it lies above, within or below the page's own text."""
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
    """Return start and end of the run with the greatest sum; Bentley, "Programming Pearls", column 8."""
    best, begin, end, total, since = 0, 0, 0, 0, 0
    for index, weight in enumerate(weights):
        if total <= 0:
            total, since = 0, index
        total += weight
        if total > best:
            best, begin, end = total, since, index + 1
    return begin, end


def _classified(
    counts: Counter[int],
    places: Mapping[int, Sequence[int]],
    pages: int,
    tail_only: set[int],
    data: set[int],
) -> LearnedBoilerplate:
    some = max(2, -(-pages * _SHARE // 1))
    many = max(3, -(-pages * _SHARE_INSIDE // 1))
    head, tail, inside, leading = set(), set(), set(), set()
    for value, (before, within, after) in places.items():
        if counts[value] < (max(_DATA_REPEATS, some) if value in data else some):
            continue
        total = before + within + after
        if value in tail_only:  # two texts may well start alike
            if after == total:
                tail.add(value)
        elif before * 10 >= 7 * total:
            head.add(value)
            if counts[value] >= many:
                leading.add(value)
        elif after * 10 >= 7 * total:
            tail.add(value)
        elif within * 2 < total:
            head.add(value)
            tail.add(value)
        elif counts[value] >= many:
            inside.add(value)
    return LearnedBoilerplate(frozenset(head), frozenset(tail), frozenset(inside), leading=frozenset(leading))


def _varying(pages: Sequence[HashedPage], known: frozenset[int]) -> frozenset[int]:
    """Return known hashes of lines of which no wording of the digits is in most of the articles."""
    forms: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for page in pages:
        found: set[tuple[int, str]] = set()
        for block, values in page:
            if not digits_matter(block) and "](" not in block.text and _DIGIT.search(block.text):
                found.add((values[0], block.text))
                lines = block.text.split("\n") if len(values) > 1 else ()
                found.update([(text_hash(line, is_line=True), line) for line in lines])
        for value, text in found:
            if value in known:
                forms[value][text] += 1
    return frozenset(value for value, texts in forms.items() if max(texts.values()) * 4 <= 3 * texts.total())


def block_hashes(block: Block) -> tuple[int, ...]:
    """Return the hash of a block, followed by those of its lines if it has several."""
    if digits_matter(block):
        return (exact_hash(block.text),)
    return _cached_hashes(block.text)


def differs(block: Block, repeats: LearnedBoilerplate) -> bool:
    """Return whether a block without links is boilerplate only if its digits do not matter, or not at all."""
    if block.links or digits_matter(block):
        return False
    value = cached_hash(block.text)
    return value in repeats.varying or not (
        value in repeats.head or value in repeats.tail or value in repeats.inside
    )


def digits_matter(block: Block) -> bool:
    """Return whether digits distinguish such blocks: text and tables, for example of weekly reports."""
    return block.is_prose or block.kind in {"code", "table"}


def exact_hash(text: str) -> int:
    """Return a hash of a block, including its digits and spaces."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def text_hash(text: str, *, is_line: bool = False) -> int:
    """Return a hash of a block, or of a line in one, that ignores digits, spaces and link targets.

    Digits of a block count where they are data, such as versions. Images are identified by their address.
    """
    if text.startswith(("![", "[![")):
        shown = text.strip()
    else:
        words = _TARGET.sub("", text) if "](" in text else text
        if not is_line and _holds_own_digits(words):
            return exact_hash(words)
        if words.isascii():  # the same on bytes, in a third of the time
            raw = words.lower().encode().translate(None, _DIGIT_BYTES)
            if raw:
                return zlib.crc32(raw) | len(raw) % 65536 << 32
        shown = _DIGITS_AND_SPACES.sub("", words).casefold() or text.strip()
    return zlib.crc32(shown.encode("utf-8", "surrogatepass")) | len(shown) % 65536 << 32


def _holds_own_digits(words: str) -> bool:
    """Return whether digits of a block are data, or date an event, outside of links."""
    may = ":" in words or "." in words or "-" in words or "月" in words
    if not may or _DIGIT.search(words) is None:
        return False
    outside = _LABEL.sub("", words) if "[" in words else words
    return is_data_in(outside) or is_entry(words)


def is_entry(words: str) -> bool:
    """Return whether a line is an entry of a timeline."""
    return "月" in words and _DATED.fullmatch(words) is not None


# Cached, because boilerplate recurs. Its lines are needed only if the whole block is not known.
cached_hash = lru_cache(8192)(text_hash)


@lru_cache(8192)
def line_hashes(text: str) -> tuple[int, ...]:
    """Return the hashes of a block's lines."""
    lines = text.split("\n", _LINES)[:_LINES]
    return tuple([text_hash(line, is_line=True) for line in lines if len(line) > 3])


@lru_cache(8192)
def _cached_hashes(text: str) -> tuple[int, ...]:
    return (cached_hash(text), *(line_hashes(text) if "\n" in text else ()))
