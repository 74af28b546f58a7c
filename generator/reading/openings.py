"""Recognise what stands before the first sentence of an article: bylines, notices, fields, labels."""

from __future__ import annotations

import re

from generator.reading.datelines import DAY, MONTH
from generator.reading.text import bare


def is_furniture(text: str, title: str = "") -> bool:
    """Return whether a paragraph is a byline, a notice, code or the title, rather than a sentence of it."""
    if _PROGRAM.match(text) or repeats(text, title):
        return True
    if len(text) > _LONGEST_NOTICE:
        return False
    if _ASIDE.fullmatch(text):
        return True
    if _NOTICE.match(text) or _SIGNED.match(text) or (not text.isascii() and _is_chinese_notice(text)):
        return True
    is_sentence = text.endswith(_ENDS) and not text.endswith(("..", "Inc.", "UTC."))
    if is_sentence or len(text) > _LONGEST_BYLINE:
        return False
    return _BYLINE.match(text) is not None or _FIELD.match(text) is not None


def _is_chinese_notice(text: str) -> bool:
    return _CHINESE_NOTICE.match(text) is not None or _WITHIN_NOTICE.search(text) is not None


def begins_program(text: str) -> bool:
    """Return whether a text begins like a program, a script or a request."""
    return _PROGRAM.match(text) is not None


