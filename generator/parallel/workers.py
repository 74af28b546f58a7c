"""Tasks in batches on all cores; whatever becomes of a worker, every batch is done."""

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
except ImportError:  # a system whose processes cannot be limited, such as Windows: all is done here
    Pool = None  # type: ignore[assignment, misc]

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 3
"""Batches that wait for each worker: enough that none is idle, few enough that memory is bounded."""
TICK = 0.1
"""Seconds after which it is asked, while workers are waited for, whether to go on."""
PRELOAD = "generator.engine.preload"
"""What worker processes have from their start; it stands on a higher layer."""
POOLS = 3
"""Pools that may break before the rest is done in this process."""


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
    """Runs tasks in worker processes.

    A task is a function of a module that takes a batch and gives a result for each of its items, one by one,
    all of it picklable. One that reads what others wrote comes with a budget for each item, and is never run
    in this process, unless no process can be had. Any executor can take the pool's place; it is not shut
    down, and its workers keep no budget. Processes are started when batches come.
    """

    def __init__(self, count: int, executor: Executor | None = None) -> None:
        self.count = count
        self.check: Callable[[], None] = lambda: None
        """Called now and then while results are waited for; what it raises ends the run."""
        self._futures = _Futures(executor) if executor else None
        self._pool: Pool | None = None
        self._is_sound = True
        """Whether nothing was open when the workers were copied from this process, if they were."""
        self._broken = 0
        self.has_passing_faults = False
        """Whether an item failed that may not fail another time: nothing may stand in the way of that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The worker processes there are."""
        return self._pool.pids if self._pool else []

    def close(self) -> None:
        """End the worker processes, also those that are at work; the next batches start others."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def shrink(self) -> None:
        """Keep one worker process for what comes next."""
        if self._pool is not None:
            self._pool.shrink(1)

    def expect(self) -> None:
        """Let what starts worker processes import what they need, while this process goes on."""
        if Pool is not None and self._futures is None and self._pool is None:
            with contextlib.suppress(OSError, ImportError, NotImplementedError):  # it is tried again
                _begin_server()

    @property
    def are_copies(self) -> bool:
        """Whether workers would be copies of this process now, with all that it has imported."""
        return Pool is not None and self._futures is None and may_fork()

    def begin(self) -> None:
        """Start all worker processes as copies of this one, for tasks of any kind.

        Nothing may be open that a copy must not have, such as a database. Where this process cannot be copied
        they start when batches come.
        """
        if not self.are_copies or (self._pool is not None and self._is_sound):
            return
        self.close()
        self._pool, self._is_sound = Pool(self.count, _copied), True
        try:
            self._pool.fill(self.count)
            self._pool.context = _context  # for those that take their place something may be open
        except NoWorkersError:  # it is tried again
            self._lose()

    def run(
        self,
        task: Callable[[Sequence[Item]], Iterable[Result]],
        work: Iterable[Sequence[Item]],
        meanwhile: Iterable[None] = (),
        *,
        budget: Budget | None = None,
    ) -> Generator[tuple[Item, Result | Exception], None, None]:
        """Do a task for every batch; results come as they are there, in no order.

        While there is none this process goes on with `meanwhile`, step by step.

        An item that fails comes with its exception, and one that ends its worker with an `OverBudgetError`;
        neither costs another item anything. A `BroadsheetError` is for all and is raised. Without a budget
        a single batch is done in this process, and all that no worker can do.
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
        finally:  # whoever stops listening may clear away what tasks work on
            if lane is not None and lane.load:
                self._stop(lane)

    def _done(
        self,
        lane: _Lane,
        task: Callable[[Sequence[Item]], Iterable[Result]],
        meanwhile: Iterator[None],
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Wait until something is done, and hand it over."""
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
        """Do here what workers did not do that cannot be had."""
        left = lane.take_back()
        self._lose()
        for batch in left:
            yield from _here(task, batch)

    def _lane(self, *, is_read_here: bool, is_only: bool) -> _Lane | None:
        """What takes a batch; None where none can be had, or where none runs and none is to be started."""
        if self._futures is not None:
            return self._futures
        if Pool is None or self._broken >= POOLS:
            return None
        if is_read_here and (self.count == 1 or (is_only and not (self._pool and self._is_sound))):
            return None
        if is_read_here and self._pool is not None and not self._is_sound:
            self.close()
        if self._pool is None:
            # What reads clippings opens no database: it may be a copy though one is open.
            self._is_sound = is_read_here
            self._pool = Pool(self.count, _context if is_read_here else _copied_or_not)
        return self._pool

    def _lose(self) -> None:
        """Give up what is broken; the next batch starts another pool."""
        if self._futures is not None:
            self._futures = None
        else:
            self._broken += 1
        self.close()

    def _stop(self, lane: _Lane) -> None:
        """Leave nothing going on."""
        if lane is self._pool:
            self.close()
        else:
            lane.take_back()


class _Lane(Protocol):
    """What takes batches."""

    @property
    def load(self) -> int:
        """How many batches are not done yet."""
        ...

    def add(self, task: Any, items: Sequence[Any], budget: Budget | None) -> None:  # noqa: ANN401
        """Have a batch done. Raises `NoWorkersError`."""
        ...

    def poll(self, seconds: float) -> Sequence[tuple[Any, Any]]:
        """Items that are done, with what came of them; waits for some as long as that."""
        ...

    def take_back(self) -> Sequence[Sequence[Any]]:
        """What is left of all batches; nothing goes on."""
        ...


class _Futures:
    """Batches done by any executor; it knows no budget."""

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
            except Exception as error:  # of one item, which is told apart by trying each alone
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


def _here(
    task: Callable[[Sequence[Item]], Iterable[Result]], batch: Sequence[Item]
) -> Iterator[tuple[Item, Result | Exception]]:
    """Do a batch in this process."""
    at = 0
    while at < len(batch):
        try:
            for result in task(batch[at:]):
                yield batch[at], result
                at += 1
        except BroadsheetError:
            raise
        except Exception as error:  # costs this item alone, and is told
            yield batch[at], error
            at += 1


def _copied() -> Any:  # noqa: ANN401 - the contexts of `multiprocessing` have no common public type
    return multiprocessing.get_context("fork")


def _copied_or_not() -> Any:  # noqa: ANN401
    """How to start a process that opens nothing: a copy of this one is there soonest."""
    if not may_fork():
        return _context()
    importlib.import_module(PRELOAD)  # else each copy would
    return _copied()


def _context() -> Any:  # noqa: ANN401
    """How to start processes at any time: not by forking this one, whose threads may hold locks."""
    # Here, for the first process would start it else, and it lets through what `uninterrupted` holds back.
    resource_tracker.ensure_running()
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    return context


def _begin_server() -> None:
    """Start the process that starts workers, where there is one; Ctrl-C is none of its affair."""
    if _context().get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver  # not everywhere

    with uninterrupted():
        forkserver.ensure_running()
