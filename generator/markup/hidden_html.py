"""Find parts of raw HTML that browsers do not display: comments, declarations, scripts, styles."""

from __future__ import annotations

import re

BEGINS = r"<(?:!--(?:-?>)?|\?(?!php\b|=)|!\[CDATA\[|!doctype\b|(?:script|style)(?=[\s>]))"
"""How each begins, in any case. `<?php` and `<!ENTITY` are code that is displayed."""

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
"""What ends each part, and what shows that an end belongs to something else.

`<?xml` is usually code in the text, and long, so a blank line leaves it open. After a blank line, an arrow
within a line does not end a comment, and another beginning shows that the first was not open. An end in code
is only mentioned.
"""
_HOLDS_BLANK_LINES = frozenset({"<!--", "<script", "<style"})


class HiddenParts:
    """Finds the ends of the hidden parts of a text, in linear time for all of them.

    Must be asked in the order of the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, tuple[int, int | None]] = {}
        """Kind → where its last search stopped, and the end of the part; None if it is not closed."""

    def end_of(self, begin: re.Match[str]) -> int | None:
        """Return the end of the part that a match of `BEGINS` starts; None if it is not closed."""
        opening = begin[0].lower()
        if opening in {"<!-->", "<!--->"}:
            return begin.end()
        if self._next.get(opening, (-1, None))[0] < begin.end():
            self._next[opening] = self._searched(opening, begin.end())
        return self._next[opening][1]

    def _searched(self, opening: str, start: int) -> tuple[int, int | None]:
        """Return where a search stops, and the end of the part; None if it is not closed."""
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
                case None:  # a blank line, whose second line end may start another
                    is_apart, position = True, mark.end() - 1
                    if opening not in _HOLDS_BLANK_LINES:
                        return mark.start(), None
        return len(self._text), None
