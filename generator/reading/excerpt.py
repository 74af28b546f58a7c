"""Choose the excerpt of an article: its first sentences of substance, as plain text on two lines."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from generator.markup import definitions
from generator.markup.lengths import joins
from generator.reading.openings import (
    CAPTIONED,
    KICKER,
    LEAD,
    LONGEST_KICKED,
    SECTION,
    begins_program,
    is_furniture,
    repeats,
)
from generator.reading.prose import (
    AUTOLINK,
    FENCE,
    HEADING,
    IMAGE,
    LINK,
    RULE,
    letters_in,
    plain_text,
    with_code_marked,
)
from generator.reading.repetitions import without_repetitions
from generator.reading.text import FIRST_GROUP, folded

_EXCERPT_UNITS = 160
"""Two lines: 80 Chinese characters, or 160 of Latin letters."""
_EXCERPT_SAMPLE = 5_000
_LONGEST_PARAGRAPH = 600
_BROAD = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\U0001f300-\U0001faff\U00020000-\U000323af]+"
)
_AFTER_WIDE = re.compile(r"([\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f]) ")
_ALL_LINK = re.compile(r"!?\[[^\[\]\n]*\]\([^()\n]*\)")
_DECORATION = re.compile(r"([*=_~#+-])\1{7,} ?")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")


def excerpt_of(body: str, title: str = "") -> str:
    """Return the first readable paragraphs as plain text, cut to two lines with `…`; empty if there are none.

    Skips headings, tables, code, bylines, notices, fields with a label, repetitions of the title and
    paragraphs that are mostly links. If nothing else is there, lists count (of a list in two levels, its
    entries), then the first comment in code, headings, lines between code, at last what was skipped.
    """
    if not body:
        return ""
    sample = body[:_EXCERPT_SAMPLE]
    if _README.match(sample):
        sample = sample.partition("\n")[2]  # a page in Markdown, saved as one block of code
    referred = definitions.labels_referred_to(body) if "]:" in sample else frozenset()
    text = (
        _joined(_without_sections(_paragraphs(sample, referred)), 24, items=False, title=title)
        or _entries(sample)
        or _no_label(_joined(itertools.islice(_paragraphs(sample, referred), 20), 6, items=True, title=title))
        or _first_comment(sample, title)
        or _headings(sample)
        or _joined(_between_code(sample), 12, items=True, title=title)
        or _words_of(sample, "[")
        or _BACK_ISSUES.sub(
            "",
            _joined(itertools.islice(_paragraphs(sample, referred), 20), 6, items=True, furniture=True),
        )
        or _first_comment(sample)
        or _words_of(sample, "|")
    )
    return shortened(_DECORATION.sub("", text).strip())


_README = re.compile(r"(?:```|~~~)\n#{1,3} [^\n]{1,300}\n(?!#[ \t])(?=.{0,3000}?\n#{2,3} )", re.DOTALL)
"""A fence around two headings of Markdown. The head of a program has several lines with one `#`."""
_MARKS_BEFORE = re.compile(r"(?:#[\u4e00-\u9fff]{2,12}#?\s|[•·ㆍ●◆■▶►▪○◇★☆✦※・→*#`|>\s])+(?=\S)")
"""Tags and marks of a list."""
_MARKS = re.compile(r"\[\^[^\]\s]{1,40}\]|(?<!\S)\[(?:[ xX]|![A-Z]{3,12})\]\s")
"""Marks of footnotes, tasks and alerts."""


def _joined(
    blocks: Iterable[str], fewest: int, *, items: bool, furniture: bool = False, title: str = ""
) -> str:
    """Return blocks of at least `fewest` letters as plain text on one line, enough for two lines.

    Leaves out blocks and sentences that repeat `title` or each other, and a heading at the start.
    """
    found: list[str] = []
    units = 0
    for block in blocks:
        shortest = fewest if block.isascii() else fewest // 2
        if len(block) < shortest or (not items and (_ITEM.match(block) or _ALL_LINK.fullmatch(block))):
            continue
        markdown = block[:_LONGEST_PARAGRAPH]
        if "](" not in block and len(block) > len(markdown) and markdown.count("[") > markdown.count("]"):
            markdown = markdown[: markdown.rfind("\n")]  # the cut is inside brackets
        if len(block) > len(markdown) and markdown.count("`") % 2:
            markdown = markdown[: markdown.rfind("`")]  # the cut is inside code
        if "#" in block or "---" in block:
            lines = (line for line in markdown.split("\n") if not _is_aside(line))
            markdown = "\n".join(line for line in lines if line[:1] != "#" or not _FIELD_MARKED.match(line))
        text = folded(plain_text(markdown))
        if "\n" in markdown and not (furniture or begins_program(text)):
            rest = _without_first_fields(markdown, title)
            markdown, text = (rest, folded(plain_text(rest))) if rest != markdown else (markdown, text)
        if (
            letters_in(text) >= fewest
            and not _is_mostly_links(markdown, text)
            and (furniture or not (CAPTIONED.match(markdown) or is_furniture(text, title)))
        ):
            if found and _gives_way(found, text):
                units -= _units(found.pop())
            found.append(folded(plain_text(markdown, autolinks=True)) if AUTOLINK.search(markdown) else text)
            units += _units(text)
            if _is_enough(found, units, title):
                break
    # Full-width punctuation includes its own space.
    text = _AFTER_WIDE.sub(FIRST_GROUP, without_repetitions(" ".join(found), title))
    return _without_marks(_without_gaps(text))


def _is_enough(found: list[str], units: int, title: str) -> bool:
    """Return whether paragraphs of so many units fill two lines, also without what is said twice."""
    if units < _EXCERPT_UNITS:
        return False
    return _units(without_repetitions(" ".join(found), title)) >= _EXCERPT_UNITS


def _gives_way(found: list[str], following: str) -> bool:
    """Return whether the next paragraph begins with the last one, or is the first one after a heading."""
    said = LEAD.sub("", found[-1])
    is_beginning = said != "" and following.startswith(_unfinished(said))
    return is_beginning or (len(found) == 1 and _is_heading_of(found[0], following))


def _is_heading_of(text: str, following: str) -> bool:
    """Return whether a paragraph is only the heading of the next one, which is a long sentence."""
    is_sentence = len(following) >= _LONGEST_HEAD and "。" in following[_SHORT:]
    return is_sentence and len(text) <= _LONGEST_HEAD // 2 and _NO_SENTENCE.fullmatch(text) is not None


_NO_SENTENCE = re.compile(r"(?=.*[\u4e00-\u9fff])[^。！？!?…：:；;，,～~、]+")


def _without_first_fields(markdown: str, title: str) -> str:
    """Return a paragraph of several lines without the first ones that are bylines, fields or the title."""
    lines = markdown.split("\n")
    first = 0
    for line in lines[:-1]:
        words = folded(plain_text(line))
        if words and (begins_program(words) or not is_furniture(words, title)):
            break
        first += 1
    return "\n".join(lines[first:])


def _without_gaps(text: str) -> str:
    """Return a text without the brackets around an address that went."""
    text = text.replace("（）", "")
    return text.replace("( ", "", 1) if "( " in text and text.count("(") > text.count(")") else text


def _without_marks(text: str) -> str:
    """Return a text without marks of footnotes and tasks, and without the label or kicker before it."""
    text = _MARKS.sub("", text) if "[" in text else text
    marks = _MARKS_BEFORE.match(text)
    text = LEAD.sub("", text[marks.end() :] if marks else text)
    kicker = KICKER.match(text) if len(text) > LONGEST_KICKED else None
    return text[kicker.end() :] if kicker else text


def _unfinished(text: str) -> str:
    """Return a sentence without its full stop: in the text, more may follow there. A few words stay whole."""
    return text[:-1] if len(text) > _LONGEST_LABEL and text.endswith("。") else text


def _no_label(text: str) -> str:
    """Return a text, or an empty one if it is only the label of what follows it."""
    return "" if len(text) <= _LONGEST_HEAD and text.endswith((":", "：")) else text


_LONGEST_LABEL = 24
_BACK_ISSUES = re.compile(r"\A往期.{0,6}\Z")


def _between_code(sample: str) -> Iterator[str]:
    """Yield the lines around code blocks, without headings, if there is code."""
    if "```" not in sample and "~~~" not in sample:
        return
    in_code = False
    lines = sample.split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if FENCE.match(line):
            in_code = not in_code
        elif (
            not in_code
            and line[:1] != "|"
            and not _is_aside(line)
            and (following.strip("=-") or not following)
        ):
            yield line.strip()


def _words_of(sample: str, mark: str) -> str:
    """Return the words of the lines with links (`mark` is `[`), or of the cells of tables (`|`)."""
    lines = sample.split("\n")
    if mark == "[":
        parts = [IMAGE.sub("", line) for line in lines if "](" in line and line[:1] != "|"]
    else:
        parts = [cell for line in lines if line[:1] == mark for cell in line.split(mark)]
    words = map(folded, map(plain_text, parts))
    return "; ".join(
        itertools.islice((one for one in words if letters_in(one) >= _SHORT and "[" not in one), 12)
    )


_SHORT = 8
"""Letters of a link or a cell that says something."""


def _first_comment(sample: str, title: str = "") -> str:
    """Return the first comment or paragraph of text in code, without lines that only name things.

    Leaves out repetitions of `title`.
    """
    for lines in _code_paragraphs(sample):
        marked = [found["words"] for line in lines if (found := _COMMENT.match(line))]
        for said in (marked or _text_in(lines), _text_in(lines[1:]) if lines[0][:1] == "#" else []):
            lines_left = (LEAD.sub("", line) for line in said if not _LABEL.match(line))
            kept = (line for line in lines_left if not repeats(line, title))
            text = _BOLD.sub(FIRST_GROUP, folded(LINK.sub(FIRST_GROUP, " ".join(kept))))
            if letters_in(text) >= _SOME and not (len(text) <= _LONGEST_HEAD and text.endswith(":")):
                return text
    return ""


def _text_in(lines: list[str]) -> list[str]:
    """Return lines that begin with text; none if they begin with a program."""
    is_text = bool(lines) and (_TEXT.match(lines[0]) or _SENTENCE.fullmatch(lines[0]))
    return lines if is_text else []


def _code_paragraphs(sample: str) -> Iterator[list[str]]:
    """Yield the lines between blank ones, or ones with a mark only, of all code blocks."""
    in_code = False
    lines: list[str] = []
    for line in (*sample.split("\n"), "```"):
        if is_fence := FENCE.match(line):
            in_code = not in_code
        elif in_code and line.strip(" \t*#/-;"):
            lines.append(line.strip())
            continue
        if lines and (is_fence or in_code):
            yield lines
            lines = []


_SOME = 18
_LONGEST_HEAD = 40
"""Number of characters of a label or a comment that is only the heading of what follows it."""
_BOLD = re.compile(r"\*\*([^\s*][^*\n]{0,200})\*\*")
_TEXT = re.compile(r"(?=[^\W\d_])(?:[^\W_]{1,20}(?:['’.-][^\W_]{1,12}){0,3}[,.:']? ){5}")
"""Five words at the start of a line, some of which may be versions."""
_SENTENCE = re.compile(r"[A-Z][^;{}=<>|$]{50,}[.!?]+")
_COMMENT = re.compile(
    r"(?:\#+(?!!)|//+|--+|;+|/?\*+|<!--+|\"{3}|'{3}|%+|rem\b)[ \t]*"
    r"(?P<words>.*?)[ \t]*(?:\*+/|--+>|\"{3}|'{3})?$",
    re.IGNORECASE,
)
"""A comment in one of many languages."""
_LABEL = re.compile(
    r"https?://\S*[^\s.,]$|-\*- ?coding|!/|by\b|[=-]{3}|begin [a-z ]{3,40}-----|hash: sha|"
    r"this module requires|current source|application name\b[^:]{0,8}:|"
    r"(?:affected|vulnerable|tested|product)\b[^:]{0,20}:|"
    r"(?:date|author|exploit author|vendor|vendor home ?page|software|software link|version"
    r"|tested on|category|platform|cve|contact|google dork|link|reference|download|home ?page)\b[^:]{0,20}:",
    re.IGNORECASE,
)
"""A line in the head of a program that only names something."""
_FIELD_MARKED = re.compile(rf"#+(?!!)[ \t]*(?:{_LABEL.pattern})", re.IGNORECASE)


_BOX = re.compile(r"\A\[[ xX]\] ")
"""The box of a list of tasks."""


def _entries(sample: str) -> str:
    """Return the entries below the label that begins a list in two levels; empty without such a label."""
    lines = [line for line in sample.split("\n") if line and not _is_aside(line)]
    if len(lines) < 2 or not _ITEM.match(lines[0]) or "](" in lines[0] or not _is_below(lines[1], lines[0]):
        return ""
    entries = [one for one, below in zip(lines, [*lines[1:], ""], strict=True) if not _is_below(below, one)]
    found = (_BOX.sub("", folded(plain_text(line))) for line in entries[:20] if _ITEM.match(line))
    return "; ".join(text for text in found if letters_in(text) >= 6)


def _is_below(line: str, other: str) -> bool:
    """Return whether a line is an item of the list inside another item."""
    at, inside = _ITEM.match(other), _ITEM.match(line)
    return bool(at and inside) and len(line) - len(line.lstrip()) > len(other) - len(other.lstrip())


def _headings(sample: str) -> str:
    """Return the first headings that say something, as plain text."""
    lines = (line for line in sample.split("\n") if line.startswith("#"))
    found = (HEADING.match(line) for line in itertools.islice(lines, 20))
    words = (one["atx"] for one in found if one and one["atx"] and not _LABEL.match(one["atx"]))
    texts = (folded(plain_text(one)) for one in words)
    return next((text for text in texts if letters_in(text) >= _SOME and not LEAD.match(text)), "")


def _paragraphs(body: str, referred: frozenset[str]) -> Iterator[str]:
    """Yield blocks that are not code, tables, rules or headings, without link definitions."""
    parts = body.split("\n\n")
    blocks = (definitions.without_definitions(one, referred) if "]:" in one else one for one in parts)
    for block, is_code in with_code_marked(blocks):
        if block and not is_code and block[0] != "|" and not _is_table_or_rule(block):
            yield block.strip("\n")


def _without_sections(blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks without headings of sections in bold, and without those of their parts.

    In a round-up, where all have numbers alone, each is the title of a piece of news.
    """
    is_inside = False
    for block in blocks:
        if block.startswith("**") and (is_inside or not block[2:3].isdecimal()) and SECTION.fullmatch(block):
            is_inside = True
        else:
            yield block


