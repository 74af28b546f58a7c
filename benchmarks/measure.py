"""What the measurements share: the cost of a process and its descendants, arguments, figures and tables.

Memory is RSS of a single process, and summed PSS of several, so that shared pages count once. CPU includes
descendants that nobody waits for. Without `/proc`, only a process and the children that it waited for count.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MIB = 1024 * 1024
INTERVAL = 0.05
"""Seconds between two samples."""
SHARE = 50
"""Sampling may take one part in this many of the time; samples of large processes are rarer."""
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

Figures = dict[str, dict[str, float]]
"""Kind of build or save → figures."""


class Cost(NamedTuple):
    """Seconds of wall clock and of CPU, and peak memory in MiB."""

    seconds: float
    cpu: float
    memory: float


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    pids = [pid]
    for known in pids:
        with contextlib.suppress(OSError):  # it has ended
            for task in os.listdir(f"/proc/{known}/task"):  # noqa: PTH208 - called twenty times a second
                pids += map(int, Path(f"/proc/{known}/task/{task}/children").read_text().split())
    return pids


def memory_of(pids: Sequence[int]) -> float:
    """Return the MiB that processes hold now."""
    if len(pids) == 1:
        return _field(pids[0], "status", "VmRSS:")
    return sum(_field(pid, "smaps_rollup", "Pss:") for pid in pids)


def _field(pid: int, file: str, name: str) -> float:
    lines = _text(Path(f"/proc/{pid}/{file}")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def _text(file: Path) -> str:
    with contextlib.suppress(OSError):  # the process has ended
        return file.read_text()
    return ""


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process has used; 0 once it has ended."""
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def is_blocked(pid: int) -> bool:
    """Return whether a thread of a process waits for the disk, which takes no CPU."""
    return any(") D " in _text(file) for file in Path(f"/proc/{pid}/task").glob("*/stat"))


class Meter:
    """Samples a process and its descendants from a thread, until `stop`."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._used: dict[int, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def cpu(self) -> float:
        """Seconds of CPU that all of them have used, as far as was sampled."""
        return sum(self._used.values())

    def stop(self) -> None:
        """Take the last sample."""
        self._done.set()
        self._thread.join()
        self._sample()

    def _sample(self) -> None:
        pids = tree(self._pid)
        for pid in pids:
            self._used[pid] = max(cpu_of(pid), self._used.get(pid, 0.0))
        self.peak = max(self.peak, memory_of(pids))

    def _watch(self) -> None:
        pause = INTERVAL
        while not self._done.wait(pause):
            started = time.thread_time()  # not the time for which others have the core
            self._sample()
            pause = max(INTERVAL, SHARE * (time.thread_time() - started))


def run(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a program to its end; raises `SystemExit` with its output if it fails."""
    if hasattr(os, "sync"):
        os.sync()  # this run must not pay for what earlier ones wrote
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # after the start: it may have grown
        meter = Meter(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # an interrupted measurement leaves nothing that disturbs the next one
            process.terminate()
            process.wait()
            raise
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        meter.stop()
        log.seek(0)
        output = log.read().decode("utf-8", "replace")
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {process.returncode}:\n{output[-2000:]}")
    most = usage.ru_maxrss if usage.ru_maxrss > held else 0  # a child starts with this process's peak
    unit = MIB if sys.platform == "darwin" else 1024
    return Cost(seconds, max(usage.ru_utime + usage.ru_stime, meter.cpu), max(meter.peak, most / unit))


def median(costs: Sequence[Cost]) -> dict[str, float]:
    """Return the medians of several runs, in JSON's types."""
    columns = zip(Cost._fields, zip(*costs, strict=True), strict=True)
    return {name: statistics.median(values) for name, values in columns} | {"runs": len(costs)}


def spread(values: Sequence[float | None]) -> dict[str, float]:
    """Return median, 95th percentile and maximum, and how many values are missing, in JSON's types."""
    known = sorted(one for one in values if one is not None)
    ranked = known or [math.nan]
    p95 = ranked[math.ceil(0.95 * len(ranked)) - 1]
    counts = {"count": len(known), "unseen": len(values) - len(known)}
    return {"p50": statistics.median(ranked), "p95": p95, "most": ranked[-1], **counts}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown; a column whose head ends with `:` holds words."""
    marks = ["---" if name.endswith(":") else "--:" for name in head]
    lines = [[name.removesuffix(":") for name in head], marks, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def parser(description: str | None) -> ArgumentParser:
    """Return a parser that shows a script's docstring."""
    return ArgumentParser(description=description, formatter_class=RawDescriptionHelpFormatter)


def site_parser(description: str | None) -> ArgumentParser:
    """Return a parser with the arguments of everything that measures a site."""
    found = parser(description)
    found.add_argument("clippings", type=Path, help="A folder with YYYY/MM/DD/daily/*.md.")
    found.add_argument("--work", type=Path, required=True, metavar="FOLDER", help="A new folder.")
    found.add_argument("--count", type=int, default=0, help="Repeat the clippings up to so many.")
    found.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there too.")
    found.add_argument("--workers", type=int, metavar="N")
    found.add_argument("--hugo", type=Path, metavar="PROGRAM", help="Measure Hugo too.")
    found.add_argument("--hugo-site", type=Path, metavar="FOLDER", help="Hugo's site, see `sites.py`.")
    return found
