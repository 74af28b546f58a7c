"""Compare titles: the same words, some of them, or another issue of a series."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from generator.grouping import marks
from generator.grouping.marks import ORDINALS, WORDED

_LONGEST = 400
"""Number of characters of a normalised title that are examined. Some characters expand to eighteen."""
_ADDRESS = re.compile(r"https?:\S+")
_PREFIX = re.compile(
    r"\s*(?:【[^】]{1,12}】|\[[^\]]{1,20}\]"
    r"|(?:[^\W\d_]{1,6}(?:·[^\W\d_]{1,8})?|[\u4e00-\u9fff]{7,9})\s*[|｜丨](?!\|))\s*",
    re.UNICODE,
)
"""A prefix that an account or a database adds to titles: a column, a kind, a call of a few words."""
_RESIDUE = re.compile(r"(?<![a-z\d])(?:u200[b-f]|ufeff|u3000|xa0)")
"""Remains of an escaped space whose backslash was lost."""
_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
_WIDE = re.compile(f"[{_HAN}]")
_WORD = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_UNIT = re.compile(r"(?<=\d) (?=[mgt]b(?![a-z]))")
_PIECE = re.compile(f"[{_HAN}]|[^ {_HAN}]+")
_BETWEEN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_FLAWS = {
    "cross site scripting": "xss",
    "cross site request forgery": "csrf",
    "server side request forgery": "ssrf",
    "server side template injection": "ssti",
    "client side template injection": "csti",
    "sql injection": "sqli",
    "remote code execution": "rce",
    "remote command execution": "rce",
    "local file inclusion": "lfi",
}
"""Different names of a flaw in databases of exploits."""
_FLAW = re.compile(rf"\b(?:{'|'.join(_FLAWS)})\b")
_FLAW_ENDS = ("scripting", "forgery", "injection", "execution", "inclusion")

_GENERIC = re.compile(
    r"exploit for (?!cve)\w.* in .*"
    r"|(?:(?:pre-?)?release|version|tag|changelog)? *v?\d+(?:[._-](?:\d+|(?:alpha|beta|rc)[.-]?\d*))*"
    r"|(?:security |weekly |daily |monthly |news)*(?:newsletter|update|news|digest|roundup|review|report"
    r"|bulletin|release|index|home|readme|untitled|podcast)s?"
    r"|(?:this )?(?:a )?week in (?:security|review)|update readme(?:md)?|merge .*|initial commit"
    r"|add files via upload|(?:page )?not found|(?:error )?404.{0,20}|just a moment|access denied"
    r"|attention required|loading|please wait.*|hello,? world|test(?:ing)?"
    r"|(?:no |new |test )?(?:title|post|page|article|document|entry)"
    r"|(?:无|暂无|没有)标题|标题|新文章|新建文档|测试|(?:分享|转发)?(?:图片|视频|文章|链接)|页面不存在"
    r"|正在加载.{0,6}|请稍候.{0,6}"
    r"|.{0,12}(?:快乐|安康)|(?:热烈)?(?:庆祝|致敬).{0,14}|.{0,6}(?:日报|周报|月报|早报|晚报|周刊|快讯|速递|简报|公告|通知|招聘|预告|每日安全动态推送|漏洞通告|安全通告"
    r"|威胁情报|文章推荐|推荐阅读)"
)
_NO_PAPER = "".join(f"(?<!{name})" for name in ("人民", "光明", "经济", "法治", "工人", "解放", "中国"))
_SERIAL = re.compile(
    rf"{_NO_PAPER}日报|[周月早晚季]报|[周月]刊|周讯|快报|简报|牛览|一周|本周|每周|每日|盘点|汇总|合集|速览|动态回顾"
)
_SEVERAL = re.compile(r"\w{4};\s*\w{4}")
_LATIN_SERIAL = re.compile(
    r"newsletter|\bweekly\b|\bdaily\b|\bmonthly\b|\broundup\b|\bround-up\b|\bdigest\b|\brecap\b"
    r"|\bpodcast\b|\bthis week\b|\bweek in\b|\bsettiman\w+|\bstormcast\b"
)
_SERIAL_WORDS = ("week", "round", "daily", "letter", "month", "digest", "recap", "cast", "settiman")
"""All patterns above contain one of these."""
_EXPLAINS = re.compile(
    r"(?:how|what|why|when|where|which|who|top|best|tips|understanding|(?:an? )?(?:guide|introduction))\b"
)
_CVE = r"[\s(（【]*(?:cve|cnvd|cnnvd|qvd)[-\d\s]*[)）】]*"
_WARNING = (
    r"(?:漏洞(?:通告|预警|告警|提示|速递|复现|详情)|风险(?:提示|通告)|安全通告|[已可成功]复现"
    r"|(?:poc|exp)公开|在野利用|0day)"
)
_BULLETIN = re.compile(
    rf"[【\[]?[^】\]|｜丨]{{0,4}}{_WARNING}[^】\]|｜丨]{{0,4}}[】\]|｜丨].*(?:漏洞|cve|rce).*"
    rf"|.*漏洞.*{_WARNING}(?:第.次更新)?\W*"
    r"|(?!.*(?:修复|曝|影响|黑客|攻击|警告|披露|发布|利用|[遭被]))[^，,！!：:？?；;]*(?:执行|注入|读取|上传|下载|访问|序列化"
    r"|提升|提权|绕过|泄[露漏]|溢出|重用|混淆|遍历|包含|伪造|覆盖|拒绝服务|rce|xss|xxe|ssrf|csrf|逻辑|竞争)漏洞"
    rf"(?:{_CVE})?\W*|{_CVE}.*漏洞\W*|.{{0,60}}\bvulnerabilit(?:y|ies){_CVE}\W*|.*补丁日.*"
)
"""The name of a flaw and nothing else. Every vendor publishes its own bulletin under it."""
_FLAW_WORDS = ("漏洞", "补丁日", "vulnerabilit", "cve", "rce")
"""All patterns above contain one of these."""
_OFFICIAL = re.compile(r"(?:cnnvd|cnvd|cncert|关于).*(?:通报|通告|公告)")
_PRAISE = re.compile(
    r"入选|上榜|登[榜陆]|荣[获膺登]|获[评得奖批颁]|中标|通过|亮相|入围|斩获|当选|成为|携手|加入|实力|喜报|祝[贺大]|恭贺|快乐"
)
_PHASE = re.compile(
    r"召开|举[办行]|落幕|收官|启动|开[幕启赛班讲]|闭幕|公布|报名|截止|倒计时|剧透|预告|回顾|直播|晋级|名单|决赛|初赛"
)
"""Words that distinguish the announcement, the opening and the report of an event."""


_PICTURED = re.compile(r"一图|[看读]图|图[解说]|长图|漫画|海报|信息图|\binfographics?\b|\bin pictures\b")
"""A title of one picture. The full text has another one."""


class Title(msgspec.Struct, frozen=True, gc=False):
    """The analysed form of a title."""

    text: str
    """The normalised words with single spaces, without prefixes and addresses."""
    marks: tuple[str, ...]
    """Issue numbers, dates, versions, identifiers: what distinguishes the parts of a series."""
    counts: tuple[str, ...]
    """Numbers that only count something: 18 flaws, 40 %."""
    weight: int
    """The number of words, or half the number of Chinese characters."""
    generic: bool
    """Whether it says nothing about its article: `Weekly report`."""
    serial: bool
    """Whether it names a series or several items: a newsletter, a weekly, several headlines."""
    bulletin: bool
    """Whether it names a flaw and nothing else, as many bulletins do."""
    pictured: bool
    """Whether it announces a picture in place of a text."""


def title_of(text: str) -> Title:
    """Analyse a title."""
    folded = _folded(text)
    found, counts = marks.numbers(folded)
    bare = _bare(folded)
    words = _WORD.findall(bare)
    weight = sum(len(word) // 2 if _WIDE.match(word) else 1 for word in words)
    return Title(
        text=_joined(words),
        marks=found,
        counts=counts,
        weight=weight,
        generic=weight < 3 or _GENERIC.fullmatch(bare.strip(" .!-_:")) is not None,
        serial=_is_serial(folded),
        bulletin=_is_bulletin(folded),
        pictured=_PICTURED.search(folded) is not None,
    )


def _is_serial(folded: str) -> bool:
    """Return whether a title names a series or several items. Starts with cheap checks."""
    if not folded.isascii() and _SERIAL.search(folded):
        return True
    if ";" in folded and _SEVERAL.search(folded):
        return True
    return any(word in folded for word in _SERIAL_WORDS) and _LATIN_SERIAL.search(folded) is not None


def _is_bulletin(folded: str) -> bool:
    """Return whether a title names a flaw and nothing else. Starts with cheap checks."""
    return (
        any(word in folded for word in _FLAW_WORDS)
        and _BULLETIN.fullmatch(folded) is not None
        and not _OFFICIAL.search(folded)
    )


def words_of(text: str) -> str:
    """Return only the words of a title, as in `Title.text`."""
    return _joined(_WORD.findall(_bare(_folded(text))))


def _folded(text: str) -> str:
    folded = (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()[:_LONGEST]
    if "http" in folded:
        folded = _ADDRESS.sub(" ", folded)
    if "u200" in folded or "xa0" in folded or "ufeff" in folded or "u3000" in folded:
        folded = _RESIDUE.sub(" ", folded)
    if " gb" in folded or " mb" in folded or " tb" in folded:
        folded = _UNIT.sub("", folded)
    if "第" in folded:
        folded = marks.with_digits(folded)
    return folded.strip()


def _bare(folded: str) -> str:
    """Return a title without prefixes, and without a kind at its end."""
    while (match := _PREFIX.match(folded)) and match.end() < len(folded):
        folded = folded[match.end() :]
    return folded.removesuffix(" exploit").removesuffix(" vulnerability")


def _joined(words: list[str]) -> str:
    """Return words with single spaces, none between Chinese characters, and flaws under one name."""
    text = " ".join(words)
    if any(end in text for end in _FLAW_ENDS):
        words = _FLAW.sub(lambda match: _FLAWS[match[0]], text).split()
        text = " ".join(word for at, word in enumerate(words) if not at or word != words[at - 1])
    return text if text.isascii() else _BETWEEN.sub("", text)


def marks_conflict(one: Title, other: Title) -> bool:
    """Return whether two titles have different issue numbers, dates, versions or identifiers of one kind."""
    return marks.marks_conflict(one.marks, other.marks)


def counts_conflict(one: Title, other: Title) -> bool:
    """Return whether each title counts something that the other does not."""
    ours, theirs = set(one.counts), set(other.counts)
    return not (ours <= theirs or theirs <= ours)


def similarity(one: Title, other: Title) -> float:
    """Return the share of words, and of pairs of Chinese characters, that two titles have in common."""
    ours, theirs = _terms(one), _terms(other)
    return len(ours & theirs) / max(1, len(ours | theirs))


def is_part(one: Title, other: Title) -> bool:
    """Return whether one title contains all words of the other and more, and neither is too short."""
    ours, theirs = _terms(one), _terms(other)
    return (ours < theirs or theirs < ours) and min(one.weight, other.weight) >= 5


def is_reworded(one: Title, other: Title) -> bool:
    """Return whether a title is the other one with some adjacent words left out, or slightly reworded.

    Reports on one event also have similar titles, so only little may differ; in Latin script only the words
    left out.
    """
    if any(title.serial or title.bulletin or title.weight < 6 for title in (one, other)):
        return False
    shorter, longer = sorted((one, other), key=lambda title: len(title.text))
    if 10 * len(shorter.text) < 6 * len(longer.text) or counts_conflict(one, other):
        return False
    ours, theirs = _terms(one), _terms(other)
    is_near = len(ours & theirs) >= 0.7 * len(ours | theirs)
    if not is_near or set(_PHASE.findall(one.text)) != set(_PHASE.findall(other.text)):
        return False
    if _is_cut(shorter.text, longer.text):
        is_part = len(longer.text) - len(shorter.text) <= 8 and set(longer.marks) > set(shorter.marks)
        return not (is_part and longer.text.startswith(shorter.text))
    return _may_be_reworded(one, other) and not (_has_name(ours - theirs) and _has_name(theirs - ours))


def differing_words(one: str, other: str) -> tuple[str, str] | tuple[()]:
    """Return the words by which two titles differ, if it is only one in each; else an empty tuple."""
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs):
        return ()
    differing = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return differing[0] if len(differing) == 1 else ()


def is_advice(title: Title) -> bool:
    """Return whether a title asks or advises. Such titles come in series, one for each subject."""
    return _EXPLAINS.match(title.text) is not None


def is_plain(word: str) -> bool:
    """Return whether a word has at least five letters, is not Chinese, and is not a number."""
    is_number = word in WORDED or word in ORDINALS or set(word) <= set("ivxlcdm")
    return len(word) >= 5 and word.isalpha() and not (is_number or _WIDE.search(word))


def is_misspelt(one: str, other: str) -> bool:
    """Return whether two words differ by one letter replaced, added, left out or moved."""
    if not (is_plain(one) and is_plain(other)):
        return False
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    start = _common_length(one, other)
    ours, theirs = one[start:], other[start:]
    end = _common_length(ours[::-1], theirs[::-1])
    ours, theirs = ours[: len(ours) - end], theirs[: len(theirs) - end]
    has_moved = 2 <= len(ours) == len(theirs) <= 3 and theirs in {ours[1:] + ours[0], ours[-1] + ours[:-1]}
    return has_moved or max(len(ours), len(theirs)) == 1


def _common_length(one: str, other: str) -> int:
    """Return the number of letters that both have in common at the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))


def _may_be_reworded(one: Title, other: Title) -> bool:
    """Return whether two titles are Chinese and not about prizes, which winners report in the same words."""
    return all(_WIDE.search(title.text) and not _PRAISE.search(title.text) for title in (one, other))


def _has_name(terms: set[str]) -> bool:
    """Return whether terms contain words in Latin script: products, acronyms."""
    return any(term.isascii() and not term.isdecimal() for term in terms)


def _is_cut(shorter: str, longer: str) -> bool:
    """Return whether a title is the other one with one run of words, or Chinese characters, left out."""
    few, many = _PIECE.findall(shorter), _PIECE.findall(longer)
    before = next(
        (at for at, (one, other) in enumerate(zip(few, many, strict=False)) if one != other), len(few)
    )
    return len(few) <= len(many) and few[before:] == many[len(many) - len(few) + before :]


def _terms(title: Title) -> set[str]:
    terms: set[str] = set()
    for word in title.text.split():
        if _WIDE.match(word):
            terms.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        else:
            terms.add(word)
    return terms
