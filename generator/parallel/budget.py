"""The budget of one item of a task, and how a task reports that it begins another step of an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Budget(NamedTuple):
    """The limits of each item, or of each `step` of an item."""

    cpu: float
    """CPU time in seconds."""
    memory: int
    """Bytes on top of the address space that a worker has at start."""
    wall: float = 100.0
    """Elapsed time in seconds. It catches what waits forever, such as a disk that hangs."""


class OverBudgetError(Exception):
    """An item ended its worker."""

    def __init__(self, reason: str, step: int = 0, *, is_lasting: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        """What the item does, such as "takes more than 2 seconds of CPU"."""
        self.step = step
        """The last step that the task began."""
        self.is_lasting = is_lasting
        """Whether another attempt would end the same. False if the worker may have been killed externally."""


class NoWorkersError(Exception):
    """No worker process can be started."""


on_step: list[Callable[[int], None]] = []
"""Called in a worker process when a task begins a step."""


def step(number: int) -> None:
    """Begin a step of the current item, with its own budget. Outside of workers this does nothing."""
    for begin in on_step:
        begin(number)
