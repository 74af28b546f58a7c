"""Evidence at either end of the text, by score: what is about the publisher and not about the topic.

No single phrase decides. Each block gets points for its words, its shape and its place: calls to follow or to
buy, contact data, a note that says who publishes, a notice of rights, links to the publisher's pages. Text
without points ends the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.page import (
    ACCOUNT,
    Page,
    Removed,
    is_labelled_address,
    is_poster,
    names_references,
)
from generator.reading.boilerplate.recurring import LEARNED
from generator.reading.boilerplate.statements import is_statement
from generator.reading.text import bare

CLOSING = "about the publisher"


def closing(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield the last blocks whose points outweigh the other lines among them, and the label above them."""
    if page.last < page.first or _is_cut_off(page, removed):
        return
    run: list[Block] = []
    rated: list[int] = []
    points = best = length = 0
    for block in reversed(page.body):
        if block.index in removed or block.kind == "rule":
            continue
        if block.index <= page.first or block.units > _LONGEST or len(run) == _ROWS:
            break
        if (more := _points(page, removed, block)) == _OWN:
            break
        run.append(block)
        rated.append(more)
        points += more
        if points > best:
            best, length = points, len(run)
    is_clear = best >= _MANY or (best >= _ENOUGH and max(rated[:length]) >= _ENOUGH)
    if is_clear and _is_aside(page, removed, run[:length]):
        if len(run) > length and _is_label(run[length]):
            length += 1
        yield from ((block.index, CLOSING) for block in run[:length])


