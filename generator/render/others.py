"""Select the other articles of a story, one for each source, or of a group of copies, by source and day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence, Set
from itertools import islice

from generator.model.types import Article


class Others:
    """Articles that belong together, grouped by source, or by source and day, for quick selection of others.

    6,000 copies have 6,000 pages. Each names some copies and counts the others.
    """

    def __init__(self, articles: Sequence[Article], *, by_day: bool = True) -> None:
        self.articles = articles
        groups: defaultdict[tuple[str, dt.date | None], list[int]] = defaultdict(list)
        for place, article in enumerate(articles):
            groups[article.source, article.date if by_day else None].append(place)
        self._groups = tuple(groups.values())
        """Positions in `articles`. Groups are ordered by their first article."""
        self._group_of = {
            articles[place].id: number for number, group in enumerate(self._groups) for place in group
        }

    def others(self, excluded: Set[str], most: int) -> tuple[list[Article], int]:
        """Return the first article of each group, at most `most` of them, and the number of groups.

        They keep their order. Articles whose id is in `excluded` do not count.
        """
        articles = self.articles
        touched = {self._group_of[id_] for id_ in excluded if id_ in self._group_of}
        first_left = (
            next((place for place in self._groups[number] if articles[place].id not in excluded), None)
            for number in touched
        )
        places = [place for place in first_left if place is not None]
        count = len(self._groups) - len(touched) + len(places)
        others = (group[0] for number, group in enumerate(self._groups) if number not in touched)
        places = sorted((*places, *islice(others, most)))
        return [articles[place] for place in places[:most]], count

    def left(self, excluded: Set[str]) -> int:
        """Return the number of all articles whose id is not in `excluded`."""
        return len(self.articles) - sum(id_ in self._group_of for id_ in excluded)
