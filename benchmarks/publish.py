"""Measure `broadsheet publish`: a first publish, one with nothing to do, and a day's edition.

    python benchmarks/publish.py FOLDER ADDRESS [--files N] [--rclone REMOTE:BUCKET/PREFIX]

FOLDER is created. It holds a site of N generated files (20,000), which is published to ADDRESS. With
`--rclone`, `rclone sync` brings the same folder to another place each time. Set AWS_ENDPOINT_URL for a server
of your own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from generator.output import manifest, names

WORDS = [f"word{number}" for number in range(5000)]
DAY_ARTICLES, DAY_OTHERS = 200, 700
"""The files of a day's edition: new articles, and lists that change."""


def main() -> None:
    """Parse arguments, generate the site and measure."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("folder", type=Path)
    parser.add_argument("address")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rclone", metavar="PLACE")
    given = parser.parse_args()
    output = given.folder.absolute() / "public"
    output.mkdir(parents=True)
    (given.folder / "digest.toml").touch()
    digests = dict(pages(output, given.files, random.Random(1)))  # noqa: S311 - words, not secrets
    write_manifest(output, digests)
    ours = [sys.executable, "-m", "generator", "publish", given.address, "--yes"]
    rclone = [
        "rclone",
        "sync",
        "--checksum",
        "--transfers=16",
        "--checkers=16",
        str(output),
        given.rclone or "",
    ]
    print(f"{len(digests):,} files")
    for name in ("first", "nothing", "day"):
        if name == "day":
            digests |= day(output, digests)
            write_manifest(output, digests)
        measure(f"{name}, ours", ours, given.folder)
        if given.rclone:
            measure(f"{name}, rclone", rclone, given.folder)


def pages(output: Path, count: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Write pages of some 9 kB, and yield path and digest of each."""
    for number in range(count):
        folder = f"articles/{number % 997:03}" if number % 3 else f"sources/{number % 701}/{number}"
        yield write(output, f"{folder}/{number}.html", chance)


def day(output: Path, digests: dict[str, str]) -> dict[str, str]:
    """Write the files of another day."""
    chance = random.Random(2)  # noqa: S311 - words, not secrets
    changed = [path for path in digests if path.startswith("sources/")][:DAY_OTHERS]
    new = [f"articles/{number % 997:03}/new-{number}.html" for number in range(DAY_ARTICLES)]
    return dict(write(output, path, chance) for path in (*new, *changed))


def write(output: Path, path: str, chance: random.Random) -> tuple[str, str]:
    """Write a page of random words."""
    data = ("<!doctype html><p>" + " ".join(chance.choices(WORDS, k=1000))).encode()
    (output / path).parent.mkdir(parents=True, exist_ok=True)
    (output / path).write_bytes(data)
    return path, manifest.digest(data)


def write_manifest(output: Path, digests: dict[str, str]) -> None:
    """Write the record of the build."""
    built = manifest.Manifest(as_of=dt.date(2024, 7, 3), files=digests)
    (output / names.MANIFEST).write_bytes(manifest.encode(built))


def measure(name: str, command: list[str], folder: Path) -> None:
    """Run a command and print its time, CPU and peak memory."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {command}")
    print(row(name, time.perf_counter() - started, usage))


def row(name: str, seconds: float, usage: resource.struct_rusage) -> str:
    """Return a line of the table."""
    cpu = usage.ru_utime + usage.ru_stime
    return f"{name:18} {seconds:8.2f} s {cpu:8.2f} s CPU {usage.ru_maxrss / 1024:7.0f} MiB"


if __name__ == "__main__":
    main()
