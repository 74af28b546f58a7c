"""A site that is built and then followed, by the threads of a preview."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from generator.cache import Cache, DamagedError, forget
from generator.config import Site, find_content
from generator.errors import BroadsheetError
from generator.followed import Followed
from generator.output.patch import OvertakenError
from generator.request import Built, Options, Progress, silent
from generator.shelf import Means
from generator.workers import Workers

SETTLES = 2.0
"""Seconds without a save after which the record of all files is written."""


class Live:
    """Builds a site, then follows it; `fresh` and `rest` may be called from other threads than `build`."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._lock = threading.RLock()
        self._followed: Followed | None = None
        self._asked: list[str] = []
        """Pages that somebody waits for."""

    def build(
        self, site: Site, options: Options, progress: Progress, changed: frozenset[Path] | None
    ) -> tuple[Built, frozenset[str] | None]:
        """Build, or do what some changed files ask for; which pages are others now, None for any.

        `changed` is None where nobody can tell what did; empty where time passed: what is behind is written.
        """
        with self._lock:
            followed, self._followed = self._followed, None
            if followed is not None and changed is not None and followed.holds(site, options):
                try:
                    followed.options = options
                    found = followed.follow(changed) if changed else followed.settle()
                except (OvertakenError, DamagedError):
                    found = None
                except BaseException:
                    followed.close()
                    raise
                if found is not None:
                    self._followed = followed
                    return found
            if followed is not None:
                followed.close()
            self._followed = self._whole(site, options, progress)
            return self._followed.built, None

    def rest(self, check: Callable[[], None]) -> None:
        """Make the pages that are out of date and that nobody asked for; raises `BroadsheetError`.

        Where what is in memory turns out not to hold, a whole build takes its place, or says what is wrong.
        """
        while True:
            check()
            if self._asked:  # who asks goes first: a lock alone would let this thread have it again and again
                time.sleep(0.001)
                continue
            with self._lock:
                followed = self._followed
                if followed is None:
                    return
                try:
                    if not followed.make_one():
                        return
                except (OvertakenError, DamagedError):
                    self._followed = None
                    followed.close()
                    self._followed = self._whole(followed.site, followed.options, silent)

    def fresh(self, path: str) -> None:
        """Make a page now, should it be out of date."""
        followed = self._followed
        if followed is None or path not in followed.pending:
            return
        self._asked.append(path)
        try:
            with self._lock:
                if self._followed is followed:
                    followed.make(path)
        except (BroadsheetError, OvertakenError, DamagedError):
            return  # `rest` meets it too, and tells
        finally:
            self._asked.remove(path)

    @property
    def is_behind(self) -> bool:
        """Whether something is to be written when there is time."""
        return self._followed is not None and self._followed.is_behind

    def close(self) -> None:
        """Write what is behind, and let go of the cache."""
        with self._lock:
            if self._followed is not None:
                self._followed.close()
                self._followed = None

    def _whole(self, site: Site, options: Options, progress: Progress) -> Followed:
        find_content(site)
        for attempt in (1, 2):
            cache = Cache.of(site.own)
            try:
                with Workers(self._workers) as workers:
                    return Followed(site, options, Means(cache, workers, progress))
            except DamagedError:
                cache.close()
                forget(cache.file)
                if attempt == 2:
                    raise
            except BaseException:
                cache.close()
                raise
        raise AssertionError("unreachable")
