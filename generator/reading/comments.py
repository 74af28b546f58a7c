"""Remove Obsidian comments, `%% … %%`, which must not be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_MARK = re.compile(r"(?<!%)%%(?!%)")
_QUOTE = re.compile(r" {0,3}>")
_OPENS_BLOCK = re.compile(r"(?: {0,3}>)* {0,3}%%(?!%)")
_CLOSES_BLOCK = re.compile(r"(?<!%)%%[ \t]*\Z")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_TICKS = re.compile(r"`+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_BEGINS = re.compile(r"(?:[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]| {0,3}#{1,6}[ \t])")
"""A line that starts a paragraph without a blank line above it."""
_NOT_OPENING = re.compile(r"(?:[0-9/=&?\\]|%[a-z])\Z")
"""The text before a `%%` that does not open a comment, as in `100%%`, `\\%%`, `%d%%` or an address."""
_NOT_CLOSING = re.compile(r"[A-Za-z0-9]")
"""The text after a `%%` that does not close a comment, as in `for %%i in a do echo %%i`."""


_AFTER_NUMBER = re.compile(r"\d\s?\Z")
"""The text before both marks of a pair that are percent signs, as in `5 %% and 7 %%`."""
_VALUE = re.compile(r"[a-z]{2,8}:\s?[\dA-Fa-f.:/-]+")
"""Values that some sites put between `%%`: `%%ip: 192.0.2.1%%`, `%%port:22%%`. They are not private."""


class _Line(NamedTuple):
    """A line outside of comment blocks."""

    text: str
    number: int
    """Counted from 0."""
    is_code: bool = False


def without_comments(markdown: str, *, is_beginning: bool = False) -> tuple[str, list[int]]:
    """Return Markdown without its comments, and the lines of it (from 0) that hold an unmatched mark.

    A block comment starts at the beginning of a line and ends at the end of a line. Other comments start and
    end in the same paragraph. Code is left alone. With `is_beginning`, the text was truncated, and an
    unclosed block comment hides everything after it.
    """
    if "%%" not in markdown:
        return markdown, []
    unmatched: list[int] = []
    lines = _visible_lines(markdown.split("\n"), is_beginning=is_beginning)
    return "\n".join(_without_pairs(lines, unmatched)), unmatched


def text_without_comments(text: str) -> tuple[str, bool]:
    """Return a text without its inline comments, and whether an unmatched mark is left in it."""
    shown, marks = _without_inline(text)
    return shown, bool(marks)


def _visible_lines(lines: list[str], *, is_beginning: bool) -> Iterator[_Line]:
    """Yield the lines outside of comment blocks."""
    last_close = max((n for n, line in enumerate(lines) if _CLOSES_BLOCK.search(line)), default=-1)
    closed_quotes = _closed_quotes(lines)
    in_block = is_list = is_open = False
    fence = previous = ""
    for number, line in enumerate(lines):
        if in_block:
            in_block = not _CLOSES_BLOCK.search(line)
            continue
        is_indented = line.startswith(("    ", "\t"))
        if line and not line[0].isspace():
            is_list = bool(_ITEM.match(line))
        is_code = bool(fence) or (is_indented and not is_list and not previous.strip())
        fence = _fence_after(line, fence)
        if not is_indented or not is_code:
            previous = line
        is_code = is_code or bool(fence)
        is_open = is_open and bool(line.strip()) and not is_code and not _BEGINS.match(line)
        if is_code or "%%" not in line:
            yield _Line(line, number, is_code)
            continue
        was_open = is_open  # an inline comment from the line above ends before another one starts
        shown, marks = _without_inline(f"%% {line}" if was_open else line)
        may_close = number < last_close or is_beginning
        if _QUOTE.match(line):
            may_close = number in closed_quotes
        mark = None if was_open else _OPENS_BLOCK.match(shown)
        if mark and may_close:
            in_block = not _CLOSES_BLOCK.search(shown, mark.end())
            continue
        is_open = bool(marks)
        yield _Line(line, number)


def _closed_quotes(lines: list[str]) -> set[int]:
    """Return the numbers of quoted lines that are followed by a closing mark in the same quote."""
    found: set[int] = set()
    is_closed = False
    for number in range(len(lines) - 1, -1, -1):
        if not _QUOTE.match(lines[number]):
            is_closed = False
            continue
        if is_closed:
            found.add(number)
        is_closed = is_closed or bool(_CLOSES_BLOCK.search(lines[number]))
    return found


def _without_pairs(lines: Iterable[_Line], unmatched: list[int]) -> Iterator[str]:
    """Yield lines without the comments that start and end in one paragraph.

    Appends the numbers of lines with unmatched marks to `unmatched`.
    """
    paragraph: list[_Line] = []
    for line in lines:
        is_apart = line.is_code or not line.text.strip()
        if is_apart or _BEGINS.match(line.text):
            yield from _paragraph(paragraph, unmatched)
            paragraph = []
        if is_apart:
            yield line.text
        else:
            paragraph.append(line)
    yield from _paragraph(paragraph, unmatched)


def _paragraph(lines: list[_Line], unmatched: list[int]) -> Iterator[str]:
    text = "\n".join(line.text for line in lines)
    if "%%" not in text:
        yield from [text] if lines else []
        return
    shown, marks = _without_inline(text)
    at = counted = 0
    for mark in marks:
        at += text.count("\n", counted, mark)
        counted = mark
        unmatched.append(lines[at].number)
    yield from (line for line in shown.split("\n") if line.strip())


def _fence_after(line: str, fence: str) -> str:
    """Return the code fence that is open after a line, given the one that is open before it."""
    if (mark := _FENCE.match(line)) is None:
        return fence
    if not fence:
        return mark[1] if mark[1][0] not in line[mark.end() :] else ""
    return "" if mark[1].startswith(fence) and not line[mark.end() :].strip() else fence


def _without_inline(text: str) -> tuple[str, list[int]]:
    """Return a text without the comments that start and end in it, and the positions of unmatched marks."""
    code = _code_spans(text) if "`" in text else []
    pieces: list[str] = []
    unmatched: list[int] = []
    start, opened, span = 0, -1, 0
    for mark in _MARK.finditer(text):
        while span < len(code) and code[span][1] <= mark.start():
            span += 1
        if span < len(code) and code[span][0] <= mark.start():
            continue
        if opened < 0:
            if not _NOT_OPENING.search(text[max(0, mark.start() - 2) : mark.start()]):
                opened = mark.start()
                unmatched.append(opened)
        elif _NOT_CLOSING.match(text, mark.end()):
            unmatched.append(mark.start())
        else:
            while unmatched and unmatched[-1] >= opened:
                unmatched.pop()
            is_percent = all(_AFTER_NUMBER.search(text[max(0, at - 2) : at]) for at in (opened, mark.start()))
            if is_percent:
                unmatched += [opened, mark.start()]
            elif not _VALUE.fullmatch(text, opened + 2, mark.start()):
                pieces.append(text[start:opened])
                start = mark.end()
            opened = -1
    return "".join((*pieces, text[start:])), unmatched


def _code_spans(line: str) -> list[tuple[int, int]]:
    """Return the start and end of each code span in a line.

    A span lies between two runs of the same number of backticks. Takes linear time.
    """
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(line)]
    last = {end - start: start for start, end in runs}
    spans: list[tuple[int, int]] = []
    begin = length = 0
    for start, end in runs:
        if length:
            if end - start == length:
                spans.append((begin, end))
                length = 0
        elif last[end - start] > start:
            begin, length = start, end - start
    return spans
