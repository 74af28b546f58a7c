"""The other copies of an article in its story: one of each source and day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Set
from itertools import islice

from generator.model.types import Article, Story


class Copies:
    """The articles of a story by source and day: each can name others without a look at all of them.

    A story of 6,000 articles has 6,000 pages, each of which names some copies and counts the others.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        groups: defaultdict[tuple[str, dt.date], list[int]] = defaultdict(list)
        for place, article in enumerate(story.articles):
            groups[article.source, article.date].append(place)
        self._groups = tuple(groups.values())
        """Places in the story, groups in the order of their first ones."""
        self._group_of = {
            story.articles[place].id: number for number, group in enumerate(self._groups) for place in group
        }

    def besides(self, left_out: Set[str], most: int) -> tuple[list[Article], int]:
        """The first article of each source and day, in the story's order, at most so many; and their number.

        Articles whose id is left out do not count.
        """
        articles = self.story.articles
        touched = {self._group_of[id_] for id_ in left_out if id_ in self._group_of}
        first_left = (
            next((place for place in self._groups[number] if articles[place].id not in left_out), None)
            for number in touched
        )
        places = [place for place in first_left if place is not None]
        count = len(self._groups) - len(touched) + len(places)
        others = (group[0] for number, group in enumerate(self._groups) if number not in touched)
        places = sorted((*places, *islice(others, most)))
        return [articles[place] for place in places[:most]], count
