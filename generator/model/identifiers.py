"""Identifiers that publications share, such as `CVE-2024-6387` or `RFC 9110`: their kinds and addresses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from generator.model.ids import short_hash

MANY = 5
"""A round-up names more identifiers of one kind."""
_PARTS = re.compile(r"([A-Za-z]+)[\W_]?(.*)", re.DOTALL)
_USUAL = re.compile(r"[A-Z]+(?:-\d+)+|GHSA(?:-\w{4}){3}|RHSA-\d+:\d+|KB\d+|RFC \d+|arXiv:\d+\.\d+", re.ASCII)
_SIGNS = re.compile(r"[\W_]+")


def kind_of(identifier: str) -> str:
    """Return the kind of an identifier: the letters that it begins with, in lower case."""
    return found[1].lower() if (found := _PARTS.match(identifier)) else ""


def label_of(identifier: str) -> str:
    """Return an identifier as its article writes it: `PROJ-12` for `ticket:PROJ-12`."""
    return identifier.removeprefix(f"{kind_of(identifier)}:")


def number_of(identifier: str) -> str:
    """Return an identifier without its kind: `2024-6387`, `9110`."""
    return found[2] if (found := _PARTS.match(identifier)) else identifier


def slug_of(identifier: str) -> str:
    """Return an identifier as a part of an address. No two identifiers have the same.

    It is in lower case, with `-` for all but letters and digits. Unless the identifier has a usual form, six
    characters of a hash follow.
    """
    if _USUAL.fullmatch(identifier):
        return _SIGNS.sub("-", identifier.lower())
    words = _SIGNS.sub("-", unicodedata.normalize("NFKC", identifier).lower()).strip("-")
    return f"{words}-{short_hash(identifier.encode('utf-8', 'surrogatepass'), 6)}"


def are_many(identifiers: Collection[str]) -> bool:
    """Return whether identifiers are as many as only a round-up names."""
    return len(identifiers) > MANY and max(Counter(map(kind_of, identifiers)).values(), default=0) > MANY


def name_others(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Return whether two articles name identifiers of one kind, and none in common."""
    if not (ours and theirs and set(ours).isdisjoint(theirs)):
        return False
    return not set(map(kind_of, ours)).isdisjoint(map(kind_of, theirs))
