"""Parts of raw HTML that no browser shows: comments, declarations, instructions, scripts, styles."""

from __future__ import annotations

import re

BEGINS = r"<(?:!--(?:-?>)?|\?|!\[CDATA\[|![a-z]|(?:script|style)(?=[\s>]))"
"""How each begins; to be read without regard to case."""

_BLANK_LINE = r"|\n[ \t]*\n"
_ENDS = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\s*>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*>", re.IGNORECASE),
    "<?": re.compile(r"\?>" + _BLANK_LINE),
    "<![cdata[": re.compile(r"\]\]>" + _BLANK_LINE),
    "<!": re.compile(">" + _BLANK_LINE),
}
"""What ends each. `<?php` and `<!ENTITY` are mostly code that an article shows: no blank line stands in them."""


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
        kind = opening if opening in _ENDS else "<!"
        stop, end = self._next.get(kind, (-1, None))
        if stop < begin.end():
            found = _ENDS[kind].search(self._text, begin.end())
            stop = found.start() if found else len(self._text)
            end = found.end() if found and not found[0].startswith("\n") else None
            self._next[kind] = stop, end
        return end
