"""Score the cleaning of clippings on labelled ones, also with each kind of evidence left out.

    python benchmarks/cleaning.py CONTENT LABELS.jsonl [LABELS.jsonl ...] [--ablation]

A label is a line of JSON: `path` below CONTENT; `main`, `optional` and `title`, which blocks of the body are
the article, may stay or repeat the title (counted from 0); `link_only`, whether nothing readable is left.
The score is that of text extraction: precision and recall over groups of five letters.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from measure import parser

from generator.config.site import Config
from generator.model.types import Clipping, Verdict
from generator.reading import discover, prose
from generator.reading.article import article_of, origin_of
from generator.reading.boilerplate import Cleaning, evidence, judge
from generator.reading.boilerplate.families import Families, built_in
from generator.reading.boilerplate.repeats import learn, samples
from generator.reading.frontmatter import read_clipping
from generator.reading.rules import rules_of
from generator.reading.text import bare

LETTERS = 5
RULES = rules_of(Config())
Clippings = Mapping[str, Clipping]


class Label(msgspec.Struct, frozen=True):
    """What a person says about a clipping."""

    path: str
    main: tuple[int, ...]
    optional: tuple[int, ...]
    title: tuple[int, ...]
    link_only: bool


def score(labels: Iterable[Label], clippings: Clippings, way: Cleaning) -> str:
    """Clean labelled clippings; return F1, precision, recall, and how many links were found or missed."""
    found: list[tuple[float, float, float]] = []
    links: Counter[tuple[bool, bool]] = Counter()
    for label in labels:
        reading = article_of(clippings[label.path], RULES, way)
        links[label.link_only, reading.article is None or reading.article.verdict is Verdict.LINK] += 1
        if not label.link_only:
            found.append(compared(label, clippings[label.path].body, reading.text))
    f1, precision, recall = map(statistics.fmean, zip(*found, strict=True))
    right, wrong, missed = links[True, True], links[False, True], links[True, False]
    link = f"link: {right} right, {wrong} wrong, {missed} missed"
    return f"F1 {f1:.4f}  P {precision:.3f}  R {recall:.3f}  {link}"


def compared(label: Label, body: str, text: str) -> tuple[float, float, float]:
    """Return F1, precision and recall of a cleaned text."""
    blocks = [one.strip("\n") for one in re.split(r"\n(?:[^\S\n]*\n)+", body.strip("\n")) if one.strip()]
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


def groups(text: str) -> Counter[str]:
    """Return all groups of five letters of a text, without markup and targets of links."""
    letters = bare(prose.plain_text(text))
    return Counter(letters[n : n + LETTERS] for n in range(len(letters) - LETTERS + 1))


def ways(clippings: Clippings) -> Iterator[tuple[str, Cleaning]]:
    """Yield ways of cleaning; the first uses everything."""
    origins = filter(None, (origin_of(one, RULES) for one in clippings.values()))
    learned = {key: learn(clippings[path].body for path in paths) for key, paths in samples(origins).items()}
    lexicons = built_in().lexicons
    general = Families(tuple(one for one in lexicons if one.family.everywhere or one.family.byline))
    yield "all", Cleaning(families=built_in(), learned=learned)
    yield "without learning", Cleaning(families=built_in())
    yield "without families", Cleaning(families=general, learned=learned)


def main() -> None:
    """Read labels and clippings, and print the scores."""
    arguments = parser(__doc__)
    arguments.add_argument("content", type=Path)
    arguments.add_argument("labels", type=Path, nargs="+")
    arguments.add_argument("--ablation", action="store_true")
    given = arguments.parse_args()
    paths = discover(given.content, ()).paths
    clippings = {path: one for path in paths if (one := read_clipping(given.content, path)[0])}
    decode = msgspec.json.Decoder(Label).decode_lines
    files = {file.stem: decode(file.read_bytes()) for file in given.labels}
    found, everything = [*ways(clippings)], evidence.EVIDENCE
    runs = [(kind, way, everything) for kind, way in found]
    for left_out, _, _ in everything if given.ablation else ():
        rest = tuple(row for row in everything if row[0] != left_out)
        runs.append((f"without {left_out}", found[0][1], rest))
    for kind, way, rows in runs:
        setattr(judge, "EVIDENCE", rows)  # noqa: B010 - a constant except here
        for name, labels in files.items():
            print(f"{name:12} {kind:28} {score(labels, clippings, way)}")


if __name__ == "__main__":
    main()
