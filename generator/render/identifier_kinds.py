"""The lists of identifiers: one of each kind, by the month in which an article first names it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from generator.model.identifiers import kind_of, slug_of
from generator.model.types import Identifier

PART = 150
"""Number of identifiers in a part of a month."""


class IdentifierMonth(msgspec.Struct, frozen=True):
    """The identifiers of a kind that articles first name in a month."""

    first: dt.date
    parts: tuple[tuple[Identifier, ...], ...]
    """Oldest part first, so that a full part never changes. Within a part, the newest is first."""

    @property
    def count(self) -> int:
        """Number of identifiers in all parts."""
        return sum(map(len, self.parts))


class IdentifierKind(msgspec.Struct, frozen=True):
    """All identifiers of a kind."""

    kind: str
    months: tuple[IdentifierMonth, ...]
    """Newest first."""
    by_slug: Mapping[str, Identifier]
    """Slug → identifier."""

    @property
    def count(self) -> int:
        """Number of identifiers in all months."""
        return sum(month.count for month in self.months)

    def newest(self) -> Iterator[Identifier]:
        """Yield all identifiers, newest first."""
        return (one for month in self.months for part in reversed(month.parts) for one in part)


class IdentifierPart(msgspec.Struct, frozen=True):
    """One part, counted from 1, of a kind's month."""

    kind: IdentifierKind
    month: IdentifierMonth
    number: int

    @property
    def shown(self) -> tuple[Identifier, ...]:
        """The identifiers of this part."""
        return self.month.parts[self.number - 1]


def kinds_of(identifiers: Iterable[Identifier]) -> dict[str, IdentifierKind]:
    """Return name → kind of identifiers, sorted by name. `identifiers` are sorted by name."""
    kinds: dict[str, list[Identifier]] = {}
    for one in sorted(identifiers, key=lambda one: one.first):
        kinds.setdefault(kind_of(one.name), []).append(one)
    return {
        kind: IdentifierKind(kind, _months(own), {slug_of(one.name): one for one in own})
        for kind, own in sorted(kinds.items())
    }


def _months(oldest_first: Iterable[Identifier]) -> tuple[IdentifierMonth, ...]:
    months: dict[dt.date, list[Identifier]] = {}
    for one in oldest_first:
        months.setdefault(one.first.replace(day=1), []).append(one)
    return tuple(IdentifierMonth(first, _parts(own)) for first, own in reversed(months.items()))


def _parts(oldest_first: list[Identifier]) -> tuple[tuple[Identifier, ...], ...]:
    """Return parts, cut from the oldest identifier on, so that only the last part grows."""
    starts = range(0, len(oldest_first), PART)
    return tuple(tuple(reversed(oldest_first[start : start + PART])) for start in starts)
