"""Find the terms of a Chinese title, which has no spaces and no capitals: what the text repeats of it."""

from __future__ import annotations

import re
from collections.abc import Collection

_RUN = re.compile(r"[\u4e00-\u9fff]{3,}")
_SHORTEST = 3
"""Number of characters of a term. Words of two are too common."""
_EXAMINED = 1500
"""Number of characters of the text that are searched."""
_FEWEST = 2


def terms_of(title: str, text: str, quotes: Collection[str]) -> list[str]:
    """Return the parts of a title that its text contains at least twice, the longest first.

    Parts of `quotes`, which are features themselves, are left out.
    """
    if len(text) < _SHORTEST:
        return []
    beginning = text[:_EXAMINED]
    found: dict[str, None] = {}
    for match in _RUN.finditer(title):
        run, start = match[0], 0
        while start + _SHORTEST <= len(run):
            end = start + _SHORTEST
            if beginning.count(run[start:end]) < _FEWEST:
                start += 1
                continue
            while end < len(run) and beginning.count(run[start : end + 1]) >= _FEWEST:
                end += 1
            found[run[start:end]] = None
            start = end
    terms = (term for term in found if not any(term in quote or quote in term for quote in quotes))
    return sorted(terms, key=lambda term: -len(term))
