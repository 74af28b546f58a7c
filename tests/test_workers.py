"""Workers: whatever becomes of one, every batch is done, and nobody outlives the build."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import generator.workers
from generator.build import build
from generator.errors import BuildError, Problem
from generator.limits import BATCH
from generator.request import Options, silent
from generator.workers import NICE, POOLS, Workers, batches, cores
from writing import NOW, files_of, site_in, write_clipping, write_config

PARENT = os.getpid()


def doubled(items):
    return [(2 * item, os.getpid()) for item in items]


def doubled_or_dead(items):
    """Dies where it is not the tests' own process and meets a 7; `PARENT` differs in each process."""
    if 7 in items and multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGKILL)
    return [2 * item for item in items]


def doubled_or_gone(items):
    if any(item % 5 == 0 for item in items) and multiprocessing.parent_process() is not None:
        os._exit(3)
    return [2 * item for item in items]


def doubled_unless_seven(items):
    if 7 in items:
        raise ValueError("no sevens")
    return [2 * item for item in items]


def refused(_items):
    raise BuildError(Problem(path="a", message="b", advice="c"))


def slow(items):
    time.sleep(0.05)
    return [*items]


def pairs(results):
    return sorted(results, key=lambda pair: pair[0])


WORK = [*batches(range(20), 3)]
DOUBLED = [(n, 2 * n) for n in range(20)]


