"""How full a text is, and a fingerprint by which copies of it are known.

The fingerprint is a MinHash (Broder 1997) of the text's shingles, kept to one byte a slot (b-bit minwise
hashing, Li and König 2010): of two texts, the share of equal bytes tells the share of shingles they have in
common, to ±0.025. A shingle is eight bytes of GB 18030, the encoding in which a Chinese character takes two
bytes and a Latin letter one, so that one rule makes shingles of four Chinese characters or of some two words.
"""

from __future__ import annotations

import hashlib
import re
import sys
from array import array

from rensa import RMinHash

SLOTS = 384
FEWEST_LETTERS = 60
"""Shorter texts have no fingerprint: what they share says nothing."""

_LONGEST = 60_000
_SHINGLE = 8
_SEED = 1
_LOWEST = 0 if sys.byteorder == "little" else 3
"""Where in a number of 32 bits, as rensa gives them, the lowest byte stands."""
_SHA_512 = hashlib.sha512(usedforsecurity=False)
_TITLE = r'(?:[ \t]+"[^"\n]{0,300}")?'
_ASIDE = re.compile(
    rf"!\[[^\]\n]{{0,500}}\]\([^()\s]{{0,3000}}{_TITLE}\)?"  # images
    rf"|\]\([^()\s]{{0,3000}}{_TITLE}\)?"  # what links lead to
    r"|https?://[^\s<>()]{1,3000}|<[^<>\n]{1,500}>"
)
_WORD = re.compile(r"\w+")
_ASCII_SPACE_AND_SIGNS = bytes(code for code in range(0x80) if not _WORD.match(chr(code)))


def fingerprint_of(text: str) -> tuple[int, bytes]:
    """Letters and digits of a Markdown text, and its fingerprint: `SLOTS` bytes, or none of a short text."""
    if not text:
        return 0, b""
    words = _ASIDE.sub(" ", text[:_LONGEST]).lower()
    # Spaces and ASCII's signs go faster as bytes; what is left for the expression are the other signs.
    words = words.encode("utf-8", "ignore").translate(None, _ASCII_SPACE_AND_SIGNS).decode()
    if not words.isascii():
        words = "".join(_WORD.findall(words))
    if len(words) < FEWEST_LETTERS:
        return len(words), b""
    return len(words), _minhash(words.encode("gb18030"))


def _minhash(raw: bytes) -> bytes:
    """Take the shingles at every byte as 64-bit numbers, which costs no loop in Python."""
    shifted = (raw[start : start + (len(raw) - start) // _SHINGLE * _SHINGLE] for start in range(_SHINGLE))
    shingles = memoryview(b"".join(shifted)).cast("Q")
    rows = RMinHash.digest_matrix_from_flat_token_hashes(shingles, [0, len(shingles)], SLOTS, _SEED).to_rows()
    _clear_wide_registers()
    slots = array("I", rows[0])
    return slots.tobytes()[_LOWEST :: slots.itemsize]


def _clear_wide_registers() -> None:
    """Undo a trace of rensa's that makes the whole process slow.

    rensa 0.5.0 returns without VZEROUPPER, and then every SSE instruction of the thread, for good, also waits
    for the upper halves of the AVX registers: regular expressions take up to seven times as long. OpenSSL's
    SHA-512 ends with that instruction, takes a microsecond, and is at hand everywhere.
    """
    _SHA_512.digest()
