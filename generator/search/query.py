"""What a reader asks for. `templates/assets/search-query.js` does the same in browsers."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Set

import msgspec

from generator.search.documents import Document, site_of, wanted_field_keys
from generator.search.terms import key_of, single_characters, wanted_keys, without_dropped

_CLAUSE = re.compile(
    r'(-?)(?:((?ai:source|tag|lang|site|before|after))[:：])?(?:["“”]([^"“”]*)["“”]?|((?:\S|[\x1c-\x1f\x85])+))'
)
"""Browsers do not count the last characters as spaces, as Python does."""
_DAY = re.compile(r"((?!0000)\d{4})(?:-(0?[1-9]|1[0-2])(?:-(0?[1-9]|[12]\d|3[01]))?)?", re.ASCII)


class Query(msgspec.Struct, frozen=True):
    """The keys that articles must have and must not have together, and the days that they are of."""

    wanted: frozenset[int]
    unwanted: tuple[frozenset[int], ...]
    """An article that has all keys of one of these does not match."""
    since: str
    until: str
    """The first day, and the one after the last, as ISO dates: these compare as text."""
    ignored: tuple[str, ...] = ()
    """What is not searched: days that do not exist, and single characters of scripts searched by pairs."""

    @property
    def is_empty(self) -> bool:
        """Whether it names nothing to search for."""
        return not self.wanted and not self.unwanted and (self.since, self.until) == ("", "9999-99-99")

    def matches(self, document: Document, keys: Set[int]) -> bool:
        """Return whether a document that has these keys matches."""
        return (
            self.since <= document.date.isoformat() < self.until
            and self.wanted <= keys
            and not any(some <= keys for some in self.unwanted)
        )


def parsed(line: str) -> Query:
    """Return the query in a line of text."""
    wanted: set[int] = set()
    unwanted: list[frozenset[int]] = []
    ignored: list[str] = []
    since, until = "", "9999-99-99"
    for clause in _CLAUSE.finditer(without_dropped(line)):
        minus, name, phrase, word = clause.groups("")
        field, text = name.lower(), phrase or word
        if field in {"before", "after"}:
            day = _day(text)
            if not day:
                ignored.append(clause[0])
            elif (field == "after") != bool(minus):
                since = max(since, day)
            else:
                until = min(until, day)
        elif keys := _keys(field, text):
            if minus:
                unwanted.append(frozenset(keys))
            else:
                wanted.update(keys)
            if field not in {"lang", "site"}:
                ignored += single_characters(text)
        else:
            ignored.append(clause[0])
    return Query(frozenset(wanted), tuple(unwanted), since, until, tuple(ignored))


def _keys(field: str, text: str) -> list[int]:
    if field == "lang":
        return [key_of("lang:" + text.lower())]
    if field == "site":
        site = site_of(text)
        return [key_of("site:" + site)] if site else []
    return [*wanted_field_keys(field, text)] if field else wanted_keys(text)


def _day(text: str) -> str:
    """Return the first day of a year, month or day; empty if it does not exist."""
    found = _DAY.fullmatch(text)
    if found is None:
        return ""
    year, month, day = found[1], found[2] or "1", found[3] or "1"
    exists = int(day) <= monthrange(int(year), int(month))[1]
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}" if exists else ""