def test_batches_hold_all_items_in_their_order():
    assert [*batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert not [*batches([], 2)]


def test_there_is_at_least_one_core():
    assert cores() >= 1


def test_tasks_run_in_other_processes():
    with Workers(2) as workers:
        results = pairs(workers.run(doubled, WORK))
    assert [(item, result[0]) for item, result in results] == DOUBLED
    assert os.getpid() not in {pid for _, (_, pid) in results}


def slowly_elsewhere(items):
    if multiprocessing.parent_process() is not None:
        time.sleep(0.2)
    return doubled(items)


def test_this_process_helps_where_it_would_wait():
    with Workers(2) as workers:
        results = pairs(workers.run(slowly_elsewhere, WORK, helps=True))
    assert [(item, result[0]) for item, result in results] == DOUBLED
    assert len({pid for _, (_, pid) in results} - {os.getpid()}) == 2
    assert os.getpid() in {pid for _, (_, pid) in results}


def test_a_fault_costs_its_item_where_this_process_helps_too():
    with Workers(2) as workers:
        results = pairs(workers.run(doubled_unless_seven, WORK, helps=True))
    assert [item for item, _ in results] == [*range(20)]
    assert [item for item, result in results if isinstance(result, Exception)] == [7]


def niceness(items):
    return [os.nice(0) for _ in items]


@pytest.mark.skipif(not hasattr(os, "nice"), reason="needs nice")
def test_workers_stand_back():
    with Workers(2) as workers:
        found = {result for _, result in workers.run(niceness, WORK)}
    assert found == {min(19, os.nice(0) + NICE)}


@pytest.mark.parametrize(("count", "work"), [(1, WORK), (2, WORK[:1]), (2, [])])
def test_one_worker_and_a_single_batch_start_no_process(count, work):
    with Workers(count) as workers:
        results = [*workers.run(doubled, work)]
        assert workers._pool is None
    assert {pid for _, (_, pid) in results} <= {os.getpid()}


@pytest.mark.parametrize("task", [doubled_or_dead, doubled_or_gone])
def test_a_worker_that_dies_costs_a_retry_here(task):
    with Workers(2) as workers:
        assert pairs(workers.run(task, WORK)) == DOUBLED
        assert pairs(workers.run(task, WORK)) == DOUBLED


def test_one_dead_worker_costs_one_pool():
    with Workers(2) as workers:
        assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED
        assert workers._broken == 1


def test_after_some_broken_pools_the_rest_is_done_here():
    with Workers(2) as workers:
        for _ in range(POOLS + 1):
            assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED
        assert workers._broken == POOLS
        assert {pid for _, (_, pid) in workers.run(doubled, WORK)} == {os.getpid()}


@pytest.mark.parametrize("count", [1, 2])
def test_an_item_that_fails_comes_with_its_exception_and_costs_nobody_else(count):
    with Workers(count) as workers:
        results = dict(workers.run(doubled_unless_seven, WORK))
    assert isinstance(results.pop(7), ValueError)
    assert results == {n: 2 * n for n in range(20) if n != 7}


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_wrong_for_all_is_raised(count):
    with Workers(count) as workers, pytest.raises(BuildError):
        [*workers.run(refused, WORK)]


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_start_in_either_way(method, monkeypatch):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    monkeypatch.setattr(generator.workers, "_context", lambda: multiprocessing.get_context(method))
    with Workers(2) as workers:
        assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED


def test_another_executor_takes_the_pools_place():
    with ThreadPoolExecutor(3) as threads:
        with Workers(2, threads) as workers:
            results = pairs(workers.run(doubled, WORK))
        assert {pid for _, (_, pid) in results} == {os.getpid()}
        assert threads.submit(int, "1").result() == 1  # it is not shut down


class Broken(Executor):
    """An executor that fails as a pool does whose processes died."""

    def submit(self, *_: object, **__: object):
        raise BrokenExecutor


def test_an_executor_that_breaks_is_given_up():
    with Workers(2, Broken()) as workers:
        assert {pid for _, (_, pid) in workers.run(doubled, WORK)} == {os.getpid()}


@pytest.mark.parametrize(
    "error", [OSError(38, "Function not implemented"), ImportError(), NotImplementedError()]
)
def test_without_semaphores_all_is_done_here(monkeypatch, error):
    def none(*_: object, **__: object):
        raise error

    monkeypatch.setattr(generator.workers, "ProcessPoolExecutor", none)
    with Workers(2) as workers:
        assert {pid for _, (_, pid) in workers.run(doubled, WORK)} == {os.getpid()}


@pytest.mark.parametrize("error", [BlockingIOError(11, "Resource temporarily unavailable"), EOFError()])
def test_where_no_process_can_be_started_all_is_done_here(monkeypatch, error):
    """End of file is what the process that starts others leaves, where it was killed."""

    def none(*_: object, **__: object):
        raise error

    monkeypatch.setattr(ProcessPoolExecutor, "submit", none)
    with Workers(2) as workers:
        assert {pid for _, (_, pid) in workers.run(doubled, WORK)} == {os.getpid()}


def test_who_stops_listening_waits_for_what_is_being_done():
    done = []

    def task(items):
        time.sleep(0.1)
        done.extend(items)
        return items

    with ThreadPoolExecutor(2) as threads, Workers(2, threads) as workers:
        with contextlib.closing(workers.run(task, WORK)) as results:
            next(results)
        standing = [*done]
        time.sleep(0.3)
        assert done == standing


@pytest.mark.parametrize("is_alive", [True, False])
def test_who_stops_listening_to_processes_waits_for_none_that_died(is_alive):
    with Workers(2) as workers:
        results = workers.run(slow, [[n] for n in range(100)])
        next(results)
        processes = [*workers._pool._processes.values()]
        for process in processes if not is_alive else ():
            process.kill()
        results.close()
        assert gone([process.pid for process in processes], 5.0)
        assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED


def test_few_batches_wait_so_that_memory_is_bounded():
    taken = []

    def work():
        for batch in WORK * 5:
            taken.append(batch)
            yield batch

    with ThreadPoolExecutor(2) as threads, Workers(2, threads) as workers:
        results = workers.run(slow, work())
        next(results)
        assert len(taken) <= 2 * generator.workers.AHEAD + 2
        results.close()


def test_closing_ends_the_processes():
    workers = Workers(2)
    pids = {pid for _, (_, pid) in workers.run(doubled, WORK)}
    workers.close()
    assert gone(pids)


def gone(pids, seconds: float = 20.0) -> bool:
    """Whether processes end, or are waited for no more, within some time."""
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


PROGRAM = """
import os, sys, time
sys.path[:0] = {path!r}
from generator.workers import Workers
from orphans import named
if __name__ == "__main__":
    with Workers(2) as workers:
        {begin}
        for _, pid in workers.run(named, [[n] for n in range(40)]):
            print(pid, flush=True)
"""
TASK = "import os, time\ndef named(items):\n    time.sleep(0.2)\n    return [os.getpid() for _ in items]\n"


LARGE = """
import sys
sys.path[:0] = {path!r}
from generator.workers import Workers
from doomed import dead
if __name__ == "__main__":
    with Workers(2) as workers:
        {begin}
        print(sum(1 for _ in workers.run(dead, [["x" * 1_000_000] for _ in range(20)])))
"""
DOOMED = """
import multiprocessing, os, time
def dead(items):
    if multiprocessing.parent_process() is not None:
        time.sleep(0.2)
        os._exit(3)
    return [1 for _ in items]
"""


BEGIN = pytest.mark.parametrize("begin", ["workers.begin()", "pass"])
"""Workers are copies of the program, which has one thread; or they come of another process."""


@BEGIN
def test_a_process_ends_though_its_workers_died_amid_large_batches(tmp_path, begin):
    (tmp_path / "doomed.py").write_text(DOOMED, "utf-8")
    program = tmp_path / "program.py"
    program.write_text(LARGE.format(path=[str(tmp_path), *sys.path], begin=begin), "utf-8")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "20\n"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@BEGIN
def test_nobody_outlives_a_build_that_is_killed(tmp_path, begin, how):
    (tmp_path / "orphans.py").write_text(TASK, "utf-8")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(path=[str(tmp_path), *sys.path], begin=begin), "utf-8")
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        pids = {int(process.stdout.readline()) for _ in range(6)}
        assert all(map(alive, pids))
        process.send_signal(how)
        process.wait()
        assert gone(pids)


