"""Judge whether two texts are on one event, by features that are rare in their days.

Two independent features are needed, or more if neither title nor lead of both contain one. How much a feature
counts depends on how many texts have it in the days before (`RARITY`). Titles without texts decide nothing,
and round-ups and series join nothing.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache

import msgspec

from generator.grouping.evidence import is_empty
from generator.grouping.titles import Title, similarity, title_of
from generator.model.features import feature, kind_of, unpacked
from generator.model.types import Article

DAYS = 6
"""Maximum number of days between two reports on one event."""
BEFORE = 30
"""Number of days over which the texts that have a feature are counted."""
COMMON = 150
"""Number of texts within `DAYS` that make a feature meaningless."""
RARITY: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "identifier": ((10, 60, COMMON),),
    "name": ((10, 1, 20), (6, 4, COMMON), (3, 10, 60)),
    "quote": ((10, 2, 20),),
    "number": ((10, 1, 8), (5, 4, 16)),
    "link": ((10, 4, 8),),
}
"""Kind → how much a feature counts if at most so many texts have it before, and so many within `DAYS`."""
_ENOUGH = 12
_FULL = 10
_ALONE = 3
"""Number of features of full weight that are enough outside of titles and leads."""
_STRONGEST = 4
_ALIKE = 0.6
"""Similarity of titles from which two texts are parts of a series, if they are no copies."""


class Text(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What the judgement needs of a text."""

    article: Article
    day: int
    source: str

    @property
    def path(self) -> str:
        """The path of its article."""
        return self.article.path

    @property
    def features(self) -> dict[int, bool]:
        """Feature → whether title or lead contain it."""
        return _features(self.article.features, self.article.identifiers)


@lru_cache(20_000)
def _features(features: bytes, identifiers: tuple[str, ...]) -> dict[int, bool]:
    return unpacked(features) | {feature("identifier", name): True for name in identifiers}


def text_of(article: Article) -> Text:
    """Return what the judgement needs of an article."""
    return Text(article, article.date.toordinal(), article.source)


class TextIndex:
    """Texts by day and feature. Days are indexed when they are asked for."""

    def __init__(self) -> None:
        self.texts: dict[str, Text] = {}
        """Path → text."""
        self._days: dict[int, list[str]] = {}
        self._features: dict[int, dict[int, list[str]]] = {}
        """Day → feature → paths, sorted."""
        self._weights: dict[tuple[int, int], int] = {}
        """(feature, day) → weight, until texts are added or removed."""

    def add(self, texts: Iterable[Text]) -> None:
        """Add texts."""
        self._weights.clear()
        for text in texts:
            self.texts[text.path] = text
            self._days.setdefault(text.day, []).append(text.path)
            if (index := self._features.get(text.day)) is not None:
                for number in text.features:
                    insort(index.setdefault(number, []), text.path)

    def remove(self, text: Text) -> None:
        """Remove a text."""
        self._weights.clear()
        del self.texts[text.path]
        self._days[text.day].remove(text.path)
        for number in text.features if text.day in self._features else ():
            self._features[text.day][number].remove(text.path)

    @property
    def days(self) -> list[int]:
        """The days that have texts, in order."""
        return sorted(day for day, paths in self._days.items() if paths)

    def of_day(self, day: int) -> list[str]:
        """Return the paths of a day, sorted."""
        return sorted(self._days.get(day, ()))

    def having(self, number: int, first: int, last: int) -> list[str]:
        """Return the paths of the texts with a feature within days, in order."""
        found: list[str] = []
        for day in range(first, last + 1):
            if paths := (self._features.get(day) or self._of(day)).get(number):
                found += paths
        return found

    def count(self, number: int, first: int, last: int) -> int:
        """Return the number of texts with a feature within days."""
        return len(self.having(number, first, last))

    def weight(self, number: int, day: int) -> int:
        """Return how much a feature counts for two texts of which the later one is of a day."""
        weight = self._weights.get((number, day))
        if weight is None:
            weight = self._weights[number, day] = self._weighed(number, day)
        return weight

    def _weighed(self, number: int, day: int) -> int:
        near = self.count(number, day - DAYS, day + DAYS)
        if near > COMMON:
            return 0
        before = self.count(number, day - BEFORE, day - DAYS - 1)
        rarity = RARITY.get(kind_of(number), ())
        return next((full for full, rare, few in rarity if before <= rare and near <= few), 0)

    def forget_before(self, day: int) -> None:
        """Drop the indexes of days that are not needed any more, to save memory."""
        self._weights.clear()
        for old in [one for one in self._features if one < day]:
            del self._features[old]

    def _of(self, day: int) -> dict[int, list[str]]:
        """Return feature → paths of a day."""
        index = self._features.get(day)
        if index is None:
            index = {}
            for path in self.of_day(day):
                for number in self.texts[path].features:
                    index.setdefault(number, []).append(path)
            self._features[day] = index
        return index


