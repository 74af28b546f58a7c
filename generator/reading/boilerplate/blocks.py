"""A body's blocks and their shape: what is text, what is a link, what stands inside a card of links."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from generator.reading.text import bare

_LONGEST = 200_000
"""Characters of a body that are looked at; what follows is kept as it is."""

# All repetitions are bounded, so that no hostile text makes them slow.
_TARGET = r"\((?:[^()\n]|\([^()\n]{0,300}\)){0,3000}\)?"
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]" + _TARGET)
_LINK = re.compile(r"\[([^\[\]]{0,1000})\]" + _TARGET)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_ADDRESS = re.compile(r"<?https?://[^\s<>\"'）】」]{1,3000}>?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_HEADING = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?#{1,6}[ \t]")
_FENCE = re.compile(r"[ \t>]*(```+|~~~+)")
_WIDE = re.compile("[\u1100-\u11ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]")
_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")
_SENTENCE = re.compile(r"[。！？；，、]|[.!?,;:](?:[\s\"'”’)*_]|$)")
_CARD = 12
"""Blocks that a link around several of them may span."""


class Block(msgspec.Struct, frozen=True):
    """A maximal run of lines that are not blank, counted from 0."""

    index: int
    text: str
    """As it stands in the body."""
    plain: str
    """Its words: without images, addresses and tags; marks of emphasis stay."""
    label: str
    """Letters and digits of a short block, folded, for looking it up; empty where it is long."""
    units: int
    """Letters outside of links, Chinese, Japanese and Korean ones twice."""
    linked: int
    """Letters inside of links, counted alike."""
    links: int
    kind: str
    """`text`, `heading`, `list`, `table`, `code`, `image`, `rule` or `tail`."""
    in_card: bool = False
    """Stands inside a link that spans several blocks."""

    @property
    def is_linked(self) -> bool:
        """Whether most of it is links."""
        return self.in_card or (self.linked > 0 and self.linked >= 3 * self.units)

    @property
    def is_prose(self) -> bool:
        """Whether it is text in sentences, of two lines or more."""
        return (
            self.kind in {"text", "list"}
            and self.units >= 60
            and not self.in_card
            and self.units >= self.linked
            and _SENTENCE.search(self.plain) is not None
        )


def blocks_of(body: str, cut_from: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """The blocks of a body. Those between the fences of one code block are of the kind `code`.

    From the first that begins as one of `cut_from` does they are of the kind `tail`, and not looked into.
    """
    blocks: list[Block] = []
    texts = _split(body[:_LONGEST])
    cut = len(texts)
    if cut_from:
        cut = next((index for index, text in enumerate(texts) if text.startswith(cut_from)), cut)
    fence = ""
    opened = -1
    for index, text in enumerate(texts[:cut]):
        inside, fence = bool(fence), _fence_after(text, fence)
        if inside or fence or text.lstrip(" \t>").startswith(("```", "~~~")):
            block = _code(index, text)
        else:
            block, depth = _block(index, text)
            if opened >= 0 and depth < 0 and index - opened <= _CARD:
                blocks[opened:] = [msgspec.structs.replace(card, in_card=True) for card in blocks[opened:]]
                block = msgspec.structs.replace(block, in_card=True)
                opened = -1
            if depth > 0:
                opened = index
        blocks.append(block)
    tail = (Block(cut + n, text, "", "", 0, 0, 0, "tail") for n, text in enumerate(texts[cut:]))
    return (*blocks, *tail)


def _split(body: str) -> Sequence[str]:
    return [text for text in _BLANK.split(body.strip("\n")) if text and not text.isspace()]


def _fence_after(text: str, fence: str) -> str:
    """The fence that is open after a block, where `fence` is open before it."""
    if "```" not in text and "~~~" not in text:
        return fence
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1] if mark[1] not in line[mark.end() :] else ""
            elif mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
    return fence


def _code(index: int, text: str) -> Block:
    return Block(index, text, text[:400], "", len(text) // 2, 0, 0, "code")


def _block(index: int, text: str) -> tuple[Block, int]:
    """A block, and how many links it leaves open (below 0: closes)."""
    plain, rest, links, linked, depth = text, text, 0, 0, 0
    if "](" in text:
        plain = _IMAGE.sub("", text)
        labels = _LINK.findall(plain)
        links = len(labels)
        if links:
            linked = sum(map(_units, labels))
            rest = _LINK.sub(" ", plain)
            plain = _LINK.sub(_label, plain)
        else:
            rest = plain
    if "[" in rest or "](" in rest:
        depth = _open_links(rest)
        if depth < 0:
            at = rest.find("](")
            rest = rest[:at] + _after(rest, at)
            plain = plain[: plain.find("](")] if "](" in plain else plain
    if "<" in plain:
        plain, rest = _TAG.sub(" ", plain), _TAG.sub(" ", rest)
    if "://" in plain:
        plain = _ADDRESS.sub(" ", plain)
        rest = _ADDRESS.sub(" ", rest)
    label = bare(plain) if len(plain) <= 120 else ""
    units = _units(rest)
    return Block(index, text, plain, label, units, linked, links, _kind(text, plain, label)), depth


def _label(match: re.Match[str]) -> str:
    return match[1]


def _after(rest: str, at: int) -> str:
    end = rest.find(")", at)
    return rest[end + 1 :] if end >= 0 else ""


def _open_links(rest: str) -> int:
    """1 where a link begins that does not end here, -1 where one ends that began before."""
    closing = rest.find("](")
    if closing >= 0 and rest.rfind("[", 0, closing) < 0:
        return -1
    last = rest.rfind("[")
    if last >= 0 and "]" not in rest[last:]:
        before = rest[:last].rpartition("\n")[2].strip(" \t*+-#>")
        return 1 if not before else 0
    return 0


def _units(text: str) -> int:
    if text.isascii():
        return sum(map(len, _WORD.findall(text)))
    return sum(map(len, _WORD.findall(text))) + len(_WIDE.findall(text))


_WORD = re.compile(r"[^\W_]+")


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
