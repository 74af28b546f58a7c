"""Finds the page that a plan has at a path, without listing all pages."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from generator.model import addresses
from generator.model.types import Article, Digest, Edition, Period, Source, Tag
from generator.render.all_pages import page_of_identifier, page_of_tag, pages_of_kind
from generator.render.pages import (
    Page,
    overviews,
    page_of_source,
    pages_of_article,
    pages_of_edition,
    pages_of_month,
    pages_of_story,
)
from generator.render.plan import Plan

OVERVIEWS = tuple(
    map(
        addresses.file_of,
        (
            addresses.FRONT,
            addresses.ARCHIVE,
            addresses.sources(),
            addresses.sources(by_name=True),
            addresses.TAGS,
            addresses.SEARCH,
            addresses.LATER,
            addresses.NOT_FOUND,
        ),
    )
)
"""Paths of the pages that show the whole digest. The list of sources may have further parts."""
_OF_ID = re.compile(r"(articles|stories)/[^/]+/([^/]+)\.html")
_OF_PERIOD = re.compile(r"(\d{4})/(?:w(\d\d)/|(\d\d)/(?:(\d\d)/(?:\d+/)?)?)?index\.html")
_OF_SOURCES = re.compile(r"sources/(?:a-z-)?\d+\.html")
_OF_SOURCE_OR_TAG = re.compile(r"(sources|tags)/([^/]+)/(?:(\d{4})/(\d\d)/(?:\d+/)?)?index\.html")

_OF_IDENTIFIERS = re.compile(r"([a-z]+)/(?:\d{4}/\d\d/(?:\d+/)?|([^/]+)/)?index\.html")


def page_at(plan: Plan, path: str, find: Callable[[str], Article | None]) -> Page | None:
    """Return the page whose file is at `path` below the output folder; None if the plan has none there.

    `find` returns the published article with an id.
    """
    return next((page for page in _candidates(plan, path, find) if _file(page) == path), None)


def _candidates(plan: Plan, path: str, find: Callable[[str], Article | None]) -> Iterator[Page]:
    """Yield the few pages that may be at a path."""
    digest = plan.digest
    if path in OVERVIEWS or _OF_SOURCES.fullmatch(path):
        yield from overviews(plan)
    elif found := _OF_ID.fullmatch(path):
        kind, id_ = found.groups()
        if kind == "stories" and (story := plan.stories.get(id_)):
            yield from pages_of_story(plan, story)
        elif kind == "articles" and (article := find(id_)):
            yield from pages_of_article(plan, article)
    elif found := _OF_PERIOD.fullmatch(path):
        if edition := _edition(digest, *found.groups()):
            yield from pages_of_edition(plan, edition)
    elif found := _OF_SOURCE_OR_TAG.fullmatch(path):
        kind, slug, year, month = found.groups()
        if one := plan.source_at(slug) if kind == "sources" else plan.tag_index.by_slug.get(slug):
            yield from _pages_of_source_or_tag(one, year, month)
    else:
        yield from _pages_of_identifiers(plan, path)
    if (id_ := plan.aliases.get(path)) and (article := find(id_)):
        yield from pages_of_article(plan, article)


def _pages_of_identifiers(plan: Plan, path: str) -> Iterator[Page]:
    found = _OF_IDENTIFIERS.fullmatch(path)
    kind = plan.identifier_kinds.get(found[1]) if found else None
    if found and kind:
        if one := kind.by_slug.get(found[2] or ""):
            yield page_of_identifier(one)
        else:
            yield from pages_of_kind(kind)


def _edition(digest: Digest, year: str, week: str, month: str, day: str) -> Edition | None:
    """Return the edition of a period; None if it has no articles, or does not exist."""
    try:
        if week:
            period, first = Period.WEEK, dt.date.fromisocalendar(int(year), int(week), 1)
        else:
            period = Period.DAY if day else Period.MONTH if month else Period.YEAR
            first = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    editions = digest.editions(period)
    at = bisect_left(editions, first, key=lambda one: one.first)
    return editions[at] if at < len(editions) and editions[at].first == first else None


def _pages_of_source_or_tag(owner: Source | Tag, year: str | None, month: str | None) -> Iterator[Page]:
    if year is None:
        yield page_of_tag(owner) if isinstance(owner, Tag) else page_of_source(owner)
        return
    for one in owner.months:
        if one.first.year == int(year) and one.first.month == int(month or 0):
            yield from pages_of_month(owner, one)


def _file(page: Page) -> str:
    return addresses.file_of(page.address)
