"""Parts of raw HTML that no browser shows: comments, declarations, instructions, scripts, styles."""

from __future__ import annotations

import re

BEGINS = r"<(?:!--(?:-?>)?|\?(?!php\b|=)|!\[CDATA\[|!doctype\b|(?:script|style)(?=[\s>]))"
"""How each begins; to be read without regard to case. Not `<?php` or `<!ENTITY`: those are code, shown."""

_BLANK_LINE = r"|\n[ \t>]*\n"
_CODE = r"|(?P<fence>^ {0,3}(?:```|~~~))|(?P<span>(?<!`)(?P<marks>`{1,9}+)[^`\n]++(?P=marks)(?!`))"
_FLAGS = re.IGNORECASE | re.MULTILINE
_MARKS = {
    "<!--": re.compile(r"(?P<end>--!?>)(?P<last>[ \t]*$)?|(?P<begin><!--)" + _BLANK_LINE, _FLAGS),
    "<script": re.compile(r"(?P<end></script\s*>)|(?P<begin>^<script\b)" + _CODE + _BLANK_LINE, _FLAGS),
    "<style": re.compile(r"(?P<end></style\s*>)|(?P<begin>^<style\b)" + _CODE + _BLANK_LINE, _FLAGS),
    "<?": re.compile(r"(?P<end>\?>)" + _BLANK_LINE),
    "<![cdata[": re.compile(r"(?P<end>\]\]>)" + _BLANK_LINE),
    "<!doctype": re.compile("(?P<end>>)" + _BLANK_LINE),
}
"""What ends each, and what tells that the end is not its own.

`<?xml` is mostly code that a page shows, and long: a blank line leaves such open. Behind a blank line, an
arrow within a line ends no comment, and what begins again was not open; an end in code is spoken of.
"""
_HOLDS_BLANK_LINES = frozenset({"<!--", "<script", "<style"})


class HiddenParts:
    """Finds where the hidden parts of one text end, in linear time for all of them.

    Ask in the order of the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, tuple[int, int | None]] = {}
        """By kind, where the search of the last one stopped, and the end of the part if it found one."""

    def end_of(self, begin: re.Match[str]) -> int | None:
        """Where the part that a match of `BEGINS` begins is over; None where it is not closed."""
        opening = begin[0].lower()
        if opening in {"<!-->", "<!--->"}:
            return begin.end()
        if self._next.get(opening, (-1, None))[0] < begin.end():
            self._next[opening] = self._searched(opening, begin.end())
        return self._next[opening][1]

    def _searched(self, opening: str, start: int) -> tuple[int, int | None]:
        """Where a search from some place stops, and the end of the part; None where it is not closed."""
        in_code = is_apart = False
        position = start
        while mark := _MARKS[opening].search(self._text, position):
            position = mark.end()
            match mark.lastgroup:
                case "end" | "last" if not in_code and (
                    not is_apart or opening != "<!--" or mark["last"] is not None
                ):
                    return mark.start(), mark.end("end")
                case "begin" if is_apart and not in_code:
                    return mark.start(), None
                case "fence":
                    in_code = not in_code
                case None:  # a blank line, whose second end may begin another
                    is_apart, position = True, mark.end() - 1
                    if opening not in _HOLDS_BLANK_LINES:
                        return mark.start(), None
        return len(self._text), None
