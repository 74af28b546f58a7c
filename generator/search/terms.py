"""Terms of texts, as keys: words, names and their parts, and pairs of characters.

A key is a number, and all that an index knows of a term. `templates/assets/search-query.js` makes the same
keys in browsers.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import compress, filterfalse, pairwise
from zlib import crc32

from generator.search.table import (
    BLANKED,
    DROPPED,
    JOINING,
    KEY_BITS,
    LONGEST_NAME,
    LONGEST_PHRASE,
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
_WORD_OR_RUN = re.compile(f"({_RUN})|{_WORD}")
_PARTS = re.compile(f"({_JOINED})")
_BYTE_PARTS = re.compile(_PARTS.pattern.encode())
_RUNS = re.compile(_RUN)
_UNPAIRED = re.compile(f"[^{character_class(PAIRED)}]+")
_MARK = re.compile(f"[{character_class(MARKS)}]+")
_OTHER_LETTER = re.compile(f"[^\0-\x7f{character_class(PAIRED)}{character_class(PARTING)}]")
_WORDS = (
    bytes(code if chr(code).isalnum() or code in b"-._+#" else 0x20 for code in range(128)).lower()
    + b" " * 128
)
"""Small letter, digit, or sign that a name may have → itself; any other byte → a space."""
_DROPPED = re.compile(f"[{character_class(DROPPED)}]+")
_BLANKED = re.compile(f"[{character_class(BLANKED)}]")
_NOT_PLAIN = (
    "[^\0-\x7f\xa0\xa9\xab\xae\xb0\xb7\xbb\xd7\u2013-\u2026\u2190-\u2199\u2248\u2264\u2265"
    "\u25a0-\u27bf\U0001f300-\U0001faff\u3001-\u3029\u3030\u3041-\u3096\u30a1-\u30fa\u30fc-\u30fe\u3400-\u4dbf"
    "\u4e00-\u9fff\uff01\uff02\uff04-\uff0a\uff0c\uff0f\uff1a-\uff20\uff3b-\uff3e\uff5b-\uff60]"
)
"""What may fold to something else than its small letters. Most Chinese texts have none of it, and folding one
takes as long as finding its terms."""
_FOLDING = re.compile(f"{_NOT_PLAIN}+")


def without_dropped(text: str) -> str:
    """Return a text without characters that have no width."""
    return _DROPPED.sub("", text)


def folded(text: str) -> str:
    """Return a text in the form in which its terms are found: NFKC, small letters, without diacritics."""
    text = unicodedata.normalize("NFKC", _BLANKED.sub(" ", without_dropped(text))).lower()
    text = unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", text)))
    for letter, others in REPLACED.items():
        text = text.replace(letter, others)
    return text


def keys_of(text: str) -> set[int]:
    """Return the keys of all terms of a text."""
    if words := _latin_words(text):
        return _keys_of_words(words)
    is_plain = not _FOLDING.search(text)
    if not is_plain:
        text = "".join(_folded_parts(text))
    found = _keys_of_pairs(_UNPAIRED.sub("\0", text))
    if is_plain or not _OTHER_LETTER.search(text):
        found |= _keys_of_words(text.encode("ascii", "replace").translate(_WORDS))
        return found
    names = set(_NAME.findall(_RUNS.sub(" ", text).lower()))
    found.update([crc32(name.encode()) >> _SHIFT for name in names if name.isalnum()])
    return found.union(*(_keys_of_name(name) for name in names if not name.isalnum()))


def wanted_keys(text: str) -> list[int]:
    """Return the keys that a text has if it contains what a reader typed, in its order.

    A single character of a script that is searched by pairs has none.
    """
    found: dict[int, None] = {}
    for one in _NAME_OR_RUN.finditer(folded(text)):
        found |= dict.fromkeys(_keys_of_run(one[1]) if one[1] else map(key_of, _wanted(one[0])))
    return list(found)


def phrases_of(text: str) -> set[str]:
    """Return the phrases of a tag or source: its words and pairs that follow each other, as their keys."""
    units = _units(text)
    return {
        " ".join(units[start:end])
        for start in range(len(units))
        for end in range(start + 1, min(len(units), start + LONGEST_PHRASE) + 1)
    }


def wanted_phrases(text: str) -> list[str]:
    """Return the longest phrases that a tag or source has if it contains what a reader typed."""
    units = _units(text)
    width = min(len(units), LONGEST_PHRASE)
    return [" ".join(units[start : start + width]) for start in range(len(units) - width + 1) if width]


def _units(text: str) -> list[str]:
    """Return the keys of the words and pairs of a text, in order. A name is as many words."""
    found = _WORD_OR_RUN.finditer(folded(text))
    return [str(key) for one in found for key in (_keys_of_run(one[1]) if one[1] else (key_of(one[0]),))]


def single_characters(text: str) -> list[str]:
    """Return the characters that are searched by pairs but stand alone, so that they have no key."""
    runs = (one[1] for one in _NAME_OR_RUN.finditer(folded(text)))
    return [run for run in runs if run and len(run) == 1 and run <= "\uffff"]


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


def _keys_of_run(run: str) -> list[int]:
    """Return the keys of the pairs of a run of characters, in order."""
    units = _in_order(array("H", run.encode("utf-16-le", "surrogatepass")))
    return [_key_of_pair(first | second << 16) for first, second in pairwise(units)]


@lru_cache(1 << 10)
def _folded(part: str) -> str:
    return folded(part)


def _folded_parts(text: str) -> Iterator[str]:
    """Yield the parts of a text folded, each with the character before it, which a mark may join."""
    end = 0
    for part in _FOLDING.finditer(text):
        start = max(part.start() - 1, end)
        yield text[end:start]
        end = part.end()
        yield _folded(text[start:end])
    yield text[end:]


def _latin_words(text: str) -> bytes:
    """Return the words of a text of Latin letters, and spaces; nothing if it is another text."""
    try:
        words = text.encode("cp1252").translate(_LATIN_WORDS, b"\xad")  # soft hyphens are dropped
    except UnicodeEncodeError:
        return b""
    return b"" if b"\0" in words else words


def _latin_word(code: int) -> int:
    """Return what `_WORDS` has of a byte of Windows-1252 once it is folded, or 0 if that is not one byte."""
    text = folded(bytes((code,)).decode("cp1252", "replace"))
    if text.isascii() and len(text) == 1:
        return _WORDS[ord(text)]
    return 0 if _OTHER_LETTER.search(text) or len(text) > 1 else 0x20


_LATIN_WORDS = bytes(map(_latin_word, range(256)))


def _keys_of_words(text: bytes) -> set[int]:
    """Return the keys of small letters, digits, and the signs of names, with spaces between them.

    Splitting bytes takes a third of the time of finding names in text.
    """
    words = set(text.replace(b". ", b" ").split())
    names = [*filterfalse(bytes.isalnum, words)]
    words.difference_update(names)
    return {crc32(word) >> _SHIFT for word in words}.union(*map(_keys_of_names, names))


@lru_cache(1 << 13)
def _keys_of_names(text: bytes) -> tuple[int, ...]:
    """Return the keys of what stands between spaces, in small letters."""
    parts = _BYTE_PARTS.split(text)
    if b"".join(parts[::2]).isalnum() and b"" not in parts:
        return tuple({crc >> _SHIFT for crc in _hashes_of(parts)})
    return tuple({key for name in _NAME.findall(text.decode()) for key in _keys_of_name(name)})


def _hashes_of(parts: list[bytes]) -> Iterator[int]:
    """Yield the CRC-32 of each term of a name, as `_terms` finds them."""
    for start in range(0, len(parts), 2):
        crc = 0
        for place, part in enumerate(parts[start : start + 2 * LONGEST_NAME - 1]):
            crc = crc32(part, crc)
            if not place % 2:
                yield crc


@lru_cache(1 << 12)
def _keys_of_name(name: str) -> tuple[int, ...]:
    return tuple(map(key_of, _terms(name)))


def _keys_of_pairs(runs: str) -> set[int]:
    """Return the keys of all pairs in runs of characters with a null between them.

    Reading two units as one number takes a tenth of the time of joining characters. The keys are calculated
    as parts of large numbers, like `_key_of_pair` in a third of its time.
    """
    units = runs.encode("utf-16-le", "surrogatepass")
    units += b"\0" * (4 - len(units) % 4)
    count = len(units) // 2
    every = int.from_bytes(units + units[2:] + b"\0\0", "little")
    halves, keys = _masks((count // 2).bit_length())
    even, odd = ((half & halves) * SPREAD >> _SHIFT & keys for half in (every, every >> 32))
    found = _in_order(array("I", (even | odd << 32).to_bytes(4 * count, "little")))
    is_unit = units[1::2].translate(_IS_UNIT)
    both = int.from_bytes(is_unit, "little") & int.from_bytes(is_unit[1:], "little")
    is_pair = both.to_bytes(count, "little")
    return set(compress(found, is_pair[::2] + is_pair[1::2]))


_IS_UNIT = bytes((0, *[1] * 255))
"""Upper byte of a UTF-16 code unit → whether the unit is paired, and not a null."""


@lru_cache(20)
def _masks(bits: int) -> tuple[int, int]:
    """Return what selects every other of up to `2 << bits` numbers of 32 bits, and its lower `KEY_BITS`."""
    every, keys = (one.to_bytes(8, "little") * (1 << bits) for one in (0xFFFF_FFFF, _EACH))
    return int.from_bytes(every, "little"), int.from_bytes(keys, "little")


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
