"""A task that a copy of this process does comes to the same as one that is done here."""

from __future__ import annotations

import os
import threading
import time

import pytest

from generator import beside
from generator.beside import beside as begun


def whose():
    return os.getpid()


@pytest.fixture(params=["copy", "here"], autouse=True)
def way(request, monkeypatch):
    if request.param == "here":
        monkeypatch.setattr(beside, "_may_fork", lambda: False)
    elif not beside._may_fork():
        pytest.skip("no copies here")
    return request.param


def test_the_result_is_the_tasks(way):
    with begun(whose, int) as found:
        assert (found() == os.getpid()) is (way == "here")
        assert found() == found()


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
