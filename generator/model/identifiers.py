"""Identifiers that publications share, such as `CVE-2024-6387` or `RFC 9110`: their kinds and addresses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

MANY = 5
"""A round-up names more identifiers of one kind."""
_PARTS = re.compile(r"([A-Za-z]+)[\W_]?(.*)", re.DOTALL)
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
    """Return an identifier as a part of an address: lower case, `-` for all but letters and digits."""
    return _SIGNS.sub("-", identifier.lower()).strip("-")


def are_many(identifiers: Iterable[str]) -> bool:
    """Return whether identifiers are as many as only a round-up names."""
    return max(Counter(map(kind_of, identifiers)).values(), default=0) > MANY
