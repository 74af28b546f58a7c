"""Compute the health of sources: completeness, silence, and repetition by other sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from generator.model.types import CopyGroup, Digest, Health, MonthHealth, Source, Verdict

QUIET_DAYS = 30
"""Minimum number of days without articles before a source counts as silent."""
PAUSES = 3
"""Number of a source's usual pauses that may pass before it counts as silent."""
FEWEST_ARTICLES = 5
"""Minimum number of articles of a source that can be silent. Fewer do not tell how often it publishes."""


def healths_of(digest: Digest) -> Mapping[str, Health]:
    """Return source name → health, as of the newest edition."""
    if not digest.days:
        return {}
    newest, leaders = digest.days[-1].first, leaders_of(digest.copies)
    return {
        name: health_of(source, newest, leaders, is_aggregator=name in digest.aggregators)
        for name, source in digest.sources.items()
    }


def leaders_of(copies: Iterable[CopyGroup]) -> Mapping[str, tuple[str, bool]]:
    """Return article id → the source that leads its copies, and whether the article is the lead.

    Only copies at several sources count.
    """
    return {
        article.id: (group.lead.source, article.id == group.lead.id)
        for group in copies
        if len({article.source for article in group.articles}) > 1
        for article in group.articles
    }


def health_of(
    source: Source, newest: dt.date, leaders: Mapping[str, tuple[str, bool]], *, is_aggregator: bool = False
) -> Health:
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
        is_silent=len(source.articles) >= FEWEST_ARTICLES and silent_days > max(QUIET_DAYS, PAUSES * pause),
        minutes=sum(one.minutes for one in source.articles if one.verdict is not Verdict.LINK),
        leads=sum(is_lead for _, is_lead in roles),
        follows=sum(leader != source.name for leader, _ in roles),
        is_aggregator=is_aggregator,
    )


def _months(source: Source) -> tuple[MonthHealth, ...]:
    """Return the verdicts of each month. Counts by identity, because a source may have very many articles."""
    found = []
    for month in reversed(source.months):
        verdicts = [article.verdict for part in month.parts for article in part]
        counts = {str(verdict): verdicts.count(verdict) for verdict in Verdict}
        found.append(MonthHealth(first=month.first, **counts))
    return tuple(found)
