"""Measure how many of a title's words occur in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from generator.reading.text import bare, unescaped

_WORD = re.compile(r"[^\W_]+")
_WIDE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")
_FEWEST = 4
"""Number of letters of a significant word, in scripts with spaces between words."""


def words_of(title: str) -> frozenset[str]:
    """Return the significant words of a title, and the character pairs of its Chinese, Japanese or Korean."""
    text = unescaped(title).casefold()
    found: set[str] = set()
    for run in _WIDE.findall(text):
        found.update(run[n : n + 2] for n in range(len(run) - 1))
    found.update(word for word in _WORD.findall(_WIDE.sub(" ", text)) if len(word) >= _FEWEST)
    return frozenset(found)


def share_in(words: frozenset[str], text: str) -> float:
    """Return the share of a title's words in a text; 1 if the title has too few words."""
    if len(words) < 2:
        return 1.0
    return sum(map(bare(text).__contains__, _bare(words))) / len(words)


@lru_cache(8)  # a title is compared with many texts
def _bare(words: frozenset[str]) -> list[str]:
    return [bare(word) for word in words]
