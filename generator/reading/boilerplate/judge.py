"""Which blocks of a body are the article's own, and whether there is an article at all."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.reading.boilerplate.blocks import Block, blocks_of
from generator.reading.boilerplate.evidence import EVIDENCE
from generator.reading.boilerplate.families import Families, Lexicon, built_in
from generator.reading.boilerplate.page import page_of
from generator.reading.boilerplate.repeats import Key, Repeats
from generator.reading.boilerplate.verdict import failure_of
from generator.reading.text import bare

_USUAL = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
"""An address whose host stands in it as it is: all but a few."""
_ACCOUNT = re.compile(r"[?&]__biz=([\w=%-]+)")


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A block, and why it goes; None where it is the article's own."""

    block: Block
    reason: str | None


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of furniture when a clipping is read."""

    families: Families = msgspec.field(default_factory=built_in)
    learned: Mapping[Key, Repeats] = {}
    """What each source repeats, by year."""


class Opinion(msgspec.Struct, frozen=True):
    """All blocks judged, and what that says of the clipping."""

    blocks: tuple[Judged, ...]
    failure: str
    """Why there is no article, where there is none."""


def judged(
    body: str,
    title: str,
    url: str | None,
    source: str,
    repeats: Repeats,
    families: Families,
    *,
    is_cut: bool = False,
) -> Opinion:
    """Judge the blocks of a body, without the dots of the clipper that cut it. Pure."""
    lexicons, cut_from, article_from, own_after = _known(families, _host(url), source)
    blocks = blocks_of(body, cut_from, article_from, bare(title), own_after)
    rest = tuple([Judged(block, None) for block in blocks[-1:] if block.kind == "rest"])
    if rest:
        blocks = blocks[:-1]
    page = page_of(blocks, title, source, lexicons, repeats)
    gone: dict[int, str] = {}
    for _, evidence, _ in EVIDENCE:
        for index, reason in tuple(evidence(page, gone)):
            gone.setdefault(index, reason)
    # Where that much was saved, the fetch did not fail.
    failure = "" if rest else failure_of(page, gone, is_cut=is_cut)
    return Opinion((*[Judged(block, gone.get(block.index)) for block in page.blocks], *rest), failure)


_Marks = tuple[str, ...]


@lru_cache(64)  # a source's clippings are read one after the other
def _known(families: Families, host: str, source: str) -> tuple[tuple[Lexicon, ...], _Marks, _Marks, _Marks]:
    """The families of a page, and what its fixed tail, its article, and what is its own begin with."""
    lexicons = families.of(host, source)
    own = [lexicon.family for lexicon in lexicons]
    return (
        lexicons,
        tuple(mark for family in own for mark in family.cut_from),
        tuple(mark for family in own for mark in family.article_from),
        tuple(mark for family in own for mark in family.own_after),
    )


def kept(blocks: Sequence[Judged]) -> str:
    """The article's own blocks as Markdown; between two that stood together, the blank lines they had."""
    parts: list[str] = []
    last = -2
    for one in blocks:
        if one.reason is None:
            if parts:
                parts.append(one.block.gap if one.block.index == last + 1 else "\n\n")
            parts.append(one.block.text)
            last = one.block.index
    return "".join(parts)


def source_key(url: str) -> str:
    """Whom to learn from: the account at WeChat, whose posts share a host, else the host."""
    host = _host(url)
    if host == "mp.weixin.qq.com" and (account := _ACCOUNT.search(url)):
        return f"weixin:{urllib.parse.unquote(account[1])}"
    return host


def _host(url: str | None) -> str:
    if not url:
        return ""
    if usual := _USUAL.match(url):
        return usual[1].removeprefix("www.")
    try:
        return (urllib.parse.urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
