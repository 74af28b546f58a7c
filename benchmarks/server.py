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
from dataclasses import dataclass, field
from pathlib import Path

from measure import cpu_of, is_blocked, tree

from sites import Site, environment

OFTEN, SELDOM = 0.005, 0.1
"""Seconds between two GETs: at first, and after some seconds."""
SAMPLE, IDLE = 0.25, 0.1
"""A server is idle while it uses at most this share of a core; sampled at this interval."""
PATIENCE = 20
"""A page that is not shown is given up after so many times the seconds that a settled server is idle."""


class Reader:
    """Reads the server's pages, over one connection."""

    def __init__(self, port: int) -> None:
        self.bad = 0
        """Answers that were cut off."""
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, page: str) -> str:
        """Return a page; empty if there is none (yet), or if it is no whole page."""
        is_known = self.connection.sock is not None
        try:
            self.connection.request("GET", page)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            is_cut = isinstance(error, http.client.IncompleteRead)
            self.bad += is_cut
            return self.get(page) if is_known and not is_cut else ""  # servers hang up after some seconds
        is_cut = "html" in answer.headers.get("content-type", "") and "</html>" not in text
        self.bad += is_cut and answer.status == 200
        return "" if is_cut or answer.status != 200 else text


@dataclass(frozen=True)
class Server:
    """A running server, and its reader."""

    process: subprocess.Popen[bytes]
    reader: Reader
    started: float = field(default_factory=time.perf_counter)
    quiet: float = 0.75
    """Seconds without work after which it is settled."""

    def first(self, page: str) -> float:
        """Return the seconds from the start to the first answer for a page."""
        while not self.reader.get(page):
            self._check()
            time.sleep(OFTEN)
        return time.perf_counter() - self.started

    def settle(self) -> float:
        """Wait until there is nothing left to do; return the moment at which the last work ended."""
        for is_idle in self._idle(self.quiet):
            if is_idle:
                break
            time.sleep(SAMPLE)
        return time.perf_counter() - self.quiet

    def wait(self, page: str, shows: Callable[[str], bool]) -> float | None:
        """GET a page until it shows what it should; return the moment, or None if the server is long idle."""
        began = time.perf_counter()
        for is_idle in self._idle(PATIENCE * self.quiet):
            asked = time.perf_counter()
            if shows(self.reader.get(page)):
                return time.perf_counter()
            if is_idle:
                break
            time.sleep(min(SELDOM, max(OFTEN, 0.02 * (asked - began))))
        return None

    def _idle(self, needed: float) -> Iterator[bool]:
        """Yield whether the process and all its descendants have been idle for some seconds."""
        idle, sampled, used = 0.0, time.perf_counter(), sum(map(cpu_of, tree(self.process.pid)))
        while True:
            if (passed := time.perf_counter() - sampled) >= SAMPLE:
                pids = tree(self.process.pid)
                more, sampled = sum(map(cpu_of, pids)) - used, sampled + passed
                # less CPU than before: one of them has ended
                is_idle = 0 <= more <= IDLE * passed and not any(map(is_blocked, pids))
                idle, used = idle + passed if is_idle else 0.0, used + more
            self._check()
            yield idle >= needed

    def _check(self) -> None:
        if self.process.poll() is not None:
            raise SystemExit(f"the server ended with {self.process.returncode}")


@contextlib.contextmanager
def serving(site: Site, log: Path, quiet: float = 0.75) -> Iterator[Server]:
    """Serve a site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    started = time.perf_counter()
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [*site.serve, "--port", str(port)], cwd=site.folder, env=environment(), stdout=sink, stderr=sink,
            start_new_session=True,
        )  # fmt: skip
    server = Server(process, Reader(port), started, quiet)
    try:
        yield server
    finally:
        server.reader.connection.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
