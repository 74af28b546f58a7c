"""Determine when a clipping was published and saved, and when its article is due."""

from __future__ import annotations

import datetime as dt

from generator.model.types import Article
from generator.reading.clipping_fields import ClippingFields
from generator.reading.dates import ADVICE, DateError, Moment, day_of_path, moment_of


def publication_moment(fields: ClippingFields, fetched: Moment | None) -> Moment | None:
    """Return the moment of publication: the date field, else the path's day, else the day of fetching.

    It is in the site's time zone. None if there is no date at all.
    """
    zone = fields.rules.zone
    if moment := first_moment(fields, "date", zone):
        return moment
    if day := day_of_path(fields.clipping.path):
        return Moment(day)
    if fetched is None:
        return None
    try:
        return Moment(fetched.within(zone).day)
    except OverflowError:
        return Moment(fetched.day)


def first_moment(fields: ClippingFields, name: str, zone: dt.tzinfo | None = None) -> Moment | None:
    """Return the first valid date of a field, in `zone` if one is given. Each invalid one adds a problem."""
    for key, text in fields.words(name):
        try:
            moment = moment_of(text)
            moment = moment if zone is None else moment.within(zone)
            if zone is not None and moment.time is not None:
                moment.time.astimezone(dt.UTC)  # the cache stores moments in UTC
        except (DateError, OverflowError) as error:
            why = error if isinstance(error, DateError) else "lies outside the calendar"
            fields.report("date", key, f"{key} '{text[:80]}' {why}", ADVICE)
        else:
            return moment
    return None


def fetch_time(moment: Moment | None, zone: dt.tzinfo) -> dt.datetime | None:
    """Return the time at which a clipping was saved, in the site's time zone; naive if it names none."""
    if moment is None:
        return None
    if moment.time is None:
        return dt.datetime.combine(moment.day, dt.time())
    try:
        return moment.time.astimezone(dt.UTC).astimezone(zone) if moment.time.tzinfo else moment.time
    except OverflowError:
        return moment.time.replace(tzinfo=None)


def due(article: Article, zone: dt.tzinfo) -> dt.datetime:
    """Return the time from which an article is published: its own, or the start of its day in `zone`."""
    return article.time or dt.datetime.combine(article.date, dt.time(), tzinfo=zone)
