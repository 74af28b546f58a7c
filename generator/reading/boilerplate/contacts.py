"""Evidence at the very end of the text: whom to call, headings with nothing below them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, takewhile

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.closing import HOTLINE
from generator.reading.boilerplate.page import SOME, Page, Removed, section_numbers


def contacts(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield an advertisement that ends with the number of a hotline, up to its label or its request to call.

    A notice in a code block that sells a membership is one too.
    """
    left = (block for block in _from_the_end(page, removed) if block.kind != "image")
    ending = list(islice(left, _ROWS))
    if len(ending) < 2 or page.is_cut:
        return
    last, above = ending[0], ending[1:]
    if last.units > _SHORT:
        return
    if last.kind == "code" and "星球" in last.plain and "元" in last.plain:
        yield last.index, _SUBSCRIBE
    if not HOTLINE.search(last.plain):
        return
    rows: list[Block] = []
    for block in above:
        if block.units > _SHORT or block.kind in {"code", "table"} or block.plain.endswith(_ENDS):
            break
        rows.append(block)
    labels = [n for n, row in enumerate(rows, 1) if _LABEL.search(row.plain)]
    requests = [n for n, row in enumerate(rows[:2], 1) if _REQUEST.search(row.plain)]
    count = max((*labels[:1], *requests), default=0)
    if count or _REQUEST.search(last.plain):
        yield from [(block.index, _SUBSCRIBE) for block in (last, *rows[:count])]


_ROWS = 12
_SHORT = 60
_ENDS = ("。", ".", "！", "；")
_LABEL = re.compile(r"\*\*.{2,12}(?:服务|支持)\**\s*$")
_REQUEST = re.compile(r"联系|咨询|热线")


def services(page: Page, _removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield a section that lists what the site sells, and ends with a call to contact it."""
    for heading in page.body:
        if heading.kind != "heading" or not _SERVICES.search(heading.plain):
            continue
        section = list(takewhile(lambda one: one.kind != "heading", page.blocks[heading.index + 1 :][:_ROWS]))
        calls = [n for n, one in enumerate(section, 1) if one.units <= _SHORT and _CONTACT.match(one.plain)]
        has_next = heading.index + 1 + len(section) < len(page.blocks)
        if calls and calls[-1] == len(section) and has_next and not any(one.kind in _DATA for one in section):
            yield from ((one.index, _SUBSCRIBE) for one in (heading, *section))


_SERVICES = re.compile(r"\b(?:services|products|solutions|offerings)\W*$", re.IGNORECASE)
_CONTACT = re.compile(
    r"\W{0,4}(?:contact us|talk to us|get in touch|book|request|schedule)\b.{0,80}"
    r"\b(?:demo|quote|trial|offer)",
    re.IGNORECASE,
)
_DATA = {"code", "table"}


def around_a_call(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield short lines and pictures at the end around a call to follow an account, from the first one on."""
    run: list[Block] = []
    for block in _from_the_end(page, removed):
        is_line = block.kind == "text" and block.units <= _SHORT and not block.links and not is_data(block)
        if not (block.kind == "image" or is_line) or block.plain.endswith(_ENDS) or len(run) == _ROWS:
            break
        run.append(block)
    first = min((block.index for block in run if _FOLLOW.search(block.plain)), default=0)
    calls = [index for index, reason in removed.items() if reason == _SUBSCRIBE and index > first]
    is_amid = bool(calls and run) and min(calls) < run[0].index
    if not first or not calls or not (is_amid or _ACCOUNT.search(page.blocks[first].plain)):
        return
    above = (block for block in page.body if block.index < first and block.index not in removed)
    if sum(block.units for block in above) >= SOME:
        yield from ((block.index, _SUBSCRIBE) for block in run if block.index >= first)


_ACCOUNT = re.compile(r"公众号\W*$|微信号")
_FOLLOW = re.compile(r"公众号|扫码|二维码|加好友|交流群|微信号|视频号|知识星球")


def pictures_of_calls(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the picture that a removed call right above it points to: a code to scan."""
    if _SUBSCRIBE not in removed.values():
        return
    calls = [index for index, reason in removed.items() if reason == _SUBSCRIBE]
    for index in calls:
        if _DOWN.search(page.blocks[index].plain):
            below = page.blocks[index + 1 : index + 4]
            shown = next((one for one in below if one.kind == "image" or one.text.strip(_SIGNS)), None)
            if shown is not None and shown.kind == "image" and shown.index not in removed:
                yield shown.index, _SUBSCRIBE


_SUBSCRIBE = "call to subscribe"
_DOWN = re.compile(r"[↓⬇👇▼]|扫码|扫描|识别|长按")


def bare_headings(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the headings at the end, below the text, if the page is not cut there: tags, removed sections."""
    if page.is_cut and page.blocks[-1].index not in removed:
        return
    left = list(islice(_from_the_end(page, removed), _ROWS))
    rows = [block for block in left if block.text != _EMPTY]
    if len(rows) > 2 and _TAGS.fullmatch(rows[0].text) and sum(block.units for block in rows[1:]) >= SOME:
        yield from ((block.index, "tags") for block in left[: left.index(rows[0]) + 1])
    for block in left if page.last >= 0 else ():
        is_heading = block.kind == "heading" or (
            block.kind == "text" and _ABOUT.match(block.plain) is not None
        )
        is_heading = is_heading and not block.links and block.units <= _SHORT
        is_number = block.label.isdecimal() and block.index in section_numbers(page)
        if block.index <= page.first or not (is_heading or is_number):
            return
        yield block.index, "heading without text"


_ABOUT = re.compile(
    r"\*{2,3}(?:(?:关于|about )\s?[^，。,.\n]{2,24}|作者(?:介绍|简介))\*{2,3}\W*$", re.IGNORECASE
)
_EMPTY = "![]()"
_TAGS = re.compile(r"# ?[^\s#]{1,20}(?:[ \t]+# ?[^\s#]{1,20})*[ \t]*")
"""A row of tags of one word each, or a heading of one word."""


def _from_the_end(page: Page, removed: Removed) -> Iterator[Block]:
    """Yield the blocks that are left, from the last one on, without lines of signs."""
    for block in reversed(page.body):
        if block.index not in removed and (block.kind == "image" or block.text.strip(_SIGNS)):
            yield block


_SIGNS = " \t\n\xa0-*_=#\\"
