"""Brings the state of a site up to date with a change, and tells which outputs may be stale.

Most changes affect a few articles: clippings that changed or are due, picks that say something else of them,
another name of their source. They are replaced in what is grouped already. A change with a wider effect
groups all articles again. Tests compare the results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from generator.config.mistyped import is_mistyped, mistyped
from generator.config.site import Config, Site
from generator.config.tags import tag_rules
from generator.engine.changes import Stale
from generator.engine.curation import choose
from generator.engine.effects import EVERYTHING, Effects, affected_before, effects_of
from generator.engine.impact import ImpactCheck
from generator.engine.outputs import Outputs
from generator.engine.readings import with_source, withheld
from generator.engine.records import Record, Records
from generator.engine.renaming import renamed
from generator.engine.render_context import RenderContext
from generator.engine.site_index import grouped, kept_by, theme_faults, told_of_site
from generator.engine.state import SiteState
from generator.grouping.changed import Change, changed
from generator.grouping.digest import with_settings
from generator.grouping.health import leaders_of
from generator.grouping.regrouping import regrouped, spliced
from generator.grouping.sources import configured_aggregators, configured_names
from generator.grouping.tags import tags_of
from generator.model import addresses
from generator.model.types import Article, CopyGroup, Related, Source
from generator.render.affected import by_file, edition_pages, moved_articles
from generator.render.plan import has_reader, since_of


class ChangeSet(NamedTuple):
    """What is different from what a state was computed from."""

    site: Site
    """With its configuration now."""
    settings: Stale
    records: Records
    """Path → record and its hash, of clippings that read otherwise now; `GONE` for removed ones."""


def apply(state: SiteState, changes: ChangeSet) -> Effects | None:
    """Bring a state up to date with changed settings and clippings.

    Returns None if all articles have to be grouped again from records that the state does not have. Raises
    `ConfigError` if `picks.toml` cannot be read, and `TemplateFault` if the theme is unusable. After both, a
    state in memory is in between, and the next call has to include `Stale.GROUPING`.
    """
    before, state.site = state.site, changes.site
    read = {**state.records_of(state.index.due(state.options.as_of)), **changes.records}
    state.keep_records(read)
    if Stale.GROUPING in changes.settings:
        return _regroup(state)
    updated = _update(state, read, before.config, has_other_picks=Stale.PICKS in changes.settings)
    reloaded = _reload(state, before.config, changes.settings) if updated and changes.settings else Effects()
    if updated is None or reloaded is None:
        return _regroup(state)
    state.index.found = state.documents.total
    return Effects(
        (*updated.near, *reloaded.near),
        (*updated.others, *reloaded.others),
        updated.removed,
        is_remapped=updated.is_remapped or reloaded.is_remapped,
        is_everything=updated.is_everything or reloaded.is_everything,
        planned=reloaded.planned,
    )


def _update(state: SiteState, read: Records, former: Config, *, has_other_picks: bool) -> Effects | None:
    """Replace the articles that are others now; None if that may affect the grouping of all.

    `read` are the records of changed clippings, and `former` is the configuration until now.
    """
    names = renamed(state, former, is_alone=not (read or has_other_picks))
    repicked = choose(state, read, has_other_picks=has_other_picks)
    if names is None or repicked is None:
        return None
    check = ImpactCheck(state.index, state.site.config)
    derived = {path: one for path, one in {**state.records_of(names), **repicked}.items() if path not in read}
    if not (read or derived):
        return Effects()
    removed, added = _changes(state, check, read, derived, names)
    plan, last = state.rendering.plan, state.index.digest
    plan.since = since_of(last, state.site.config)
    digest = None
    if _are_limited(state, check, read, removed, added, derived):
        digest = regrouped(last, removed, added, state.site.config)
    if digest is None or since_of(digest, state.site.config) != plan.since:
        return None  # with nothing changed
    change = changed(
        last, digest, removed, added,
        copies=state.copies, stories=state.stories, choices=state.index.choices, tag_rules=plan.tag_rules,
    )  # fmt: skip
    before = affected_before(plan, change, last)
    index_files = [addresses.NEW, *state.rendering.search.paths_of(change.articles)]
    state.rendering.search.change(change.articles)
    had_picks = bool(plan.picks)
    _take_over(state, change, {**derived, **read}, derived.keys())
    effects = effects_of(state, change, before, last, had_picks=had_picks)
    index_files += state.rendering.search.paths_of(change.articles)
    return effects._replace(others=(*effects.others, *dict.fromkeys(index_files)))


def _take_over(state: SiteState, change: Change, read: Records, derived: Collection[str]) -> None:
    """Update what the state derives from articles and groups. `derived`: as for `SiteState.change`."""
    digest, removed, added, ended, begun = change
    index, plan = state.index, state.rendering.plan
    new = digest.sources.keys() - index.digest.sources.keys()
    is_another_day = digest.days[-1].first != index.digest.days[-1].first
    pinned = [[article for article in articles if article.pinned] for articles in (removed, added)]
    plan.change(digest, removed, added, ended, begun, spliced(plan.picks, *pinned))
    state.change(digest, removed, added, read, derived)
    for group in _copies_in(ended):
        for article in group.articles:
            state.leaders.pop(article.id, None)
    state.leaders.update(leaders_of(_copies_in(begun)))
    state.changed_sources |= change.sources
    # Silence is counted up to the newest day.
    state.dirty_sources |= digest.sources.keys() if is_another_day else change.sources
    if new:  # a source without health cannot be rendered
        state.renew_health()
    state.rendering = RenderContext(
        state.site, index, plan, state.context, healths=state.rendering.healths, last=state.rendering
    )
    state.outputs.rendering = state.rendering


def _changes(
    state: SiteState, check: ImpactCheck, read: Records, derived: Records, names: Mapping[str, str]
) -> tuple[list[Article], list[Article]]:
    """Return the articles that are removed and added; a changed one is in both lists.

    `read` are changed clippings, `derived` others of which settings say something else. `names`: path → name
    of the source, where it is another one.
    """
    removed: list[Article] = []
    added: list[Article] = []
    for path, (record, _) in (*read.items(), *derived.items()):
        old, new = state.shown.get(path), _published(state, check, record)
        if old and new and path in derived:
            new = msgspec.structs.replace(new, source=names.get(path, old.source), aliases=old.aliases)
        if path in read or old != new:
            removed += [old] if old else []
            added += [new] if new else []
    return removed, added


def _published(state: SiteState, check: ImpactCheck, record: Record) -> Article | None:
    """Return the article that a record publishes, under its source's name; None if none."""
    config = state.site.config
    article = with_source(record.reading.article, config)
    if article is None or withheld(config, state.options, record)[0] is not None:
        return None
    article = msgspec.structs.replace(article, source=check.source_name(article.source))
    return next(kept_by(state.index.choices, [article], config), None)


