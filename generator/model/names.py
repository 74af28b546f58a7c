"""Normalise names: how they are shown, which spellings are the same name, and its part of an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from generator.model.ids import ALPHABET, short_hash

SLUG_BYTES = 60
"""Maximum length of a slug in UTF-8, including its hash."""
HASH_LENGTHS = (6, 12, 52)
"""Lengths of the hash after a slug. The longer ones are used if a slug is taken; the last is the whole hash.
"""
NAMELESS = "?"
_EMPTY = "source"
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {port + digit for port in ("com", "lpt") for digit in "0123456789"}
)
"""Device names on Windows, reserved with any extension."""
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
"""Fillers and selectors that display nothing (Unicode: Default_Ignorable_Code_Point) and are not in category
Cf.
"""
_JOINERS = "\u200c\u200d"


def spelling(name: str) -> str:
    """Return a name for display: on one line, single spaces, no invisible or reordering characters."""
    name = re.sub("[\ud800-\udfff]", "\ufffd", name)
    shown = "".join(c for c in name if c.isspace() or c in _JOINERS or not _is_control(c))
    return " ".join(shown.split())


@lru_cache(16384)
def key(name: str) -> str:
    """Return the key that all spellings of a source, or of a tag, share.

    It ignores case, width, white space and invisible characters. `key(key(name)) == key(name)`; never empty.
    """
    folded = name
    while (again := _fold(folded)) != folded:  # case folding can undo a normal form, and the reverse
        folded = again
    return folded or NAMELESS


def _fold(name: str) -> str:
    name = unicodedata.normalize("NFKC", name).casefold()
    name = spelling(_INVISIBLE.sub("", name).translate({ord(c): None for c in _JOINERS}))
    return unicodedata.normalize("NFKC", name)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf"}


def slug(name: str) -> str:
    """Return the path segment of a source or tag (design: "Addresses"), at most `SLUG_BYTES` long.

    It depends on the key only. Safe on file systems that ignore case or normalise Unicode.
    """
    return _slug(key(name), 0)


@lru_cache(65536)  # a new tag compares the slugs of all
def _slug(key_: str, hash_length: int) -> str:
    """Return the slug of a key. If `hash_length` is 0, it has a hash only if the words are not enough."""
    base = _base(key_)
    if not hash_length and _is_unambiguous(key_, base):
        return base
    hash_ = short_hash(key_.encode("utf-8"), hash_length or HASH_LENGTHS[0])
    room = SLUG_BYTES - 1 - len(hash_)
    cut = base.encode("utf-8")[:room].decode("utf-8", "ignore").rstrip("-")
    return f"{cut or _EMPTY}-{hash_}"


def _base(key_: str) -> str:
    """Return the words of a key, joined by `-`. Marks stay with their letter."""
    kept: list[str] = []
    for character in key_:
        after_dash = not kept or kept[-1] == "-"
        if _is_word(character) or (unicodedata.category(character)[0] == "M" and not after_dash):
            kept.append(character)
        elif not after_dash:
            kept.append("-")
    return "".join(kept).rstrip("-")


_LOOKS_HASHED = re.compile(rf"-[{ALPHABET}]{{6}}$")
"""Words that could be another name's slug with hash. They get a hash of their own."""


def _is_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"


def _is_unambiguous(key_: str, base: str) -> bool:
    """Return whether the words distinguish a key from all others, on every file system."""
    return (
        all(character == " " or _is_word(character) for character in key_)
        and len(base.encode("utf-8")) <= SLUG_BYTES
        and base not in _RESERVED
        and not _LOOKS_HASHED.search(base)
        and key(key_.upper()) == key_  # a dotless i equals an i where names are compared in upper case
    )


def slugs_of(keys: Iterable[str]) -> dict[str, str]:
    """Return key → slug. Of two keys with one slug, the lower one keeps it and the other's hash grows."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for key_ in sorted(keys):
        candidates = (_slug(key_, length) for length in (0, *HASH_LENGTHS))
        own = next(slug_ for slug_ in candidates if slug_ not in taken)
        slugs[key_] = own
        taken.add(own)
    return slugs