def shared_features(index: TextIndex, one: Text, other: Text) -> list[tuple[int, int, bool]]:
    """Return weight, feature, and whether it is in title or lead of both, for what two texts share."""
    ours, theirs, day = one.features, other.features, max(one.day, other.day)
    shared = [
        (weight, number, ours[number] and theirs[number])
        for number in ours.keys() & theirs.keys()
        if (weight := index.weight(number, day))
    ]
    return sorted(shared, key=lambda found: (-found[0], found[1]))


def strength(index: TextIndex, one: Text, other: Text) -> int:
    """Return how sure it is that two texts are on one event; 0 if they are not."""
    if one.source == other.source or abs(one.day - other.day) > DAYS:
        return 0
    if is_empty(one.article) and is_empty(other.article):
        return 0
    shared = shared_features(index, one, other)
    weights = [weight for weight, _, _ in shared[:_STRONGEST]]
    if len(shared) < 2 or sum(weights) < _ENOUGH:
        return 0
    is_central = any(early for weight, _, early in shared if 2 * weight > _FULL)
    if not is_central and weights[: _ALONE + 1].count(_FULL) < _ALONE:
        return 0
    return 0 if _are_others(one.article, other.article) else sum(weights)


def _are_others(one: Article, other: Article) -> bool:
    """Return whether two articles name different identifiers, or are parts of a series or round-ups."""
    common = set(one.identifiers).intersection(other.identifiers)
    if not common and one.identifiers and other.identifiers:
        return True
    titles = _title(one.title), _title(other.title)
    if any(title.serial for title in titles):
        return True
    return not common and similarity(*titles) >= _ALIKE


@lru_cache(10_000)
def _title(text: str) -> Title:
    return title_of(text)


def partners(index: TextIndex, one: Text, last: int) -> dict[str, int]:
    """Return path → strength, for the texts on the event of one, up to a day."""
    paths = {path for number in one.features for path in _candidates(index, one, number, last)}
    others = (index.texts[path] for path in sorted(paths) if path != one.path)
    found = {other.path: strength(index, one, other) for other in others}
    return {path: strong for path, strong in found.items() if strong}


def _candidates(index: TextIndex, one: Text, number: int, last: int) -> Iterator[str]:
    """Yield the texts that have a feature of one, where it counts."""
    before = index.having(number, one.day - DAYS, one.day)
    if len(before) > 1 and index.weight(number, one.day):
        yield from before
    for day in range(one.day + 1, min(last, one.day + DAYS) + 1):
        if (after := index.having(number, day, day)) and index.weight(number, day):
            yield from after


class Edges(msgspec.Struct):
    """Pairs of texts on one event, with their strengths."""

    of: dict[str, dict[str, int]]

    def add(self, one: str, others: Mapping[str, int]) -> None:
        """Add the pairs of a text."""
        for other, strong in others.items():
            self.of.setdefault(one, {})[other] = strong
            self.of.setdefault(other, {})[one] = strong


def grouped(edges: Edges, days: Mapping[str, int]) -> list[frozenset[str]]:
    """Return the groups of texts that pairs form, the strongest first.

    Two groups are joined if enough of the pairs between them exist, and all are within days.
    """
    group_of: dict[str, set[str]] = {path: {path} for path in edges.of}
    ordered = sorted(
        (-strong, one, other)
        for one, others in edges.of.items()
        for other, strong in others.items()
        if one < other
    )
    for _, one, other in ordered:
        ours, theirs = group_of[one], group_of[other]
        if ours is not theirs and _fit(edges, ours, theirs, days):
            ours |= theirs
            for path in theirs:
                group_of[path] = ours
    unique = {id(group): group for group in group_of.values() if len(group) > 1}
    return [frozenset(group) for group in unique.values()]


_FEW_PAIRS = 8
_SPAN = 9
"""Maximum number of days from a story's first text to its last."""


def _fit(edges: Edges, ours: Collection[str], theirs: Collection[str], days: Mapping[str, int]) -> bool:
    """Return whether two groups are close in time, and connected by half of all possible pairs.

    Of many possible pairs a third is enough: not all texts on a large event share its names.
    """
    of_all = [days[path] for path in (*ours, *theirs)]
    if max(of_all) - min(of_all) > _SPAN:
        return False
    pairs = sum(len(edges.of[path].keys() & theirs) for path in ours)
    possible = len(ours) * len(theirs)
    return (2 if possible <= _FEW_PAIRS else 3) * pairs >= possible
