"""Runs a task in a forked copy of this process, on another core, where forking is cheap."""

from __future__ import annotations

import contextlib
import gc
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
"""Seconds between checks of a copy whether its parent still exists."""


@contextlib.contextmanager
def run_forked(task: Callable[[], T], kind: type[T], *, is_worth: bool = True) -> Iterator[Callable[[], T]]:
    """Start a read-only task; the context value returns its result, which MessagePack can decode as `kind`.

    If there is no copy, or it fails, or `is_worth` is false, the task runs in this process when the result is
    requested.
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
            # It may still be running though nobody waits for it, or the system may have reaped it already.
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(copy, signal.SIGKILL)
                os.waitpid(copy, 0)


def parts(task: Callable[[int, int], T], count: int, kind: type[T], *, is_shared: bool) -> Iterator[T]:
    """Yield the results of a task over a range: if shared, one half from this process, one from a copy."""
    if not is_shared:
        yield task(0, count)
        return
    with run_forked(partial(task, count // 2, count), kind) as second:
        yield task(0, count // 2)
        yield second()


def may_fork() -> bool:
    """Return whether this process can be forked, and the copy gets a core of its own.

    Other threads may hold locks, whoever started them. Other systems' libraries do not support forking.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - threads, not files
    except OSError:
        return False


def _begun(task: Callable[[], object]) -> tuple[int, int] | None:
    """Fork a copy that runs the task. Returns its pid and a descriptor for its result; None if that fails."""
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
    """Write the result of a task and exit, whatever happens, at the latest when the parent exits."""
    try:
        gc.freeze()  # collecting what the parent made would copy its memory
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
        with os.fdopen(writing, "wb") as stream:
            stream.write(msgspec.msgpack.encode(task()))
    finally:
        os._exit(0)


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS)
    os._exit(1)
