"""Kill builds at random moments, build again, and compare what is there with a clean build.

    python benchmarks/killing.py CLIPPINGS --work FOLDER [--kills 200] [--count 200] [--seed 4]

In turn a cold build, one after some changes, and `build --watch` amid changes are killed (SIGKILL), each at
some moment of its usual time; a few are faster. Clippings get other titles, are moved, and go and come back.
Meanwhile pages and feeds are read all the time. The next build has to leave the bytes of a clean one, and no
other files. Exits with 1 if anything was wrong.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from pathlib import Path

from measure import parser

from sites import Site, edit, environment, is_editable, prepare, spaced, token

FILES = ("index.html", "sources/index.html", "feed.atom.xml", "feed.json", "sitemap.xml")
OWN = re.compile(r"\.gitignore|cache-[0-9a-f]+\.sqlite")
KINDS = ("cold", "edited", "watched")


class Reader(threading.Thread):
    """Reads pages, feeds and lists all the time, and records what is not whole."""

    def __init__(self, output: Path) -> None:
        super().__init__(daemon=True)
        self._output, self._is_over = output, threading.Event()
        self.reads = 0
        self.bad: list[str] = []
        self.expects_all = False
        """Whether all files exist, so that a missing one is bad too."""

    def run(self) -> None:
        """Read until told to stop."""
        while not self._is_over.wait(0.001):
            for path in FILES:
                try:
                    data = (self._output / path).read_bytes()
                except OSError:
                    self.bad += [f"{path} (missing)"] if self.expects_all else []
                    continue
                self.reads += 1
                self.bad += [] if _is_whole(path, data) else [path]

    def stop(self) -> None:
        """Let the last reading end."""
        self._is_over.set()
        self.join()


def _is_whole(path: str, data: bytes) -> bool:
    try:
        if path.endswith(".xml"):
            ET.fromstring(data)  # noqa: S314 - of our own making
        elif path.endswith(".json"):
            json.loads(data)
        else:
            return data.lower().startswith(b"<!doctype html>") and data.rstrip().endswith(b"</html>")
    except (ET.ParseError, ValueError):
        return False
    return True


def files_of(folder: Path) -> dict[str, bytes]:
    """Return path → bytes of all files in a folder."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() or file.is_symlink())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def finished(site: Site) -> float:
    """Build to the end; return the seconds. Raises `CalledProcessError` if the build fails."""
    started = time.perf_counter()
    subprocess.run(site.build, cwd=site.folder, env=environment(), check=True)
    return time.perf_counter() - started


def change(site: Site, clipping: str, chance: random.Random) -> None:
    """Edit a clipping, move it, or put it away; if it was moved or put away, undo that."""
    file = site.file(clipping)
    moved, away = file.with_stem(f"{file.stem} moved"), site.folder.parent / "away" / clipping
    for elsewhere in (moved, away):
        if elsewhere.exists():
            elsewhere.replace(file)
            return
    target = chance.choice((file, file, moved, away))
    if target == file:
        edit(site, clipping, token())
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)


def kill(site: Site, kind: str, after: float, edits: list[str], chance: random.Random) -> bool:
    """Start a build and kill it after some seconds; return whether it was still at work."""
    command = [*site.build, *(["--watch"] if kind == "watched" else [])]
    process = subprocess.Popen(command, cwd=site.folder, env=environment())
    until = time.perf_counter() + after
    while kind == "watched" and edits and time.perf_counter() < until:
        time.sleep(min(0.05, after / 4))
        change(site, edits.pop(), chance)
    time.sleep(max(0.0, until - time.perf_counter()))
    is_at_work = process.poll() is None
    process.kill()
    process.wait()
    return is_at_work


def faults_of(site: Site) -> list[str]:
    """Return how what is there differs from what a clean build leaves."""
    folder = site.folder.with_name("clean")
    folder.mkdir()
    (folder / "digest.toml").touch()
    command = [*site.build, "--content", str(site.content)]
    clean = replace(site, folder=folder, out=folder / "public", build=command)
    finished(clean)
    wanted, there = files_of(clean.out), files_of(site.out)
    shutil.rmtree(folder)
    own = (path.name for path in site.caches.iterdir())
    return [
        *(f"{path} is missing" for path in sorted(wanted.keys() - there.keys())),
        *(f"{path} is a stray file" for path in sorted(there.keys() - wanted.keys())),
        *(f"{path} differs" for path in sorted(wanted.keys() & there.keys()) if wanted[path] != there[path]),
        *(f".broadsheet/{name} is a stray file" for name in sorted(own) if not OWN.fullmatch(name)),
    ]


def killed(site: Site, kills: int, chance: random.Random, reader: Reader) -> tuple[Counter[str], list[str]]:
    """Kill builds; return how many of each kind, and what the next build left wrong."""
    counts: Counter[str] = Counter()
    faults: list[str] = []
    editable = [one for one in site.clippings() if is_editable(site, one)]
    usual = {"cold": finished(site), "edited": finished(site)}
    usual["watched"] = 3 * usual["cold"]
    for number in range(kills):
        kind = KINDS[number % len(KINDS)]
        reader.expects_all = kind != "cold"
        if kind == "cold":
            shutil.rmtree(site.out)
            shutil.rmtree(site.caches)
        edits = chance.sample(editable, min(len(editable), chance.randint(1, 20)))
        for clipping in edits if kind == "edited" else ():
            change(site, clipping, chance)
        counts[kind if kill(site, kind, chance.uniform(0, usual[kind]), edits, chance) else "too late"] += 1
        took = finished(site)
        if kind == "edited":
            usual[kind] = max(took, usual[kind])
        found = faults_of(site)
        faults += [f"kill {number} ({kind}): {fault}" for fault in found]
        print(f"{number + 1}/{kills} {kind}: {len(found)} faults", flush=True)
    return counts, faults


def main() -> int:
    """Kill, and print what was found."""
    arguments = parser(__doc__)
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=4)
    given = arguments.parse_args()
    site = prepare(given.work / "site", given.clippings, 0, given.workers or 2)
    for clipping in set(site.clippings()) - set(spaced(site.clippings(), given.count or 200)):
        site.file(clipping).unlink()
    reader = Reader(site.out)
    reader.start()
    chance = random.Random(given.seed)  # noqa: S311 - the same every time
    counts, faults = killed(site, given.kills, chance, reader)
    reader.stop()
    print("\n".join(faults))
    print(f"killed: {dict(counts)}; faults: {len(faults)}; {reader.reads:,} reads, {len(reader.bad)} bad")
    return 1 if faults or reader.bad else 0


if __name__ == "__main__":
    sys.exit(main())