def _are_limited(
    state: SiteState,
    check: ImpactCheck,
    read: Records,
    removed: Iterable[Article],
    added: Iterable[Article],
    derived: Records,
) -> bool:
    """Return whether changed records affect only their own articles. `derived` as in `_changes`."""
    old = {article.path: article for article in removed}
    new = {article.path: article for article in added}
    come_or_go = {path: one for path, one in derived.items() if (path in old) is not (path in new)}
    return all(
        check.is_limited(record, path, old.get(path), new.get(path))
        for path, (record, _) in (*read.items(), *come_or_go.items())
    ) and all(state.paths.get(one.id.casefold(), path) == path for path, one in new.items())


def _reload(state: SiteState, before: Config, settings: Stale) -> Effects | None:
    """Take over settings that change no article; None if they change which images or stories there are."""
    site, index, plan = state.site, state.index, state.rendering.plan
    if Stale.ASSETS in settings and _affect_pages(state):
        settings |= Stale.PAGES
    others: list[str] = []
    if Stale.SOURCES in settings:
        if configured_aggregators(before) != configured_aggregators(site.config):
            return None
        last = index.digest
        changed = _reconfigure(state, before)
        if changed and index.pictured:
            return None  # images go with texts that are shown in full
        others += [
            addresses.file_of(addresses.article(one.id)) for source in changed for one in source.articles
        ]
        moved, old_plan = moved_articles(index.digest, last), msgspec.structs.replace(plan, digest=last)
        others += by_file((*edition_pages(old_plan, moved), *edition_pages(plan, moved)))
    if Stale.TAGS in settings:
        plan.tag_rules = tag_rules(site.config.tags)
        tags = tags_of(index.digest.articles, plan.tag_rules)
        index.digest = plan.digest = msgspec.structs.replace(index.digest, tags=tags)
    state.replace_problems(filter(is_mistyped, index.problems), mistyped(site))
    if not settings & (Stale.STATIC | Stale.PAGES):
        return Effects(near=tuple(state.outputs.assets) if Stale.ASSETS in settings else ())
    if Stale.PAGES in settings:
        old_faults = (one for one in index.problems if one.kind == "template")
        state.replace_problems(old_faults, theme_faults(site))
        plan.since, plan.reader = since_of(index.digest, site.config), has_reader(site.config)
        state.rendering = RenderContext(site, index, plan, state.context, healths=state.rendering.healths)
    old, state.outputs = state.outputs, Outputs(site, state.rendering, state.article)
    others += (*old.given, *state.outputs.given)
    has_other_files = Stale.FILES in settings or state.outputs.hides_others_than(old)
    planned = state.plan_files() if has_other_files else None
    if Stale.PAGES in settings:
        return EVERYTHING._replace(others=tuple(others), planned=planned)
    is_remapped = old.hides_lists or state.outputs.hides_lists
    return Effects(others=tuple(others), is_remapped=is_remapped, planned=planned)


def _affect_pages(state: SiteState) -> bool:
    """Read the theme's assets again. Returns whether one came or went, or is part of pages."""
    outputs, theme = state.outputs, state.rendering.theme
    names = outputs.assets.keys()
    outputs.reload_assets()
    return names != outputs.assets.keys() or any(theme.includes(name) for name in names)


def _reconfigure(state: SiteState, before: Config) -> list[Source]:
    """Give the sources their settings, and return those of which other articles have pages."""
    config, index, plan = state.site.config, state.index, state.rendering.plan
    last = index.digest.sources
    digest = with_settings(index.digest, config.sources, config.text)
    state.replace_problems(configured_names(before.sources)[1], configured_names(config.sources)[1])
    index.digest = plan.digest = digest
    index.problems = told_of_site(index.problems, config, digest, index.facts)
    state.changed_sources |= {name for name, source in digest.sources.items() if source != last[name]}
    return [source for name, source in digest.sources.items() if source.text != last[name].text]


def _regroup(state: SiteState) -> Effects | None:
    """Group all articles again, from the records in memory. Copies are updated, not searched again."""
    if state.records is None:
        return None
    each = state.records.items()
    index, _, state.stories = grouped(
        state.site, state.options, state.documents, each, state.context, state.copies
    )
    index.found = state.documents.total
    state.become(index)
    return EVERYTHING._replace(planned=state.plan_files())


def _copies_in(groups: Iterable[Related]) -> Iterable[CopyGroup]:
    return (group for group in groups if isinstance(group, CopyGroup))
