"""Time `serve`: its first page, a save until it shows, and a thousand clippings changed at once.

    python benchmarks/edits.py CLIPPINGS --work FOLDER [--edits 50] [--changed 1000] [--json FILE]

FOLDER gets a site and links to the clippings, which themselves stay as they are. A save is the renaming of a
file; it shows at the first GET (one every 5 ms) that has the new title. An answer that ends early, or is no
whole page, counts as bad.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import math
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from measure import Meter, cpu, spread, tree
from ours import Generator, chosen, environment, is_editable, prepare, save, token

EVERY = 0.005
LIMIT = 60.0
"""Seconds after which a page is given up; the first one may take a whole build."""
FIRST = 3600.0


class Reader:
    """A reader of the server's pages, over one connection."""

    def __init__(self, port: int) -> None:
        self.bad = 0
        self.status = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, page: str) -> str | None:
        """A page; None where there is none (yet)."""
        try:
            self._connection.request("GET", page)
            answer = self._connection.getresponse()
            text = answer.read().decode(errors="replace")
        except http.client.IncompleteRead:
            text, self.bad = "", self.bad + 1
            self._connection.close()
            return None
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        self.status = answer.status
        if answer.status != 200:
            return None
        if "</html>" not in text:
            self.bad += 1
            return None
        return text

    def is_gone(self, page: str) -> bool:
        """Whether there is no such page: another title can make a clipping lose its own."""
        return self.get(page) is None and self.status == 404

    def wait(
        self, page: str, word: str, process: subprocess.Popen[bytes], limit: float = LIMIT
    ) -> float | None:
        """When a page first had a word, on `perf_counter`; None where it has not within a time."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            text = self.get(page)
            if text is not None and word in text:
                return time.perf_counter()
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            time.sleep(EVERY)
        return None


@contextlib.contextmanager
def serving(site: Generator, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], Reader, float]]:
    """A server of a site, a reader, and when it was started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("ab") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(
            site.serve(port),
            cwd=site.folder,
            env=environment(),
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    reader = Reader(port)
    try:
        yield process, reader, started
    finally:
        reader.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def settle(pid: int) -> None:
    """Wait until a server has nothing more to do."""
    quiet, before, end = 0, -1.0, time.perf_counter() + FIRST
    while quiet < 2 and time.perf_counter() < end:
        time.sleep(0.5)
        used = sum(cpu(one) or 0.0 for one in tree(pid))
        quiet = quiet + 1 if 0 <= used - before < 0.03 else 0
        before = used


def saves(
    site: Generator, clippings: Sequence[str], server: tuple[subprocess.Popen[bytes], Reader], pause: float
) -> dict[str, Any]:
    """Edit clippings one by one; milliseconds until their own and their day's pages show it."""
    process, reader = server
    late: dict[str, list[float]] = {"article": [], "day": []}
    never: list[str] = []
    for clipping in clippings:
        own, day = site.pages(clipping)
        listed = Path(own).name in (reader.get(day) or "")  # a day shows the first ten of a source
        mark = token()
        saved = save(site, clipping, mark)
        for kind, page in (("article", own), *([("day", day)] if listed else [])):
            seen = reader.wait(page, mark, process)
            if seen is not None:
                late[kind].append(1000 * (seen - saved))
            elif not reader.is_gone(page):
                never.append(page)
        time.sleep(pause + 0.7 * (time.perf_counter() - saved))
    return {**{kind: spread(values) for kind, values in late.items() if values}, "never": never}


def checkout(
    site: Generator, clippings: Sequence[str], server: tuple[subprocess.Popen[bytes], Reader]
) -> dict[str, Any]:
    """Change clippings at one go; seconds from the first one until every page that shows one is right."""
    process, reader = server
    mark = token()
    due: dict[str, None] = {}
    for clipping in clippings:
        *own, day = site.pages(clipping)
        if own and is_editable(site, clipping):
            due |= {own[0]: None, **({day: None} if Path(own[0]).name in (reader.get(day) or "") else {})}
    started = time.perf_counter()
    for clipping in clippings:
        save(site, clipping, mark)
    written = seen = time.perf_counter()
    never: list[str] = []
    for page in reversed(due):
        right = reader.wait(page, mark, process, 1 if never else LIMIT)
        never += [page] if right is None else []
        seen = right or seen
    never = [page for page in never if not reader.is_gone(page)]
    return {"seconds": seen - started, "writing": written - started, "pages": len(due), "never": never}


def measure(
    site: Generator, log: Path, *, edits: int, changed: int = 0, starts: int = 3, pause: float = 0.3
) -> dict[str, Any]:
    """All that there is to time of one server; before the last `starts` one may have to build everything."""
    clippings = site.clippings()
    able = (one for one in chosen(clippings, 6 * edits) if len(site.pages(one)) == 2)
    picked = chosen([one for one in able if is_editable(site, one)], edits)
    page = site.pages(picked[0])[-1]
    first = []
    for _ in range(starts):
        with serving(site, log) as (process, reader, started):
            first.append((reader.wait(page, "<", process, FIRST) or math.inf) - started)
            settle(process.pid)
    with serving(site, log) as (process, reader, started):
        first.append((reader.wait(page, "<", process, FIRST) or math.inf) - started)
        settle(process.pid)
        meter = Meter(process.pid)
        found = saves(site, picked, (process, reader), pause)
        if changed:
            middle = max(0, (len(clippings) - changed) // 2)
            settle(process.pid)
            found["checkout"] = checkout(site, clippings[middle : middle + changed], (process, reader))
        meter.stop()
    warm = statistics.median(first[1:] or first)
    return {**found, "start": first[0], "warm": warm, "memory": meter.peak, "bad": reader.bad}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    yield f"first page, first start {found['start']:8.2f} s"
    yield f"first page, warm cache  {found['warm']:8.2f} s"
    for kind in ("article", "day"):
        if kind in found:
            one = found[kind]
            late = f"{one['p50']:8.0f} ms p50 {one['p95']:8.0f} ms p95"
            yield f"a save → its {kind:10} {late}   ({one['count']} saves)"
    if "checkout" in found:
        one = found["checkout"]
        yield f"many changed at once    {one['seconds']:8.2f} s until {one['pages']} pages are right"
    never = len(found["never"]) + len(found.get("checkout", {}).get("never", ()))
    yield f"peak memory             {found['memory']:8.0f} MiB"
    yield f"bad answers {found['bad']}, pages never right {never}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there too.")
    arguments = parser.parse_args()
    site = prepare(arguments.work / "site", arguments.content)
    changed = min(arguments.changed, len(site.clippings()))
    log = arguments.work / "serve.log"
    found = measure(site, log, edits=arguments.edits, changed=changed)
    print("\n".join(lines(found)))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
