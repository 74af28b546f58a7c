"""Learn what a series of articles ends with, and tell lines above texts from labels of sections.

A series is, for example, a newsletter whose titles differ in digits only.

Their headings and short values recur because they are the form of the series, not boilerplate. So only lines
at the very end count, and a single line right above the text.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set

from generator.reading.boilerplate.blocks import Block, is_data

Page = tuple[Block, ...]
HashedPage = Sequence[tuple[Block, tuple[int, ...]]]

_FEWEST = 3
"""Number of articles that make a series."""
_PART = 3
"""Pages are one article if they share one part in so many of their text."""


def articles_among(pages: Sequence[Page], texts: Sequence[Mapping[int, int]]) -> list[Page]:
    """Return the first page of each article among sorted pages.

    Pages are versions of one article if they share a third of their text. `texts`: for each page, the number
    of letters of each block of text, by a hash that ignores digits.
    """
    group = list(range(len(pages)))
    for number, text in enumerate(texts):
        for other in range(number):
            if group[other] != group[number] and _are_one_article(text, texts[other]):
                first, last = sorted((group[other], group[number]))
                group = [first if one == last else one for one in group]
    return [page for number, page in enumerate(pages) if group[number] == number]


def _are_one_article(one: Mapping[int, int], other: Mapping[int, int]) -> bool:
    shared = sum([one[value] for value in one.keys() & other.keys()])
    return _PART * shared >= min(sum(one.values()), sum(other.values()))


def ends_of_series(pages: Sequence[HashedPage]) -> tuple[set[int], set[int]]:
    """Return hashes of the line with which most articles of a series begin, and of those that end them."""
    if len(pages) < _FEWEST:
        return set(), set()
    counts = Counter(value for page in pages for value in {values[0] for _, values in page})
    often = max(_FEWEST, -(-len(pages) // 2))
    known = {value for value, n in counts.items() if n >= often}
    heads, tails = Counter[int](), Counter[int]()
    for page in pages:
        heads.update(_head_of(page, known))
        tails.update(_tail_of(page, known))
    return {v for v, n in heads.items() if n >= often}, {v for v, n in tails.items() if n >= often}


def _head_of(page: HashedPage, known: set[int]) -> set[int]:
    """Return the hash of the sentence below the title, if the text of the article itself follows it."""
    start = 1 if page[0][0].kind == "heading" else 0
    if len(page) < start + 2:
        return set()
    (line, values), (below, others) = page[start : start + 2]
    is_sentence = line.kind == "text" and line.plain.rstrip(" *_\xa0").endswith(_STOPS)
    is_alone = values[0] in known and others[0] not in known and below.is_own
    return {values[0]} if is_sentence and is_alone else set()


def _tail_of(page: HashedPage, known: set[int]) -> set[int]:
    """Return the hashes of the repeated lines at the end, below the text and below the last label."""
    start = len(page)
    while start and page[start - 1][1][0] in known:
        start -= 1
    if start == 0:
        return set()
    labels = [n for n in range(start - 1, len(page) - 1) if _is_label(page[n][0], page[n + 1][0])]
    rest = page[labels[-1] + 2 :] if labels else page[start:]
    return {values[0] for block, values in rest if not _is_of_form(block)}


def _is_of_form(block: Block) -> bool:
    """Return whether a block is a heading, data, a value behind its label, or a note on the figures."""
    if block.kind in {"rule", "heading"} or is_data(block) or _NOTE.match(block.plain):
        return True
    return not block.links and block.units <= LABEL and _LABELLED.match(block.plain) is not None


_NOTE = re.compile(
    r"\W{0,6}(?:notes?|remarks?|anmerkung|hinweis|nota|remarque|说明|注|备注|附注|注记)\s?[:：]",
    re.IGNORECASE,
)
"""Explains the figures of the article."""


def _is_label(block: Block, below: Block) -> bool:
    """Return whether a block may be the label of what is below it."""
    if block.links or block.kind == "heading":
        return not block.links
    words = block.plain.rstrip(" *_\xa0")
    is_bold = block.text.startswith("**") and block.text.rstrip().endswith("**")
    is_line = 0 < block.units <= LABEL and not words.endswith(_STOPS) and not below.links
    return words.endswith((":", "：")) or is_bold or is_line


LABEL = 40
"""Number of letters of a label."""
_STOPS = (".", "。", "!", "！", "?", "？", "…", ")", "）")


def without_labels(leading: Set[int], pages: Sequence[HashedPage]) -> frozenset[int]:
    """Return hashes of lines above the text without labels of sections and of values.

    Most pages have more labels of a section's form. The value behind a colon differs from page to page.
    """
    found, labels = Counter[int](), Counter[int]()
    values_of: defaultdict[str, set[int]] = defaultdict(set)
    for page in pages:
        for index, (block, values) in enumerate(page[:_HEAD]):
            if block.units <= LABEL and (label := _LABELLED.match(block.text)):
                values_of[label[1]].add(values[0])
            if values[0] in leading:
                found[values[0]] += 1
                form = form_of(block)
                labels[values[0]] += bool(form) and any(
                    form_of(other) == form
                    for other, _ in page[index + 1 :]
                    if 0 < other.units <= LABEL and not other.links
                )
    several = {value for same in values_of.values() if len(same) > 1 for value in same}
    return frozenset(v for v in leading if 2 * labels[v] < found[v] and v not in several)


def form_of(block: Block) -> str:
    """Return how a line is marked as a label; empty if it is not."""
    if block.kind == "heading":
        return "heading"
    words = block.text.lstrip(" >\xa0")
    if words.startswith(("**", "__")):
        return "bold"
    if _NUMBER.match(words):
        return "number"
    return "" if words[:1].isalnum() else words[:1]


_HEAD = 30
_LABELLED = re.compile(r"([^\n:：]{1,30})[:：]\W*\w")
_NUMBER = re.compile(
    r"第?[一二三四五六七八九十]{1,3}\s?[、.．章节]|\d{1,2}\s?[、.．)）]|0x\d|[(（][\d一二三四五六七八九十]{1,3}[)）]"
    r"|(?:part|step|chapter) ?\d|[IVX]{1,4}\.",
    re.IGNORECASE,
)
