"""Find the end of the article, and what follows it: comments, related posts, notes on the author."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.comments import comments_from, is_jump_link
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.page import (
    SOME,
    Page,
    Removed,
    is_digest,
    is_poster,
    last_own,
    links_to_many_sites,
    names_references,
)
from generator.reading.boilerplate.sections import heads_section, next_section, section_of
from generator.reading.boilerplate.statements import is_of_article
from generator.reading.text import bare


def endings(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the blocks from a heading or mark on that ends the article, such as comments or related posts."""
    marks = {
        block.index: found
        for block in page.body
        if (found := page.found[block.index]) is not None and found.kind == "end"
    }
    if not marks:
        return
    marks = {n: found for n, found in marks.items() if not _is_of_text(page, page.blocks[n], found)}
    weights = {
        block.index: min(block.units, 400)
        for block in page.body
        if block.is_own and block.index not in removed and not page.repetition[block.index]
    }
    sure = comments_from(page, weights, marks)
    weights = {index: units for index, units in weights.items() if index < sure}
    before, after, resumed = 0, sum(weights.values()), 0
    for block in page.body:
        index = block.index
        if index < resumed:
            continue
        if found := marks.get(index):
            rest = after - weights.get(index, 0)
            if _is_ending(page, removed, found, index, before, rest, is_sure=index == sure):
                resumed = next_section(page, index)
                yield from ((other, found.rule.reason) for other in range(index, resumed))
                if resumed == len(page.blocks):
                    return
                continue
            if block.is_linked and not (page.first < index < page.last and block.plain.endswith(".")):
                yield index, found.rule.reason
            yield from _link_box(page, index, found.rule.reason, weak=found.rule.weak)
        before += weights.get(index, 0)
        after -= weights.get(index, 0)


def _is_ending(
    page: Page, removed: Removed, found: Found, index: int, before: int, rest: int, *, is_sure: bool
) -> bool:
    """Return whether a mark ends the article, given the amounts of text before and after it."""
    block, reason = page.blocks[index], found.rule.reason
    has_text = (
        before >= SOME
        or is_sure
        or any(
            other.units >= 20 and other.index not in removed and not page.repetition[other.index]
            for other in page.blocks[page.start : index]
        )
    )
    return (
        has_text
        and not (reason == "standing promotion" and _is_topic(page, block))
        and not (reason == "related posts" and _text_continues(page, index))
        and _is_end(
            reason,
            before,
            rest,
            repeated=page.repetition[index] in {"tail", "both"},
            weak=found.rule.weak or is_jump_link(block),
        )
    )


def _is_topic(page: Page, block: Block) -> bool:
    """Return whether the title contains the first letters of a mark, so that the article is about it."""
    return any(block.label[:2] in bare(page.blocks[index].plain) for index in page.titles)


