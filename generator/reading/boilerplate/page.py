"""Analyse a clipping's body: its blocks, the places of its title, the start and end of its text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

import msgspec

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found, Lexicon, ready
from generator.reading.boilerplate.forms import own_in
from generator.reading.boilerplate.repeats import (
    NOTHING,
    LearnedBoilerplate,
    cached_hash,
    exact_hash,
    line_hashes,
)
from generator.reading.boilerplate.title_words import share_in, words_of
from generator.reading.text import bare, unescaped

Removed = Mapping[int, str]
"""Index of a removed block → the reason."""

ACCOUNT = re.compile(r"[?&]__biz=([\w=%-]+)")
"""The WeChat account in an address of its articles."""
SOME = 60
"""Number of letters that must precede an end mark."""

_NEAR = 0.6
"""Share of a title's pairs of letters that another wording of it has."""
_PARAGRAPH = 100
"""Number of letters of a paragraph. A shorter text may be a slogan."""
_MENU = 10
"""Number of links above the text that make a menu."""
_MUCH = 0.5
"""Share of a title's words in a headline that paraphrases it."""
_FEWEST = 5
"""Number of letters of a heading that may be part of the title."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The input of all evidence."""

    blocks: tuple[Block, ...]
    source: str
    """The source's name, normalised by `bare`."""
    lexicons: tuple[Lexicon, ...]
    repeats: LearnedBoilerplate
    titles: frozenset[int]
    """The blocks that repeat the title."""
    start: int
    """Index of the block after the title above the text; 0 if there is none."""
    body: tuple[Block, ...]
    """The blocks from `start` to the fixed tail of a family."""
    is_found: bool
    """Whether the page itself shows the title, not only the clipper above it."""
    has_headline: bool
    """Whether the title is not found, but a heading with many of its words is above the text."""
    words: frozenset[str]
    """The words of a title that is not found."""
    first: int
    last: int
    """The first and last block of the page's own prose; `last < first` if there is none."""
    repetition: tuple[str, ...]
    """For each block: `head`, `tail`, `both` or `inside` if the source repeats it, else empty."""
    values: frozenset[int]
    """The blocks of a form that belongs to the article although the source repeats all but their digits."""
    found: tuple[Found | None, ...]
    """For each block: the rule of a family that it matches."""
    is_cut: bool
    """Whether the clipper truncated the last block."""


def last_own(page: Page, removed: Removed) -> int:
    """Return the index of the last block of text that is not removed yet; -1 if there is none."""
    for block in reversed(page.body):
        if block.is_own and block.index not in removed:
            return block.index
    return -1


def is_labelled_address(block: Block) -> bool:
    """Return whether a block is a link that shows its address, behind a label such as `Download:`."""
    return "[http" in block.text and _LABELLED.match(block.text) is not None


_LABELLED = re.compile(r"\W{0,4}[^\[\]\n:：]{1,20}[:：][*\s]{0,4}\[https?:")


def names_references(block: Block) -> bool:
    """Return whether a short line is the label of what an article cites, or hands out, below its text."""
    return block.units <= _LINE and not block.links and _REFERENCES.search(block.plain) is not None


_LINE = 48
_REFERENCES = re.compile(
    r"refer|source|link|resource|further|note|download|credit|more info|appendix|ioc|indicator|citations"
    r"|bibliog|fonti|riferiment|fuente|quelle|参考|引用|来源|链接|资料|附录|下载|地址|文献|出典|参照",
    re.IGNORECASE,
)


def is_poster(block: Block) -> bool:
    """Return whether a block is a picture that is a link, and not to a larger picture."""
    return block.units <= _MARKS and _POSTER.match(block.text) is not None


_MARKS = 3
"""Number of letters as which invisible characters beside a picture may count."""
_POSTER = re.compile(
    r"\u200d?\[!\[[^\[\]]*\]\([^()\s]*\)\]\([^()\s]*(?<!png|jpg|gif|peg|ebp|bmp|svg)\)\u200d?\s*$"
)


def section_numbers(page: Page) -> set[int]:
    """Return the blocks that number sections: lone numbers that count up, with other blocks in between."""
    numbers = [
        (b.index, int(b.label))
        for b in page.body
        if 0 < len(b.label) <= 2 and b.label.isdecimal() and not b.links
    ]
    found: set[int] = set()
    for (index, number), (other, following) in pairwise(numbers):
        if following == number + 1 > 1 and other > index + 1:
            found |= {index, other}
    return found


def is_headline(block: Block) -> bool:
    """Return whether a block that shows the title is a heading, and not a link to another page."""
    return block.kind == "heading" and not block.links


def is_digest(block: Block) -> bool:
    """Return whether a list of links consists of titles, as in a weekly digest."""
    return block.kind == "list" and block.links >= 3 and block.linked >= 30 * block.links


def links_to_many_sites(block: Block) -> bool:
    """Return whether links lead to many sites, as references do. Related posts are on one site."""
    return len(set(_HOST.findall(block.text))) >= _SITES


_HOST = re.compile(r"\]\(https?://([^/()\s]{1,200})")
_SITES = 4


