"""What a reader would see of a body's Markdown: plain text, repeated titles, whether there is any text.

This is a glance, not a Markdown parser: fast, and right about what clippers write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from generator.reading.text import bare, folded, unescaped

_EXCERPT_UNITS = 160
"""Two lines: 80 Chinese characters, or 160 of Latin letters."""
SAMPLE = 100_000
"""Characters of a body that are looked at."""

# All repetitions are bounded, so that no hostile text makes them slow.
_IMAGE = re.compile(r"!\[[^\]\n]{0,500}\]\((?:[^()\n]|\([^()\n]{0,500}\)){0,3000}\)?")
_LINK = re.compile(
    r"\[([^\[\]]{0,500})\](?:\((?:[^()\n]|\([^()\n]{0,500}\)){0,3000}\)?|\[[^\[\]\n]{0,100}\])"
)
_TAG = re.compile(
    r"<!--.{0,2000}?-->|</?[A-Za-z][^<>]{0,2000}>|<(?:https?|mailto):[^<>\s]{0,2000}>", re.DOTALL
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'）】」]+")
_MARK = re.compile(r"^[ \t]*(?:(?:>|#{1,6}|[-*+]|\d{1,9}[.)])(?:[ \t]+|$))+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}|_{1,3}(?!\w)|~~|`+|\\(?=[^\w\s])")
_LETTER = re.compile(r"[^\W\d_]")
_WIDE = re.compile("[\u1100-\u11ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U000323af]")
_GAP = re.compile(r"\n(?:[ \t]*\n)+")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_RULE = re.compile(r"[ \t]*(?:(?:[-*_=][ \t]*){3,}|\[\^?[^\]]+\]:.*)")
_NO_PARAGRAPH = re.compile(rf"\A(?: {{4}}|\t|\||{_RULE.pattern}\Z)|\n\||^[ :|]*-{{3,}}[ :|-]*$", re.MULTILINE)
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+|$)(?P<atx>.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_CUT = re.compile(r"(?<!\.)\.\.\.\s*\Z")


def plain_text(markdown: str) -> str:
    """The words of Markdown, without markup, images, addresses and HTML tags; lines stay lines."""
    text = markdown[:SAMPLE]
    if "](" in text or "][" in text:
        text = _IMAGE.sub(" ", text)
        text = _LINK.sub(r"\1", text)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return unescaped(_EMPHASIS.sub("", _MARK.sub("", text)))


def is_cut(body: str) -> bool:
    """Whether a body ends in the three dots with which clippers end what they cut."""
    return body.rstrip().endswith("...") and _CUT.search(body, max(0, len(body.rstrip()) - 4)) is not None


def without_cut(body: str) -> str:
    """A cut body without the clipper's dots."""
    return body.rstrip().removesuffix("...").rstrip()


def is_readable(plain: str) -> bool:
    """Whether a plain text holds more than buttons and punctuation.

    That is one line with some 20 letters (10 Chinese characters), or 200 letters on shorter lines. Over real
    bodies of failed fetches this leaves `：`, `视频`, `，轻点两下取消在看` aside.
    """
    total = 0
    for line in plain.split("\n"):
        letters = _letters(line)
        total += letters
        if letters >= 20 or total >= 200:
            return True
    return False


def has_text(plain: str) -> bool:
    """Whether a plain text holds any letter or digit."""
    return any(ch.isalnum() for ch in plain)


def _letters(line: str) -> int:
    count = len(_LETTER.findall(line))
    return count if line.isascii() else count + len(_WIDE.findall(line))


def first_heading(body: str) -> str:
    """The text of a body's first heading, or nothing; headings in code do not count."""
    previous, in_code = "", False
    for line in body[:SAMPLE].split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        elif in_code:
            continue
        elif (match := _HEADING.match(line)) and match["atx"]:
            return folded(plain_text(match["atx"]))
        elif previous.strip() and _UNDERLINE.match(line) and not _RULE.fullmatch(previous):
            return folded(plain_text(previous))
        previous = line
    return ""


