"""Score the cleaning of clippings on labelled ones, leave each evidence out in turn, and time it.

    python benchmarks/cleaning.py CONTENT LABELS.jsonl [LABELS.jsonl ...] [--ablation] [--time]

A label is a line of JSON: `path` below CONTENT; `main`, `optional` and `title`, which blocks of the body are
the article, may stay or repeat the title (counted from 0); `link_only`, whether nothing readable is left.
The score is that of text extraction: precision and recall over groups of five letters.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from generator.config.site import Config
from generator.engine.document_table import rules_of
from generator.model.types import Clipping, Verdict
from generator.reading import discover, prose
from generator.reading.article import article_of, origin_of
from generator.reading.boilerplate import Cleaning, evidence, judge
from generator.reading.boilerplate.families import Families, built_in
from generator.reading.boilerplate.remaining import remaining
from generator.reading.boilerplate.repeats import Origin, Repeats, learn, samples
from generator.reading.frontmatter import read_clipping
from generator.reading.language import language_of
from generator.reading.rules import Rules
from generator.reading.text import bare

LETTERS = 5


class Label(msgspec.Struct, frozen=True):
    """What a person says of one clipping."""

    path: str
    main: tuple[int, ...]
    optional: tuple[int, ...]
    title: tuple[int, ...]
    link_only: bool


class Score(msgspec.Struct, frozen=True):
    """How well a way of cleaning does on labels."""

    f1: float
    precision: float
    recall: float
    links: tuple[int, int, int]
    """Articles without text: found rightly, found wrongly, missed."""

    def __str__(self) -> str:
        right, wrong, missed = self.links
        return (
            f"F1 {self.f1:.3f}  P {self.precision:.3f}  R {self.recall:.3f}  "
            f"link: {right} right, {wrong} wrong, {missed} missed"
        )


def groups(text: str) -> Counter[str]:
    """All runs of five letters of a text, without marks and targets of links."""
    letters = bare(prose.plain_text(text))
    return Counter(letters[n : n + LETTERS] for n in range(len(letters) - LETTERS + 1))


def score(labels: Iterable[Label], clippings: Mapping[str, Clipping], rules: Rules, way: Cleaning) -> Score:
    """Clean labelled clippings and compare."""
    found: list[tuple[float, float, float]] = []
    links: Counter[tuple[bool, bool]] = Counter()
    for label in labels:
        clipping = clippings[label.path]
        reading = article_of(clipping, rules, way)
        is_link = reading.article is None or reading.article.verdict is Verdict.LINK
        links[label.link_only, is_link] += 1
        if not label.link_only:
            found.append(_compared(label, clipping.body, reading.text))
    f1, precision, recall = (statistics.fmean(column) for column in zip(*found, strict=True))
    return Score(f1, precision, recall, (links[True, True], links[False, True], links[True, False]))


def _compared(label: Label, body: str, text: str) -> tuple[float, float, float]:
    blocks = [
        block.strip("\n") for block in re.split(r"\n(?:[^\S\n]*\n)+", body.strip("\n")) if block.strip()
    ]
    runs: list[list[str]] = []
    for index in sorted(label.main):
        if not runs or index - 1 not in label.main:
            runs.append([])
        runs[-1].append(blocks[index])
    wanted = sum((groups("\n\n".join(run)) for run in runs), Counter[str]())
    around = groups("\n\n".join(blocks[n] for n in sorted({*label.main, *label.optional, *label.title})))
    shown = groups(text)
    right = shown & wanted
    ignored = (shown - right) & (around - wanted)
    precision = right.total() / max(1, shown.total() - ignored.total())
    recall = right.total() / max(1, wanted.total())
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def ablation(
    files: Mapping[str, Sequence[Label]], clippings: Mapping[str, Clipping], rules: Rules, way: Cleaning
) -> None:
    """Print what is lost by each kind of evidence that is left out."""
    everything = evidence.EVIDENCE
    without = msgspec.structs.replace(way, learned={})
    for left_out in ("", *(name for name, _, _ in everything)):
        table = tuple(row for row in everything if row[0] != left_out)
        setattr(judge, "EVIDENCE", table)  # noqa: B010 - a constant, but for this
        cells = [score(labels, clippings, rules, one) for one in (way, without) for labels in files.values()]
        print(
            f"{left_out or 'nothing left out':22}",
            *(f"{cell.f1:.4f} {cell.links}" for cell in cells),
            sep="  ",
        )
    setattr(judge, "EVIDENCE", everything)  # noqa: B010


def timed(
    clippings: Mapping[str, Clipping], origins: Mapping[str, Origin], rules: Rules, way: Cleaning
) -> None:
    """Print how long cleaning, verdict and language take, in milliseconds of processor time an article."""
    taken = []
    for path, clipping in clippings.items():
        reading = article_of(clipping, rules, way)
        if reading.article is None:
            continue
        article = reading.article
        began = time.thread_time_ns()
        left = remaining(clipping.body, article.title, article.url, article.source, origins[path], way)
        language_of(prose.opening_words(left.text), rules.languages)
        language_of(article.title, rules.languages)
        taken.append((time.thread_time_ns() - began) / 1e6)
    print(f"cleaning: median {statistics.median(taken):.3f} ms, mean {statistics.fmean(taken):.3f} ms")


def main() -> None:
    """Read the arguments and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--time", action="store_true")
    arguments = parser.parse_args()
    rules = rules_of(Config())
    clippings, origins = {}, {}
    for path in discover(arguments.content, ()).paths:
        clipping, _ = read_clipping(arguments.content, path)
        if clipping is not None and (origin := origin_of(clipping, rules)):
            clippings[path], origins[path] = clipping, origin
    way = Cleaning(families=built_in(), learned=_learned(clippings, origins.values()))
    ways = {
        "all": way,
        "without learning": msgspec.structs.replace(way, learned={}),
        "without families": msgspec.structs.replace(way, families=_general()),
    }
    files = {
        file.stem: [_label(line) for line in file.read_text("utf-8").splitlines() if line]
        for file in arguments.labels
    }
    for name, labels in files.items():
        for kind, one in ways.items():
            print(f"{name:12} {kind:18} {score(labels, clippings, rules, one)}")
    if arguments.ablation:
        ablation(files, clippings, rules, way)
    if arguments.time:
        timed(clippings, origins, rules, way)


def _learned(clippings: Mapping[str, Clipping], origins: Iterable[Origin]) -> dict[tuple[str, int], Repeats]:
    chosen = samples(origins)
    return {key: learn(clippings[path].body for path in paths) for key, paths in chosen.items()}


def _general() -> Families:
    """The families for all pages, and WeChat's, without those of single sites."""
    return Families(tuple(one for one in built_in().lexicons if one.family.everywhere or one.family.byline))


def _label(line: str) -> Label:
    return msgspec.convert(
        {key: value for key, value in json.loads(line).items() if key in Label.__struct_fields__}, Label
    )


if __name__ == "__main__":
    main()
