"""Find the comments of readers below an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.page import SOME, Page, Removed
from generator.reading.boilerplate.verdict import is_date


def comment_threads(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the blocks from the first reader comment on. Each has a date or a button that links to itself."""
    before = 0
    for block in page.body:
        if block.index in removed and removed[block.index] != _BUTTONS:
            continue
        if before >= SOME and block.units <= _BUTTON and _marks_comment(page, block):
            first = block.index
            while first - 1 > page.first and _is_of_head(page, first - 1):
                first -= 1
            if _is_rest(page, removed, first, before):
                yield from ((index, "comments") for index in range(first, len(page.blocks)))
                return
        if block.is_own and not page.repetition[block.index]:
            before += min(block.units, 400)


_BUTTONS = "comment form"
_BUTTON = 30
"""Number of letters beside the link of a comment's date or button."""
_COMMENT = re.compile(
    r"\[[^\[\]]{0,80}\d[^\[\]]{0,80}\]\([^()\s]{0,400}#comment-?\d|"
    r"\]\([^()\s]{0,400}[?&](?:replyto(?:com)?|showComment)=",
    re.IGNORECASE,
)


def _marks_comment(page: Page, block: Block) -> bool:
    """Return whether a block is the date or the button of a comment, or its head with name, date and time."""
    if block.units > _BUTTON or block.kind not in {"text", "list"}:
        return False
    if block.links and (_leads_to_comment(block.text) or _is_poster(page, block)):
        return True
    if block.text.startswith("From: "):
        return _SIGNED.match(block.plain) is not None
    return _dates_comment(page, block)


def _dates_comment(page: Page, block: Block) -> bool:
    """Return whether a block is a date below a name that says something, or above a button to reply."""
    above = page.blocks[block.index - 1]
    if above.index <= page.first or above.is_prose or above.kind not in {"text", "image"}:
        return False
    if not is_date(block):
        return False
    below = page.blocks[block.index + 1 : block.index + _REPLY_BELOW]
    return _SAYS.search(above.plain) is not None or any(one.label in _REPLIES for one in below)


_REPLIES = frozenset({"reply", "回复", "rispondi", "répondre", "antworten", "responder"})
_REPLY_BELOW = 5
"""Number of blocks below a comment's date among which a button to reply may be."""
_SIGNED = re.compile(r"From: [^()\n]{1,60} \([^()\n]{3,20}\d{4},? (?:at )?\d\d?:\d\d[^()\n]{0,8}\)\s*$")


def _is_poster(page: Page, block: Block) -> bool:
    """Return whether a block is the name of a forum's member, above the date of a post."""
    following = page.blocks[block.index + 1 : block.index + 2]
    return block.is_linked and "/u/" in block.text and bool(following) and is_date(following[0])


def _leads_to_comment(text: str) -> bool:
    return ("omment" in text or "replyto" in text) and _COMMENT.search(text) is not None


def _is_of_head(page: Page, index: int) -> bool:
    """Return whether a block belongs to the head of comments.

    It is a picture, a name, the date below a name, or the heading of the section with the feed below it.
    """
    block, above = page.blocks[index], page.blocks[index - 1]
    is_feed = block.links > 0 and block.units <= _BUTTON and _FEED.match(block.plain) is not None
    if is_feed or (block.kind == "heading" and not block.links and block.units <= _BUTTON):
        return True
    if names_a_reader(block) or (is_date(block) and _NAME.fullmatch(above.text)):
        return True
    is_name = _NAME.fullmatch(block.text) is not None and is_date(page.blocks[index + 1])
    return is_name or _dates_comment(page, page.blocks[index + 1])


_FEED = re.compile(r"comments? feed\b|feed of comments\b|评论\s?rss", re.IGNORECASE)
_NAME = re.compile(r"\s{0,8}\*\*[^*\n]{1,40}\*\*\s*")


def names_a_reader(block: Block) -> bool:
    """Return whether a block is the head of a comment: a picture or a name."""
    return "avatar" in block.text or (
        block.units + block.linked <= 40
        and block.kind in {"text", "list", "image"}
        and _SAYS.search(block.plain) is not None
    )


_SAYS = re.compile(r"(?:\bsays?|\bsaid|\bdice|ha detto|ha scritto|\ba dit|\bsagt|说道?|写道|より)\W{0,6}$")


def _is_rest(page: Page, removed: Removed, first: int, before: int) -> bool:
    """Return whether only comments follow: more of them, or less text than above."""
    rest = [block for block in page.blocks[first:] if block.index not in removed]
    marks = sum(_marks_comment(page, block) or _leads_to_comment(block.text) for block in rest)
    return marks >= 2 or sum(min(b.units, 400) for b in rest if b.is_own) * 2 <= before


def comments_from(page: Page, weights: Mapping[int, int], marks: Mapping[int, Found]) -> int:
    """Return the index at which comments start, so that their text does not count as the article's.

    `weights` is the number of letters of each block of text, `marks` the marks that may end the article.

    If the title was found and a heading introduces the comments, a short note counts as text above them: one
    that the source repeats, or any if the first comment has a date or a button that links to itself.
    """
    before = shown = 0
    for block in page.body:
        found = marks.get(block.index)
        if (
            found is not None
            and found.rule.reason == "comments"
            and not is_jump_link(block)
            and (
                before >= SOME
                or (
                    page.is_found
                    and block.kind == "heading"
                    and (shown >= SOME or _is_above_comment(page, block))
                )
            )
        ):
            return block.index
        before += weights.get(block.index, 0)
        shown += block.units if block.is_prose else 0
    return len(page.blocks)


def _is_above_comment(page: Page, heading: Block) -> bool:
    """Return whether the date or the button of a comment follows a heading."""
    return any(_leads_to_comment(block.text) for block in page.blocks[heading.index + 1 : heading.index + 3])


def is_jump_link(block: Block) -> bool:
    """Return whether a block links to a place further down, such as the comments, and is no heading."""
    return block.is_linked and "#" in block.text.partition("](")[2] and block.kind != "heading"
