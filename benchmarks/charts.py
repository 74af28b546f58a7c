"""Draw the charts of `docs/performance.md` from results of `build.py` and `serve.py` at several sizes.

    python benchmarks/charts.py RESULTS.json [RESULTS.json ...] --out docs/performance

The same results give the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from measure import parser

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 64, 160, 40, 44
COLOURS = ("#d0453c", "#2d6cb3")
"""Legible on white and on black."""
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #222 } .grid { stroke: #ddd } .paper { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #444 } .paper { fill: #161616 } }
"""
CHARTS = {
    "cold": ("Cold build, wall clock", "s", ("cold", "seconds")),
    "memory": ("Cold build, peak memory", "MiB", ("cold", "memory")),
    "unchanged": ("Nothing changed, a new process", "s", ("unchanged", "seconds")),
    "serve": ("serve: from a save to the article, median", "ms", ("article edited → article", "p50")),
}
"""File → title, unit, and where the figure is in the results."""
Series = Mapping[str, Sequence[tuple[int, float]]]
"""Generator → number of clippings and figure, in order."""


def chart(title: str, unit: str, series: Series) -> str:
    """Return an SVG of figures by number of clippings; both axes are logarithmic."""
    points = [point for line in series.values() for point in line]
    counts = sorted({count for count, _ in points})
    low = math.floor(math.log10(min(value for _, value in points)))
    high = max(math.ceil(math.log10(max(value for _, value in points))), low + 1)

    def across(count: int) -> float:
        share = math.log(count / counts[0]) / (math.log(counts[-1] / counts[0]) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def text(x: float, y: float, words: str, anchor: str = "start") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'

    parts = [text(LEFT, 22, title), text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "clippings", "middle")]
    for value in (10**power for power in range(low, high + 1)):
        parts.append(f'<path class="grid" d="M{LEFT} {down(value):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(text(LEFT - 8, down(value) + 4, f"{value:,g} {unit}", "end"))
    parts += [text(across(count), HEIGHT - BOTTOM + 18, f"{count:,}", "middle") for count in counts]
    y = 0.0
    ends = {name: down(line[-1][1]) for name, line in series.items()}
    for name, colour in sorted(zip(series, COLOURS, strict=False), key=lambda one: ends[one[0]]):
        path = "L".join(f"{across(count):.1f} {down(value):.1f}" for count, value in series[name])
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = max(y + 16, ends[name] + 4)  # no label covers another
        parts.append(text(WIDTH - RIGHT + 10, y, f"{name}: {series[name][-1][1]:,.3g} {unit}"))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    paper = f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", paper, *parts, "</svg>\n"])


def charts(results: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield file name and SVG of each chart that has figures."""
    for file, (title, unit, (kind, key)) in CHARTS.items():
        series: dict[str, list[tuple[int, float]]] = {}
        for one in sorted(results, key=lambda one: one["clippings"]):
            for name, figures in one["generators"].items():
                if math.isfinite(value := figures.get(kind, {}).get(key, math.nan)):
                    series.setdefault(name, []).append((one["clippings"], value))
        if series:
            yield f"{file}.svg", chart(title, unit, series)


def main() -> None:
    """Draw."""
    arguments = parser(__doc__)
    arguments.add_argument("results", type=Path, nargs="+")
    arguments.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    given = arguments.parse_args()
    for file, svg in charts([json.loads(one.read_text()) for one in given.results]):
        (given.out / file).write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
