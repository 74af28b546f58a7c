"""Tell a sentence of the article from furniture that begins with the same words."""

from __future__ import annotations

import re
from functools import lru_cache

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.page import Page
from generator.reading.boilerplate.page_words import SPEAKS_OF_PAGE

_ENDS = (".", "!", "?", "。", "！", "？")


def is_statement(block: Block) -> bool:
    """Return whether a block is a line of whole sentences that do not speak of the page or to its reader."""
    return (
        block.is_prose
        and block.kind == "text"
        and not block.links
        and "\n" not in block.plain
        and block.plain.rstrip(" *_\"'”’）)").endswith(_ENDS)
        and SPEAKS_OF_PAGE.search(block.plain) is None
    )


def is_of_article(page: Page, block: Block, found: Found) -> bool:
    """Return whether a block below the first one matches a pattern as a sentence of the article."""
    is_below = bool(found.pattern) and block.index > page.first
    return is_below and (is_statement(block) or (_is_short_statement(block) and _text_follows(page, block)))


def _text_follows(page: Page, block: Block) -> bool:
    """Return whether a line of text is further below that neither a family nor the source knows."""
    if block.index < page.last:
        return True
    return any(
        one.kind in {"text", "list"}
        and one.units >= _FEWEST
        and not one.is_linked
        and page.found[one.index] is None
        and not page.repetition[one.index]
        for one in page.blocks[block.index + 1 :]
    )


def _is_short_statement(block: Block) -> bool:
    """Return whether a short line is a sentence that does not speak of the page, or quotes somebody."""
    return (
        block.kind == "text"
        and block.units >= _FEWEST
        and not block.links
        and "\n" not in block.plain
        and _SENTENCE.fullmatch(block.plain) is not None
        and (SPEAKS_OF_PAGE.search(block.plain) is None or _SPEECH.search(block.plain) is not None)
    )


_FEWEST = 20
_SENTENCE = re.compile(r"(?:[^\s|/]+[ \n]){4,}[^\s|/]+\.[\"”’)*_]{0,3}\s*|[^|/]{8,}。[”」）*_]{0,3}\s*")
"""Five words and more, without marks between menu items, and a full stop."""
_SPEECH = re.compile(r"[,”\"] (?:[A-Za-z’'-]+ ){0,3}(?:said|says|asked|added|wrote|replied)\b", re.IGNORECASE)


def is_call_of_title(page: Page, block: Block) -> bool:
    """Return whether a block calls to take part in what the title calls for, such as a survey."""
    words = _invitations(page.blocks[0].plain)
    return bool(words) and any(word in block.plain for word in words)


@lru_cache(8)  # asked for many blocks of a page
def _invitations(title: str) -> tuple[str, ...]:
    return tuple(_INVITATIONS.findall(title))


_INVITATIONS = re.compile("报名|问卷|调研|调查|投票")
