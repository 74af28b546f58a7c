"""A site that is followed: what was read stays in memory, and a save redoes what it concerns alone.

A clipping that changes its own article alone costs no walk of the tree and no pass over all pages. Whatever
reaches further (picks, settings, templates, translations, static files, aliases, another spelling of a
source, a new year) groups all articles again, from memory, and makes the pages whose fingerprint is another
one. Where clippings have to be read by other rules, a whole build follows. Tests compare with clean builds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path

import msgspec

from generator.cache.database import DamagedError
from generator.cache.store import MissingError
from generator.config import resources
from generator.config.options import Built, Options, Written, by_place, silent
from generator.config.site import Site
from generator.engine import budgeted, tasks
from generator.engine.budgeted import BATCH
from generator.engine.desk import Desk, grouped, withheld
from generator.engine.kitchen import (
    Kitchen,
    Output,
    concerns_all,
    feed_outputs,
    feed_paths,
    for_machines,
    page_output,
    planned,
    planned_of,
)
from generator.engine.ledger import Ledger
from generator.engine.lessons import Means
from generator.engine.overdue import Overdue, bytes_of
from generator.engine.press import report_of, written
from generator.engine.recalled import keep as keep_stories
from generator.engine.replanned import Replanned
from generator.engine.safeguards import check_found, empties_folder, found_in, may_delete_many
from generator.engine.saved import (
    GONE,
    Scope,
    clippings_among,
    few_of,
    is_below,
    judged_otherwise,
    look_again,
    read_again,
)
from generator.engine.shelf import Shelf, shelf_of
from generator.engine.tasks import Record, Wanted
from generator.engine.unchanged import identity_of, inputs_before, is_nothing_due
from generator.grouping.health import health_of
from generator.grouping.regrouping import recounts, regrouped, splice
from generator.model.errors import BroadsheetError, Severity
from generator.model.types import Article, Source
from generator.output.patch import OvertakenError
from generator.reading.discover import is_clipping
from generator.render import sitemap
from generator.render.concerned import by_file, concerned, is_near
from generator.render.pages import Page, overviews, page_of_source, pages_of, pages_of_article
from generator.render.templates import assets_of

AT_ONCE = 10
"""Clippings that are read again before it is seen whether there is another save, unless they are many;"""
EACH_AT_ONCE = 1000
"""then by each worker."""


class Followed:
    """A whole build, kept in memory with all that it takes to change a little of it."""

    def __init__(
        self,
        site: Site,
        options: Options,
        means: Means,
        on_commit: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        """Build; `on_commit` is told the digests of all files before they are put in place."""
        self.site, self.options = site, options
        self._identity = identity_of(site)
        found = found_in(site, options)
        check_found(found)
        means.workers.expect()
        inputs = inputs_before(site, options, found)
        self._shelf = shelf_of(site, found, means)
        records: dict[str, tuple[Record, bytes]] = {}
        desk, self._stories = grouped(site, options, self._shelf, _kept(self._shelf, means, records), means)
        self._kitchen = Kitchen(site, desk, planned_of(desk.digest, site.config), means)
        wrote = written(site, options, inputs, self._kitchen, on_commit=on_commit)
        # Nothing is shown of what follows. Most of it is small: one worker is there for it.
        self._means = means._replace(progress=silent)
        means.workers.shrink()
        self.built = wrote.built
        known = set(desk.problems)
        self._planning = [one for one in wrote.built.report.problems if one not in known]
        self.overdue = Overdue(site, means.cache, wrote)
        self.is_torn = False
        """Whether clippings were read, or settings, that the digest does not show."""
        self._doubted: set[str] = set()
        """Sources that may repeat something else since."""
        self._unread: dict[str, None] = {}
        """Clippings to read again, since their source's furniture is judged otherwise."""
        self._hold(desk, records)

    def _hold(self, desk: Desk, records: dict[str, tuple[Record, bytes]]) -> None:
        """Know what was grouped, and planned: `records` are what clippings came to, by path."""
        self._assets = assets_of(self.site.templates).keys()
        self._is_remapped = False
        self._is_ready = False
        """Whether all is done that the first save would wait for."""
        self._far: dict[str, Page] = {}
        """Pages that a save may concern, of which nobody knows yet whether it does,"""
        self._early: set[str] = set()
        """those of them that somebody asked for meanwhile,"""
        self._heard: set[str] = set()
        """and sources whose health and feeds may be others."""
        self._articles = list(desk.digest.articles)
        self._planned = Replanned(self._kitchen.plan)
        self._healths = dict(self._kitchen.healths)
        self._ledger = Ledger(self.site.config, self.options, records, desk)
        self._kitchen.desk = msgspec.structs.replace(desk, texts=self._ledger.texts)
        stamps = self._shelf.found.stamps
        self._scope = Scope(desk, records, self._planned.shown, self._planned.paths, stamps)

    @property
    def _few(self) -> int:
        return few_of(len(self._shelf.looked))

    @property
    def is_late(self) -> bool:
        """Whether it is not known yet all that the last saves come to."""
        return bool(self._far or self._heard or self._doubted or self._unread)

    @property
    def is_behind(self) -> bool:
        """Whether files, or the record of all, are yet to be written."""
        return self.overdue.is_behind or self._is_remapped

    def holds(self, site: Site, options: Options) -> bool:
        """Whether clippings are read by the same rules still, and nothing that waits is due."""
        if options.strict:  # a build that may fail for its problems is a whole one
            return False
        if msgspec.structs.replace(options, as_of=self.options.as_of) != self.options:
            return False
        if msgspec.structs.replace(site, config=self.site.config) != self.site:
            return False
        return is_nothing_due(options, self.options.as_of, self.built.waits_until)

    def close(self) -> None:
        """Write what is behind, where that can be done, and close the cache."""
        try:
            if self.is_behind and self.overdue.first is None and not self.is_late:
                self._settle()
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            pass  # the next build looks into all that differs from the record
        finally:
            self._means.workers.close()
            self._means.cache.close()

    # --- what changed -------------------------------------------------------------------------------

    def follow(self, site: Site, changed: Iterable[Path]) -> tuple[Built, frozenset[str]] | None:
        """Do what changed files ask for; None where a whole build has to.

        Raises `BroadsheetError`; where `is_torn` then, another call may go on.
        """
        changed = frozenset(changed)
        others = {file for file in changed if not is_below(site.content, file)}
        is_plain = not others and site == self.site and not self.is_torn
        if others and others == changed and all(_is_asset(site, file) for file in others):
            told = self._dress() if site == self.site and not self.is_torn else None
            if told:
                return told
        if not is_plain and identity_of(site) != self._identity:
            return None
        if not self._kitchen.plan.digest.days:
            return None
        early = self._look_far()[1] if is_plain else frozenset()
        paths = self._look_again(site, changed - others)
        if paths is None:
            return None
        self.site = site
        found = self._read(paths) if is_plain else self._anew(self._read_again(paths))
        return found and (found[0], found[1] | early)

    def _look_again(self, site: Site, changed: Set[Path]) -> set[str] | None:
        """The clippings among changed files that are others now; None where a whole build has to."""
        is_many = sum(is_clipping(file.name) for file in changed) > self._few
        stamps = None if is_many else clippings_among(site, changed, self._shelf.found)
        if stamps is None or any(map(self._scope.is_linked, stamps)):
            return None
        gone = {path for path, stamp in stamps.items() if stamp is None}
        if empties_folder(gone, self._shelf.looked.keys() - gone):
            return None
        looked = look_again(self._shelf, self._means, stamps) if stamps else (set(), set())
        if looked is None:
            return None
        paths, sources = looked
        self._doubted |= sources
        for path in paths:
            self._unread.pop(path, None)
        return paths

    def catch_up(self) -> tuple[Built, frozenset[str]] | None:
        """Do a part of what saves left for later, in the end the record of all files; None as in `follow`."""
        if self._far or self._heard:
            return self._look_far()
        if self._doubted:
            found = judged_otherwise(self._shelf, self._means, self._doubted)
            self._means.workers.shrink()
            self._doubted.clear()
            self._unread |= dict.fromkeys(found)
            return (self.built, frozenset()) if len(found) <= self._few else None
        if self._unread:
            is_few = len(self._unread) <= BATCH
            count = AT_ONCE if is_few else EACH_AT_ONCE * self._means.workers.count
            paths = [*islice(self._unread, count)]
            for path in paths:
                del self._unread[path]
            return self._read(paths)
        return self._settle()

    def _read(self, paths: Collection[str]) -> tuple[Built, frozenset[str]] | None:
        """Read clippings, and find what is out of date since; None where a whole build has to."""
        read, known = self._read_again(paths), self._ledger.known
        if all(
            self._scope.is_plain(path, known(path)[0], record, self._appearing(record))
            for path, (record, _) in read.items()
        ):
            return self._regroup(read)
        return self._anew(read)

    def _read_again(self, paths: Collection[str]) -> dict[str, tuple[Record, bytes]]:
        """What clippings come to now that came to something else before."""
        if not paths:
            return {}
        read, known = read_again(self._shelf, self._means, paths), self._ledger.known
        self._means.workers.shrink()
        return {path: one for path, one in read.items() if not one[1] or one[1] != known(path)[1]}

    def _dress(self) -> tuple[Built, frozenset[str]] | None:
        """Put changed styles and scripts in place; pages are not concerned unless one came or went."""
        assets = assets_of(self.site.templates)
        if self._assets != assets.keys() or any(self._kitchen.theme.includes(name) for name in assets):
            return None
        outputs = [Output(path, b"", data) for path, data in assets.items()]
        told = self._outdate(outputs)
        for path in told[1]:  # few and quickly made, and on every page that is looked at
            self.overdue.make(path)
        return told

    def _appearing(self, record: Record) -> Article | None:
        """The article that appears of a clipping, if any does, under its source's name."""
        article = record.reading.article
        if article is None or withheld(self.site.config, self.options, record)[0] is not None:
            return None
        name = self._scope.names.get(article.source, article.source)
        return article if article.source == name else msgspec.structs.replace(article, source=name)

    # --- what follows -------------------------------------------------------------------------------

    def _regroup(self, read: dict[str, tuple[Record, bytes]]) -> tuple[Built, frozenset[str]] | None:
        """Group again, and find the pages that are out of date; None where a whole build has to."""
        config, desk, last = self.site.config, self._kitchen.desk, self._kitchen.plan
        appeared = self._planned.shown
        gone = [appeared[path] for path in read if path in appeared]
        come = [new for record, _ in read.values() if (new := self._appearing(record))]
        if may_delete_many(self.options, len(gone) - len(come), len(self.overdue.files)):
            return None
        digest = regrouped(last.digest, gone, come, config)
        if digest is None or concerns_all(self._kitchen.theme, config, last.digest, digest):
            return self._anew(read)
        splice(self._articles, gone, come)
        self._stories.change([article.path for article in gone], come)
        ended, begun = self._stories.tell(desk.merges, desk.splits)
        digest = msgspec.structs.replace(digest, articles=self._articles, stories=self._stories.stories)
        is_recounted = recounts(gone, come)
        before = by_file(concerned(last, gone, ended, is_recounted=is_recounted)).keys()
        plan_ = self._planned.change(digest, gone, come, ended, begun)
        self._meet([digest.sources[name] for name in digest.sources.keys() - last.digest.sources.keys()])
        told = [article for story in (*ended, *begun) for article in story.articles]
        self._heard = {article.source for article in (*gone, *come, *told)}
        desk = self._ledger.change(desk, digest, gone, come, read, self.options)
        desk = msgspec.structs.replace(desk, found=len(self._shelf.looked) + len(self._shelf.found.skipped))
        self._kitchen = Kitchen(
            self.site, desk, plan_, self._means, healths=self._healths, last=self._kitchen
        )
        parted = [appeared[one.path] for story in ended for one in story.articles if one.path in appeared]
        pages = by_file(concerned(plan_, (*come, *parted), begun, gone, ended, is_recounted=is_recounted))
        may_differ = is_recounted or bool(ended or begun) or before != pages.keys()
        self._is_remapped |= config.base_url is not None and may_differ
        if digest.days[-1].first != last.digest.days[-1].first:  # up to which silence is counted
            self._heard |= digest.sources.keys()
            pages |= by_file(map(page_of_source, digest.sources.values()))
        return self._part(pages, before, {article.date for article in (*gone, *come)})

    def _anew(self, read: dict[str, tuple[Record, bytes]]) -> tuple[Built, frozenset[str]] | None:
        """Group all articles again, and plan all files; None where a whole build has to.

        Nothing is read but the clippings that came to something else, no story is looked for twice, and no
        page is made whose fingerprint is the same.
        """
        self.is_torn = True
        records = self._ledger.records
        for path, one in read.items():
            records.pop(path, None)
            if one is not GONE:
                records[path] = one
        each = ((path, record, mark) for path, (record, mark) in records.items())
        desk, _ = grouped(self.site, self.options, self._shelf, each, self._means, self._stories)
        found = len(self._shelf.looked) + len(self._shelf.found.skipped)
        desk = msgspec.structs.replace(desk, found=found)
        kitchen = Kitchen(self.site, desk, planned_of(desk.digest, self.site.config), self._means)
        self._planning = []
        outputs = planned(self.site, kitchen, self._planning)
        gone = {*self.overdue.files} - {one.path for one in outputs}
        problems = (*desk.problems, *self._planning)
        if (
            not desk.digest.days
            or any(one.severity is Severity.ERROR for one in problems)
            or may_delete_many(self.options, len(gone), len(self.overdue.files))
        ):
            return None
        self._kitchen = kitchen
        self._hold(desk, records)
        self.is_torn = False
        self.overdue.plan(kitchen, outputs)
        return self._told(self.overdue.pending, self.overdue.delete(gone))

    def _part(
        self, pages: Mapping[str, Page], before: Set[str], dates: Set[dt.date]
    ) -> tuple[Built, frozenset[str]]:
        """See which pages are out of date that are near some dates; of the others, by and by.

        Those that were concerned `before` and are not planned any more are deleted.
        """
        near = [page for page in pages.values() if is_near(page, dates)]
        self._far = {path: page for path, page in pages.items() if not is_near(page, dates)}
        sources = self._kitchen.plan.digest.sources
        self.overdue.forget([*self._far, *feed_paths(map(sources.__getitem__, self._heard))])
        return self._outdate([page_output(self._kitchen, page) for page in near], before - pages.keys())

    def _look_far(self) -> tuple[Built, frozenset[str]]:
        """See which other pages the last save concerns, that nobody looks at first: it takes longer."""
        kitchen, sources = self._kitchen, self._renew()
        outputs = [page_output(kitchen, page) for page in self._far.values()]
        outputs += feed_outputs(kitchen, sources)
        built, told = self._outdate(outputs)
        told |= self._early
        self._far, self._heard, self._early = {}, set(), set()
        return built, told

    def _renew(self) -> list[Source]:
        """See to the health of the sources that the last save concerns."""
        digest = self._kitchen.plan.digest
        sources = [digest.sources[name] for name in sorted(self._heard)]
        self._see_to_health(sources)
        return sources

    def _meet(self, sources: Collection[Source]) -> None:
        """Know sources that are new."""
        self._scope.meet(sources)
        self._see_to_health(sources)

    def _see_to_health(self, sources: Iterable[Source]) -> None:
        newest = self._kitchen.plan.digest.days[-1].first
        for source in sources:
            self._healths[source.name] = health_of(source, newest, self._planned.leaders)

    def _outdate(self, outputs: Sequence[Output], gone: Iterable[str] = ()) -> tuple[Built, frozenset[str]]:
        """Note which files are out of date, and delete those that are no more."""
        return self._told(self.overdue.note(self._kitchen, outputs), self.overdue.delete(gone))

    def _told(self, stale: Collection[str], deleted: Collection[str]) -> tuple[Built, frozenset[str]]:
        """What is to be said of a step, and which pages are others."""
        desk = self._kitchen.desk
        kept = len(self.overdue.files) - len(stale)
        pages = Written(written=len(stale), kept=kept, deleted=len(deleted))
        problems = desk.problems
        if self._planning:
            problems = tuple(sorted((*problems, *self._planning), key=by_place))
        report = report_of(desk, problems, pages)
        self.built = msgspec.structs.replace(
            self.built, report=report, reasons={}, waits_until=desk.waits_until
        )
        return self.built, frozenset((*stale, *deleted))

    def may_be_stale(self, path: str) -> bool:
        """Whether a page is out of date, as far as anybody knows."""
        return path in self.overdue or path in self._far

    def make(self, path: str) -> None:
        """Make a page that may be stale; who else looks at it is told with the others."""
        if page := self._far.get(path):
            self._renew()
            self._early |= {*self.overdue.note(self._kitchen, [page_output(self._kitchen, page)])}
        self.overdue.make(path)

    def make_one(self) -> bool:
        """Make one page that is out of date, or else prepare for the next save; whether there was any.

        None is made while clippings are to be read again: lists would be made for each part of these.
        """
        if self._unread:
            return False
        path = self.overdue.first
        if path is not None:
            self.overdue.make(path)
        else:
            self._prepare()
        return path is not None

    def _prepare(self) -> None:
        """Put names in order, load templates and rules: by reading a clipping, and making a few pages.

        So the worker that reads the next save has started and loaded them too.
        """
        self._stories.prepare()
        if self._is_ready:
            return
        self._is_ready = True
        plan_, reader = self._kitchen.plan, self._shelf.reader
        some = [Wanted(path, "", 0, tasks.NO_REPEATS) for path in islice(self._ledger.records, 1)]
        for _ in budgeted.read(reader, some, self._means.workers, lambda _: b""):
            pass
        own = (page for article in plan_.digest.articles for page in pages_of_article(plan_, article))
        for page in (*islice(own, 1), *overviews(plan_.digest)):
            bytes_of(self._kitchen, page_output(self._kitchen, page))

    def _settle(self) -> tuple[Built, frozenset[str]]:
        """Write what can wait: lists for machines, and the record of all files."""
        config = self.site.config
        if self._is_remapped and config.base_url is not None:
            pages = tuple(pages_of(self._kitchen.plan))
            lists = list(for_machines(self._kitchen, config.base_url, pages))
            known = {path for path in self.overdue.files if path.startswith(sitemap.FOLDER)}
            self._outdate(lists, known - {one.path for one in lists})
        self._is_remapped = False
        if self.overdue.is_behind:
            self.overdue.settle(self.options.as_of.date())
            keep_stories(
                self._means.cache, self._shelf.reader.epoch, self._stories, self._ledger.marks, renews=False
            )
        return self.built, frozenset()


def _kept(
    shelf: Shelf, means: Means, records: dict[str, tuple[Record, bytes]]
) -> Iterator[tuple[str, Record, bytes]]:
    """What clippings came to, and the hash of each; `records` have it as well then."""
    for path, record, digest in shelf.records(means):
        records[path] = record, digest
        yield path, record, digest


def _is_asset(site: Site, file: Path) -> bool:
    """Whether a file is a style or script of the theme, or of the site's own."""
    return any(file.is_relative_to(root / "assets") for root in (site.templates, resources.theme()))
