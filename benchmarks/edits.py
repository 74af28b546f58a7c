"""Time `serve`: its first page, a save until it shows, and a thousand clippings changed at once.

    python benchmarks/edits.py CLIPPINGS --work FOLDER [--edits 50] [--changed 1000] [--json FILE]

FOLDER gets a site and links to the clippings, which themselves stay as they are. A save is the renaming of a
file; it shows at the first GET (one every 5 ms) that has the new title. Saves are timed at the article's own
page and at its day's by turns, each once the server has nothing left to do.

Whether a page is right is no matter of time: one that does not show a title once all is quiet is wrong where
a clean build of the same clippings shows it, and has nothing to show elsewhere.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from measure import Meter, run, spread
from ours import Generator, chosen, environment, is_editable, marks_in, prepare, save, token
from served import NONE, QUIET, Due, Server, serving

Save = tuple[str, str, str]
"""`article` or `day`, the clipping, and the page at which its save is timed."""


def is_listed(site: Generator, clipping: str, server: Server) -> bool:
    """Whether the page of a clipping's day leads to its own: of each source it shows the first ones."""
    own, day = site.pages(clipping)
    return Path(own).name in (server.reader.get(day) or "")


def picked(site: Generator, clippings: list[str], server: Server, count: int) -> list[Save]:
    """What to save, at even distances: some to be timed at their own page, as many at their day's."""
    able = [one for one in chosen(clippings, 12 * count) if len(site.pages(one)) == 2]
    able = [one for one in able if is_editable(site, one)]
    days = [one for one in able[1::2] if is_listed(site, one, server)]
    pairs = zip(chosen(able[::2], count), chosen(days, count), strict=False)
    both = ((("article", own), ("day", listed)) for own, listed in pairs)
    return [(kind, one, site.pages(one)[kind == "day"]) for kind, one in chain.from_iterable(both)]


def saves(site: Generator, picks: Iterable[Save], server: Server) -> tuple[dict[str, Any], Due]:
    """Edit clippings one by one; milliseconds until a page shows it, and what was not seen anywhere."""
    late: dict[str, list[float]] = {}
    unseen: dict[str, set[str]] = {}
    for kind, clipping, page in picks:
        server.settle()
        mark = token()
        saved = save(site, clipping, mark)
        when, marks = server.watch({page: {mark}}).get(page, (saved, NONE))
        if mark in marks:
            late.setdefault(kind, []).append(1000 * (when - saved))
        else:
            unseen.setdefault(page, set()).add(mark)
    return {kind: spread(values) for kind, values in late.items()}, unseen


def checkout(site: Generator, clippings: Sequence[str], server: Server) -> tuple[dict[str, Any], Due]:
    """Change clippings at one go; seconds from the first one until every page that shows one is right.

    `reading` are the seconds that it takes to get the same pages when there is nothing else to do.
    """
    marks = {one: token() for one in clippings if is_editable(site, one)}
    due: dict[str, set[str]] = {}
    for clipping, mark in marks.items():
        pages = site.pages(clipping)
        if len(pages) == 2:  # of one without a page nobody knows whether its day shows it
            for page in pages if is_listed(site, clipping, server) else pages[:1]:
                due.setdefault(page, set()).add(mark)
    server.settle()
    started = time.perf_counter()
    for clipping, mark in marks.items():
        save(site, clipping, mark)
    written = time.perf_counter()
    seen = server.watch(due)
    server.settle()
    settled = time.perf_counter()
    shown = {page: server.reader.marks(page) for page in due}
    reading = time.perf_counter() - settled
    latest = settled - QUIET  # of one that came to be right while nobody looked any more
    last = {page: seen.get(page, (latest, NONE)) for page in due if shown[page]}
    right = [when if marks == shown[page] else latest for page, (when, marks) in last.items()]
    took = {"seconds": max(right, default=settled) - started, "writing": written - started}
    return {**took, "reading": reading, "pages": len(due), "changed": len(marks)}, due


def wrong(site: Generator, server: Server, due: Due) -> list[str]:
    """The pages that lack a mark where a clean build has it; there is none where no page lacks any."""
    server.settle()
    lacking = {page: set(marks) - server.reader.marks(page) for page, marks in due.items()}
    if not any(lacking.values()):
        return []
    print(f"a clean build tells whether {sum(map(bool, lacking.values()))} pages are right …", flush=True)
    clean = site.clean()
    run(clean.build(), clean.folder, environment())
    return [page for page, marks in lacking.items() if marks & marks_in(built(clean, page))]


def built(site: Generator, page: str) -> str:
    """A page as it was written; empty where there is none."""
    file = site.file(page)
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def measure(site: Generator, log: Path, *, edits: int, changed: int = 0, starts: int = 3) -> dict[str, Any]:
    """All that there is to time of one server; before the last `starts` one may have to build everything."""
    clippings = site.clippings()
    page = site.pages(clippings[len(clippings) // 2])[-1]
    first = []
    for _ in range(starts):
        with serving(site, log) as server:
            first.append(server.first(page))
            server.settle()
    with serving(site, log) as server:
        first.append(server.first(page))
        server.settle()
        meter = Meter(server.process.pid)
        found, unseen = saves(site, picked(site, clippings, server, edits), server)
        due = {page: set(marks) for page, marks in unseen.items()}
        if changed:
            middle = max(0, (len(clippings) - changed) // 2)
            found["checkout"], more = checkout(site, clippings[middle : middle + changed], server)
            for page, marks in more.items():
                due.setdefault(page, set()).update(marks)
        meter.stop()
        never = wrong(site, server, due)
        bad = server.reader.bad
    warm = statistics.median(first[1:] or first)
    count = sum(map(len, unseen.values()))
    return {
        **found, "start": first[0], "warm": warm, "memory": meter.peak, "bad": bad,
        "unseen": count, "never": never,
    }  # fmt: skip


def lines(found: dict[str, Any]) -> list[str]:
    """The figures for people."""
    rows = [
        f"first page, first start {found['start']:8.2f} s",
        f"first page, warm cache  {found['warm']:8.2f} s",
    ]
    for kind in ("article", "day"):
        if one := found.get(kind):
            late = f"{one['p50']:8.0f} ms p50 {one['p95']:8.0f} ms p95 {one['most']:8.0f} ms at most"
            rows.append(f"a save → its {kind:10} {late}   ({one['count']} saves)")
    if one := found.get("checkout"):
        late = f"{one['seconds']:8.2f} s until {one['pages']} pages are right"
        rows.append(f"{one['changed']} changed at once    {late}; to get them takes {one['reading']:.2f} s")
    rows.append(f"peak memory             {found['memory']:8.0f} MiB")
    never = len(found["never"])
    rows.append(f"bad answers {found['bad']}, saves not seen {found['unseen']}, pages never right {never}")
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--edits", type=int, default=50, help="How many of each kind.")
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the figures there too.")
    arguments = parser.parse_args()
    site = prepare(arguments.work.absolute() / "site", arguments.content)
    changed = min(arguments.changed, len(site.clippings()))
    log = arguments.work / "serve.log"
    found = measure(site, log, edits=arguments.edits, changed=changed, starts=arguments.starts)
    print("\n".join(lines(found)))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
