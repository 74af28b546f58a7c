"""Workers: whatever becomes of one, every batch is done, and nobody outlives the build."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

import generator.parallel.pool
import generator.parallel.workers
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.engine.build_context import LIMITS
from generator.model.errors import BuildError, Problem
from generator.parallel.budget import Budget, OverBudgetError
from generator.parallel.worker import NICE
from generator.parallel.workers import POOLS, Workers, batches, cores
from writing import NOW, files_of, site_in, write_clipping, write_config

BUDGET = Budget(cpu=1.0, memory=1 << 28)


def doubled(items):
    for item in items:
        yield 2 * item, os.getpid()


def doubled_or_dead(items):
    """Ends a worker that meets a 7."""
    for item in items:
        if item == 7 and multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        yield 2 * item


def doubled_unless_seven(items):
    for item in items:
        if item == 7:
            raise ValueError("no sevens")
        yield 2 * item


def refused(_items):
    raise BuildError(Problem(path="a", message="b", advice="c"))


def slow(items):
    time.sleep(0.05)
    return items


def pairs(results):
    return sorted(results, key=lambda pair: pair[0])


WORK = [*batches(range(20), 3)]
DOUBLED = [(n, 2 * n) for n in range(20)]
OTHERS = [(n, 2 * n) for n in range(20) if n != 7]


def test_batches_hold_all_items_in_their_order():
    assert [*batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert not [*batches([], 2)]


def test_there_is_at_least_one_core():
    assert cores() >= 1


@pytest.mark.parametrize("budget", [None, BUDGET])
def test_tasks_run_in_other_processes(budget):
    with Workers(2) as workers:
        results = pairs(workers.run(doubled, WORK, budget=budget))
        assert {pid for _, (_, pid) in results} <= {*workers.pids}
    assert [(item, result[0]) for item, result in results] == DOUBLED


def niceness(items):
    return [os.nice(0) for _ in items]


def test_workers_stand_back():
    with Workers(2) as workers:
        found = {result for _, result in workers.run(niceness, WORK)}
    assert found == {min(19, os.nice(0) + NICE)}


@pytest.mark.parametrize(("count", "work"), [(1, WORK), (2, WORK[:1]), (2, [])])
def test_without_a_budget_one_worker_and_a_single_batch_start_no_process(count, work):
    with Workers(count) as workers:
        results = [*workers.run(doubled, work)]
        assert not workers.pids
    assert {pid for _, (_, pid) in results} <= {os.getpid()}


@pytest.mark.parametrize(("count", "work"), [(1, WORK), (2, WORK[:1])])
def test_what_has_a_budget_is_never_done_here(count, work):
    with Workers(count) as workers:
        results = [*workers.run(doubled, work, budget=BUDGET)]
        assert {pid for _, (_, pid) in results} == {*workers.pids}
    assert len({pid for _, (_, pid) in results}) == 1


@pytest.mark.parametrize("budget", [None, BUDGET])
def test_a_worker_that_dies_costs_its_item_alone(budget):
    with Workers(2) as workers:
        for _ in range(2):
            results = dict(workers.run(doubled_or_dead, WORK, budget=budget))
            assert isinstance(error := results.pop(7), OverBudgetError)
            assert "SIGKILL" in error.reason
            assert sorted(results.items()) == OTHERS


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("budget", [None, BUDGET])
def test_an_item_that_fails_comes_with_its_exception_and_costs_nobody_else(count, budget):
    with Workers(count) as workers:
        results = dict(workers.run(doubled_unless_seven, WORK, budget=budget))
    assert isinstance(results.pop(7), ValueError)
    assert sorted(results.items()) == OTHERS


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("budget", [None, BUDGET])
def test_what_is_wrong_for_all_is_raised(count, budget):
    with Workers(count) as workers, pytest.raises(BuildError) as caught:
        [*workers.run(refused, WORK, budget=budget)]
    assert caught.value.problems[0].advice == "c"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_start_in_either_way(method, monkeypatch):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("not on this system")
    monkeypatch.setattr(generator.parallel.workers, "_context", lambda: multiprocessing.get_context(method))
    with Workers(2) as workers:
        assert [*pairs(workers.run(doubled_or_dead, WORK))][8:] == DOUBLED[8:]


def test_another_executor_takes_the_pools_place():
    with ThreadPoolExecutor(3) as threads:
        with Workers(2, threads) as workers:
            results = pairs(workers.run(doubled, WORK, budget=BUDGET))
        assert {pid for _, (_, pid) in results} == {os.getpid()}
        assert threads.submit(int, "1").result() == 1  # it is not shut down


def test_a_fault_costs_its_item_alone_whoever_works():
    with ThreadPoolExecutor(3) as threads, Workers(2, threads) as workers:
        results = dict(workers.run(doubled_unless_seven, WORK))
    assert isinstance(results.pop(7), ValueError)
    assert sorted(results.items()) == OTHERS


class Broken(Executor):
    """An executor that fails as one does whose processes died."""

    def submit(self, *_: object, **__: object):
        raise BrokenExecutor


def test_an_executor_that_breaks_is_given_up():
    with Workers(2, Broken()) as workers:
        assert sorted(n for n, _ in workers.run(doubled, WORK)) == [*range(20)]


@pytest.mark.parametrize(
    "error", [OSError(38, "Function not implemented"), ImportError(), BlockingIOError(11, ""), EOFError()]
)
def test_where_no_process_can_be_started_all_is_done_here(monkeypatch, error):
    """End of file is what the process that starts others leaves, where it was killed."""

    def none(*_: object, **__: object):
        raise error

    monkeypatch.setattr(generator.parallel.pool.socket, "socketpair", none)
    with Workers(2) as workers:
        workers.begin()
        for _ in range(POOLS + 1):
            assert {pid for _, (_, pid) in workers.run(doubled, WORK, budget=BUDGET)} == {os.getpid()}
        assert workers._broken == POOLS


def ends_at_once(*_: object) -> None:
    os._exit(1)


def test_workers_that_end_before_they_are_ready_are_given_up(monkeypatch):
    monkeypatch.setattr(generator.parallel.pool, "work", ends_at_once)
    with Workers(2) as workers:
        assert {pid for _, (_, pid) in workers.run(doubled, WORK, budget=BUDGET)} == {os.getpid()}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may have as many processes as it likes")
def test_where_no_more_processes_are_allowed_all_is_done_here():
    program = "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)); " + ALONE
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[(1, 1)]\n"


ALONE = (
    "from generator.parallel.workers import Workers; from generator.parallel.budget import Budget; "
    "print([*Workers(2).run(list, [[1]], budget=Budget(1, 1 << 28))])"
)


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
        pids = workers.pids
        for pid in pids if not is_alive else ():
            os.kill(pid, signal.SIGKILL)
        results.close()
        assert gone(pids, 5.0)
        assert len(pairs(workers.run(doubled_or_dead, WORK))) == 20


class CalledOffError(Exception):
    pass


def endless(items):
    for item in items:
        time.sleep(60)
        yield item


def test_a_run_is_called_off_while_workers_are_busy():
    def check() -> None:
        if time.monotonic() > begun + 0.3:
            raise CalledOffError

    with Workers(2) as workers:
        begun, workers.check = time.monotonic(), check
        with pytest.raises(CalledOffError):
            [*workers.run(endless, WORK, budget=BUDGET)]
        assert not workers.pids


def test_one_worker_is_kept_for_what_comes_next():
    with Workers(2) as workers:
        [*workers.run(slow, WORK, budget=BUDGET)]
        assert len(workers.pids) == 2
        workers.shrink()
        [one] = workers.pids
        assert {pid for _, (_, pid) in workers.run(doubled, WORK[:1], budget=BUDGET)} == {one}


def test_few_batches_wait_so_that_memory_is_bounded():
    taken = []

    def work():
        for batch in WORK * 5:
            taken.append(batch)
            yield batch

    with ThreadPoolExecutor(2) as threads, Workers(2, threads) as workers:
        results = workers.run(slow, work())
        next(results)
        assert len(taken) <= 2 * generator.parallel.workers.AHEAD + 2
        results.close()


def test_closing_ends_the_processes():
    workers = Workers(2)
    pids = {pid for _, (_, pid) in workers.run(doubled, WORK)}
    workers.close()
    assert pids
    assert gone(pids, 5.0)


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
from generator.parallel.workers import Workers
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
from generator.parallel.workers import Workers
from doomed import dead
if __name__ == "__main__":
    with Workers(2) as workers:
        {begin}
        print(sum(1 for _ in workers.run(dead, [["x" * 1_000_000] for _ in range(20)])))
"""
DOOMED = """
import multiprocessing, os, time
def dead(items):
    for item in items:
        if multiprocessing.parent_process() is not None:
            time.sleep(0.05)
            os._exit(3)
        yield 1
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
from generator.parallel.workers import Workers
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
        pids = workers.pids
        workers.begin()
        assert workers.pids == pids
        assert pairs(workers.run(doubled_unless_seven, WORK[:2])) == DOUBLED[:6]


def test_copies_that_read_are_not_used_for_what_opens_a_database():
    """They may have been made while one was open, whose locks they would take for theirs."""
    with Workers(2) as workers:
        [*workers.run(slow, WORK, budget=BUDGET)]
        readers = {*workers.pids}
        makers = {pid for _, (_, pid) in workers.run(doubled, WORK)}
        assert makers.isdisjoint(readers)
        assert gone(readers, 5.0)


# --- builds -----------------------------------------------------------------------------------------


CLIPPINGS = 2 * LIMITS.batch + 10
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
    seen = set()
    with Workers(2) as workers:
        build(site_in(two), Options(as_of=NOW), lambda *_: seen.update(workers.pids), workers=workers)
    assert seen
    assert files_of(two / "public") == expected
    three = site(tmp_path / "three")
    with ThreadPoolExecutor(4) as threads:
        build(site_in(three), Options(as_of=NOW), silent, workers=Workers(4, threads))
    assert files_of(three / "public") == expected


FIRST = """
import sys
sys.path[:0] = {path!r}
from generator.engine.build import build
from generator.config.options import Options, silent
from generator.parallel.workers import Workers
from writing import NOW, site_in
from pathlib import Path
if __name__ == "__main__":
    with Workers(2) as workers:
        build(site_in(Path({root!r})), Options(as_of=NOW), silent, workers=workers)
        print(workers.are_copies, workers._is_sound)
