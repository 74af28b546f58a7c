"""Turn results of `all.py` into plots (SVG) and the figures of `docs/performance.md`.

    python benchmarks/plots.py RESULTS.json [--docs docs]

The same results give the same bytes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bars import sentence, value
from drawing import figure, growth, shares

BEGIN, END = "<!-- figures: benchmarks/plots.py writes what stands between here -->", "<!-- and here -->"
NAMES = {"ours": "Broadsheet", "hugo": "Hugo"}
MADE_UP = "recent pages only"
TITLES = {
    "cold": "Cold build, wall clock",
    "memory": "Cold build, peak memory",
    "unchanged": "Nothing changed, a new process",
    "serve": "serve: from a save to the article",
    "stages": "Where a cold build spends its time",
}
Results = Mapping[str, Any]


def measured(results: Results, what: str) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Generator, size and figures of all builds, or of all that was served."""
    for size in sorted(map(int, results["sizes"])):
        for name in NAMES:
            if one := results["sizes"][str(size)].get(f"{name} {what}"):
                yield name, size, one


def is_made_up(results: Results, size: int) -> bool:
    """Whether clippings of a size were made up, and got pages where they are recent only."""
    return bool(results["sizes"][str(size)].get("made up"))


def series(results: Results, kind: str, field: str) -> dict[str, list[tuple[float, float]]]:
    """One figure of all builds of a kind, by generator and size."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, size, one in measured(results, "build"):
        if kind in one:
            line = MADE_UP if is_made_up(results, size) else NAMES[name]
            found.setdefault(line, []).append((size, one[kind][field]))
    return found


def latencies(results: Results) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of saves until the article shows them, by generator, part and size."""
    found: dict[str, list[tuple[float, float]]] = {}
    for part in ("p50", "p95"):
        for name, size, one in measured(results, "serve"):
            if "article" in one:
                found.setdefault(f"{NAMES[name]}, {part}", []).append((size, one["article"][part]))
    return found


def plots(results: Results) -> dict[str, str]:
    """All plots for which there are figures, by name."""
    stages = {f"{size:,}": rows for size, rows in staged(results).items()}
    found = {}
    for name, unit, lines in (
        ("cold", "s", series(results, "cold", "seconds")),
        ("memory", "MiB", series(results, "cold", "memory")),
        ("unchanged", "s", series(results, "unchanged", "seconds")),
        ("serve", "ms", latencies(results)),
    ):
        if lines:
            found[name] = growth(TITLES[name], unit, lines)
    if stages:
        found["stages"] = shares(TITLES["stages"], stages)
    return found


def staged(results: Results) -> dict[int, Sequence[Mapping[str, Any]]]:
    """The stages of cold builds by size, without their sum."""
    sizes = sorted(map(int, results["sizes"]))
    known = ((size, results["sizes"][str(size)].get("ours stages")) for size in sizes)
    return {size: one["rows"][:-1] for size, one in known if one}


# --- tables -----------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; a column whose head ends with `:` holds words."""
    marks = ["---" if name.endswith(":") else "--:" for name in head]
    lines = [[name.removesuffix(":") for name in head], marks, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def build_table(results: Results) -> str:
    """Whole builds, and how ours stand to the other's."""
    columns = [("cold", "seconds"), ("cold", "cpu"), ("cold", "memory")]
    columns += [("unchanged", "seconds"), ("unchanged", "cpu"), ("edited", "seconds"), ("edited", "cpu")]
    rows = []
    for name, size, one in measured(results, "build"):
        cells = []
        for kind, field in columns:
            got = value(results, size, f"{name} build", kind, field)
            beside = value(results, size, "hugo build", kind, field) if name == "ours" else None
            ratio = f" ({figure(got / beside)} ×)" if got is not None and beside else ""
            cells.append("–" if got is None else figure(got) + ratio)
        note = ", made up" if is_made_up(results, size) else ""
        rows.append([f"{size:,}{note}", NAMES[name], *cells, f"{one['out']['files']:,}", runs(one)])
    head = ["clippings", ":", "cold, s", "CPU, s", "peak, MiB", "unchanged, s", "CPU, s"]
    return table([*head, "one edited, s", "CPU, s", "files", "runs"], rows)


def runs(one: Mapping[str, Any]) -> str:
    """How often builds ran whose medians are shown."""
    counts = sorted({kind["runs"] for kind in one.values() if "runs" in kind})
    return "–".join(str(count) for count in dict.fromkeys((counts[0], counts[-1])))


def serve_table(results: Results) -> str:
    """What servers took to show things."""
    rows = []
    for name, size, one in measured(results, "serve"):
        late = [f"{one[k]['p50']:.0f} / {one[k]['p95']:.0f}" if k in one else "–" for k in ("article", "day")]
        saves = str(min((one[k]["count"] for k in ("article", "day") if k in one), default=0))
        many = f"{one['checkout']['seconds']:.1f}" if "checkout" in one else "–"
        faults = str(len(one["never"]) + one["bad"])
        first = figure(one["warm"])
        rows.append([f"{size:,}", NAMES[name], first, *late, saves, many, figure(one["memory"]), faults])
    head = ["clippings", ":", "first page, s", "save → article, p50 / p95, ms", "→ day, ms", "saves"]
    return table([*head, "1,000 at once, s", "peak, MiB", "faults"], rows)


def stage_table(stages: Mapping[int, Sequence[Mapping[str, Any]]]) -> str:
    """The stages of cold builds: seconds and share."""
    names = dict.fromkeys(row["stage"] for rows in stages.values() for row in rows)
    by_stage = {size: {row["stage"]: row for row in rows} for size, rows in stages.items()}
    rows = []
    for name in names:
        found = [by_stage[size].get(name) for size in stages]
        if any(row and row["share"] >= 0.005 for row in found):
            cells = [f"{figure(row['seconds'])} ({row['share']:.0%})" if row else "–" for row in found]
            rows.append([name, *cells])
    return table(["stage:", *(f"{size:,}, s" for size in stages)], rows)


# --- the page ---------------------------------------------------------------------------------------


def figures(results: Results, names: Sequence[str]) -> Iterator[str]:
    """The paragraphs of the page."""
    yield results["said"] + (f" {results['note']}" if results.get("note") else "")
    yield sentence(results)
    yield build_table(results)
    if any(measured(results, "serve")):
        yield serve_table(results)
    yield from (f"![{TITLES[name]}](performance/{name}.svg)" for name in names)
    if stages := staged(results):
        yield "Stages of a cold build, without those in them:"
        yield stage_table(stages)


def write(results: Results, docs: Path) -> None:
    """Write the plots, and the figures into the page."""
    folder = docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = plots(results)
    for name, svg in drawn.items():
        (folder / f"{name}.svg").write_text(svg, "utf-8")
    page = docs / "performance.md"
    before, begin, after = page.read_text("utf-8").partition(BEGIN)
    if not begin or END not in after:
        raise SystemExit(f"{page}: the lines are missing between which the figures belong")
    parts = "\n\n".join(figures(results, [*drawn]))
    page.write_text(f"{before}{BEGIN}\n\n{parts}\n\n{END}{after.partition(END)[2]}", "utf-8")


def main() -> None:
    """Write plots and figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, metavar="RESULTS.json")
    parser.add_argument("--docs", type=Path, default=Path(__file__).resolve().parent.parent / "docs")
    arguments = parser.parse_args()
    write(json.loads(arguments.results.read_text()), arguments.docs)


if __name__ == "__main__":
    main()
