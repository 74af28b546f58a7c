"""The state of a site: all that a build knows, and that a later build or a preview changes in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Self

import msgspec

from generator.config.options import Options, by_place
from generator.config.site import Site
from generator.engine.build_context import BuildContext
from generator.engine.document_table import DocumentTable
from generator.engine.impact import named_by
from generator.engine.inspecting import documents_of
from generator.engine.outputs import Outputs
from generator.engine.readings import gathered, with_source, withheld
from generator.engine.record_reading import records_among, records_of
from generator.engine.records import GONE, Recorded, Records
from generator.engine.render_context import RenderContext
from generator.engine.site_index import SiteIndex, content_hash, grouped, kept_by, told_of_site, with_others
from generator.grouping.article_names import ArticleNames
from generator.grouping.copies import Copies
from generator.grouping.health import health_of, leaders_of
from generator.grouping.stories import Stories
from generator.model.errors import Problem, shown
from generator.model.types import Article, Digest, Health
from generator.output.status import OutputSnapshot
from generator.reading.canonical import keys_of
from generator.reading.discover import Discovery
from generator.render.plan import planned_of


class SiteState:
    """What a build knows of a site: documents, articles, copies, stories, plan, problems."""

    def __init__(
        self,
        site: Site,
        options: Options,
        context: BuildContext,
        documents: DocumentTable,
        index: SiteIndex,
        copies: Copies,
        stories: Stories,
        *,
        healths: Mapping[str, Health] | None = None,
        records: dict[str, Recorded] | None = None,
    ) -> None:
        """`records` are kept only if the state stays in memory."""
        self.site, self.options, self.context = site, options, context
        self.documents = documents
        self.copies, self.stories = copies, stories
        self.records = records
        self.planning: tuple[Problem, ...] = ()
        """Problems found while planning all files."""
        self.left: OutputSnapshot | None = None
        """The output folder as the build left it that stored this state."""
        self.become(index, healths)

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
        each: Iterable[tuple[str, Recorded]] = records_of(documents, context)
        records = dict(each) if keeps_records else None
        if records is not None:
            each = records.items()
        index, copies, stories = grouped(site, options, documents, each, context)
        return cls(site, options, context, documents, index, copies, stories, records=records)

    def become(self, index: SiteIndex, healths: Mapping[str, Health] | None = None) -> None:
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
        self.picked = named_by(index.picks)
        for name in ("shown", "paths", "leaders", "names"):
            self.__dict__.pop(name, None)

    def let_go(self) -> None:
        """Release what only another change needs, before much memory is needed to write the site."""
        del self.copies, self.stories
        self.documents = msgspec.structs.replace(self.documents, looked={}, former={}, steady=set())

    @cached_property
    def shown(self) -> dict[str, Article]:
        """Path → published article."""
        return {article.path: article for article in self.index.digest.articles}

    @cached_property
    def paths(self) -> dict[str, str]:
        """Case-folded id → path of the published article."""
        return {article.id.casefold(): article.path for article in self.index.digest.articles}

    @cached_property
    def leaders(self) -> dict[str, tuple[str, bool]]:
        """Article id → source that leads its copies, and whether the article does, as in `leaders_of`."""
        return dict(leaders_of(self.index.digest.copies))

    def article(self, id_: str) -> Article | None:
        """Return the published article with an id; None if there is none."""
        article = self.shown.get(self.paths.get(id_.casefold(), ""))
        return article if article and article.id == id_ else None

    def records_of(self, paths: Collection[str]) -> dict[str, Recorded]:
        """Return path → record and its hash, of some clippings that exist."""
        if self.records is not None:
            return {path: self.records[path] for path in paths if path in self.records}
        known = self.context.cache.clippings(paths)
        self.documents.looked |= {path: one for path, (_, one) in known.items()}
        return records_among(self.documents, known.keys(), self.context)

    @cached_property
    def names(self) -> ArticleNames:
        """The articles by what picks may call them. Only a state that keeps records has them."""
        return ArticleNames(filter(None, map(self._readable, self.records or ())), keys_of)

    def _readable(self, path: str) -> Article | None:
        """Return the article of a clipping, as read, unless the clipping is withheld."""
        record = (self.records or {}).get(path, GONE)[0]
        is_withheld = withheld(self.site.config, self.options, record)[0] is not None
        return None if is_withheld else with_source(record.reading.article, self.site.config)

    # --- changes ------------------------------------------------------------------------------------

    def change(
        self,
        digest: Digest,
        removed: Iterable[Article],
        added: Iterable[Article],
        read: Records,
        derived: Collection[str],
    ) -> None:
        """Take over a changed digest.

        `read`: path → record and its hash, `GONE` for removed ones. Of these, `derived` are unchanged
        clippings of which settings say something else. Their problems stay, also those with other clippings.
        """
        index = self.index
        for article in removed:
            del self.shown[article.path]
            self.paths.pop(article.id.casefold(), None)
            index.content_hashes.pop(article.id, None)
            index.texts.pop(article.path, None)
            index.verdicts[article.verdict] -= 1
        for article in added:
            self.shown[article.path] = article
            self.paths[article.id.casefold()] = article.path
            record, mark = read[article.path]
            as_read = with_source(record.reading.article, self.site.config)
            index.content_hashes[article.id] = content_hash(article, (as_read or article, mark))
            index.verdicts[article.verdict] += 1
            if record.body:
                index.texts[article.path] = record.body
        before, names = index.digest.sources.keys(), index.impact.names
        if lost := before - digest.sources.keys():
            names = {own: name for own, name in names.items() if name not in lost}
        index.impact.names = names | {name: name for name in digest.sources.keys() - before}
        index.digest = digest
        self._describe(read, derived)

    def _describe(self, read: Records, derived: Collection[str]) -> None:
        """Update the skipped files and problems of the clippings that were read."""
        config, index, found = self.site.config, self.index, self.documents.found
        few = gathered(config, self.options, read.items())
        index.facts.replace(read, few.facts)
        kept = {one.path for one in kept_by(index.choices, few.articles, config)}
        hidden = [one for one in few.articles if one.path not in kept]
        index.facts.held_back |= {one.path: one.source for one in hidden}
        names = dict.fromkeys(sorted(map(shown, read)))
        reasons = [one for one in index.choices.skipped if one.path in names] if hidden else []
        skipped = (*few.skipped, *reasons, *(one for one in found.skipped if one.path in names))
        index.skipped = with_others(index.skipped, names, sorted(skipped))
        changed = dict.fromkeys(sorted(shown(path) for path in read if path not in derived))
        problems = (*few.problems, *found.problems, *index.choices.problems)
        own = sorted((one for one in problems if one.path in changed), key=by_place)
        problems = with_others(index.problems, changed, own)
        index.problems = told_of_site(problems, config, index.digest, index.facts)

    def keep_records(self, read: Records) -> None:
        """Update the records in memory, and the names of their articles."""
        if self.records is None:
            return
        has_names = "names" in self.__dict__
        for path, one in read.items():
            if has_names and path in self.names.articles:
                self.names.remove(self.names.articles[path])
            self.records.pop(path, None)
            if one is not GONE:
                self.records[path] = one
            if has_names and (article := self._readable(path)):
                self.names.add(article)

    def plan_files(self) -> frozenset[str]:
        """Return the paths of all files but lists for machines, and note the problems found on the way."""
        problems: list[Problem] = []
        outputs = self.outputs.all if self.outputs.hides_lists else self.outputs.but_lists
        planned = frozenset(one.path for one in outputs(problems))
        self.planning = tuple(problems)
        return planned

    def replace_problems(self, old: Iterable[Problem], new: Iterable[Problem]) -> None:
        """Replace problems by those found now."""
        ended, begun = Counter(old), Counter(new)
        if ended != begun:
            left = Counter(self.index.problems) - ended + begun
            self.index.problems = tuple(sorted(left.elements(), key=by_place))

    def renew_health(self) -> None:
        """Update the health of the sources that may have another one."""
        digest, healths = self.index.digest, self.rendering.healths
        for name in self.dirty_sources & digest.sources.keys():  # none without days
            newest = digest.days[-1].first
            is_aggregator = name in digest.aggregators
            fresh = health_of(digest.sources[name], newest, self.leaders, is_aggregator=is_aggregator)
            # The days of silence grow every day, and are shown nowhere.
            old = healths.get(name)
            if old is None or msgspec.structs.replace(old, silent_days=fresh.silent_days) != fresh:
                healths[name] = fresh
                self.changed_sources.add(name)
        for name in self.dirty_sources - digest.sources.keys():
            healths.pop(name, None)
        self.dirty_sources.clear()
