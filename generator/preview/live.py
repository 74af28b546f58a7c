"""A site that is built and then followed, shared by the threads of a preview."""

from __future__ import annotations

import gc
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from generator.cache.database import DamagedError
from generator.cache.recovery import used
from generator.cache.store import Cache, MissingError
from generator.config.loading import find_content
from generator.config.options import Built, Options, Progress
from generator.config.site import Site
from generator.engine.build_context import LIMITS, BuildContext, EngineLimits
from generator.engine.session import Session, Step
from generator.engine.unchanged import identity_of
from generator.model.errors import BroadsheetError
from generator.output import manifest
from generator.output.folder import check_usable
from generator.output.patch import OvertakenError
from generator.parallel.workers import Workers

SETTLES = 2.0
"""Seconds without a save before the manifest is written."""

ASKS = 0.05
"""Seconds after a save during which only pages that browsers request are made."""


VIEWED = 20
"""Number of requested pages that are remembered, to be compared first after a save."""


class Live:
    """Builds a site, then follows it. `fresh` and `rest` are safe to call from threads other than `build`."""

    def __init__(self, workers: int, limits: EngineLimits = LIMITS) -> None:
        self._workers = workers
        self._limits = limits
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._files: Mapping[str, str] = {}
        """Path → digest of the files in place, available during a rebuild too."""
        self._coming: Mapping[str, str] = {}
        """Path → digest of the files that a full build is putting in place."""
        self._check: Callable[[], None] = lambda: None
        self._is_lost = False
        """Whether the state in memory turned out to be invalid."""
        self._asked: list[str] = []
        """Paths of pages that browsers are waiting for."""
        self._viewed: deque[str] = deque(maxlen=VIEWED)
        """Paths of pages that browsers requested last."""
        self._begins = 0.0
        """Monotonic time from which pages are made that nobody requested."""

    def build(
        self,
        site: Site,
        options: Options,
        progress: Progress,
        changed: frozenset[Path] | None,
        check: Callable[[], None] = lambda: None,
    ) -> tuple[Built, frozenset[str] | None]:
        """Build, or apply changed files. Returns the pages that changed; None if any may have.

        `changed` is None if the changed files are unknown, and empty if only time passed, as `due_in`
        requests. `check` is called at intervals while workers read; an exception that it raises cancels the
        build.
        """
        with self._lock:
            self._check = check
            session, self._session, self._is_lost = self._session, None, False
            if session is not None and changed is not None and session.holds(site, options):
                # A browser that requests one of these meanwhile gets the old version, and is notified again.
                pending = session.queue.stale
                if (found := self._followed(session, site, options, changed)) is not None:
                    self._session = session
                    if changed:
                        self._begins = time.monotonic() + ASKS
                    built, pages = found
                    return built, pages | pending
            if session is not None:
                session.close()
            session = None  # its state would be held beside the new one
            try:
                self._session = self._built(site, options, progress)
                self._files = self._session.queue.digests
            finally:
                self._coming = {}
            return self._session.built, None

    def _followed(
        self, session: Session, site: Site, options: Options, changed: frozenset[Path]
    ) -> Step | None:
        """Apply changed files to the state in memory; None if a full build is needed.

        An error closes the session, unless it is in the settings, where the next save can fix it.
        """
        try:
            session.state.options = options
            return session.follow(site, changed, tuple(self._viewed)) if changed else session.catch_up()
        except (OvertakenError, DamagedError, MissingError):
            return None
        except BroadsheetError:
            if session.is_torn:
                self._session = session
            else:
                session.close()
            raise
        except BaseException:
            session.close()
            raise

    def rest(self) -> bool:
        """Make one outdated page that nobody requested. Returns whether there may be others.

        Raises `BroadsheetError`. If the state in memory turns out to be invalid, the next `build` is a full
        one.
        """
        # Let requests go first: with the lock alone, this thread could acquire it over and over.
        if self._asked or time.monotonic() < self._begins:
            time.sleep(0.001)
            return True
        with self._lock:
            session = self._session
            if session is None:
                return False
            try:
                return session.make_one()
            except (OvertakenError, DamagedError, MissingError):
                self._session, self._is_lost = None, True
                session.close()
                return False

    def has(self, path: str) -> bool:
        """Return whether a file belongs to the site, as far as known. Does not block."""
        return path in self._files

    def wrote(self, path: str, data: bytes) -> bool:
        """Return whether a build wrote these bytes to a file, or is about to. Does not block."""
        return manifest.digest(data) in {self._files.get(path), self._coming.get(path)}

    def is_stale(self, path: str) -> bool:
        """Return whether a file may be outdated, as far as known. Does not block."""
        if path.endswith(".html"):
            self._viewed.append(path)
        session = self._session
        return session is not None and path in session.queue

    def fresh(self, path: str) -> None:
        """Make a page now if it is outdated."""
        session = self._session
        if session is None or path not in session.queue:
            return
        self._asked.append(path)
        try:
            with self._lock:
                if self._session is session:
                    session.make(path)
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            return  # `rest` meets the same error and reports it
        finally:
            self._asked.remove(path)

    @property
    def due_in(self) -> float | None:
        """Seconds until `build` has work to do without a change; None if it has none."""
        session = self._session
        if session is None:
            return 0.0 if self._is_lost else None
        return 0.0 if session.is_late else SETTLES if session.queue.is_behind else None

    def close(self) -> None:
        """Write outstanding files, store the state for the next process, and close the cache."""
        with self._lock:
            if self._session is not None:
                self._session.close(stores=True)
                self._session = None

    def _built(self, site: Site, options: Options, progress: Progress) -> Session:
        """Build in full."""

        def commits(files: Mapping[str, str]) -> None:
            self._coming = files

        def stands(files: Mapping[str, str]) -> None:
            self._files = files  # served from now on, while the state is loaded

        def session(cache: Cache) -> Session:
            workers = Workers(self._workers)
            workers.check = lambda: self._check()  # noqa: PLW0108 - `_check` differs per build
            try:
                context = BuildContext(cache, workers, progress, self._limits)
                return Session(site, options, context, commits, stands)
            except BaseException:
                workers.close()
                raise

        find_content(site)
        check_usable(site.output)
        if gc.get_freeze_count():
            gc.unfreeze()
            gc.collect()  # the last state, whose objects refer to each other
        try:
            return used(site.own, identity_of(site), session, stays_open=True)
        finally:
            # The state is long-lived: collecting it would cost half a second of each save.
            gc.freeze()
