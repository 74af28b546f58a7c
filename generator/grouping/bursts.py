"""Join the stories of an event that hundreds of texts name, by a name that is suddenly in many of them.

Such a name counts little for pairs of texts, because it is common in its days, so the texts of the event
form several groups. Those that begin as the name becomes frequent, and whose texts mostly begin with it, are
joined.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from generator.grouping.events import SPAN
from generator.grouping.text_index import BEFORE, DAYS, Text, TextIndex
from generator.model.features import kind_of

_MANY = 30
"""Minimum number of texts that have the name of a large event, within `DAYS`."""
_MANY_OF_DAY = 3
_TIMES = 15
"""How many times more texts have it than in the days before."""
_APART = 2
"""Maximum number of days between the beginnings of two groups, and from the first texts with the name."""

IsBurst = Callable[[int, int], bool]
"""Feature and day → whether many texts have it then."""


def is_burst(index: TextIndex, number: int, day: int) -> bool:
    """Return whether a feature is a name that becomes frequent on a day, or did so a day or two before."""
    if kind_of(number) != "name" or index.count(number, day, day) < _MANY_OF_DAY:
        return False
    since = index.count(number, day - _APART, day + DAYS)
    return since >= _MANY and _TIMES * index.count(number, day - BEFORE, day - _APART - 1) <= since


def bursts_of(index: TextIndex, day: int) -> frozenset[int]:
    """Return the names of a day that are bursts."""
    names = (number for number, paths in index.by_feature(day).items() if len(paths) >= _MANY_OF_DAY)
    return frozenset(number for number in names if is_burst(index, number, day))


def names_of(group: Collection[str], texts: Mapping[str, Text], is_burst: IsBurst) -> list[int]:
    """Return the bursts in title or lead of two thirds of the texts of a group."""
    days: dict[int, list[int]] = {}
    for text in map(texts.__getitem__, group):
        for number, is_early in text.features.items():
            if is_early:
                days.setdefault(number, []).append(text.day)
    often = (number for number, own in days.items() if 3 * len(own) >= 2 * len(group))
    return [number for number in often if any(is_burst(number, day) for day in set(days[number]))]


def joined(
    groups: Sequence[frozenset[str]], texts: Mapping[str, Text], is_burst: IsBurst
) -> list[frozenset[str]]:
    """Return the groups, with those joined that have a burst in common and begin soon after each other."""
    by_name: dict[int, list[tuple[int, int]]] = {}
    for at, group in enumerate(groups):
        for number in names_of(group, texts, is_burst):
            by_name.setdefault(number, []).append((_first(group, texts), at))
    whole = {at: {at} for at in range(len(groups))}
    for begun in by_name.values():
        for (day, one), (next_day, other) in pairwise(sorted(begun)):
            if next_day - day <= _APART and whole[one] is not whole[other]:
                whole[one] |= whole[other]
                whole |= dict.fromkeys(whole[other], whole[one])
    unique = {id(parts): parts for parts in whole.values()}
    return [frozenset[str]().union(*(groups[at] for at in parts)) for parts in unique.values()]


def near(index: TextIndex, groups: Iterable[frozenset[str]]) -> Iterator[str]:
    """Yield the texts that may be in groups that `joined` would join with some."""
    for group in groups:
        first = _first(group, index.texts)
        for number in names_of(group, index.texts, lambda number, day: is_burst(index, number, day)):
            yield from index.having(number, first - _APART, first + _APART + SPAN)


def shared(index: TextIndex, one: Text, other: Text) -> list[int]:
    """Return the bursts in title or lead of both texts."""
    ours, theirs = one.features, other.features
    early = (number for number in ours.keys() & theirs.keys() if ours[number] and theirs[number])
    return sorted(
        number for number in early if any(is_burst(index, number, day) for day in (one.day, other.day))
    )


def _first(group: Iterable[str], texts: Mapping[str, Text]) -> int:
    return min(texts[path].day for path in group)
