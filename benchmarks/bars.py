"""What was wanted of builds and of `serve`, and which of it the results miss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drawing import figure

Results = Mapping[str, Any]
BESIDE = 10_000
"""Sizes from which on there are bars beside Hugo: below, both mostly start."""
ARCHIVE = 143_500
"""The size of a large archive, for which there are bars in seconds."""
LINEAR = 1.1


@dataclass(frozen=True)
class Bar:
    """A figure, and what it may be at most."""

    what: str
    got: float
    most: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether it is no more."""
        return self.got <= self.most

    def __str__(self) -> str:
        most = f"{self.most:g}" if self.most >= 1 else figure(self.most)
        return f"{self.what}: {figure(self.got)} {self.unit} ({most} wanted)"


def sizes(results: Results) -> list[int]:
    """The sizes that were measured, but for those of made-up clippings."""
    return [size for size in sorted(map(int, results["sizes"])) if not _of(results, size).get("made up")]


def _of(results: Results, size: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = results["sizes"].get(str(size), {})
    return found


def value(results: Results, size: int, *path: str) -> float | None:
    """One figure, such as `ours build`, `cold`, `seconds`; None where it was not measured."""
    found: Any = _of(results, size)
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, int | float) else None


def bars(results: Results) -> Iterator[Bar]:
    """All that were measured."""
    for size in sizes(results):
        if size >= BESIDE:
            yield from _beside(results, size)
        yield from _served(results, size)
    for what, path, most in (
        (f"{ARCHIVE:,} unchanged", ("ours build", "unchanged", "seconds"), 4.0),
        (f"one of {ARCHIVE:,} edited", ("ours build", "edited", "seconds"), 5.0),
        (f"first page of {ARCHIVE:,}, warm cache", ("ours serve", "warm"), 3.0),
    ):
        if (got := value(results, ARCHIVE, *path)) is not None:
            yield Bar(what, got, most, "s")
    yield from _growth(results)


def _beside(results: Results, size: int) -> Iterator[Bar]:
    kinds = [("cold", "seconds", "time", 1.2), ("cold", "memory", "memory", 1 / 6)]
    kinds += [("unchanged", "seconds", "time", 1 / 15)] if size < ARCHIVE else []
    for kind, field, word, most in kinds:
        ours, hugo = (value(results, size, f"{whose} build", kind, field) for whose in ("ours", "hugo"))
        if ours is not None and hugo:
            yield Bar(f"{kind} build of {size:,}", ours / hugo, most, f"times Hugo's {word}")


def _served(results: Results, size: int) -> Iterator[Bar]:
    for part, most in (("p50", 80.0), ("p95", 200.0)):
        if (got := value(results, size, "ours serve", "article", part)) is not None:
            yield Bar(f"save → article at {size:,}, {part}", got, most, "ms")
    if size >= 1000 and (got := value(results, size, "ours serve", "checkout", "seconds")) is not None:
        yield Bar(f"1,000 changed at once in {size:,}", got, 5.0, "s")


def _growth(results: Results) -> Iterator[Bar]:
    """The last step of growth: seconds for a clipping, beside those at 10,000."""
    known = [(size, value(results, size, "ours build", "cold", "seconds")) for size in sizes(results)]
    each = {size: seconds / size for size, seconds in known if seconds and size >= BESIDE}
    if len(each) > 1:
        least, most = min(each), max(each)
        yield Bar(f"cold build of {most:,}", each[most] / each[least], LINEAR, f"times linear from {least:,}")


def sentence(results: Results) -> str:
    """How many bars hold, and by how much the others are missed."""
    found = list(bars(results))
    if not found:
        return "There are no bars for what was measured."
    missed = [str(one) for one in found if not one.holds]
    held = len(found) - len(missed)
    if not missed:
        return f"All {held} bars hold."
    return f"{held} of {len(found)} bars hold. Missed: {'; '.join(missed)}."
