"""Count the letters of a text, and compute a fingerprint by which copies are recognised.

The fingerprint is a MinHash (Broder 1997) of the text's shingles, reduced to one byte a slot (b-bit minwise
hashing, Li and König 2010). The share of equal bytes of two fingerprints estimates the share of shingles that
the texts have in common, to ±0.025. A shingle is eight bytes of GB 18030, an encoding in which a Chinese
character takes two bytes and a Latin letter one: four Chinese characters, or about two words.
"""

from __future__ import annotations

import hashlib
import re
import sys
from array import array

from rensa import RMinHash

SLOTS = 384
FEWEST_LETTERS = 60
"""Shorter texts have no fingerprint, because similarity between them means nothing."""

_LONGEST = 60_000
_SHINGLE = 8
_SEED = 1
_LOWEST = 0 if sys.byteorder == "little" else 3
"""Index of the least significant byte in the 32-bit numbers that rensa returns."""
_SHA_512 = hashlib.sha512(usedforsecurity=False)
_TITLE = r'(?:[ \t]+"[^"\n]{0,300}")?'
_ASIDE = re.compile(
    rf"!\[[^\]\n]{{0,500}}\]\([^()\s]{{0,3000}}{_TITLE}\)?"  # images
    rf"|\]\([^()\s]{{0,3000}}{_TITLE}\)?"  # link targets
    r"|https?://[^\s<>()]{1,3000}|<[^<>\n]{1,500}>"
)
_WORD = re.compile(r"\w+")
_ASCII_SPACE_AND_SIGNS = bytes(code for code in range(0x80) if not _WORD.match(chr(code)))


def fingerprint_of(text: str) -> tuple[int, bytes]:
    """Return the number of letters and digits of a Markdown text, and its fingerprint of `SLOTS` bytes.

    The fingerprint of a short text is empty.
    """
    if not text:
        return 0, b""
    words = _ASIDE.sub(" ", text[:_LONGEST]).lower()
    # Removing ASCII spaces and punctuation from bytes is faster; the expression removes the rest.
    words = words.encode("utf-8", "ignore").translate(None, _ASCII_SPACE_AND_SIGNS).decode()
    if not words.isascii():
        words = "".join(_WORD.findall(words))
    if len(words) < FEWEST_LETTERS:
        return len(words), b""
    return len(words), _minhash(words.encode("gb18030"))


def _minhash(raw: bytes) -> bytes:
    """Hash the shingles that start at every byte, viewed as 64-bit numbers; this needs no loop in Python."""
    shifted = (raw[start : start + (len(raw) - start) // _SHINGLE * _SHINGLE] for start in range(_SHINGLE))
    shingles = memoryview(b"".join(shifted)).cast("Q")
    rows = RMinHash.digest_matrix_from_flat_token_hashes(shingles, [0, len(shingles)], SLOTS, _SEED).to_rows()
    _clear_wide_registers()
    slots = array("I", rows[0])
    return slots.tobytes()[_LOWEST :: slots.itemsize]


def _clear_wide_registers() -> None:
    """Reset the AVX registers after rensa, which otherwise slows down the whole process.

    rensa 0.5.0 returns without VZEROUPPER. From then on every SSE instruction of the thread also waits for
    the upper halves of the AVX registers, and regular expressions take up to seven times as long. OpenSSL's
    SHA-512 ends with that instruction, takes a microsecond, and is available everywhere.
    """
    _SHA_512.digest()
