"""Obsidian's comments, `%% … %%`, which no reader is to see."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = re.compile(r"(?<!%)%%(?!%)")
_OPENS_BLOCK = re.compile(r" {0,3}%%(?!%)")
_CLOSES_BLOCK = re.compile(r"(?<!%)%%[ \t]*\Z")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_TICKS = re.compile(r"`+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_ATTACHED = re.compile(r"[!-~]")
"""What stands beside a mark that is no comment's, as in `100%%` or `%%ip: …%%.`; Chinese has no spaces."""


def without_comments(markdown: str, *, is_beginning: bool = False) -> str:
    """Markdown without its comments; what stands in code stays.

    A block begins at the start of a line and ends at the end of one. Where the text is the beginning of more,
    a block that is not closed hides the rest of it.
    """
    if "%%" not in markdown:
        return markdown
    return "\n".join(_visible_lines(markdown.split("\n"), is_beginning=is_beginning))


def _visible_lines(lines: list[str], *, is_beginning: bool) -> Iterator[str]:
    last_close = max((n for n, line in enumerate(lines) if _CLOSES_BLOCK.search(line)), default=-1)
    in_block = is_list = False
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
        if is_code or fence or "%%" not in line:
            yield line
            continue
        shown = _without_inline(line)
        if (mark := _OPENS_BLOCK.match(shown)) and (number < last_close or is_beginning):
            in_block = not _CLOSES_BLOCK.search(shown, mark.end())
        elif shown.strip() or not line.strip():
            yield shown


def _fence_after(line: str, fence: str) -> str:
    """The fence that is open after a line, where `fence` is open before it."""
    if (mark := _FENCE.match(line)) is None:
        return fence
    if not fence:
        return mark[1] if mark[1][0] not in line[mark.end() :] else ""
    return "" if mark[1].startswith(fence) and not line[mark.end() :].strip() else fence


def _without_inline(line: str) -> str:
    """A line without the comments that begin and end in it."""
    code = _code_spans(line) if "`" in line else []
    pieces: list[str] = []
    start, opened, span = 0, -1, 0
    for mark in _MARK.finditer(line):
        while span < len(code) and code[span][1] <= mark.start():
            span += 1
        if span < len(code) and code[span][0] <= mark.start():
            continue
        if opened < 0:
            if not _ATTACHED.match(line[mark.start() - 1 : mark.start()]):
                opened = mark.start()
        elif not _ATTACHED.match(line[mark.end() : mark.end() + 1]):
            pieces.append(line[start:opened])
            start, opened = mark.end(), -1
    return "".join((*pieces, line[start:]))


def _code_spans(line: str) -> list[tuple[int, int]]:
    """Where code within a line begins and ends: between runs of as many backticks, in linear time."""
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
