"""Compute the health of sources: completeness, silence, and repetition by other sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from generator.model.types import Digest, Health, MonthHealth, Source, Story, Verdict

QUIET_DAYS = 30
"""Minimum number of days without articles before a source counts as silent."""
PAUSES = 3
"""Number of a source's usual pauses that may pass before it counts as silent."""


def healths_of(digest: Digest) -> Mapping[str, Health]:
    """Return source name → health, as of the newest edition."""
    if not digest.days:
        return {}
    newest, leaders = digest.days[-1].first, leaders_of(digest.stories)
    return {name: health_of(source, newest, leaders) for name, source in digest.sources.items()}


def leaders_of(stories: Iterable[Story]) -> Mapping[str, tuple[str, bool]]:
    """Return article id → the leading source of its story, and whether the article is the lead.

    Only stories of several sources count.
    """
    return {
        article.id: (story.lead.source, article.id == story.lead.id)
        for story in stories
        if len({article.source for article in story.articles}) > 1
        for article in story.articles
    }


def health_of(source: Source, newest: dt.date, leaders: Mapping[str, tuple[str, bool]]) -> Health:
    """Return the health of a source that has articles. `newest`: the day of the newest edition."""
    first, last = source.articles[-1].date, source.articles[0].date
    silent_days = (newest - last).days
    pause = (last - first).days // max(1, len(source.articles) - 1)
    roles = [leaders[article.id] for article in source.articles if article.id in leaders]
    return Health(
        months=_months(source),
        first=first,
        last=last,
        silent_days=silent_days,
        is_silent=silent_days > max(QUIET_DAYS, PAUSES * pause),
        leads=sum(is_lead for _, is_lead in roles),
        follows=sum(leader != source.name for leader, _ in roles),
    )


def _months(source: Source) -> tuple[MonthHealth, ...]:
    """Return the verdicts of each month. Counts by identity, because a source may have very many articles."""
    found = []
    for month in reversed(source.months):
        verdicts = [article.verdict for part in month.parts for article in part]
        counts = {str(verdict): verdicts.count(verdict) for verdict in Verdict}
        found.append(MonthHealth(first=month.first, **counts))
    return tuple(found)
