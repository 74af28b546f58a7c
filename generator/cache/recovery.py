"""Run a function with a cache, again if the cache proves incomplete or damaged."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from generator.cache.database import DamagedError, forget, no_room
from generator.cache.store import Cache, MissingError

T = TypeVar("T")


def used(
    folder: Path, identity: bytes, use: Callable[[Cache], T], *, make: bool = True, stays_open: bool = False
) -> T:
    """Call `use` with a cache and return its result. Retry if a row is missing or the file is damaged.

    A damaged file is replaced by a new one. With `make` false, no file is created in the folder. With
    `stays_open`, the cache is closed here only if `use` fails. Raises `BuildError` if no cache is writable.
    """
    for _ in range(3):
        cache = Cache.of(folder, identity, make=make)
        with contextlib.ExitStack() as exit_:
            exit_.enter_context(cache)
            try:
                result = use(cache)
            except MissingError as error:
                with cache.best_effort():
                    cache.drop(error)
            except DamagedError:
                forget(cache.file)
            else:
                if stays_open:
                    exit_.pop_all()
                return result
    # Another program keeps interfering with the folder. It cannot reach a temporary cache.
    with contextlib.ExitStack() as exit_:
        cache = exit_.enter_context(Cache.temporary(identity))
        try:
            result = use(cache)
        except DamagedError as error:
            raise no_room("SQLite reports that each new file is damaged") from error
        if stays_open:
            exit_.pop_all()
        return result
