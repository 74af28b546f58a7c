"""Parse blocks with markdown-it's rules, each tried only on lines with a suitable first character.

markdown-it tries every rule on every line, and reads a paragraph twice, once for an underlined heading.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import MD_TRIM_CHARS
from markdown_it.parser_block import ParserBlock
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    code,
    fence,
    hr,
    lheading,
    list_block,
    paragraph,
    reference,
)
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote.index import footnote_def

from generator.render.markdown.definitions import text_like_definition
from generator.render.markdown.html_blocks import html_block
from generator.render.markdown.tables import read_table
from generator.render.markdown.tokens import DEEPEST, QuickToken

Rule = Callable[[StateBlock, int, int, bool], bool]

_SPACES = " \t"
_BLANKS = {" ", "\t"}
_LISTS = "*+-0123456789"


def _rule(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Parse a thematic break. The last character rules out most list items."""
    return state.src[state.eMarks[line] - 1] in "*-_ \t" and hr(state, line, end, silent)


def _define(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """Parse a footnote or a link definition. Most texts have neither."""
    if not state.may_define:  # type: ignore[attr-defined]  # it is a BlockState
        return False
    if footnote_def(state, line, end, silent):
        return True
    last = text_like_definition(state, line)
    if last is None:
        return reference(state, line, end, silent)
    if not silent:
        content = state.getLines(line, last + 1, state.blkIndent, False)
        _add(state, "paragraph", "p", content)
        state.line = last + 1
    return True


def _define_note(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    return state.may_define and footnote_def(state, line, end, silent)  # type: ignore[attr-defined]


_HEADING = re.compile(r"(#{1,6})(?![^ \t])")


def _heading(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    """Parse an ATX heading, perhaps with a closing sequence."""
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    marks = _HEADING.match(state.src, begin, end)
    if marks is None or state.is_code_block(line):
        return False
    if not silent:
        content = state.src[marks.end() : end].strip(_SPACES)
        before = content.rstrip("#")
        if not before or before[-1] in _BLANKS:
            content = before
        _add(state, "heading", f"h{len(marks[1])}", content)
        state.line = line + 1
    return True


_RULES: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(_LISTS, (list_block,)),
    **dict.fromkeys("*-", (_rule, list_block)),
    "_": (_rule,),
    "`": (fence,),
    "~": (fence,),
    ">": (blockquote,),
    "[": (_define,),
    "<": (html_block,),
    "#": (_heading,),
}
"""First character after the indent → rules to try, in markdown-it's order."""

_ENDS_PARAGRAPH = _RULES | {"[": (_define_note,)}
_ENDS_QUOTE = {character: rules for character, rules in _RULES.items() if character != "["}
_ENDS_ITEM: dict[str, tuple[Rule, ...]] = {
    "`": (fence,),
    "~": (fence,),
    ">": (blockquote,),
    **dict.fromkeys("*-_", (_rule,)),
}


class BlockState(StateBlock):
    """A parser state that finds lines and creates tokens faster."""

    def __init__(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        self.may_hold_tables = "|" in src
        self.may_define = "]:" in src and "literal_brackets" not in env
        lines = src.split("\n")
        if not lines[-1].strip(_SPACES):
            lines.pop()
        count = len(lines)
        lengths = [len(line) + 1 for line in lines]
        begins = [0, *itertools.accumulate(lengths)] if lines else [0]
        ends = [begin - 1 for begin in begins[1:]]
        shifts, indents = [0] * (count + 1), [0] * (count + 1)
        if src[:1] in _BLANKS or "\n " in src or "\n\t" in src:
            for number, line in enumerate(lines):
                if line[:1] in _BLANKS:
                    shift = len(line) - len(line.lstrip(_SPACES))
                    shifts[number] = shift
                    indents[number] = len(line[:shift].expandtabs(4)) if "\t" in line else shift
        self.lineMax = count
        # A sentinel, because rules look past the last line.
        begins[-1] = len(src)
        self.bMarks, self.eMarks = begins, [*ends, len(src)]
        self.tShift, self.sCount, self.bsCount = shifts, indents, [0] * (count + 1)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Add a token, and change the level if it opens or closes."""
        token = QuickToken(ttype, tag, nesting)
        token.block = True
        if nesting < 0:
            self.level -= 1
        token.level = self.level
        if nesting > 0:
            self.level += 1
        self.tokens.append(token)
        return token


class Blocks(ParserBlock):
    """markdown-it's block parser, with the same result."""

    def __init__(self) -> None:
        super().__init__()
        for name in self.ruler.get_all_rules():
            self.ruler.disable(name)
        self.ruler.push("code", code)  # the state checks for this name to treat four spaces as code
        self.ruler.push("ends_paragraph", _ends_paragraph, {"alt": ["paragraph", "reference"]})
        self.ruler.push("ends_quote", _ender(_ENDS_QUOTE), {"alt": ["blockquote"]})
        self.ruler.push("ends_item", _ender(_ENDS_ITEM), {"alt": ["list"]})

    def parse(self, src: str, md: MarkdownIt, env: EnvType, outTokens: list[Token]) -> list[Token] | None:  # noqa: N803
        """Add the tokens of the blocks of `src`."""
        if not src:
            return None
        state = BlockState(src, md, env, outTokens)
        self.tokenize(state, state.line, state.lineMax)
        return state.tokens

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Parse the blocks of a range of lines. Differs from markdown-it only in how it finds the rule."""
        begins, ends, shifts, indents = state.bMarks, state.eMarks, state.tShift, state.sCount
        line, had_empty_lines = startLine, False
        while line < endLine:
            last = state.lineMax
            while line < last and begins[line] + shifts[line] >= ends[line]:
                line += 1
            state.line = line
            if line >= endLine or indents[line] < state.blkIndent:
                return
            if state.level < DEEPEST:
                _read(state, line, endLine)
            else:
                _paragraph(state, line, endLine)
            state.tight = not had_empty_lines
            line = state.line
            if line - 1 < endLine and begins[line - 1] + shifts[line - 1] >= ends[line - 1]:
                had_empty_lines = True
            if line < endLine and begins[line] + shifts[line] >= ends[line]:
                had_empty_lines = True
                line += 1
                state.line = line


def _read(state: StateBlock, line: int, end: int) -> None:
    """Parse one block."""
    if state.sCount[line] - state.blkIndent >= 4 and code(state, line, end, False):
        return
    if _may_head_table(state, line, end) and read_table(state, line, end, False):
        return
    rules = _RULES.get(state.src[state.bMarks[line] + state.tShift[line]])
    if rules is None or not _any_of(rules, state, line, end, False):
        _paragraph(state, line, end)


def _may_head_table(state: StateBlock, line: int, end: int) -> bool:
    if not state.may_hold_tables or line + 2 > end:  # type: ignore[attr-defined]  # it is a BlockState
        return False
    second = state.bMarks[line + 1] + state.tShift[line + 1]
    return state.src[second : second + 1] in {"|", "-", ":"}


def _ends_paragraph(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    if _may_head_table(state, line, end) and read_table(state, line, end, silent):
        return True
    rules = _ENDS_PARAGRAPH.get(state.src[state.bMarks[line] + state.tShift[line]])
    return rules is not None and _any_of(rules, state, line, end, silent)


def _any_of(rules: tuple[Rule, ...], state: StateBlock, line: int, end: int, silent: bool) -> bool:
    for rule in rules:  # noqa: SIM110  # faster than `any`
        if rule(state, line, end, silent):
            return True
    return False


def _ender(rules: dict[str, tuple[Rule, ...]]) -> Rule:
    def ends(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        begin = state.bMarks[line] + state.tShift[line]
        own = rules.get(state.src[begin : begin + 1])
        return own is not None and _any_of(own, state, line, end, silent)

    return ends


def _paragraph(state: StateBlock, start: int, end: int) -> None:
    """Parse a paragraph, or a heading underlined with `===` or `---`."""
    line, begins, shifts, ends = start + 1, state.bMarks, state.tShift, state.eMarks
    if line >= state.lineMax or begins[line] + shifts[line] >= ends[line]:  # the usual case: one line
        _add(state, "paragraph", "p", state.src[begins[start] + shifts[start] : ends[start]])
        state.line = line
        return
    if end != state.lineMax:  # the two rules use different ends
        if not lheading(state, start, end, False):
            paragraph(state, start, end, False)
        return
    above, state.parentType = state.parentType, "paragraph"
    level = 0
    while line < end and begins[line] + shifts[line] < ends[line]:
        indent = state.sCount[line]
        if indent - state.blkIndent <= 3:
            level = _underline(state, line) if indent >= state.blkIndent else 0
            if level or (indent >= 0 and _ends_paragraph(state, line, end, True)):
                break
        line += 1
    state.parentType = above
    content = state.getLines(start, line, state.blkIndent, False)
    _add(state, *(("heading", f"h{level}") if level else ("paragraph", "p")), content)
    state.line = line + 1 if level else line


def _add(state: StateBlock, name: str, tag: str, content: str) -> None:
    """Add a paragraph or heading, as one token unless a list may hide its tags or a note may end in it."""
    inline = QuickToken("inline", "" if state.level else tag, 0)
    inline.content, inline.children = content.strip(MD_TRIM_CHARS), []
    if state.level == 0:
        state.tokens.append(inline)
        return
    opening = QuickToken(name + "_open", tag, 1)
    opening.level = state.level
    state.tokens += (opening, inline, QuickToken(name + "_close", tag, -1))


def _underline(state: StateBlock, line: int) -> int:
    """Return the level of the heading that an underline makes; 0 if it is not one."""
    begin, end = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    marker = state.src[begin]
    if marker not in "=-" or state.src[begin:end].rstrip(_SPACES).strip(marker):
        return 0
    return 1 if marker == "=" else 2
