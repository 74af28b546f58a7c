"""Evidence from the shape and place of links: menus, tags, share bars, footers, cards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.families import is_removed_line
from generator.reading.boilerplate.page import (
    Page,
    Removed,
    is_digest,
    is_labelled_address,
    is_poster,
    last_own,
    leads_to_other_accounts,
    names_references,
)
from generator.reading.text import bare


def tags_and_shares(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield links to lists of the site, for example of a tag, and to share buttons."""
    for block in page.body:
        if not block.links or block.in_card or block.index in removed:
            continue
        if block.linked >= 2 * block.units or block.units <= _PREPOSITION:
            if _LISTED.search(block.text) and len(_LISTS.findall(block.text)) * 3 >= 2 * block.links:
                yield block.index, "links to lists of the site"
            elif _SHARED.search(block.text) and len(_SHARES.findall(block.text)) * 3 >= 2 * block.links:
                yield block.index, "share bar"


_PREPOSITION = 3
"""Number of letters beside a link to a list of the site: `in`, `by`."""
_LISTS = re.compile(
    r"\]\([^()\s]{0,300}?[/?&](?:tags?|categor(?:y|ies|ia|ie)|topics?|labels?|[Aa]uthors?|keywords?|giornalista|contributor)[/=?]"
)
# Quick tests, which most links fail.
_LISTED = re.compile(r"[/?&](?:tag|categor|topic|label|[Aa]uthor|keyword|giornalista|contributor)")
_SHARED = re.compile(r"share|intent|[/?]status|/cws|wa\.me|whatsapp|submit|/pin|pocket|mailto:|flipboard")
_SHARES = re.compile(
    r"\]\([^()\s]{0,100}?(?:facebook\.com/sharer?|(?:twitter|x)\.com/(?:intent|share|home\?status)|linkedin\.com/share|"
    r"linkedin\.com/cws|t\.me/share|telegram\.me/share|wa\.me/|api\.whatsapp\.com|whatsapp://|service\.weibo\.com/share|reddit\.com/submit|"
    r"pinterest\.com/pin|news\.ycombinator\.com/submit|getpocket\.com|mailto:|\#link_share|blogger\.com/share-post|/share\?|flipboard\.com)"
)


