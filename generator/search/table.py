"""Which characters make terms. The tokenizers in Python and in JavaScript both follow this table.

Normalising and lowering agree in both for every character that the table lets through, except where one of
them knows a later version of Unicode: so letters that have a case since Unicode 14 part words.
"""

from __future__ import annotations

import json

Ranges = tuple[tuple[int, int], ...]
"""First and last code points."""

PAIRED: Ranges = (
    (0x0E01, 0x0E3A), (0x0E40, 0x0E4E), (0x3005, 0x3007), (0x3041, 0x3096), (0x3099, 0x309A),
    (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x30FF), (0x3105, 0x312F), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAD9), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Thai, Japanese, Chinese and Korean, which are searched by pairs of characters."""

PARTING: Ranges = (
    (0x0000, 0x002F), (0x003A, 0x0040), (0x005B, 0x0060), (0x007B, 0x00A9), (0x00AB, 0x00B4),
    (0x00B6, 0x00B9), (0x00BB, 0x00BF), (0x00D7, 0x00D7), (0x00F7, 0x00F7), (0x02C2, 0x02C5),
    (0x02D2, 0x02DF), (0x037E, 0x037E), (0x0387, 0x0387), (0x055A, 0x055F), (0x0589, 0x058A),
    (0x05BE, 0x05BE), (0x05C0, 0x05C0), (0x05C3, 0x05C3), (0x05F3, 0x05F4), (0x0600, 0x060F),
    (0x061B, 0x061F), (0x066A, 0x066D), (0x06D4, 0x06D4), (0x0964, 0x0965), (0x0E3F, 0x0E3F),
    (0x0E4F, 0x0E4F), (0x0E5A, 0x0E5B), (0x1361, 0x1368), (0x166D, 0x166E), (0x1680, 0x1680),
    (0x17D4, 0x17DB), (0x1800, 0x180E), (0x1C89, 0x1C8A), (0x2000, 0x2BFF),
    (0x2E00, 0x3004), (0x3008, 0x3040), (0x3097, 0x3098), (0x309B, 0x309C),
    (0x30A0, 0x30A0), (0x30FB, 0x30FB), (0x3100, 0x3104), (0x3130, 0x33FF), (0x4DC0, 0x4DFF),
    (0xA7C0, 0xA7F1), (0xD7A4, 0xF8FF), (0xFB1E, 0xFB1E), (0xFD3E, 0xFDCF), (0xFDF0, 0xFE6F),
    (0xFEFF, 0xFF0F), (0xFF1A, 0xFF20), (0xFF3B, 0xFF40), (0xFF5B, 0xFF65), (0xFFE0, 0xFFFF),
    (0x10000, 0x1FFFF), (0x40000, 0x10FFFF),
)  # fmt: skip
"""Spaces, punctuation, symbols and rare scripts. Every other character is part of a word."""

JOINING = "._-"
"""Between two words, these join them to a name, such as `CVE-2024-3094` or `1.2.3.4`."""
LONGEST_NAME = 4
"""Number of words of a name that are one term. A longer name is as many terms as it has such parts."""
MARKS: Ranges = ((0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x064B, 0x0652))
"""Combining marks that are removed after decomposition, so that `e` finds `é`: accents, and the points that
most texts in Hebrew and Arabic leave out."""
REPLACED = {"ς": "σ", "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "‐": "-"}
"""Letters that lowering leaves in several forms or that have no decomposition, and another hyphen."""
DROPPED: Ranges = (
    (0x00AD, 0x00AD), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xE0100, 0xE01EF),
)  # fmt: skip
"""Removed first: characters without width that web pages have within words, such as soft hyphens."""
BLANKED: Ranges = ((0x2024, 0x2026), (0xFDF0, 0xFDFF))
"""Spaces from the start: ellipses, which would become full stops and so begin a name, and Arabic phrases,
which would become 18 letters each."""
LONGEST_PHRASE = 8
"""Number of words or pairs of a tag or source that are one term. A longer phrase is as many terms as it has
such parts."""
SPREAD = 0x9E3779B1
"""Odd number that spreads the keys of pairs over 32 bits, so that each file of an index gets as many."""
KEY_BITS = 28
"""Bits of a key. With these, one term in 300 of a million shares its key with another."""


def character_class(ranges: Ranges) -> str:
    """Return the inside of a character class of a regular expression."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def script() -> bytes:
    """Return the table as a module for browsers."""
    classes = {
        "PAIRED": PAIRED, "PARTING": PARTING, "MARKS": MARKS, "DROPPED": DROPPED, "BLANKED": BLANKED
    }  # fmt: skip
    values = {name: _hexadecimal(ranges) for name, ranges in classes.items()} | {
        "JOINING": JOINING,
        "LONGEST_NAME": LONGEST_NAME,
        "REPLACED": REPLACED,
        "LONGEST_PHRASE": LONGEST_PHRASE,
        "SPREAD": SPREAD,
        "KEY_BITS": KEY_BITS,
    }
    lines = (
        f"export const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in values.items()
    )
    return "".join(lines).encode()


def _hexadecimal(ranges: Ranges) -> str:
    return " ".join(f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in ranges)
