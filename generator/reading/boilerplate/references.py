"""Find what an article cites, or the address of its original, where it stands below a promotion."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.page import Page, Removed


def own_references(page: Page, removed: Removed) -> Iterator[int]:
    """Yield removed blocks that are a section of references: its label, and the addresses below it."""
    for block in [one for one in page.body if one.label in _ALL]:
        if block.index > page.first and removed.get(block.index) not in _OF_READERS:
            cited = tuple(_cited(page, removed, block))
            if cited:
                yield from (block.index, *cited)
    for index, reason in removed.items():
        block = page.blocks[index]
        is_value = index > page.first and "参考" in block.plain[:_START] and _WITH_VALUE.match(block.plain)
        if is_value and block.units <= _LONGEST and block.kind != "tail" and reason not in _OF_READERS:
            yield index


def _cited(page: Page, removed: Removed, label: Block) -> Iterator[int]:
    """Yield the blocks right below a label that only show addresses, or also link to them."""
    has_links = label.label in _LABELS
    for block in page.blocks[label.index + 1 :]:
        if block.kind in _OTHERS or page.repetition[block.index] or removed.get(block.index) in _NOT_CITED:
            return
        found = page.found[block.index]
        if found is not None and not (has_links and found.rule.reason == "share bar"):
            return
        is_shown = "http" in block.text and not block.links and is_data(block)
        if not is_shown and not (has_links and _leads_elsewhere(block)):
            return
        yield block.index


def _leads_elsewhere(block: Block) -> bool:
    """Return whether a block has only complete addresses, none of which is a post of an account or a list."""
    targets = block.text.count("](")
    return 0 < targets == block.text.count("](http") and _OF_A_SITE.search(block.text) is None


_OF_A_SITE = re.compile(r"mp\.weixin\.qq\.com|/(?:tags?|categor(?:y|ies)|topics?|authors?)/")


_LABELS = frozenset({
    "references", "reference", "bibliography", "参考", "参考资料", "参考文献", "参考链接", "参考来源",
    "参考文章", "参考文档", "引用",
})  # fmt: skip
"""Labels of what an article cites, as `bare` gives them."""
_ORIGINALS = frozenset({"原文", "原文链接", "原文地址", "原文来源", "originalarticle"})
"""Labels of the original of a translation."""
_LINKS = frozenset({"relatedlinks", "sources", "source", "links", "furtherreading", "相关链接", "资料来源"})
"""Labels that also stand above links to other pages of the site: only addresses that are shown count."""
_ALL = _LABELS | _ORIGINALS | _LINKS
_START = 8
_WITH_VALUE = re.compile(r"\W{0,4}参考(?:资料|文献|链接|来源|文章|及来源)[*\s]{0,4}[:：][*\s]{0,4}\w")
_LONGEST = 120
_OTHERS = frozenset({"tail", "image", "rule", "heading", "code", "table"})
_OF_READERS = frozenset({"comments", "comment form"})
_NOT_CITED = _OF_READERS | {"links to lists of the site", "tags"}
