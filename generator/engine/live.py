"""A site that is built and then followed, shared by the threads of a preview."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from generator.cache.database import DamagedError
from generator.cache.recovery import used
from generator.cache.store import Cache, MissingError
from generator.config.loading import find_content
from generator.config.options import Built, Options, Progress
from generator.config.site import Site
from generator.engine.followed import Followed
from generator.engine.lessons import BuildContext
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


class Live:
    """Builds a site, then follows it. `fresh` and `rest` are safe to call from threads other than `build`."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.RLock()
        self._followed: Followed | None = None
        self._files: Mapping[str, str] = {}
        """Path → digest of the files in place, available during a rebuild too."""
        self._coming: Mapping[str, str] = {}
        """Path → digest of the files that a full build is putting in place."""
        self._check: Callable[[], None] = lambda: None
        self._is_lost = False
        """Whether the followed state turned out to be invalid."""
        self._asked: list[str] = []
        """Paths of pages that browsers are waiting for."""
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
            followed, self._followed, self._is_lost = self._followed, None, False
            if followed is not None and changed is not None and followed.holds(site, options):
                # A browser that requests one of these meanwhile gets the old version, and is notified again.
                pending = followed.stale_queue.pending
                try:
                    followed.options = options
                    found = followed.follow(site, changed) if changed else followed.catch_up()
                except (OvertakenError, DamagedError, MissingError):
                    found = None
                except BroadsheetError:
                    if followed.is_torn:  # an error in the settings; the next save can fix it
                        self._followed = followed
                    else:
                        followed.close()
                    raise
                except BaseException:
                    followed.close()
                    raise
                if found is not None:
                    self._followed = followed
                    if changed:
                        self._begins = time.monotonic() + ASKS
                    built, pages = found
                    return built, pages | pending
            if followed is not None:
                followed.close()
            try:
                self._followed = self._whole(site, options, progress)
                self._files = self._followed.stale_queue.digests
            finally:
                self._coming = {}
            return self._followed.built, None

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
            followed = self._followed
            if followed is None:
                return False
            try:
                return followed.make_one()
            except (OvertakenError, DamagedError, MissingError):
                self._followed, self._is_lost = None, True
                followed.close()
                return False

    def has(self, path: str) -> bool:
        """Return whether a file belongs to the site, as far as known. Does not block."""
        return path in self._files

    def wrote(self, path: str, data: bytes) -> bool:
        """Return whether a build wrote these bytes to a file, or is about to. Does not block."""
        return manifest.digest(data) in {self._files.get(path), self._coming.get(path)}

    def is_stale(self, path: str) -> bool:
        """Return whether a page may be outdated, as far as known. Does not block."""
        followed = self._followed
        return followed is not None and followed.may_be_stale(path)

    def fresh(self, path: str) -> None:
        """Make a page now if it is outdated."""
        followed = self._followed
        if followed is None or not followed.may_be_stale(path):
            return
        self._asked.append(path)
        try:
            with self._lock:
                if self._followed is followed:
                    followed.make(path)
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            return  # `rest` meets the same error and reports it
        finally:
            self._asked.remove(path)

    @property
    def due_in(self) -> float | None:
        """Seconds until `build` has work to do without a change; None if it has none."""
        followed = self._followed
        if followed is None:
            return 0.0 if self._is_lost else None
        return 0.0 if followed.is_late else SETTLES if followed.is_behind else None

    def close(self) -> None:
        """Write outstanding files, and close the cache."""
        with self._lock:
            if self._followed is not None:
                self._followed.close()
                self._followed = None

    def _whole(self, site: Site, options: Options, progress: Progress) -> Followed:
        find_content(site)
        check_usable(site.output)
        gc.unfreeze()
        try:
            return self._built(site, options, progress)
        finally:
            # The state is long-lived: collecting it would cost half a second of each save.
            gc.freeze()

    def _comes(self, files: Mapping[str, str]) -> None:
        self._coming = files

    def _built(self, site: Site, options: Options, progress: Progress) -> Followed:
        def followed(cache: Cache) -> Followed:
            workers = Workers(self._workers)
            workers.check = lambda: self._check()  # noqa: PLW0108 - `_check` differs per build
            try:
                return Followed(site, options, BuildContext(cache, workers, progress), self._comes)
            except BaseException:
                workers.close()
                raise

        return used(site.own, identity_of(site), followed, stays_open=True)
