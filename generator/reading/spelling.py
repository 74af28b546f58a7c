"""Compare keys of front matter without regard to how they are spelt, and find those with a typing error."""

from __future__ import annotations

import string
import unicodedata
from functools import lru_cache

LONGEST = 60
"""Letters of the longest key that is compared. Longer ones are left as they are."""
_SEPARATORS = dict.fromkeys(map(ord, " -_\u2010\u2011\u2012\u2013\u2014\u2015\u2212"))
"""Spaces, underscores, hyphens, and dashes that editors write for hyphens."""


def spelling(key: str) -> str:
    """Return a key without case, width, hyphens, underscores and spaces: `isprivate` for `Is-Private`."""
    return _spelling(key) if len(key) <= LONGEST else key


@lru_cache(1024)
def _spelling(key: str) -> str:
    key = key if key.isascii() else unicodedata.normalize("NFKC", key)
    return key.casefold().translate(_SEPARATORS)


def is_one_edit_away(word: str, meant: str) -> bool:
    """Return whether a word is another one with a typing error.

    That is a deleted, inserted or replaced letter, or two swapped letters. Only the letters a to z can be
    inserted, or replace others.
    """
    if word == meant or abs(len(word) - len(meant)) > 1:
        return False
    pairs = enumerate(zip(word, meant, strict=False))
    at = next((n for n, (one, other) in pairs if one != other), min(len(word), len(meant)))
    rest, meant_rest = word[at:], meant[at:]
    if rest == meant_rest[1:] or rest == meant_rest[1::-1] + meant_rest[2:]:
        return True
    return rest[:1] in string.ascii_lowercase and rest[1:] in {meant_rest, meant_rest[1:]}
