"""The page plan of a followed site. Its indexes by article and by day are updated in place."""

from __future__ import annotations

from collections.abc import Sequence

from generator.grouping.health import leaders_of
from generator.model.types import Article, Digest, Story
from generator.render.pages import Plan


class PageIndex:
    """A plan that can be updated in part."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._parts = dict(plan.parts)
        self._counts = dict(plan.counts)
        self._stories = dict(plan.stories)
        self.leaders = dict(leaders_of(plan.digest.stories))
        """Article id → article that leads its story, as returned by `leaders_of`."""
        self.shown = {article.path: article for article in plan.digest.articles}
        """Path → published article."""
        self.paths = {article.id: article.path for article in plan.digest.articles}
        """Article id → path."""

    def change(
        self,
        digest: Digest,
        removed: Sequence[Article],
        added: Sequence[Article],
        ended: Sequence[Story],
        begun: Sequence[Story],
    ) -> Plan:
        """Return the plan of the digest after articles and stories were removed and added."""
        for article in removed:
            del self.shown[article.path], self.paths[article.id]
            self._parts.pop(article.id, None)
            self._counts[article.date] -= 1
        for article in added:
            self.shown[article.path] = article
            self.paths[article.id] = article.path
            self._counts[article.date] = self._counts.get(article.date, 0) + 1
        self._part(digest, (*removed, *added))
        for story in ended:
            for article in story.articles:
                self._stories.pop(article.id, None)
                self.leaders.pop(article.id, None)
        self._stories.update({article.id: story for story in begun for article in story.articles})
        self.leaders.update(leaders_of(begun))
        picks = self._plan.picks
        if any(article.pinned for article in (*removed, *added)):
            picks = tuple(article for article in digest.articles if article.pinned)
        self._plan = Plan(
            digest=digest,
            parts=self._parts,
            counts=self._counts,
            stories=self._stories,
            picks=picks,
            since=self._plan.since,
        )
        return self._plan

    def _part(self, digest: Digest, articles: Sequence[Article]) -> None:
        """Update article id → number of its part, for the months of `articles`."""
        for source, first in {(one.source, one.date.replace(day=1)) for one in articles}:
            for month in digest.sources[source].months:
                if month.first == first:
                    self._parts.update(
                        {one.id: number for number, part in enumerate(month.parts, 1) for one in part}
                    )
