"""Split a body into blocks and describe each: text, links, membership in a card of links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.reading.text import FIRST_GROUP, bare, without_signs

_DATA = re.compile(
    r"""[:\[\d<>=≤≥＜＞-](?:               # a set comes first, because a search for it is fast
    (?<=:) (?: // | (?<=[xX]iv:)\d{4} )     # an address; arXiv
    | (?<=\[) (?: [.:] | dot ) \]           # a defanged address
    | (?<=-) (?: \d{4}-\d{3} | (?<=[sS][aA]-)\w{4}-\w{4}- )  # CVE and its like; GHSA
    | (?<=[<>=≤≥＜＞]) =? \s? [vV]?\d+\.\d   # a range of versions
    | (?<=\b[vV]\d) \d*\.\d
    | (?<=\d) (?: [0-9a-fA-F]{20} | (?<![\d.]\d)\d*\.\d+\.\d+\.\d )  # a hash; an address of four numbers
    | (?<=\d) (?<![\d.]\d)
      (?! (?<=2)0\d\d\. | \d?\.\d\d?\.\d\d(?:\d\d)?(?![\d.]) )  # no date
      \d*\.\d+\.\d                        # a version
    )""",
    re.VERBOSE,
)
"""Addresses, identifiers, hashes and versions."""
_LONGEST = 200_000
"""Number of characters of a body that are examined. Text after them is kept unchanged."""

# All repetitions are bounded, so that no hostile text makes them slow. Most targets have no parentheses. The
# second alternative, for those that do, takes many times as long.
_TARGET = r"\((?:[^()\n]{0,3000}+\)|(?:[^()\n]|\([^()\n]{0,300}\)){0,3000}\)?)"
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}+\]" + _TARGET)
_LINK = re.compile(r"\[([^\[\]]{0,1000}+)\]" + _TARGET)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_ADDRESS = re.compile(r"<?https?://[^\s<>\"'）】」]{1,3000}>?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_HEADING = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?#{1,6}[ \t]")
_FENCE = re.compile(r"[ \t>]*(```+|~~~+)")
_BLANK = re.compile(r"(\n(?:[^\S\n]*\n)+)")
_UNUSUAL = re.compile(r"\n(?:\n\n|[^\S\n]+\n)")
"""More than one blank line, or one with spaces in it."""
_SENTENCE = re.compile(r"[。！？；，、]|[.!?,;:](?:[\s\"'”’)*_]|$)")
_FORMULA_OR_QUOTE = ("$$", "\\[", ">")
_SHORT = 160
_MEANINGFUL = 20
"""Number of letters of a line that is kept although its words occur in the title."""
_CARD = 12
"""Number of blocks that a link around several of them may span."""


class Block(msgspec.Struct, frozen=True, gc=False):
    """A maximal run of lines that are not blank. Blocks are numbered from 0."""

    index: int
    text: str
    """The Markdown source."""
    plain: str = ""
    """The words, without images, addresses and tags. Emphasis marks stay."""
    label: str = ""
    """The normalised letters and digits of a short block, for lookups; empty for a long one."""
    known_as: str = ""
    """The label for looking up known lines; empty for formulas, quotes and addresses, however short."""
    units: int = 0
    """Number of letters outside of links. CJK letters count twice."""
    linked: int = 0
    """Number of letters inside links, counted the same way."""
    links: int = 0
    kind: str = "text"
    """`text`, `heading`, `list`, `table`, `code`, `image` or `rule`.

    `above` is above the title, except for text that a family declares as the page's `own`. The fixed `tail`
    of a family and the `rest` of a long body are not examined.
    """
    in_card: bool = False
    """Whether it lies inside a link that spans several blocks."""
    is_linked: bool = False
    """Whether most of it is links."""
    is_prose: bool = False
    """Whether it is text in sentences, at least two lines long."""
    is_own: bool = False
    """Whether it is typical of articles: text in sentences, code, a table that is not a menu."""
    gap: str = "\n\n"
    """The blank lines above it. Their number matters inside code."""


def blocks_of(
    body: str,
    cut_from: tuple[str, ...] = (),
    article_from: tuple[str, ...] = (),
    title: str = "",
    own_after: tuple[str, ...] = (),
) -> tuple[Block, ...]:
    """Split a body into blocks.

    Blocks between the fences of a code block have the kind `code`. The first block that starts with one of
    `cut_from`, and all after it, have the kind `tail`. Blocks above the last one that starts with one of
    `article_from`, or above a heading that is the `title` (bare), have the kind `above`, with two exceptions:
    the first block, and plain text right after the first block that contains one of `own_after`, which has
    the kind `own`, as has a link below it that shows its address. Text past the length limit becomes a last
    block of the kind `rest`.
    """
    texts, gaps, rest = _split(body)
    cut, above = _bounds(texts, cut_from, article_from, title)
    own = _own_in(texts[: above or cut], gaps, own_after, title) if own_after else {}
    blocks: list[Block] = []
    has_fence, fence, opened = "```" in body or "~~~" in body, "", -1
    for index, (text, gap) in enumerate(zip(texts[:cut], gaps, strict=False)):
        if own and index in own:
            blocks.append(own[index])
            continue
        if 0 < index < above:
            blocks.append(Block(index, text, kind="above", gap=gap))
            continue
        if has_fence and (fence or "```" in text or "~~~" in text):
            inside, fence = fence, _fence_after(text, fence)
            if inside or fence or _FENCE.match(text):
                blocks.append(_code(index, text, gap))
                continue
        # Cached, because boilerplate recurs and paragraphs do not.
        shape, closes, opens = (_known_shape if len(text) < _SHORT or "](" in text else _shape)(text)
        block = Block(index, text, *shape, gap)
        if closes and opened >= 0 and index - opened <= _CARD:
            blocks[opened:] = map(_in_card, blocks[opened:])
            block = _in_card(block) if closes == "whole" else block
        if closes or opens:
            opened = index if opens else -1
        blocks.append(block)
    return (*blocks, *_tail_of(texts, cut, rest, gaps))


def _code(index: int, text: str, gap: str) -> Block:
    return Block(index, text, text[:400], units=len(text) // 2, kind="code", is_own=True, gap=gap)


def _tail_of(texts: Sequence[str], cut: int, rest: str, gaps: Sequence[str]) -> Iterator[Block]:
    """Yield the blocks of the fixed tail, and the text past the length limit, which may belong to it."""
    for index in range(cut, len(texts)):
        yield Block(index, texts[index], kind="tail", gap=gaps[index])
    if rest:
        yield Block(len(texts), rest, kind="tail" if cut < len(texts) else "rest", gap=gaps[-1])


def _in_card(block: Block) -> Block:
    is_code = block.kind == "code"
    return msgspec.structs.replace(block, in_card=True, is_linked=True, is_prose=False, is_own=is_code)


def _bounds(
    texts: Sequence[str], cut_from: tuple[str, ...], article_from: tuple[str, ...], title: str
) -> tuple[int, int]:
    """Return where the tail begins that a family marks, and how many blocks it, or the title, marks above."""
    cut = len(texts)
    if cut_from:
        first = {mark[0] for mark in cut_from}  # looking at one character first saves time
        cut = next((n for n, text in enumerate(texts) if text[0] in first and text.startswith(cut_from)), cut)
    texts = texts[:cut]
    above = _title_in(texts, title) if title else 0
    if article_from:
        above = max((n for n, text in enumerate(texts, 1) if text.startswith(article_from)), default=above)
    return cut, above


def _title_in(texts: Sequence[str], title: str) -> int:
    """Return the index of the last heading that is the title, if enough text follows it; else 0."""
    found = 0
    for index in [n for n, text in enumerate(texts) if text[0] == "#"]:
        text = texts[index]
        if index and len(text) < 2 * len(title) + 400:
            words = _LINK.sub(FIRST_GROUP, text) if "](" in text else text
            if bare(_TAG.sub("", words) if "<" in words else words) == title:
                if found and "](" not in texts[found] and _has_paragraph(texts[found + 1 : index]):
                    break  # repeated within the text, for example by a media player
                found = index
    after = sum(map(len, texts[found:]))
    return found if after * 5 >= sum(map(len, texts[:found])) and after > 400 else 0


def _own_in(
    texts: Sequence[str], gaps: Sequence[str], own_after: tuple[str, ...], title: str
) -> Mapping[int, Block]:
    """Return the plain text after the first block that contains a mark, if it says more than the title.

    A link that shows its address may follow.
    """
    firsts = [next((n for n, text in enumerate(texts, 1) if mark in text), len(texts)) for mark in own_after]
    index = min(firsts)
    if index == len(texts):
        return {}
    shape, *_ = _shape(texts[index])
    block = Block(index, texts[index], *shape, gaps[index])
    if block.kind != "text" or block.is_linked:
        return {}
    if block.units < _MEANINGFUL and bare(block.plain) in title:
        return {}
    own = {index: msgspec.structs.replace(block, kind="own", is_prose=False, is_own=False)}
    if any(map(_SHOWN.fullmatch, texts[index + 1 : index + 2])):
        own[index + 1] = Block(index + 1, texts[index + 1], kind="own", gap=gaps[index + 1])
    return own


_SHOWN = re.compile(
    r"\[(?P<address>[^\[\]\s]{4,300})\]\(https?://(?:www\.)?(?P=address)/?(?: \"[^\"\n]{0,300}\")?\)"
)
"""A link whose words are its address."""


def _has_paragraph(texts: Sequence[str]) -> bool:
    """Return whether text in sentences is among blocks that are not menus."""
    return any(
        len(text) >= _LONG and text[0] not in "#-*+|>[!0123456789 " and _SENTENCE.search(text) is not None
        for text in texts
    )


_LONG = 100


def _split(body: str) -> tuple[list[str], list[str], str]:
    """Return the texts between blank lines, the blank lines above each, and the text past the length limit.

    A block that crosses the limit belongs to the rest. The rest has a gap above it too.
    """
    body, rest = body.strip("\n"), ""
    if len(body) > _LONGEST:
        ends = [found.end() for found in _BLANK.finditer(body, 0, _LONGEST)]
        body, rest = (body[: ends[-1]], body[ends[-1] :]) if ends else ("", body)
        rest = "" if rest.isspace() else rest
    elif body and not body[0].isspace() and not body[-1].isspace() and not _UNUSUAL.search(body):
        texts = body.split("\n\n")
        return texts, ["", *["\n\n"] * (len(texts) - 1)], ""
    parts = _BLANK.split(body)
    pairs = zip(parts[::2], ["", *parts[1::2]], strict=True)
    found = [(text, gap) for text, gap in pairs if text and not text.isspace()]
    gaps = [gap for _, gap in found]
    if rest:
        gaps.append(parts[-2] if len(parts) > 1 else "")
    return [text for text, _ in found], gaps, rest


def _fence_after(text: str, fence: str) -> str:
    """Return the code fence that is open after a block, given the one that is open before it."""
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1] if mark[1] not in line[mark.end() :] else ""
            elif mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
    return fence


_Shape = tuple[str, str, str, int, int, int, str, bool, bool, bool, bool]


def _shape(text: str) -> tuple[_Shape, str, bool]:
    """Return the fields of a block that describe its text, and how it takes part in links around blocks.

    The second item is `whole` if the block ends a link from an earlier block, `begin` if other text follows
    that end, else empty. The third is whether the block leaves a link open.
    """
    plain, rest, links, linked, closes, opens = text, text, 0, 0, "", False
    if "](" in text:
        if text.startswith("![") and _LONE_IMAGE.fullmatch(text):
            return _IMAGE_SHAPE
        plain = _IMAGE.sub("", text) if "![" in text else text
        rest, parts = plain, _LINK.split(plain)
        if links := len(parts) // 2:
            linked = _units("".join(parts[1::2]))
            rest = " ".join(parts[::2])
            plain = "".join(parts)
    if "[" in rest or "](" in rest:
        ends, opens = _open_links(rest)
        if ends:
            at = rest.find("](")
            after = _after(rest, at)
            closes = "whole" if len(after) < _SHORT else "begin"
            rest = rest[:at] + after
            at = plain.find("](")
            plain = plain[:at] if closes == "whole" else plain[:at] + _after(plain, at)
    has_address = "://" in rest
    plain = _without_tags(plain)
    rest = _without_tags(rest) if links else plain
    words = without_signs(plain) if len(plain) <= 120 and not plain.isascii() else ""
    label = bare(plain, words) if len(plain) <= 120 else ""
    units = _units(rest, words if rest is plain else "")
    kind = _kind(text, plain, label)
    is_prose = (
        units >= 60 and units >= linked and kind in {"text", "list"} and _SENTENCE.search(plain) is not None
    )
    is_linked = linked > 0 and linked >= 3 * units
    is_own = is_prose or (kind == "table" and not is_linked)
    if has_address and kind == "rule":
        kind = "text"
    known_as = "" if label and (has_address or text.lstrip().startswith(_FORMULA_OR_QUOTE)) else label
    shape = (plain, label, known_as, units, linked, links, kind, False, is_linked, is_prose, is_own)
    return shape, closes, opens


_known_shape = lru_cache(8192)(_shape)
_LONE_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\s]{0,3000}\)")
_IMAGE_SHAPE: tuple[_Shape, str, bool] = ("", "", "", 0, 0, 0, "image", False, False, False, False), "", False


def is_data(block: Block) -> bool:
    """Return whether a block is a link that shows its address, or data but neither prose nor linked."""
    if block.is_prose or (block.is_linked and "[http" not in block.text):
        return False
    if "](" not in block.text:
        return is_data_in(block.text)
    parts = _LINK.split(_IMAGE.sub("", block.text))
    return is_data_in(_CLOSING.sub("", "".join(parts if block.is_linked else parts[::2])))


_CLOSING = re.compile(r"\]\([^()\n]{0,3000}")
"""The end of a link that starts in an earlier block."""


def is_data_in(words: str) -> bool:
    """Return whether a short text contains an address, an identifier, a hash or a version."""
    may_be = "." in words or ":" in words or "-" in words or len(words) >= _HASH  # rejects most, quickly
    return may_be and len(words) < _MUCH and _DATA.search(words) is not None


_MUCH = 500
_HASH = 32


def _without_tags(text: str) -> str:
    """Return a text without tags and addresses."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    return _ADDRESS.sub(" ", text) if "://" in text else text


def _after(rest: str, at: int) -> str:
    end = rest.find(")", at)
    return rest[end + 1 :] if end >= 0 else ""


def _open_links(rest: str) -> tuple[bool, bool]:
    """Return whether a link from an earlier block ends here, and whether one starts that ends later."""
    closing = rest.find("](")
    closes = closing >= 0 and rest.rfind("[", 0, closing) < 0
    last = rest.rfind("[")
    if last < 0 or "]" in rest[last:]:
        return closes, False
    before = rest[:last].rpartition("\n")[2].strip(" \t*+-#>")
    return closes, not before


def _units(text: str, words: str = "") -> int:
    """Return the number of letters and digits; wide ones count twice. Approximate for long texts.

    `words`: the text `without_signs`, if known.
    """
    is_ascii, length = text.isascii(), len(text)
    if length > _SHORT:
        count = (length - text.count(" ") - text.count("\n")) * 24 // 25
    elif is_ascii:
        return len(text.encode().translate(None, _NO_LETTERS))
    elif words.isalnum() or text.isalnum():
        count = len(words or text)
    else:
        count = sum(map(len, _WORD.findall(text)))
    if is_ascii:
        return count
    # A wide character takes three bytes in UTF-8.
    return count + (len(text.encode("utf-8", "surrogatepass")) - length) // 2


_WORD = re.compile(r"[^\W_]+")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())


def _kind(text: str, plain: str, label: str) -> str:
    first = text.lstrip(" \t>")[:1]
    if first == "#" and _HEADING.match(text) and len(plain.partition("\n")[2]) < 60:
        return "heading"
    if first == "|" and "|" in text[1:]:
        return "table"
    if len(plain) <= 120 and not label:
        return "image" if "![" in text else "rule"
    if first in "-*+0123456789" and _ITEM.match(text):
        return "list"
    return "text"
