"""Plots as SVG: a few lines or bars, legible on white and on black, the same bytes for the same figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 160, 40, 44
LIGHT, DARK = "#ffffff", "#161616"
COLOURS = (
    "#d0453c", "#2d6cb3", "#b87a10", "#4d8f4d", "#8a63c0", "#5f7f8c", "#b0608a",
    "#80803a", "#c8604f", "#4f85bf", "#9a7a3a", "#3f9080", "#9478b8", "#777777",
)  # fmt: skip
"""Three times as dark as white and three times as light as black: both papers are drawn on."""
REST = "#808080"
STYLE = f"""
text {{ font: 13px system-ui, sans-serif; fill: #222 }} .title {{ font-weight: 600 }}
.grid {{ stroke: #ddd }} .paper {{ fill: {LIGHT} }} .cut {{ stroke: {LIGHT} }} .small {{ font-size: 11px }}
text.on {{ font-size: 11px; fill: #fff }}
@media (prefers-color-scheme: dark) {{
text {{ fill: #ddd }} .grid {{ stroke: #444 }} .paper {{ fill: {DARK} }} .cut {{ stroke: {DARK} }} }}
"""
Series = Mapping[str, Sequence[tuple[float, float]]]
"""Names of lines, and their points."""


def drawing(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    """An SVG of its own, which is legible in the dark too."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
    )
    return head + "\n".join([text(LEFT, 22, title, "title"), *parts]) + "\n</svg>\n"


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def growth(title: str, unit: str, series: Series) -> str:
    """Lines over the number of clippings; both axes are logarithmic, so that linear growth is a diagonal.

    A name's second line, and its others, are dashed: `Hugo, p95` after `Hugo, p50`.
    """
    points = [point for one in series.values() for point in one]
    x_low, x_high = min(x for x, _ in points), max(x for x, _ in points)
    y_low = 10 ** math.floor(math.log10(min(y for _, y in points)))
    y_high = 10 ** max(math.ceil(math.log10(max(y for _, y in points))), round(math.log10(y_low)) + 1)

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
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "clippings", "small", "middle"))
    colours = dict(zip(dict.fromkeys(name.partition(",")[0] for name in series), COLOURS, strict=False))
    known: set[str] = set()
    last = []
    for name, one in series.items():
        whose = name.partition(",")[0]
        colour, dashes = colours[whose], ' stroke-dasharray="6 4"' if whose in known else ""
        known.add(whose)
        places = [at(*point) for point in one]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        last.append((places[-1][1], f"{name}: {figure(one[-1][1])} {unit}"))
    return drawing(title, [*parts, *_apart(last)])


def _apart(labels: Sequence[tuple[float, str]]) -> Iterator[str]:
    """Labels beside the ends of lines, so that none covers another."""
    floor = 0.0
    for y, words in sorted(labels):
        floor = max(floor + 16, y)
        yield text(WIDTH - RIGHT + 10, floor + 4, words, "small")


def shares(title: str, stages: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A bar for each build, cut into its stages; the small ones are one."""
    bars = {build: _large(rows) for build, rows in stages.items()}
    names = dict.fromkeys(name for bar in bars.values() for name in bar)
    colours = {name: REST for name in names if name == OTHERS}
    colours |= dict(zip((name for name in names if name != OTHERS), COLOURS * 3, strict=False))
    parts, y = [], TOP + 4
    for build, bar in bars.items():
        x = float(LEFT)
        parts.append(text(LEFT - 8, y + 19, build, "small", "end"))
        for name, share in bar.items():
            wide = share * (WIDTH - LEFT - 20)
            place = f'x="{x:.1f}" y="{y}" width="{wide:.1f}" height="28"'
            parts.append(f'<rect class="cut" {place} fill="{colours[name]}"/>')
            if share >= 0.06:
                parts.append(text(x + wide / 2, y + 18, f"{share:.0%}", "on", "middle"))
            x += wide
        y += 40
    y += 6
    for number, (name, colour) in enumerate(sorted(colours.items(), key=lambda one: one[0] == OTHERS)):
        x, down = LEFT + number % 3 * 185, y + number // 3 * 20
        parts.append(f'<rect x="{x}" y="{down}" width="12" height="12" fill="{colour}"/>')
        parts.append(text(x + 18, down + 11, name, "small"))
    return drawing(title, parts, y + (len(colours) + 2) // 3 * 20 + 10)


OTHERS = "the rest"
"""What `stages.py` calls what is no stage, and all that is small here."""


def _is_large(row: Mapping[str, Any]) -> bool:
    return bool(row["share"] >= 0.02 and row["stage"] != OTHERS)


def _large(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The shares of the stages that take 2 % or more, and of all others."""
    large = {row["stage"]: row["share"] for row in rows if _is_large(row)}
    return {**large, OTHERS: max(0.0, 1 - sum(large.values()))}


def figure(value: float) -> str:
    """A number with as many digits as it deserves."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
