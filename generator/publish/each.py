"""Do one thing to many items from several threads, for work that waits for a network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def for_each(items: Iterable[T], work: Callable[[T], object], threads: int) -> None:
    """Call a function for each item, in any order. After the first error, which it raises, it begins no more.

    The items are taken one by one, so that a long sequence costs no memory.
    """
    waiting, access, stopped = iter(items), threading.Lock(), threading.Event()

    def work_on() -> None:
        try:
            while not stopped.is_set():
                with access:
                    item = next(waiting, stopped)
                if isinstance(item, threading.Event):
                    return
                work(item)
        except BaseException:
            stopped.set()
            raise

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(work_on) for _ in range(threads)]
        try:
            for one in running:
                one.result()
        finally:
            stopped.set()
