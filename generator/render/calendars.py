"""Calendars of months, with their days shaded by how many articles they have."""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable

import msgspec

from generator.model import addresses
from generator.model.types import Period
from generator.render import views
from generator.render.names import Names, day_anchor

SHADES = 4


def calendars_of(
    names: Names, months: Iterable[dt.date], until: dt.date = dt.date.max
) -> tuple[views.Calendar, ...]:
    """Return the calendars of months, each given by its first day.

    Days after `until` are not counted, and lead to the calendar of their month whether or not they have
    articles: so a day's page stays as it is when later days come, and none of its links is dead.
    """
    firsts = tuple(months)
    counts = [
        count
        for first in firsts
        for date in _days_of(first)
        if date <= until and (count := names.plan.counts.get(date, 0))
    ]
    shade = shades(counts)
    return tuple(_calendar(names, first, until, shade) for first in firsts)


def shades(counts: Iterable[int]) -> Callable[[int], int]:
    """Return a function from a count to its quarter among `counts`, 1 to 4; 0 for a count of 0.

    A day with most articles darkens no other day. Equal counts have equal shades.
    """
    ranked = sorted(counts)

    def shade(count: int) -> int:
        return 1 + SHADES * bisect_left(ranked, count, hi=len(ranked) - 1) // len(ranked) if count else 0

    return shade


def _calendar(names: Names, first: dt.date, until: dt.date, shade: Callable[[int], int]) -> views.Calendar:
    weeks = tuple(
        tuple(_day(names, first.replace(day=day), until, shade) if day else None for day in week)
        for week in calendar.Calendar().monthdayscalendar(first.year, first.month)
    )
    count = sum(day.count for week in weeks for day in week if day)
    named = names.period(Period.MONTH, first, count if until == dt.date.max else 0)
    return views.Calendar(month=named if count else msgspec.structs.replace(named, address=""), weeks=weeks)


def _day(names: Names, date: dt.date, until: dt.date, shade: Callable[[int], int]) -> views.CalendarDay:
    if date > until:
        month = addresses.month(date)
        return views.CalendarDay(date=date, count=0, address=month, fragment=day_anchor(date))
    count = names.plan.counts.get(date, 0)
    address = addresses.day(date) if count else None
    return views.CalendarDay(date=date, count=count, address=address, shade=shade(count))


def _days_of(first: dt.date) -> Iterable[dt.date]:
    days = calendar.monthrange(first.year, first.month)[1]
    return (first.replace(day=day) for day in range(1, days + 1))
