"""Time whole builds of a folder of clippings, each in a new process: seconds, CPU and peak memory.

    python benchmarks/build.py CLIPPINGS --work FOLDER [--runs 3] [--workers N] [--json FILE]

*Cold* has no output and no cache; *unchanged* is the same command again; *edited* comes after one clipping
got another title. Medians of several runs; one that takes a minute is not repeated. FOLDER gets the site and
links to the clippings, which themselves stay as they are. Let it be new and in a folder of its own: for
minutes after many files were deleted, ext4 takes ten times as long to make others near them. For the same
reason nothing is deleted here.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from measure import Cost, median, run
from ours import Generator, chosen, environment, is_editable, prepare, save, token

LONG = 60.0


def cold(site: Generator, out: Path) -> Cost:
    """Build from nothing; what an earlier build left is put aside, beside it."""
    for path in (out, site.folder / ".broadsheet", site.folder / "resources"):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.old-{time.time_ns()}"))
    return again(site)


def again(site: Generator) -> Cost:
    """Build."""
    return run(site.build(), site.folder, environment()).cost


def after_an_edit(site: Generator, clipping: str) -> Cost:
    """Edit a clipping and build."""
    save(site, clipping, token())
    return again(site)


def in_turns(runs: int, *builds: Callable[[int], Cost]) -> list[dict[str, float]]:
    """The medians of some runs of each build, which take turns: no machine is always as fast."""
    costs = [[once(0)] for once in builds]
    for number in range(1, runs):
        for once, own in zip(builds, costs, strict=True):
            if own[0].seconds < LONG:
                own.append(once(number))
    return [*map(median, costs)]


def repeat(runs: int, once: Callable[[int], Cost]) -> dict[str, float]:
    """The medians of some runs."""
    [found] = in_turns(runs, once)
    return found


def colds(sites: Sequence[tuple[Generator, Path]], runs: int) -> list[dict[str, float]]:
    """The medians of cold builds of several generators, each with its output."""
    return in_turns(runs, *[lambda _, own=own: cold(*own) for own in sites])


def size(folder: Path) -> dict[str, float]:
    """Files and MiB in a folder."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return {"files": len(sizes), "mib": sum(sizes) / 1024**2}


def measure(
    site: Generator,
    out: Path,
    runs: int,
    kinds: Sequence[str] = ("unchanged", "edited"),
    known: dict[str, float] | None = None,
) -> dict[str, Any]:
    """Cold builds, unless their medians are `known`, and then those over what the last one left."""
    found: dict[str, Any] = {"cold": known or repeat(runs, lambda _: cold(site, out)), "out": size(out)}
    if "unchanged" in kinds:
        found["unchanged"] = repeat(runs, lambda _: again(site))
    if "edited" in kinds:
        clippings = chosen(
            [one for one in chosen(site.clippings(), 9 * runs) if is_editable(site, one)], runs
        )
        found["edited"] = repeat(runs, lambda number: after_an_edit(site, clippings[number]))
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """The figures for people."""
    rows = [f"{'build':10} {'s':>8} {'CPU s':>8} {'MiB':>7}"]
    for kind, one in found.items():
        if kind != "out":
            spread = f"({one['runs']} runs, {one['least']:.2f} to {one['most']:.2f} s)"
            rows.append(f"{kind:10} {one['seconds']:8.2f} {one['cpu']:8.2f} {one['memory']:7.0f}   {spread}")
    rows.append(f"{found['out']['files']:,} files of {found['out']['mib']:.0f} MiB")
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there too.")
    arguments = parser.parse_args()
    site = prepare(arguments.work / "site", arguments.content, arguments.workers)
    found = measure(site, site.out, arguments.runs)
    print("\n".join(lines(found)))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
