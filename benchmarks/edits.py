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
from ours import Generator, chosen, environment, prepare, save, token

EVERY = 0.005
LIMIT = 600.0
"""Seconds after which a page is given up."""


class Reader:
    """A reader of the server's pages, over one connection."""

    def __init__(self, port: int) -> None:
        self.bad = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

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
        if answer.status != 200:
            return None
        if "</html>" not in text:
            self.bad += 1
            return None
        return text

    def wait(self, page: str, word: str, process: subprocess.Popen[bytes]) -> float:
        """When a page first had a word, on `perf_counter`."""
        end = time.perf_counter() + LIMIT
        while time.perf_counter() < end:
            text = self.get(page)
            if text is not None and word in text:
                return time.perf_counter()
            if process.poll() is not None:
                raise SystemExit(f"the server ended with {process.returncode}")
            time.sleep(EVERY)
        raise SystemExit(f"{page} did not show {word} in {LIMIT:.0f} s")


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
    try:
        yield process, Reader(port), started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def settle(pid: int) -> None:
    """Wait until a server has nothing more to do."""
    quiet, before, end = 0, -1.0, time.perf_counter() + LIMIT
    while quiet < 2 and time.perf_counter() < end:
        time.sleep(0.5)
        used = sum(cpu(one) or 0.0 for one in tree(pid))
        quiet = quiet + 1 if 0 <= used - before < 0.03 else 0
        before = used


def first_page(site: Generator, page: str, log: Path) -> float:
    """Seconds from the start of a server to its first page."""
    with serving(site, log) as (process, reader, started):
        return reader.wait(page, "<", process) - started


def saves(
    site: Generator, clippings: Sequence[str], server: tuple[subprocess.Popen[bytes], Reader], pause: float
) -> dict[str, Any]:
    """Edit clippings one by one; milliseconds until their own and their day's pages show it."""
    process, reader = server
    late: dict[str, list[float]] = {"article": [], "day": []}
    for clipping in clippings:
        own, day = site.pages(clipping)
        listed = Path(own).name in (reader.get(day) or "")  # a day shows the first ten of a source
        mark = token()
        saved = save(site, clipping, mark)
        for kind, page in (("article", own), *([("day", day)] if listed else [])):
            late[kind].append(1000 * (reader.wait(page, mark, process) - saved))
        time.sleep(pause + 0.7 * (time.perf_counter() - saved))
    return {kind: spread(values) for kind, values in late.items() if values}


def checkout(
    site: Generator, clippings: Sequence[str], server: tuple[subprocess.Popen[bytes], Reader]
) -> dict[str, float]:
    """Change clippings at one go; seconds from the first one until every page that shows one is right."""
    process, reader = server
    mark = token()
    due: dict[str, list[str]] = {}
    for clipping in clippings:
        *own, day = site.pages(clipping)
        if own:
            due.setdefault(own[0], []).append(mark)
            due.setdefault(day, [])
    started = time.perf_counter()
    for clipping in clippings:
        save(site, clipping, mark)
    written = time.perf_counter()
    for page in reversed(list(due)):
        reader.wait(page, mark, process)
    return {"seconds": time.perf_counter() - started, "writing": written - started, "pages": len(due)}


def measure(
    site: Generator, log: Path, *, edits: int, changed: int = 0, starts: int = 3, pause: float = 0.3
) -> dict[str, Any]:
    """All that there is to time of one server; before the last `starts` one may have to build everything."""
    clippings = site.clippings()
    with_page = [one for one in chosen(clippings, 6 * edits) if len(site.pages(one)) == 2]
    picked = chosen(with_page, edits)
    page = site.pages(picked[0])[-1]
    first = []
    for _ in range(starts):
        with serving(site, log) as (process, reader, started):
            first.append(reader.wait(page, "<", process) - started)
            settle(process.pid)
    with serving(site, log) as (process, reader, started):
        first.append(reader.wait(page, "<", process) - started)
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
    yield f"peak memory             {found['memory']:8.0f} MiB; bad answers: {found['bad']}"


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
