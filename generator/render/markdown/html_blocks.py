"""Parse blocks of raw HTML as in CommonMark, but treat unclosed ones as text.

In CommonMark an unclosed `<!--`, `<?php` or `<script>` extends to the end of the text. Clippers write such
lines when a page mentions comments, PHP or scripts. A closing mark several paragraphs later is usually only
mentioned too: in code, or as an arrow within a sentence.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import html_block as closed_by_blank_line

_BEGIN = re.compile(
    r"<(?:(?P<script>(?:script|style)(?=[\s>]|$))|(?P<element>(?:pre|textarea)(?=[\s>]|$))|(?P<comment>!--)"
    r"|(?P<code>\?(?:php\b|=)|!(?!doctype\b)[A-Za-z])|(?P<instruction>\?)"
    r"|(?P<data>!\[CDATA\[)|(?P<declaration>!doctype\b))",
    re.IGNORECASE,
)
_END_TAG = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)
_ENDS = {
    "script": _END_TAG,
    "element": _END_TAG,
    "comment": re.compile("--!?>"),
    "instruction": re.compile(r"\?>"),
    "data": re.compile(r"\]\]>"),
    "declaration": re.compile(">"),
}
_HOLDS_BLANK_LINES = frozenset({"script", "element", "comment"})
"""Kinds that may contain blank lines. Others that do are code shown by the article (`hidden_html`)."""
_FENCE = re.compile(r"```|~~~")
_CODE_SPAN = re.compile(r"(?<!`)(`{1,9}+)[^`\n]++\1(?!`)")


def html_block(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Parse a block of raw HTML."""
    begin = _BEGIN.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
    if begin is None:
        return closed_by_blank_line(state, line, end, silent)
    if begin["code"] or state.is_code_block(line):
        return False
    last = _last_line(state, line, end, str(begin.lastgroup))
    if last is None:
        return False
    if not silent:
        state.line = last + 1
        state.push("html_block", "", 0).content = state.getLines(line, last + 1, state.blkIndent, True)
    return True


def _last_line(state: StateBlock, line: int, end: int, kind: str) -> int | None:
    """Return the line that closes a block; None if none does.

    The line up to which the search failed is remembered, because it fails for other blocks of this kind above
    it too.
    """
    searched: dict[str, int] = state.env.setdefault("unclosed", {})
    if line < searched.get(kind, 0):
        return None
    in_code = is_apart = False
    for number in range(line, end):
        is_empty = state.isEmpty(number)
        if is_empty and kind not in _HOLDS_BLANK_LINES:
            break
        if number > line and state.sCount[number] < state.blkIndent and not is_empty:
            break
        is_apart = is_apart or is_empty
        text = state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
        if kind == "script":
            in_code ^= _FENCE.match(text) is not None
            text = "" if in_code else _CODE_SPAN.sub("", text)
        if is_apart and _begins_another(text, kind):
            break
        if _ends(text, kind, is_apart=is_apart):
            return number
    else:
        number = end
    searched[kind] = number
    return None


def _begins_another(text: str, kind: str) -> bool:
    """Return whether a line after a blank one opens something to which a later end rather belongs."""
    if kind == "comment":
        return "<!--" in text
    begin = _BEGIN.match(text) if kind == "script" else None
    return begin is not None and begin.lastgroup == kind


def _ends(text: str, kind: str, *, is_apart: bool) -> bool:
    """Return whether a line ends a block. After a blank line, an arrow in a line does not end a comment."""
    if kind == "comment" and is_apart:
        return text.rstrip().endswith(("-->", "--!>"))
    return _ENDS[kind].search(text) is not None
