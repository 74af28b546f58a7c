"""Several threads do one thing to many items, until one of them fails."""

from __future__ import annotations

import threading

import pytest

from generator.model.errors import BuildError, Problem
from generator.publish.each import for_each
from generator.publish.retry import TransientError, retried


def test_each_item_is_worked_on_once():
    done: list[int] = []
    for_each(range(100), done.append, 8)
    assert sorted(done) == [*range(100)]


def test_a_thread_that_waits_for_a_busy_host_ends_with_the_others():
    """The error is the one that ended them."""
    waits = threading.Event()

    def ask():
        waits.set()
        error = TransientError(Problem(path="x", message="busy"))
        error.after = 50
        raise error

    def work(item):
        if item == 0:
            retried(ask)
        waits.wait()
        raise BuildError(Problem(path="x", message="refused"))

    with pytest.raises(BuildError, match="refused"):
        for_each(range(9), work, 2)
