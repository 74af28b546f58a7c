"""Time what makes an article of a clipping's file, step by step, on a folder of clippings.

    python benchmarks/reading.py CONTENT [--clippings 1000] [--passes 5]

Of many clippings, every so-manieth is taken, and bodies as they are: cleaning them is not timed. All steps
are timed in turn, in CPU time, and the best of the passes counts: that of the least disturbed one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from generator.model.ids import path_id
from generator.reading import prose
from generator.reading.article import article_of, origin_of
from generator.reading.files import file_bytes
from generator.reading.fingerprint import fingerprint_of
from generator.reading.frontmatter import clipping_in, clipping_of
from generator.reading.language import language_of, reading_minutes
from generator.reading.mojibake import restoration
from generator.reading.rules import Rules
from generator.reading.text import decode

RULES = Rules(zone=dt.UTC, languages=("en", "zh-Hans"), default_language="en")
One = TypeVar("One")


def each(step: Callable[[One], object], things: Iterable[One]) -> Callable[[], None]:
    """Take a step with each thing, and keep nothing of it."""
    known = list(things)

    def taken() -> None:
        for one in known:
            step(one)

    return taken


def steps(content: Path, paths: list[str]) -> dict[str, Callable[[], None]]:
    """What is timed, by what is printed of it."""
    found = [(path, file_bytes(content, path)) for path in paths]
    files = [(path, raw) for path, raw in found if isinstance(raw, bytes)]
    texts = [(path, decode(raw)[0]) for path, raw in files]
    clippings = [clipping_in(path, raw)[0] for path, raw in files]
    bodies = [clipping.body for clipping in clippings]
    glances = list(map(prose.opening_words, bodies))
    return {
        "file_bytes": each(lambda path: file_bytes(content, path), paths),
        "clipping_in": each(lambda one: clipping_in(*one), files),
        "  decode": each(lambda one: decode(one[1]), files),
        "  restoration": each(lambda one: restoration(one[1]), texts),
        "  clipping_of": each(lambda one: clipping_of(*one), texts),
        "origin_of": each(lambda clipping: origin_of(clipping, RULES), clippings),
        "article_of, not cleaned": each(lambda clipping: article_of(clipping, RULES), clippings),
        "  fingerprint_of": each(fingerprint_of, bodies),
        "  glance": each(prose.opening_words, bodies),
        "  language_of": each(lambda text: language_of(text, RULES.languages), glances),
        "  excerpt_of": each(prose.excerpt_of, bodies),
        "  reading_minutes": each(lambda body: reading_minutes(prose.without_targets(body)), bodies),
        "  path_id": each(path_id, paths),
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("content", type=Path)
    parser.add_argument("--clippings", type=int, default=1000)
    parser.add_argument("--passes", type=int, default=5)
    arguments = parser.parse_args()
    found = sorted(path.relative_to(arguments.content).as_posix() for path in arguments.content.rglob("*.md"))
    paths = found[:: max(1, len(found) // arguments.clippings)][: arguments.clippings]
    if not paths:
        raise SystemExit("there are no clippings")
    timed = steps(arguments.content, paths)
    best = dict.fromkeys(timed, float("inf"))
    for _ in range(arguments.passes):
        for name, step in timed.items():
            start = time.process_time()
            step()
            best[name] = min(best[name], time.process_time() - start)
    print(f"{len(paths)} of {len(found)} clippings; µs a clipping, best of {arguments.passes}")
    for name, seconds in best.items():
        print(f"{name:26} {seconds / len(paths) * 1e6:7.1f}")


if __name__ == "__main__":
    main()