def _is_aside(line: str) -> bool:
    line = line.lstrip("> ")
    return bool(HEADING.match(line) or RULE.fullmatch(line))


def _is_table_or_rule(block: str) -> bool:
    if "|" in block and ("|-" in block or "| -" in block or "-|" in block or "|:" in block):
        return True
    return block[0] in "-*_=[ " and RULE.fullmatch(block) is not None


def _is_mostly_links(markdown: str, text: str) -> bool:
    if "](" not in markdown:
        return markdown.count("[") > markdown.count("]")
    if "](" in text or text.count("[") > text.count("]"):
        return True  # a link around several blocks: a teaser
    linked = sum(map(len, LINK.findall(IMAGE.sub(" ", markdown))))
    return linked * 10 > len(text) * 7


def shortened(text: str) -> str:
    """Return a single-line text cut to two lines on the page, at a word or character boundary, with `…`."""
    at = _end_of(text[: _EXCERPT_UNITS + 1], _EXCERPT_UNITS)
    if at == len(text):
        return text
    inside_word = at < len(text) and text[at].isalnum() and text[at - 1].isalnum()
    if inside_word and not _BROAD.match(text[at]) and (space := text.rfind(" ", max(0, at - 30), at)) > 0:
        at = space
    while 1 < at < len(text) and (joins(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return text[:at].rstrip(" ,;:，、；：（(-–—") + "…"


def _end_of(text: str, units: int) -> int:
    """Return how many characters of a text fit into a number of units."""
    broad = 0
    for run in () if text.isascii() else _BROAD.finditer(text):
        start, end = run.span()
        if 2 * end - start + broad > units:
            left = units - broad
            return left if left < start else (left + start) // 2
        broad += end - start
    return min(len(text), units - broad)


def _units(text: str) -> int:
    """Return the width of a text; a Latin letter has width 1."""
    return len(text) if text.isascii() else len(text) + sum(map(len, _BROAD.findall(text)))
