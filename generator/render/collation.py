"""Sorts names for readers: by letters, and Chinese ones by pinyin."""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_right

DIGITS = "0–9"
OTHERS = ""
"""The initial of names that begin with another script, or with a rare Chinese character."""
_LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
_FIRST_CHARACTERS = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
"""For each of these letters, the first character whose pinyin begins with it. No pinyin has I, U or V."""
_COMMON = b"\xd8"
"""The 3,755 common characters of GB 2312 come before this byte, in the order of their pinyin."""

Collated = tuple[tuple[int, str | bytes], ...]
"""The characters of a name, each with its rank among kinds of characters and its key among its kind."""


@functools.lru_cache(4096)
def initial(name: str) -> str:
    """Return the letter under which a name is listed, from `A` to `Z`, else `DIGITS` or `OTHERS`."""
    first = _folded(name)[:1]
    if "a" <= first <= "z":
        return first.upper()
    if first.isdecimal():
        return DIGITS
    code = _code(first)
    return _LETTERS[bisect_right(_CODES, code) - 1] if code else OTHERS


@functools.lru_cache(4096)
def collated(name: str) -> Collated:
    """Return the sort key of a name among those of its initial: other scripts first, then Chinese."""
    return (*((_kind_and_key(character)) for character in _folded(name)), (-1, name))


def _kind_and_key(character: str) -> tuple[int, str | bytes]:
    code = _code(character)
    return (1, code) if code else (0 if character < "\u2e80" else 2, character)


def _folded(name: str) -> str:
    """Return a name from its first letter or digit on, without case and accents."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(one)
    )
    start = next((at for at, one in enumerate(plain) if one.isalnum()), 0)
    return unicodedata.normalize("NFC", plain[start:])


def _code(character: str) -> bytes:
    """Return a common Chinese character in GB 2312, which sorts by pinyin; empty for all others."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return b""
    return code if _CODES[0] <= code < _COMMON else b""


_CODES = [character.encode("gb2312") for character in _FIRST_CHARACTERS]