def without_title(body: str, title: str) -> str:
    """A body without those of its first three blocks, or of their headings, that only repeat the title."""
    wanted = bare(title)
    kept: list[str] = []
    at = 0
    for start, end, following in _blocks(body, 3):
        block = body[start:end]
        if _FENCE.match(block):
            break
        if not _repeats(block, title, wanted):
            heading, _, rest = block.partition("\n")
            repeats = bool(rest) and _HEADING.match(heading) and _repeats(heading, title, wanted)
            kept.append((rest if repeats else block) + body[end:following])
        at = following
    return ("".join(kept) + body[at:]).strip("\n")


def _blocks(body: str, most: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end, and begin of the next, of the first blocks between blank lines."""
    start = len(body) - len(body.lstrip("\n"))
    for _ in range(most):
        if start >= len(body):
            return
        gap = _GAP.search(body, start)
        end, following = gap.span() if gap else (len(body), len(body))
        yield start, end, following
        start = following


def _repeats(block: str, title: str, wanted: str) -> bool:
    if len(block) > 4 * len(title) + 2000:
        return False
    lines = block.split("\n")
    if len(lines) > 1 and _UNDERLINE.match(lines[-1]):
        block = "\n".join(lines[:-1])
    return bare(plain_text(block)) == wanted or bare(block) == wanted


def excerpt_of(body: str) -> str:
    """The first readable paragraphs as plain text, cut after two lines with `…`; `""` where there are none.

    Headings, tables, code and paragraphs that are mostly links stay out; lists count where nothing else is.
    """
    found: list[str] = []
    lists: list[str] = []
    for block in _paragraphs(body[:SAMPLE]):
        lines = [line for line in block.split("\n") if not _HEADING.match(line)]
        markdown = "\n".join(lines)
        text = folded(plain_text(markdown))
        if _letters(text) < 12 or _is_mostly_links(markdown, text):
            continue
        (lists if re.match(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]", markdown) else found).append(text)
        if sum(map(_units, found)) >= _EXCERPT_UNITS:
            break
    return shortened(" ".join(found or lists))


def _paragraphs(body: str) -> Iterator[str]:
    """Blocks between blank lines that are neither code, table, rule nor heading."""
    in_code = False
    for block in _GAP.split(body):
        fences = len(_FENCE.findall(block))
        if fences or in_code:
            in_code ^= bool(fences % 2)
        elif block and not _NO_PARAGRAPH.search(block):
            yield block


def _is_mostly_links(markdown: str, text: str) -> bool:
    if "](" not in markdown:
        return False
    linked = sum(len(match[1]) for match in _LINK.finditer(_IMAGE.sub(" ", markdown)))
    return linked * 10 > len(text) * 7


def shortened(text: str) -> str:
    """A text of one line cut to two lines on the page, at a word's or a character's end, with `…`."""
    units, at = 0, 0
    for at, ch in enumerate(text):  # noqa: B007 - the place is what is wanted
        units += 2 if _is_wide(ch) else 1
        if units > _EXCERPT_UNITS:
            break
    else:
        return text
    if not _is_wide(text[at]) and not text[at].isspace() and (space := text.rfind(" ", at - 30, at)) > 0:
        at = space
    while at > 1 and _joins(text[at]):
        at -= 1
    return text[:at].rstrip(" ,;:，、；：（(-–—") + "…"


def _units(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def _is_wide(ch: str) -> bool:
    return ch > "\u1100" and unicodedata.east_asian_width(ch) in "WF"


def _joins(ch: str) -> bool:
    """Whether a character belongs to the one before it."""
    return unicodedata.category(ch)[0] == "M" or ch in "\u200d\ufe0f" or "\U0001f3fb" <= ch <= "\U0001f3ff"
