"""What one item of a task may cost, and how a task tells that it begins another part of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Budget(NamedTuple):
    """What each item, or each `step` of one, may cost."""

    cpu: float
    """Seconds."""
    memory: int
    """Bytes beyond those that a worker has from its start."""
    wall: float = 100.0
    """Seconds that may pass: for what waits for ever, as on a disk that hangs."""


class OverBudgetError(Exception):
    """An item ended the worker that was at it."""

    def __init__(self, reason: str, step: int = 0, *, is_lasting: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        """What it does, as in "takes more than 2 seconds of CPU"."""
        self.step = step
        """The last step that the task began."""
        self.is_lasting = is_lasting
        """Whether another attempt would end the same: not where a worker may have been ended from outside."""


class NoWorkersError(Exception):
    """No worker process can be had."""


on_step: list[Callable[[int], None]] = []
"""What a worker process does when a task begins a step."""


def step(number: int) -> None:
    """Begin a step of the item that a task is at: it gets a budget of its own. Elsewhere nothing happens."""
    for begin in on_step:
        begin(number)
