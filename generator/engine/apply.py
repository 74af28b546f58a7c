"""Brings the state of a site up to date with a change, and tells which outputs may be stale.

Most changes affect a few articles, and `update` follows them one by one. A change with a wider effect groups
all articles again. Tests compare the results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from generator.config.site import Config, Site
from generator.engine.changes import Stale
from generator.engine.curation import choose
from generator.engine.outputs import Outputs, feed_paths
from generator.engine.render_context import RenderContext, affects_all_pages, since_of
from generator.engine.safeguards import with_mistyped
from generator.engine.site_index import grouped, theme_faults, told_of_sources
from generator.engine.state import Records, SiteState
from generator.grouping.digest import with_settings
from generator.grouping.health import leaders_of
from generator.grouping.regrouping import recounts, regrouped, spliced
from generator.grouping.sources import configured_names
from generator.model.types import Article, Digest, Story, TextPolicy
from generator.render.affected import affected_pages, by_file, is_near
from generator.render.pages import Page, page_of_source

_OF_PLAN = ("articles", "recent_months", "base_url")
"""Keys of the configuration that decide which files there are."""


class Effects(NamedTuple):
    """The outputs that a change may have made stale, by path. Their fingerprints decide."""

    near: tuple[str, ...] = ()
    """Pages that a curator looks at after a save: those of articles and of their days."""
    others: tuple[str, ...] = ()
    removed: frozenset[str] = frozenset()
    """Paths of files that are no longer planned."""
    is_remapped: bool = False
    """Whether sitemaps and other lists for machines may change."""
    is_everything: bool = False
    """Whether any other file may be stale too."""
    planned: frozenset[str] | None = None
    """Paths of all planned files, if these may be others."""


EVERYTHING = Effects(is_remapped=True, is_everything=True)


def apply(state: SiteState, site: Site, settings: Stale, read: Records) -> Effects:
    """Bring a state in memory up to date with changed settings and records.

    Raises `ConfigError` if `picks.toml` cannot be read, and `TemplateFault` if the theme is unusable.
    The state is in between then, and the next call has to include `Stale.GROUPING`.
    """
    before, state.site = state.site, site
    state.keep_records(read)
    if settings & Stale.GROUPING:
        return _regroup(state)
    reloaded = _reload(state, before, settings) if settings else Effects()
    has_other_picks = bool(settings & Stale.PICKS)
    updated: Effects | None = Effects()
    if reloaded and (read or has_other_picks):
        updated = update(state, read, has_other_picks=has_other_picks)
    if reloaded is None or updated is None:
        return _regroup(state)
    state.index.found = state.documents.total
    return Effects(
        updated.near,
        (*updated.others, *reloaded.others),
        updated.removed,
        is_remapped=updated.is_remapped or reloaded.is_remapped,
        is_everything=updated.is_everything or reloaded.is_everything,
        planned=reloaded.planned,
    )


def update(state: SiteState, read: Records, *, has_other_picks: bool = False) -> Effects | None:
    """Apply changed records and picks; None if they may affect the grouping of all."""
    repicked = choose(state, read, has_other_picks=has_other_picks)
    if repicked is None:
        return None
    removed, added = _changes(state, read, repicked)
    read = {**repicked, **read}
    if not _are_limited(state, read, removed, added, repicked):
        return None
    config, index, plan = state.site.config, state.index, state.rendering.plan
    last = index.digest
    digest = regrouped(last, removed, added, config)
    if digest is None or since_of(digest, config) != plan.since:
        return None
    had_picks = bool(plan.picks)
    state.stories.change([article.path for article in removed], added)
    ended, begun = state.stories.tell(index.choices.merges, index.choices.splits)
    digest = msgspec.structs.replace(
        digest, articles=spliced(last.articles, removed, added), stories=tuple(state.stories.stories)
    )
    told = [article for story in (*ended, *begun) for article in story.articles]
    # Longer periods list only articles with a story. If that set changes, their pages are affected too.
    is_recounted = recounts(removed, added) or _members(ended) != _members(begun)
    before = by_file(affected_pages(plan, removed, ended, is_recounted=is_recounted))
    plan.change(digest, removed, added, ended, begun)
    state.note_articles(removed, added)
    index.change(config, state.options, digest, removed, added, read, state.documents.found)
    state.impact.add_sources([digest.sources[name] for name in digest.sources.keys() - last.sources.keys()])
    for story in ended:
        for article in story.articles:
            state.leaders.pop(article.id, None)
    state.leaders.update(leaders_of(begun))
    left = {article.path for article in removed}
    parted = [article for story in ended for article in story.articles if article.path not in left]
    pages = by_file(affected_pages(plan, (*added, *parted), begun, removed, ended, is_recounted=is_recounted))
    touched = {article.source for article in (*removed, *added, *told)}
    state.dirty_sources |= touched
    state.changed_sources |= touched
    if digest.sources.keys() != last.sources.keys():  # a source without health cannot be rendered
        state.renew_health()
    if digest.days[-1].first != last.days[-1].first:  # silence is counted up to it
        state.dirty_sources |= digest.sources.keys()
        pages |= by_file(map(page_of_source, digest.sources.values()))
    state.rendering = RenderContext(
        state.site, index, plan, state.context, healths=state.rendering.healths, last=state.rendering
    )
    state.outputs.rendering = state.rendering
    dates = {article.date for article in (*removed, *added)}
    near = [path for path, page in pages.items() if is_near(page, dates)]
    others = [path for path, page in pages.items() if not is_near(page, dates)]
    if config.base_url is not None:
        others += feed_paths([digest.sources[name] for name in sorted(touched)])
    return Effects(
        tuple(near),
        tuple(others),
        frozenset(before.keys() - pages.keys()),
        is_remapped=_mapped(before.values()) != _mapped(pages.values()),
        # All editions link to the feed of picks, if there are any.
        is_everything=bool(plan.picks) is not had_picks
        or affects_all_pages(state.rendering.theme, last, digest),
    )


def _changes(state: SiteState, read: Records, repicked: Records) -> tuple[list[Article], list[Article]]:
    """Return the articles that are removed and added; a changed one is in both lists.

    `read` are changed clippings, `repicked` others of which picks say something else.
    """
    removed, added = state.article_changes(read)
    for path, (record, _) in repicked.items():
        old, new = state.shown.get(path), state.published(record)
        if old and new:
            new = msgspec.structs.replace(new, source=old.source, aliases=old.aliases)
        if old != new:
            removed += [old] if old else []
            added += [new] if new else []
    return removed, added


def _are_limited(
    state: SiteState, read: Records, removed: Iterable[Article], added: Iterable[Article], repicked: Records
) -> bool:
    """Return whether changed records affect only their own articles."""
    old = {article.path: article for article in removed}
    new = {article.path: article for article in added}
    sources = state.index.digest.sources
    return all(
        (path in repicked and (path in old) is (path in new))
        or state.impact.is_limited(record, path, old.get(path), new.get(path), sources)
        for path, (record, _) in read.items()
    ) and all(state.paths.get(one.id.casefold(), path) == path for path, one in new.items())


def _reload(state: SiteState, before: Site, settings: Stale) -> Effects | None:
    """Take over settings that change no grouping; None if they do."""
    site, index, plan = state.site, state.index, state.rendering.plan
    if before.config.title != site.config.title and state.has_own_articles:
        return None
    if settings & Stale.SOURCES and not _reconfigure(state, before.config):
        return None
    found = state.documents.found
    state.documents.found = with_mistyped(site, found)
    state.replace_problems(found.problems, state.documents.found.problems)
    if settings & Stale.PAGES:
        state.replace_problems(state.theme_faults, faults := tuple(theme_faults(site)))
        state.theme_faults = faults
    plan.since = since_of(index.digest, site.config)
    if settings & (Stale.PAGES | Stale.SOURCES):
        state.rendering = RenderContext(site, index, plan, state.context, healths=state.rendering.healths)
    old, state.outputs = state.outputs, Outputs(site, state.rendering, state.article)
    given = (*old.given, *state.outputs.given)
    has_other_pages = settings & (Stale.SOURCES | Stale.STATIC) or any(
        getattr(before.config, key) != getattr(site.config, key) for key in _OF_PLAN
    )
    planned = state.plan_files() if has_other_pages else None
    if settings & (Stale.PAGES | Stale.SOURCES):
        return EVERYTHING._replace(others=given, planned=planned)
    return Effects(others=given, planned=planned)


def _reconfigure(state: SiteState, before: Config) -> bool:
    """Give the sources their settings; False if that changes how articles are grouped."""
    config, index, plan = state.site.config, state.index, state.rendering.plan
    digest = with_settings(index.digest, config.sources, config.text)
    if digest is None or (index.pictured and _texts(digest) != _texts(index.digest)):
        return False
    state.replace_problems(configured_names(before.sources)[1], configured_names(config.sources)[1])
    index.digest = plan.digest = digest
    index.problems = told_of_sources(index.problems, config, digest, index.impact.held_back)
    return True


def _regroup(state: SiteState) -> Effects:
    """Group all articles again, from the records in memory. Stories are updated, not searched again."""
    records = state.records or {}
    each = ((path, record, mark) for path, (record, mark) in records.items())
    state.documents.found = with_mistyped(state.site, state.documents.found)
    index, _ = grouped(state.site, state.options, state.documents, each, state.context, state.stories)
    index.found = state.documents.total
    state.become(index)
    state.forget_names()  # which clippings are withheld may have changed
    return EVERYTHING._replace(planned=state.plan_files())


def _members(stories: Iterable[Story]) -> set[str]:
    """Return the ids of the articles of some stories."""
    return {article.id for story in stories for article in story.articles}


def _mapped(pages: Iterable[Page]) -> set[tuple[str, dt.date | None, dt.date | None]]:
    """Return what sitemaps say about pages."""
    return {(page.address, page.month, page.modified) for page in pages}


def _texts(digest: Digest) -> list[TextPolicy]:
    """Return the text policy of each source."""
    return [source.text for source in digest.sources.values()]
