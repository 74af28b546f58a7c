"""Terms of texts, as keys: words, names and their parts, and pairs of characters.

A key is a number, and all that an index knows of a term. `templates/assets/search-terms.js` makes the same
keys in browsers.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

from generator.search.table import (
    BLANKED,
    JOINING,
    KEY_BITS,
    LONGEST_NAME,
    MARKS,
    PAIRED,
    PARTING,
    REPLACED,
    SPREAD,
    character_class,
)

_WORD = f"[^{character_class(PAIRED)}{character_class(PARTING)}]+"
_RUN = f"[{character_class(PAIRED)}]+"
_JOINED = f"[{re.escape(JOINING)}]"
_NAME = re.compile(rf"\.?{_WORD}(?:{_JOINED}{_WORD})*(?:(?:\+\+?|#)(?!{_WORD}))?")
_NAME_OR_RUN = re.compile(f"({_RUN})|{_NAME.pattern}")
_PARTS = re.compile(f"({_JOINED})")
_RUNS = re.compile(_RUN)
_UNPAIRED = re.compile(f"[^{character_class(PAIRED)}]+")
_MARK = re.compile(f"[{character_class(MARKS)}]+")
_OTHER_LETTER = re.compile(f"[^\0-\x7f{character_class(PAIRED)}{character_class(PARTING)}]")
_WORDS = (
    bytes(code if chr(code).isalnum() or code in b"-._+#" else 0x20 for code in range(128)).lower()
    + b" " * 128
)
"""Small letter, digit, or sign that a name may have → itself; any other byte → a space."""
_BLANKED = re.compile(f"[{character_class(BLANKED)}]")
_NOT_PLAIN = (
    "[^\0-\x7f\xa0\xa9\xab\xae\xb0\xb7\xbb\xd7\u200b-\u2010\u2013-\u2026\u2190-\u2199\u2248\u2264\u2265"
    "\u25a0-\u27bf\ufe0f\U0001f300-\U0001faff\u3001-\u3029\u3030\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf"
    "\u4e00-\u9fff\uff01\uff02\uff04-\uff0a\uff0c\uff0f\uff1a-\uff20\uff3b-\uff3e\uff5b-\uff60]"
)
"""What may fold to something else than its small letters. Most Chinese texts have none of it, and folding one
takes as long as finding its terms."""
_FOLDING = re.compile(_NOT_PLAIN)
_FOLDED_PART = re.compile(f"[\\s\\S]?{_NOT_PLAIN}+")
"""What folds alike within a text and alone: a mark may join the character before it."""


def folded(text: str) -> str:
    """Return a text in the form in which its terms are found: NFKC, small letters, without diacritics."""
    text = unicodedata.normalize("NFKC", _BLANKED.sub(" ", text)).lower()
    text = unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", text)))
    for letter, others in REPLACED.items():
        text = text.replace(letter, others)
    return text


def keys_of(text: str) -> set[int]:
    """Return the keys of all terms of a text."""
    is_ascii = text.isascii()
    is_plain = is_ascii or not _FOLDING.search(text)
    if not is_plain:
        text = _FOLDED_PART.sub(_folded_part, text)
    if is_plain or not _OTHER_LETTER.search(text):
        # Splitting bytes takes a third of the time of finding names in text.
        words = text.encode("ascii", "replace").translate(_WORDS).replace(b". ", b" ")
        found = _keys_of_words(set(words.split()))
    else:
        names = set(_NAME.findall(_RUNS.sub(" ", text).lower()))
        found = {crc32(name.encode()) >> _SHIFT for name in names if name.isalnum()}
        found.update(*(_keys_of_name(name) for name in names if not name.isalnum()))
    if not is_ascii:
        found.update(_keys_of_pairs(_UNPAIRED.sub("\0", text)))
    return found


def wanted_keys(text: str) -> list[int]:
    """Return the keys that a text has if it contains what a reader typed, in its order.

    A single character of a script that is searched by pairs has none.
    """
    found: dict[int, None] = {}
    for one in _NAME_OR_RUN.finditer(folded(text)):
        if one[1]:
            pairs = pairwise(_in_order(array("H", one[1].encode("utf-16-le", "surrogatepass"))))
            found |= dict.fromkeys(_key_of_pair(first | second << 16) for first, second in pairs)
        else:
            found |= dict.fromkeys(map(key_of, _wanted(one[0])))
    return list(found)


def key_of(term: str) -> int:
    """Return the key of a word or name."""
    return crc32(term.encode("utf-8", "surrogatepass")) >> _SHIFT


def packed(keys: Iterable[int]) -> bytes:
    """Return keys as sorted 32-bit numbers, as the cache stores them."""
    return array("I", sorted(keys)).tobytes()


_SHIFT = 32 - KEY_BITS
_EACH = (1 << KEY_BITS) - 1


def _key_of_pair(pair: int) -> int:
    """Return the key of two UTF-16 code units, of which the first is in the lower half."""
    return (pair * SPREAD & 0xFFFF_FFFF) >> _SHIFT


@lru_cache(1 << 10)
def _folded(part: str) -> str:
    return folded(part)


def _folded_part(match: re.Match[str]) -> str:
    return _folded(match[0])


def _keys_of_words(words: set[bytes]) -> set[int]:
    """Return the keys of what stands between spaces, in small letters. Most are words, which are one term."""
    others = [word for word in words if not word.isalnum()]
    words.difference_update(others)
    keys = {crc32(word) >> _SHIFT for word in words}
    keys.update(*map(_keys_of_names, others))
    return keys


@lru_cache(1 << 12)
def _keys_of_names(text: bytes) -> tuple[int, ...]:
    return tuple({key for name in _NAME.findall(text.decode()) for key in _keys_of_name(name)})


@lru_cache(1 << 12)
def _keys_of_name(name: str) -> tuple[int, ...]:
    return tuple(map(key_of, _terms(name)))


def _keys_of_pairs(runs: str) -> array[int]:
    """Return the keys of all pairs in runs of characters with a null between them.

    Reading two units as one number takes a tenth of the time of joining characters. The keys are calculated
    as parts of one large number, like `_key_of_pair` in a third of its time.
    """
    units = runs.encode("utf-16-le", "surrogatepass")
    units += b"\0" * (4 - len(units) % 4)
    every = _in_order(array("I", units + units[2:] + b"\0\0"))
    pairs = _in_order(array("Q", [pair for pair in set(every) if pair > 0xFFFF and pair & 0xFFFF]))
    mask = int.from_bytes(_EACH.to_bytes(8, "little") * len(pairs), "little")
    keys = int.from_bytes(pairs.tobytes(), "little") * SPREAD >> _SHIFT & mask
    return _in_order(array("Q", keys.to_bytes(8 * len(pairs), "little")))


def _in_order(numbers: array[int]) -> array[int]:
    """Return numbers whose lowest byte comes first as this machine has them, or the reverse."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _terms(name: str) -> set[str]:
    """Return the terms of a name: all its parts of at most `LONGEST_NAME` words, and with signs at its ends.

    `.NET` is also `.net`, and `C++` also `c++`.
    """
    first, parts, last = _split(name)
    if len(parts) == 3 and not (first or last):
        return {parts[0], parts[2], name}
    terms = {
        "".join(parts[start:end])
        for start in range(0, len(parts), 2)
        for end in range(start + 1, min(len(parts), start + 2 * LONGEST_NAME) + 1, 2)
    }
    return terms.union(_with_signs(first, parts, last))


def _wanted(name: str) -> Iterator[str]:
    """Yield the longest terms of a name, which tell it from others."""
    first, parts, last = _split(name)
    yield from _with_signs(first, parts, last)
    width = 2 * LONGEST_NAME - 1
    if len(parts) > 1 or not (first or last):
        for start in range(0, max(1, len(parts) - width + 1), 2):
            yield "".join(parts[start : start + width])


def _split(name: str) -> tuple[str, list[str], str]:
    """Return the sign before a name, its words with what joins them, and the signs after it."""
    core = name.rstrip("+#")
    first = "." if core[0] == "." else ""
    return first, _PARTS.split(core[len(first) :]), name[len(core) :]


def _with_signs(first: str, parts: list[str], last: str) -> Iterator[str]:
    if first:
        yield first + parts[0]
    if last:
        yield parts[-1] + last
