"""Short names for long things: a hash in an alphabet that reads well aloud and on paper."""

from __future__ import annotations

import hashlib
import unicodedata

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # no l, o, 0 and 1: they look like one another
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)


def short_hash(value: bytes, length: int) -> str:
    """The first `length` characters (5 bits each) of the Base32 of SHA-256, in `a-z2-9` without l and o."""
    pairs = (length + 1) // 2
    # Two characters are 10 bits; bytes of zeros behind the 256 give what Base32 pads with.
    raw = hashlib.sha256(value).digest() + b"\0\0\0"
    number = int.from_bytes(raw[: (pairs * 10 + 7) // 8], "big") >> (-pairs * 10) % 8
    places = range(pairs * 10 - 10, -10, -10)
    return "".join([_PAIRS[number >> place & 1023] for place in places])[:length]


def path_id(path: str) -> str:
    """The 12 characters (60 bits) that stand for a file of the content folder, wherever it is checked out.

    `path` is POSIX and counts in NFC; a name that is not UTF-8 (surrogate escapes) counts as its raw bytes.
    """
    try:
        raw = unicodedata.normalize("NFC", path).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair that stands for no byte comes from no file system, and must not fail.
        raw = path.encode("utf-8", "surrogateescape" if _is_escaped(path) else "surrogatepass")
    return short_hash(raw, 12)


def _is_escaped(path: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in path)