def leads_to_other_accounts(page: Page, block: Block) -> bool:
    """Return whether a link is among links to several WeChat accounts. Related posts are of one account."""
    if "__biz=" not in block.text:
        return False
    blocks, first, end = page.blocks, block.index, block.index + 1
    while first > block.index - _NEIGHBOURS and blocks[first - 1].is_linked:
        first -= 1
    while end < min(block.index + _NEIGHBOURS, len(blocks)) and blocks[end].is_linked:
        end += 1
    accounts = [account for one in blocks[first:end] for account in ACCOUNT.findall(one.text)]
    return len(set(accounts)) >= _ACCOUNTS and len(set(accounts)) * 2 > len(accounts)


_ACCOUNTS = 3
_NEIGHBOURS = 6


def page_of(
    blocks: tuple[Block, ...],
    title: str,
    source: str,
    lexicons: tuple[Lexicon, ...],
    repeats: LearnedBoilerplate,
    *,
    is_cut: bool = False,
) -> Page:
    """Analyse a body."""
    repetition = _repetitions(blocks, repeats, is_cut=is_cut)
    prose = [
        min(block.units, 400) if not kind and (block.is_prose or block.kind in {"code", "table"}) else 0
        for block, kind in zip(blocks, repetition, strict=True)
    ]
    titles, start = _titles(blocks, bare(title), prose)
    is_found, has_headline, words = start > 1, False, frozenset[str]()
    if not is_found and not any(lexicon.family.byline for lexicon in lexicons):
        words = words_of(title)
        start, has_headline = _headline(blocks, prose, words, start)
    found = (None,) * start + tuple(
        [None if block.kind in _NO_WORDS else _rule_of(block, lexicons) for block in blocks[start:]]
    )
    own = [index for index, units in enumerate(prose) if units and index >= start and found[index] is None]
    first, last = (own[0], own[-1]) if own else (len(blocks), -1)
    values = own_in(blocks, repetition, found, repeats, (start, first, last))
    if values:
        repetition = tuple(["" if n in values else place for n, place in enumerate(repetition)])
    return Page(
        blocks=blocks,
        source=bare(source),
        lexicons=lexicons,
        repeats=repeats,
        titles=titles,
        start=start,
        body=tuple([block for block in blocks[start:] if block.kind not in _ASIDE]),
        is_found=is_found,
        has_headline=has_headline,
        words=words,
        first=first,
        last=last,
        repetition=repetition,
        values=values,
        found=found,
        is_cut=is_cut,
    )


_ASIDE = frozenset({"tail", "above", "own"})
_NO_WORDS = _ASIDE | {"image", "rule"}
_LONGEST = 1500
_CODE = 200
"""Number of characters of a code block that may be words of a page's interface."""


def _rule_of(block: Block, lexicons: tuple[Lexicon, ...]) -> Found | None:
    """Return the rule that a block matches, of the most specific family first."""
    if block.kind in {"table", "code"}:  # the words of general families may well occur in them
        known = tuple([lexicon for lexicon in lexicons if not lexicon.family.everywhere])
        if not known or (block.kind == "code" and len(block.text) > _CODE):
            return None
        return _rule("", block.plain[:_LONGEST], known)
    if len(block.plain) > _LONGEST:
        return None
    # Cached, because boilerplate recurs and paragraphs do not.
    return (_known_rule if block.label else _rule)(block.known_as, block.plain, lexicons)


def _rule(label: str, plain: str, lexicons: tuple[Lexicon, ...]) -> Found | None:
    words = ready(plain)
    for lexicon in lexicons:
        if found := lexicon.find(label, words):
            return found
    return None


_known_rule = lru_cache(8192)(_rule)


def _repetitions(blocks: Sequence[Block], repeats: LearnedBoilerplate, *, is_cut: bool) -> tuple[str, ...]:
    if repeats == NOTHING:
        return ("",) * len(blocks)
    places = _places(repeats)
    found = ["" if block.kind in _UNMARKED else _place_of(block, places) for block in blocks]
    if is_cut and not found[-1] and blocks[-1].kind not in _UNMARKED and not blocks[-1].is_prose:
        found[-1] = _place_of_rest(blocks[-1], places)
    return tuple(found)


def _place_of_rest(block: Block, places: Mapping[int, str]) -> str:
    """Return `tail` if the source repeats all lines of a truncated block, except for the line that is cut.

    A link may belong to an embedded player, below which the text goes on.
    """
    whole = block.text.rpartition("\n")[0]
    found = [places.get(line, "") for line in line_hashes(whole)] if whole and whole[0] not in "[!" else []
    return "tail" if found and set(found) <= {"tail", "both"} else ""


_UNMARKED = _ASIDE | {"code"}


@lru_cache(8)  # a source's clippings are read one after the other
def _places(repeats: LearnedBoilerplate) -> Mapping[int, str]:
    """Return hash → the place where the source repeats that block."""
    places = dict.fromkeys(repeats.inside, "inside")
    places |= dict.fromkeys(repeats.head, "head")
    return places | {value: "both" if value in repeats.head else "tail" for value in repeats.tail}


