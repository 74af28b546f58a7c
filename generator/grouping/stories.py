"""Group texts on one event into stories. Copies of a text count once, and its lead represents it.

`Stories` keeps its results, so a changed article costs little.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence, Set

from generator.grouping.aggregators import Aggregators
from generator.grouping.editions import order
from generator.model.types import Article, CopyGroup, Story, Verdict

_FULLNESS = {Verdict.FULL: 0, Verdict.CUT: 1, Verdict.LINK: 2}


def stories_of(
    articles: Sequence[Article], copies: Sequence[CopyGroup] = (), merges: Sequence[frozenset[str]] = ()
) -> tuple[Story, ...]:
    """Return the stories, each of two or more texts, sorted by their first articles.

    `merges`: sets of paths whose texts the curator joins.
    """
    return Stories(articles, copies).updated(merges)


class Stories:
    """The stories of an archive, updated as articles change. They are the same as if found from scratch."""

    def __init__(
        self,
        articles: Sequence[Article],
        copies: Sequence[CopyGroup] = (),
        configured: Mapping[str, bool] | None = None,
    ) -> None:
        """Find the stories of all articles. `configured`: source → whether it is said to be an aggregator."""
        self.aggregators = Aggregators(configured)
        self.stories: list[Story] = []
        """The stories, sorted by first articles. `update` changes the list in place."""
        self._articles: dict[str, Article] = {}
        self._copies: dict[str, CopyGroup] = {}
        self._curated: dict[str, frozenset[str]] = {}
        """Path of a text → paths of the texts in its story, if the curator decides."""
        self._story_of: dict[str, Story] = {}
        """Path of a text → its story."""
        self._outdated: set[str] = set()
        """Paths of articles whose stories must be updated."""
        self.change((), articles, (), copies)

    def change(
        self,
        removed: Sequence[Article],
        added: Sequence[Article],
        ended: Sequence[CopyGroup],
        begun: Sequence[CopyGroup],
    ) -> None:
        """Remove and add articles and groups of copies."""
        self.aggregators.change(removed, added, ended, begun)
        for article in removed:
            del self._articles[article.path]
            self._outdated.add(article.path)
        for group in ended:
            for article in group.articles:
                del self._copies[article.path]
                self._outdated.add(article.path)
        self._articles.update((article.path, article) for article in added)
        self._copies.update((article.path, group) for group in begun for article in group.articles)
        self._outdated.update(article.path for article in added)
        self._outdated.update(article.path for group in begun for article in group.articles)

    def updated(self, merges: Sequence[frozenset[str]] = ()) -> tuple[Story, ...]:
        """Update and return the stories, sorted by first articles. `merges` as in `stories_of`."""
        self.update(merges)
        return tuple(self.stories)

    def update(self, merges: Sequence[frozenset[str]] = ()) -> tuple[list[Story], list[Story]]:
        """Update `stories`. Returns the stories that were removed, and those that were added."""
        before = self._curated
        self._curated = self._joined(merges)
        outdated = self._outdated | before.keys() | self._curated.keys()
        self._outdated = set()
        old = {story.id: story for path in outdated if (story := self._story_of.get(path))}
        outdated.update(text.path for story in old.values() for text in story.texts)
        groups = {group for path in outdated if (group := self._curated.get(path))}
        new = {story.id: story for story in map(self._story, groups)}
        same = {id_ for id_, story in new.items() if id_ in old and _are_same(old[id_], story)}
        ended = [story for id_, story in old.items() if id_ not in same]
        begun = [story for id_, story in new.items() if id_ not in same]
        self._replace(ended, begun)
        return ended, begun

    def _replace(self, ended: Iterable[Story], begun: Iterable[Story]) -> None:
        for story in ended:
            del self.stories[bisect_left(self.stories, _first(story), key=_first)]
            for text in story.texts:
                del self._story_of[text.path]
        for story in begun:
            insort(self.stories, story, key=_first)
            self._story_of.update((text.path, story) for text in story.texts)

    def _joined(self, merges: Sequence[frozenset[str]]) -> dict[str, frozenset[str]]:
        """Return path of a text → paths of the texts that the curator wants in its story."""
        of: dict[str, frozenset[str]] = {}
        for paths in merges:
            wanted = frozenset(self._text(path).path for path in paths if path in self._articles)
            joined = wanted.union(*(of[path] for path in wanted if path in of))
            of |= dict.fromkeys(joined, joined)
        return {path: texts for path, texts in of.items() if len(texts) > 1}

    def _text(self, path: str) -> Article:
        """Return the article that represents the text of another one: the lead of its copies."""
        group = self._copies.get(path)
        return group.lead if group else self._articles[path]

    def _story(self, texts: Set[str]) -> Story:
        """Return the story of the texts with these paths."""
        leads = [self._articles[path] for path in texts]
        lead = min(leads, key=_precedence)
        others = sorted((text for text in leads if text is not lead), key=order)
        copies = (article for text in leads for article in self._copies_of(text) if article is not text)
        rest = sorted((*others, *copies), key=order)
        first = min((lead, *rest), key=_place)
        return Story(id=first.id, articles=(lead, *rest), texts=(lead, *others))

    def _copies_of(self, text: Article) -> Sequence[Article]:
        group = self._copies.get(text.path)
        return group.articles if group else ()


def _place(article: Article) -> tuple[dt.date, str]:
    return article.date, article.path


def _first(story: Story) -> tuple[dt.date, str]:
    """Return the position of a story in order of time: that of its first article."""
    return min(map(_place, story.articles))


def _precedence(article: Article) -> tuple[object, ...]:
    """Return the sort key by which a text represents a story: the one that can be read best comes first."""
    return _FULLNESS[article.verdict], -article.letters, article.date, article.path


def _are_same(one: Story, other: Story) -> bool:
    """Return whether two stories consist of the same article objects, in the same order."""
    return [*map(id, one.articles), *map(id, one.texts)] == [*map(id, other.articles), *map(id, other.texts)]
