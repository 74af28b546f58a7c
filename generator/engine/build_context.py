"""The services that a build uses."""

from __future__ import annotations

from typing import NamedTuple

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
    wall: float = 20
    """Wall-clock limit of a step, as a multiple of the clipping's CPU seconds. It is generous because the
    machine runs other processes too."""


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
