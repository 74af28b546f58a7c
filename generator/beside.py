"""A task beside this process: a copy of it does it on another core, where making one costs little."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TypeVar

import msgspec

T = TypeVar("T")


@contextlib.contextmanager
def beside(task: Callable[[], T], kind: type[T], *, is_worth: bool = True) -> Iterator[Callable[[], T]]:
    """Begin a task that only looks; what comes with the block gives its result, of a kind for MessagePack.

    Where there is no copy, or it fails, or is not worth it, the task is done here when it is asked for.
    """
    if not (is_worth and _may_fork()):
        yield cache(task)
        return
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(reading)  # else nothing would tell it that this process ended
        _done(task, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:

        @cache
        def result() -> T:
            try:
                return msgspec.msgpack.decode(stream.read(), type=kind)
            except msgspec.DecodeError:
                return task()

        try:
            yield result
        finally:
            os.kill(copy, signal.SIGKILL)  # it may still be at it, and nobody listens any more
            os.waitpid(copy, 0)


def halves(task: Callable[[int, int], T], count: int, kind: type[T]) -> Iterator[T]:
    """What a task makes of the first half of a range, and of the second, for which a copy is begun."""
    with beside(partial(task, count // 2, count), kind) as second:
        yield task(0, count // 2)
        yield second()


def _may_fork() -> bool:
    """Whether this process can be copied: other threads may hold locks, and other systems' libraries mind."""
    return sys.platform == "linux" and threading.active_count() == 1


def _done(task: Callable[[], object], writing: int) -> None:
    """Hand over what comes of a task, and end, whatever happens."""
    try:
        with os.fdopen(writing, "wb") as stream:
            stream.write(msgspec.msgpack.encode(task()))
    finally:
        os._exit(0)
