"""Recognise rows that give the date, the author and the reading time of an article, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|gen|mag|giu|lug|ago|set|ott|dic|janv|févr|avr|mai|juin"
    r"|juil|août|déc|ene|abr|okt|dez|märz)[a-zé]{0,7}\.?"
)
_FOREIGN_MONTH = (
    r"(?:يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر"
    r"|كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول"
    r"|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
)
DAY = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(
    rf"(?<![a-z])(?:{MONTH}\s{DAY},?\s\d{{4}}|{DAY}\s(?:de\s|of\s)?{MONTH},?\s(?:de\s)?\d{{4}})(?!\d{{3}})"
    rf"|(?<!\d)\d{{1,2}}\s{_FOREIGN_MONTH},?\s\d{{4}}(?!\d{{3}})|\d{{4}}년\s?\d{{1,2}}월\s?\d{{1,2}}일"
    r"|(?<!\d)\d{4}\s?[-/.年]\s?\d{1,2}\s?(?:[-/.]\s?|月\s?)\d{1,2}(?:\s?日)?(?!\d{3})"
    r"|(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{4}",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\n[^\S\n]*[-–—~～至到][^\S\n]*\n")
"""Two dates, each replaced by a line end, with a dash between them."""
_SIZES = r"字[号体]\s?[:：]?\s?[\[【(（]?\s?大[\s|/]*中[\s|/]*小\s?[\]】)）]?"
"""Buttons for the size of the letters."""
_DETAIL = re.compile(
    r"t?\d{1,2}:\d{1,2}(?::\d{1,2})?(?:\s?[ap]\.?m\b\.?)?(?:\s?[+-]\d\d:?\d\d)?"
    r"|\b(?:utc|gmt|[a-z]{2,3}t|z)(?:\b|(?=last\s))(?:[+-]\d{1,2})?"
    r"|\d\d\.\d\d(?=\s[a-z]{2,3}t)|(?:星期|周)[一二三四五六日天]|[上下]午"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun|wednes)(?:day)?\b"
    r"|\d+\s?min(?:ute[sn]?|uti|s)?\.?(?:\s(?:to\s)?read(?:ing)?)?\b|[\d,.]+k?\s(?:words|views|comments?|阅读)\b"
    r"|\d+\s?(?:字|分钟)(?:阅读)?|(?:阅读[量数]?|浏览[量数]?|(?:浏览|阅读|点击|访问)次数|点击[量数]?|访问量|热度|version)\s?[:：(（]\s?\d+|\(\s?\)"
    rf"|{_SIZES}",
    re.IGNORECASE,
)
"""A time, a weekday, a reading time, a counter."""
_LABEL = re.compile(
    r"\b(?:(?:last\s)?(?:updated?|modified)|published|posted|written|edited|created|author|by|on|in|at|as of"
    r"|كتبت?|كتابة|بقلم|تحرير|نُ?شر في|آخر تحديث|автор|текст|опубликовано|обновлено"
    r"|date|ore|il|pubblicato|a cura di|di)\b:?"
    r"|(?:发[布表](?:[于在]|时间)?|(?:最[后近])?(?:更新|修改)(?:[于在]|时间)?|作者|收藏|原创|(?:信息|文章)?来源(?=[:：])|发布(?:机构|单位)(?=[:：])|已于|查看原文|(?:分类|标签)(?=[:：]))[:：]?",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\n|·•/,()（）\[\]…@*_]+|\s(?:[-–—]|and|e|et|und|y)\s")
_NAME = re.compile(r"[^\W\d_][\w.'’\-]*(?:\s[\w.'’\-&]+){0,3}")
_LONGEST = 160
_NAMES = 4


def is_dateline(words: str, *, is_bare: bool = False) -> bool:
    """Return whether a row without markup is a date, perhaps with names and a reading time.

    With `is_bare`, names do not count. A range of dates is the subject of an article, for example of a
    weekly report.
    """
    if len(words) > _LONGEST or not _YEAR.search(words):
        return False
    words, dates = _DATE.subn("\n", words)
    if not dates or _RANGE.search(words):
        return False
    rest = _LABEL.sub("\n", _DETAIL.sub("\n", words))
    parts = [part for one in _SEPARATOR.split(rest) if (part := one.strip(' \t\xa0-–—:：."“”「」#&;!'))]
    parts = [part for part in parts if not part.isdecimal()]  # counters
    if is_bare:
        return not parts
    return _are_names(parts)


def are_names(words: str) -> bool:
    """Return whether words without markup are a few names, for example of authors."""
    return _are_names([part.strip() for part in _SEPARATOR.split(words)])


def _are_names(parts: Sequence[str]) -> bool:
    return len(parts) <= _NAMES and all(_NAME.fullmatch(part) and len(part) <= _SHORT for part in parts)


_SHORT = 30


def is_byline(words: str) -> bool:
    """Return whether a row names the author, the editor or the origin of an article."""
    if len(words) > _LONGEST or words.endswith(_ENDS):
        return False
    return _BY.match(words) is not None or _ORIGIN.match(words) is not None


def is_credit(words: str) -> bool:
    """Return whether a row below the text names the author, the editors or the origin, in Chinese."""
    return not words.isascii() and is_byline(_EDITORS.sub("编辑", words))


_EDITORS = re.compile(
    r"^(?:[图头题配封]图?[片面]?来源|(?:资讯|消息|新闻)来源|责任编辑|内容编辑|责编|审核|审校|校对|排版|素材|供图|制作|出品|整理)(?=\s?[:：|｜丨/])"
)


def is_signed(words: str) -> bool:
    """Return whether a row that begins with the word for "written by" gives a date too."""
    return _SIGNED.match(words) is not None and is_dateline(words)


_SIGNED = re.compile(
    r"[\s*_]*(?:كتبت?|كتابة|بقلم|تحرير|written by|posted by|by|von|par|por|di|作者|撰文|автор|текст)\b",
    re.IGNORECASE,
)
_ENDS = (".", "!", "?", "。", "！", "？", "…", ":", "：", ";", "；")
_BY = re.compile(
    r"(?:(?:(?:[Ww]ritten|[Pp]osted|[Pp]ublished)\s)?[Bb][Yy]:?|[Aa]uthors?\s?:)\s+(?=[A-Z@])(?:[\w.'’@&-]+[\s,|]+){0,5}[\w.'’@&-]+"
    r"(?:,\s[^.]{2,60})?$"
)
_ORIGIN = re.compile(
    r"(?:作者(?:论坛账号)?|编译|编辑|译者|翻译|审校|撰文|供稿|稿源|来源|文章来源|原文来源|文)\s?[:：|｜丨/]\s?[^:：。？！]{1,60}$"
    rf"|{_SIZES}$"
)
