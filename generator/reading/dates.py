"""Parse dates in the forms that clippers write."""

from __future__ import annotations

import datetime as dt
import email.utils
import re

import msgspec

ADVICE = "write YYYY-MM-DD"

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip

_TIME = r"""(?:[Tt\s,]*(?P<hour>\d{1,2}):(?P<minute>\d{2})
    (?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?
    \s*\(?(?P<zone>(?:UTC|GMT)?\s*[+-]\d{1,2}(?::?\d{2})?|UTC|GMT|[Zz])?\)?)?"""
_NUMERIC = re.compile(
    r"(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)" + _TIME, re.VERBOSE
)
_CHINESE = re.compile(
    r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]?" + _TIME, re.VERBOSE
)
_COMPACT = re.compile(
    r"""(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})
    (?:[Tt](?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>[Zz]|[+-]\d{2}:?\d{2})?)?""",
    re.VERBOSE,
)
_ENGLISH = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
    r"(?:(?P<name>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)?\s+(?P<name2>[A-Za-z]{3,9})\.?,?\s+(?P<year2>\d{4}))" + _TIME,
    re.VERBOSE,
)
_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


class Moment(msgspec.Struct, frozen=True):
    """A day, or a point in time on a day."""

    day: dt.date
    time: dt.datetime | None = None
    """Aware if the text names a time zone."""

    def within(self, zone: dt.tzinfo) -> Moment:
        """Return the same moment in a time zone. A naive time is taken to be in that zone."""
        if self.time is None:
            return self
        time = self.time.replace(tzinfo=zone) if self.time.tzinfo is None else self.time.astimezone(zone)
        return Moment(time.date(), time)


_LEAP_YEAR = "2000"
"""A leap year, in which every possible day of any year exists."""


class DateError(ValueError):
    """A text that is not a date; the message says why."""


def moment_of(text: str) -> Moment:
    """Parse a date, or a date with a time. Raises `DateError`.

    Accepts ISO 8601 with `-`, `/` or `.`, `20240703`, `2024年7月3日`, RFC 2822, English month names, and
    seconds or milliseconds since 1970.
    """
    if (moment := _standard(text)) is not None:
        return moment
    for pattern in (_NUMERIC, _CHINESE, _COMPACT):
        if match := pattern.fullmatch(text):
            return _moment(match.groupdict(), int(match["month"]))
    if re.fullmatch(r"\d{10}|\d{13}", text):
        seconds = int(text[:10])
        return Moment(*_day_and_time(dt.datetime.fromtimestamp(seconds, dt.UTC)))
    if match := _ENGLISH.fullmatch(text):
        parts = {k: v for k, v in match.groupdict().items() if v is not None}
        parts.setdefault("year", parts.get("year2", ""))
        parts.setdefault("day", parts.get("day2", ""))
        month = _MONTHS.get((match["name"] or match["name2"]).lower())
        if month:
            return _moment(parts, month)
    try:
        return Moment(*_day_and_time(email.utils.parsedate_to_datetime(text)))
    except (ValueError, TypeError, OverflowError, IndexError):
        raise DateError(_why_not(text)) from None


def _standard(text: str) -> Moment | None:
    """Parse the two most common forms: `2024-07-03` and `2024-07-03T17:41:06.258565`."""
    length = len(text)
    if length not in {10, 19, 26} or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        if length == 10:
            return Moment(dt.date.fromisoformat(text))
        if (
            text[10] != "T"
            or text[13] != ":"
            or (length == 26 and not (text[19] == "." and text[20:].isdigit()))
        ):
            return None
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return Moment(time.date(), time)


def _day_and_time(time: dt.datetime) -> tuple[dt.date, dt.datetime]:
    return time.date(), time


def _moment(parts: dict[str, str | None], month: int) -> Moment:
    year, day = int(parts["year"] or 0), int(parts["day"] or 0)
    if not 1 <= month <= 12:
        raise DateError(f"has no month {month}")
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise DateError(f"has no day {day} in month {month}" if year else "has no year 0") from None
    if not parts.get("hour"):
        return Moment(date)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 60:
        raise DateError(f"has no time {hour:02}:{minute:02}:{second:02}")
    micro = int((parts.get("fraction") or "").ljust(6, "0")[:6])
    zone = _zone(parts.get("zone"))
    return Moment(date, dt.datetime(year, month, day, hour, minute, min(second, 59), micro, zone))


def _zone(written: str | None) -> dt.tzinfo | None:
    if not written:
        return None
    match = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", written)
    if not match:
        return dt.UTC
    offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset >= dt.timedelta(days=1):
        raise DateError(f"has no time zone {written}")
    return dt.timezone(-offset if match[1] == "-" else offset)


def _why_not(text: str) -> str:
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}", text):
        one, other = match.groups()
        if _day(_LEAP_YEAR, one, other) or _day(_LEAP_YEAR, other, one):
            return "does not say which number is the day and which the month"
    if re.fullmatch(r"\d{4}([-/.]\d{1,2})?", text):
        return "names no day"
    return "is not a date"


def day_of_path(path: str) -> dt.date | None:
    """Return the day in the folders of a path (`2024/07/03/`) or in its name (`2024-07-03`, `20240703`)."""
    for match in _FOLDERS.finditer(path):
        if day := _day(*match.groups()):
            return day
    for match in _IN_NAME.finditer(path.rpartition("/")[2]):
        if (match[2] or match.start() == 0) and (day := _day(match[1], match[3], match[4])):
            return day
    return None


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
