"""Parse tables as markdown-it does: cells are split by an expression, and are one token instead of three."""

from __future__ import annotations

import re

from markdown_it.common.utils import MD_TRIM_CHARS
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import MAX_AUTOCOMPLETED_CELLS
from markdown_it.token import Token

from generator.render.markdown.tokens import QuickToken

_DELIMITER = re.compile(r"\s*:?-{3,}:?\s*")
_NUMBER = re.compile(
    r"(?:[-+−±~≈<>≤≥]\s?)?[$€£¥]?\s?\d[\d.,'\u2009\u00a0 ]*+(?:%|‰|[A-Za-zµ]{1,3}|[万亿元倍]{1,2})?|[-–—]?"
)
"""A number, perhaps with a unit, or a sign that there is none."""
_DIVIDER = re.compile(r"(?<!\\)\|")


def read_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Parse a table. A cell is an `inline` token with the tag `td` or `th`, and its alignment as `info`."""
    if not table(state, start, end, True):
        return False
    if silent:
        return True
    alignments = [_alignment(cell) for cell in map(str.strip, _line(state, start + 1).split("|")) if cell]
    state.env["tables"] = True
    above, state.parentType = state.parentType, "table"
    begin = len(state.tokens)
    state.push("table_open", "table", 1)
    state.push("thead_open", "thead", 1)
    _add_row(state, "th", _cells(_line(state, start)), alignments)
    state.push("thead_close", "thead", -1)
    line = _read_rows(state, start + 2, end, alignments)
    state.push("table_close", "table", -1)
    _align_numbers([token for token in state.tokens[begin:] if token.type == "inline"], alignments)
    state.parentType = above
    state.line = line
    return True


def _read_rows(state: StateBlock, line: int, end: int, alignments: list[str]) -> int:
    first, missing = line, 0
    enders = state.md.block.ruler.getRules("blockquote")
    while line < end and state.sCount[line] >= state.blkIndent:
        if any(ends(state, line, end, True) for ends in enders):
            break
        row = _line(state, line)
        if not row or state.is_code_block(line):
            break
        cells = _cells(row)
        missing += len(alignments) - len(cells)
        if missing > MAX_AUTOCOMPLETED_CELLS:
            break
        if line == first:
            state.push("tbody_open", "tbody", 1)
        _add_row(state, "td", _fitted(cells, len(alignments)), alignments)
        line += 1
    if line > first:
        state.push("tbody_close", "tbody", -1)
    return line


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip(MD_TRIM_CHARS)


def _alignment(cell: str) -> str:
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left" if cell.startswith(":") else ""


def _cells(row: str) -> list[str]:
    cells = [cell.replace("\\|", "|") for cell in _DIVIDER.split(row)] if "\\" in row else row.split("|")
    return cells[1 if cells[0] == "" else 0 : -1 if len(cells) > 1 and cells[-1] == "" else None]


def _fitted(cells: list[str], columns: int) -> list[str]:
    """Return a row's cells, with the text of excess cells in the last one. GFM drops it.

    Excess cells come from a `|` in code, and from nested tables, which clippers write on one line.
    """
    rest = cells[columns - 1 :]
    if len(rest) < 2 or not any(map(str.strip, rest[1:])):
        return cells
    if any(map(_DELIMITER.fullmatch, rest)):
        text = " | ".join([cell.strip() for cell in rest if cell.strip() and not _DELIMITER.fullmatch(cell)])
    else:
        text = "|".join(rest).rstrip("| \t")
    return [*cells[: columns - 1], text]


def _add_row(state: StateBlock, tag: str, cells: list[str], alignments: list[str]) -> None:
    state.push("tr_open", "tr", 1)
    for column, alignment in enumerate(alignments):
        cell = QuickToken("inline", tag, 0)
        cell.content = cells[column].strip(MD_TRIM_CHARS) if column < len(cells) else ""
        cell.info = alignment
        cell.children = []
        state.tokens.append(cell)
    state.push("tr_close", "tr", -1)


def _align_numbers(cells: list[Token], alignments: list[str]) -> None:
    """Align columns of numbers with their ends, unless the author aligned them. The first row is a header."""
    for column, alignment in enumerate(alignments):
        own = cells[column :: len(alignments)]
        texts = [cell.content.strip("*_` ") for cell in own[1:]]
        if not alignment and any(texts) and all(map(_NUMBER.fullmatch, texts)):
            for cell in own:
                cell.info = "end"
