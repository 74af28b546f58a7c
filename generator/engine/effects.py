"""What a change of articles may have made stale: pages before and after it, feeds, and files that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from generator.engine.render_context import affects_all_pages
from generator.engine.state import SiteState
from generator.grouping.regrouping import recounts
from generator.model.types import Article, Digest, Related, Source, Story, Tag
from generator.render.affected import (
    affected_pages,
    by_file,
    day_pages,
    identifier_pages,
    is_near,
    moved_sources,
    tag_pages,
)
from generator.render.all_pages import pages_of_tag
from generator.render.beside import pages_beside
from generator.render.feed_plan import feed_paths
from generator.render.pages import Page, page_of_source, pages_of_edition
from generator.render.plan import Plan


class Effects(NamedTuple):
    """The outputs that a change may have made stale, by path. Their fingerprints decide."""

    near: tuple[str, ...] = ()
    """Pages that a curator looks at after a save: those of articles and of their days."""
    others: tuple[str, ...] = ()
    removed: frozenset[str] = frozenset()
    """Paths of files that are no longer planned."""
    is_remapped: bool = False
    """Whether files may have come or gone, so that sitemaps and other lists for machines may change."""
    is_everything: bool = False
    """Whether any other file may be stale too."""
    planned: frozenset[str] | None = None
    """Paths of all planned files but lists for machines, if these may be others."""


EVERYTHING = Effects(is_remapped=True, is_everything=True)


class Change(NamedTuple):
    """A digest, and how it differs from the last one."""

    digest: Digest
    removed: list[Article]
    added: list[Article]
    """A changed article is removed and added."""
    ended: list[Related]
    begun: list[Related]

    @property
    def is_recounted(self) -> bool:
        """Whether articles came or went, or moved to other lists.

        Longer periods list only articles with a story, so it counts too which articles have one.
        """
        return recounts(self.removed, self.added) or _members(self.ended) != _members(self.begun)

    @property
    def articles(self) -> list[Article]:
        """All articles that are different, or whose copies or stories are."""
        told = (article for group in (*self.ended, *self.begun) for article in group.articles)
        return [*self.removed, *self.added, *told]

    @property
    def sources(self) -> set[str]:
        """Names of the sources of these."""
        return {article.source for article in self.articles}


def affected_before(plan: Plan, change: Change, last: Digest) -> Mapping[str, Page]:
    """Return path → page of the pages that a change affects among those planned for the `last` digest."""
    return by_file(
        (
            *affected_pages(plan, change.removed, change.ended, is_recounted=change.is_recounted),
            *identifier_pages(plan, (*change.added, *linked_otherwise(last, change.digest))),
            *tag_pages(plan, change.added, is_recounted=change.is_recounted),
            *day_pages(plan, moved_sources(last, change.digest)),
        )
    )


def effects_of(
    state: SiteState, change: Change, before: Mapping[str, Page], last: Digest, *, had_picks: bool
) -> Effects:
    """Return what a change may have made stale. `before`: path → page that it could affect before."""
    digest, removed, added, ended, begun = change
    plan = state.rendering.plan
    left = {article.path for article in removed}
    parted = [article for group in ended for article in group.articles if article.path not in left]
    parted += [one for one in linked_otherwise(last, digest) if one.path not in left]
    pages = by_file(
        affected_pages(plan, (*added, *parted), begun, removed, ended, is_recounted=change.is_recounted)
    )
    moved = moved_sources(digest, last)
    pages |= by_file(
        (*day_pages(plan, moved), *pages_beside(plan, (one for own in moved for one in own.articles)))
    )
    if digest.days[-1].first != last.days[-1].first:
        pages |= by_file(map(page_of_source, digest.sources.values()))
    dates = {article.date for article in (*removed, *added)}
    near = [path for path, page in pages.items() if is_near(page, dates)]
    others = [path for path, page in pages.items() if not is_near(page, dates)]
    has_other_feeds = bool(plan.picks) is not had_picks
    if has_other_feeds:  # all editions link to the feed of picks, if there are any
        every = (*digest.days, *digest.weeks, *digest.months, *digest.years)
        others += by_file(page for edition in every for page in pages_of_edition(plan, edition))
    if state.site.config.base_url is not None:
        others += feed_paths(owners_of(plan, (*change.articles, *parted)))
    has_other_sources = last.sources.keys() != digest.sources.keys()  # which are listed as OPML
    return Effects(
        tuple(near),
        tuple(others),
        frozenset((*before.keys() - pages.keys(), *lost_files(last, digest))),
        is_remapped=(
            has_other_feeds or has_other_sources or _mapped(before.values()) != _mapped(pages.values())
        ),
        is_everything=affects_all_pages(state.rendering.theme, last, digest),
    )


def _members(groups: Iterable[Related]) -> set[str]:
    """Return the ids of the articles of the stories among some groups."""
    return {article.id for group in groups if isinstance(group, Story) for article in group.articles}


def _mapped(pages: Iterable[Page]) -> set[tuple[str, dt.date | None, dt.date | None]]:
    """Return what sitemaps say about pages."""
    return {(page.address, page.month, page.modified) for page in pages}


def owners_of(plan: Plan, articles: Iterable[Article]) -> list[Source | Tag]:
    """Return the sources and tags of articles."""
    digest, articles = plan.digest, tuple(articles)
    names = {one.source for one in articles} & digest.sources.keys()
    keys = {key for one in articles for key in plan.tag_rules.all_of(one)} & digest.tags.keys()
    return [*map(digest.sources.__getitem__, sorted(names)), *map(digest.tags.__getitem__, sorted(keys))]


def lost_files(last: Digest, digest: Digest) -> Iterator[str]:
    """Yield the paths of files of sources and tags that are no more: all feeds, and the pages of tags."""
    lost: list[Source | Tag] = [one for name, one in last.sources.items() if name not in digest.sources]
    if last.tags is not digest.tags:
        slugs = {tag.slug for tag in digest.tags.values()}
        lost += [tag for tag in last.tags.values() if tag.slug not in slugs]
    if lost:
        yield from feed_paths(lost)
    for one in lost:
        if isinstance(one, Tag):
            yield from by_file(pages_of_tag(one))


def linked_otherwise(last: Digest, digest: Digest) -> Iterator[Article]:
    """Yield the articles that link otherwise to identifiers, whose pages come or go, or to tags."""
    for name in last.identifiers.keys() ^ digest.identifiers.keys():
        yield from (last.identifiers.get(name) or digest.identifiers[name]).articles
    if last.tags is digest.tags:
        return
    for key, tag in digest.tags.items():
        before = last.tags.get(key, tag)
        if before is not tag and (before.name, before.slug) != (tag.name, tag.slug):
            yield from tag.articles