def notices_above(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield notices of rights and liability among the first blocks, and a row of the publisher's sections."""
    for block in islice((b for b in page.body if b.index not in removed), _HEAD):
        is_menu = block.kind == "table" and block.index <= page.first and _SECTIONS.fullmatch(block.text)
        is_notice = block.kind in {"text", "table"} and block.units <= _LONGEST
        if is_menu or (is_notice and _is_legal(page, block.plain.lstrip("|-* \n"))):
            yield block.index, "navigation" if is_menu else "licence or rights"
            above = page.blocks[block.index - 1]
            if not is_menu and above.index >= page.start and _NOTICE.fullmatch(above.label):
                yield above.index, "licence or rights"


def kickers(page: Page, removed: Removed) -> Iterator[tuple[int, str]]:
    """Yield a tag, a section or a name between the title and the text, beside a row that is removed."""
    if not page.is_found or any(lexicon.family.byline for lexicon in page.lexicons):
        return
    for block in islice(page.body, _HEAD):
        if block.index > page.first:
            return
        if block.index in removed or block.kind in {"image", "rule"}:
            continue
        if block.text.isascii() and block.units <= _TAGS and _TAG.fullmatch(block.text):
            around = {removed.get(block.index - 1), removed.get(block.index + 1)}
            if around - _NOT_ROWS:
                yield block.index, "tags"
                continue
        return


_NOTICE = re.compile("(?:重要|免责|版权|法律|特别)?声明|disclaimer")
"""The label above a notice."""
_SECTIONS = re.compile(r"[|\s-]*(?:\|[\s*]*[^\W\d_]{2,6}[\s*]*){3,8}\|\s*")
"""A table of one row of short words."""
_NOT_ROWS = {None, "title", "before the title", "navigation", *LEARNED}
"""Reasons that do not tell that a block is a row about the post."""
_TAGS = 72
"""Number of letters of tags, sections and names."""
_TAG = re.compile(r"[^\W\d_][\w&+/ -]{1,20}|[^\W\d_][\w&+/ -]{1,32}(?:\n[^\W\d_][\w&+/ -]{1,32})+")
"""A few words without markup and punctuation, or several lines of them."""
_OWN = -99
_BESIDE = 1
"""Points of a line with a call that stands right above one that is removed already."""
_ENOUGH = 2
"""Points of a run, if a single block has as many."""
_MANY = 3
"""Points of a run of several lines with a point each, such as addresses of offices."""
_ROWS = 12
_HEAD = 5
_LINKS = 3
_LINE = 48
"""Number of letters of a line that may be a label or a slogan."""
_FOOTER = 200
"""Number of characters of a block that may name the site on one of its lines."""
_CALL = 140
"""Number of letters of a call."""
_LONGEST = 700


def _is_cut_off(page: Page, removed: Removed) -> bool:
    """Return whether the clipper truncated the text, and not what stands below it."""
    last = page.blocks[-1]
    is_below = last.index in removed or (last.is_linked and last.links >= _LINKS)
    is_about_publisher = _is_below_its_name(page, removed, last) or _is_offer(page, last)
    return page.is_cut and not is_below and not is_about_publisher


def _points(page: Page, removed: Removed, block: Block) -> int:
    """Return the points of a block, given what is removed above and below it."""
    if _is_below_its_name(page, removed, block):
        return _MANY
    points = _points_of_block(page, block)
    is_beside = points > 0 and removed.get(block.index + 1) == "call to subscribe"
    return points + _BESIDE if is_beside else points


def _points_of_block(page: Page, block: Block) -> int:
    """Return how much a block looks like the publisher's words; `_OWN` if it belongs to the text."""
    if (is_linked_picture := is_poster(block)) or block.kind == "image":
        return int(is_linked_picture)
    if len(block.plain) <= _FOOTER and page.source and page.source in map(bare, block.plain.split("\n")):
        return 2
    if block.is_linked and block.links and (_is_own_list(block) or _is_profile(block)):
        return 3
    above = page.blocks[block.index - 1]
    is_item = any(_NUMBER.match(one.plain) for one in (block, above) if one is block or one.kind == "heading")
    is_text = block.kind in {"text", "heading"} and not is_item
    if is_text and (_is_legal(page, block.plain) or _is_portrait(page, block) or _is_offer(page, block)):
        return 3
    is_announced = _announces(page.blocks[0].plain)
    if is_text and not is_announced and _is_promotion(block):
        return 3
    is_line = is_text or (block.kind == "list" and block.units + block.linked <= _LINE)
    is_own = not is_line or block.units > _CALL or _shows_address(block)
    is_own = is_own or (is_data(block) and not HOTLINE.search(block.plain))
    return _OWN if is_own or is_announced else _points_of_line(block)


@lru_cache(8)  # asked for each of the last blocks of a page
def _announces(title: str) -> bool:
    return _ANNOUNCED.search(title) is not None


def _is_promotion(block: Block) -> bool:
    """Return whether a paragraph calls to its reader in several ways: to join, to scan a code, to pay."""
    if not _CALL_LETTERS[0] <= block.units <= _CALL_LETTERS[1] or _TAKING_PART.search(block.plain):
        return False
    calls = set(_CALLS.findall(block.plain.casefold()))
    return len(calls - _AMBIGUOUS) >= _MANY or calls >= _MEMBERSHIP


_MEMBERSHIP = {"知识星球", "二维码"}
_CALL_LETTERS = (60, 300)
"""Number of letters of such a paragraph."""
_AMBIGUOUS = {"扫描", "识别", "长按", "订阅", "试用", "领取", "rss"}
"""Calls that may also be words of a text about software."""


def _shows_address(block: Block) -> bool:
    return is_labelled_address(block) or ("://" in block.text and "](" not in block.text)


def _points_of_line(block: Block) -> int:
    """Return the points of the words of a line: calls and contact data."""
    if _TAKING_PART.search(block.plain):
        return _OWN
    calls = len(set(_CALLS.findall(block.plain.casefold())))
    has_contact = _CONTACT.search(block.plain) is not None
    if calls >= 2 and not has_contact and is_statement(block):
        return _OWN
    if calls >= 2 or has_contact or (calls and not block.is_prose and block.kind != "heading"):
        return min(calls + has_contact, 3)
    if _is_profile(block):
        return 2
    return -1 if block.units <= _LINE and not block.plain.rstrip("*_ ").endswith(_ENDS) else _OWN


def _is_label(block: Block) -> bool:
    """Return whether a line is the label of what stands below it, and not of references."""
    is_set_off = block.kind == "heading" or block.text.startswith("**") or block.plain.endswith(("：", ":"))
    return is_set_off and not block.links and block.units <= _LINE and not names_references(block)


def _is_own_list(block: Block) -> bool:
    """Return whether several links lead to pages of the same site, or to posts of one WeChat account."""
    if block.links < 2:
        return False
    if block.links >= _LINKS and block.text.count("__biz=") == block.links:
        return len(set(ACCOUNT.findall(block.text))) == 1
    return block.text.count("](/") - block.text.count("](//") == block.links


def _is_profile(block: Block) -> bool:
    """Return whether a few words link to somebody's accounts."""
    return block.links > 0 and block.units <= _LINE * 2 and _PROFILES.search(block.text) is not None


_PROFILES = re.compile(
    r"\]\(https?://(?:www\.)?(?:(?:twitter|x|facebook|instagram|weibo)\.com/[^/()\s]+/?[)\s]"
    r"|linkedin\.com/(?:in|company)/|bsky\.app/profile/[^/()]+[)\s]|[^/()\s]{0,40}mastodon[^/()\s]{0,40}/@[^/()]+\)"
    r"|keybase\.io/[^/()\s]+/?\)|blogger\.com/profile/|patreon\.com/|ko-fi\.com/|paypal\.(?:com/donate|me/))"
)


def _is_aside(page: Page, removed: Removed, run: list[Block]) -> bool:
    """Return whether much more text stands above a run."""
    text = (b for b in page.body if (b.is_prose or b.kind == "list") and b.index < run[-1].index)
    above = sum(block.units for block in text if block.index not in removed)
    return above >= _TEXT and above >= 2 * sum(block.units for block in run)


_TEXT = 300


def _is_legal(page: Page, plain: str) -> bool:
    """Return whether a text limits what readers may do with the article, or who is liable."""
    if plain.isascii():
        return False
    if len(plain) <= _LINE and "侵" in plain and "删" in plain:
        return True
    begins = _SUBJECT.search(plain, 0, _START) or _LEGAL.search(plain, 0, _START)
    return (
        begins is not None
        and _LIABLE.search(plain) is not None
        and _SUBJECT.search(plain) is not None
        and len(set(_LEGAL.findall(plain))) >= _WORDS
        and _LAW.search(page.blocks[0].plain) is None
    )


_LAW = re.compile("版权|著作权|侵权|法律|责任")
_START = 20
_WORDS = 4
_LEGAL = re.compile(
    "传播|利用|仅供|仅限|仅用于|学习|研究|交流|授权|后果|损失|责任|负责|承担|无关|侵权|违法|非法|法律|用途|禁止|转载"
    "|删除|声明|未经|自负|教学|解释权|(?:真实|有效|完整|准确)性"
)
_LIABLE = re.compile("后果|无关|转载|侵权|自负|仅供|仅用于|承担|不对其")
_SUBJECT = re.compile("使用者|本文|此文|[文⽂]中|该文|文章|公众号|作者|本人|读者")


def _is_portrait(page: Page, block: Block) -> bool:
    """Return whether a paragraph begins with the source's name or its label, and describes who that is."""
    above = page.blocks[block.index - 1]
    names = [page.source]
    if 0 < above.units <= _LINE and not above.is_prose:
        names.append(above.label.removeprefix("关于").removeprefix("about"))
    start = bare(block.plain[:80])
    if not any(len(name) >= _NAME and name in start[: len(name) + 12] for name in names):
        return False
    if len(names) > 1 and names[1] != above.label and page.source.startswith(names[1][:_STEM]):
        return block.is_prose and block.kind == "text"
    plain = block.plain.lstrip("*_# \u201c\u201d\n")
    return _GROUP.search(plain, 0, 120) is not None and _DOES.search(plain, 0, 80) is not None


def _is_offer(page: Page, block: Block) -> bool:
    """Return whether a paragraph offers something of the publisher to the reader for free."""
    start = block.plain[:80].lstrip("*_# ")
    is_own = len(page.source) >= _NAME and bare(start).startswith(page.source)
    return is_own and _FREE.search(block.plain, 0, 120) is not None


_FREE = re.compile(r"\b(?:has|offers|provides) (?:you )?an? free \w+[^.]{0,30} (?:for you|to you|you can)\b")


def _is_below_its_name(page: Page, removed: Removed, block: Block) -> bool:
    """Return whether a paragraph begins with the name in the removed link above it: that of the author."""
    above = page.blocks[block.index - 1]
    is_name = above.index in removed and above.is_linked and len(above.label) >= _NAME
    return is_name and block.is_prose and bare(block.plain[:80]).startswith(above.label)


_NAME = 3
_STEM = 4
"""Number of letters with which both the publisher's name and the label above its portrait begin."""
_GROUP = re.compile(
    "团队|实验室|研究院|公司|中心|平台|社区|媒体|企业|部门|战队|集团|公众号|品牌|服务商|提供商|机构|期刊|双月刊|杂志"
    r"|\b(?:company|team|provider|firm|platform|non-?profit|organi[sz]ation|consultancy|lab|leader|publisher)\b",
    re.IGNORECASE,
)
_DOES = re.compile(
    "成立于|创立于|创办于|创刊|致力于|专注|旗下|隶属|主办|始终|秉承|汇聚"
    "|是(?:一|国内|国家|中国|业内|专业|面向|由|.{0,24}(?:部门|团队|平台|品牌|机构|公司))"
    r"|\b(?:is (?:a|an|the)|was founded|founded in|provides|helps|delivers|specializes)\b"
)
_ANNOUNCED = re.compile(
    "招聘|招募|招新|活动|[大竞]赛|比赛|会议|大会|峰会|论坛|沙龙|讲座|报名|抽奖|福利|[送赠]书|奖|众测|投稿|征[稿集]"
    "|邀请|培训|课程|直播|预告|通知|公告|欢迎|启动|启幕|暑期|推出|服务|星球|社群|[交流进入加]群|开班|优惠|售|购|调研|问卷|投票|开放|上线|试用|内测|下载"
)
"""Words of titles whose articles are about a call: its codes, addresses and dates are the news."""
_TAKING_PART = re.compile("报名|参赛|投递|申报|招聘|简历|领取方式|提交方式")
_CALLS = re.compile(
    "联系|扫码|扫描|扫一扫|长按|识别|二维码|公众号|微信号|视频号|小程序|知识星球|交流群|微信群|[进入加]群|加微信|小助手"
    "|阅读原文|点赞|在看|转发|星标|关注|订阅|投稿|商务|热线|试用|咨询|了解更多|往期|领取|优惠|后台回复"
    "|(?:欢迎|邀请)[^，。；]{0,24}加入|一起(?:分享|交流|探讨)|更多.{0,6}(?:信息|内容|详情|资讯)|我的.{0,4}星球|长期主义"
    r"|\b(?:subscribe|newsletter|follow (?:us|me)|sign up|contact (?:us|me)|get in touch|join (?:us|our)|rss"
    r"|learn more|free trial|(?:request|schedule|book) a demo|patreon|donate|share this"
    r"|social media)\b"
)
HOTLINE = re.compile(r"(?<!\d)400(?:-?\d){7}(?!\d)")
"""A number that has the form of an identifier."""
_CONTACT = re.compile(
    r"(?:电话|邮箱|地址|网站|官网|网址|contact(?: me)?|tel)\s*[:：]\s*\S"
    rf"|(?<!\d)0\d{{2,3}}-?\d{{7,8}}(?!\d)|{HOTLINE.pattern}"
    r"|[省市区县].{2,20}[路街道园].{0,12}\d+.{0,2}[号楼层室]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\W_]{0,6}(?:\d{1,2}|[一二三四五六七八九十]{1,3})\**\s?[、.．)）]")
_ENDS = ("。", ".", "！", "!", "？", "?", "；", "：", ":", "”")
