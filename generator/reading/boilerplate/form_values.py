"""Tell the values of a form, such as `Price: 45 crowns`, from dates and counters that a source repeats.

Learning ignores digits of short lines, so that `12 views` and `40 views` are one line that the source
repeats. The values of a form recur in the same way. They differ from counters and dates of a page by their
words, by the label above them and by their place: next to the text, without boilerplate in between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from generator.reading.boilerplate.blocks import Block, is_data
from generator.reading.boilerplate.families import Found
from generator.reading.boilerplate.repeats import LearnedBoilerplate, cached_hash, is_entry, line_hashes

_LONGEST = 120
"""Number of letters of a value."""
_NEAR = 6
"""Number of blocks of a form between two values."""
_LABEL = 40
_COUNT = 40
_DIGITS = 2

_MONTH = (
    r"(?:jan(?:uar[yi]?|\.)?|feb(?:ruar[yi]?|\.)?|mar(?:ch|\.)?|märz?|apr(?:il|\.)?|may|mai|june?|jun[il]|july?|juli"
    r"|aug(?:ust|\.)?|sept?(?:ember|\.)?|o[ck]t(?:ober|\.)?|nov(?:ember|\.)?|de[cz](?:ember|\.)?|gennaio|febbraio"
    r"|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|janvier|février|mars|avril|juin"
    r"|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|abril|mayo|junio|julio|septiembre|octubre"
    r"|noviembre|diciembre|gen|mag|giu|lug|ago|set|ott|dic|ene|abr|janv|févr|juil)\.?(?![a-zäéû])"
)
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2}\s?日?)?|\d{1,2}([-/.])\d{1,2}\1(?:20)?\d\d"
    rf"|\d{{1,2}}\s?月\s?\d{{1,2}}\s?日|\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:de\s+)?{_MONTH}(?:,?\s+(?:de\s+)?\d{{4}})?"
    rf"|{_MONTH}\s\d{{1,4}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)(?!\d)",
    re.IGNORECASE,
)
ONLY_DATE = re.compile(rf"[\s*_>-]*(?:{_DATE.pattern})[\s*_:：]*", re.IGNORECASE)
_TIME = re.compile(
    r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?:\s[A-Z]{2,4}\b)?"
    r"|\b(?:[Aa]t|[Uu]m|[Uu]hr|[Aa]lle|[Oo]re|à)\b"
    r"|\b(?i:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b\.?"
    r"|\b(?i:(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)\b|(?:星期|周)[一二三四五六日天]"
)
"""A time of day, and the words around it."""
_CLOCK = re.compile(r"\d:\d\d")
_PERIOD = re.compile(r"\W*\d{1,2}[:.]\d\d\s?(?:[-–—~]|to|bis|à|alle)\s?\d{1,2}[:.]\d\d\b", re.IGNORECASE)
"""A period of a day, which is no date of publication."""
_COUNTED = re.compile(
    r"\b(?:views?|viewed|reads?|reading|likes?|liked|stars?|forks?|comments?|shares?|shared|repl(?:y|ies)|followers?"
    r"|subscribers?|watch(?:ers|ing)|votes?|claps?|min(?:ute)?s?|visit(?:or)?s?|hits|downloads?|posts?|ago|pages?"
    r"|lesezeit|aufrufe|kommentare?|gefällt|letture|lettura|visualizzazioni|commenti|condivisioni|vues|lectures?"
    r"|commentaires?|partages|visitas|lecturas?|comentarios|gelesen|letto|vu|leído|articles?|artikel|join(?:ed)?"
    r"|ratings?|online|discuss|generated|permalink|revision|id)\b"
    r"|阅读|浏览|点赞|在看|评论|收藏|转发|分享|热度|访问|人气|围观|分钟|字数|点击|粉丝|关注|回复|推荐|累计|页|编号",
    re.IGNORECASE,
)
"""What pages count of themselves."""
OF_PUBLISHER = re.compile(
    r"publi|pubbl|post|updat(?!e \d)|modif|edit|creat|writ|filed|änder|veröff|aktual|aggiorn|auto?r|source"
    r"|quelle|fonte|photo|foto"
    r"|^\W*(?:date|data|datum|last|stand|by|von|di|da|par|por|vom)\b"
    r"|à jour|опубл|обновл|発行|公開日|投稿|掲載|발행|입력|수정"
    r"|发布|更新|发表|编辑|作者|来源|原创|^\W*(?:日期|时间)\W*$",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:clos|open|end|begin|start|due|deadline|until|expir|report|fix|answer|entro|scad|termin|bis|ab|frist|geöff"
    r"|from|jusqu|du|hasta|desde)|截止|报名|开奖|答复|确认|公开|修复|上报",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\d\s?(?:[kMGT]?B|[ckm]?m|k?g|°C|%|€|\$|£|euro|eur|usd|chf|元|ms|[kMG]W|mph|km/h)(?![^\W_])|[$€£]\d|^\+\d"
)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 2
_MANY = 8


def values_in(
    blocks: Sequence[Block],
    repetition: Sequence[str],
    found: Sequence[Found | None],
    repeats: LearnedBoilerplate,
    text: tuple[int, int, int],
) -> frozenset[int]:
    """Return the blocks of forms next to the text: values that differ in digits only, and what is between.

    `text`: the index of the first block below the title, and of the first and last block of own prose.
    """
    varying = [
        index
        for index, place in enumerate(repetition)
        if place
        and index >= text[0]
        and found[index] is None
        and _may_be_value(blocks[index], repeats.varying)
    ]
    if not varying:
        return frozenset()
    values: set[int] = set()
    for index in varying:
        is_labelled = index - 1 in values or _is_label_above(blocks, found, index, text)
        is_above = index < text[1] <= text[2]
        if _is_value(blocks[index], is_labelled=is_labelled, is_above=is_above) and not _is_behind(
            blocks, repetition, found, index, text, is_labelled=is_labelled
        ):
            values.add(index)
    values.update(*_between(blocks, found, sorted(values)))
    return frozenset(values.union(_alike(blocks, repetition, found, values)))


def _may_be_value(block: Block, varying: frozenset[int]) -> bool:
    """Return whether a block is a short text without links whose digits differ from article to article."""
    if block.links or block.in_card or block.is_prose or "](" in block.text:
        return False
    if block.kind not in {"text", "list"} or block.units > _LONGEST or "://" in block.text:
        return False
    if cached_hash(block.text) in varying or is_entry(block.text):
        return True
    return "\n" in block.text and not varying.isdisjoint(line_hashes(block.text))


def _is_value(block: Block, *, is_labelled: bool, is_above: bool) -> bool:
    return any(
        _is_value_line(line, is_labelled=is_labelled, is_above=is_above) for line in block.plain.split("\n")
    )


def _is_value_line(line: str, *, is_labelled: bool, is_above: bool) -> bool:
    """Return whether a line says something of the article. Dates and counts do so below a label only."""
    words = line.strip(" \t*_->#|·")
    if not any(map(str.isdigit, words)):
        return False
    if len(words) <= _COUNT and _COUNTED.search(words) and not is_labelled:
        return False
    if _PERIOD.match(words):
        return True
    untimed = _TIME.sub(" ", words)
    rest, dates = _DATE.subn(" ", untimed)
    label, colon, _ = untimed.replace("：", ":").partition(":")
    if dates or _CLOCK.search(words):
        return _is_event(label, colon, rest, is_labelled=is_labelled, is_above=is_above)
    if OF_PUBLISHER.match(words) and not is_labelled:
        return False
    own = _WORD.findall(rest)
    is_named = bool(own) and (not words[0].isdigit() or len(own) > _FEWEST)
    return is_labelled or is_named or _MEASURE.search(words) is not None


def _is_event(label: str, colon: str, rest: str, *, is_labelled: bool, is_above: bool) -> bool:
    """Return whether a line with a date tells of an event, and not when the page was published."""
    if OF_PUBLISHER.search(label if colon else rest):
        return is_labelled and not colon
    if is_labelled or _EVENT.search(rest):
        return True
    own = "".join(_WORD.findall(rest))
    if colon:
        return bool(own)
    return not is_above and (len(own) >= _MANY or (len(own) >= _MANY // 2 and not own.isascii()))


def _is_label_above(
    blocks: Sequence[Block], found: Sequence[Found | None], index: int, text: tuple[int, int, int]
) -> bool:
    """Return whether a block is right below a heading or a label, and no link is below it."""
    if index - 1 < text[0] or found[index - 1] is not None:
        return False
    above, below = blocks[index - 1], blocks[index + 1 : index + 2]
    if above.links or not 0 < above.units <= _LABEL or any(one.is_linked for one in below):
        return False
    return above.kind == "heading" or is_label_line(above.text.strip())


def is_label_line(line: str) -> bool:
    """Return whether a line is set like a label: with a colon, in bold, or a few Chinese words."""
    return (
        line.rstrip(" *_").endswith((":", "："))
        or _BOLD.fullmatch(line) is not None
        or _is_chinese_label(line)
    )


_BOLD = re.compile(r"\*\*[^*\n]+\*\*")
_CHINESE_LABEL = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[、.．])\s?[\u4e00-\u9fff]{2,12}|[\u4e00-\u9fff]{2,6}"
)
"""A line that is numbered like a section, or is a word or two."""


def _is_chinese_label(line: str) -> bool:
    is_label = _CHINESE_LABEL.fullmatch(line) is not None
    return is_label and OF_PUBLISHER.search(line) is None and _COUNTED.search(line) is None


def _is_behind(
    blocks: Sequence[Block],
    repetition: Sequence[str],
    found: Sequence[Found | None],
    index: int,
    text: tuple[int, int, int],
    *,
    is_labelled: bool,
) -> bool:
    """Return whether boilerplate lies between a block and the text."""
    start, first, last = text
    if last < start:  # no text in sentences: what is above the first unrepeated line is above the text
        own = (n for n in range(start, index) if not repetition[n] and found[n] is None)
        start = next(own, start)
    is_above = index < first <= last
    between = range(index + 1, first) if is_above else range(index - 1, max(last, start - 1), -1)
    for other in between:
        block = blocks[other]
        if len(block.label) <= _DIGITS and block.label.isdecimal():
            continue  # the number of a section
        if found[other] is not None or (repetition[other] and ("](" in block.text or block.kind == "image")):
            return True
        if not is_labelled and repetition[other] and (block.is_prose or block.kind == "rule"):
            return True
        if not (is_above or repetition[other]) and is_data(block):
            return False  # what an article cites, or lists
    return False


def _between(blocks: Sequence[Block], found: Sequence[Found | None], values: list[int]) -> Iterator[range]:
    """Yield the blocks between two values of a form: its labels, and values that are always the same."""
    for one, other in pairwise(values):
        inner = range(one + 1, other)
        if len(inner) <= _NEAR and all(found[n] is None and "](" not in blocks[n].text for n in inner):
            yield inner


def _alike(
    blocks: Sequence[Block], repetition: Sequence[str], found: Sequence[Found | None], values: set[int]
) -> Iterator[int]:
    """Yield repeated lines next to labelled values that are labelled in the same way: `Severity: high`."""
    for step in (-1, 1):
        for value in values:
            mark, index = mark_of(blocks[value]), value + step
            while mark and 0 <= index < len(blocks) and index not in values:
                if found[index] is not None or not repetition[index] or mark_of(blocks[index]) != mark:
                    break
                yield index
                index += step


def mark_of(block: Block) -> str:
    """Return how the label before a value is marked; empty if there is none, or it is about the page."""
    labelled = _LABELLED.match(block.text) if block.kind == "text" and not block.links else None
    if labelled is None and block.kind == "text" and "\n:" in block.text:
        labelled = _DEFINED.match(block.text)
    if labelled is None or block.units > _LONGEST or OF_PUBLISHER.search(labelled["label"]):
        return ""
    return labelled["mark"] or ":"


_DEFINED = re.compile(r"(?P<mark>)(?P<label>[^\n:：*_]{1,40})\n: +\S")
"""A definition list: a term, and what it is on a line of its own."""


_LABELLED = re.compile(
    r"(?P<mark>[*_]{0,2})(?P<label>[^\n:：*_]{1,40})(?:[:：](?P=mark)|(?P=mark)[:：])[^\S\n]*[^\s:：]"
)
