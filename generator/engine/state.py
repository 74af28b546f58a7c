"""The state of a site: all that a build knows, and that a later build or a preview changes in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, Self

import msgspec

from generator.config.options import Options, by_place
from generator.config.site import Config, Site
from generator.engine.changes import Stale
from generator.engine.document_table import DocumentTable
from generator.engine.impact import ImpactCheck
from generator.engine.inspecting import documents_of
from generator.engine.lessons import BuildContext
from generator.engine.outputs import Outputs, feed_paths
from generator.engine.record_reading import records_of
from generator.engine.records import GONE, Record
from generator.engine.render_context import RenderContext, affects_all_pages, planned_of, since_of
from generator.engine.safeguards import with_mistyped
from generator.engine.site_index import SiteIndex, grouped, theme_faults, told_of_sources, withheld
from generator.engine.unchanged import OutputSnapshot
from generator.grouping.digest import with_settings
from generator.grouping.health import health_of, leaders_of
from generator.grouping.regrouping import recounts, regrouped, spliced
from generator.grouping.sources import configured_names
from generator.grouping.stories import Stories
from generator.model.errors import Problem
from generator.model.types import Article, Digest, Health, Story, TextPolicy
from generator.reading.discover import Discovery
from generator.render.affected import affected_pages, by_file, is_near
from generator.render.pages import Page, page_of_source

Records = Mapping[str, tuple[Record, bytes]]
"""Path → record and its hash; `GONE` for a clipping that does not exist."""


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


_OF_PLAN = ("articles", "recent_months", "base_url")
"""Keys of the configuration that decide which files there are."""


class SiteState:
    """What a build knows of a site: documents, articles, stories, plan, problems."""

    def __init__(
        self,
        site: Site,
        options: Options,
        context: BuildContext,
        documents: DocumentTable,
        index: SiteIndex,
        stories: Stories,
        *,
        healths: Mapping[str, Health] | None = None,
        records: dict[str, tuple[Record, bytes]] | None = None,
    ) -> None:
        """`records` are kept only if the state stays in memory."""
        self.site, self.options, self.context = site, options, context
        self.documents = documents
        self.stories = stories
        self.records = records
        self.planning: tuple[Problem, ...] = ()
        """Problems found while planning all files."""
        self.left: OutputSnapshot | None = None
        """The output folder as the build left it that stored this state."""
        self._become(index, healths)

    @classmethod
    def read(
        cls,
        site: Site,
        options: Options,
        context: BuildContext,
        found: Discovery,
        *,
        keeps_records: bool = False,
    ) -> Self:
        """Read and group all clippings `found`. Unchanged ones come from the cache.

        Raises `ConfigError` if `picks.toml` cannot be read, and `TemplateFault` if the theme is unusable.
        """
        documents = documents_of(site, found, context)
        records: dict[str, tuple[Record, bytes]] | None = {} if keeps_records else None
        each = records_of(documents, context)
        if records is not None:
            each = _stored_in(records, each)
        index, stories = grouped(site, options, documents, each, context)
        return cls(site, options, context, documents, index, stories, records=records)

    def _become(self, index: SiteIndex, healths: Mapping[str, Health] | None = None) -> None:
        """Take over what all articles were grouped to."""
        self.index = index
        self.dirty_sources: set[str] = set()
        """Names of sources whose health may have changed."""
        self.changed_sources: set[str] = set()
        """Names of sources that changed since all articles were grouped, or the state was loaded."""
        self.rendering = RenderContext(
            self.site, index, planned_of(index.digest, self.site.config), self.context, healths=healths
        )
        self.outputs = Outputs(self.site, self.rendering, self.article)
        self._impact = ImpactCheck(index)
        self._theme_faults = tuple(one for one in index.problems if one.kind == "template")
        for name in ("shown", "_paths", "_leaders"):
            self.__dict__.pop(name, None)

    @cached_property
    def shown(self) -> dict[str, Article]:
        """Path → published article."""
        return {article.path: article for article in self.index.digest.articles}

    @cached_property
    def _paths(self) -> dict[str, str]:
        """Case-folded id → path of the published article."""
        return {article.id.casefold(): article.path for article in self.index.digest.articles}

    @cached_property
    def _leaders(self) -> dict[str, tuple[str, bool]]:
        return dict(leaders_of(self.index.digest.stories))

    def article(self, id_: str) -> Article | None:
        """Return the published article with an id; None if there is none."""
        article = self.shown.get(self._paths.get(id_.casefold(), ""))
        return article if article and article.id == id_ else None

    def published(self, record: Record) -> Article | None:
        """Return the article that a record publishes, under its source's name; None if none."""
        article = record.reading.article
        if article is None or withheld(self.site.config, self.options, record)[0] is not None:
            return None
        name = self.index.impact.names.get(article.source, article.source)
        return article if article.source == name else msgspec.structs.replace(article, source=name)

    def article_changes(self, read: Records) -> tuple[list[Article], list[Article]]:
        """Return the articles that changed clippings remove and add; a changed one is in both lists."""
        removed = [self.shown[path] for path in read if path in self.shown]
        added = [new for record, _ in read.values() if (new := self.published(record))]
        return removed, added

    # --- changes ------------------------------------------------------------------------------------

    def apply(self, site: Site, settings: Stale, read: Records) -> Effects:
        """Bring a state in memory up to date with changed settings and records.

        Raises `ConfigError` if `picks.toml` cannot be read, and `TemplateFault` if the theme is unusable.
        The state is in between then, and the next call has to include `Stale.GROUPING`.
        """
        before, self.site = self.site, site
        self._keep_records(read)
        if settings & Stale.GROUPING:
            return self._regroup()
        reloaded = self._reload(before, settings) if settings else Effects()
        updated = self.update(read) if reloaded and read else Effects()
        if reloaded is None or updated is None:
            return self._regroup()
        self.index.found = self.documents.total
        return Effects(
            updated.near,
            (*updated.others, *reloaded.others),
            updated.removed,
            is_remapped=updated.is_remapped or reloaded.is_remapped,
            is_everything=updated.is_everything or reloaded.is_everything,
            planned=reloaded.planned,
        )

    def update(self, read: Records) -> Effects | None:
        """Apply changed records; None, with nothing changed, if they may affect the grouping of all."""
        removed, added = self.article_changes(read)
        if not self._are_limited(read, added):
            return None
        config, index, plan = self.site.config, self.index, self.rendering.plan
        last = index.digest
        digest = regrouped(last, removed, added, config)
        if digest is None or since_of(digest, config) != plan.since:
            return None
        is_everything = affects_all_pages(self.rendering.theme, last, digest)
        self.stories.change([article.path for article in removed], added)
        ended, begun = self.stories.tell(index.merges, index.splits)
        digest = msgspec.structs.replace(
            digest, articles=spliced(last.articles, removed, added), stories=tuple(self.stories.stories)
        )
        told = [article for story in (*ended, *begun) for article in story.articles]
        # Longer periods list only articles with a story. If that set changes, their pages are affected too.
        is_recounted = recounts(removed, added) or _members(ended) != _members(begun)
        before = by_file(affected_pages(plan, removed, ended, is_recounted=is_recounted))
        plan.change(digest, removed, added, ended, begun)
        self._note(removed, added)
        index.change(config, self.options, digest, removed, added, read, self.documents.found)
        self._impact.add_sources(
            [digest.sources[name] for name in digest.sources.keys() - last.sources.keys()]
        )
        for story in ended:
            for article in story.articles:
                self._leaders.pop(article.id, None)
        self._leaders.update(leaders_of(begun))
        left = {article.path for article in removed}
        parted = [article for story in ended for article in story.articles if article.path not in left]
        pages = by_file(
            affected_pages(plan, (*added, *parted), begun, removed, ended, is_recounted=is_recounted)
        )
        touched = {article.source for article in (*removed, *added, *told)}
        self.dirty_sources |= touched
        self.changed_sources |= touched
        if digest.sources.keys() != last.sources.keys():  # a source without health cannot be rendered
            self.renew_health()
        if digest.days[-1].first != last.days[-1].first:  # silence is counted up to it
            self.dirty_sources |= digest.sources.keys()
            pages |= by_file(map(page_of_source, digest.sources.values()))
        self.rendering = RenderContext(
            self.site, index, plan, self.context, healths=self.rendering.healths, last=self.rendering
        )
        self.outputs.rendering = self.rendering
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
            is_everything=is_everything,
        )

    def _are_limited(self, read: Records, added: Iterable[Article]) -> bool:
        """Return whether changed records affect only their own articles."""
        new, sources = {article.path: article for article in added}, self.index.digest.sources
        return all(
            self._impact.is_limited(record, path, self.shown.get(path), new.get(path), sources)
            for path, (record, _) in read.items()
        ) and all(self._paths.get(one.id.casefold(), path) == path for path, one in new.items())

    def _note(self, removed: Iterable[Article], added: Iterable[Article]) -> None:
        """Update the articles by path and by id."""
        for article in removed:
            del self.shown[article.path]
            self._paths.pop(article.id.casefold(), None)
        for article in added:
            self.shown[article.path] = article
            self._paths[article.id.casefold()] = article.path

    def _keep_records(self, read: Records) -> None:
        """Update the records in memory, if they are kept."""
        if self.records is not None:
            for path, one in read.items():
                self.records.pop(path, None)
                if one is not GONE:
                    self.records[path] = one

    def _regroup(self) -> Effects:
        """Group all articles again, from the records in memory. Stories are updated, not searched again."""
        records = self.records or {}
        each = ((path, record, mark) for path, (record, mark) in records.items())
        self.documents.found = with_mistyped(self.site, self.documents.found)
        index, _ = grouped(self.site, self.options, self.documents, each, self.context, self.stories)
        index.found = self.documents.total
        self._become(index)
        return EVERYTHING._replace(planned=self.plan_files())

    def _reload(self, before: Site, settings: Stale) -> Effects | None:
        """Take over settings that change no grouping; None if they do."""
        site, index, plan = self.site, self.index, self.rendering.plan
        if settings & Stale.SOURCES and not self._reconfigure(before.config):
            return None
        found = self.documents.found
        self.documents.found = with_mistyped(site, found)
        self._replace_problems(found.problems, self.documents.found.problems)
        if settings & Stale.PAGES:
            self._replace_problems(self._theme_faults, faults := tuple(theme_faults(site)))
            self._theme_faults = faults
        plan.since = since_of(index.digest, site.config)
        if settings & (Stale.PAGES | Stale.SOURCES):
            self.rendering = RenderContext(site, index, plan, self.context, healths=self.rendering.healths)
        old, self.outputs = self.outputs, Outputs(site, self.rendering, self.article)
        given = (*old.given, *self.outputs.given)
        has_other_pages = settings & (Stale.SOURCES | Stale.STATIC) or any(
            getattr(before.config, key) != getattr(site.config, key) for key in _OF_PLAN
        )
        planned = self.plan_files() if has_other_pages else None
        if settings & (Stale.PAGES | Stale.SOURCES):
            return EVERYTHING._replace(others=given, planned=planned)
        return Effects(others=given, planned=planned)

    def _reconfigure(self, before: Config) -> bool:
        """Give the sources their settings; False if that changes how articles are grouped."""
        config, index, plan = self.site.config, self.index, self.rendering.plan
        digest = with_settings(index.digest, config.sources, config.text)
        if digest is None or (index.pictured and _texts(digest) != _texts(index.digest)):
            return False
        self._replace_problems(configured_names(before.sources)[1], configured_names(config.sources)[1])
        index.digest = plan.digest = digest
        index.problems = told_of_sources(index.problems, config, digest, index.impact.held_back)
        return True

    def plan_files(self) -> frozenset[str]:
        """Return the paths of all files, and note the problems found on the way."""
        problems: list[Problem] = []
        planned = frozenset(one.path for one in self.outputs.all(problems))
        self.planning = tuple(problems)
        return planned

    def _replace_problems(self, old: Iterable[Problem], new: Iterable[Problem]) -> None:
        """Replace problems by those found now."""
        ended, begun = set(old), set(new)
        if ended != begun:
            left = (one for one in self.index.problems if one not in ended)
            told = sorted((*left, *begun), key=by_place)
            self.index.problems = tuple(told)

    def renew_health(self) -> None:
        """Update the health of the sources that may have another one."""
        digest, healths = self.index.digest, self.rendering.healths
        newest = digest.days[-1].first
        for name in self.dirty_sources & digest.sources.keys():
            fresh = health_of(digest.sources[name], newest, self._leaders)
            # The days of silence grow every day, and are shown nowhere.
            old = healths.get(name)
            if old is None or msgspec.structs.replace(old, silent_days=fresh.silent_days) != fresh:
                healths[name] = fresh
                self.changed_sources.add(name)
        for name in self.dirty_sources - digest.sources.keys():
            healths.pop(name, None)
        self.dirty_sources.clear()


def _members(stories: Iterable[Story]) -> set[str]:
    """Return the ids of the articles of some stories."""
    return {article.id for story in stories for article in story.articles}


def _mapped(pages: Iterable[Page]) -> set[tuple[str, dt.date | None, dt.date | None]]:
    """Return what sitemaps say about pages."""
    return {(page.address, page.month, page.modified) for page in pages}


def _texts(digest: Digest) -> list[TextPolicy]:
    """Return the text policy of each source."""
    return [source.text for source in digest.sources.values()]


def _stored_in(
    records: dict[str, tuple[Record, bytes]], each: Iterable[tuple[str, Record, bytes]]
) -> Iterator[tuple[str, Record, bytes]]:
    """Yield records, and store them by path on the way."""
    for path, record, mark in each:
        records[path] = record, mark
        yield path, record, mark
