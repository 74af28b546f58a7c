"""Judge whether two texts are on one event, by features that are rare in their days.

Two independent features are needed, or more if neither title nor lead of both contain one, or if one text
only mentions them; not if they share a link that no others have. How much a feature counts depends on how
many texts have it in the days before (`RARITY` in `text_index`). Titles without texts decide nothing, and
round-ups and series join nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from generator.grouping.evidence import is_empty
from generator.grouping.heads import are_comparable, say_alike
from generator.grouping.text_index import BEFORE, DAYS, Text, TextIndex
from generator.grouping.titles import Title, similarity, title_of
from generator.model.features import kind_of, stem_of
from generator.model.types import Article

_FEWEST = 2
"""Number of features that two texts share at least."""
_ENOUGH = 12
_FULL = 10
_EXCLUSIVE = 11
"""Weight of a link that few texts have, and none had before. In sums it counts as a full one."""
_CENTRAL = 26
"""Sum of weights that is enough if no feature of full weight is in title or lead of both."""
_SOON = 3
"""Number of days within which that is enough."""
_AT_ONCE = 1
"""Number of days within which an exclusive link need not be near the top."""
_CENTRAL_LATER = 40
"""The same of texts that are further apart. The later one often recalls an event and reports another."""
_ASIDE = 60
"""Sum of weights that is enough if one text may only mention the features, because they are far down."""
_STRONGEST = 4
_NAMES = frozenset({"name", "phrase"})
_FEW_NAMES = 3
"""Number of shared names up to which titles and excerpts must also share words, or a coined name."""
_ALIKE = 0.6
"""Similarity of titles from which two texts are parts of a series, if they are no copies."""


_Sign = tuple[int, int, bool]
"""Weight, feature, and whether it is in title or lead of both."""


def shared_features(index: TextIndex, one: Text, other: Text) -> list[_Sign]:
    """Return the features that two texts share, the weightiest first."""
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
    if sum(weight for weight, *_ in shared[:_STRONGEST]) < _ENOUGH:
        return 0
    signs = _independent(index, shared, max(one.day, other.day))
    if len(signs) < _FEWEST or not _are_about(signs, one, other) or _name_others(index, signs, one, other):
        return 0
    if (
        _are_names(signs)
        and are_comparable(one.article, other.article)
        and not say_alike(one.article, other.article)
    ):
        return 0
    found = _sum(signs[:_STRONGEST])
    return 0 if found < _ENOUGH or _are_others(one.article, other.article) else found


def _independent(index: TextIndex, shared: Sequence[_Sign], day: int) -> list[_Sign]:
    """Return features that do not follow from each other, the weightiest first.

    Of identifiers the first counts, because flaws of one product are found together. A name that is less than
    new counts only if it does not begin like a weightier one: both are of one product, group or vendor. Names
    that an earlier text has together are one sign, such as those of a person and a firm.
    """
    kept: list[_Sign] = []
    seen: set[int | str] = set()
    for sign in shared:
        weight, number, _ = sign
        kind = kind_of(number)
        group = kind if kind == "identifier" else stem_of(number)
        is_new = group not in seen or (weight == _FULL and kind == "name")
        if is_new and not (kind in _NAMES and _is_known_with(index, number, kept, day)):
            kept.append(sign)
            seen.add(group)
    return kept


def _is_known_with(index: TextIndex, name: int, kept: Iterable[_Sign], day: int) -> bool:
    """Return whether a text of the days before has a name together with a new one of `kept`."""
    earlier: set[str] = set()
    for weight, number, _ in kept:
        if weight == _FULL and kind_of(number) == "name" and (paths := index.before(number, day)):
            earlier = earlier or set(index.before(name, day))
            if not earlier.isdisjoint(paths):
                return True
    return False


def _are_names(signs: Sequence[_Sign]) -> bool:
    """Return whether signs are only a few names, which two events of one town, person or league share too."""
    return len(signs) <= _FEW_NAMES and all(kind_of(number) in _NAMES for _, number, _ in signs)


def _name_others(index: TextIndex, signs: Sequence[_Sign], one: Text, other: Text) -> bool:
    """Return whether two texts share two names only, and each begins with a new name that the other lacks.

    Names that begin alike are one. Such texts are on two victims of a group, or on two talks at a conference.
    """
    numbers = [number for _, number, _ in signs]
    if len(set(map(stem_of, numbers))) > _FEWEST or any(kind_of(number) not in _NAMES for number in numbers):
        return False
    day = max(one.day, other.day)
    return _has_own(index, one, other, day) and _has_own(index, other, one, day)


def _has_own(index: TextIndex, one: Text, other: Text, day: int) -> bool:
    """Return whether title or lead of a text contain a new name, and the other text has none like it."""
    known = set(map(stem_of, other.features))
    return any(
        is_early
        and kind_of(number) == "name"
        and stem_of(number) not in known
        and index.weight(number, day) == _FULL
        for number, is_early in one.features.items()
    )


def _are_about(signs: Sequence[_Sign], one: Text, other: Text) -> bool:
    """Return whether both texts are about what they share, and do not only mention it."""
    weight, apart = _sum(signs), abs(one.day - other.day)
    is_linked = apart <= _AT_ONCE and any(full == _EXCLUSIVE for full, *_ in signs)
    if is_linked and any(one.features[number] or other.features[number] for _, number, _ in signs):
        return True
    is_central = any(early for full, _, early in signs if full >= _FULL)
    is_soon = apart <= _SOON
    if not is_central and weight < (_CENTRAL if is_soon else _CENTRAL_LATER):
        return False
    leads = (sum(full for full, number, _ in signs if text.features[number]) for text in (one, other))
    return weight >= _ASIDE or 2 * min(leads) >= _FULL


def _sum(signs: Iterable[_Sign]) -> int:
    return sum(min(weight, _FULL) for weight, *_ in signs)


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
    shared = Counter(_candidates(index, one, last))
    paths = (path for path, count in shared.items() if count >= _FEWEST and path != one.path)
    found = {path: strength(index, one, index.texts[path]) for path in sorted(paths)}
    return {path: strong for path, strong in found.items() if strong}


def _candidates(index: TextIndex, one: Text, last: int) -> Iterator[str]:
    """Yield the texts that have a feature of one, where it counts, once for each."""
    features = one.features
    for day in range(one.day - DAYS, min(last, one.day + DAYS) + 1):
        for number in index.among(features.keys(), day):
            is_other = day != one.day or index.count(number, day, day) > 1
            if is_other and index.weight(number, max(day, one.day)):
                yield from index.on(number, day)


def affected_pairs(index: TextIndex, features: Iterable[int], day: int) -> Iterator[str]:
    """Yield the texts of later pairs that share two names, which a text of a day may make one sign."""
    names = {number for number in features if kind_of(number) in _NAMES}
    for later in range(day + DAYS + 1, day + BEFORE + 1):
        weights = {number: index.weight(number, later) for number in index.among(names, later)}
        known = [number for number, weight in weights.items() if weight]
        if len(known) > 1 and _FULL in weights.values():
            shared = Counter(path for number in known for path in index.having(number, later - DAYS, later))
            yield from (path for path, count in shared.items() if count > 1)


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
SPAN = 9
"""Maximum number of days from a story's first text to its last."""


def _fit(edges: Edges, ours: Collection[str], theirs: Collection[str], days: Mapping[str, int]) -> bool:
    """Return whether two groups are close in time, and connected by half of all possible pairs.

    Of many possible pairs a third is enough: not all texts on a large event share its names.
    """
    of_all = [days[path] for path in (*ours, *theirs)]
    if max(of_all) - min(of_all) > SPAN:
        return False
    pairs = sum(len(edges.of[path].keys() & theirs) for path in ours)
    possible = len(ours) * len(theirs)
    return (2 if possible <= _FEW_PAIRS else 3) * pairs >= possible