def advertisements(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield images and links without words from servers of advertisements, or which count visits."""
    for block in page.body:
        if block.units + block.linked <= _CAPTION and "](" in block.text and block.index not in removed:
            if _is_advertised(block):
                yield block.index, ADVERTISEMENT
            elif block.text.startswith(_SHARE_PICTURES):
                yield block.index, "share bar"
            elif block.text[0] == "!" and (found := _PICTURE.match(block.text)):
                yield block.index, _REASONS.get(found.lastgroup or "", "byline")
            elif block.text.startswith("[![") and not block.units and (found := _ICON.search(block.text)):
                yield block.index, "share bar" if found["form"] else "byline"
    yield from _pixel_in_code(page)


def badges(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield pictures that are links, in a row with pictures of a share bar."""
    if "share bar" not in removed.values():
        return
    for way in (page.body, reversed(page.body)):
        is_row = False
        for block in way:
            if (reason := removed.get(block.index)) is not None:
                is_row = reason == "share bar" and block.text.startswith(("![", "[!["))
            elif is_row := is_row and is_poster(block):
                yield block.index, "share bar"


def _pixel_in_code(page: Page) -> Iterator[tuple[int, str]]:
    """Yield an image that counts visits, and the buttons above it, where a fence makes code of them."""
    last = page.body[-1] if page.body else None
    if last is None or last.kind != "code" or not last.text.startswith("![](") or not _is_advertised(last):
        return
    yield last.index, ADVERTISEMENT
    for block in reversed(page.body[:-1]):
        if block.kind != "code" or not is_removed_line(page.lexicons, bare(block.text[:_LABEL])):
            return
        yield block.index, "share bar"


def _is_advertised(block: Block) -> bool:
    """Return whether the first address of a block is that of a server of advertisements, or of a counter."""
    text = block.text
    end = text.find("/", text.find("//") + 2)
    if text[end - _SUFFIX : end] in _AD_SUFFIXES and text[:end].endswith(_AD_SERVERS):
        return True
    return "facebook.com/tr" in text and _PIXEL.match(text) is not None


_LABEL = 40
_PIXEL = re.compile(r"!\[[^\[\]]{0,80}\]\(https?://(?:www\.)?facebook\.com/tr/?\?")


ADVERTISEMENT = "advertisement"
_ICON = re.compile(
    r"\]\((?P<form>https?://(?:www\.blogger\.com/(?:email-post|post-edit|share-post|blog-this)"
    r"|(?:itunes|podcasts)\.apple\.com/|open\.spotify\.com/|podcasts\.google\.com/))?"
    r"(?(form)|[^()\s]{0,200}(?:[?&]source=post_page---byline|/authors?/))"
)
"""A picture that links to a form to share or edit the post, to its podcast, or to its author."""
_SHARE_PICTURES = (
    "![Share on ",
    "![Share this",
    "![Condividi su ",
    "![Partager sur ",
    "![分享到",
    "[![Listen on ",
    "[![Subscribe ",
)
_PICTURE = re.compile(
    r"!\[[^\[\]]{0,200}(?:profile picture\]\(|\]\((?:https?://[a-z]{0,8}\.?gravatar\.com/avatar/"
    r"|(?P<share>[^()\s]{0,400}/(?:social[_-]?)?share[_-]?icons?\.[a-z]{3,4}\)$)"
    r"|(?P<later>[^()\s]{0,400}/(?:loading|loader|spacer|placeholder|lazy-?load)\.(?:svg|gif|png)\)$)))"
)
"""The icon of a share bar, what stands for a picture until it is there, or a picture that is on all sites."""
_REASONS = {"share": "share bar", "later": "picture not loaded"}
_CAPTION = 10
"""Number of letters beside an image or a link, such as `Ad`."""
_AD_SERVERS = (
    "doubleclick.net",
    "googlesyndication.com",
    "amazon-adsystem.com",
    "adnxs.com",
    "scorecardresearch.com",
    "feeds.feedburner.com",
    "quantserve.com",
    "statcounter.com",
    "mc.yandex.ru",
    "hm.baidu.com",
    "google-analytics.com",
    "counter.yadro.ru",
    "pixel.wp.com",
)
_SUFFIX = 6
_AD_SUFFIXES = frozenset(server[-_SUFFIX:] for server in _AD_SERVERS)
"""The last letters of these hosts, which most hosts differ in already."""


def links_before(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield lists of links between title and text, or at the top of a page whose title is not found."""
    if any(lexicon.family.byline for lexicon in page.lexicons):
        return
    first = min(
        (
            b.index
            for b in page.body
            if b.index not in removed and (b.is_own or (b.units >= 40 and not b.links))
        ),
        default=0,
    )
    way = [index for index in range(page.start, first) if index not in removed]
    linked = [index for index in way if page.blocks[index].is_linked and page.blocks[index].links]
    if page.is_found or sum(page.blocks[index].links for index in linked) >= 4:
        yield from (
            (index, "list of links")
            for index in linked
            if page.blocks[index].kind != "heading"
            and not (page.is_found and (is_digest(page.blocks[index]) or _names_original(page.blocks[index])))
        )


def links_after(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield lists of links after the last block of text, and their headings: the columns of a footer."""
    last = last_own(page, removed)
    if last < 0:
        return
    rest = [index for index in range(last + 1, len(page.blocks)) if index not in removed]
    if _names_sections(page, rest):
        return
    cited = _citations(page, rest)
    linked = [
        index
        for index in rest
        if page.blocks[index].is_linked
        and index not in cited
        and not (page.is_found and is_labelled_address(page.blocks[index]))
    ]
    heads = [index for index in linked if _is_column_head(page, index - 1, removed) and index - 1 > last]
    others = [index for index in rest if page.blocks[index].kind not in {"image", "rule"}]
    if len(linked) >= 2 and len(linked) * 2 >= len(others) - len(heads):
        yield from ((index, "list of links") for index in linked)
        if len(heads) >= 2:
            yield from ((index - 1, "list of links") for index in heads)


def _names_sections(page: Page, rest: Sequence[int]) -> bool:
    """Return whether links lead to headings below them: an article of lists begins with its contents."""
    blocks = [page.blocks[index] for index in rest]
    names = {bare(name) for one in blocks if one.is_linked for name in _ANCHORED.findall(one.text)}
    return any(one.kind == "heading" and one.label in names for one in blocks)


_ANCHORED = re.compile(r"\[([^\[\]\n]{2,80})\]\(#")


def _citations(page: Page, rest: Sequence[int]) -> set[int]:
    """Return the links that the article cites: below a label for references, to documents, to other accounts.

    Below the text, only the first label counts. A footer has labels too. It has no links that show addresses.
    """
    if not page.is_found:
        return set()
    linked = [page.blocks[index] for index in rest if page.blocks[index].is_linked]
    found = {
        one.index
        for one in linked
        if _DOCUMENT.search(one.text) or leads_to_other_accounts(page, one) or _names_original(one)
    }
    if rest and names_references(page.blocks[rest[0]]):
        found |= set(takewhile(lambda index: page.blocks[index].is_linked, rest[1:]))
    shown = {one.index for one in linked if _SHOWN.match(one.text)}
    return found | shown if len(shown) >= _SEVERAL else found


def _names_original(block: Block) -> bool:
    """Return whether a link leads to the original of a translation or of a reprint."""
    return block.links == 1 and _ORIGINAL.match(block.plain) is not None


_ORIGINAL = re.compile(r"[\s*>]*(?:原文(?:链接|地址|出处)|original (?:article|post))\b", re.IGNORECASE)
_SHOWN = re.compile(r"[-*+ ]{0,4}\[https?://")
_SEVERAL = 3
"""Number of links that show their addresses, as an article lists them. A single one may be a share link."""


_DOCUMENT = re.compile(r"\.(?:pdf|zip|7z|docx?|xlsx?|pptx?|csv)[?#)]", re.IGNORECASE)


def _is_column_head(page: Page, index: int, removed: Removed) -> bool:
    """Return whether a block is a short heading of links, other than an article's references or sources."""
    block = page.blocks[index]
    return (
        index not in removed
        and not block.links
        and 0 < block.units <= 30
        and block.kind in {"heading", "text"}
        and not names_references(block)
    )


def cards(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield links around several blocks, one after the other, after the text."""
    last = last_own(page, removed)
    if last < 0:  # a list of short lines
        lines = [b.index for b in page.body if b.units >= 8 and not b.in_card and b.index not in removed]
        last = lines[-1] if len(lines) >= 3 else len(page.blocks)
    for block in page.blocks[last + 1 :]:
        if block.in_card and block.index not in removed:
            yield block.index, "card of a link"


def halves_of_cards(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the beginning of a link around several blocks whose end is removed, if it has little text."""
    is_torn = False
    for block in reversed(page.body):
        if not block.in_card:
            is_torn = False
        elif block.index in removed:
            is_torn = is_torn or "](" in block.text
        elif is_torn and block.units <= _SHORT and not _WHOLE.fullmatch(block.text.strip()):
            yield block.index, "card of a link"
        else:
            is_torn = False


_SHORT = 60
_WHOLE = re.compile(r"\[!\[[^\[\]\n]*\]\([^()\s]*\)(?:\s*!?\[.*\]\([^()\s]*\))?\]\([^()\s]*\)", re.DOTALL)
"""A link around pictures, complete in itself."""