"""


@needs_copies
def test_workers_of_a_first_build_are_copies_of_it(tmp_path):
    root = site(tmp_path / "site")
    program = tmp_path / "program.py"
    program.write_text(FIRST.format(path=sys.path, root=str(root)), "utf-8")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("True True\n", "")
    other = site(tmp_path / "other")
    build(site_in(other), Options(as_of=NOW), silent)
    assert files_of(root / "public") == files_of(other / "public")


def test_a_build_survives_that_its_workers_are_killed(tmp_path):
    root = site(tmp_path / "site")
    with Workers(2) as workers:

        def kill(step: str, _done: int, _total: int) -> None:
            if step in {"reading", "rendering"} and step not in killed and workers.pids:
                killed.add(step)
                for pid in workers.pids:
                    os.kill(pid, signal.SIGKILL)

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


INTERRUPTED = """
import os, signal, time
from multiprocessing import forkserver
from generator.parallel.workers import Workers

with Workers(2) as workers:
    workers.expect()
    server = forkserver._forkserver._forkserver_pid
    for _ in range(100):
        os.kill(server, signal.SIGINT)
        time.sleep(0.01)
    assert os.waitpid(server, os.WNOHANG) == (0, 0)
"""


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="there is no such server"
)
def test_ctrl_c_does_not_end_what_starts_workers_while_it_starts() -> None:
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


FEW = """
import sys
from pathlib import Path
from generator.config.options import Options, silent
from generator.engine import build
from writing import NOW, site_in
build.build(site_in(Path(sys.argv[1])), Options(as_of=NOW), silent)
print("generator.engine.preload" in sys.modules)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are not forked")
def test_a_build_that_reads_one_clipping_leaves_the_rules_of_cleaning_to_its_worker(tmp_path):
    for title in ("A title", "Another one"):
        write_config(tmp_path)
        write_clipping(tmp_path / "content", "a.md", title=title)
        command = [sys.executable, "-c", FEW, tmp_path]
        paths = os.pathsep.join((str(Path(__file__).parents[1]), *sys.path))
        built = subprocess.run(
            command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
        )
    assert built.stdout == "False\n"