def _place_of(block: Block, places: Mapping[int, str]) -> str:
    """Return the place where the source repeats a block, or most of its lines; empty if it does not."""
    if block.kind == "image" and "]()" in block.text:
        return ""
    if block.is_prose or block.kind == "table":  # as in `digits_matter`, which also names code
        return places.get(exact_hash(block.text), "")
    if place := places.get(cached_hash(block.text)):
        return place
    lines = line_hashes(block.text) if "\n" in block.text else ()
    if len(lines) < 2:
        return ""
    found = [place for line in lines if (place := places.get(line))]
    if len(found) * 3 < 2 * len(lines):
        return ""
    return max(("head", "tail", "inside"), key=found.count)


def _titles(blocks: Sequence[Block], wanted: str, prose: Sequence[int]) -> tuple[frozenset[int], int]:
    """Return the blocks that repeat the title, and the index after the last of them above the text."""
    exact, near = _title_blocks(blocks, wanted)
    if any(exact):  # a similar heading further down belongs to another post, or to a section
        near = []
    title_indexes = sorted({*exact, *near})
    if title_indexes in ([], [0]):  # only the clipper shows it
        return frozenset(title_indexes), len(title_indexes)
    total = sum(prose)
    # A slogan of the site may be above the title.
    above = [0, *accumulate([units if units >= _PARAGRAPH else 0 for units in prose])]
    start = 0
    for index in title_indexes:
        if start > 1 and above[index] - above[start] >= _PARAGRAPH and is_headline(blocks[start - 1]):
            break  # repeated within the text, for example by a media player
        if above[index] * 5 <= total or index == 0:
            start = index + 1
    return frozenset((*exact, *(index for index in near if index < start))), start


def _title_blocks(blocks: Sequence[Block], wanted: str) -> tuple[list[int], list[int]]:
    """Return the blocks that show the title, and the headings that show a variant of it."""
    exact, near = [], []
    shortest, longest = len(wanted) - 10, 2 * len(wanted) + 40
    for block in blocks:
        if block.kind in _UNMARKED:
            continue
        label = block.label
        if not label and (block.kind == "heading" or longest > len(block.plain) >= shortest):
            label = bare(block.plain[:400])
        if "&" in block.plain and (label or len(block.plain) < 2 * longest):
            label = bare(unescaped(block.plain[:400]))
        if label and label == wanted:
            exact.append(block.index)
        elif label and block.index and block.kind == "heading" and _is_near(label, wanted):
            near.append(block.index)
    return exact, near


def _headline(
    blocks: Sequence[Block], prose: Sequence[int], words: frozenset[str], start: int
) -> tuple[int, bool]:
    """Return where the text starts on a page without the title, and whether a headline paraphrases it.

    The text starts at the heading above the first paragraph that has most of the title's words. Without one,
    it starts after the last menu above that paragraph.
    """
    first = next(
        (n for n, block in enumerate(blocks) if n >= start and _is_paragraph(block, prose[n])), len(blocks)
    )
    shares = {
        n: share_in(words, blocks[n].plain) if words else 0.0
        for n in range(max(start, 1), first)
        if blocks[n].kind == "heading" and not blocks[n].is_linked and blocks[n].units >= 8
    }
    best = max(shares, key=lambda n: shares[n], default=0)
    if best and len(words) >= 2 and shares[best] >= _MUCH:
        return best, True
    if first == len(blocks):
        return start, False
    menu = [n for n in range(start, first) if blocks[n].in_card or (blocks[n].links and blocks[n].is_linked)]
    if sum(blocks[n].links + blocks[n].in_card for n in menu) < _MENU:
        return start, False
    tops = [n for n in shares if blocks[n].text.startswith("# ")]
    behind = menu[-1] + 1
    return next((n for n in tops if n > behind - 4), behind), False


def _is_paragraph(block: Block, units: int) -> bool:
    return (
        units >= _PARAGRAPH
        and block.kind == "text"
        and 2 * block.linked <= block.units
        and not block.text.startswith(("  ", "\t"))
    )


def _is_near(label: str, wanted: str) -> bool:
    """Return whether a heading contains the title, is contained in it, or resembles it."""
    if len(label) < _FEWEST or len(wanted) < _FEWEST:
        return False
    short, long = sorted((label, wanted), key=len)
    if short in long:
        return len(short) * 10 >= 3 * len(long)
    return len(short) * 2 >= len(long) and _likeness(label, wanted) >= _NEAR


def _likeness(one: str, other: str) -> float:
    """Return the share of letter pairs that two texts have in common (Dice 1945); 0 if it is small."""
    pairs, others = _pairs(one), _known_pairs(other)
    most = len(one) + len(other) - 2
    if 2 * sum(map(others.__contains__, pairs)) / most < _NEAR:
        return 0.0  # even if all of them counted
    return 2 * (Counter(pairs) & others).total() / most


def _pairs(text: str) -> list[str]:
    return [first + second for first, second in pairwise(text)]


@lru_cache(8)  # a title is compared with many headings
def _known_pairs(text: str) -> Counter[str]:
    return Counter(_pairs(text))
