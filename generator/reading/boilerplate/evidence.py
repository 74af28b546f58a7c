"""The evidence that a block is furniture: small pure functions, in a table that one reads in order."""

from __future__ import annotations

import re
from os.path import commonprefix
from collections.abc import Callable, Iterator, Mapping

from generator.reading.boilerplate.blocks import Block
from generator.reading.boilerplate.page import Page
from generator.reading.text import bare

Gone = Mapping[int, str]
"""What earlier evidence took away: by block, the reason."""
Evidence = Callable[[Page, Gone], Iterator[tuple[int, str]]]


def repeated_titles(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """The page shows the title itself."""
    for index in page.titles:
        yield index, "title"


def from_a_mark(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """A family knows a block from which on all is furniture."""
    for block in page.blocks:
        if block.kind == "tail":
            yield block.index, "tail of the family"


def up_to_a_mark(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """A family knows a block up to which all is furniture."""
    for block in page.blocks:
        if block.kind == "above":
            yield block.index, "before the title" if page.is_found else "navigation"


def before_the_title(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """On a web page the navigation stands before the title."""
    if page.is_found:
        yield from ((index, "before the title") for index in range(page.start - 1))


def before_the_headline(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """The same on a page that calls the article otherwise."""
    if not page.is_found:
        yield from ((index, "before the text") for index in range(1, page.start))


def above_the_title_too(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """What the page says in its navigation and again: buttons, menus."""
    if page.is_found:
        above = {block.text for block in page.blocks[1 : page.start - 1]} - {""}
        for block in page.body:
            if block.text in above and block.kind not in {"rule", "code"}:
                yield block.index, "stands above the title too"


def said_twice(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """A line that the page shows twice in a row, and a beginning of the text above the text."""
    seen: dict[str, int] = {}
    for block in page.body:
        if block.kind in {"text", "heading"} and block.units >= 25 and block.index not in gone:
            if block.index - seen.get(block.text, -4) <= 3:
                yield block.index, "said twice"
            seen[block.text] = block.index
    own = [block for block in page.body[:8] if block.units >= _SOME and block.index not in gone]
    for first, second in zip(own[:1], own[1:2], strict=False):
        one, other = bare(first.plain), bare(second.plain)
        same = len(commonprefix((one, other)))
        if first.kind == second.kind == "text" and len(one) < len(other) and same >= max(30, len(one) * 0.6):
            yield first.index, "said twice"


def byline(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """WeChat: after the title stand `原创`, the author and the account, each in a block."""
    if not page.start or not any(lexicon.family.byline for lexicon in page.lexicons):
        return
    names = {page.source, *_account(page)}
    head = range(page.start, min(page.start + 4, len(page.blocks)))
    ends = [index for index in head if page.blocks[index].label in names and page.blocks[index].label]
    last = ends[-1] if ends else page.start - 1
    if not ends and page.blocks[head.start : head.start + 1] and page.blocks[head.start].text == "原创":
        last = page.start + 2
    for index in head:
        if index <= last and page.blocks[index].kind == "text" and len(page.blocks[index].text) <= 40:
            yield index, "byline"
    for block in page.blocks[:4]:
        if block.text.startswith("![cover_image]"):
            yield block.index, "cover image"


def _account(page: Page) -> Iterator[str]:
    """The account's name as WeChat's tail has it."""
    for before, block in zip(page.blocks, page.blocks[2:], strict=False):
        if before.text.startswith("轻触阅读原文"):
            yield bare(block.text)


def known_lines(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Blocks that a family names, at their place."""
    for block in page.body:
        index = block.index
        if index in gone:
            continue
        found = page.found[index]
        if found is None or found.kind == "end":
            continue
        place = found.rule.place
        inside = page.first <= index <= page.last
        if found.kind == "gone" and (
            (place == "head" and index > page.first)
            or (place == "tail" and index <= page.first)
            or (block.kind == "heading" and page.first < index < page.last)
            or (block.is_prose and block.units > 160 and inside and not page.often[index])
        ):
            continue
        yield index, found.rule.reason


def endings(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Headings and marks after which no text of the article follows: comments, related posts."""
    weights = {
        block.index: min(block.units, 400)
        for block in page.body
        if block.is_own and block.index not in gone and not page.often[block.index]
    }
    sure = _comments_from(page, weights)
    weights = {index: units for index, units in weights.items() if index < sure}
    before, after = 0, sum(weights.values())
    for block in page.body:
        index = block.index
        found = page.found[index]
        if found is not None and found.kind == "end":
            has_text = before >= _SOME or any(
                other.units >= 20 and other.index not in gone and not page.often[other.index]
                for other in page.blocks[page.start : index]
            )
            rest = after - weights.get(index, 0)
            if (
                has_text
                and not (found.rule.reason == "related posts" and _goes_on(page, index))
                and _ends(
                    found.rule.reason,
                    before,
                    rest,
                    repeated=page.often[index] in {"tail", "both"},
                    weak=found.rule.weak or _leads_down(block),
                )
            ):
                yield from ((other, found.rule.reason) for other in range(index, len(page.blocks)))
                return
            if page.blocks[index].is_linked:
                yield index, found.rule.reason
            yield from _section(page, index, found.rule.reason, weak=found.rule.weak)
        before += weights.get(index, 0)
        after -= weights.get(index, 0)


def _comments_from(page: Page, weights: Mapping[int, int]) -> int:
    """Where comments begin that follow some text: what is said there does not count as the article's."""
    before = 0
    for block in page.body:
        found = page.found[block.index]
        if (
            found is not None
            and (found.kind, found.rule.reason) == ("end", "comments")
            and before >= _SOME
            and not _leads_down(block)
        ):
            return block.index
        before += weights.get(block.index, 0)
    return len(page.blocks)


_SOME = 60


def _leads_down(block: Block) -> bool:
    """Whether it is a link to a place further down, such as to the comments, and no heading of its own."""
    return block.is_linked and "#" in block.text.partition("](")[2] and block.kind != "heading"


def _goes_on(page: Page, index: int) -> bool:
    """Whether the text goes on behind a box of links: paragraphs in a row, without teasers between."""
    units = count = 0
    for block in page.blocks[index + 1 :]:
        if block.is_prose and not page.often[block.index]:
            units, count = units + block.units, count + 1
            if count >= 2 and units >= 250:
                return True
        elif block.kind != "image":
            units = count = 0
    return False


def _ends(reason: str, before: int, after: int, *, repeated: bool, weak: bool) -> bool:
    """Whether a mark of the end is one, by what of the text stands before and after it."""
    if reason == "comments" and not weak:
        return before >= _SOME or after == 0
    if weak:
        return after * 10 <= before * (5 if repeated else 3)
    return after <= before * (2 if repeated else 0.7)


def _section(page: Page, index: int, reason: str, *, weak: bool) -> Iterator[tuple[int, str]]:
    """A box of links amid the text: its heading, and the links that follow it."""
    following = index + 1
    while following < len(page.blocks) and (
        page.blocks[following].is_linked or page.blocks[following].kind in {"image", "rule"}
    ):
        following += 1
    if following > index + 1 and not weak and any(b.is_linked for b in page.blocks[index + 1 : following]):
        yield from ((other, reason) for other in range(index, following))


def repeated_after(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """What stands at the end of the source's other articles too, with what stands between."""
    way = range(len(page.blocks) - 1, page.start - 1, -1)
    yield from _spares(page, gone, list(_repeated(page, gone, way, {"tail", "both"})))


def repeated_before(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """What stands at the beginning of the source's other articles too, with what stands between."""
    way = range(page.start if page.is_found else 0, len(page.blocks))
    yield from _spares(page, gone, list(_repeated(page, gone, way, {"head", "both"})))


def _repeated(  # noqa: C901 - one walk that weighs each kind of block
    page: Page, gone: Gone, way: range, places: set[str]
) -> Iterator[tuple[int, str]]:
    """From an end of the page inwards, up to where the repeated outweighs what is the article's own most."""
    total, best, until = 0, 0, way.start
    for index in way:
        block = page.blocks[index]
        if index in gone:
            continue
        if page.often[index] in places:
            total += 30
            if total >= best:
                best, until = total, index + way.step
        elif block.kind in {"image", "rule"}:
            total -= 1
        elif block.is_linked:
            total -= 8
        else:
            total -= 12 + 2 * min(block.units, 200)
        if total < best - 400:
            break
    found = [index for index in range(way.start, until, way.step) if index not in gone]
    while found and _heads(page, found[-1]):
        found.pop()
    for index in found:
        block = page.blocks[index]
        if page.often[index] in places:
            yield index, "repeated by the source"
        elif (
            block.kind in {"image", "rule"}
            or block.is_linked
            or (block.kind in {"text", "list"} and block.units < 20)
        ):
            yield index, "among what the source repeats"


def _heads(page: Page, index: int) -> bool:
    """Whether a short block stands right above the text, as the heading of its first part."""
    block = page.blocks[index]
    return (
        not block.links
        and 0 < block.units <= 40
        and page.found[index] is None
        and index + 1 < len(page.blocks)
        and not page.often[index + 1]
        and page.blocks[index + 1].kind not in {"image", "rule", "tail"}
        and not page.blocks[index + 1].is_linked
    )


def _spares(page: Page, gone: Gone, found: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """What repeats may take: text in sentences only where most of the article's own is left."""
    prose = {b.index: b.units for b in page.body if b.is_prose and b.index not in gone}
    lost = sum(prose.get(index, 0) for index, _ in found)
    if lost * 2 > sum(prose.values()):
        return (one for one in found if one[0] not in prose)
    return iter(found)


def repeated_inside(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """A run of repeated blocks amid the text that leads elsewhere: an advertisement."""
    run: list[int] = []
    if not any(page.often):
        return
    for block in (*page.body, None):
        if (
            block is not None
            and page.often[block.index]
            and block.kind not in {"code", "table"}
            and block.units < 400
        ):
            run.append(block.index)
            continue
        linked = [index for index in run if page.blocks[index].is_linked or "](" in page.blocks[index].text]
        if linked and (len(run) >= 3 or all(page.blocks[index].is_linked for index in run)):
            yield from ((index, "repeated by the source") for index in run if index not in gone)
        run = []


def tags_and_shares(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Links to lists of the site, such as those of a tag, and to buttons that share."""
    for block in page.body:
        if block.links and block.is_linked and block.index not in gone and not block.in_card:
            lists = len(_LISTS.findall(block.text))
            if lists * 3 >= 2 * block.links:
                yield block.index, "links to lists of the site"
            elif len(_SHARES.findall(block.text)) * 3 >= 2 * block.links:
                yield block.index, "share bar"


_LISTS = re.compile(
    r"\]\([^()\s]{0,300}?/(?:tags?|categor(?:y|ies|ia|ie)|topics?|labels?|authors?|keywords?|giornalista|contributor)[/=?]"
)
_SHARES = re.compile(
    r"\]\([^()\s]{0,100}?(?:facebook\.com/sharer?|(?:twitter|x)\.com/(?:intent|share|home\?status)|linkedin\.com/share|"
    r"linkedin\.com/cws|t\.me/share|telegram\.me/share|wa\.me/|api\.whatsapp\.com|whatsapp://|service\.weibo\.com/share|reddit\.com/submit|"
    r"pinterest\.com/pin|news\.ycombinator\.com/submit|getpocket\.com|mailto:|\#link_share|/share\?|flipboard\.com)"
)


def _last_own(page: Page, gone: Gone) -> int:
    """The last block of text that nothing took yet; -1 where there is none."""
    return max(
        (block.index for block in page.body if block.index not in gone and block.is_own),
        default=-1,
    )


def links_before(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Lists of links between the title and the text, or at the top of a page whose title is not found."""
    if any(lexicon.family.byline for lexicon in page.lexicons):
        return
    first = min(
        (b.index for b in page.body if b.index not in gone and (b.is_own or (b.units >= 40 and not b.links))),
        default=0,
    )
    way = [index for index in range(page.start, first) if index not in gone]
    linked = [index for index in way if page.blocks[index].is_linked and page.blocks[index].links]
    if page.is_found or sum(page.blocks[index].links for index in linked) >= 4:
        yield from (
            (index, "list of links")
            for index in linked
            if page.blocks[index].kind != "heading" and not (page.is_found and _names(page.blocks[index]))
        )


def _names(block: Block) -> bool:
    """Whether a list of links is made of titles: a weekly digest is nothing else."""
    return block.kind == "list" and block.links >= 3 and block.linked >= 30 * block.links


def links_after(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Lists of links behind the last block of text, each with its heading: the columns of a footer."""
    last = _last_own(page, gone)
    if last < 0:
        return
    rest = [index for index in range(last + 1, len(page.blocks)) if index not in gone]
    linked = [index for index in rest if page.blocks[index].is_linked]
    heads = [index for index in linked if _is_column_head(page, index - 1, gone) and index - 1 > last]
    others = [index for index in rest if page.blocks[index].kind not in {"image", "rule"}]
    if len(linked) >= 2 and len(linked) * 2 >= len(others) - len(heads):
        yield from ((index, "list of links") for index in linked)
        if len(heads) >= 2:
            yield from ((index - 1, "list of links") for index in heads)


def _is_column_head(page: Page, index: int, gone: Gone) -> bool:
    """A word or two above links, but for those of an article: references, sources."""
    block = page.blocks[index]
    return (
        index not in gone
        and not block.links
        and 0 < block.units <= 30
        and block.kind in {"heading", "text"}
        and _REFERENCES.search(block.plain) is None
    )


_REFERENCES = re.compile(
    r"refer|source|link|resource|further|note|download|credit|more info|appendix|ioc|indicator|fonti|riferiment|fuente|quelle|"
    r"参考|引用|来源|链接|资料|附录|下载|地址|文献|出典|参照",
    re.IGNORECASE,
)


def cards(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Links around several blocks, one after the other, behind the text."""
    last = _last_own(page, gone)
    if last < 0:  # a list of short lines
        lines = [b.index for b in page.body if b.units >= 8 and not b.in_card and b.index not in gone]
        last = lines[-1] if len(lines) >= 3 else len(page.blocks)
    for block in page.blocks[last + 1 :]:
        if block.in_card and block.index not in gone:
            yield block.index, "card of a link"


def account_cards(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """WeChat: the account that a post was taken from, with its picture, name and slogan."""
    if not any(lexicon.family.byline for lexicon in page.lexicons):
        return
    for picture, name, slogan in zip(page.blocks, page.blocks[1:], page.blocks[2:], strict=False):
        if "](http://wx.qlogo.cn/" in picture.text and name.text.endswith("\n."):
            yield from ((block.index, "account card") for block in (picture, name))
            if slogan.kind == "text" and slogan.units <= 400:
                yield slogan.index, "account card"


def behind_the_text(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Short lines behind the last block of text, once furniture has begun there."""
    last = _last_own(page, gone)
    rest = page.blocks[last + 1 :]
    begun = next(
        (
            b.index
            for b in rest
            if gone.get(b.index) in _LEADS_AWAY
            and b.kind not in {"image", "rule"}
            and page.often[b.index] != "inside"
        ),
        None,
    )
    if last < 0 or begun is None:
        return
    found = [b for b in rest if b.index > begun and b.index not in gone and not _is_indicator(b)]
    if len(found) > sum(b.index >= begun and b.index in gone for b in rest):
        return
    text = sum(b.units for b in page.blocks[page.start : last + 1] if b.index not in gone)
    if sum(b.units for b in found) * 3 <= text:
        yield from ((block.index, "behind the text") for block in found)


def behind_the_tags(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """A few lines between the tags, or the share bar, and the end: about the author, say."""
    before = 0
    for block in page.body:
        if block.index not in gone:
            before += block.units
            continue
        reason = gone[block.index]
        most = _AFTER.get(reason, 0)
        if not most or not block.is_linked or before < 250:
            continue
        rest = page.blocks[block.index + 1 :]
        own = [b for b in rest if b.index not in gone]
        if not own or len(rest) - len(own) < 3 or any(b.kind in {"code", "table"} for b in own):
            continue
        units = sum(b.units for b in own)
        if units <= most and units * 3 <= before and not any(map(_is_indicator, own)):
            yield from ((b.index, "behind the text") for b in own)
            return


_AFTER = {"links to lists of the site": 450, "share bar": 250}
"""Letters that may stand behind a closing of the text, and are about something else."""


_LEADS_AWAY = frozenset({
    "call to subscribe", "share bar", "licence or rights", "related posts", "comments", "comment form",
    "login bar",
    "repeated by the source", "end of the page's article", "end of the post", "standing promotion",
    "cookie notice",
})  # fmt: skip


def _is_indicator(block: Block) -> bool:
    """Whether it holds what analysts list behind their text: hashes, addresses, numbers of flaws."""
    return _INDICATOR.search(block.text) is not None


_INDICATOR = re.compile(
    r"\b[0-9a-fA-F]{32,}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\[\.\]|\[dot\]|hxxp|CVE-\d{4}", re.IGNORECASE
)


def leftovers(page: Page, gone: Gone) -> Iterator[tuple[int, str]]:
    """Images, rules and scraps that stand alone between furniture at either end."""
    taken = set(gone)
    for way in (range(len(page.blocks) - 1, -1, -1), range(len(page.blocks))):
        waiting: list[int] = []
        for index in way:
            block = page.blocks[index]
            if index in taken:
                yield from ((other, "between furniture") for other in waiting)
                taken.update(waiting)
                waiting = []
            elif block.kind in {"image", "rule"} and "[^" not in block.text and len(waiting) < 4:
                waiting.append(index)
            else:
                break


EVIDENCE: tuple[tuple[str, Evidence, str], ...] = (
    ("repeated titles", repeated_titles, "anywhere"),
    ("from a mark", from_a_mark, "tail"),
    ("up to a mark", up_to_a_mark, "head"),
    ("before the title", before_the_title, "head"),
    ("before the headline", before_the_headline, "head"),
    ("above the title too", above_the_title_too, "anywhere"),
    ("said twice", said_twice, "anywhere"),
    ("byline", byline, "head"),
    ("account cards", account_cards, "head"),
    ("known lines", known_lines, "anywhere"),
    ("endings", endings, "tail"),
    ("repeated after", repeated_after, "tail"),
    ("repeated before", repeated_before, "head"),
    ("repeated inside", repeated_inside, "inside"),
    ("tags and shares", tags_and_shares, "anywhere"),
    ("links before", links_before, "head"),
    ("links after", links_after, "tail"),
    ("cards", cards, "tail"),
    ("behind the text", behind_the_text, "tail"),
    ("behind the tags", behind_the_tags, "tail"),
    ("leftovers", leftovers, "tail"),
)
"""Read from top to bottom: the first evidence that takes a block gives the reason."""
