"""The main loop of a worker process: takes batches from a socket, and runs each item within its budget."""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import gc
import importlib
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any

from generator.parallel.budget import Budget, on_step

FLUSH = 0.25
"""Seconds between hand-overs of results. At most this much work is repeated when a worker ends."""
NICE = 3
"""Niceness of workers. The main process hands out their work; otherwise its own part would end last."""
OUT_OF_MEMORY = 99
"""Exit code of a worker that runs out of memory during an item."""
TOO_DEEP = 98
"""Exit code of a worker whose item exceeds Python's recursion limit."""
SLACK = 0.04
"""Share of its budget by which an item may exceed it: the timers of short items are not set again."""
PLACE = struct.Struct("<QQQ")
LENGTH = struct.Struct("<Q")

Task = Callable[[Sequence[Any]], Iterable[Any]]
"""A module-level function that yields a result per item of a batch."""


class _Position:
    """The position of a worker, published to the main process, and the budget that runs from there."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._budget: Budget | None = None
        self._job = self._item = 0
        self._fits_until = 0.0
        """The time until which an item may begin under the timers as they run."""
        self._limits = resource.getrlimit(resource.RLIMIT_AS)
        self._base = _size()

    def take(self, job: int, budget: Budget | None) -> None:
        """Begin a job."""
        if budget != self._budget:
            self._limit(budget)
        self._job, self._budget = job, budget

    def begin(self, item: int, step: int = 0) -> None:
        """Begin an item or a step of it, with a budget of its own."""
        self._item = item
        os.pwrite(self._file, PLACE.pack(self._job, item, step), 0)
        if self._budget is not None and (now := time.monotonic()) > self._fits_until:
            # A process uses no more CPU than time passes, so what begins within the slack has all its budget.
            slack = SLACK * min(self._budget.cpu, self._budget.wall)
            self._fits_until = now + slack
            signal.setitimer(signal.ITIMER_PROF, self._budget.cpu + slack)
            signal.setitimer(signal.ITIMER_REAL, self._budget.wall + slack)

    def step(self, number: int) -> None:
        """Begin a step of the current item."""
        self.begin(self._item, number)

    def rest(self) -> None:
        """Stop the timers of the budget."""
        self._fits_until = 0.0
        if self._budget is not None:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _limit(self, budget: Budget | None) -> None:
        """Limit the address space. Where the system cannot, as on macOS, there is no such limit."""
        soft, hard = self._limits
        if budget is not None and self._base:
            most = self._base + budget.memory
            soft = most if soft == resource.RLIM_INFINITY else min(soft, most)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _size() -> int:
    """Return the bytes of this process's address space; 0 if unknown."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - the fastest way
            return int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0


def work(own: socket.socket, others: Sequence[socket.socket]) -> None:
    """Run the batches from a socket until its other end closes. `others` are sockets to close."""
    code = 1
    try:
        for other in others:
            other.close()
        _begin()
        own.setblocking(True)
        _, [file], _, _ = socket.recv_fds(own, 1, 1)
        with contextlib.suppress(ImportError):
            importlib.import_module("generator.engine.preload")  # otherwise it counts for the first item
        gc.freeze()  # everything so far lives as long as the process
        gc.set_threshold(50_000)  # a batch makes many objects that live to its end, and few cycles
        position = _Position(file)
        on_step[:] = [position.step]
        stream = own.makefile("rb")
        _hand_over(own, b"")
        for number in range(1, sys.maxsize):
            head = stream.read(LENGTH.size)
            if len(head) < LENGTH.size:
                break
            data = stream.read(*LENGTH.unpack(head))
            _take(own, position, number, data)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except RecursionError:
        code = TOO_DEEP
    except OSError:
        pass  # the main process has ended
    finally:
        os._exit(code)


def _begin() -> None:
    """Prepare a worker. The main process handles Ctrl-C, and the output of libraries is discarded."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGPROF, signal.SIGALRM, signal.SIGIO):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGPROF, signal.SIGALRM, signal.SIGIO})
    faulthandler.disable()  # inherited by forks; it would write to stderr
    with contextlib.suppress(OSError):
        os.nice(NICE)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # When the main process ends, the other end of this pipe closes, and the system ends this process.
        with contextlib.suppress(OSError, AttributeError):
            fcntl.fcntl(parent.sentinel, fcntl.F_SETOWN, os.getpid())
            flags = fcntl.fcntl(parent.sentinel, fcntl.F_GETFL)
            fcntl.fcntl(parent.sentinel, fcntl.F_SETFL, flags | os.O_ASYNC)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _take(own: socket.socket, position: _Position, number: int, data: bytes) -> None:
    """Run a batch as it was received."""
    try:
        task, items, budget = pickle.loads(data)  # noqa: S301 - from our own process
    except MemoryError:
        raise
    except Exception as error:  # the task's module cannot be imported here
        _hand_over(own, pickle.dumps(_portable(error)))
    else:
        _do(own, position, number, task, items, budget)


def _do(
    own: socket.socket,
    position: _Position,
    number: int,
    task: Task,
    items: Sequence[Any],
    budget: Budget | None,
) -> None:
    """Run a batch item by item, and hand over the results."""
    position.take(number, budget)
    at, results, since = 0, [], time.monotonic()
    while at < len(items):
        found: Iterator[Any] = iter(())
        try:
            position.begin(at)
            found = iter(task(items[at:]))
            while at < len(items):
                position.begin(at)
                results.append(next(found))
                at += 1
                if at < len(items) and time.monotonic() - since > FLUSH:
                    position.rest()
                    _hand_over(own, _pickled(results))
                    results, since = [], time.monotonic()
        except MemoryError:
            position.rest()
            found = iter(())
            _hand_over(own, _pickled(results))
            raise
        except Exception as error:  # affects only this item, and is reported
            results.append(_portable(error))
            at += 1
        finally:
            position.rest()
            if isinstance(found, Generator):
                found.close()
    _hand_over(own, _pickled(results))


def _pickled(results: list[Any]) -> bytes:
    try:
        return pickle.dumps(results, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except Exception:  # one of them cannot be pickled
        return pickle.dumps([_portable(one) for one in results], pickle.HIGHEST_PROTOCOL)


def _portable(result: Any) -> Any:  # noqa: ANN401 - any result of a task
    """Return the result, or a `RuntimeError` with its text if it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(result))  # noqa: S301 - our own
    except MemoryError:
        raise
    except Exception as error:
        what = result if isinstance(result, Exception) else error
        return RuntimeError(f"{type(what).__name__}: {what}")
    return result


def _hand_over(own: socket.socket, message: bytes) -> None:
    own.sendall(LENGTH.pack(len(message)))
    own.sendall(message)
