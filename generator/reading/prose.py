"""Approximate what a reader sees of Markdown: plain text, repeated titles, whether there is any text.

This is not a Markdown parser: it is fast, and accurate for what clippers write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.markup.hidden_html import BEGINS, HiddenParts
from generator.markup.html_names import text_of_tag
from generator.reading.text import FIRST_GROUP, bare, folded, unescaped_once

_SAMPLE = 100_000
"""Number of characters of a body that are examined."""

_OPENING_LENGTH = 2_000

# All repetitions are bounded, so that no hostile text makes them slow. The first alternative matches nearly
# all addresses: those without parentheses. The second takes ten times as long.
_TO = r"\((?:[^()\n]{0,3000}+\)|(?:[^()\n]|\([^()\n]{0,500}\)){0,3000}\)?)"
IMAGE = re.compile(rf"!\[[^\]\n]{{0,500}}\]{_TO}")
LINK = re.compile(rf"\[([^\[\]]{{0,500}})\](?:{_TO}|\[[^\[\]\n]{{0,100}}\])")
_ATTRIBUTE = (
    r"\s{1,100}+[A-Za-z_:][\w.:-]{0,100}+"
    r"""(?:\s{0,100}+=\s{0,100}+(?:[^\s"'=<>`]{1,2000}+|'[^']{0,2000}+'|"[^"]{0,2000}+"))?+"""
)
# What CommonMark takes for a tag. `<stdio.h>` and `<K, V>` are not tags, and pages show them.
_TAG = re.compile(
    r"<!--(?:[^\n]|\n(?![ \t]*\n)){0,2000}?-->|"
    rf"</?(?P<name>[A-Za-z][A-Za-z0-9-]{{0,60}})(?:{_ATTRIBUTE}){{0,100}}+\s{{0,100}}/?>|"
    rf"<(?:https?|mailto):[^<>\s]{{0,2000}}>",
    re.DOTALL,
)
AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>", re.IGNORECASE)
_HIDDEN = re.compile(rf"(?P<hidden>(?=<[!?]|(?<![^\n>])){BEGINS})", re.IGNORECASE)
_MAY_HIDE = re.compile("<[!?sS\u017f]")
"""How whatever `_HIDDEN` matches begins; without regard to case, a long s is an s."""
_HIDDEN_OR_CODE = re.compile(rf"`+|~{{3,}}|{_HIDDEN.pattern}", re.IGNORECASE)
"""A script or style counts at the start of a line or after a tag. Within a sentence it is only mentioned."""
_OPEN_COMMENT = re.compile(r"(?:^|(?<=\s))<! ?-(?: ?-)?(?=[\s\w])[^\n]{0,100}", re.MULTILINE)
"""Also mistyped, such as `<! --`."""
_CONDITIONAL = re.compile(r"<!--\s*\[if\b")
_MANY_WORDS = 50
"""A comment with so many words may be part of the text, for example the head of a program not marked as code.
"""
_LONGEST_CODE = 1000
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'）】」]+")
_TARGET = re.compile(r"\]\([^()\s]{0,3000}\)?")
# Matches the preceding line end, because that is faster to find than the start of a line.
_MARK = re.compile(r"\n[ \t]*(?:(?:>|#{1,6}|[-*+]|\d{1,9}[.)])(?:[ \t]+|$))+", re.MULTILINE)
_OPENING = re.compile(r"(?:\*+|`+|~~)(?!\s)")
_CLOSING = re.compile(r"(?<=\S)(?:\*+|`+|~~)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# A run of backticks, up to one of the same length in the same paragraph. Other runs in between are text.
_CODE = re.compile(
    r"(?<![\\`])(`{1,9}+)((?:[^`\n]{1,500}+|\n(?![ \t]*[\n>`~])|(?!\1(?!`))`{1,500}+){1,40}+)\1(?!`)"
)
# Escaped characters, and those in code, are moved to the private use area meanwhile.
_HIDE = {n: 0xE000 + n for n in range(33, 127) if not chr(n).isalnum()}
_SHOWN = {hidden: sign for sign, hidden in _HIDE.items()}
_UNDERSCORES = re.compile(r"(?<!\w)_+|_+(?!\w)")
_MARKUP = re.compile(r"[\[<&_#]")
_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_WIDE = re.compile(
    "[\u1100-\u11ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U000323af]+"
)
_WORD = re.compile(r"\w\S*")
_GAP = re.compile(r"\n(?:[ \t]*\n)+")
FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
RULE = re.compile(r"[ \t]*(?:(?:[-*_=][ \t]*){3,}|\[\^[^\]]+\]:.*)")
_RULE_OR_DEFINITION = re.compile(rf"{RULE.pattern}|[ \t]*\[[^\]]+\]:.*")
HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+|$)(?P<atx>.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_CUT = re.compile(r"(?<!\.)\.{3,4}\s*\Z")  # four dots: the text was cut after a full stop


def plain_text(markdown: str, *, autolinks: bool = False) -> str:
    """Return the words of Markdown, without markup, images, addresses and HTML tags. Keeps line breaks.

    With `autolinks`, addresses in angle brackets stay.
    """
    text = markdown[:_SAMPLE]
    coded, escaped = "`" in text, "\\" in text
    if coded:
        text = _CODE.sub(lambda found: found[2].translate(_HIDE), text)
    if escaped:
        text = _ESCAPE.sub(lambda found: found[1].translate(_HIDE), text)
    if has_links := autolinks and "<" in text:
        text = AUTOLINK.sub(lambda found: found[1].translate(_HIDE), text)
    text = _words(text)
    text = _MARK.sub("\n", f"\n{text}")[1:]
    if "*" in text or "`" in text or "~" in text:
        text = _CLOSING.sub("", _OPENING.sub("", text))
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    text = unescaped_once(text)
    return text.translate(_SHOWN) if coded or escaped or has_links else text


def opening_words(markdown: str) -> str:
    """Return the words at the start of a body, to detect its language; emphasis and list marks stay."""
    return _words(markdown[:_OPENING_LENGTH])


def _words(text: str) -> str:
    """Return a text without images, addresses and tags."""
    if "](" in text or "][" in text:
        text = IMAGE.sub(" ", text)
        text = LINK.sub(FIRST_GROUP, text)
    if "<" in text:
        text = _TAG.sub(lambda tag: text_of_tag(tag) if tag["name"] else " ", text)
    if "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return text


def without_code(text: str) -> str:
    """Return a text without its code blocks."""
    return _FENCED.sub(" ", text)


_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


def without_targets(markdown: str) -> str:
    """Return Markdown without link and image targets. Accurate enough for counting words."""
    return _TARGET.sub("]", markdown) if "](" in markdown else markdown


def is_cut(body: str) -> bool:
    """Return whether a body ends with the three dots that clippers append to truncated text."""
    return body.rstrip().endswith("...") and _CUT.search(body, max(0, len(body.rstrip()) - 4)) is not None


def without_cut(body: str) -> str:
    """Return a truncated body without the clipper's dots."""
    return body.rstrip().removesuffix("...").rstrip()


def is_readable(body: str, beginning: str) -> bool:
    """Return whether a body holds more than buttons and punctuation. `beginning`: its `opening_words`.

    It needs one line with 20 letters (10 Chinese characters), or 200 letters on shorter lines. For real
    failed fetches this rejects bodies like `：`, `视频`, `，轻点两下取消在看`.
    """
    if _has_readable_line(beginning):
        return True
    return len(body) > _OPENING_LENGTH and _has_readable_line(_words(body[:_SAMPLE]))


def _has_readable_line(text: str) -> bool:
    total = 0
    for line in text.split("\n"):
        if line:
            letters = letters_in(line)
            total += letters
            if letters >= 20 or total >= 200:
                return True
    return False


def has_text(body: str) -> bool:
    """Return whether a body shows any letter or digit."""
    return any(ch.isalnum() for ch in plain_text(body))


def has_picture(body: str) -> bool:
    """Return whether a body seems to contain a picture."""
    return "![" in body or "<img" in body.lower()


def without_hidden(markdown: str) -> str:
    """Return Markdown without comments, scripts and other parts that are not displayed. Code stays."""
    pieces: list[str] = []
    start = 0
    for begin, end in _hidden_parts(markdown):
        pieces.append(markdown[start:begin])
        start = end
    return "".join((*pieces, markdown[start:])) if pieces else markdown


def _hidden_parts(markdown: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each hidden part."""
    if not _MAY_HIDE.search(markdown) or not _HIDDEN.search(markdown):
        return
    hidden, ends = HiddenParts(markdown), _CodeEnds(markdown)
    position = 0
    while match := _HIDDEN_OR_CODE.search(markdown, position):
        end = hidden.end_of(match) if match["hidden"] else None
        if end:
            yield match.start(), end
        position = end or (match.end() if match["hidden"] else ends.after(match))


def long_comments(markdown: str) -> list[tuple[str, int]]:
    """Return the HTML comments with many words, and their word counts. Conditional comments do not count."""
    if "<!--" not in markdown:
        return []
    parts = (markdown[begin:end] for begin, end in _hidden_parts(markdown))
    comments = (part for part in parts if part.startswith("<!--") and not _CONDITIONAL.match(part))
    counted = ((comment, _word_count(comment)) for comment in comments)
    return [(comment, words) for comment, words in counted if words >= _MANY_WORDS]


def open_comment(markdown: str) -> str | None:
    """Return the start of an HTML comment that is not closed; None if there is none. Code is left out."""
    if "<!" not in markdown:
        return None
    visible = _CODE.sub("", without_code(without_hidden(markdown)))
    found = _OPEN_COMMENT.search(visible)
    return found[0] if found else None


def _word_count(text: str) -> int:
    """Return the number of words; each Chinese, Japanese or Korean character counts as one."""
    return len(_WORD.findall(_WIDE.sub(" ", text))) + sum(map(len, _WIDE.findall(text)))


class _CodeEnds:
    """Finds where code ends: at the next run of as many marks.

    Remembers lengths for which there is none, so that each is searched only once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._missing: set[str] = set()

    def after(self, run: re.Match[str]) -> int:
        if run[0] in self._missing:
            return run.end()
        most = len(self._text) if len(run[0]) > 2 else run.end() + _LONGEST_CODE
        end = self._text.find(run[0], run.end(), most)
        if end < 0 and len(run[0]) > 2:
            self._missing.add(run[0])
        return run.end() if end < 0 else end + len(run[0])


def with_code_marked(blocks: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield each block of a text, and whether it is code: indented, or with a fence in or around it."""
    in_code = False
    for block in blocks:
        fences = len(FENCE.findall(block)) if "```" in block or "~~~" in block else 0
        yield block, in_code or bool(fences) or block.startswith(("    ", "\t"))
        in_code ^= bool(fences % 2)


def letters_in(line: str) -> int:
    """Return the number of letters in the first 100 characters. CJK letters count twice."""
    beginning = line[:100]
    if beginning.isascii():
        return len(beginning.encode().translate(None, _ASCII_NO_LETTERS))
    letters = "".join(_LETTERS.findall(beginning))
    return len(letters) + sum(map(len, _WIDE.findall(letters)))


def first_heading(body: str) -> str:
    """Return the text of a body's first heading outside of code; empty if there is none."""
    previous, in_code = "", False
    for line in body[:_SAMPLE].split("\n"):
        if FENCE.match(line):
            in_code = not in_code
        elif in_code:
            continue
        elif (match := HEADING.match(line)) and match["atx"]:
            return folded(plain_text(match["atx"]))
        elif previous.strip() and _UNDERLINE.match(line) and not _RULE_OR_DEFINITION.fullmatch(previous):
            return folded(plain_text(previous))
        previous = line
    return ""


def without_title(body: str, title: str) -> str:
    """Return a body without a repetition of the title in its first three blocks or their headings."""
    bare_title = bare(title)
    kept: list[str] = []
    at = 0
    for start, end, following in _blocks(body, 3):
        block = body[start:end]
        if FENCE.match(block):
            break
        if not _repeats(block, title, bare_title):
            heading, _, rest = block.partition("\n")
            repeats = bool(rest) and HEADING.match(heading) and _repeats(heading, title, bare_title)
            kept.append((rest if repeats else block) + body[end:following])
        at = following
    return ("".join(kept) + body[at:]).strip("\n")


def _blocks(body: str, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield the start, the end, and the start of the next, for the first blocks between blank lines."""
    start = len(body) - len(body.lstrip("\n"))
    for _ in range(most):
        if start >= len(body):
            return
        gap = _GAP.search(body, start)
        end, following = gap.span() if gap else (len(body), len(body))
        yield start, end, following
        start = following


def _repeats(block: str, title: str, bare_title: str) -> bool:
    longest = 2 * len(title) + 20 + (2000 if "](" in block or "<" in block else 0)
    if len(block) > longest or (block.startswith("![") and "\n" not in block):
        return False
    lines = block.split("\n")
    if len(lines) > 1 and _UNDERLINE.match(lines[-1]):
        block = "\n".join(lines[:-1])
    return bare(block) == bare_title or bool(_MARKUP.search(block) and bare(plain_text(block)) == bare_title)
