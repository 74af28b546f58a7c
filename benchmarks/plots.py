"""Turn results of `all.py` into plots (SVG) and the tables of `docs/performance.md`.

python benchmarks/plots.py RESULTS.json [--docs docs]
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: benchmarks/plots.py writes what stands between here -->", "<!-- and here -->"
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 40, 44
COLOURS = (
    "#b3342d", "#2d6cb3", "#c98a1b", "#4d8f4d", "#7a5aa6", "#5f7f8c", "#b06a8f",
    "#8a8a3a", "#d9705f", "#79a8d9", "#e3bd76", "#8fc08f", "#b39ad1", "#555555",
)  # fmt: skip
REST = "#999999"
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 } .title { font-weight: 600 }
.grid { stroke: #ddd } .paper { fill: #fff } .small { font-size: 11px }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .grid { stroke: #444 } .paper { fill: #161616 } }
"""
Series = Mapping[str, Sequence[tuple[float, float]]]
NAMES = {"ours": "Broadsheet", "hugo": "Hugo"}


def drawing(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    """An SVG of its own, which is legible in the dark too."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
    )
    return head + "\n".join([text(LEFT, 22, title, "title"), *parts]) + "\n</svg>\n"


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def growth(title: str, unit: str, series: Series) -> str:
    """Lines over the number of clippings; both axes are logarithmic, so that linear growth is a diagonal."""
    points = [point for one in series.values() for point in one]
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low = 10 ** math.floor(math.log10(min(y for _, y in points)))
    y_high = 10 ** math.ceil(math.log10(max(y for _, y in points)))

    def at(x: float, y: float) -> tuple[float, float]:
        across = math.log(x / x_low) / (math.log(x_high / x_low) or 1)
        up = math.log(y / y_low) / math.log(y_high / y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = []
    for power in range(round(math.log10(y_low)), round(math.log10(y_high)) + 1):
        _, y = at(x_low, 10**power)
        parts += [
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>',
            text(LEFT - 8, y + 4, f"{10**power:,g} {unit}", "small", "end"),
        ]
    for x in sorted({x for x, _ in points}):
        parts.append(text(at(x, y_low)[0], HEIGHT - BOTTOM + 18, f"{x:,.0f}", "small", "middle"))
    last = []
    for colour, (name, one) in zip(COLOURS, series.items(), strict=False):
        places = [at(*point) for point in one]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        last.append((places[-1][1], f"{name} {figure(one[-1][1])} {unit}"))
    parts += _apart(last)
    return drawing(title, parts)


def _apart(labels: Sequence[tuple[float, str]]) -> Iterator[str]:
    """Labels beside the ends of lines, so that none covers another."""
    floor = 0.0
    for y, words in sorted(labels):
        floor = max(floor + 16, y)
        yield text(WIDTH - RIGHT + 10, floor + 4, words, "small")


def shares(title: str, stages: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A bar for each build, cut into its stages."""
    names = [row["stage"] for rows in stages.values() for row in rows if row["share"] >= 0.01]
    colours = dict(zip(dict.fromkeys(names), COLOURS * 3, strict=False))
    parts, y = [], TOP + 4
    for build, rows in stages.items():
        x = float(LEFT)
        parts.append(text(LEFT - 8, y + 19, build, "small", "end"))
        for row in rows:
            wide = row["share"] * (WIDTH - LEFT - 20)
            colour = colours.get(row["stage"], REST)
            note = escape(f"{row['stage']}: {figure(row['seconds'])} s, {row['share']:.0%}")
            place = f'x="{x:.1f}" y="{y}" width="{wide:.1f}"'
            parts.append(f'<rect {place} height="28" fill="{colour}"><title>{note}</title></rect>')
            x += wide
        y += 40
    y += 6
    for number, (name, colour) in enumerate(colours.items()):
        x = LEFT + number % 3 * 185
        parts.append(f'<rect x="{x}" y="{y + number // 3 * 20}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 18, y + 11 + number // 3 * 20, name, "small"))
    return drawing(title, parts, y + (len(colours) + 2) // 3 * 20 + 10)


def figure(value: float) -> str:
    """A number with as many digits as it deserves."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


# --- what the results say ---------------------------------------------------------------------------


def series(results: Mapping[str, Any], kind: str, field: str) -> dict[str, list[tuple[float, float]]]:
    """One figure of all builds of a kind, by generator and size."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, size, one in builds(results):
        if kind in one:
            found.setdefault(NAMES[name], []).append((size, one[kind][field]))
    return found


def builds(results: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Generator, size and figures of all builds."""
    for size in sorted(map(int, results["sizes"])):
        for name in NAMES:
            if one := results["sizes"][str(size)].get(f"{name} build"):
                yield name, size, one


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; the first two columns are words."""
    lines = [head, ["--:", "---", *["--:"] * (len(head) - 2)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def build_table(results: Mapping[str, Any]) -> str:
    """Whole builds, and how ours stand to the other's."""
    rows = []
    other: dict[tuple[int, str, str], float] = {
        (size, kind, field): one[kind][field]
        for name, size, one in builds(results)
        if name == "hugo"
        for kind in ("cold", "unchanged", "edited")
        if kind in one
        for field in ("seconds", "memory")
    }
    for name, size, one in builds(results):

        def cell(kind: str, field: str, name: str = name, size: int = size, one: Any = one) -> str:  # noqa: ANN401
            if kind not in one:
                return "–"
            value, beside = one[kind][field], other.get((size, kind, field))
            return figure(value) + (f" ({value / beside:.2f} ×)" if name == "ours" and beside else "")

        cells = [cell("cold", "seconds"), cell("cold", "cpu"), cell("cold", "memory")]
        cells += [cell("unchanged", "seconds"), cell("edited", "seconds"), f"{one['out']['files']:,}"]
        rows.append([f"{size:,}", NAMES[name], *cells])
    head = ["clippings", "", "cold, s", "CPU, s", "peak, MiB", "unchanged, s", "one edited, s", "files"]
    return table(head, rows)


def serve_table(results: Mapping[str, Any]) -> str:
    """What servers took to show things."""
    rows = []
    for size in sorted(map(int, results["sizes"])):
        for name in NAMES:
            one = results["sizes"][str(size)].get(f"{name} serve")
            if not one:
                continue
            late = [
                f"{one[k]['p50']:.0f} / {one[k]['p95']:.0f}" if k in one else "–" for k in ("article", "day")
            ]
            many = f"{one['checkout']['seconds']:.1f}" if "checkout" in one else "–"
            rows.append([f"{size:,}", NAMES[name], figure(one["warm"]), *late, many, f"{one['memory']:,.0f}"])
    head = [
        "clippings",
        "",
        "first page, s",
        "save → article, ms",
        "→ day, ms",
        "1,000 at once, s",
        "peak, MiB",
    ]
    return table(head, rows)


def stage_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The stages of one build."""
    cells = [
        [
            f"{row['share']:.1%}",
            row["stage"],
            figure(row["seconds"]),
            figure(row["cpu"]),
            f"{row['memory']:.0f}",
        ]
        for row in rows
        if row["share"] >= 0.001
    ]
    return table(["share", "stage", "s", "CPU, s", "MiB"], cells)


def write(results: Mapping[str, Any], docs: Path) -> None:
    """Write the plots, and the tables into the page."""
    folder = docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    stages = {
        f"{int(size):,}": one["ours stages"]["rows"][:-1]
        for size, one in results["sizes"].items()
        if "ours stages" in one
    }
    plots = {
        "cold": growth("Cold build, seconds", "s", series(results, "cold", "seconds")),
        "memory": growth(
            "Cold build, peak memory of all processes", "MiB", series(results, "cold", "memory")
        ),
        "unchanged": growth("Nothing changed, a new process", "s", series(results, "unchanged", "seconds")),
    }
    if stages:
        plots["stages"] = shares("Where a cold build spends its time", stages)
    for name, svg in plots.items():
        (folder / f"{name}.svg").write_text(svg, "utf-8")
    parts = [results["said"], build_table(results)]
    parts += [f"![{name}](performance/{name}.svg)" for name in plots]
    parts += [serve_table(results)]
    for size, one in results["sizes"].items():
        if "ours stages" in one:
            whole = one["ours stages"]
            parts += [f"Stages of a cold build of {int(size):,}, {whole['workers']} workers:"]
            parts += [stage_table(whole["rows"])]
    page = docs / "performance.md"
    before, _, after = page.read_text("utf-8").partition(BEGIN)
    page.write_text(
        f"{before}{BEGIN}\n\n" + "\n\n".join(parts) + f"\n\n{END}{after.partition(END)[2]}", "utf-8"
    )


def main() -> None:
    """Write plots and tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, metavar="RESULTS.json")
    parser.add_argument("--docs", type=Path, default=Path(__file__).resolve().parent.parent / "docs")
    arguments = parser.parse_args()
    write(json.loads(arguments.results.read_text()), arguments.docs)


if __name__ == "__main__":
    main()
