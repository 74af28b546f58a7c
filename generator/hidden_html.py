"""Parts of raw HTML that no browser shows: comments, declarations, instructions, scripts, styles."""

from __future__ import annotations

import re

BEGINS = r"<(?:!--(?:-?>)?|\?(?!php\b|=)|!\[CDATA\[|!doctype\b|(?:script|style)(?=[\s>]))"
"""How each begins; to be read without regard to case. Not `<?php` or `<!ENTITY`: those are code, shown."""

_BLANK_LINE = r"|\n[ \t]*\n"
_ENDS = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\s*>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*>", re.IGNORECASE),
    "<?": re.compile(r"\?>" + _BLANK_LINE),
    "<![cdata[": re.compile(r"\]\]>" + _BLANK_LINE),
    "<!doctype": re.compile(">" + _BLANK_LINE),
}
"""What ends each. `<?xml` is mostly code that a page shows, and long: a blank line leaves such open."""


class HiddenParts:
    """Finds where the hidden parts of one text end, in linear time for all of them.

    Ask in the order of the text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, tuple[int, int | None]] = {}
        """By kind, where the next end or blank line stands, and the end of the part if it is one."""

    def end_of(self, begin: re.Match[str]) -> int | None:
        """Where the part that a match of `BEGINS` begins is over; None where it is not closed."""
        opening = begin[0].lower()
        if opening in {"<!-->", "<!--->"}:
            return begin.end()
        stop, end = self._next.get(opening, (-1, None))
        if stop < begin.end():
            found = _ENDS[opening].search(self._text, begin.end())
            stop = found.start() if found else len(self._text)
            end = found.end() if found and not found[0].startswith("\n") else None
            self._next[opening] = stop, end
        return end
