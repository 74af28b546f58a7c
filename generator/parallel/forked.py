"""A task beside this process: a copy of it does it on another core, where making one costs little."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TypeVar

import msgspec

T = TypeVar("T")

_LOOKS = 0.2
"""Seconds after which a copy sees that the process is no more that it works for."""


@contextlib.contextmanager
def run_forked(task: Callable[[], T], kind: type[T], *, is_worth: bool = True) -> Iterator[Callable[[], T]]:
    """Begin a task that only looks; what comes with the block gives its result, of a kind for MessagePack.

    Where there is no copy, or it fails, or is not worth it, the task is done here when it is asked for.
    """
    begun = _begun(task) if is_worth and may_fork() else None
    if begun is None:
        yield cache(task)
        return
    copy, reading = begun
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
            # It may still be at it, and nobody listens any more; or the system has put it away by itself.
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(copy, signal.SIGKILL)
                os.waitpid(copy, 0)


def parts(task: Callable[[int, int], T], count: int, kind: type[T], *, is_shared: bool) -> Iterator[T]:
    """What a task makes of a range: where work is to be shared, of half of it here and half beside."""
    if not is_shared:
        yield task(0, count)
        return
    with run_forked(partial(task, count // 2, count), kind) as second:
        yield task(0, count // 2)
        yield second()


def may_fork() -> bool:
    """Whether this process can be copied, and a copy has a core of its own.

    Other threads may hold locks, whoever began them; and other systems' libraries mind.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - threads, not files
    except OSError:
        return False


def _begun(task: Callable[[], object]) -> tuple[int, int] | None:
    """A copy that is at the task, and where its result can be read; None where there is no room for one."""
    ends: tuple[int, ...] = ()
    try:
        reading, writing = ends = os.pipe()
        own = os.getpid()
        copy = os.fork()
    except OSError:
        for end in ends:
            os.close(end)
        return None
    if copy == 0:
        os.close(reading)
        _done(task, writing, own)
    os.close(writing)
    return copy, reading


def _done(task: Callable[[], object], writing: int, parent: int) -> None:
    """Hand over what comes of a task, and end, whatever happens; with the parent at the latest."""
    try:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
        with os.fdopen(writing, "wb") as stream:
            stream.write(msgspec.msgpack.encode(task()))
    finally:
        os._exit(0)


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os._exit(1)
