"""A task beside this process: done by a copy of it on another core, where making one costs next to nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeVar

import msgspec

T = TypeVar("T")


@contextlib.contextmanager
def beside(task: Callable[[], T], kind: type[T]) -> Iterator[Callable[[], T]]:
    """Begin a task that only looks; what comes with the block gives its result, which is of a kind for MessagePack.

    Where there is no copy, or it fails, the task is done here when its result is asked for.
    """
    if not _may_fork():
        yield cache(task)
        return
    reading, writing = os.pipe()
    copy = os.fork()
    if copy == 0:
        _done(task, writing)
    os.close(writing)
    with open(reading, "rb") as stream:

        @cache
        def result() -> T:
            try:
                return msgspec.msgpack.decode(stream.read(), type=kind)
            except msgspec.DecodeError:
                return task()

        try:
            yield result
        finally:
            stream.close()  # a copy that nobody listens to any more ends
            os.waitpid(copy, 0)


def _may_fork() -> bool:
    """Whether this process can be copied: other threads may hold locks, and other systems' libraries mind."""
    return sys.platform == "linux" and threading.active_count() == 1


def _done(task: Callable[[], object], writing: int) -> None:
    """Hand over what comes of a task, and end, whatever happens."""
    try:
        with open(writing, "wb") as stream:
            stream.write(msgspec.msgpack.encode(task()))
    finally:
        os._exit(0)
