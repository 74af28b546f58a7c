"""Try a request again when the reason of its failure may pass."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from generator.model.errors import BuildError

T = TypeVar("T")
ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class TransientError(BuildError):
    """A failure that may pass. `after`: seconds that the host asks to wait, if it does."""

    after: float | None = None


def retried(
    call: Callable[[], T],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> T:
    """Return the result of a call, tried again after pauses that double. Raises the last `TransientError`.

    A pause is shortened by chance, by half at most, so that many clients do not come back at once.
    """
    pause = FIRST_PAUSE
    for left in reversed(range(attempts)):
        try:
            return call()
        except TransientError as error:
            if not left:
                raise
            sleep(min(LONGEST_PAUSE, error.after if error.after is not None else pause * (1 - jitter() / 2)))
            pause *= 2
    raise AssertionError  # the loop returns or raises
