"""End truncated Markdown at its last whole sentence."""

from __future__ import annotations

import re

from generator.reading.prose import FENCE, HEADING, letters_in, plain_text

_ITEM = re.compile(r"[ \t>]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_BREAK = re.compile(rf"\n(?:(?={_ITEM.pattern})|[ \t]*>[ \t>]*\n)")
"""The end of a line above which a block is whole: a list item or another paragraph of a quote follows."""
_END = re.compile(
    r"""(?:(?<![A-Z\s.])(?<!\b[A-Z][a-z])[.!?…]['"”’)\]*_]{0,4}(?=\s|$)"""
    r"""|[。！？…]['"”’）」』*_]{0,4}|\s[a-z]{2,}[.!?](?=[A-Z][a-z]*[ ,]))(?=[^。！？]|$)"""
)
"""The end of a sentence. A capital letter before a full stop is an abbreviation or an initial.

The space behind it may be lost.
"""
_OPEN_TAG = re.compile(r"<[A-Za-z/!][^<>\n]{0,300}$")
_WIDE = re.compile("[\u3000-\u303f\uff01-\uff5e]$")
_SEAM = re.compile(r"(?:[;{}]|\s)(?=\s)")
"""The end of a line of code in a cell, where the clipper made line ends spaces."""
_TOKEN = re.compile(r"[\s;,|{}()\[\]]+(?=.)")
"""The end of a token of code that others follow."""
_LONG_LINE = 200
"""Number of characters of a line of code that is most likely a whole program, without its line ends."""
_LABEL = re.compile(r"\*\*[^*\n]{1,40}(?<![.!?。！？])\*\*|[^\s*:：]{2,10}[:：]")
"""A line in bold, or a word with a colon."""
_LONGEST = 10_000
"""Number of characters of a block that is examined; clippers cut after fewer."""
_TAIL = 6
"""Number of characters of a full stop and the marks behind it."""
_SAMPLE = 1000
_FEWEST = 20
"""Number of letters that are left of a text at least; else its fragment stays."""
_MARGIN = " \t>"
_CELL_OF_CODE = "| ``` "
ELLIPSIS = "…"


def at_whole_sentence(text: str) -> str:
    """Return a truncated text up to its last whole sentence, list item, row or line of code, with `…`.

    A link or picture whose target is cut off goes; its words stay. If nothing else was cut,
    the block above it is whole. A text of one fragment stays.
    """
    text = text.rstrip()
    if ("```" in text or "~~~" in text) and len(FENCE.findall(text)) % 2:
        return _with_code_closed(text)
    saved, text = text, _without_open_link(text)
    before, last = _last_block(text)
    is_whole = saved.startswith(f"{text}\n\n") and HEADING.match(last) is None
    kept = last if is_whole or len(last) > _LONGEST else _whole_part(last)
    if kept and not _is_structure(kept):
        return f"{before}\n\n{kept}".lstrip("\n") + (ELLIPSIS if _WIDE.search(kept) else f" {ELLIPSIS}")
    whole = f"{before}\n\n{kept}" if kept else _without_headings(before)
    if letters_in(plain_text(whole[:_SAMPLE])) < _FEWEST:
        return text + ELLIPSIS
    return f"{whole.strip()}\n\n{ELLIPSIS}"


def _last_block(text: str) -> tuple[str, str]:
    """Return the text before the last blank line, and after it."""
    start = max(text.rfind("\n\n"), 0)
    return text[:start].rstrip(), text[start:].lstrip("\n")


def _with_code_closed(text: str) -> str:
    """Return a text that is cut within code, with a closing fence behind the last whole line of code.

    A long last line, or the only one, stays up to its last whole token. Without code, the fence goes too.
    """
    *_, fence = FENCE.finditer(text)
    first = text.find("\n", fence.start())
    last = text.rfind("\n")
    whole = text[:last] if last > first else ""
    if first >= 0 and (not whole or len(text) - last > _LONG_LINE):
        *_, token = [None, *_TOKEN.finditer(text, last + 1)]
        if token and token.end() - last > _FEWEST:
            whole = text[: token.end()].rstrip()
    if first < 0 or not whole:
        return f"{text[: fence.start()].rstrip()}\n\n{ELLIPSIS}".lstrip("\n")
    return f"{whole}\n{fence[0].strip()}\n\n{ELLIPSIS}"


def _without_open_link(text: str) -> str:
    """Return a text without the link, picture or tag at its end that is not closed."""
    line = max(text.rfind("\n") + 1, len(text) - _LONGEST)
    at = text.rfind("](", line)
    if at >= 0 and ")" not in text[at:]:
        begin, label = text.rfind("[", line, at), text[text.rfind("[", line, at) + 1 : at]
        is_picture = begin > line and text[begin - 1] == "!"
        if begin >= 0:
            text = text[: begin - 1] if is_picture else text[:begin] + label
    begin = text.rfind("[", line)
    if begin >= 0 and "]" not in text[begin:]:
        is_picture = begin > line and text[begin - 1] == "!"
        text = text[: begin - 1].removesuffix("[") if is_picture else text[:begin] + text[begin + 1 :]
    tag = _OPEN_TAG.search(text, max(line, len(text) - 300))
    return (text[: tag.start()] if tag else text).removesuffix("[").rstrip()


def _is_structure(block: str) -> bool:
    """Return whether a block is a list or a table, or ends without a full stop: `…` stands below it."""
    is_listed = block.lstrip().startswith("|") or _ITEM.match(block) is not None
    ends = (end.end() for end in _END.finditer(block, max(len(block) - _TAIL, 0)))
    return is_listed or len(block) not in ends


def _whole_part(block: str) -> str:
    """Return a block up to the end of its last sentence, list item or row; empty if there is none."""
    rows, _, last_line = block.rpartition("\n")
    if last_line.lstrip(_MARGIN).startswith("|"):
        rows = f"{rows.rstrip()}\n{_row_with_code_closed(last_line)}".rstrip()
        return rows if rows.strip(f"|-:\n{_MARGIN}") else ""
    if HEADING.match(block):
        return ""
    *_, last = [None, *_BREAK.finditer(block)]
    start = last.end() if last else 0
    item = _ITEM.match(block, start)
    *_, end = [None, *_END.finditer(block, item.end() if item else start)]
    return block[: end.end()] if end else block[: last.start() if last else 0].rstrip()


def _row_with_code_closed(row: str) -> str:
    """Return a row of a table that is cut within code, with whole lines of code; empty if it is not."""
    start = row.rfind(_CELL_OF_CODE)
    if start < 0 or row.count("```") % 2 == 0:
        return ""
    *_, seam = [None, *_SEAM.finditer(row, start + len(_CELL_OF_CODE))]
    return f"{row[: seam.end()].rstrip()} ``` |" if seam else ""


def _without_headings(text: str) -> str:
    """Return a text without the headings and labels at its end, of which there are few."""
    for _ in range(6):
        before, last = _last_block(text)
        if not (HEADING.fullmatch(last) or _LABEL.fullmatch(last)):
            break
        text = before
    return text
