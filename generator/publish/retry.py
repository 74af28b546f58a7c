"""Try a request again when the reason of its failure may pass."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec

from generator.model.errors import BuildError
from generator.publish.each import pause

if TYPE_CHECKING:
    from email.message import Message

T = TypeVar("T")
ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LONGEST_ASKED = 60.0
"""The most seconds to wait because a host asks for it. One that asks for more is left alone."""


class TransientError(BuildError):
    """A failure that may pass. `after`: seconds that the host asks to wait, if it does."""

    after: float | None = None


def passing(error: BuildError, after: float | None = None) -> TransientError:
    """Return an error as one that may pass. `after`: seconds that the host asks to wait."""
    problems = error.problems
    if after is not None and after > LONGEST_ASKED:
        advice = f"publish again in {after:,.0f} seconds, as the host asks"
        problems = tuple(msgspec.structs.replace(problem, advice=advice) for problem in problems)
    found = TransientError(*problems)
    found.after = after
    return found


def retried(
    call: Callable[[], T],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], bool | None] = pause,
    jitter: Callable[[], float] = random.random,
) -> T:
    """Return the result of a call, tried again after pauses that double. Raises the last `TransientError`.

    A pause is shortened by chance, by half at most, so that many clients do not come back at once; but it is
    never shorter than the host asks. `sleep` returns whether to give up.
    """
    seconds = FIRST_PAUSE
    for left in reversed(range(attempts)):
        try:
            return call()
        except TransientError as error:
            asked = error.after or 0.0
            if not left or asked > LONGEST_ASKED:
                raise
            if sleep(max(asked, seconds * (1 - jitter() / 2))):
                raise
            seconds = min(LONGEST_PAUSE, seconds * 2)
    raise AssertionError  # the loop returns or raises


def seconds_asked(headers: Message) -> float | None:
    """Return what `Retry-After` asks for; None without it. A date counts from that of the answer."""
    import email.utils  # hosts are seldom busy

    asked = headers.get("Retry-After", "").strip()
    with contextlib.suppress(ValueError, TypeError):
        if asked.isdecimal():
            return float(asked)
        until, now = (email.utils.parsedate_to_datetime(one) for one in (asked, headers.get("Date", "")))
        return max(0.0, (until - now).total_seconds())
    return None
