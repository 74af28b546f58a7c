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
from generator.render.names import Names

SHADES = 4


def calendars_of(names: Names, months: Iterable[dt.date]) -> tuple[views.Calendar, ...]:
    """Return the calendars of months, each given by its first day."""
    firsts = tuple(months)
    counts = (names.plan.counts.get(date, 0) for first in firsts for date in _days_of(first))
    shade = shades(filter(None, counts))
    return tuple(_calendar(names, first, shade) for first in firsts)


def shades(counts: Iterable[int]) -> Callable[[int], int]:
    """Return a function from a count to its quarter among `counts`, 1 to 4; 0 for a count of 0.

    A day with most articles darkens no other day. Equal counts have equal shades.
    """
    ranked = sorted(counts)

    def shade(count: int) -> int:
        return 1 + SHADES * bisect_left(ranked, count, hi=len(ranked) - 1) // len(ranked) if count else 0

    return shade


def _calendar(names: Names, first: dt.date, shade: Callable[[int], int]) -> views.Calendar:
    weeks = tuple(
        tuple(_day(names, first.replace(day=day), shade) if day else None for day in week)
        for week in calendar.Calendar().monthdayscalendar(first.year, first.month)
    )
    count = sum(day.count for week in weeks for day in week if day)
    named = names.period(Period.MONTH, first, count)
    return views.Calendar(month=named if count else msgspec.structs.replace(named, address=""), weeks=weeks)


def _day(names: Names, date: dt.date, shade: Callable[[int], int]) -> views.CalendarDay:
    count = names.plan.counts.get(date, 0)
    address = addresses.day(date) if count else None
    return views.CalendarDay(date=date, count=count, address=address, shade=shade(count))


def _days_of(first: dt.date) -> Iterable[dt.date]:
    days = calendar.monthrange(first.year, first.month)[1]
    return (first.replace(day=day) for day in range(1, days + 1))
