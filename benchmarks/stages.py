"""Build a folder of clippings and tell what each stage costs: seconds, CPU and peak memory of all processes.

    python benchmarks/stages.py CLIPPINGS [--site FOLDER] [--workers N] [--json FILE]

`--site` is where the site and its cache go; run again on the same folder it shows a build that has little to
do. Without it, both are thrown away. Seconds are those in which the main process was in a stage: worker
processes may be busy with another one meanwhile, and their CPU counts for the stage in which the main process
is at that time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import importlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from measure import Meter

STARTED = time.perf_counter()
OFTEN = "render lists"
"""A stage that comes a thousand times: its CPU and memory are seen by the way only."""
STAGES = (
    ("generator.engine.site_index", "discover", "discover"),
    ("generator.engine.safeguards", "discover", "discover"),
    ("generator.engine.build", "unchanged", "see whether to build"),
    ("generator.engine.site_index", "gathered", "gather"),
    ("generator.engine.site_index", "applied", "picks"),
    ("generator.engine.site_index", "digest_of", "group"),
    ("generator.engine.site_index", "stories_of", "stories"),
    ("generator.engine.site_index", "Stories", "stories"),
    ("generator.engine.site_index", "Stories.told", "stories"),
    ("generator.engine.render_context", "plan", "plan"),
    ("generator.engine.render_context", "RenderContext", "plan"),
    ("generator.engine.writing", "planned", "plan and fingerprints"),
    ("generator.engine.writing", "OutputStatus", "compare with the disk"),
    ("generator.engine.writing", "put", "render"),
    ("generator.engine.writing", "listed_html", OFTEN),
    ("generator.output.write", "Transaction.commit", "write"),
    ("generator.engine.writing", "OutputStatus.remember", "remember"),
    ("generator.engine.writing", "remember", "remember"),
)
"""Module, function and the stage that it is; some stages are several functions, or were another one once. The
time of what is not there goes to the stage around it."""
TASKS = {"look": "look", "learn": "learn", "read": "read", "make": "render articles"}
"""What tasks of worker processes are called."""
REST = "the rest"


class Clock:
    """Which stage the build is in, and what each has cost."""

    def __init__(self) -> None:
        self.stage = "start"
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.memory: dict[str, float] = {}
        self._since = STARTED
        self._used = 0.0
        self.meter = Meter(os.getpid(), self._looked)

    def enter(self, stage: str) -> str:
        """Begin a stage; the one before."""
        now, before = time.perf_counter(), self.stage
        self.seconds[before] = self.seconds.get(before, 0.0) + now - self._since
        self.stage, self._since = stage, now
        return before

    def _looked(self, used: float, held: float) -> None:
        """Take down what a `Meter` saw."""
        stage = self.stage
        self.cpu[stage] = self.cpu.get(stage, 0.0) + max(0.0, used - self._used)
        self.memory[stage] = max(self.memory.get(stage, 0.0), held)
        self._used = max(used, self._used)

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """A function during which the build is in a stage."""

        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes
            self._look_at(stage)
            before = self.enter(stage)
            try:
                return function(*arguments, **named)
            finally:
                self._look_at(stage)
                self.enter(before)

        return run

    def _look_at(self, stage: str) -> None:
        if stage != OFTEN:
            self.meter.look()

    def waits(self, results: Iterator[Any], stage: str) -> Iterator[Any]:
        """Results of workers: while one is waited for the build is in a stage, and not while it is used."""
        while True:
            before = self.enter(stage)
            try:
                one = next(results, self)
            finally:
                self.enter(before)
            if one is self:
                return
            yield one


Timed = Callable[[Callable[..., Any], str], Callable[..., Any]]


def hang(table: Iterable[tuple[str, str, str]], timed: Timed) -> list[str]:
    """Time the functions of a table; the names of stages of which none is there."""
    found, names = set(), set()
    for module, path, stage in table:
        *inside, name = path.split(".")
        names.add(stage)
        try:
            holder = functools.reduce(getattr, inside, importlib.import_module(module))
            function = getattr(holder, name)
        except (ImportError, AttributeError):
            continue
        found.add(stage)
        if isinstance(function, type):  # its making is the stage
            function.__init__ = timed(function.__init__, stage)  # type: ignore[misc]
        else:
            setattr(holder, name, timed(function, stage))
    return sorted(names - found)


def build(content: Path, folder: Path, workers: int, clock: Clock) -> str:
    """Build a site; what came of it."""
    from generator.config.loading import load
    from generator.config.options import Options, silent
    from generator.engine.build import build as build_site
    from generator.parallel.workers import Workers

    class Timed(Workers):
        """Workers whose tasks are stages."""

        def run(
            self,
            task: Callable[[Sequence[Any]], Iterable[Any]],
            work: Iterable[Sequence[Any]],
            meanwhile: Iterable[None] = (),
            *,
            budget: Any = None,  # noqa: ANN401 - as it comes
        ) -> Generator[Any, None, None]:
            """Do a task for every batch."""
            name = getattr(getattr(task, "func", task), "__name__", "work")
            results = super().run(task, work, meanwhile, budget=budget)
            yield from clock.waits(results, TASKS.get(name, name))

    site = load(
        folder / "digest.toml",
        content=content.absolute(),
        output=folder / "public",
        base_url="https://digest.example/",
    )
    options = Options(as_of=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), future=True)
    clock.enter(REST)
    with Timed(workers) as pool:
        report = build_site(site, options, silent, workers=pool).report
        clock.meter.look()
    pages = report.pages
    read = f"{report.found:,} found, {report.published:,} published"
    return f"{read}, {pages.written:,} written, {pages.kept:,} kept"


def table(rows: Iterable[dict[str, Any]]) -> str:
    """The stages for people."""
    form = "{stage:24} {seconds:8.2f} {cpu:8.2f} {memory:7.0f} {share:6.1%}"
    head = f"{'stage':24} {'s':>8} {'CPU s':>8} {'MiB':>7} {'share':>6}"
    return "\n".join([head, *(form.format_map(row) for row in rows)])


def stages(content: Path, folder: Path, workers: int | None = None) -> dict[str, Any]:
    """Build, and tell the cost of each stage in the order in which they began."""
    from generator.parallel.workers import cores

    clock, count = Clock(), workers or cores()
    folder.mkdir(parents=True, exist_ok=True)
    missing = hang(STAGES, clock.timed)
    closing = build(content, folder, count, clock)
    clock.enter("end")
    clock.meter.stop()
    total = sum(clock.seconds.values())
    rows = [
        {
            "stage": stage,
            "seconds": seconds,
            "cpu": clock.cpu.get(stage, 0.0),
            "memory": clock.memory.get(stage, 0.0),
            "share": seconds / total,
        }
        for stage, seconds in sorted(clock.seconds.items(), key=lambda item: item[0] == REST)
    ]
    whole = {
        "stage": "all",
        "seconds": total,
        "cpu": clock.meter.cpu,
        "memory": clock.meter.peak,
        "share": 1.0,
    }
    return {"closing": closing, "workers": count, "rows": [*rows, whole], "missing": missing}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--site", type=Path, metavar="FOLDER")
    parser.add_argument("--workers", type=int, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there too.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-stages-") as folder:
        found = stages(arguments.content, arguments.site or Path(folder), arguments.workers)
    print(f"{found['closing']}; {found['workers']} workers")
    print(table(found["rows"]))
    if found["missing"]:
        print("not found, and so part of the stage around it: " + ", ".join(found["missing"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
