"""Wait as long as a busy host asks for, with all threads.

The library that talks to object storage keeps the headers of an answer to itself, and so does git. After a
refusal, the host is therefore asked once more, for nothing but `Retry-After`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from generator.publish.each import pause
from generator.publish.retry import LONGEST_ASKED, seconds_asked

BUSY = (429, 503)
"""The status codes of a host to which the requests are too many."""
_SECONDS = 20


class Throttle:
    """The pause that a host asks for. It begins with the first refusal, and all requests wait for its end."""

    def __init__(self, ask: Callable[[], float | None]) -> None:
        """`ask` returns for how many seconds the host wants to be left alone, if it says so."""
        self._ask, self._until = ask, 0.0
        self._access = threading.Lock()

    def wait(self) -> None:
        """Return when requests may go on, or the thread is to end."""
        while (left := self._left()) > 0 and not pause(left):
            pass

    def _left(self) -> float:
        with self._access:  # somebody may be asking
            return self._until - time.monotonic()

    def refused(self) -> float | None:
        """Return the seconds to wait after a refusal; None if the host names no time."""
        with self._access:
            left = self._until - time.monotonic()
            if left > 0:  # another thread has asked
                return left
            asked = self._ask()
            if asked is not None and asked <= LONGEST_ASKED:
                self._until = time.monotonic() + asked
            return asked


def asked_pause(address: str) -> float | None:
    """Return the seconds that a host asks to wait, by the headers of an address; None if it does not."""
    import http.client  # hosts are seldom busy
    import urllib.error
    import urllib.request

    request = urllib.request.Request(address, method="HEAD")  # noqa: S310 - `http(s)` by the configuration
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310 - the same
            return None
    except urllib.error.HTTPError as error:
        with error:
            return seconds_asked(error.headers) if error.code in BUSY else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
