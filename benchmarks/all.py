"""Measure everything that `docs/performance.md` shows, Hugo beside it where it is given, and write the page.

    python benchmarks/all.py --clippings FOLDER --work FOLDER
        [--hugo PROGRAM --hugo-site FOLDER] [--sizes 1000 10000 50000 143500] [--docs docs]

The clippings are taken in the order of their paths, and repeated where there are too few (`corpus.py`). A
million of them are made up instead, and only read and planned: recent ones get pages, and nothing is served.
Large sizes are built once, and serve ten saves of each kind.

What is measured stands in WORK/results.json at once, and is not measured again: a run that was stopped goes
on where it was. Let WORK be new, and in a top-level folder of its own (`build.py` tells why); 143,500
clippings need some 10 GB. `--sizes 1000 10000` takes some minutes, the rest an hour on two cores.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import build
import corpus
import edits
import measure
import ours
import peers
import plots

LARGE = 50_000
"""From here on everything is built once, and a checkout is timed where that is asked for only. The other's
builds after an edit and most of its saves are left out: each is a whole build."""
COLD = 7
"""Cold builds of smaller sizes, in turns with the other's: their times are what is compared."""
RECENT = 'articles = "recent"\n'
"""The settings of a site of made-up clippings."""


class Results:
    """A file of results, which grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"sizes": {}}

    def once(self, size: int, name: str, work: Callable[[], Any]) -> None:
        """Measure something unless it has been."""
        at = self.found["sizes"].setdefault(str(size), {})
        if name in at:
            return
        started = time.perf_counter()
        print(f"{size:,}: {name} …", flush=True)
        at[name] = work()
        print(f"{size:,}: {name} took {time.perf_counter() - started:.0f} s", flush=True)
        self.save()

    def save(self) -> None:
        """Write it."""
        spare = self._file.with_suffix(".spare")
        spare.write_text(json.dumps(self.found, indent=1) + "\n")
        spare.replace(self._file)


def said(hugo: Path | None) -> str:
    """What was measured, and on what."""
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=ours.ROOT,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    except OSError:  # there is no git
        head = ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    machine = f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.system()}"
    other = ""
    if hugo:
        version = subprocess.run([hugo, "version"], capture_output=True, text=True, check=True).stdout.split()
        other = f", beside Hugo {version[1].split('-')[0].removeprefix('v')}"
    day = dt.datetime.now(dt.UTC).date()
    return (
        f"Measured on {day} at {head or 'no commit'}{other}: {machine}, Python {platform.python_version()}."
    )


def measured(arguments: argparse.Namespace, results: Results, size: int) -> None:
    """Measure everything with some number of clippings."""
    work, large = arguments.work / str(size), size >= LARGE
    clippings, runs = work / "clippings", 1 if large else arguments.runs
    once = partial(results.once, size)
    once("clippings", lambda: corpus.write(clippings, corpus.repeated(arguments.clippings, size)))
    site = ours.prepare(work / "ours", clippings, arguments.workers)
    hugo = peers.Hugo(arguments.hugo, work / "hugo", clippings)
    sites: list[tuple[ours.Generator, Path]] = [(site, site.out)]
    if arguments.hugo:
        once("hugo posts", lambda: peers.prepare(hugo, arguments.hugo_site))
        sites.append((hugo, hugo.out))
    once("cold builds", lambda: build.colds(sites, 1 if large else COLD))
    own, *others = results.found["sizes"][str(size)]["cold builds"]
    for other in others:
        kinds = ["unchanged"] if large else ["unchanged", "edited"]
        once("hugo build", partial(build.measure, hugo, hugo.out, runs, kinds, other))
    once("ours build", lambda: build.measure(site, site.out, runs, known=own))
    once("ours stages", lambda: stages(work, clippings, arguments.workers))
    if size in arguments.no_serve:
        return
    if arguments.hugo:
        saves = 2 if large else min(10, arguments.edits)
        once("hugo serve", lambda: edits.measure(hugo, work / "hugo.log", edits=saves, starts=0))
    saves, starts = (min(10, arguments.edits), 2) if large else (arguments.edits, 3)
    changed = min(1000, size) if not large or size in arguments.checkout else 0
    log = work / "ours.log"
    once("ours serve", lambda: edits.measure(site, log, edits=saves, changed=changed, starts=starts))


def made_up(arguments: argparse.Namespace, results: Results, size: int) -> None:
    """Read and plan made-up clippings, of which recent ones get pages."""
    work = arguments.work / str(size)
    clippings, once = work / "clippings", partial(results.once, size)
    once("clippings", lambda: corpus.write(clippings, corpus.synthetic(size)))
    once("made up", lambda: True)
    site = ours.prepare(work / "ours", clippings, arguments.workers, RECENT)
    once("ours build", lambda: build.measure(site, site.out, 1))


def stages(work: Path, clippings: Path, workers: int | None) -> Any:  # noqa: ANN401 - as JSON has it
    """The stages of a cold build, in a process of its own."""
    file = work / "stages.json"
    program = [sys.executable, str(Path(__file__).with_name("stages.py")), str(clippings)]
    counted = ["--workers", str(workers)] if workers else []
    measure.run(
        [*program, "--site", str(work / "stages"), "--json", str(file), *counted], work, ours.environment()
    )
    return json.loads(file.read_text())


def shown(found: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    for size, one in found["sizes"].items():
        for name, figures in one.items():
            if name.endswith("build"):
                yield "\n".join([f"\n{int(size):,}: {name}", *build.lines(figures)])
            elif name.endswith("serve"):
                yield "\n".join([f"\n{int(size):,}: {name}", *edits.lines(figures)])


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clippings", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--hugo", type=Path, metavar="PROGRAM")
    parser.add_argument("--hugo-site", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 50_000, 143_500], help="Clippings."
    )
    parser.add_argument("--runs", type=int, default=3, help="Builds of each kind; one of large sizes.")
    parser.add_argument("--edits", type=int, default=50, help="Saves of each kind under `serve`; 50.")
    parser.add_argument("--workers", type=int)
    parser.add_argument(
        "--made-up", type=int, nargs="*", default=[1_000_000], metavar="SIZE",
        help="Sizes of made-up clippings, which are built only; without a number there are none.",
    )  # fmt: skip
    parser.add_argument(
        "--no-serve", type=int, nargs="*", default=[], metavar="SIZE", help="Sizes without `serve`."
    )
    parser.add_argument(
        "--checkout", type=int, nargs="*", default=[], metavar="SIZE",
        help="Large sizes at which 1,000 clippings are changed at once too.",
    )  # fmt: skip
    parser.add_argument("--note", help="A sentence for the page, on the machine or what else it did.")
    parser.add_argument(
        "--docs", type=Path, metavar="FOLDER", help="Write performance.md and its plots there."
    )
    arguments = parser.parse_args()
    if bool(arguments.hugo) != bool(arguments.hugo_site):
        parser.error("--hugo and --hugo-site go together")
    for name in ("clippings", "work", "hugo", "hugo_site"):
        given = getattr(arguments, name)
        setattr(arguments, name, given.absolute() if given else None)
    arguments.work.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what is measured is to end too
    results = Results(arguments.work / "results.json")
    results.found["said"] = said(arguments.hugo)
    if arguments.note:
        results.found["note"] = arguments.note
    for size in arguments.sizes:
        (made_up if size in arguments.made_up else measured)(arguments, results, size)
    print("\n".join(shown(results.found)))
    if arguments.docs:
        plots.write(results.found, arguments.docs)


if __name__ == "__main__":
    main()
