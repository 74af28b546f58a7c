"""Kill builds at random moments, run each again, and hold what stands then against a clean build.

    python benchmarks/killing.py CLIPPINGS --work FOLDER [--kills 200] [--articles 200] [--seed 4]

In turn a cold build, one after some changes, and `build --watch` amid changes are killed (SIGKILL), each at
some moment of its usual time; a few are faster. Clippings get other titles, are moved, and go and come back.
Meanwhile pages and feeds are read all the time. The next build has to leave the bytes of a clean one, and no
other files. Ends with 1 where something was not right.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from ours import Broadsheet, chosen, environment, is_editable, prepare, save, token

FILES = ("index.html", "sources/index.html", "feed.atom.xml", "feed.json", "sitemap.xml")
OWN = re.compile(r"\.gitignore|cache-[0-9a-f]+\.sqlite")
KINDS = ("cold", "edited", "watched")


class Reader(threading.Thread):
    """Reads pages, feeds and lists all the time, and notes what is not whole."""

    def __init__(self, output: Path) -> None:
        super().__init__(daemon=True)
        self._output, self._is_over = output, threading.Event()
        self.reads = 0
        self.bad: list[str] = []
        self.expects = False
        """Whether all pages stand there, so that a missing one is bad too."""

    def run(self) -> None:
        """Read until told to stop."""
        while not self._is_over.wait(0.001):
            for path in FILES:
                try:
                    data = (self._output / path).read_bytes()
                except OSError:
                    if self.expects:
                        self.bad.append(f"{path} (gone)")
                    continue
                self.reads += 1
                if not _is_whole(path, data):
                    self.bad.append(path)

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


@dataclass
class Outcome:
    """What came of all kills."""

    killed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    done: int = 0
    """Builds that were faster."""
    faults: list[str] = field(default_factory=list)


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() or file.is_symlink()
    }


def finished(site: Broadsheet) -> float:
    """Build to the end; the seconds that it took. Raises `CalledProcessError` where it fails."""
    started = time.perf_counter()
    subprocess.run(site.build(), cwd=site.folder, env=environment(), check=True)
    return time.perf_counter() - started


def change(site: Broadsheet, clipping: str, chance: random.Random) -> None:
    """Edit a clipping, move it, or put it away; of one that was moved or put away the same undone."""
    file = site.post(clipping)
    moved, away = file.with_stem(f"{file.stem} moved"), site.folder.parent / "away" / clipping
    for elsewhere in (moved, away):
        if elsewhere.exists():
            elsewhere.replace(file)
            return
    target = chance.choice((file, file, moved, away))
    if target == file:
        save(site, clipping, token())
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)


def kill(site: Broadsheet, kind: str, after: float, edits: list[str], chance: random.Random) -> bool:
    """Start a build, kill it after some seconds; whether it was still at work."""
    command = [*site.build(), "--watch"] if kind == "watched" else site.build()
    process = subprocess.Popen(command, cwd=site.folder, env=environment())
    until = time.perf_counter() + after
    while kind == "watched" and edits and time.perf_counter() < until:
        time.sleep(min(0.05, after / 4))
        change(site, edits.pop(), chance)
    time.sleep(max(0.0, until - time.perf_counter()))
    is_at_work = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return is_at_work


def compared(site: Broadsheet) -> list[str]:
    """How what stands differs from what a clean build leaves."""
    clean = site.clean()
    finished(clean)
    wanted, there = files_of(clean.out), files_of(site.out)
    shutil.rmtree(clean.folder)
    own = {path.name for path in (site.folder / ".broadsheet").iterdir()}
    return [
        *(f"{path} is missing" for path in sorted(wanted.keys() - there.keys())),
        *(f"{path} is a stray file" for path in sorted(there.keys() - wanted.keys())),
        *(f"{path} differs" for path in sorted(wanted.keys() & there.keys()) if wanted[path] != there[path]),
        *(f".broadsheet/{name} is a stray file" for name in sorted(own) if not OWN.fullmatch(name)),
    ]


def killed(site: Broadsheet, kills: int, chance: random.Random, reader: Reader) -> Outcome:
    """Kill builds, and see what the next one makes of it."""
    outcome, editable = Outcome(), [one for one in site.clippings() if is_editable(site, one)]
    usual = {"cold": finished(site), "edited": finished(site)}
    usual["watched"] = 3 * usual["cold"]
    for number in range(kills):
        kind = KINDS[number % len(KINDS)]
        reader.expects = kind != "cold"
        if kind == "cold":
            shutil.rmtree(site.out)
            shutil.rmtree(site.folder / ".broadsheet")
        edits = chance.sample(editable, chance.randint(1, 20))
        if kind == "edited":
            for clipping in edits:
                change(site, clipping, chance)
        if kill(site, kind, chance.uniform(0, usual[kind]), edits, chance):
            outcome.killed[kind] += 1
        else:
            outcome.done += 1
        took = finished(site)
        if kind == "edited":
            usual[kind] = max(took, usual[kind])
        faults = compared(site)
        outcome.faults += [f"kill {number} ({kind}): {fault}" for fault in faults]
        print(f"{number + 1}/{kills} {kind}: {len(faults)} faults", flush=True)
    return outcome


def main() -> int:
    """Kill, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    site = prepare(arguments.work / "site", arguments.content, arguments.workers)
    for clipping in set(site.clippings()) - set(chosen(site.clippings(), arguments.articles)):
        site.post(clipping).unlink()
    reader = Reader(site.out)
    reader.start()
    chance = random.Random(arguments.seed)  # noqa: S311 - no secret
    outcome = killed(site, arguments.kills, chance, reader)
    reader.stop()
    print("\n".join(outcome.faults))
    print(
        f"killed: {outcome.killed}, done before: {outcome.done}; faults: {len(outcome.faults)};"
        f" {reader.reads:,} reads, {len(reader.bad)} bad"
    )
    return 1 if outcome.faults or reader.bad else 0


if __name__ == "__main__":
    sys.exit(main())