def notices_below(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield notices that a family knows from the end of a page, between the text and a removed end."""
    for block in reversed(page.body):
        found = page.found[block.index]
        if block.index in removed or block.kind in _SCRAPS:
            continue
        if found is None or found.kind != "gone" or found.rule.place != "tail" or block.index <= page.first:
            return
        if block.index < page.last:
            yield block.index, found.rule.reason


def _is_of_text(page: Page, block: Block, found: Found) -> bool:
    """Return whether a mark is a part of the text: a reference, a heading of a section, a sentence."""
    return (
        _is_citation(page, block, found.rule.reason)
        or heads_section(page, block, found)
        or (found.rule.weak and is_of_article(page, block, found))
    )


def _is_citation(page: Page, block: Block, reason: str) -> bool:
    """Return whether a mark of related posts introduces a reference of the text.

    That is so if an address follows it, or if the page has the same mark again, below more text of its own.
    """
    if reason != "related posts":
        return False
    following = page.blocks[block.index + 1 : block.index + 2]
    if any(is_data(one) and not one.links for one in (block, *following)):
        return True
    again = (b.index for b in page.body if b.index > block.index and b.label == block.label != "")
    return block.index < next(again, -1) <= page.last


def _text_continues(page: Page, index: int) -> bool:
    """Return whether the text continues after a box of links, with paragraphs in a row."""
    units = count = 0
    enough = _CONTINUED if any(block.links for block in page.blocks[index : index + 3]) else _CONTINUED // 2
    for block in page.blocks[index + 1 :]:
        if block.is_prose and not page.repetition[block.index]:
            units, count = units + block.units, count + 1
            if count >= 2 and units >= enough:
                return True
        elif block.kind != "image":
            units = count = 0
    return False


_CONTINUED = 250
"""Number of letters in a row of paragraphs below a box of links. Half of them suffice if it has no links."""


def _is_end(reason: str, before: int, after: int, *, repeated: bool, weak: bool) -> bool:
    """Return whether a mark ends the article, given the amounts of text before and after it."""
    if reason == "comments" and not weak:
        return before >= SOME or after == 0
    if weak:
        return after * 10 <= before * (5 if repeated else 3)
    return after <= before * (2 if repeated else 0.7)


def _link_box(page: Page, index: int, reason: str, *, weak: bool) -> Iterator[tuple[int, str]]:
    """Yield a box of links in the text: its heading, and the links that follow it."""
    following = index + 1
    while following < len(page.blocks) and (
        page.blocks[following].is_linked or page.blocks[following].kind in {"image", "rule"}
    ):
        following += 1
    if not weak and any(b.is_linked or _is_teaser(b) for b in page.blocks[index + 1 : following]):
        yield from ((other, reason) for other in range(index, following))


def _is_teaser(block: Block) -> bool:
    """Return whether a block is a picture that leads to another page.

    A link to a larger picture has the host of the picture, or the address of a file.
    """
    if not is_poster(block):
        return False
    hosts = _HOST.findall(block.text)
    return len(set(hosts)) == len(hosts)


_HOST = re.compile(r"\]\(https?://([^/()\s]{1,200})")


def behind_the_text(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield short lines after the last block of text, if boilerplate has started there."""
    last = last_own(page, removed)
    rest = page.blocks[last + 1 :]
    begun = next(
        (
            b.index
            for b in rest
            if removed.get(b.index) in _NOT_ARTICLE
            and b.kind not in {"image", "rule"}
            and page.repetition[b.index] != "inside"
        ),
        None,
    )
    if last < 0 or begun is None:
        return
    is_words = page.blocks[-1].units >= _SCRAP
    if page.is_cut and is_words and {removed.get(block.index) for block in rest[:-1]} <= _BOXES:
        return  # the clipper may have cut the text right below a box
    found = [b for b in rest if b.index > begun and b.index not in removed]
    if not found:
        return
    resumed = next((b.index for b in rest if b.index > begun and section_of(b)), len(page.blocks))
    found = [b for b in found if b.index < resumed]
    references = [b.index for b in found if _is_reference_list(b)]
    end = max((index for index in references if not page.repetition[index]), default=begun)
    found = [b for b in found if b.index > end and b.index not in references]
    if len(found) > sum(b.index >= begun and b.index in removed for b in rest):
        return
    text = sum(b.units for b in page.blocks[page.start : last + 1] if b.index not in removed)
    units = sum(b.units for b in found)
    if units <= _MOST and units * 3 <= text:
        yield from ((block.index, "behind the text") for block in found)


_MOST = 240
"""Number of letters of short lines after the text that are removed without further evidence."""


def behind_the_tags(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield a few lines between the tags, or the share bar, and the end, for example about the author."""
    before = 0
    for block in page.body:
        if block.index not in removed:
            before += block.units
            continue
        reason = removed[block.index]
        most = _AFTER.get(reason, 0)
        if not most or not block.is_linked or before < 250:
            continue
        rest = page.blocks[block.index + 1 :]
        own = [b for b in rest if b.index not in removed]
        if not own or len(rest) - len(own) < 3 or any(b.kind in {"code", "table"} for b in own):
            continue
        units = sum(b.units for b in own)
        if units <= most and units * 3 <= before and not any(map(_is_indicator, own)):
            yield from ((b.index, "behind the text") for b in own)
            return


_AFTER = {"links to lists of the site": 450, "share bar": 250}
"""Reason → number of letters that may follow such a block and be about something else."""


_SCRAP = 20
_BOXES = {"call to subscribe", "advertisement", "repeated within texts"}
_NOT_ARTICLE = frozenset({
    "call to subscribe", "share bar", "licence or rights", "related posts", "comments", "comment form",
    "login bar", "repeated within texts",
    "repeated by the source", "end of the page's article", "end of the post", "standing promotion",
    "cookie notice",
})  # fmt: skip


def avatars(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield pictures of the author or of readers after the text."""
    if page.last < 0:
        return
    for block in page.blocks[max(last_own(page, removed), page.last) + 1 :]:
        if block.index not in removed and _is_avatar(block):
            yield block.index, "note on the author"


def avatars_above(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield pictures of the author above the text. A cover beside them stays."""
    for block in page.blocks[page.start : page.first] if page.last >= 0 else ():
        is_kept_picture = block.index not in removed and "![" in block.text
        if is_kept_picture and (_is_avatar(block) or _is_named_beside(page, removed, block)):
            yield block.index, "note on the author"


def _is_avatar(block: Block) -> bool:
    if "gravatar.com/avatar" in block.text:
        return block.kind != "tail"
    return _is_picture(block) and _AVATAR.search(block.text) is not None


def _is_picture(block: Block) -> bool:
    return block.kind == "image" and block.text.startswith(("![", "[!["))


_AVATAR = re.compile(
    r"!\[[^\[\]\n]{0,60}(?:\bavatar|profile (?:picture|photo|image)|头像)[^\[\]\n]{0,20}\]"
    r"|/avatar\.\w{3,4}\)",
    re.IGNORECASE,
)
_ALT = re.compile(r"\[?!\[([^\W\d_][^\[\]\n]{3,39})\]")


def _is_named_beside(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether a picture above the text shows whom a removed byline right below it names."""
    alt = _ALT.match(block.text) if _is_picture(block) else None
    below = page.blocks[block.index + 1 : block.index + 3]
    name = bare(alt[1]) if alt else ""
    return bool(name) and any(removed.get(b.index) in _BYLINES and b.label.endswith(name) for b in below)


_BYLINES = frozenset({"byline", "links to lists of the site"})


def heads_of_boxes(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the label of a removed box of links below the text, and its pictures that are links."""
    last = last_own(page, removed)
    box = next((b.index for b in page.blocks[last + 1 :] if removed.get(b.index) in _OF_POSTS), 0)
    if last < 0 or not box:
        return
    index = box - 1
    while index > last and index not in removed and _is_teaser(page.blocks[index]):
        yield index, "related posts"
        index -= 1
    label = page.blocks[index]
    is_labelled = page.blocks[box].kind == "heading" or page.found[box] is not None
    if index > last and index not in removed and not is_labelled and _is_label(label):
        yield index, "related posts"


def _is_label(block: Block) -> bool:
    """Return whether a block is a heading or a few words in bold, and no label of references."""
    is_set_off = block.kind == "heading" or (block.kind == "text" and block.text.startswith("**"))
    is_short = 0 < block.units <= _LABEL and not block.links and not names_references(block)
    return is_set_off and is_short and not block.plain.rstrip("* ").endswith(_STOPS)


_OF_POSTS = frozenset({"list of links", "related posts", "card of a link"})
_LABEL = 40
"""Number of letters of the label of a box."""
_STOPS = (".", "。", "!", "！", "?", "？", "”")


def _is_reference_list(block: Block) -> bool:
    """Return whether a block is what authors list after their text: indicators, or references."""
    return _is_indicator(block) or (is_digest(block) and links_to_many_sites(block))


def _is_indicator(block: Block) -> bool:
    """Return whether a block lists indicators: hashes, addresses, vulnerabilities, a timeline."""
    return is_data(block) or _INDICATOR.search(block.text) is not None


_INDICATOR = re.compile(
    r"\b[0-9a-fA-F]{32,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[\.\]|\[dot\]|hxxp|CVE-\d{4}|"
    r"\d月\s?\d{1,2}\s?日[，,：:\s]*[\u4e00-\u9fff]{2}|\d{4}-\d\d-\d\d\s*[:：]\s*\w{3}",
    re.IGNORECASE,
)


def leftovers(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield images, rules and scraps between boilerplate at either end."""
    taken: set[int] = set()
    blocks = page.blocks
    for way in (range(len(blocks) - 1, -1, -1), range(len(blocks))):
        waiting: list[int] = []
        for index in way:
            if index in removed or index in taken:
                if waiting:
                    yield from ((other, "between furniture") for other in waiting)
                    taken.update(waiting)
                    waiting = []
            elif (
                blocks[index].kind in _SCRAPS and "[^" not in blocks[index].text and len(waiting) < _PICTURES
            ):
                waiting.append(index)
            else:
                break


_SCRAPS = frozenset({"image", "rule"})
_PICTURES = 6
"""Number of pictures in a row that may be furniture because furniture surrounds them."""
