"""Show the health of sources: shares, a chart and a table with the same numbers."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from generator.model.types import Health, TextPolicy
from generator.render import charts, views
from generator.render.names import Words
from generator.render.source_views import HealthMonth, HealthView, Share, SourceRow


def health_view(health: Health, words: Words) -> HealthView:
    """Return the view of one source's health for its own page.

    It contains no number of days, which would change every source's page every day.
    """
    months = charts.spanned(health.months, health.last, charts.MONTHS)
    span = {
        "first": words.date(months[0].first, "month"),
        "last": words.date(months[-1].first, "month"),
        "most": max(month.count for month in months),
    }
    title = words.gettext("Articles saved, by month")
    description = words.gettext(
        "From %(first)s to %(last)s, at most %(most)s in a month. The table below has the numbers."
    )
    return HealthView(
        full=share(health.full, health.count),
        cut=share(health.cut, health.count),
        link=share(health.link, health.count),
        leads=share(health.leads, health.count),
        follows=share(health.follows, health.count),
        is_aggregator=health.is_aggregator,
        is_silent=health.is_silent,
        chart=charts.bars(months, title, description % span) if len(months) > 1 else Markup(),
        start=months[0].first,
        end=months[-1].first,
        months=tuple(
            HealthMonth(month=month.first, count=month.count, full=month.full, cut=month.cut, link=month.link)
            for month in reversed(months)
            if month.count
        ),
    )


def row(source: views.Named, text: TextPolicy, health: Health, newest: dt.date | None) -> SourceRow:
    """Return a source's row in the list of all; `newest`: the last month of its chart, None for no chart."""
    spark = Markup()
    if newest is not None:
        months = charts.spanned(health.months, newest, charts.SPARK_MONTHS)
        gap = (0,) * (charts.SPARK_MONTHS - len(months))
        spark = charts.spark((*gap, *(month.count for month in months)))
    return SourceRow(
        name=source.name,
        address=source.address,
        count=health.count,
        date=health.last,
        minutes=health.minutes if text is TextPolicy.FULL else 0,
        is_silent=health.is_silent,
        full=share(health.full, health.count),
        cut=share(health.cut, health.count),
        link=share(health.link, health.count),
        leads=share(health.leads, health.count),
        spark=spark,
    )


def share(count: int, of: int) -> Share:
    """Return a part of a whole. Only none and all are rounded to 0 and 100 percent."""
    percent = (200 * count + of) // (2 * of) if of else 0
    if 0 < count < of:
        percent = min(99, max(1, percent))
    return Share(count=count, percent=percent)
