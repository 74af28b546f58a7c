import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading import dates
from generator.reading.dates import DateError, Moment, day_of_path, moment_of

DAY = dt.date(2024, 7, 3)
EAST = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-03", "2024-7-3", "2024/07/03", "2024/7/3", "2024.07.03", "20240703", "2024年7月3日",
        "2024年07月03号", "2024 年 7 月 3 日", "July 3, 2024", "July 3rd 2024", "Jul 3 2024", "3 July 2024",
        "3rd Jul, 2024", "Wednesday, July 3, 2024", "Wed, 3 Jul 2024", "sept 1 2024",
    ],
)  # fmt: skip
def test_days(text):
    moment = moment_of(text)
    assert moment == Moment(DAY if "sept" not in text else dt.date(2024, 9, 1))
    assert moment.within(EAST) == moment


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-07-03T10:20:30", "2024-07-03T10:20:30"),
        ("2024-07-03 10:20", "2024-07-03T10:20:00"),
        ("2024-07-03 9:05", "2024-07-03T09:05:00"),
        ("2024/7/3 10:20:30.5", "2024-07-03T10:20:30.500000"),
        ("2024-07-03T10:20:30.123456789Z", "2024-07-03T10:20:30.123456+00:00"),
        ("2024-07-03T10:20:60Z", "2024-07-03T10:20:59+00:00"),
        ("2024-07-03T10:20:30+08:00", "2024-07-03T10:20:30+08:00"),
        ("2024-07-03 10:20:30 +0800", "2024-07-03T10:20:30+08:00"),
        ("2024-07-03T10:20:30 (UTC +08:00)", "2024-07-03T10:20:30+08:00"),
        ("2024-07-03T10:20:30 (UTC -3)", "2024-07-03T13:20:30+00:00"),
        ("2024-07-03 10:20 UTC", "2024-07-03T10:20:00+00:00"),
        ("20240703T102030Z", "2024-07-03T10:20:30+00:00"),
        ("2024年7月3日 10:20", "2024-07-03T10:20:00"),
        ("Wed, 03 Jul 2024 10:20:30 +0800", "2024-07-03T10:20:30+08:00"),
        ("Wed, 03 Jul 2024 10:20:30 GMT", "2024-07-03T10:20:30+00:00"),
        ("03 Jul 2024 10:20:30 EST", "2024-07-03T15:20:30+00:00"),
        ("July 3, 2024 10:20", "2024-07-03T10:20:00"),
        ("1720002030", "2024-07-03T10:20:30+00:00"),
        ("1720002030123", "2024-07-03T10:20:30+00:00"),
    ],
)
def test_times(text, time):
    assert moment_of(text).time == dt.datetime.fromisoformat(time)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-13-01", "has no month 13"),
        ("2024-00-01", "has no month 0"),
        ("2024-02-30", "has no day 30 in month 2"),
        ("0000-01-01", "has no year 0"),
        ("2024-07-03 25:00", "has no time 25:00:00"),
        ("2024-07-03 10:00 +99:00", "has no time zone +99:00"),
        ("07/03/2024", "does not say which number is the day and which the month"),
        ("3.7.24", "does not say which number is the day and which the month"),
        ("31/02/2024", "is not a date"),
        ("13.13.24", "is not a date"),
        ("2024-07", "names no day"),
        ("2024", "names no day"),
        ("Juli 3, 2024", "is not a date"),
        ("yesterday", "is not a date"),
        ("{{date}}", "is not a date"),
        ("", "is not a date"),
        ("2024-07-031", "is not a date"),
    ],
)
def test_what_is_wrong_with_a_date(text, why):
    with pytest.raises(DateError) as error:
        moment_of(text)
    assert str(error.value) == why


def test_moment_in_another_zone():
    shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
    late = moment_of("2024-07-03T22:00:00Z").within(shanghai)
    assert (late.day, late.time.isoformat()) == (dt.date(2024, 7, 4), "2024-07-04T06:00:00+08:00")
    naive = moment_of("2024-07-03T22:00:00").within(shanghai)
    assert (naive.day, naive.time.isoformat()) == (DAY, "2024-07-03T22:00:00+08:00")


@given(st.text() | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}([+-][0-9]{4})?\Z"))
def test_any_text_is_a_date_or_told_why_not(text):
    try:
        read = moment_of(text).day
    except DateError as error:
        read = str(error)
    assert read


@given(st.datetimes(min_value=dt.datetime.fromisoformat("1000-01-01")))
def test_iso_dates_come_back(time):
    assert moment_of(time.isoformat()).time == time
    assert moment_of(time.date().isoformat()).day == time.date()


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2024/07/03/daily/x.md", DAY),
        ("clips/2024/7/3/x.md", DAY),
        ("2024/07/03.md", DAY),
        ("2024/07/03-x.md", DAY),
        ("2024/07/03/2023-01-01 x.md", DAY),
        ("a/2024-07-03-x.md", DAY),
        ("a/x (2024_07_03).md", DAY),
        ("a/20240703 x.md", DAY),
        ("a/x 20240703.md", None),
        ("2024/13/03/x.md", None),
        ("2024/07/x.md", None),
        ("2024-07-03/x.md", None),
        ("a/12024-07-03.md", None),
        ("x.md", None),
    ],
)
def test_day_of_a_path(path, day):
    assert day_of_path(path) == day


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-03", "2024-W01-1", "2024-13-01", "0000-01-01", "2024-02-30", "２０２４-07-03",
        "2024-07-03T10:20:30",
        "2024-07-03 10:20:30", "2024-07-03T24:20:30", "2024-07-03T10:20:60", "2024-07-03T10:20:30.123456",
        "2024-07-03T10:20:30.123+01", "2024-07-03T10:20:30,123456",
        "2024-07-03T10:20:30.12+010", "2024-07-03T10.20.30",
    ],
)  # fmt: skip
def test_the_quick_way_reads_as_the_long_one(text, monkeypatch):
    def read():
        try:
            return moment_of(text)
        except DateError as error:
            return str(error)

    quick = read()
    monkeypatch.setattr(dates, "_standard", lambda _: None)
    assert quick == read()
