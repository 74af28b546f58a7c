"""What a run costs: wall clock, CPU and peak memory, of a process and all that it starts.

Where there is `/proc`, memory is RSS of a process that is alone, and PSS summed where there are several, so
that what they share counts once. CPU is summed over all of them too, also over those for which nobody waits.
Elsewhere only the process itself and those that it waited for are counted.
"""

from __future__ import annotations

import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MIB = 1024 * 1024
EVERY = 0.05
"""Seconds between looks at the processes."""
SHARE = 50
"""A look may take this part of the time at most; those at large processes are rarer."""
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PROC = Path("/proc/self/task").is_dir()


@dataclass(frozen=True)
class Cost:
    """Seconds of wall clock and of CPU, peak memory in MiB."""

    seconds: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Run:
    """A program that ran to its end."""

    cost: Cost
    output: str


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    pids = [pid]
    for known in pids:
        try:
            for task in os.listdir(f"/proc/{known}/task"):  # noqa: PTH208 - called twenty times a second
                pids += map(int, Path(f"/proc/{known}/task/{task}/children").read_text().split())
        except OSError:  # it has ended
            continue
    return pids


def memory(pids: Sequence[int]) -> float:
    """MiB that processes hold now."""
    if len(pids) == 1:
        return _field(pids[0], "status", "VmRSS:")
    return sum(_field(pid, "smaps_rollup", "Pss:") for pid in pids)


def _field(pid: int, file: str, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def cpu(pid: int) -> float | None:
    """Seconds of CPU that a process has used; None once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / TICKS


class Meter:
    """Watches a process and all below it from a thread, until `stop`."""

    def __init__(self, pid: int, on_look: Callable[[float, float], None] | None = None) -> None:
        """`on_look` is told the seconds of CPU used so far and the MiB held now."""
        self.peak = 0.0
        self._pid, self._on_look = pid, on_look
        self._used: dict[int, float] = {}
        self._done, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        if PROC:
            self._thread.start()

    @property
    def cpu(self) -> float:
        """Seconds of CPU that all of them have used, as far as was seen."""
        return sum(self._used.values())

    def stop(self) -> None:
        """Look a last time."""
        self.look()
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Look once."""
        with self._lock:
            pids = tree(self._pid) if PROC else []
            for pid in pids:
                self._used[pid] = max(cpu(pid) or 0.0, self._used.get(pid, 0.0))
            held = memory(pids)
            self.peak = max(self.peak, held)
            if self._on_look is not None:
                self._on_look(self.cpu, held)

    def _watch(self) -> None:
        pause = EVERY
        while not self._done.wait(pause):
            started = time.thread_time()  # not the time that others have the core
            self.look()
            pause = max(EVERY, SHARE * (time.thread_time() - started))


def run(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Run:
    """Run a program to its end; raises `SystemExit` with its output where it fails."""
    if hasattr(os, "sync"):
        os.sync()  # what earlier runs wrote is not to be paid by this one
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # after the start: it may have grown
        meter = Meter(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # a measurement that is stopped leaves nothing that disturbs the next one
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
    own = usage.ru_utime + usage.ru_stime
    most = usage.ru_maxrss if usage.ru_maxrss > held else 0  # it begins with what this process held
    unit = 1024 if sys.platform != "darwin" else MIB
    return Run(Cost(seconds, max(own, meter.cpu), max(meter.peak, most / unit)), output)


def median(costs: Sequence[Cost]) -> dict[str, float]:
    """The medians of several runs, for a file of results."""
    found = {
        name: statistics.median(asdict(cost)[name] for cost in costs) for name in ("seconds", "cpu", "memory")
    }
    walls = [cost.seconds for cost in costs]
    return {**found, "least": min(walls), "most": max(walls), "runs": len(costs)}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and extremes."""
    ordered = sorted(values)
    rank = math.ceil(0.95 * len(ordered))
    return {
        "p50": statistics.median(ordered), "p95": ordered[rank - 1], "most": ordered[-1],
        "count": len(ordered),
    }  # fmt: skip
