"""A site that is followed: its state stays in memory, and a save updates only what it affects.

A clipping that changes only its own article needs no walk of the tree and no pass over all pages. Changes
with a wider effect (picks, settings, templates, translations, static files, aliases, another spelling of a
source, a new year) regroup all articles from memory and make the pages whose fingerprint differs. If
clippings must be read by other rules, a full build follows. Tests compare the result with clean builds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path

import msgspec

from generator.cache.database import DamagedError
from generator.cache.store import MissingError
from generator.config.options import Built, Options, Written, by_place, silent
from generator.config.site import Site
from generator.engine.diagnostics import Diagnostics
from generator.engine.document_table import documents_of, stored_in
from generator.engine.impact import ImpactCheck
from generator.engine.lessons import BuildContext
from generator.engine.page_index import PageIndex
from generator.engine.records import GONE, Record
from generator.engine.render_context import (
    Output,
    RenderContext,
    affects_all_pages,
    feed_outputs,
    feed_paths,
    for_machines,
    page_output,
    planned,
    planned_of,
)
from generator.engine.rereading import PendingDocuments, is_asset, is_below
from generator.engine.safeguards import check_found, found_in, may_delete_many, with_mistyped
from generator.engine.site_index import SiteIndex, grouped, withheld
from generator.engine.stale_queue import StaleQueue, bytes_of
from generator.engine.stored_stories import keep as keep_stories
from generator.engine.unchanged import identity_of, inputs_before, is_nothing_due
from generator.engine.writing import report_of, written
from generator.grouping.health import health_of
from generator.grouping.regrouping import recounts, regrouped, splice
from generator.model.errors import BroadsheetError, Severity
from generator.model.types import Article, Source
from generator.output.patch import OvertakenError
from generator.render import sitemap
from generator.render.affected import affected_pages, by_file, is_near
from generator.render.pages import Page, overviews, page_of_source, pages_of, pages_of_article
from generator.render.templates import assets_of


class Followed:
    """A full build, kept in memory with everything needed to update it."""

    def __init__(
        self,
        site: Site,
        options: Options,
        context: BuildContext,
        on_commit: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        """Build the site. `on_commit` receives path → digest of all files before they are put in place."""
        self.site, self.options = site, options
        self._identity = identity_of(site)
        found = found_in(site, options)
        check_found(found)
        context.workers.expect()
        inputs = inputs_before(site, options, found)
        self._documents = documents_of(site, found, context)
        records: dict[str, tuple[Record, bytes]] = {}
        each = stored_in(records, self._documents, context)
        index, self._stories = grouped(site, options, self._documents, each, context)
        self._rendering = RenderContext(site, index, planned_of(index.digest, site.config), context)
        wrote = written(site, options, inputs, self._rendering, on_commit=on_commit)
        # Later steps report no progress. Most are small, so one worker is enough.
        self._context = context._replace(progress=silent)
        context.workers.shrink()
        self.built = wrote.built
        known = set(index.problems)
        self._planning = [one for one in wrote.built.report.problems if one not in known]
        self.stale_queue = StaleQueue(site, context.cache, wrote)
        self.is_torn = False
        """Whether clippings or settings were read that the digest does not reflect yet."""
        self._pending_documents = PendingDocuments(self._documents, self._context)
        self._hold(index, records)

    def _hold(self, index: SiteIndex, records: dict[str, tuple[Record, bytes]]) -> None:
        """Replace the in-memory state. `records`: path → record and its hash."""
        self._assets = assets_of(self.site.templates).keys()
        self._is_remapped = False
        self._is_ready = False
        """Whether everything is loaded that the first save would wait for."""
        self._deferred_pages: dict[str, Page] = {}
        """Path → page that the last save may affect; its fingerprint is not compared yet."""
        self._early: set[str] = set()
        """Paths of deferred pages that a browser requested before they were compared."""
        self._dirty_sources: set[str] = set()
        """Names of sources whose health and feeds may have changed."""
        self._articles = list(index.digest.articles)
        self._planned = PageIndex(self._rendering.plan)
        self._healths = dict(self._rendering.healths)
        self._diagnostics = Diagnostics(self.site.config, self.options, records, index)
        self._rendering.index = msgspec.structs.replace(index, texts=self._diagnostics.texts)
        stamps = self._documents.found.stamps
        self._impact = ImpactCheck(index, records, self._planned.shown, self._planned.paths, stamps)

    @property
    def is_late(self) -> bool:
        """Whether effects of the last saves are still to be determined."""
        return bool(self._deferred_pages or self._dirty_sources or self._pending_documents)

    @property
    def is_behind(self) -> bool:
        """Whether files, or the manifest, are still to be written."""
        return self.stale_queue.is_behind or self._is_remapped

    def holds(self, site: Site, options: Options) -> bool:
        """Return whether clippings are still read by the same rules and no waiting article is due."""
        if options.strict:  # a strict build can fail, so it is always a full build
            return False
        if msgspec.structs.replace(options, as_of=self.options.as_of) != self.options:
            return False
        if msgspec.structs.replace(site, config=self.site.config) != self.site:
            return False
        return is_nothing_due(options, self.options.as_of, self.built.waits_until)

    def close(self) -> None:
        """Write outstanding files if possible, and close the workers and the cache."""
        try:
            if self.is_behind and self.stale_queue.first is None and not self.is_late:
                self._settle()
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            pass  # the next build examines whatever differs from the manifest
        finally:
            self._context.workers.close()
            self._context.cache.close()

    # --- what changed -------------------------------------------------------------------------------

    def follow(self, site: Site, changed: Iterable[Path]) -> tuple[Built, frozenset[str]] | None:
        """Apply changed files. Returns the result and the affected pages; None if a full build is needed.

        Raises `BroadsheetError`; if `is_torn` is set then, another call may continue.
        """
        changed = frozenset(changed)
        others = {file for file in changed if not is_below(site.content, file)}
        is_sound = site == self.site and not self.is_torn
        is_plain = is_sound and not others
        is_assets = is_sound and others and others == changed and all(is_asset(site, one) for one in others)
        if is_assets and (told := self._update_assets()) is not None:
            return told
        has_other_rules = not is_plain and identity_of(site) != self._identity
        if has_other_rules or not self._rendering.plan.digest.days:
            return None
        early = self._check_deferred()[1] if is_plain else frozenset()
        paths = self._pending_documents.inspect(site, changed - others, self._impact.is_linked)
        if paths is None:
            return None
        self.site = site
        read = self._pending_documents.read(paths, self._diagnostics.known)
        found = self._apply(read) if is_plain else self._anew(read)
        return found and (found[0], found[1] | early)

    def catch_up(self) -> tuple[Built, frozenset[str]] | None:
        """Do one step of the deferred work, the manifest last. Returns the same as `follow`."""
        if self._deferred_pages or self._dirty_sources:
            return self._check_deferred()
        if self._pending_documents.is_doubtful:
            return (self.built, frozenset()) if self._pending_documents.learn() else None
        if paths := self._pending_documents.take():
            return self._apply(self._pending_documents.read(paths, self._diagnostics.known))
        return self._settle()

    def _apply(self, read: dict[str, tuple[Record, bytes]]) -> tuple[Built, frozenset[str]] | None:
        """Apply changed records and find the outdated pages; None if a full build is needed."""
        known = self._diagnostics.known
        if all(
            self._impact.is_plain(path, known(path)[0], record, self._appearing(record))
            for path, (record, _) in read.items()
        ):
            return self._regroup(read)
        return self._anew(read)

    def _update_assets(self) -> tuple[Built, frozenset[str]] | None:
        """Update changed styles and scripts; None if one was added or removed, which affects pages."""
        assets = assets_of(self.site.templates)
        if self._assets != assets.keys() or any(self._rendering.theme.includes(name) for name in assets):
            return None
        outputs = [Output(path, b"", data) for path, data in assets.items()]
        told = self._outdate(outputs)
        for path in told[1]:  # they are few, cheap, and part of every page that is open
            self.stale_queue.make(path)
        return told

    def _appearing(self, record: Record) -> Article | None:
        """Return the article that a clipping publishes, under its source's canonical name; None if none."""
        article = record.reading.article
        if article is None or withheld(self.site.config, self.options, record)[0] is not None:
            return None
        name = self._impact.names.get(article.source, article.source)
        return article if article.source == name else msgspec.structs.replace(article, source=name)

    # --- effects ------------------------------------------------------------------------------------

    def _regroup(self, read: dict[str, tuple[Record, bytes]]) -> tuple[Built, frozenset[str]] | None:
        """Update the groups and find the outdated pages; None if a full build is needed."""
        config, index, last = self.site.config, self._rendering.index, self._rendering.plan
        appeared = self._planned.shown
        removed = [appeared[path] for path in read if path in appeared]
        added = [new for record, _ in read.values() if (new := self._appearing(record))]
        if may_delete_many(self.options, len(removed) - len(added), len(self.stale_queue.files)):
            return None
        digest = regrouped(last.digest, removed, added, config)
        if digest is None or affects_all_pages(self._rendering.theme, config, last.digest, digest):
            return self._anew(read)
        splice(self._articles, removed, added)
        self._stories.change([article.path for article in removed], added)
        ended, begun = self._stories.tell(index.merges, index.splits)
        digest = msgspec.structs.replace(digest, articles=self._articles, stories=self._stories.stories)
        is_recounted = recounts(removed, added)
        before = by_file(affected_pages(last, removed, ended, is_recounted=is_recounted)).keys()
        plan_ = self._planned.change(digest, removed, added, ended, begun)
        self._add_sources(
            [digest.sources[name] for name in digest.sources.keys() - last.digest.sources.keys()]
        )
        told = [article for story in (*ended, *begun) for article in story.articles]
        self._dirty_sources = {article.source for article in (*removed, *added, *told)}
        index = self._diagnostics.change(index, digest, removed, added, read, self.options)
        index = msgspec.structs.replace(index, found=self._documents.total)
        self._rendering = RenderContext(
            self.site, index, plan_, self._context, healths=self._healths, last=self._rendering
        )
        parted = [appeared[one.path] for story in ended for one in story.articles if one.path in appeared]
        pages = by_file(
            affected_pages(plan_, (*added, *parted), begun, removed, ended, is_recounted=is_recounted)
        )
        may_differ = is_recounted or bool(ended or begun) or before != pages.keys()
        self._is_remapped |= config.base_url is not None and may_differ
        if digest.days[-1].first != last.digest.days[-1].first:  # silence is counted up to it
            self._dirty_sources |= digest.sources.keys()
            pages |= by_file(map(page_of_source, digest.sources.values()))
        return self._part(pages, before, {article.date for article in (*removed, *added)})

    def _anew(self, read: dict[str, tuple[Record, bytes]]) -> tuple[Built, frozenset[str]] | None:
        """Regroup all articles and plan all files; None if a full build is needed.

        Only clippings with a different result were read, stories are not searched again, and no page is made
        whose fingerprint is unchanged.
        """
        self.is_torn = True
        records = self._diagnostics.records
        for path, one in read.items():
            records.pop(path, None)
            if one is not GONE:
                records[path] = one
        each = ((path, record, mark) for path, (record, mark) in records.items())
        self._documents = self._documents._replace(found=with_mistyped(self.site, self._documents.found))
        index, _ = grouped(self.site, self.options, self._documents, each, self._context, self._stories)
        index = msgspec.structs.replace(index, found=self._documents.total)
        rendering = RenderContext(self.site, index, planned_of(index.digest, self.site.config), self._context)
        self._planning = []
        outputs = planned(self.site, rendering, self._planning)
        removed = {*self.stale_queue.files} - {one.path for one in outputs}
        problems = (*index.problems, *self._planning)
        if (
            not index.digest.days
            or any(one.severity is Severity.ERROR for one in problems)
            or may_delete_many(self.options, len(removed), len(self.stale_queue.files))
        ):
            return None
        self._rendering = rendering
        self._hold(index, records)
        self.is_torn = False
        self.stale_queue.plan(rendering, outputs)
        return self._reported(self.stale_queue.pending, self.stale_queue.delete(removed))

    def _part(
        self, pages: Mapping[str, Page], before: Set[str], dates: Set[dt.date]
    ) -> tuple[Built, frozenset[str]]:
        """Find the outdated pages near some dates, and defer the others.

        Pages that were affected `before` and are no longer planned are deleted.
        """
        near = [page for page in pages.values() if is_near(page, dates)]
        self._deferred_pages = {path: page for path, page in pages.items() if not is_near(page, dates)}
        sources = self._rendering.plan.digest.sources
        self.stale_queue.forget(
            [*self._deferred_pages, *feed_paths(map(sources.__getitem__, self._dirty_sources))]
        )
        return self._outdate([page_output(self._rendering, page) for page in near], before - pages.keys())

    def _check_deferred(self) -> tuple[Built, frozenset[str]]:
        """Find the outdated pages among the deferred ones, which take longer and are rarely open."""
        rendering, sources = self._rendering, self._renew()
        outputs = [page_output(rendering, page) for page in self._deferred_pages.values()]
        outputs += feed_outputs(rendering, sources)
        built, told = self._outdate(outputs)
        told |= self._early
        self._deferred_pages, self._dirty_sources, self._early = {}, set(), set()
        return built, told

    def _renew(self) -> list[Source]:
        """Update the health of the sources that the last save affects, and return these sources."""
        digest = self._rendering.plan.digest
        sources = [digest.sources[name] for name in sorted(self._dirty_sources)]
        self._see_to_health(sources)
        return sources

    def _add_sources(self, sources: Collection[Source]) -> None:
        """Register new sources."""
        self._impact.add_sources(sources)
        self._see_to_health(sources)

    def _see_to_health(self, sources: Iterable[Source]) -> None:
        newest = self._rendering.plan.digest.days[-1].first
        for source in sources:
            self._healths[source.name] = health_of(source, newest, self._planned.leaders)

    def _outdate(
        self, outputs: Sequence[Output], removed: Iterable[str] = ()
    ) -> tuple[Built, frozenset[str]]:
        """Queue the outdated files, and delete `removed` ones."""
        stale = self.stale_queue.note(self._rendering, outputs)
        return self._reported(stale, self.stale_queue.delete(removed))

    def _reported(self, stale: Collection[str], deleted: Collection[str]) -> tuple[Built, frozenset[str]]:
        """Update the report of the last step, and return it with the paths of changed pages."""
        index = self._rendering.index
        kept = len(self.stale_queue.files) - len(stale)
        pages = Written(written=len(stale), kept=kept, deleted=len(deleted))
        problems = index.problems
        if self._planning:
            problems = tuple(sorted((*problems, *self._planning), key=by_place))
        self.built = msgspec.structs.replace(
            self.built, report=report_of(index, problems, pages), reasons={}, waits_until=index.waits_until
        )
        return self.built, frozenset((*stale, *deleted))

    def may_be_stale(self, path: str) -> bool:
        """Return whether a page is outdated or not compared yet."""
        return path in self.stale_queue or path in self._deferred_pages

    def make(self, path: str) -> None:
        """Make a page if it is outdated. Other browsers that show it reload along with the deferred pages."""
        if page := self._deferred_pages.get(path):
            self._renew()
            self._early |= {*self.stale_queue.note(self._rendering, [page_output(self._rendering, page)])}
        self.stale_queue.make(path)

    def make_one(self) -> bool:
        """Make one outdated page, or else prepare for the next save. Returns whether there was a page.

        No page is made while clippings wait to be read again: lists would be made once for each step.
        """
        if self._pending_documents.has_unread:
            return False
        path = self.stale_queue.first
        if path is not None:
            self.stale_queue.make(path)
        else:
            self._prepare()
        return path is not None

    def _prepare(self) -> None:
        """Load whatever the next save needs: read a clipping, and make a few pages.

        The worker that reads the next save is started and warm too.
        """
        self._stories.prepare()
        if self._is_ready:
            return
        self._is_ready = True
        self._pending_documents.warm_up(islice(self._diagnostics.records, 1))
        plan_ = self._rendering.plan
        own = (page for article in plan_.digest.articles for page in pages_of_article(plan_, article))
        pages = (*islice(own, 1), *overviews(plan_.digest))
        for output in (page_output(self._rendering, page) for page in pages):
            if self.stale_queue.makes(output.path):
                bytes_of(self._rendering, output)

    def _settle(self) -> tuple[Built, frozenset[str]]:
        """Write what can wait: sitemaps and other lists for machines, and the manifest."""
        config = self.site.config
        if self._is_remapped and config.base_url is not None:
            pages = tuple(pages_of(self._rendering.plan))
            lists = list(for_machines(self._rendering, config.base_url, pages))
            known = {path for path in self.stale_queue.files if path.startswith(sitemap.FOLDER)}
            self._outdate(lists, known - {one.path for one in lists})
        self._is_remapped = False
        if self.stale_queue.is_behind:
            self.stale_queue.settle(self.options.as_of.date())
            cache, epoch = self._context.cache, self._documents.reader.epoch
            keep_stories(cache, epoch, self._stories, self._diagnostics.marks, renews=False)
        return self.built, frozenset()
