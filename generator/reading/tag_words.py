"""Find the words of `[tags]` in an article.

Words of scripts with spaces match as whole words, those of other scripts anywhere: `AI` is in `用AI写`, and
not in `aim`. Words in capitals match capitals only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.config.tags import plain_words
from generator.reading.prose import plain_text

_NO_SPACES = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u1a20-\u1aaf\u2e80-\u2fff\u3005-\u303c"
    "\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    "\U00016fe0-\U00018aff\U0001b000-\U0001b2ff\U00020000-\U000323af"
)
"""Letters of scripts without spaces: Thai, Lao, Tibetan, Burmese, Khmer, Han, kana, Yi; and Hangul, whose
particles follow without one.
"""
_LETTER = re.compile(rf"[^\W_{_NO_SPACES}]|[\u0300-\u036f]")
"""A letter or digit of a script with spaces, or a mark on one."""


def words_in(title: str, text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return those of some words, in their forms and sorted, that a title or a Markdown text contains."""
    if not words:
        return ()
    written = f"{plain_words(title)}\n{plain_words(plain_text(text))}"  # no word spans the two
    folded = written.casefold()
    return tuple(word for word in words if _contains(written if word.isupper() else folded, word))


def _contains(text: str, word: str) -> bool:
    begins, ends = _LETTER.match(word[0]), _LETTER.match(word[-1])
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        is_after_letter = begins and at and _LETTER.match(text, at - 1)
        is_before_letter = ends and _LETTER.match(text, end)
        if not (is_after_letter or is_before_letter):
            return True
        at = text.find(word, at + 1)
    return False
