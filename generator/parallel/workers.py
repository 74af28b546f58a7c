"""Runs tasks in batches on all cores. Every batch is finished even if workers fail."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from generator.model.errors import BroadsheetError
from generator.parallel.budget import Budget, NoWorkersError, OverBudgetError
from generator.parallel.forked import may_fork

try:
    from multiprocessing import resource_tracker

    from generator.parallel.pool import Pool, uninterrupted
except ImportError:  # a system that cannot limit processes, such as Windows: everything runs here
    Pool = None  # type: ignore[assignment, misc]

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 3
"""Batches queued per worker: enough to keep all busy, few enough to bound memory."""
TICK = 0.1
"""Seconds between calls of `check` while waiting for workers."""
PRELOAD = "generator.engine.preload"
"""Module that worker processes import at start. A string, because it belongs to a higher layer."""
POOLS = 3
"""Pools that may break before this process does the rest."""


def cores() -> int:
    """Return the number of cores that this process may use."""
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def batches(
    items: Iterable[Item], size: int, weigh: Callable[[Item], int] = lambda _: 1
) -> Iterator[Sequence[Item]]:
    """Cut items lazily into batches whose weight is at least `size`, and as little more as possible."""
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
    """Runs tasks in worker processes.

    A task is a module-level function that takes a batch and yields a result per item; all of it can be
    pickled. A task that reads untrusted files gets a budget per item. It never runs in this process, unless
    no process can be started. An executor may replace the pool; it is not shut down, and it ignores budgets.
    Processes start when the first batches come.
    """

    def __init__(self, count: int, executor: Executor | None = None) -> None:
        self.count = count
        self.check: Callable[[], None] = lambda: None
        """Called at intervals while waiting for results. An exception that it raises ends the run."""
        self._futures = _Futures(executor) if executor else None
        self._pool: Pool | None = None
        self._is_sound = True
        """Whether nothing was open when the workers were forked, if they were."""
        self._broken = 0
        self.has_passing_faults = False
        """Whether an item failed that may succeed another time. Such a result must not be reused."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return self._pool.pids if self._pool else []

    def close(self) -> None:
        """End the worker processes, busy ones too. The next batches start new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def shrink(self) -> None:
        """Keep one worker process."""
        if self._pool is not None:
            self._pool.shrink(1)

    def expect(self) -> None:
        """Start the fork server, which imports what workers need while this process continues."""
        if Pool is not None and self._futures is None and self._pool is None:
            with contextlib.suppress(OSError, ImportError, NotImplementedError):  # tried again later
                _begin_server()

    @property
    def are_copies(self) -> bool:
        """Whether workers started now would be forks of this process, with all its imports."""
        return Pool is not None and self._futures is None and may_fork()

    def begin(self) -> None:
        """Fork all worker processes from this one, for tasks of any kind.

        No resource may be open that a fork must not share, such as a database. If this process cannot be
        forked, workers start when batches come.
        """
        if not self.are_copies or (self._pool is not None and self._is_sound):
            return
        self.close()
        self._pool, self._is_sound = Pool(self.count, _copied), True
        try:
            self._pool.fill(self.count)
            self._pool.context = _context  # replacements must not be forks: something may be open then
        except NoWorkersError:  # tried again later
            self._lose()

    def run(
        self,
        task: Callable[[Sequence[Item]], Iterable[Result]],
        work: Iterable[Sequence[Item]],
        meanwhile: Iterable[None] = (),
        *,
        budget: Budget | None = None,
    ) -> Generator[tuple[Item, Result | Exception], None, None]:
        """Run a task for every batch. Yields each item with its result as they finish, in no order.

        While no result is ready, this process advances `meanwhile` step by step.

        An item that fails comes with its exception, one that ends its worker with an `OverBudgetError`.
        Neither affects other items. A `BroadsheetError` affects all, and is raised. Without a budget, a
        single batch runs in this process, as does everything that no worker can do.
        """
        other = iter(meanwhile)
        lane: _Lane | None = None
        try:
            for batch, is_only in _with_last(work):
                lane = self._lane(is_read_here=budget is None, is_only=is_only)
                if lane is None:
                    yield from _here(task, batch)
                    continue
                try:
                    lane.add(task, batch, budget)
                except NoWorkersError:
                    yield from self._given_up(lane, task)
                while lane.load >= self.count * AHEAD:
                    yield from self._done(lane, task, other)
            while lane is not None and lane.load:
                yield from self._done(lane, task, other)
        finally:  # a caller that stops iterating may delete what tasks work on
            if lane is not None and lane.load:
                self._stop(lane)

    def _done(
        self,
        lane: _Lane,
        task: Callable[[Sequence[Item]], Iterable[Result]],
        meanwhile: Iterator[None],
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Wait until items are done, and yield them."""
        try:
            pairs = lane.poll(0)
            while not pairs and lane.load:
                is_over = next(meanwhile, self) is self
                self.check()
                pairs = lane.poll(TICK if is_over else 0)
        except NoWorkersError:
            yield from self._given_up(lane, task)
        else:
            for _, result in pairs:
                if isinstance(result, OverBudgetError) and not result.is_lasting:
                    self.has_passing_faults = True
            yield from pairs

    def _given_up(
        self, lane: _Lane, task: Callable[[Sequence[Item]], Iterable[Result]]
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Run the unfinished batches in this process, because no workers can be started."""
        left = lane.take_back()
        self._lose()
        for batch in left:
            yield from _here(task, batch)

    def _lane(self, *, is_read_here: bool, is_only: bool) -> _Lane | None:
        """Return where to run a batch; None for this process.

        That is so if there are no workers, or none is running and starting one does not pay.
        """
        if self._futures is not None:
            return self._futures
        if Pool is None or self._broken >= POOLS:
            return None
        if is_read_here and (self.count == 1 or (is_only and not (self._pool and self._is_sound))):
            return None
        if is_read_here and self._pool is not None and not self._is_sound:
            self.close()
        if self._pool is None:
            # Tasks that read clippings open no database, so they may run in a fork made while one is open.
            self._is_sound = is_read_here
            self._pool = Pool(self.count, _context if is_read_here else _starts())
        return self._pool

    def _lose(self) -> None:
        """Give up a broken pool or executor. The next batch starts another pool."""
        if self._futures is not None:
            self._futures = None
        else:
            self._broken += 1
        self.close()

    def _stop(self, lane: _Lane) -> None:
        """Stop all running batches."""
        if lane is self._pool:
            self.close()
        else:
            lane.take_back()


class _Lane(Protocol):
    """Runs batches."""

    @property
    def load(self) -> int:
        """The number of unfinished batches."""
        ...

    def add(self, task: Any, items: Sequence[Any], budget: Budget | None) -> None:  # noqa: ANN401
        """Queue a batch. Raises `NoWorkersError`."""
        ...

    def poll(self, seconds: float) -> Sequence[tuple[Any, Any]]:
        """Return finished items with their results, after waiting up to `seconds`."""
        ...

    def take_back(self) -> Sequence[Sequence[Any]]:
        """Stop, and return the unfinished items of all batches."""
        ...


class _Futures:
    """Runs batches on any executor, without budgets."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._waiting: dict[Future[list[Any]], tuple[Any, Sequence[Any]]] = {}

    @property
    def load(self) -> int:
        return len(self._waiting)

    def add(self, task: Any, items: Sequence[Any], _budget: Budget | None) -> None:  # noqa: ANN401
        try:
            self._waiting[self._executor.submit(_whole, task, items)] = task, items
        except (BrokenExecutor, RuntimeError, OSError, EOFError) as error:
            self._waiting[Future()] = task, items
            raise NoWorkersError from error

    def poll(self, seconds: float) -> Sequence[tuple[Any, Any]]:
        done, _ = wait(self._waiting, seconds, FIRST_COMPLETED)
        pairs: list[tuple[Any, Any]] = []
        for future in done:
            task, items = self._waiting[future]
            try:
                results: Any = future.result()
            except BroadsheetError:
                raise
            except BrokenExecutor as error:
                raise NoWorkersError from error
            except Exception as error:  # of an unknown item: try each alone
                del self._waiting[future]
                if len(items) == 1:
                    pairs.append((items[0], error))
                for item in items if len(items) > 1 else ():
                    self.add(task, [item], None)
            else:
                del self._waiting[future]
                pairs += zip(items, results, strict=True)
        return pairs

    def take_back(self) -> Sequence[Sequence[Any]]:
        left = [items for _, items in self._waiting.values()]
        wait([future for future in self._waiting if not future.cancel()])
        self._waiting.clear()
        return left


def _whole(task: Any, items: Sequence[Any]) -> list[Any]:  # noqa: ANN401
    return list(task(items))


def _with_last(work: Iterable[Sequence[Item]]) -> Iterator[tuple[Sequence[Item], bool]]:
    """Yield each batch, and whether it is the only one."""
    batches_ = iter(work)
    first = next(batches_, None)
    if first is None:
        return
    second = next(batches_, None)
    yield first, second is None
    if second is not None:
        yield second, False
        yield from ((batch, False) for batch in batches_)


def _here(
    task: Callable[[Sequence[Item]], Iterable[Result]], batch: Sequence[Item]
) -> Iterator[tuple[Item, Result | Exception]]:
    """Run a batch in this process."""
    at = 0
    while at < len(batch):
        try:
            for result in task(batch[at:]):
                yield batch[at], result
                at += 1
        except BroadsheetError:
            raise
        except Exception as error:  # affects only this item, and is reported
            yield batch[at], error
            at += 1


def _copied() -> Any:  # noqa: ANN401 - the contexts of `multiprocessing` have no common public type
    return multiprocessing.get_context("fork")


def _starts() -> Callable[[], Any]:
    """Return what returns how to start a process that opens nothing: a fork if possible, which is fastest.

    The first fork imports by itself what all workers need. Most builds need no other; others inherit it.
    """
    is_first = True

    def context() -> Any:  # noqa: ANN401
        nonlocal is_first
        if not may_fork():
            return _context()
        if not is_first:
            importlib.import_module(PRELOAD)
        is_first = False
        return _copied()

    return context


def _context() -> Any:  # noqa: ANN401
    """Return how to start processes at any time, without forking this one: its threads may hold locks."""
    # Start the tracker now: the first process would start it otherwise, unblocking SIGINT in `uninterrupted`.
    resource_tracker.ensure_running()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    return context


def _begin_server() -> None:
    """Start the fork server, if there is one, with Ctrl-C blocked."""
    if _context().get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver  # not available everywhere

    with uninterrupted():
        forkserver.ensure_running()
