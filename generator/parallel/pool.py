"""Worker processes that can be killed: an item over budget ends its worker, and nothing else.

Each worker takes batches over its own socket. The system kills it when an item exceeds its budget, even
inside a regular expression or a library in another language. Before each item the worker writes its position
to a file in memory, which identifies the item afterwards. No threads are started.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from generator.model.errors import BroadsheetError
from generator.parallel.budget import Budget, NoWorkersError, OverBudgetError
from generator.parallel.worker import LENGTH, OUT_OF_MEMORY, PLACE, TOO_DEEP, Task, work

QUEUED = 2
"""Batches per worker: one in progress, and one that is ready when it is done."""
STARTS = 3
"""Workers that may end during startup before no more are started."""
ENDS_WITHIN = 0.25
"""Seconds for a worker to exit by itself after its socket is closed."""
_FAULTS = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
"""Signals that a process raises itself: another attempt at the item would end the same."""
Pair = tuple[Any, Any]
"""An item and its result or exception."""


class Job:
    """A batch, and what is left of it."""

    def __init__(self, task: Task, items: Sequence[Any], budget: Budget | None) -> None:
        self.task, self.items, self.budget = task, items, budget
        self.is_again = False
        """Whether its single item ended a worker before, possibly for an external reason."""
        self.losses = 0
        """Workers that ended before they began the batch."""

    def part(self, items: Sequence[Any], *, is_again: bool = False) -> Job:
        """Return a job for some of the items."""
        other = Job(self.task, items, self.budget)
        other.is_again = is_again
        return other


class Pool:
    """Up to `count` workers. Use it from one thread at a time."""

    def __init__(self, count: int, context: Callable[[], Any]) -> None:
        """`context` returns how to start a process now, as `multiprocessing.get_context` does."""
        self._count, self.context = count, context
        self._workers: list[_Worker] = []
        self._jobs: deque[Job] = deque()
        self._failed_starts = 0

    @property
    def load(self) -> int:
        """The number of unfinished batches."""
        return len(self._jobs) + sum(len(worker.jobs) for worker in self._workers)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def fill(self, count: int) -> None:
        """Start workers, up to `count` in total. Raises `NoWorkersError` if no more can be started."""
        while len(self._workers) < min(count, self._count):
            if self._failed_starts >= STARTS:
                raise NoWorkersError
            try:
                self._workers.append(_Worker(self.context(), [one.socket for one in self._workers]))
            except (RuntimeError, OSError, EOFError, ImportError) as error:
                raise NoWorkersError from error

    def add(self, task: Task, items: Sequence[Any], budget: Budget | None) -> None:
        """Queue a batch. Raises `NoWorkersError` if there is no worker at all."""
        if items:
            self._jobs.append(Job(task, items, budget))
            self._hand_out()

    def poll(self, seconds: float) -> list[Pair]:
        """Return finished items, after waiting up to `seconds`. Raises as `add`, and any `BroadsheetError`.

        Finished items are never lost: if there are some, the next call raises `NoWorkersError` instead.
        """
        self._hand_out()
        asked = select.poll()
        for worker in self._workers:
            asked.register(worker.socket, select.POLLIN | (select.POLLOUT if worker.outgoing else 0))
        ready = {number for number, _ in asked.poll(1000 * seconds)}
        done: list[Pair] = []
        for worker in [one for one in self._workers if one.socket.fileno() in ready]:
            messages, is_over = worker.exchange()
            for message in messages:
                done += self._taken(worker, message)
            if is_over:
                self._workers.remove(worker)
                done += self._lost(worker)
        if ready:
            with contextlib.suppress(*([NoWorkersError] if done else [])):
                self._hand_out()
        return done

    def take_back(self) -> list[Sequence[Any]]:
        """End the workers, and return the unfinished items of all batches."""
        jobs = [*(job for worker in self._workers for job in worker.jobs), *self._jobs]
        self.close()
        return [job.items for job in jobs]

    def shrink(self, count: int) -> None:
        """End idle workers, except `count` of them."""
        for worker in [one for one in self._workers if not one.jobs][count:]:
            self._workers.remove(worker)
            worker.end()

    def close(self) -> None:
        """Kill all workers."""
        workers, self._workers = self._workers, []
        self._jobs.clear()
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.end()

    def _hand_out(self) -> None:
        while self._jobs:
            free = min(self._workers, key=lambda one: len(one.jobs), default=None)
            if (free is None or free.jobs) and len(self._workers) < self._count:
                try:
                    self.fill(len(self._workers) + 1)
                    continue
                except NoWorkersError:
                    if free is None:
                        raise
            if free is None or len(free.jobs) >= QUEUED:
                return
            free.send(self._jobs.popleft())

    def _taken(self, worker: _Worker, message: bytes) -> list[Pair]:
        """Handle a message of a worker: that it is ready, or some results."""
        if not message:
            worker.is_ready, self._failed_starts = True, 0
            return []
        job = worker.jobs[0]
        results = pickle.loads(message)  # noqa: S301 - from our own process
        if isinstance(results, Exception):
            results = [results] * len(job.items)
        for result in results:
            if isinstance(result, BroadsheetError):
                raise result
        done = [*zip(job.items, results, strict=False)]
        job.items = job.items[len(results) :]
        worker.taken += len(results)
        if not job.items:
            worker.jobs.popleft()
            worker.taken = 0
            worker.number += 1
        return done

    def _lost(self, worker: _Worker) -> list[Pair]:
        """Handle the end of a worker: its current item, if any, gets an error; others are queued again."""
        (number, index, step), code = worker.place, worker.end()
        at = index - worker.taken
        jobs = deque(worker.jobs)
        done: list[Pair] = []
        if not worker.is_ready:
            self._failed_starts += 1
        elif jobs and number == worker.number and 0 <= at < len(jobs[0].items):
            job = jobs.popleft()
            item, rest = job.items[at], [job.part(job.items[:at]), job.part(job.items[at + 1 :])]
            if _is_its_own(code) or job.is_again:
                error = OverBudgetError(_reason(code, job.budget), step, is_lasting=_is_its_own(code))
                done.append((item, error))
            else:
                rest.append(job.part([item], is_again=True))
            jobs.extendleft(part for part in reversed(rest) if part.items)
        elif jobs:
            jobs[0].losses += 1
            if jobs[0].losses >= STARTS:
                lost = jobs.popleft()
                error = OverBudgetError(_reason(code, lost.budget), is_lasting=False)
                done += [(item, error) for item in lost.items]
        self._jobs.extendleft(reversed(jobs))
        return done


def _is_its_own(code: int) -> bool:
    """Return whether a process ended because of what it did, and would end so again.

    SIGALRM is no proof: time also passes while a process is stopped, by Ctrl-Z or with the whole machine.
    """
    return code in {OUT_OF_MEMORY, TOO_DEEP} or -code in {signal.SIGPROF, *_FAULTS}


def _reason(code: int, budget: Budget | None) -> str:
    if budget is not None and -code == signal.SIGPROF:
        return f"takes more than {budget.cpu:g} seconds of CPU"
    if budget is not None and -code == signal.SIGALRM:
        return f"takes more than {budget.wall:g} seconds"
    if code == OUT_OF_MEMORY:
        return f"takes more than {budget.memory >> 20} MB" if budget else "takes more memory than there is"
    if code == TOO_DEEP:
        return "nests too deeply"
    if code < 0:
        name = signal.Signals(-code).name if -code in {*signal.Signals} else f"signal {-code}"
        return f"ends the process that does it ({name})"
    return f"ends the process that does it (exit code {code})"


class _Worker:
    """A worker process, its jobs, and the data still to be sent to it."""

    def __init__(self, context: Any, neighbours: Sequence[socket.socket]) -> None:  # noqa: ANN401 - contexts have no common public type
        """`neighbours` are the sockets of other workers, which a forked copy must close."""
        own, others = socket.socketpair()
        self.socket, self.jobs = own, deque[Job]()
        self.outgoing: deque[memoryview] = deque()
        self.number = 1
        """Number of the first of its jobs, counted from 1."""
        self.taken = 0
        """Finished items of that job."""
        self.is_ready = False
        self._incoming = bytearray()
        self._place = -1
        try:
            self._place = _memory_file()
            with others, uninterrupted():
                is_copy = context.get_start_method() == "fork"
                arguments = others, [own, *neighbours] if is_copy else []
                self.process = context.Process(target=work, args=arguments, daemon=True)
                self.process.start()
                socket.send_fds(own, [b"\0"], [self._place])
            own.setblocking(False)
        except BaseException:
            own.close()
            if self._place >= 0:
                os.close(self._place)
            raise

    @property
    def place(self) -> tuple[int, int, int]:
        """The number of the job, the index of the item in it, and the last step that began."""
        found = os.pread(self._place, PLACE.size, 0)
        number, index, step = PLACE.unpack(found) if found else (0, 0, 0)
        return number, index, step

    def send(self, job: Job) -> None:
        """Send a job. What does not fit into the socket buffer is sent later."""
        self.jobs.append(job)
        data = pickle.dumps((job.task, job.items, job.budget), pickle.HIGHEST_PROTOCOL)
        self.outgoing += (memoryview(LENGTH.pack(len(data))), memoryview(data))
        self._flush()

    def _flush(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # the worker ended; reading notices that
            while self.outgoing:
                sent = self.socket.send(self.outgoing[0])
                if sent == len(self.outgoing[0]):
                    self.outgoing.popleft()
                else:
                    self.outgoing[0] = self.outgoing[0][sent:]

    def exchange(self) -> tuple[list[bytes], bool]:
        """Send and receive without blocking. Returns complete messages, and whether the worker ended."""
        self._flush()
        is_over = False
        try:
            while data := self.socket.recv(1 << 20):
                self._incoming += data
            is_over = True
        except BlockingIOError:
            pass
        except OSError:
            is_over = True
        found, start = [], 0
        while len(self._incoming) - start >= LENGTH.size:
            end = start + LENGTH.size
            (length,) = LENGTH.unpack(self._incoming[start:end])
            if len(self._incoming) - end < length:
                break
            found.append(bytes(self._incoming[end : end + length]))
            start = end + length
        del self._incoming[:start]
        return found, is_over

    def end(self) -> int:
        """End the process. Returns its exit code, or the negative number of the signal that ended it."""
        self.socket.close()
        os.close(self._place)
        self.process.join(ENDS_WITHIN)  # if it ends by itself, keep its own exit code
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        code: int = self.process.exitcode
        self.process.close()
        return code


def _memory_file() -> int:
    """Return the descriptor of an unnamed file, in memory if possible."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("place")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl-C. Processes started here inherit the blocked signal."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
