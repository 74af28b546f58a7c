"""Keeps the parts of days from one digest to the next, as long as nothing that decides them differs."""

from __future__ import annotations

import datetime as dt

from generator.model.types import Digest, Edition, Source
from generator.render.day_plan import DayPart, Grouped, is_light, parts_of

KEPT = 200
"""Number of days whose parts are kept. A row takes 150 bytes."""


class Days:
    """The parts of days. Those of the days that were needed last are kept, as several pages need them."""

    def __init__(self) -> None:
        self._of: tuple[Digest | None, dt.date] = None, dt.date.min
        self._kept: dict[dt.date, tuple[object, tuple[DayPart, ...]]] = {}
        """Day → what its parts were made of, and the parts."""
        self._checked: set[dt.date] = set()
        """Days whose parts were compared with the digest."""

    def parts(self, edition: Edition, known: Grouped) -> tuple[DayPart, ...]:
        """Return the parts of a day: the same object as before if nothing that decides them differs."""
        kept = self._of_day(edition, known)
        if kept is None:
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            kept = parts_of(edition, known)
            self._kept[edition.first] = _basis(edition, known), kept
            self._checked.add(edition.first)
        return kept

    def count(self, edition: Edition, known: Grouped) -> int:
        """Return the number of parts of a day. Most days are light, which is quicker to know."""
        kept = self._of_day(edition, known)
        return 1 if kept is None and is_light(edition, known) else len(kept or self.parts(edition, known))

    def _of_day(self, edition: Edition, known: Grouped) -> tuple[DayPart, ...] | None:
        """Return the parts of a day if they are kept and nothing that decides differs."""
        if self._of[0] is not known.digest or self._of[1] != known.since:
            self._of, self._checked = (known.digest, known.since), set()
        kept = self._kept.get(edition.first)
        if kept is None or edition.first in self._checked:
            return kept and kept[1]
        if kept[0] != _basis(edition, known):
            del self._kept[edition.first]
            return None
        self._checked.add(edition.first)
        return kept[1]


def _basis(edition: Edition, known: Grouped) -> object:
    """Return all that decides the parts of a day. It is quickly compared: most objects are the same."""
    articles = [article for group in edition.groups for article in group.articles]
    return (
        edition,
        known.since,
        known.language,
        [known.copies.get(article.id) for article in articles],
        [known.stories.get(article.id) for article in articles],
        [_deciding(known.digest.sources[group.source]) for group in edition.groups],
    )


def _deciding(source: Source) -> tuple[object, ...]:
    """Return what of a source decides where its articles stand, and how much they weigh."""
    return source.slug, source.text, source.is_activity
