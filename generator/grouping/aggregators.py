"""Find aggregators by their numbers: sources that mostly repeat what others publish."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from generator.grouping.places import account_of
from generator.model.types import Article, CopyGroup, Source

FEWEST = 10
"""Number of articles below which a source's numbers mean nothing."""
_HOMES = 5
_AT_HOME = 0.8
"""Share of a source's articles at one home, with few others, that makes it the source's own."""


class KnownAggregators(NamedTuple):
    """The aggregators of an archive as they were found earlier, with the same articles and settings."""

    names: Iterable[str]
    sources: Mapping[str, Source]
    copies: Iterable[CopyGroup]


class Aggregators:
    """The aggregators of an archive, updated as articles and copies change."""

    def __init__(
        self, configured: Mapping[str, bool] | None = None, known: KnownAggregators | None = None
    ) -> None:
        """`configured`: source name → whether the curator says that it is an aggregator."""
        self.names: set[str] = {*known.names} if known else set()
        self._uncounted: dict[str, Source] = {**known.sources} if known else {}
        """The sources whose articles are not counted yet, as they are before they change."""
        self.configured = configured or {}
        self._articles: Counter[str] = Counter()
        self._repeats: Counter[str] = Counter()
        """Source → number of its copies of another source's articles."""
        self._mirrors: Counter[str] = Counter()
        """Source → number of its articles that name the original which they copy."""
        self._homes: dict[str, Counter[str]] = defaultdict(Counter)
        if known:
            self._count_repeats(known.copies, 1)

    def change(
        self,
        removed: Iterable[Article],
        added: Iterable[Article],
        ended: Iterable[CopyGroup],
        begun: Iterable[CopyGroup],
    ) -> set[str]:
        """Count articles and copies. Returns the sources that became or ceased to be aggregators."""
        changed: set[str] = set()
        for groups, by in ((ended, -1), (begun, 1)):
            changed |= self._count_repeats(groups, by)
        changed.update(article.source for articles in (removed, added) for article in articles)
        for name in changed & self._uncounted.keys():
            self._count_source(name)
        for articles, by in ((removed, -1), (added, 1)):
            self._count(articles, by)
        found = {name for name in changed if self._is_aggregator(name)}
        moved = found ^ (self.names & changed)
        self.names ^= moved
        return moved

    def prepare(self) -> bool:
        """Count a source that a change would otherwise wait for. Returns whether there was any to count."""
        name = next(iter(self._uncounted), None)
        if name is not None:
            self._count_source(name)
        return name is not None

    def _count_source(self, name: str) -> None:
        self._count(self._uncounted.pop(name).articles, 1)

    def _count_repeats(self, groups: Iterable[CopyGroup], by: int) -> Set[str]:
        """Count the copies of other sources' articles. Returns the sources of these copies."""
        copied = Counter(
            article.source
            for group in groups
            for article in group.articles
            if article.source != group.lead.source
        )
        for source, count in copied.items():
            self._repeats[source] += by * count
        return copied.keys()

    def _count(self, articles: Iterable[Article], by: int) -> None:
        """Count articles, source by source."""
        keys: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for article in articles:
            keys[article.source].append(article.keys)
        for source, own in keys.items():
            self._articles[source] += by * len(own)
            self._mirrors[source] += by * sum(len(some) > 1 for some in own)
            homes = self._homes[source]
            for home, count in Counter([account_of(some[0]) for some in own if some]).items():
                homes[home] += by * count

    def _is_aggregator(self, name: str) -> bool:
        """Return whether a source repeats half of its articles, or has them from many homes."""
        if (configured := self.configured.get(name)) is not None:
            return configured
        count = self._articles[name]
        if count < FEWEST:
            return False
        homes = +self._homes[name]
        is_scattered = len(homes) >= _HOMES and max(homes.values()) < _AT_HOME * homes.total()
        return is_scattered or 2 * max(self._repeats[name], self._mirrors[name]) >= count
