"""A server that runs, and a reader of its pages who tells when they became as they stay."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measure import cpu, tree
from ours import Generator, environment, marks_in

EVERY, SELDOM = 0.005, 0.1
"""Seconds between two GETs: at first, and when nothing has changed for long."""
LIMIT = 3600.0
"""Seconds after which a server is given up; its first page may take a whole build."""
LOOK, IDLE, QUIET = 0.25, 0.1, 0.75
"""A server is at rest that used no more than `IDLE` of a core for `QUIET` seconds; looked at every `LOOK`."""
NONE: frozenset[str] = frozenset()

Due = Mapping[str, Collection[str]]
"""Pages, and the marks that each is to show."""
Seen = dict[str, tuple[float, frozenset[str]]]
"""What marks pages showed last, and when they first did so, on `perf_counter`."""


class Reader:
    """A reader of the server's pages, over one connection."""

    def __init__(self, port: int) -> None:
        self.bad = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, page: str) -> str | None:
        """A page; None where there is none (yet). An answer that is no whole page counts as bad."""
        is_known = self._connection.sock is not None
        try:
            self._connection.request("GET", page)
            answer = self._connection.getresponse()
            text = answer.read().decode(errors="replace")
        except http.client.IncompleteRead:
            self.bad += 1
            self._connection.close()
            return None
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return self.get(page) if is_known else None  # servers hang up after some seconds
        if answer.status != 200:
            return None
        if "</html>" not in text:
            self.bad += 1
            return None
        return text

    def marks(self, page: str) -> frozenset[str]:
        """The marks that a page shows."""
        return marks_in(self.get(page) or "")


class Rest:
    """Tells when a process and all below it have had nothing to do for a while."""

    def __init__(self, pid: int) -> None:
        self._pid, self._quiet = pid, 0.0
        self._looked, self._used = time.perf_counter(), self._cpu()

    def _cpu(self) -> float:
        return sum(cpu(one) or 0.0 for one in tree(self._pid))

    def has_come(self) -> bool:
        """Whether they are at rest now."""
        now = time.perf_counter()
        if (passed := now - self._looked) >= LOOK:
            used = self._cpu()
            is_idle = 0 <= used - self._used <= IDLE * passed  # less than before: one of them has ended
            self._quiet = self._quiet + passed if is_idle else 0.0
            self._looked, self._used = now, used
        return self._quiet >= QUIET


@dataclass(frozen=True)
class Server:
    """A server that runs, and its reader."""

    process: subprocess.Popen[bytes]
    reader: Reader
    started: float

    def first(self, page: str) -> float:
        """Seconds from the start to the first answer for a page."""
        while self.reader.get(page) is None:
            self._check(self.started)
            time.sleep(EVERY)
        return time.perf_counter() - self.started

    def settle(self) -> None:
        """Wait until there is nothing more to do."""
        rest, began = Rest(self.process.pid), time.perf_counter()
        while not rest.has_come():
            self._check(began)
            time.sleep(SELDOM)

    def watch(self, due: Due) -> Seen:
        """GET pages in turn until each shows all that it is due to, or the server is at rest.

        A page that is as it should be is not asked for again. What others show once there is rest, they will
        go on to show.
        """
        seen: Seen = {}
        pending, rest = deque(due), Rest(self.process.pid)
        began = last = time.perf_counter()
        while pending and not rest.has_come():
            page = pending.popleft()
            marks = self.reader.marks(page)
            now = time.perf_counter()
            if marks != seen.get(page, (now, NONE))[1]:
                seen[page], last = (now, marks), now
            if not marks.issuperset(due[page]):
                pending.append(page)
                self._check(began)
                time.sleep(min(SELDOM, max(EVERY, 0.02 * (now - last))))
        return seen

    def _check(self, began: float) -> None:
        if self.process.poll() is not None:
            raise SystemExit(f"the server ended with {self.process.returncode}")
        if time.perf_counter() > began + LIMIT:
            raise SystemExit(f"the server did not come to rest in {LIMIT:.0f} s")


@contextlib.contextmanager
def serving(site: Generator, log: Path) -> Iterator[Server]:
    """A server of a site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("ab") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(
            site.serve(port),
            cwd=site.folder,
            env=environment(),
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    reader = Reader(port)
    try:
        yield Server(process, reader, started)
    finally:
        reader.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
