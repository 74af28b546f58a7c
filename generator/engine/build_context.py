"""The services that a build uses."""

from __future__ import annotations

from typing import NamedTuple

from generator.cache.stamps import UNSETTLED
from generator.cache.store import Cache
from generator.config.options import Progress
from generator.parallel.workers import Workers


class EngineLimits(NamedTuple):
    """How much a build handles at once. Tests lower these values; they never change what is built."""

    batch: int = 100
    """Clippings per batch for workers. Each batch costs the main process a few milliseconds."""
    step: int = 10
    """Clippings that a site in memory reads before it checks for another save, if at most `batch` wait."""
    cache_write: int = 500
    """Clippings per write to the cache; a killed build loses at most about this many."""
    held_characters: int = 200_000
    """Bodies up to this many characters are kept during learning, to be read in the same pass."""
    followed: tuple[int, int] = (100, 5000)
    """Clippings that are followed one by one: in a small archive, and in a large one. With more of them, a
    full build is faster."""
    judged: int = 100
    """Additions and removals of articles by which the copies of a small archive are updated."""
    replayed: int = 100
    """Changes of copies that accumulate in a small archive before all are stored again."""
    unsettled: int = UNSETTLED
    """Nanoseconds after a change in which a file may change again and keep its times."""
    wall: float = 20
    """Wall-clock limit of a step, as a multiple of the clipping's CPU seconds. It is generous because the
    machine runs other processes too."""

    def few_of(self, count: int) -> int:
        """Return how many clippings are followed one by one in an archive of `count`."""
        least, most = self.followed
        return max(least, min(most, count // 2))


LIMITS = EngineLimits()


class BuildContext(NamedTuple):
    """The services that a build uses, and its limits."""

    cache: Cache
    workers: Workers
    progress: Progress
    limits: EngineLimits = LIMITS

    def begin_workers(self) -> None:
        """Fork the workers from this process, if possible. The cache is closed meanwhile."""
        if self.workers.are_copies:
            with self.cache.closed():
                self.workers.begin()
