"""A running preview server, and a reader of its pages."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import cpu_of, is_blocked, tree

from sites import Site, environment

OFTEN, SELDOM = 0.005, 0.1
"""Seconds between two GETs: at first, and after some seconds."""
LIMIT = 3600.0
"""Seconds after which a server is given up; its first page may take a whole build."""
SAMPLE, IDLE = 0.25, 0.1
"""A server is idle while it uses at most this share of a core; sampled at this interval."""
PATIENCE = 20
"""A page that is not shown is given up after so many times the seconds that a settled server is idle."""


class Reader:
    """Reads the server's pages, over one connection."""

    def __init__(self, port: int) -> None:
        self.bad = 0
        """Answers that were cut off."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, page: str) -> str:
        """Return a page; empty if there is none (yet), or if it is no whole page."""
        is_known = self._connection.sock is not None
        try:
            self._connection.request("GET", page)
            answer = self._connection.getresponse()
            text = answer.read().decode(errors="replace")
        except http.client.IncompleteRead:
            self.bad += 1
            self._connection.close()
            return ""
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return self.get(page) if is_known else ""  # servers hang up after some seconds
        if answer.status != 200:
            return ""
        if "html" in answer.headers.get("content-type", "") and "</html>" not in text:
            self.bad += 1
            return ""
        return text


class IdleWatch:
    """Tells when a process and all its descendants have been idle for some seconds."""

    def __init__(self, pid: int, quiet: float) -> None:
        self._pid, self._needed, self._idle = pid, quiet, 0.0
        self._sampled, self._used = time.perf_counter(), self._cpu()

    def _cpu(self) -> float:
        return sum(map(cpu_of, tree(self._pid)))

    def is_idle(self) -> bool:
        """Return whether they have been idle for long enough."""
        now = time.perf_counter()
        if (passed := now - self._sampled) >= SAMPLE:
            used, waits = self._cpu(), any(map(is_blocked, tree(self._pid)))
            # less CPU than before: one of them has ended
            is_idle = not waits and 0 <= used - self._used <= IDLE * passed
            self._idle = self._idle + passed if is_idle else 0.0
            self._sampled, self._used = now, used
        return self._idle >= self._needed


@dataclass(frozen=True)
class Server:
    """A running server, and its reader."""

    process: subprocess.Popen[bytes]
    reader: Reader
    started: float
    quiet: float = 0.75
    """Seconds without work after which it is settled."""

    def first(self, page: str) -> float:
        """Return the seconds from the start to the first answer for a page."""
        while not self.reader.get(page):
            self._check(self.started)
            time.sleep(OFTEN)
        return time.perf_counter() - self.started

    def settle(self) -> float:
        """Wait until there is nothing left to do; return the moment at which the last work ended."""
        idle, began = IdleWatch(self.process.pid, self.quiet), time.perf_counter()
        while not idle.is_idle():
            self._check(began)
            time.sleep(SAMPLE)
        return time.perf_counter() - self.quiet

    def wait(self, page: str, shows: Callable[[str], bool]) -> float | None:
        """GET a page until it shows what it should; return the moment, or None if the server is long idle."""
        idle, began = IdleWatch(self.process.pid, PATIENCE * self.quiet), time.perf_counter()
        while not idle.is_idle():
            asked = time.perf_counter()
            if shows(self.reader.get(page)):
                return time.perf_counter()
            self._check(began)
            time.sleep(min(SELDOM, max(OFTEN, 0.02 * (asked - began))))
        return None

    def _check(self, began: float) -> None:
        if self.process.poll() is not None:
            raise SystemExit(f"the server ended with {self.process.returncode}")
        if time.perf_counter() > began + LIMIT:
            raise SystemExit(f"the server had no answer, or was not idle, in {LIMIT:.0f} s")


@contextlib.contextmanager
def serving(site: Site, log: Path, quiet: float = 0.75) -> Iterator[Server]:
    """Serve a site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("ab") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*site.serve, "--port", str(port)], cwd=site.folder, env=environment(), stdout=sink, stderr=sink,
            start_new_session=True,
        )  # fmt: skip
    reader = Reader(port)
    try:
        yield Server(process, reader, started, quiet)
    finally:
        reader.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
