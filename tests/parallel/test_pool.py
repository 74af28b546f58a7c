"""The pool: whatever an item does to its worker, it is known which one and why, and no other suffers."""

import ctypes
import multiprocessing
import os
import re
import resource
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

import generator.parallel.workers
from generator.parallel.budget import Budget, NoWorkersError, OverBudgetError, step
from generator.parallel.pool import Pool
from generator.parallel.workers import Workers

BUDGET = Budget(cpu=0.3, memory=200 << 20)
HARD = re.compile(r"(a|aa)+$")


def use_cpu() -> None:
    HARD.match("a" * 100 + "b")  # amid which no other thread has a turn


def use_memory() -> None:
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def use_memory_in_a_library() -> None:
    """As code does that is not Python's: it gets no memory, and aborts."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    while libc.malloc(ctypes.c_size_t(10_000_000)):
        pass
    os.abort()


def recur() -> None:
    recur()


def sleep() -> None:
    time.sleep(3600)


def many_steps() -> None:
    for number in range(4):
        step(number)
        begun = time.process_time()
        while time.process_time() < begun + BUDGET.cpu / 2:
            pass
    use_cpu()


BAD = {
    "cpu": (use_cpu, "takes more than 0.3 seconds of CPU"),
    "memory": (use_memory, "takes more than 200 MB"),
    "library": (use_memory_in_a_library, "ends the process that does it (SIGABRT)"),
    "abort": (os.abort, "ends the process that does it (SIGABRT)"),
    "exit": (lambda: os._exit(5), "ends the process that does it (exit code 5)"),
    "kill": (lambda: os.kill(os.getpid(), signal.SIGKILL), "ends the process that does it (SIGKILL)"),
    "segfault": (lambda: ctypes.string_at(0), "ends the process that does it (SIGSEGV)"),
    "steps": (many_steps, "takes more than 0.3 seconds of CPU"),
}


def does(items):
    for item in items:
        if item in BAD:
            BAD[item][0]()
        if item == "recursion":
            recur()
        if item == "sleep":
            sleep()
        yield (lambda: 0) if item == "odd" else (item, os.getpid())


def run(items, workers: int = 1, budget: Budget | None = BUDGET):
    with Workers(workers) as pool:
        return dict(pool.run(does, items, budget=budget))


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("count", [1, 2])
def test_an_item_that_ends_its_worker_is_known_and_the_others_are_done(name, count):
    if name in {"memory", "library"} and sys.platform != "linux":
        pytest.skip("the system does not limit memory")
    work = [["a", "b", name, "c"], ["d"], ["e", "f"]]
    results = run(work, count)
    error = results.pop(name)
    assert isinstance(error, OverBudgetError)
    assert error.reason == BAD[name][1]
    assert error.is_lasting == (name not in {"exit", "kill"})
    assert error.step == (3 if name == "steps" else 0)
    assert {item: found for item, (found, _) in results.items()} == {item: item for item in "abcdef"}


def test_many_that_end_their_workers_cost_no_other_item():
    bad = ["cpu", "abort", "exit", "kill"]
    work = [[f"{n}a", f"{n}b", *bad[n % 4 : n % 4 + 1], f"{n}c"] for n in range(8)]
    with Workers(2) as pool:
        pairs = [*pool.run(does, work, budget=BUDGET)]
    assert len(pairs) == sum(map(len, work))
    assert sorted(item for item, found in pairs if not isinstance(found, Exception)) == sorted(
        f"{n}{letter}" for n in range(8) for letter in "abc"
    )


def test_time_that_passes_is_limited_too():
    results = run([["sleep", "a"]], budget=Budget(0.3, 200 << 20, 0.5))
    assert results["sleep"].reason == "takes more than 0.5 seconds"
    assert not results["sleep"].is_lasting
    assert results["a"][0] == "a"


def is_stopped_once(items):
    for item in items:
        if not Path(item).exists():
            Path(item).touch()
            os.kill(os.getpid(), signal.SIGSTOP)
        yield True


def wake(pool: Workers, stopped: Path, done: threading.Event) -> None:
    """Continue the workers, later than time is up for an item, whenever they began."""
    while not stopped.exists() and not done.wait(0.01):
        pass
    while not done.wait(0.7):
        for pid in pool.pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_worker_that_was_stopped_costs_its_item_nothing(tmp_path):
    """Whether by Ctrl-Z or by a laptop that sleeps."""
    names = [str(tmp_path / name) for name in "abc"]
    with Workers(1) as pool:
        results = {}
        for name in names:
            done = threading.Event()
            waker = threading.Thread(target=wake, args=(pool, Path(name), done))
            waker.start()
            results |= dict(pool.run(is_stopped_once, [[name]], budget=Budget(0.3, 200 << 20, 0.5)))
            done.set()
            waker.join()
    assert results == dict.fromkeys(names, True)


def ends_deep(items):
    try:
        yield from items
    finally:
        recur()


def test_what_nests_too_deeply_is_no_lack_of_memory():
    with Workers(1) as pool:
        [(_, error)] = pool.run(ends_deep, [[1]], budget=BUDGET)
    assert error.reason == "nests too deeply"


def test_each_item_has_a_budget_of_its_own():
    results = run([[f"steps{n}" for n in range(3)]])
    assert len(results) == 3
    with Workers(1) as pool:
        found = dict(pool.run(busy, [[*range(5)]], budget=BUDGET))
    assert {*found.values()} == {True}


def busy(items):
    for _ in items:
        begun = time.process_time()
        while time.process_time() < begun + BUDGET.cpu / 2:
            pass
        yield True


@pytest.mark.parametrize("name", ["recursion", "odd"])
def test_what_fails_without_ending_its_worker_costs_its_item_alone(name):
    results = run([["a", name, "b"]])
    assert isinstance(results[name], (RecursionError, RuntimeError))
    assert results["a"][1] == results["b"][1]


def test_without_a_budget_a_worker_that_ends_costs_its_item_too():
    with Workers(2) as pool:
        results = dict(pool.run(does, [["a", "abort"], ["b"], ["c"]]))
    assert isinstance(results.pop("abort"), OverBudgetError)
    assert {*results} == {"a", "b", "c"}


def limits(items):
    return [resource.getrlimit(resource.RLIMIT_AS)[0] for _ in items]


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_lower_limit_of_the_whole_program_stays(monkeypatch):
    # The server that starts workers may have begun before the limit was set.
    monkeypatch.setattr(generator.parallel.workers, "_context", lambda: multiprocessing.get_context("fork"))
    before = resource.getrlimit(resource.RLIMIT_AS)
    lower = 1 << 40
    resource.setrlimit(resource.RLIMIT_AS, (lower, before[1]))
    try:
        with Workers(1) as pool:
            [(_, found)] = pool.run(limits, [[1]], budget=Budget(1, 1 << 45))
            assert found == lower
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def large(items):
    return [b"x" * 3_000_000 for _ in items]


def test_large_batches_go_both_ways_at_once():
    work = [[bytes([n]) * 2_000_000] for n in range(20)]
    with Workers(2) as pool:
        assert sum(len(found) for _, found in pool.run(large, work, budget=Budget(5, 1 << 30))) == 60_000_000


class _NoMore:
    """Starts processes that end before they are ready."""

    def get_start_method(self):
        return "fork"

    def Process(self, **_):  # noqa: N802 - as `multiprocessing` calls it
        return multiprocessing.get_context("fork").Process(target=os._exit, args=(1,))


def at_leisure(items):
    for item in items:
        time.sleep(0.1)
        yield item


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_what_is_done_is_handed_over_though_no_other_worker_starts():
    pool = Pool(2, lambda: multiprocessing.get_context("fork"))
    try:
        pool.fill(1)
        pool.context = _NoMore
        for item in range(12):
            pool.add(at_leisure, [item], None)
        done = []
        while pool.load:
            time.sleep(0.5)  # so that one has results, and the other has failed
            try:
                done += pool.poll(1)
            except NoWorkersError:
                break
        left = [item for items in pool.take_back() for item in items]
    finally:
        pool.close()
    assert sorted([item for item, _ in done] + left) == [*range(12)]
