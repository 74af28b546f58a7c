"""Tasks in batches on all cores; whatever becomes of a worker, every batch is done."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from types import TracebackType
from typing import Any, Self, TypeVar

from generator.beside import may_fork
from generator.errors import BroadsheetError

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 3
"""Batches that wait for each worker: enough that none is idle, few enough that memory is bounded."""
NICE = 3
"""How much workers stand back: this process hands out their work, and what it does meanwhile ends last."""
PATIENCE = 1.0
"""Seconds in which a pool that is closed comes to its end."""
POOLS = 3
"""Pools that may break before the rest is done in this process."""
_UNSTARTED = (BrokenExecutor, RuntimeError, OSError, EOFError)
"""What is raised where a worker cannot be started, be it that the process that starts them has died."""


def cores() -> int:
    """How many cores this process may use."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def batches(
    items: Iterable[Item], size: int, weigh: Callable[[Item], int] = lambda _: 1
) -> Iterator[Sequence[Item]]:
    """Cut items into batches that weigh `size` or as little more as can be, as they are asked for."""
    batch: list[Item] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += weigh(item)
        if weight >= size:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


class Workers:
    """Runs tasks in worker processes, or in this one where there is to be one worker.

    A task is a function of a module that takes a batch and gives a result for each of its items, all of it
    picklable. Any executor can take the pool's place; it is not shut down. Processes are started when the
    first batches come, and not at all for a single batch.
    """

    def __init__(self, count: int, executor: Executor | None = None) -> None:
        self.count = count
        self._executor = executor
        self._pool: ProcessPoolExecutor | None = None
        self._broken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes, also those that are at work; the next batches start others."""
        if self._pool is None:
            return
        pool, self._pool = self._pool, None
        processes = [*(getattr(pool, "_processes", None) or {}).values()]
        manager, queue = getattr(pool, "_executor_manager_thread", None), getattr(pool, "_call_queue", None)
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        if manager is not None and queue is not None and manager.is_alive():
            manager.join(PATIENCE)
            if manager.is_alive():
                # Up to Python 3.11.4 it waits for ever for who would read the rest of a batch (gh-94777).
                queue._reader.close()

    def expect(self) -> None:
        """Let what starts worker processes import what they need, while this process goes on."""
        if self.count > 1 and self._executor is None:
            with contextlib.suppress(OSError, ImportError, NotImplementedError):  # it is tried again
                _begin_server()

    def begin(self) -> None:
        """Start the worker processes as copies of this one, with all that it has imported.

        Where it cannot be copied they start when batches come. Nothing may be open that a copy must not
        have, such as a database.
        """
        if self.count == 1 or self._executor is not None or self._pool is not None or not may_fork():
            return
        try:
            self._pool = ProcessPoolExecutor(self.count, multiprocessing.get_context("fork"), _begin)
            with _uninterrupted():
                started = self._pool.submit(os.getpid)  # to start all of them
            started.result(PATIENCE)  # where no more processes or threads are allowed, none comes
        except (*_UNSTARTED, ImportError):  # it is tried again
            if self._pool is not None:
                self._lose(self._pool)

    def run(
        self,
        task: Callable[[Sequence[Item]], Sequence[Result]],
        work: Iterable[Sequence[Item]],
        meanwhile: Iterable[None] = (),
        *,
        helps: bool = False,
    ) -> Generator[tuple[Item, Result | Exception], None, None]:
        """Do a task for every batch; the results come batch by batch, in no order.

        While no result is there this process goes on with `meanwhile`, step by step; or it `helps`, and does
        batches too, while workers are starting, say.

        A batch whose worker dies, or whose task raises, is done again here, item by item; an item that
        fails for itself alone comes with its exception. A `BroadsheetError` is for all and is raised.
        """
        waiting: dict[Future[Sequence[Result]], tuple[Sequence[Item], Executor]] = {}
        turns = _with_last(work)
        own: list[tuple[Item, Result | Exception]] = []
        other = _helping(task, turns, own) if helps else iter(meanwhile)
        try:
            for batch, is_only in turns:
                executor = self._ready(may_start=not is_only)
                if executor is None:
                    yield from _here(task, batch)
                    continue
                try:
                    waiting[executor.submit(task, batch)] = batch, executor
                except _UNSTARTED:
                    self._lose(executor)
                    yield from _here(task, batch)
                while len(waiting) >= self.count * AHEAD:
                    yield from self._done(task, waiting, other)
                yield from own
                own.clear()
            while waiting:
                yield from self._done(task, waiting, other)
            yield from own
        finally:  # whoever stops listening may clear away what tasks work on
            if waiting:
                self._stop(waiting)

    def _done(
        self,
        task: Callable[[Sequence[Item]], Sequence[Result]],
        waiting: dict[Future[Sequence[Result]], tuple[Sequence[Item], Executor]],
        meanwhile: Iterator[None],
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Wait until a batch is done, and hand over all that are."""
        done, _ = wait(waiting, 0, FIRST_COMPLETED)
        while not done:
            is_over = next(meanwhile, self) is self
            done, _ = wait(waiting, None if is_over else 0, FIRST_COMPLETED)
        for future in done:
            batch, executor = waiting.pop(future)
            try:
                results = future.result()
            except BroadsheetError:
                raise
            except BrokenExecutor:
                self._lose(executor)
                yield from _one_by_one(task, batch)
            except Exception:  # whatever it is, it may be that of one item
                yield from _one_by_one(task, batch)
            else:
                yield from zip(batch, results, strict=True)

    def _stop(self, waiting: Iterable[Future[Any]]) -> None:
        """Leave nothing going on. A pool of ours ends: where a worker died, not all futures may be done."""
        if self._executor is None:
            self.close()
        else:
            wait([future for future in waiting if not future.cancel()])

    def _ready(self, *, may_start: bool) -> Executor | None:
        """The executor to use; None where none can be had, or where none runs and none is to be started."""
        if self._executor is not None or self.count == 1:
            return self._executor
        if self._pool is None and self._broken < POOLS and may_start:
            try:
                _begin_server()
                self._pool = ProcessPoolExecutor(self.count, mp_context=_context(), initializer=_begin)
            except (OSError, ImportError, NotImplementedError):  # no semaphores, as without /dev/shm
                self._broken = POOLS
        return self._pool

    def _lose(self, executor: Executor) -> None:
        """Give a broken pool up, unless that is done; the next batch starts another one."""
        if executor is self._executor:
            self._executor = None
            self._broken = POOLS
        elif executor is self._pool:
            self._broken += 1
            self.close()


