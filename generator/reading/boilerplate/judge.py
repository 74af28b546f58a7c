"""Decide which blocks of a body belong to the article, and whether there is an article."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.reading.boilerplate.blocks import Block, blocks_of
from generator.reading.boilerplate.evidence import EVIDENCE
from generator.reading.boilerplate.families import Families, Lexicon, built_in
from generator.reading.boilerplate.page import ACCOUNT, Page, page_of
from generator.reading.boilerplate.references import own_references
from generator.reading.boilerplate.repeats import Key, LearnedBoilerplate
from generator.reading.boilerplate.verdict import failure_of, has_nothing
from generator.reading.text import bare

_USUAL = re.compile(r"https?://([a-z0-9.-]+)(?:[/?#]|\Z)")
"""Addresses whose host needs no parser: all but a few."""


class BlockDecision(msgspec.Struct, frozen=True, gc=False):
    """A block, and the reason for removing it; None if it belongs to the article."""

    block: Block
    reason: str | None


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """The boilerplate that is known when a clipping is read."""

    families: Families = msgspec.field(default_factory=built_in)
    learned: Mapping[Key, LearnedBoilerplate] = {}
    """Source and year → the boilerplate that it repeats."""


class Decisions(msgspec.Struct, frozen=True):
    """The decisions on all blocks, and on the clipping."""

    blocks: tuple[BlockDecision, ...]
    failure: str
    """Why there is no article; empty if there is one."""


def judge_blocks(
    body: str,
    title: str,
    url: str | None,
    source: str,
    repeats: LearnedBoilerplate,
    families: Families,
    *,
    is_cut: bool = False,
    has_reasons: bool = True,
) -> Decisions:
    """Decide on each block of a body. Pure. A truncated body comes without the clipper's dots.

    Without `has_reasons`, the blocks of a body without an article may have no reasons. A third of all
    clippings are a few words left of a failed fetch, for which that saves a quarter of the time of reading.
    """
    lexicons, cut_from, article_from, own_after = _settings_of(families, _host(url), source)
    blocks = blocks_of(body, cut_from, article_from, bare(title), own_after)
    rest = tuple([BlockDecision(block, None) for block in blocks[-1:] if block.kind == "rest"])
    if rest:
        blocks = blocks[:-1]
    page = page_of(blocks, title, source, lexicons, repeats, is_cut=is_cut and bool(blocks))
    removed: dict[int, str] = {}
    is_decided = not (has_reasons or rest) and has_nothing(page)
    for _, evidence, _ in EVIDENCE[:1] if is_decided else EVIDENCE:
        for index, reason in tuple(evidence(page, removed)):
            removed.setdefault(index, reason)
    # A fetch that saved so much text did not fail.
    failure = "" if rest else failure_of(page, removed)
    if not failure:  # after the verdict: references make no article of a link
        stays = frozenset(own_references(page, removed))
        has_rights = _RIGHTS in removed.values()
        if stays or has_rights:
            removed = {
                index: reason
                for index, reason in removed.items()
                if index not in stays and not (has_rights and _is_original(page, index, reason))
            }
    return Decisions(
        (*[BlockDecision(block, removed.get(block.index)) for block in page.blocks], *rest), failure
    )


_RIGHTS = "licence or rights"


def _is_original(page: Page, index: int, reason: str) -> bool:
    """Return whether a feed or a mirror gives the address of the original there, which stays."""
    return reason == _RIGHTS and _ORIGINAL.search(page.blocks[index].text) is not None


_ORIGINAL = re.compile(
    r"(?:original (?:post|article) at|文章来源|原文(?:地址|链接|出处))\s?[:：]\s?<?https?://", re.IGNORECASE
)


_Marks = tuple[str, ...]


@lru_cache(64)  # a source's clippings are read one after the other
def _settings_of(
    families: Families, host: str, source: str
) -> tuple[tuple[Lexicon, ...], _Marks, _Marks, _Marks]:
    """Return the families of a page, and their `cut_from`, `article_from` and `own_after`."""
    lexicons = families.of(host, source)
    own = [lexicon.family for lexicon in lexicons]
    return (
        lexicons,
        tuple(mark for family in own for mark in family.cut_from),
        tuple(mark for family in own for mark in family.article_from),
        tuple(mark for family in own for mark in family.own_after),
    )


def article_markdown(blocks: Sequence[BlockDecision]) -> str:
    """Return the article's blocks as Markdown. Adjacent blocks keep the blank lines between them."""
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
    """Return the key of a source for learning: the WeChat account, as all share a host, else the host."""
    host = _host(url)
    if host == "mp.weixin.qq.com" and (account := ACCOUNT.search(url)):
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
