"""Turn stories into the views that their template shows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby

import msgspec

from generator.model import addresses
from generator.model.identifiers import label_of
from generator.model.types import Article, Story, Verdict, direction
from generator.render import views
from generator.render.lists import STORY_FILLS, Fill, Lists, Ways, ways
from generator.render.period_views import Report, StoryDay, StoryView

_MOST_IDENTIFIERS = 5
_MOST_LANGUAGES = 8


def story_ways(lists: Lists, story: Story) -> Ways:
    """Return functions that make the views of a story's page."""
    return ways(partial(_story, lists, story), STORY_FILLS)


def _story(lists: Lists, story: Story, fill: Fill) -> StoryView:
    lead, texts = story.lead, story.texts
    shown = texts[: None if fill.items is None else fill.items + 1]
    items = {
        article.id: msgspec.structs.replace(
            lists.item(article, excerpt=n <= fill.excerpts), also=(), also_more=0, story=None
        )
        for n, article in enumerate(shown)
    }
    days = [article.date for article in texts]
    newest_first = sorted(shown, key=lambda article: article.date, reverse=True)
    return StoryView(
        title=lead.title,
        language=lead.title_language,
        dir=direction(lead.title_language),
        lead=items[lead.id],
        identifiers=_identifiers(lists, texts),
        reports=tuple(_reports(lists, texts)),
        sources=_sources(lists, texts),
        days=tuple(
            StoryDay(day=lists.names.day(date, 0), items=tuple(items[one.id] for one in own))
            for date, own in groupby(newest_first, key=lambda article: article.date)
        ),
        count=len(texts),
        shown=len(shown),
        first=min(days),
        last=max(days),
    )


def shared_identifiers(texts: Iterable[Article]) -> list[str]:
    """Return the identifiers that two texts or more name, those of most texts first."""
    naming = Counter(name for article in texts for name in article.identifiers)
    shared = (name for name, count in naming.items() if count > 1)
    return sorted(shared, key=lambda name: (-naming[name], name))


def _identifiers(lists: Lists, texts: Iterable[Article]) -> tuple[views.Named, ...]:
    known = lists.plan.digest.identifiers
    found = [name for name in shared_identifiers(texts) if name in known]
    return tuple(
        views.Named(name=label_of(name), address=addresses.identifier(name))
        for name in found[:_MOST_IDENTIFIERS]
    )


def _sources(lists: Lists, texts: Iterable[Article]) -> tuple[views.Named, ...]:
    counts = Counter(article.source for article in texts)
    sources = lists.plan.digest.sources
    return tuple(
        lists.names.source(sources[name], count)
        for name, count in sorted(counts.items(), key=lambda one: (-one[1], sources[one[0]].slug))
    )


def _reports(lists: Lists, texts: Sequence[Article]) -> Iterator[Report]:
    """Yield the first of a story's texts, the fullest, and the fullest in each other language; each once."""
    first = min(texts, key=_moment)
    readable = [article for article in texts if lists.plan.has_page(article)]
    readable.sort(key=_fullness)
    fullest = next(iter(readable), None)
    yield _report(lists, first, "first_fullest" if first is fullest else "first")
    if fullest is None:
        return
    if first is not fullest:
        yield _report(lists, fullest, "fullest")
    languages = {_primary(fullest): fullest}
    for article in readable:
        languages.setdefault(_primary(article), article)
    del languages[_primary(fullest)]
    languages.pop("und", None)
    others = [article for _, article in sorted(languages.items()) if article is not first]
    for article in others[:_MOST_LANGUAGES]:
        yield _report(lists, article, "language")


def _report(lists: Lists, article: Article, kind: str) -> Report:
    return Report(item=lists.item(article, excerpt=False, also=0), kind=kind)


def _moment(article: Article) -> tuple[dt.date, bool, dt.timedelta]:
    """Return the sort key of an article's time, oldest first. Without a time it comes last on its day."""
    time = article.time
    if time is None:
        return article.date, True, dt.timedelta()
    return article.date, False, time - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _fullness(article: Article) -> tuple[bool, int]:
    """Return the sort key of an article's text, the fullest first. Minutes are comparable across scripts."""
    return article.verdict is not Verdict.FULL, -article.minutes


def _primary(article: Article) -> str:
    return article.language.partition("-")[0].lower()
