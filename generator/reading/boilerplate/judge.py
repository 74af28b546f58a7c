"""Which blocks of a body are the article's own, and whether there is an article at all."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping, Sequence

import msgspec

from generator.reading.boilerplate.blocks import Block, blocks_of
from generator.reading.boilerplate.evidence import EVIDENCE
from generator.reading.boilerplate.families import Families, built_in
from generator.reading.boilerplate.page import Page, page_of
from generator.reading.boilerplate.repeats import Key, Repeats
from generator.reading.text import bare

FEWEST_UNITS = 20
"""Letters below which nothing readable is left; Chinese characters count twice."""
_ITEMS = 4
"""Teasers that make a list of posts."""
_ACCOUNT = re.compile(r"[?&]__biz=([\w=%-]+)")


class Judged(msgspec.Struct, frozen=True):
    """A block, and why it goes; None where it is the article's own."""

    block: Block
    reason: str | None


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of furniture when a clipping is read."""

    families: Families = msgspec.field(default_factory=built_in)
    learned: Mapping[Key, Repeats] = {}
    """What each source repeats, by year."""
    off: bool = False
    """`clean = false` for the whole site."""
    off_sources: frozenset[str] = frozenset()
    """Names of sources with `clean = false`."""


class Opinion(msgspec.Struct, frozen=True):
    """All blocks judged, and what that says of the clipping."""

    blocks: tuple[Judged, ...]
    failure: str
    """Why there is no article, where there is none."""


def judged(
    body: str, title: str, url: str | None, source: str, repeats: Repeats, families: Families
) -> Opinion:
    """Judge the blocks of a body. Pure; depends on nothing but its arguments."""
    host = _host(url)
    lexicons = families.of(host, source)
    cut_from = tuple(mark for lexicon in lexicons for mark in lexicon.family.cut_from)
    article_from = tuple(mark for lexicon in lexicons for mark in lexicon.family.article_from)
    page = page_of(blocks_of(body, cut_from, article_from, bare(title)), title, source, lexicons, repeats)
    gone: dict[int, str] = {}
    for _, evidence, _ in EVIDENCE:
        for index, reason in tuple(evidence(page, gone)):
            gone.setdefault(index, reason)
    failure = failure_of(page, gone)
    blocks = tuple(Judged(block, gone.get(block.index)) for block in page.blocks)
    return Opinion(blocks, failure)


def kept(blocks: Sequence[Judged]) -> str:
    """The article's own blocks as Markdown."""
    return "\n\n".join(one.block.text for one in blocks if one.reason is None)


def failure_of(page: Page, gone: Mapping[int, str]) -> str:
    """Why a page holds no article; empty where it holds one."""
    own = [block for block in page.blocks if block.index not in gone]
    units = sum(block.units + block.linked for block in own)
    prose = sum(block.units for block in own if block.is_prose or block.kind == "code")
    if (found := _failed(page)) and prose < 300:
        return found
    if units < FEWEST_UNITS:
        if units == 0 and any(block.kind == "image" for block in own):
            return "only images"
        links = sum(block.links for block in page.blocks)
        return "only navigation" if links >= 10 else "only furniture"
    if not page.is_found and page.blocks and not _is_own_form(page):
        return _other_page(page, gone, own, prose)
    return ""


def _failed(page: Page) -> str:
    for block, found in zip(page.blocks[:30], page.found, strict=False):
        if found is not None and found.kind == "failed" and block.units < 400:
            return found.rule.reason
    return ""


def _is_own_form(page: Page) -> bool:
    return any(lexicon.family.byline for lexicon in page.lexicons)


def _other_page(page: Page, gone: Mapping[int, str], own: Sequence[Block], prose: int) -> str:
    """A page that does not name the title: navigation up to the cut, or a list of other posts."""
    links = sum(block.links for block in own) + sum(block.in_card for block in own)
    paragraphs = sum(
        block.units for block in own if block.kind == "text" and block.is_prose and block.units >= 100
    )
    counted = {None, "card of a link", "related posts"} if paragraphs < 250 else {None, "card of a link"}
    headings = sum(
        block.kind == "heading" and block.is_linked and gone.get(block.index) in counted
        for block in page.blocks
    )
    if headings >= _ITEMS and paragraphs < 250 * headings:
        return "another page"
    text = sum(block.units for block in own if not block.is_linked and block.links * 40 <= block.units)
    if links >= 10 and paragraphs < 250 and prose < 600 and text < 1000:
        return "only navigation"
    return ""


def source_key(url: str) -> str:
    """Whom to learn from: the account at WeChat, whose posts share a host, else the host."""
    host = _host(url)
    if host == "mp.weixin.qq.com" and (account := _ACCOUNT.search(url)):
        return f"weixin:{urllib.parse.unquote(account[1])}"
    return host


def _host(url: str | None) -> str:
    if not url:
        return ""
    try:
        return (urllib.parse.urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
