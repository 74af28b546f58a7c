"""A task that a copy of this process does comes to the same as one that is done here.

Only a process with one thread is copied, and a runner of tests may have more: so all of this runs once more,
with another test that needs copies, in a process of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from generator.parallel import forked
from generator.parallel.forked import run_forked as begun
from generator.parallel.workers import cores
from running import PATIENCE

ALONE = "BROADSHEET_TESTS_ALONE"
NEED_COPIES = (
    "parallel/test_forked.py",
    "grouping/test_copies.py::test_half_of_many_articles_are_judged_by_a_copy_of_the_process",
)
needs_copies = pytest.mark.skipif(sys.platform != "linux" or cores() < 2, reason="no copies here")


def whose():
    return os.getpid()


@pytest.fixture(params=["copy", "here"], autouse=True)
def way(request, monkeypatch):
    if request.param == "here":
        monkeypatch.setattr(forked, "may_fork", lambda: False)
    elif ALONE not in os.environ:
        pytest.skip("another process does it")
    else:
        assert forked.may_fork()
    return request.param


@pytest.mark.slow
@needs_copies
def test_all_of_this_holds_for_copies(way):
    if ALONE in os.environ or way == "copy":
        return
    here = Path(__file__).parents[1]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-o",
        "faulthandler_timeout=0",  # it starts a thread, and a process with threads is not copied
    ]
    done = subprocess.run(
        [*command, *(str(here / test) for test in NEED_COPIES)],
        cwd=here.parent, env={**os.environ, ALONE: "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_result_is_the_tasks(way):
    with begun(whose, int) as found:
        assert (found() == os.getpid()) is (way == "here")
        assert found() == found()


def test_what_is_not_worth_it_is_done_here():
    with begun(whose, int, is_worth=False) as found:
        assert found() == os.getpid()


def test_more_than_a_pipe_holds_comes_whole():
    with begun(lambda: {str(n): n for n in range(100_000)}, dict[str, int]) as found:
        assert len(found()) == 100_000


def test_what_nobody_asks_for_is_given_up():
    started = time.monotonic()
    with begun(lambda: time.sleep(60), type(None)):
        pass
    with begun(lambda: "x" * 10_000_000, str):
        pass
    assert time.monotonic() - started < 10


def test_what_a_copy_cannot_hand_over_is_done_here():
    with begun(lambda: "\udcff", str) as found:
        assert found() == "\udcff"


def test_an_error_is_raised_where_the_result_is_asked_for():
    def fails():
        raise ValueError("no")

    with begun(fails, int) as found, pytest.raises(ValueError, match="no"):
        found()


@pytest.mark.parametrize("call", ["pipe", "fork"])
def test_without_room_for_a_copy_the_task_is_done_here(monkeypatch, call):
    def full():
        raise BlockingIOError("no room")

    monkeypatch.setattr(os, call, full)
    with begun(whose, int) as found:
        assert found() == os.getpid()


@pytest.mark.skipif(not hasattr(signal, "SIGCHLD"), reason="needs SIGCHLD")
def test_a_system_that_puts_copies_away_by_itself_is_borne():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with begun(whose, int) as found:
            assert found()
            time.sleep(0.1)
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_copy_ends_with_the_process_that_it_works_for(tmp_path, way):
    if way == "here":
        return
    noted, program = tmp_path / "copy", tmp_path / "program.py"
    program.write_text(
        f"""
import os, sys, time
from pathlib import Path
sys.path[:0] = {sys.path!r}
from generator.parallel.forked import run_forked
def task():
    Path({str(noted)!r}).write_text(str(os.getpid()))
    time.sleep({10 * PATIENCE})
with run_forked(task, int):
    time.sleep({10 * PATIENCE})
""",
        "utf-8",
    )
    with subprocess.Popen([sys.executable, program]) as process:
        while not (noted.exists() and noted.read_text("utf-8")):
            time.sleep(0.01)
        process.kill()
        process.wait()
    copy, until = int(noted.read_text("utf-8")), time.monotonic() + PATIENCE
    while is_alive(copy):
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_process_with_threads_is_not_copied():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with begun(whose, int) as found:
            assert found() == os.getpid()
    finally:
        done.set()
        thread.join()
