"""Leave out the sentences of an excerpt that say the same as another one, or as the title."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from generator.reading.openings import LEAD, repeats
from generator.reading.text import bare


@lru_cache(2)  # asked once to see whether it is long enough
def without_repetitions(text: str, title: str = "") -> str:
    """Return a text on one line without repeated sentences, and without a first one that is the title.

    Of two neighbours of which one contains the other, as a caption and a paragraph, the longer one stays. Of
    two that begin alike further apart, the first one does.
    """
    ends = [end.end() for end in _END.finditer(text[:_LONGEST])]
    if not _may_repeat(text, ends, title):
        return text
    kept: list[tuple[str, str]] = []
    for at, end in pairwise((0, *ends, len(text))):
        sentence = text[at:end].rstrip()
        words = bare(LEAD.sub("", sentence))
        if len(words) >= (_FEWEST if sentence.isascii() else _FEWEST // 2):
            if any(words in said for _, said in kept):
                continue
            if kept and len(kept[-1][1]) >= _FEWEST // 2 and kept[-1][1] in words:
                kept.pop()
        if not kept and title and end < len(text) and repeats(sentence, title):
            continue
        kept.append((sentence, words))
    return _joined([sentence for sentence, _ in kept])


def _joined(sentences: list[str]) -> str:
    """Return sentences on one line, with a space between them except behind full-width marks."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or text.endswith(("。", "！", "？")) else f" {sentence}"
    return text


_END = re.compile(r"[.!?](?<=[a-z\d)\]”’\"%][.!?]) +(?!$)|[。！？] *(?!$)")
"""The end of a sentence, unless it is an abbreviation or the end of the text."""
_LONGEST = 500
"""Number of characters that are compared sentence by sentence. Two lines have 160."""
_FEWEST = 20
"""Number of letters of a sentence that is compared. Half of them suffice in Chinese."""


def _may_repeat(text: str, ends: list[int], title: str) -> bool:
    """Return whether a sentence's first letters occur again in a text or the title. A quick filter."""
    if not ends:
        return False
    if title and title[:_PROBE] == text[: min(_PROBE, len(title))]:
        return True
    lead = LEAD.match(text)
    words, probe = text.lower(), 2 * _PROBE if text.isascii() else _PROBE
    return any(words.count(words[at : at + probe]) > 1 for at in (lead.end() if lead else 0, *ends))


_PROBE = 6
