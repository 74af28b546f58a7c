"""What a change of articles may have made stale: pages before and after it, feeds, and files that end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from generator.engine.state import SiteState
from generator.grouping.changed import Change
from generator.model import addresses
from generator.model.types import Digest
from generator.render.affected import (
    affected_pages,
    affects_all_pages,
    by_file,
    edition_pages,
    files_leading_to,
    identifier_pages,
    is_near,
    linked_otherwise,
    lost_files,
    moved_articles,
    owners_of,
    tag_pages,
)
from generator.render.feed_plan import feed_paths
from generator.render.pages import Page, page_of_source
from generator.render.plan import Plan


class Effects(NamedTuple):
    """The outputs that a change may have made stale, by path. Their fingerprints decide."""

    near: tuple[str, ...] = ()
    """Pages that a curator looks at after a save: those of changed articles and of their days."""
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


def affected_before(plan: Plan, change: Change, last: Digest) -> Mapping[str, Page]:
    """Return path → page of the pages that a change affects among those planned for the `last` digest."""
    # Their longer editions, which name picks, are there already.
    pinned = () if change.is_recounted else (article for article in change.added if article.pinned)
    return by_file(
        (
            *affected_pages(plan, change.removed, change.ended, is_recounted=change.is_recounted),
            *identifier_pages(plan, (*change.added, *linked_otherwise(last, change.digest))),
            *tag_pages(plan, change.added, is_recounted=change.is_recounted),
            *edition_pages(plan, (*moved_articles(last, change.digest), *pinned)),
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
    moved = moved_articles(digest, last)
    pages |= by_file(edition_pages(plan, moved))
    if digest.days[-1].first != last.days[-1].first:
        pages |= by_file(map(page_of_source, digest.sources.values()))
    changed, dates = {one.path for one in added}, {article.date for article in (*removed, *added)}
    near = [path for path, page in pages.items() if is_near(page, changed, dates)]
    others = [path for path, page in pages.items() if not is_near(page, changed, dates)]
    others += files_leading_to(plan, change.articles, is_recounted=change.is_recounted)
    others += files_leading_to(plan, moved, is_recounted=False)
    has_other_feeds = bool(plan.picks) is not had_picks
    if has_other_feeds:
        others.append(addresses.file_of(addresses.FRONT))  # it announces the feed of picks
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


def _mapped(pages: Iterable[Page]) -> set[tuple[str, dt.date | None, dt.date | None]]:
    """Return what sitemaps say about pages."""
    return {(page.address, page.month, page.modified) for page in pages}
