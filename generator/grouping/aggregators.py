"""Find aggregators by their numbers: sources that mostly repeat what others publish."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set

from generator.grouping.places import account_of
from generator.model.types import Article, CopyGroup

FEWEST = 10
"""Number of articles below which a source's numbers mean nothing."""
_HOMES = 5
_AT_HOME = 0.8
"""Share of a source's articles at one home, with few others, that makes it the source's own."""


class Aggregators:
    """The aggregators of an archive, updated as articles and copies change."""

    def __init__(self, configured: Mapping[str, bool] | None = None) -> None:
        """`configured`: source name → whether the curator says that it is an aggregator."""
        self.names: set[str] = set()
        self._configured = configured or {}
        self._articles: Counter[str] = Counter()
        self._repeats: Counter[str] = Counter()
        """Source → number of its copies of another source's articles."""
        self._mirrors: Counter[str] = Counter()
        """Source → number of its articles that name the original which they copy."""
        self._homes: dict[str, Counter[str]] = defaultdict(Counter)

    def change(
        self,
        removed: Iterable[Article],
        added: Iterable[Article],
        ended: Iterable[CopyGroup],
        begun: Iterable[CopyGroup],
    ) -> set[str]:
        """Count articles and copies. Returns the sources that became or ceased to be aggregators."""
        changed: set[str] = set()
        for articles, by in ((removed, -1), (added, 1)):
            changed |= self._count(articles, by)
        for groups, by in ((ended, -1), (begun, 1)):
            for group in groups:
                for article in group.articles:
                    if article.source != group.lead.source:
                        changed.add(article.source)
                        self._repeats[article.source] += by
        found = {name for name in changed if self._is_aggregator(name)}
        moved = found ^ (self.names & changed)
        self.names ^= moved
        return moved

    def _count(self, articles: Iterable[Article], by: int) -> Set[str]:
        """Count articles, source by source. Returns the sources."""
        keys: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for article in articles:
            keys[article.source].append(article.keys)
        for source, own in keys.items():
            self._articles[source] += by * len(own)
            self._mirrors[source] += by * sum(len(some) > 1 for some in own)
            homes = self._homes[source]
            for home, count in Counter([account_of(some[0]) for some in own if some]).items():
                homes[home] += by * count
        return keys.keys()

    def _is_aggregator(self, name: str) -> bool:
        """Return whether a source repeats half of its articles, or has them from many homes."""
        if (configured := self._configured.get(name)) is not None:
            return configured
        count = self._articles[name]
        if count < FEWEST:
            return False
        homes = +self._homes[name]
        is_scattered = len(homes) >= _HOMES and max(homes.values()) < _AT_HOME * homes.total()
        return is_scattered or 2 * max(self._repeats[name], self._mirrors[name]) >= count
