"""Make short ids from hashes, in an alphabet that is easy to read and to dictate."""

from __future__ import annotations

import hashlib
import unicodedata

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without l, o, 0 and 1, which look alike
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)


def short_hash(value: bytes, length: int) -> str:
    """Return the first `length` characters (5 bits each) of SHA-256 in Base32: `a-z2-9` without l and o."""
    pairs = (length + 1) // 2
    # Two characters have 10 bits. Zero bytes after the 256 bits give the same padding as Base32.
    raw = hashlib.sha256(value).digest() + b"\0\0\0"
    number = int.from_bytes(raw[: (pairs * 10 + 7) // 8], "big") >> (-pairs * 10) % 8
    places = range(pairs * 10 - 10, -10, -10)
    return "".join([_PAIRS[number >> place & 1023] for place in places])[:length]


def path_id(path: str) -> str:
    """Return the id of a file in the content folder, 12 characters (60 bits), wherever the folder is.

    `path` is a POSIX path, normalised to NFC. If it is not UTF-8 (surrogate escapes), its raw bytes count.
    """
    try:
        raw = unicodedata.normalize("NFC", path).encode()
    except UnicodeEncodeError:
        # A lone surrogate that does not escape a byte comes from no file system, but must not fail either.
        raw = path.encode("utf-8", "surrogateescape" if _is_escaped(path) else "surrogatepass")
    return short_hash(raw, 12)


def _is_escaped(path: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in path)
