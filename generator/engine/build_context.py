"""The services that a build uses."""

from __future__ import annotations

from typing import NamedTuple

from generator.cache.store import Cache
from generator.config.options import Progress
from generator.parallel.workers import Workers


class BuildContext(NamedTuple):
    """The services that a build uses."""

    cache: Cache
    workers: Workers
    progress: Progress

    def begin_workers(self) -> None:
        """Fork the workers from this process, if possible. The cache is closed meanwhile."""
        if self.workers.are_copies:
            with self.cache.closed():
                self.workers.begin()