COPIES = """
import sys, threading
sys.path[:0] = {path!r}
import told
from generator.workers import Workers
if __name__ == "__main__":
    told.word = "changed"
    if {has_thread}:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    with Workers(2) as workers:
        workers.begin()
        print({{one for _, one in workers.run(told.words, [[n] for n in range(20)])}})
"""
TOLD = "word = 'as it was'\ndef words(items):\n    return [word] * len(items)\n"


needs_copies = pytest.mark.skipif(sys.platform != "linux" or cores() < 2, reason="no copies here")


@needs_copies
@pytest.mark.parametrize(("has_thread", "word"), [(False, "changed"), (True, "as it was")])
def test_workers_are_copies_of_a_process_with_one_thread(tmp_path, has_thread, word):
    (tmp_path / "told.py").write_text(TOLD, "utf-8")
    program = tmp_path / "program.py"
    program.write_text(COPIES.format(path=[str(tmp_path), *sys.path], has_thread=has_thread), "utf-8")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (f"{ {word} }\n", "")


@pytest.mark.parametrize("count", [1, 2])
def test_beginning_twice_begins_once(count):
    with Workers(count) as workers:
        workers.begin()
        pool = workers._pool
        workers.begin()
        assert workers._pool is pool
        assert pairs(workers.run(doubled_unless_seven, WORK[:2])) == DOUBLED[:6]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs signals")
def test_ctrl_c_waits_while_copies_are_made(monkeypatch):
    """Amid a fork it would be lost, or end in a traceback of the copy."""
    masks = []

    def submit(*_: object) -> Future[int]:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))
        done: Future[int] = Future()
        done.set_result(0)
        return done

    with Workers(2) as workers, monkeypatch.context() as patch:
        patch.setattr(generator.workers, "may_fork", lambda: True)
        patch.setattr(ProcessPoolExecutor, "submit", submit)
        workers.begin()
    masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))
    assert [signal.SIGINT in mask for mask in masks] == [True, False]


