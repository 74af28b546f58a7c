"""Tell where the milliseconds of a save go under `serve`: each step, without the watcher and the server.

    python benchmarks/following.py CLIPPINGS --work FOLDER [--edits 50]

A site is built and kept in this process. Clippings get other titles one by one; each is followed, then the
pages that are asked for first are made, the article's own and its day's, and then all others. Phases are wall
clock, and steps CPU, each without the steps in it. FOLDER gets the site and links to the clippings, which
themselves stay as they are.
"""

from __future__ import annotations

import argparse
import datetime as dt
import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import spread
from ours import BASE_URL, Broadsheet, chosen, file_of, is_editable, prepare, save, token
from stages import hang

STEPS = (
    ("generator.engine.followed", "Followed.follow", "follow: the rest"),
    ("generator.engine.rereading", "clippings_among", "follow: look"),
    ("generator.engine.rereading", "look_again", "follow: look again"),
    ("generator.engine.rereading", "read_again", "follow: keep what was read"),
    ("generator.engine.rereading", "documents_to_reread", "later: learn a source's furniture"),
    ("generator.engine.tasks", "read", "follow: read, clean, Markdown"),
    ("generator.engine.impact", "ImpactCheck.is_plain", "follow: may it be followed"),
    ("generator.engine.followed", "Followed._regroup", "follow: regroup, the rest"),
    ("generator.engine.followed", "regrouped", "follow: group"),
    ("generator.grouping.stories", "Stories.change", "follow: stories, change"),
    ("generator.grouping.stories", "Stories.tell", "follow: stories, tell"),
    ("generator.engine.page_index", "PageIndex.change", "follow: plan"),
    ("generator.engine.followed", "Followed._check_deferred", "later: the rest"),
    ("generator.engine.followed", "health_of", "later: health of sources"),
    ("generator.engine.diagnostics", "Diagnostics.change", "follow: describe"),
    ("generator.engine.followed", "RenderContext", "follow: views of lists"),
    ("generator.engine.followed", "page_output", "follow: fingerprints"),
    ("generator.engine.followed", "feed_outputs", "later: fingerprints of feeds"),
    ("generator.engine.followed", "Followed._outdate", "follow: what is out of date"),
    ("generator.engine.stale_queue", "StaleQueue.make", "make: the rest"),
    ("generator.engine.stale_queue", "bytes_of", "make: render"),
    ("generator.output.patch", "Patch.put", "make: put in place"),
)
"""Module, function and the step that it is, as in `stages.py`."""
PHASES = ("follow", "article's page", "day's page", "other pages")


class Steps:
    """What the steps of one save cost, in seconds of CPU."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = [0.0]

    def timed(self, function: Callable[..., Any], step: str) -> Callable[..., Any]:
        """A function whose time is taken down, without that of the timed ones in it."""

        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes
            started = time.thread_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                took = time.thread_time() - started
                self.seconds[step] = self.seconds.get(step, 0.0) + took - self._inside.pop()
                self._inside[-1] += took

        return run


def followed(site: Broadsheet, count: int) -> tuple[list[dict[str, float]], list[dict[str, float]], int]:
    """Milliseconds of the steps and of the phases of each save, and how many asked for a whole build."""
    from generator.config.loading import load
    from generator.config.options import Options, silent
    from generator.config.site import preview_of
    from generator.engine.live import Live

    loaded = preview_of(load(site.folder / "digest.toml", content=site.content, base_url=BASE_URL))
    options = Options(as_of=dt.datetime.now(dt.UTC), future=True)
    live, steps = Live(site.workers or 1), Steps()
    if missing := hang(STEPS, steps.timed):
        print("not found, and so part of the step around it: " + ", ".join(missing))
    live.build(loaded, options, silent, None)
    every, phases, whole = [], [], 0
    able = [one for one in chosen(site.clippings(), 6 * count) if len(site.pages(one)) == 2]
    for clipping in chosen([one for one in able if is_editable(site, one)], count):
        save(site, clipping, token())
        steps.seconds = {}
        moments = [time.perf_counter()]
        _, pages = live.build(loaded, options, silent, frozenset([site.post(clipping)]))
        moments.append(time.perf_counter())
        if pages is None:
            whole += 1
            continue
        for page in site.pages(clipping):
            live.fresh(file_of(Path(), page).as_posix())
            moments.append(time.perf_counter())
        while live.rest() or live.due_in == 0:
            if live.due_in == 0:
                live.build(loaded, options, silent, frozenset())
        moments.append(time.perf_counter())
        every.append({step: 1000 * seconds for step, seconds in steps.seconds.items()})
        phases.append(
            {
                phase: 1000 * (end - began)
                for phase, began, end in zip(PHASES, moments, moments[1:], strict=False)
            }
        )
    live.close()
    return every, phases, whole


def table(rows: list[dict[str, float]]) -> list[str]:
    """Each key with its spread over all saves."""
    names = sorted(
        {name for row in rows for name in row}, key=lambda name: -sum(row.get(name, 0) for row in rows)
    )
    lines = []
    for name in names:
        one = spread([row.get(name, 0.0) for row in rows])
        lines.append(f"{name:38} {one['p50']:8.2f} {one['p95']:8.2f} {one['most']:8.2f}")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path, metavar="CLIPPINGS")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--edits", type=int, default=50)
    arguments = parser.parse_args()
    site = prepare(arguments.work / "site", arguments.content)
    every, phases, whole = followed(site, arguments.edits)
    print(f"{len(every)} saves followed, {whole} asked for a whole build; ms: median, 95th percentile, most")
    print("\n".join([*table(phases), "", *table(every)]))


if __name__ == "__main__":
    main()