LEAD = re.compile(
    r"\A[#\s「【]{0,3}(?:(?:本文)?(?:导语|导读|摘要|引言|编者按|前言|篇首语)|abstract|(?:executive )?summary"
    r"|tl;dr|(?:exploit )?titles?|desc(?:ription)?)\s?[:：][\s」】]*|\A(?:too long; didn.t read|tl;dr)\s*",
    re.IGNORECASE,
)
KICKER = re.compile(
    r"(?:Updated|Exclusive|Opinion|Interview|Infosec in brief|In brief) "
    r"(?=[A-Z][\w’'-]*(?:[,.] | (?!for\b|with\b|about\b|on\b))|[\"“‘'])"
    r"|(?:Feature|Analysis|Comment|Sponsored|Update|Column|Insight|[Ii]nterview) "
    r"(?=(?:A|An|As|At|For|I|If|In|It|It's|Last|On|The|This|We|When)\b )"
    r"|(?:Sponsored (?:Post|Feature|Content)|Partner Content ?:?|(?:[A-Z]\w+ )?[Ii]n [Bb]rief) "
    r"(?=[\"“‘']?[A-Z][\w’'-]*[ ,])|Patch Tuesday (?=[A-Z][a-z]+ [a-z])"
    r"|[A-Z][A-Za-z]{3,11}(?: [A-Z][a-z]{2,11})? "
    r"(?=(?:The|If|It['’]s|There['’]s|This|We['’]ve|You['’]re|While|When) [a-z])"
)
"""The kind of an article, set before its first sentence without a mark between them."""
LONGEST_KICKED = 80
_PROGRAM = re.compile(
    r"\#!/|<\?php|\#include\b|import \w+(?: import\b|$|;| as \b)|from [\w.]+ import\b"
    r"|(?:GET|POST|PUT) /\S* HTTP|-----BEGIN |class \w+ ?(?:<|:(?= )|\(|\{)|def \w+\(|require ['\"]"
    r"|use [\w:]+;|(?:public|private|final) (?:class|static)\b|package [\w.]+;|(?:int|void) \w+\("
    r"|\([\w-]+\) \w+@[\w-]+:|sudo |python3? \S+\.py\b|pip3? install |git clone |docker (?:run|pull) "
)
_LONGEST_NOTICE = 300
_LONGEST_BYLINE = 160
_ENDS = (".", "!", "?", "。", "！", "？", "…", ":", "：", "”", "」", ";", "；")
_NAME = r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){1,2}"
_SECTION = r"[A-Z][\w&-]*(?: [A-Z&][\w&-]*){0,3}"
_ASIDE = re.compile(
    r"（[^（）]{2,60}）|\([^()]{2,60}\)|[-—=]{1,3}\s?[^-—=\s][^—=.。]{2,40}?\s?[-—=]{1,3}|[!-~]*/[!-~]*"
    rf"|{_NAME}(?:(?:, (?:and )?| and | & ){_NAME}){{1,5}}|{_SECTION}(?: / {_SECTION}){{1,3}}"
)
"""A remark in brackets, a label between dashes, a path, two names and more, or the sections of a site."""
_FIELD = re.compile(
    r"(?:titles?|speakers?|time|date|type|venue|location|authors?/\w+|application name|tags?|keywords|usage?"
    r"|(?:affected |fixed )?versions?|vendor|product) ?[:：](?!//)"
    r"|[^\s：:，。]{0,4}(?:主题|题目|标题|单位|平台|时间|地点|名称|编号|嘉宾|原文作者|会议|期刊|链接|奖励|原价|类型|等级|日期|机构|主持人)\s?[:：]",
    re.IGNORECASE,
)
"""The label of a field that stands at the head of an article."""
SECTION = re.compile(
    r"\*\*(?:[一二三四五六七八九十]{1,3}[、.．]|\d{1,2}(?:\.\d{1,2})*[、.．]\s?(?!\d))[^*\n。！？；]{2,60}\*\*\s*"
)
"""The numbered heading of a section, in bold."""
CAPTIONED = re.compile(r"!\[[^\]\n]{0,200}\]\([^()\n]{0,2000}\)[ \t]{0,4}[^\s!\[][^\n.。]{1,39}\Z")
"""A picture with a few words beside it."""
_BYLINE = re.compile(
    r"(?:posted |written |published |edited )?by:? [^\W\d_]"
    r"|(?:authors?|from|date|attachment|a cura di|di|von|par|por)\s?:"
    r"|published\b|(?:last )?updated\b|文\s?[|｜/丨]"
    r"|图\s?[:：丨|｜/]|图片?(?:来源|源自|来自|源)\s?[:：丨|｜]?"
    r"|(?:photos?|photograph|image|picture|illustration)s? (?:by|credits?|courtesy|source)\b|credits?\s?:"
    r"|.{0,120}\bvia (?:unsplash|getty images|shutterstock|flickr|pexels|pixabay|wikimedia(?: commons)?)\W*$"
    r"|(?:作者|来源|原文地址|原文链接|编辑|译者|出品|责编|微信公众号|公众号|发布时间|更新时间)\s?[:：丨|｜]"
    rf"|.{{0,80}}?\b(?:{MONTH} {DAY},? \d{{4}}|{DAY} (?:de )?{MONTH},? (?:de )?\d{{4}})"
    r"|.{0,80}?\d{4}(?:-\d{1,2}-\d{1,2}|[/.]\d{1,2}[/.]\d{1,2}|年\d{1,2}月\d{1,2}日)[ T]\d{1,2}:\d\d"
    r"|.{0,80}?\d{4}年\d{1,2}月\d{1,2}日$",
    re.IGNORECASE,
)
"""How a line with an author, a date or the origin of a picture begins."""
_SIGNED = re.compile(
    rf"[Ww]ritten by [A-Z]|By {_NAME}(?:, {_NAME}){{0,4}},? (?:and|&) {_NAME}(?:,| of\b| from\b| at\b|\.?\Z)"
)
"""A byline, though it is a sentence: a name, then another one, or what the author belongs to."""
_NOTICE = re.compile(
    r"[→➡▶►👉»>]+\ufe0f?\s*(?:click|tap|download|get|register|sign up|subscribe|watch|listen|join"
    r"|点击|立即|下载|报名|扫码|戳)"
    r"|(?:shown|pictured|seen) (?:above|below|here)\s?:"
    r"|for educational purposes only|please enable javascript|this post is also available in\b"
    r"|\[?this (?:article|(?:blog )?post|blog|report|essay|story) (?:was|has been|is) "
    r"(?:originally |first |also )?(?:published|posted|(?:co-?)?written|adapted|migrated|moved)\b"
    r"|\[this is a guest (?:post|diary)"
    r"|[\[(]?(?:editor|ed)(?:['’]?s|ors['’])?\.? ?note\b"
    r"|[\[(]?(?:nota d(?:el|ella)|note de la|anm(?:erkung|\.) der) (?:red|r[ée]dac|edit)"
    r"|start this (?:blog )?series\b|quest[oa] (?:articolo|post) è stat[oa] (?:pubblicat|migrat|scritt)[oa]\b"
    r"|attachment: |(?:an )?audio version of this|\(\d\) .{0,120}\b(?:University|Institute|Department)\b",
    re.IGNORECASE,
)
"""How a notice, an author's affiliation or the caption of a picture begins."""
_CHINESE_NOTICE = re.compile(
    r"(?:这是|本文是|今天这?篇?(?:文章|推送)?是).{0,16}第 ?\d{1,4} ?篇(?:原创)?(?:文章|推送|分享)?[。！]?$"
    r"|[\[【]?(?:不想错过|错过).{0,14}(?:设置?|加).{0,3}星标|往期.{0,6}$|(?:长按|扫码|扫描)(?:识别|二维码|关注).{0,24}$"
)
_WITHIN_NOTICE = re.compile(
    r"仅供.{0,16}(?:研究|学习|教学|参考|交流|测试)|不承担.{0,12}责任|转载(?:请|或传播)|[如若]有?侵权|侵删|免责声明"
    r"|所造成的任?何?.{0,10}(?:后果|损失)|官网\s?[:：]$"
    r"|(?:本|此)(?:文章?|篇)所?(?:节选|选|摘)自|(?:发[表布]过|此前|相关|方面的?)[^。]{0,30}文章[:：]$"
    r"|<[^<>：:]{2,16}>[:：]|(?:编者按|前言|引言|导语|摘要)[:：]?$"
)
"""What only a notice says, wherever it stands. Apart from the beginnings, because so a search is fast."""


def repeats(text: str, title: str) -> bool:
    """Return whether a text says no more than the title."""
    if not title or len(text) > 2 * len(title) + 20:
        return False
    words, own = bare(text), bare(title)
    return words in own or (own in words and len(words) <= len(own) + 4)