def test_copies_that_give_no_sign_are_given_up(monkeypatch):
    """As where no more processes or threads are allowed."""
    with Workers(2) as workers:
        with monkeypatch.context() as patch:
            patch.setattr(generator.workers, "may_fork", lambda: True)
            patch.setattr(generator.workers, "PATIENCE", 0.05)
            patch.setattr(ProcessPoolExecutor, "submit", lambda *_: Future())
            workers.begin()
        assert workers._pool is None
        assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED


def test_where_no_copy_can_be_made_processes_start_otherwise(monkeypatch):
    def none(*_: object, **__: object):
        raise OSError("no room")

    with Workers(2) as workers:
        with monkeypatch.context() as patch:
            patch.setattr(generator.workers, "may_fork", lambda: True)
            patch.setattr(ProcessPoolExecutor, "submit", none)
            workers.begin()
        assert workers._pool is None
        assert pairs(workers.run(doubled_or_dead, WORK)) == DOUBLED


# --- builds -----------------------------------------------------------------------------------------


CLIPPINGS = 2 * BATCH + 10
"""More than one batch holds."""


def site(root: Path) -> Path:
    write_config(root)
    for n in range(CLIPPINGS):
        write_clipping(
            root / "content", f"{n}.md", f"The {n}th press. " * 30, title=f"T{n}", source=f"S{n % 3}"
        )
    return root


def test_builds_are_the_same_whoever_works(tmp_path):
    one = site(tmp_path / "one")
    build(site_in(one), Options(as_of=NOW), silent)
    expected = files_of(one / "public")
    two = site(tmp_path / "two")
    with Workers(2) as workers:
        build(site_in(two), Options(as_of=NOW), silent, workers=workers)
        assert workers._pool is not None
    assert files_of(two / "public") == expected
    three = site(tmp_path / "three")
    with ThreadPoolExecutor(4) as threads:
        build(site_in(three), Options(as_of=NOW), silent, workers=Workers(4, threads))
    assert files_of(three / "public") == expected


FIRST = """
import sys
sys.path[:0] = {path!r}
from generator.build import build
from generator.request import Options, silent
from generator.workers import Workers
from writing import NOW, site_in
from pathlib import Path
if __name__ == "__main__":
    with Workers(2) as workers:
        build(site_in(Path({root!r})), Options(as_of=NOW), silent, workers=workers)
        print(workers._pool._mp_context.get_start_method())
"""


@needs_copies
def test_workers_of_a_first_build_are_copies_of_it(tmp_path):
    root = site(tmp_path / "site")
    program = tmp_path / "program.py"
    program.write_text(FIRST.format(path=sys.path, root=str(root)), "utf-8")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("fork\n", "")
    other = site(tmp_path / "other")
    build(site_in(other), Options(as_of=NOW), silent)
    assert files_of(root / "public") == files_of(other / "public")


def test_a_build_survives_that_its_workers_are_killed(tmp_path):
    root = site(tmp_path / "site")
    with Workers(2) as workers:

        def kill(step: str, _done: int, _total: int) -> None:
            if step in {"reading", "rendering"} and step not in killed and workers._pool is not None:
                killed.add(step)
                for process in [*(workers._pool._processes or {}).values()]:
                    process.kill()

        killed: set[str] = set()
        report = build(site_in(root), Options(as_of=NOW), kill, workers=workers).report
        assert killed
    assert report.published == CLIPPINGS
    assert not [problem for problem in report.problems if problem.kind == "internal"]
    found = files_of(root / "public")
    other = site(tmp_path / "other")
    build(site_in(other), Options(as_of=NOW), silent)
    assert found == files_of(other / "public")
    assert threading.active_count() < 20
