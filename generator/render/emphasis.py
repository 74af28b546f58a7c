"""Decide which runs of `*`, `_` and `~` open or close emphasis, also beside Chinese, Japanese and Korean.

By CommonMark 0.31.2, a run whose inner side touches punctuation counts only beside a space or other
punctuation, so that `**注意：**汉字` is not rendered. The CJK-friendly amendments
(https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md) drop this condition for CJK
punctuation and beside CJK characters. Text without such characters is parsed exactly as in CommonMark.
"""

from __future__ import annotations

import functools
import re
import unicodedata

# East Asian Width W, F or H without emoji presentation, or script Hangul (Unicode 16), as first and last code
# points. Gaps of unassigned code points are bridged.
_CJK_RANGES = (
    (0x1100, 0x11FF), (0x20A9, 0x20A9), (0x2329, 0x232A), (0x2630, 0x2637), (0x268A, 0x268F),
    (0x2E80, 0x303E), (0x3041, 0x321E), (0x3220, 0x3247), (0x3250, 0x4DBF), (0x4DC0, 0xA4C6),
    (0xA960, 0xA97C), (0xAC00, 0xD7FB), (0xF900, 0xFAFF), (0xFE10, 0xFE19), (0xFE30, 0xFE6B),
    (0xFF01, 0xFFEE), (0x16FE0, 0x1B2FB), (0x1D300, 0x1D376), (0x1F200, 0x1F200), (0x1F202, 0x1F202),
    (0x1F210, 0x1F219), (0x1F21B, 0x1F22E), (0x1F230, 0x1F231), (0x1F237, 0x1F237), (0x1F23B, 0x1F23B),
    (0x1F240, 0x1F265), (0x20000, 0x3FFFD),
)  # fmt: skip
_CJK = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _CJK_RANGES) + "]")

_VARIATION = re.compile("[\ufe00-\ufe0e]")
"""Variation selectors, which select a glyph of the preceding character. U+FE0F requests an emoji and is
excluded.
"""
_IDEOGRAPHIC_VARIATION = re.compile("[\U000e0100-\U000e01ef]")
_FULL_WIDTH_QUOTE = re.compile("[‘’“”]\ufe01")
_SPACE = re.compile("[\t\n\x0b\x0c\r\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def is_cjk(character: str) -> bool:
    """Return whether a character is Chinese, Japanese or Korean in the sense of the amendments."""
    return _CJK.match(character) is not None


def closes_up(before: str, after: str) -> bool:
    """Return whether a line break between two characters is rendered as nothing instead of a space.

    This is the case between Chinese and Japanese characters. Korean separates words by spaces.
    """
    if before < "\u1100" or after < "\u1100":
        return False
    return all(is_cjk(character) and not _is_hangul(character) for character in (before, after))


@functools.lru_cache(maxsize=4096)
def _is_hangul(character: str) -> bool:
    return unicodedata.name(character, "").startswith(("HANGUL", "HALFWIDTH HANGUL"))


def flanking(source: str, start: int, end: int, most: int, *, inside_words: bool) -> tuple[bool, bool]:
    """Return whether the run of markers `source[start:end]` can open, and can close, emphasis.

    The text ends at `most`. `inside_words` is true for `*` and `~`, which may split a word, not for `_`.
    """
    before, before_is_cjk = _sequence_before(source, start)
    space_before, mark_before, _ = _kind(before)
    space_after, mark_after, after_is_cjk = _kind(source[end] if end < most else " ")
    foreign_before = mark_before and not before_is_cjk
    foreign_after = mark_after and not after_is_cjk

    left = not space_after and (not foreign_after or space_before or mark_before or before_is_cjk)
    right = not space_before and (not foreign_before or space_after or mark_after or after_is_cjk)
    opens = left and (inside_words or not right or mark_before)
    closes = right and (inside_words or not left or mark_after)
    return opens, closes


@functools.lru_cache(maxsize=4096)
def _kind(character: str) -> tuple[bool, bool, bool]:
    """Return whether a character is white space, punctuation, and CJK."""
    is_mark = unicodedata.category(character)[0] in "PS"
    return _SPACE.match(character) is not None, is_mark, is_cjk(character)


def _sequence_before(source: str, start: int) -> tuple[str, bool]:
    """Return the character before a run, ignoring a variation selector, and whether it counts as CJK."""
    if start == 0:
        return " ", False
    character = source[start - 1]
    if character < "\u1100":  # below the first CJK character
        return character, False
    if start > 1 and _VARIATION.match(character):
        base = source[start - 2]
        return base, is_cjk(base) or bool(_FULL_WIDTH_QUOTE.match(base + character))
    return character, _kind(character)[2] or bool(_IDEOGRAPHIC_VARIATION.match(character))
