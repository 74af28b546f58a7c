"""Time whole builds of a folder of clippings: wall clock, CPU and peak memory, medians of several runs.

    python benchmarks/build.py CONTENT [--config digest.toml] [--runs 3]

Every run is a new process with an empty output folder ("cold"), then one more over the same output ("again").
Machines are noisy: compare medians, and only figures of one session.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Run:
    """The cost of one process: seconds of wall clock and CPU, peak resident memory in MiB."""

    def __init__(self, command: list[str]) -> None:
        """Run a command to its end; raises `SystemExit` with its output where it fails."""
        started = time.perf_counter()
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.perf_counter() - started
            self.cpu = usage.ru_utime + usage.ru_stime
            self.memory = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
            log.seek(0)
            self.output = log.read().decode("utf-8", "replace")
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{self.output}")


def measure(content: Path, config: Path | None, runs: int) -> dict[str, list[Run]]:
    """Build `runs` times into fresh folders, each followed by a build that finds everything done."""
    found: dict[str, list[Run]] = {"cold": [], "again": []}
    command = [sys.executable, "-m", "generator", "build", "--content", str(content)]
    command += ["--base-url", "https://digest.example/", "--as-of", "2026-01-01"]
    command += ["--config", str(config)] if config else []
    with tempfile.TemporaryDirectory(prefix="broadsheet-benchmark-") as folder:
        for number in range(runs):
            for kind in found:
                found[kind].append(Run([*command, "--output", f"{folder}/{number}"]))
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    found = measure(arguments.content, arguments.config, arguments.runs)
    print(found["cold"][-1].output.strip().splitlines()[-1])
    print(
        f"{'build':8} {'wall s':>8} {'CPU s':>8} {'MiB':>8}   (medians of {arguments.runs}; wall from … to)"
    )
    for kind, runs in found.items():
        walls = sorted(run.wall for run in runs)
        middle = [statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "memory")]
        figures = f"{middle[0]:8.2f} {middle[1]:8.2f} {middle[2]:8.0f}"
        print(f"{kind:8} {figures}   ({walls[0]:.2f} … {walls[-1]:.2f})")


if __name__ == "__main__":
    main()
