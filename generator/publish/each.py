"""Do one thing to many items from several threads, for work that waits for a network."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
_stopped: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("stopped", default=None)
"""In a thread of `for_each`: is set when it begins no more."""


def pause(seconds: float) -> bool:
    """Wait, and return whether to give up. A thread of `for_each` that begins no more does not wait."""
    if (stopped := _stopped.get()) is not None:
        return stopped.wait(seconds)
    time.sleep(seconds)
    return False


def for_each(items: Iterable[T], work: Callable[[T], object], threads: int) -> None:
    """Call a function for each item, in any order. After the first error, which it raises, it begins no more.

    The items are taken one by one, so that a long sequence costs no memory.
    """
    waiting, access, stopped = iter(items), threading.Lock(), threading.Event()
    errors: list[BaseException] = []

    def work_on() -> None:
        _stopped.set(stopped)
        try:
            while not stopped.is_set():
                with access:
                    item = next(waiting, stopped)
                if isinstance(item, threading.Event):
                    return
                work(item)
        except BaseException as error:
            errors.append(error)  # those of threads that end because of it come later
            stopped.set()

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(work_on) for _ in range(threads)]
        try:
            wait(running)
        finally:
            stopped.set()
    if errors:
        raise errors[0]
