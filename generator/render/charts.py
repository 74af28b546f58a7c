"""Charts as inline SVG.

They consist of shapes and classes only, so that the stylesheet colours them and no security policy needs an
exception. A table beside each chart shows the same numbers.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from generator.model.types import MonthHealth

MONTHS = 60
"""Maximum number of months in a bar chart."""
SPARK_MONTHS = 12
_WIDTH, _HEIGHT = 600, 96
_WIDEST = 24
"""Maximum width of a month, so that few months do not fill the chart."""
_SPARK_HEIGHT = 8


def bars(months: Sequence[MonthHealth], title: str, description: str) -> Markup:
    """Draw one stacked bar for each month, oldest first: `full` solid, `cut` hatched, `link` hollow.

    It is as wide as it has months. Values above zero are at least one unit high. `months` must come from
    `spanned`. Screen readers announce the title and the description.
    """
    most = max(month.count for month in months)
    step = min(_WIDEST, _WIDTH // len(months))
    wide = step - max(2, step // 4)
    paths: dict[str, list[str]] = {"full": [], "cut": [], "link": []}
    for number, month in enumerate(months):
        below, floor = 0, _HEIGHT
        for verdict, path in paths.items():
            above = below + getattr(month, verdict)
            if above > below:
                bottom = min(_HEIGHT - _HEIGHT * below // most, floor)
                floor = top = max(0, min(_HEIGHT - _HEIGHT * above // most, bottom - 1))
                path.append(f"M{number * step} {bottom}h{wide}V{top}h-{wide}z")
            below = above
    drawn = (
        Markup('<path class="{}"{} d="{}"/>').format(verdict, _HATCHED.get(verdict, ""), "".join(path))
        for verdict, path in paths.items()
        if path
    )
    return _BARS.format(
        width=step * len(months),
        height=_HEIGHT + 1,
        base=_HEIGHT,
        title=title,
        description=description,
        bars=Markup().join(drawn),
    )


_HATCHED = {"cut": Markup(' fill="url(#_hatch)"')}
_BARS = Markup(
    '<svg class="bars" role="img" aria-labelledby="_bars _barsd" width="{width}" height="{height}"'
    ' viewBox="0 -1 {width} {height}">'
    '<title id="_bars">{title}</title><desc id="_barsd">{description}</desc>'
    '<defs><pattern id="_hatch" width="4" height="4" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path d="M1 0v4"/></pattern></defs>'
    '{bars}<path class="base" d="M0 {base}h{width}"/></svg>'
)


def spark(counts: Sequence[int]) -> Markup:
    """Draw a tiny bar for each count. Its label lists the counts, from the first that is not 0."""
    most = max(counts, default=0)
    if most == 0:
        return Markup()
    path = "".join(
        f"M{number * 3} {_SPARK_HEIGHT}v-{max(1, _SPARK_HEIGHT * count // most)}"
        for number, count in enumerate(counts)
        if count
    )
    label = " ".join(map(str, itertools.dropwhile(lambda count: not count, counts)))
    return Markup(  # noqa: S704 (numbers only)
        f'<svg viewBox="-1 0 {3 * len(counts)} {_SPARK_HEIGHT}" role="img" aria-label="{label}">'
        f'<path d="{path}"/></svg>'
    )


def spanned(months: Sequence[MonthHealth], last: dt.date, limit: int) -> tuple[MonthHealth, ...]:
    """Return all months from the first to that of `last`, gaps included; at most the newest `limit`."""
    known: Mapping[dt.date, MonthHealth] = {month.first: month for month in months}
    back: list[MonthHealth] = []
    for first in _back_from(last.replace(day=1)):
        if len(back) == limit or first < months[0].first:
            break
        back.append(known.get(first) or MonthHealth(first=first))
    return tuple(reversed(back))


def _back_from(first: dt.date) -> Iterator[dt.date]:
    """Yield the first day of a month and of each month before it."""
    while True:
        yield first
        if first == dt.date.min:
            return
        first = (first - dt.timedelta(days=1)).replace(day=1)
