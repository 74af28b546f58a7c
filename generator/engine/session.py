"""A site kept in memory: its state, changed in place by saves, and its outdated files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path

import msgspec

from generator.cache.database import DamagedError
from generator.cache.store import MissingError
from generator.config.options import Built, Options, Written, by_place, silent
from generator.config.site import Site
from generator.engine import stored_state
from generator.engine.apply import ChangeSet, apply
from generator.engine.build_context import BuildContext
from generator.engine.changes import Stale, stale_by_config, stale_by_file
from generator.engine.effects import EVERYTHING
from generator.engine.pending import PendingDocuments
from generator.engine.records import Records
from generator.engine.stale_queue import StaleQueue
from generator.engine.state import SiteState
from generator.engine.unchanged import (
    identity_of,
    inputs_followed,
    inputs_found,
    remember,
    settings_now,
    unchanged,
)
from generator.engine.writing import report_of, write
from generator.grouping.suspects import suspects_of
from generator.model import addresses
from generator.model.errors import BroadsheetError, errors_of
from generator.output import disk
from generator.output.deletions import may_delete_many
from generator.output.patch import OvertakenError
from generator.reading.changed_files import is_below
from generator.reading.lost_folders import check_found
from generator.render.sitemap import is_for_machines

Step = tuple[Built, frozenset[str]]
"""The result of a step, and the paths of the pages that are outdated since, or were deleted."""


class Session:
    """A full build, kept in memory with everything needed to update it."""

    def __init__(
        self,
        site: Site,
        options: Options,
        context: BuildContext,
        on_commit: Callable[[Mapping[str, str]], None] = lambda _: None,
        on_unchanged: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> None:
        """Build the site. `on_commit` receives path → digest of all files before they are put in place.

        If nothing changed since the last build, `on_unchanged` receives the same before the state is loaded.
        """
        self._identity = identity_of(site)
        inputs = inputs_found(site, options, context.limits)
        check_found(inputs.found)
        context.workers.expect()
        stamps_on_disk = cache(partial(disk.stamps, site.output))
        last = unchanged(site, options, inputs, context.cache, stamps_on_disk)
        self._is_stored = last is not None
        """Whether the state of the last process would be the same."""
        if self._is_stored:
            rows = context.cache.output_rows(site.output)
            on_unchanged({path: row.digest.hex() for path, row in rows.items()})
        self.state = SiteState.read(site, options, context, inputs.found, keeps_records=True)
        if not self._is_stored:
            stored_state.save_groups(self.state)
        wrote = write(self.state, inputs, EVERYTHING, stamps_on_disk, on_commit=on_commit)
        # Later steps report no progress. Most are small, so one worker is enough.
        self.state.context = context._replace(progress=silent)
        context.workers.shrink()
        self.built = wrote.built
        self.queue = StaleQueue(self.state, wrote)
        self.state.rendering.search.follow()
        self._pending = PendingDocuments(self.state, inputs.unseen)
        self._inputs = inputs._replace(stamps=())
        self.is_torn = False
        """Whether clippings or settings were read that the digest does not reflect yet."""
        self._has_other_files = False
        """Whether files came or went since all were planned, so that static files may hide others."""
        self._is_ready = False
        """Whether everything is loaded that the first save would wait for."""
        self._early: frozenset[str] = frozenset()
        """Paths of outdated pages that a browser requested before others that show them were told."""

    @property
    def is_late(self) -> bool:
        """Whether effects of the last saves are still to be determined."""
        return bool(self._has_unchecked or self._pending or self._is_due)

    @property
    def _has_unchecked(self) -> bool:
        """Whether pages or the health of sources are still to be compared."""
        return bool(self.queue.unchecked or self.state.dirty_sources or self._early)

    @property
    def _is_due(self) -> bool:
        """Whether a waiting clipping is to be published."""
        return bool(self.state.index.due(self.state.options.as_of))

    def holds(self, site: Site, options: Options) -> bool:
        """Return whether the site lies where it did, and time did not go back."""
        state = self.state
        if options.strict:  # a strict build can fail, so it is always a full build
            return False
        if msgspec.structs.replace(options, as_of=state.options.as_of) != state.options:
            return False
        if msgspec.structs.replace(site, config=state.site.config) != state.site:
            return False
        return options.as_of >= state.options.as_of

    def close(self, *, stores: bool = False) -> None:
        """Write outstanding files if possible, and close the workers and the cache.

        `stores` lets the next process begin with the state.
        """
        context = self.state.context
        try:
            if self.queue.is_behind and not self.queue.stale and not self.is_late:
                self._settle()
            is_complete = not (self.is_torn or self.is_late or self.queue.is_behind)
            if stores and is_complete and not self._is_stored:
                self._store()
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            pass  # the next build examines whatever differs from the manifest
        finally:
            context.workers.close()
            context.cache.close()

    # --- saves --------------------------------------------------------------------------------------

    def follow(self, site: Site, changed: Iterable[Path], viewed: Iterable[str] = ()) -> Step | None:
        """Apply changed files. Returns the result and outdated pages; None if a full build is needed.

        Pages that are `viewed` are compared first. Raises `BroadsheetError`; if `is_torn` is set then,
        another call may continue.
        """
        clippings = {file for file in changed if is_below(site.content, file)}
        settings = stale_by_config(self.state.site.config, site.config)
        for file in {*changed} - clippings:
            settings |= stale_by_file(site, file)
        if settings & Stale.READING or (settings and identity_of(site) != self._identity):
            return None
        if not self.state.index.digest.days:
            return None
        paths = self._pending.inspect(site, clippings)
        if paths is None:
            return None
        return self._apply(site, settings, self._pending.read(paths), viewed)

    def catch_up(self) -> Step | None:
        """Do one step of the deferred work, the manifest last. Returns the same as `follow`."""
        if self._is_due:
            return self._apply(self.state.site, Stale.NOTHING, {})
        if self._has_unchecked:
            self.state.renew_health()
            early, self._early = self._early, frozenset()
            return self._reported(self.queue.check_some() | early)
        if self._pending.doubtful:
            return (self.built, frozenset()) if self._pending.learn() else None
        if paths := self._pending.take():
            return self._apply(self.state.site, Stale.NOTHING, self._pending.read(paths))
        return self._settle()

    def _apply(self, site: Site, settings: Stale, read: Records, viewed: Iterable[str] = ()) -> Step | None:
        """Bring the state up to date, and find the outdated pages; None if a full build is needed."""
        state = self.state
        is_torn, self.is_torn, self._is_stored = self.is_torn, True, False
        if settings:  # before they are read
            now = settings_now(site, settings, state.context.limits)
            self._inputs = self._inputs._replace(settings={**self._inputs.settings, **now})
        settings |= Stale.GROUPING if is_torn else Stale.NOTHING
        published = len(state.index.digest.articles)
        effects = apply(state, ChangeSet(site, settings, read))
        if effects is None:
            return None
        removed: set[str] = set()
        if effects.planned is not None:
            removed = {path for path in self.queue.files - effects.planned if not is_for_machines(path)}
        lost = max(published - len(state.index.digest.articles), len(removed))
        if self._needs_judging(lost, is_everything=effects.is_everything):
            return None
        self.is_torn = False
        if effects.is_everything:
            self.queue.add(self.queue.files, remaps=True)
        queued = (*effects.near, *effects.others, *(effects.planned or ()))
        self.queue.add(queued, remaps=effects.is_remapped)
        self._has_other_files |= effects.is_remapped or Stale.STATIC in settings
        viewed_now = [path for path in viewed if path in self.queue]
        self._renew_health_for(viewed_now)
        first = dict.fromkeys((*removed, *effects.removed, *effects.near, *viewed_now))
        stale = self.queue.check(first)
        for path in stale & state.outputs.assets.keys():  # few, cheap, and part of every page that is open
            self.queue.make(path)
        return self._reported(stale)

    def _needs_judging(self, lost: int, *, is_everything: bool) -> bool:
        """Return whether a safety check has to judge a change that removes so many articles or files."""
        state = self.state
        if may_delete_many(state.options, lost, len(self.queue.files)) or not state.index.digest.days:
            return True
        problems = (*state.index.problems, *state.planning) if is_everything else ()
        return bool(errors_of(problems))

    def _reported(self, changed: frozenset[str]) -> Step:
        """Update the report of the last step, and return it with the paths of changed pages."""
        index, files = self.state.index, self.queue.files
        outdated = sum(path in files for path in changed)
        pages = Written(written=outdated, kept=len(files) - outdated, deleted=len(changed) - outdated)
        problems = index.problems
        if self.state.planning:
            problems = tuple(sorted((*problems, *self.state.planning), key=by_place))
        self.built = msgspec.structs.replace(
            self.built, report=report_of(index, problems, pages), reasons={}, waits_until=index.waits_until
        )
        return self.built, changed

    # --- pages --------------------------------------------------------------------------------------

    def make(self, path: str) -> None:
        """Make a page if it is outdated. Other browsers that show it reload along with the deferred pages."""
        if path in self.queue:
            self._renew_health_for([path])
            self._early |= self.queue.check([path])
            self.queue.make(path)

    def _renew_health_for(self, paths: Iterable[str]) -> None:
        """Update the health of sources if one of these pages shows it; else that can wait."""
        if any(path.startswith(addresses.SOURCES) for path in paths):
            self.state.renew_health()

    def make_one(self) -> bool:
        """Make one outdated page, or else prepare for the next save. Returns whether there is more to do.

        No page is made while clippings wait to be read again: lists would be made once for each step.
        """
        if self._pending.unread:
            return False
        if self.queue.make_one():
            return True
        self._prepare()
        state = self.state
        return state.rendering.search.prepare(state.context.cache) or state.stories.prepare()

    def _prepare(self) -> None:
        """Load whatever the next save needs: the worker that reads it, and a few templates."""
        self.state.copies.prepare()
        _ = self.state.names, self.state.shown, self.state.paths, self.state.leaders
        if not self._is_ready:
            self._is_ready = True
            self._pending.warm_up()
            self.queue.warm_up()

    def _settle(self) -> Step:
        """Write what can wait: sitemaps and other lists for machines, and the manifest."""
        state = self.state
        if self.queue.is_behind:
            self.queue.settle()
            if self._has_other_files and (state.outputs.static or state.planning):
                self._has_other_files = False
                state.plan_files()
                self._reported(frozenset())
            stored_state.save_groups(state, renews=False)
        return self.built, frozenset()

    def _store(self) -> None:
        """Store the state with the inputs that it was computed from. Raises `OvertakenError`."""
        state, context = self.state, self.state.context
        if state.options.strict or context.workers.has_passing_faults:
            return
        inputs = inputs_followed(state.site, self._inputs, self._pending.followed, context.limits)
        left, size = self.queue.snapshot()
        built, _ = self._reported(frozenset())
        report = msgspec.structs.replace(built.report, site=size, suspects=suspects_of(state.index.digest))
        built = msgspec.structs.replace(built, report=report)
        with context.cache.best_effort():
            remember(state.site, state.options, inputs, built, left, context.cache)
        if state.site.output != state.site.preview:  # `build` writes elsewhere, and has a state there
            stored_state.save(state, inputs, left)