def _with_last(work: Iterable[Sequence[Item]]) -> Iterator[tuple[Sequence[Item], bool]]:
    """Batches, each with whether it is the only one."""
    batches_ = iter(work)
    first = next(batches_, None)
    if first is None:
        return
    second = next(batches_, None)
    yield first, second is None
    if second is not None:
        yield second, False
        yield from ((batch, False) for batch in batches_)


def _helping(
    task: Callable[[Sequence[Item]], Sequence[Result]],
    turns: Iterable[tuple[Sequence[Item], bool]],
    own: list[tuple[Item, Result | Exception]],
) -> Iterator[None]:
    """Take batches that nobody has taken yet, one at a step; what comes of them goes to our own results."""
    for batch, _ in turns:
        own.extend(_here(task, batch))
        yield


def _here(
    task: Callable[[Sequence[Item]], Sequence[Result]], batch: Sequence[Item]
) -> Iterator[tuple[Item, Result | Exception]]:
    try:
        results = task(batch)
    except BroadsheetError:
        raise
    except Exception:  # as in a worker
        yield from _one_by_one(task, batch)
    else:
        yield from zip(batch, results, strict=True)


def _one_by_one(
    task: Callable[[Sequence[Item]], Sequence[Result]], batch: Sequence[Item]
) -> Iterator[tuple[Item, Result | Exception]]:
    for item in batch:
        try:
            [result] = task([item])
        except BroadsheetError:
            raise
        except Exception as error:  # costs this item alone, and is told
            yield item, error
        else:
            yield item, result


def _context() -> Any:  # noqa: ANN401 - the contexts of `multiprocessing` have no common public type
    """How to start processes at any time: not by forking this one, whose threads may hold locks."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["generator.preload"])
    return context


def _begin_server() -> None:
    """Start the process that starts workers, where there is one; Ctrl-C is none of its affair."""
    if _context().get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver  # not everywhere

    with _uninterrupted():
        forkserver.ensure_running()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait: what begins here has it for none of its affair."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and nobody outlives it."""
    gc.freeze()  # of a copy, what there was before lives as long as it
    gc.set_threshold(50_000)  # a batch makes much that lives to its end, and hardly a cycle
    if sys.platform != "win32":
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:  # noqa: ANN401 - `ParentProcess` is not public
    parent.join()
    os._exit(1)
