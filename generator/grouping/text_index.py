"""Texts by day and feature, and how much each feature counts for two texts on an event."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache

import msgspec

from generator.model.features import count_packed, feature, kind_of, packed, unpacked, without_marks
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
    "number": ((10, 1, 16), (5, 4, 24)),
    "link": ((11, 0, 4), (10, 4, 8)),
    "phrase": ((9, 1, 20), (5, 4, COMMON), (3, 10, 60)),
    "term": ((5, 1, 20), (3, 4, 30)),
}
"""Kind → how much a feature counts if at most so many texts have it before, and so many within `DAYS`."""


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

    @property
    def packed(self) -> bytes:
        """Its features as bytes."""
        own, identifiers = self.article.features, self.article.identifiers
        own = own[: len(own) // 4 * 4]
        return own + packed(_numbers_of(identifiers)) if identifiers else own


@lru_cache(20_000)
def _features(features: bytes, identifiers: tuple[str, ...]) -> dict[int, bool]:
    return unpacked(features) | dict.fromkeys(_numbers_of(identifiers), True)


def _numbers_of(identifiers: Iterable[str]) -> list[int]:
    return [feature("identifier", name) for name in identifiers]


def text_of(article: Article) -> Text:
    """Return what the judgement needs of an article."""
    return Text(article, article.date.toordinal(), article.source)


class TextIndex:
    """Texts by day and feature. Days are loaded and indexed when they are asked for."""

    def __init__(
        self, days: Iterable[int] = (), load: Callable[[int], Iterable[Text]] = lambda _: ()
    ) -> None:
        """`load` returns the texts of one of the `days` as they are before any of that day changes."""
        self.texts: dict[str, Text] = {}
        """Path → text, of days that were asked for."""
        self._load, self._unloaded = load, {*days}
        self._unprepared = {*days}
        """Days of which the next change would have to make `_packed`."""
        self._days: dict[int, list[str]] = {}
        self._features: dict[int, dict[int, list[str]]] = {}
        """Day → feature → paths, sorted."""
        self._packed: dict[int, bytes] = {}
        """Day → features of its texts without marks, in which a few are counted faster than they are indexed.
        """
        self._weights: dict[tuple[int, int], int] = {}
        """(feature, day) → weight, until texts are added or removed."""

    def load(self, day: int) -> list[str]:
        """Return the paths of a day. It must be loaded before one of its texts changes."""
        paths = self._days.setdefault(day, [])
        if day in self._unloaded:
            self._unloaded.remove(day)
            texts = {text.path: text for text in self._load(day)}
            self.texts |= texts
            paths += texts
        return paths

    def add(self, texts: Iterable[Text]) -> None:
        """Add texts."""
        self._weights.clear()
        for text in texts:
            path = text.path
            self.load(text.day).append(path)
            self.texts[path] = text
            self._packed.pop(text.day, None)
            if (index := self._features.get(text.day)) is not None:
                for number in text.features:
                    insort(index.setdefault(number, []), path)

    def remove(self, text: Text) -> None:
        """Remove a text."""
        self._weights.clear()
        del self.texts[text.path]
        self._days[text.day].remove(text.path)
        self._packed.pop(text.day, None)
        for number in text.features if text.day in self._features else ():
            self._features[text.day][number].remove(text.path)

    def replace(self, left: Iterable[Text], come: Iterable[Text]) -> None:
        """Remove and add texts. Those that have the same day and features as before change no weight."""
        new = {text.path: text for text in come}
        for text in left:
            same = new.get(text.path)
            if same and same.day == text.day and same.features == text.features:
                self.texts[text.path] = new.pop(text.path)
            else:
                self.remove(text)
        if new:
            self.add(new.values())

    @property
    def days(self) -> list[int]:
        """The days that have texts, in order."""
        return sorted(day for day in self._unloaded | self._days.keys() if self.load(day))

    def of_day(self, day: int) -> list[str]:
        """Return the paths of a day, sorted."""
        return sorted(self.load(day))

    def having(self, number: int, first: int, last: int) -> list[str]:
        """Return the paths of the texts with a feature within days, in order."""
        return [path for day in range(first, last + 1) for path in self.on(number, day)]

    def on(self, number: int, day: int) -> Sequence[str]:
        """Return the paths of the texts of a day with a feature, in order."""
        is_there = day in self._features or self._count_on(number, day)
        return self.by_feature(day).get(number, ()) if is_there else ()

    def count(self, number: int, first: int, last: int) -> int:
        """Return the number of texts with a feature within days."""
        return sum(self._counts(number, first, last))

    def _counts(self, number: int, first: int, last: int) -> list[int]:
        """Return the number of texts with a feature on each of some days."""
        days, wanted = self._features, packed((number,))
        return [
            count_packed(self._packed_on(day), wanted)
            if (index := days.get(day)) is None
            else len(index.get(number, ()))
            for day in range(first, last + 1)
        ]

    def among(self, numbers: Set[int], day: int) -> Iterable[int]:
        """Return which of some features the texts of a day have."""
        if (index := self._features.get(day)) is not None:
            return numbers & index.keys()
        return [number for number in numbers if self._count_on(number, day)]

    def _count_on(self, number: int, day: int) -> int:
        """Return the number of texts of a day with a feature, without an index of the day."""
        return count_packed(self._packed_on(day), packed((number,)))

    def _packed_on(self, day: int) -> bytes:
        """Return the features of the texts of a day as bytes."""
        found = self._packed.get(day)
        if found is None:
            texts = map(self.texts.__getitem__, self.load(day))
            found = self._packed[day] = without_marks(b"".join([text.packed for text in texts]))
        return found

    def prepare(self) -> bool:
        """Load a day that a change would otherwise wait for. Returns whether there was any to load."""
        if not self._unprepared:
            return False
        self._packed_on(self._unprepared.pop())
        return True

    def before(self, number: int, day: int) -> list[str]:
        """Return the paths of the texts with a feature in the days before those of an event on a day."""
        return self.having(number, day - BEFORE, day - DAYS - 1)

    def weight(self, number: int, day: int) -> int:
        """Return how much a feature counts for two texts of which the later one is of a day."""
        if (number, day) not in self._weights:
            self.weigh(number, day, day)
        return self._weights[number, day]

    def weigh(self, number: int, first: int, last: int) -> None:
        """Find the weights of a feature on some days, which takes little longer than on one."""
        counts, rarity = self._counts(number, first - BEFORE, last + DAYS), RARITY.get(kind_of(number), ())
        for at, day in enumerate(range(first, last + 1), BEFORE):
            near, before = sum(counts[at - DAYS : at + DAYS + 1]), sum(counts[at - BEFORE : at - DAYS])
            full = (full for full, rare, few in rarity if before <= rare and near <= few)
            self._weights[number, day] = next(full, 0) if near <= COMMON else 0

    def forget_before(self, day: int) -> None:
        """Drop the indexes of days that are not needed any more, to save memory."""
        self._weights.clear()
        for known in (self._features, self._packed):
            for old in [one for one in known if one < day]:
                del known[old]
                self._unprepared.add(old)

    def by_feature(self, day: int) -> dict[int, list[str]]:
        """Return feature → paths of a day."""
        index = self._features.get(day)
        if index is None:
            index = {}
            for path in self.of_day(day):
                for number in self.texts[path].features:
                    index.setdefault(number, []).append(path)
            self._features[day] = index
        return index
