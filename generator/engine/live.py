"""A site that is built and then followed, by the threads of a preview."""

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
"""Seconds without a save after which the record of all files is written."""

ASKS = 0.05
"""Seconds after a save in which browsers are let ask for pages before others are made."""


class Live:
    """Builds a site, then follows it; `fresh` and `rest` may be called from other threads than `build`."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.RLock()
        self._followed: Followed | None = None
        self._files: Mapping[str, str] = {}
        """Digests of the files that stand there, by path; also while it is built again,"""
        self._coming: Mapping[str, str] = {}
        """and of those that a whole build puts in their places."""
        self._check: Callable[[], None] = lambda: None
        self._is_lost = False
        """Whether what was followed turned out not to hold."""
        self._asked: list[str] = []
        """Pages that somebody waits for."""
        self._begins = 0.0
        """When pages are made that nobody asked for, on the monotonic clock."""

    def build(
        self,
        site: Site,
        options: Options,
        progress: Progress,
        changed: frozenset[Path] | None,
        check: Callable[[], None] = lambda: None,
    ) -> tuple[Built, frozenset[str] | None]:
        """Build, or do what some changed files ask for; which pages are others now, None for any.

        `changed` is None where nobody can tell what did; empty where time passed, as `due_in` asks for.
        While workers read, `check` is called now and then; what it raises calls the build off.
        """
        with self._lock:
            self._check = check
            followed, self._followed, self._is_lost = self._followed, None, False
            if followed is not None and changed is not None and followed.holds(site, options):
                # Who asks for one of these meanwhile gets it as it was, and is told again.
                pending = followed.stale_queue.pending
                try:
                    followed.options = options
                    found = followed.follow(site, changed) if changed else followed.catch_up()
                except (OvertakenError, DamagedError, MissingError):
                    found = None
                except BroadsheetError:
                    if followed.is_torn:  # a mistake in the settings, which the next save mends
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
        """Make a page that is out of date and that nobody asked for; whether there may be others.

        Raises `BroadsheetError`. Where what is in memory turns out not to hold, the next `build` is a
        whole one.
        """
        # Who asks goes first: a lock alone would let this thread have it again and again.
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
        """Whether a file is one of the site's, for all that is known; waits for nothing."""
        return path in self._files

    def wrote(self, path: str, data: bytes) -> bool:
        """Whether a build left these bytes in a file, or is putting them there; waits for nothing."""
        return manifest.digest(data) in {self._files.get(path), self._coming.get(path)}

    def is_stale(self, path: str) -> bool:
        """Whether a page may be out of date, for all that is known; waits for nothing."""
        followed = self._followed
        return followed is not None and followed.may_be_stale(path)

    def fresh(self, path: str) -> None:
        """Make a page now, should it be out of date."""
        followed = self._followed
        if followed is None or not followed.may_be_stale(path):
            return
        self._asked.append(path)
        try:
            with self._lock:
                if self._followed is followed:
                    followed.make(path)
        except (BroadsheetError, OvertakenError, DamagedError, MissingError):
            return  # `rest` meets it too, and tells
        finally:
            self._asked.remove(path)

    @property
    def due_in(self) -> float | None:
        """Seconds after which `build` has something to do though nothing changes; None where it has not."""
        followed = self._followed
        if followed is None:
            return 0.0 if self._is_lost else None
        return 0.0 if followed.is_late else SETTLES if followed.is_behind else None

    def close(self) -> None:
        """Write what is behind, and let go of the cache."""
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
            # It stays: for the garbage collector to look through it takes half a second of a save.
            gc.freeze()

    def _comes(self, files: Mapping[str, str]) -> None:
        self._coming = files

    def _built(self, site: Site, options: Options, progress: Progress) -> Followed:
        def followed(cache: Cache) -> Followed:
            workers = Workers(self._workers)
            workers.check = lambda: self._check()  # noqa: PLW0108 - each build has another
            try:
                return Followed(site, options, BuildContext(cache, workers, progress), self._comes)
            except BaseException:
                workers.close()
                raise

        return used(site.own, identity_of(site), followed, stays_open=True)
