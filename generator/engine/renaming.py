"""Finds the articles whose source has another name by the configuration: the title, tables and aliases."""

from __future__ import annotations

from generator.config.site import Config
from generator.engine.readings import with_source
from generator.engine.state import SiteState
from generator.grouping.sources import by_source, configured_names
from generator.model.names import key


def renamed(state: SiteState, before: Config, *, is_alone: bool) -> dict[str, str] | None:
    """Return path → name of the source, of articles whose source is named otherwise than `before`.

    `is_alone` means that no clipping and no pick changed as well. Returns None if all articles must be
    grouped again.
    """
    config, index = state.site.config, state.index
    groups = _groups_of_other_names(before, config)
    if not groups:
        return {}
    if before.title != config.title and before.title in index.facts.held_back.values():
        return None
    affected = [source for name, source in index.digest.sources.items() if key(name) in groups]
    paths = {article.path for source in affected for article in source.articles}
    if not paths.isdisjoint(index.pictured):
        return None  # images go with texts that are shown in full
    if state.records is None and len(paths) > state.context.limits.few_of(len(index.digest.articles)):
        return None
    configured, _ = configured_names(config.sources)
    read = (with_source(record.reading.article, config) for record, _ in state.records_of(paths).values())
    found = by_source(filter(None, read), configured)
    old = {source.name for source in affected}
    spellings = {own: name for own, name in index.impact.names.items() if name not in old}
    names: dict[str, str] = {}
    for group, (name, articles) in found.items():
        written = {article.source for article in articles}
        if len(written) == 1:
            spellings |= dict.fromkeys(written, name)
        elif not is_alone and group not in configured:
            return None  # its articles decide what it is called
        names |= {article.path: name for article in articles if state.shown[article.path].source != name}
    index.impact.names = spellings
    return names


def _groups_of_other_names(before: Config, config: Config) -> set[str]:
    """Return the keys of the sources, before and now, of spellings that are of another source now."""
    if before.title == config.title and before.sources == config.sources:
        return set()
    old, new = configured_names(before.sources)[0], configured_names(config.sources)[0]
    changed = {own for own in old.keys() | new.keys() if old.get(own) != new.get(own)}
    if before.title != config.title:  # articles that name no source are of the digest itself
        changed |= {key(before.title), key(config.title)}
    return {key(names.get(own, own)) for own in changed for names in (old, new)}
