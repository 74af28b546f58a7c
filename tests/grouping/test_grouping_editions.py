import datetime as dt
import zoneinfo
from collections import Counter

import msgspec
import pytest

from generator.grouping.editions import PART, editions_of, months_of, order
from generator.model.types import Article, Period, Verdict

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")


def article(
    path: str, date: dt.date, time: dt.time | None = None, source: str = "S", zone=SHANGHAI
) -> Article:
    return Article(
        id=path,
        path=path,
        title="A title",
        language="en",
        title_language="en",
        url=None,
        source=source,
        date=date,
        time=None if time is None else dt.datetime.combine(date, time, zone),
        verdict=Verdict.FULL,
    )


def test_the_newest_comes_first_and_articles_without_a_time_last_on_their_day():
    day, before = dt.date(2024, 7, 3), dt.date(2024, 7, 2)
    expected = [
        article("z", day, dt.time(9)),
        article("b", day, dt.time(0)),
        article("c", day, dt.time(0)),
        article("a", day),
        article("y", day),
        article("x", before, dt.time(23, 59)),
    ]
    shuffled = [expected[n] for n in (3, 0, 5, 4, 2, 1)]
    assert sorted(shuffled, key=order) == expected


def test_the_hour_that_comes_twice_is_in_order():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    day = dt.date(2024, 10, 27)
    first = article("a", day, dt.time(2, 45), zone=berlin)
    second = article("b", day, dt.time(2, 15, fold=1), zone=berlin)
    assert sorted([first, second], key=order) == [second, first]


@pytest.mark.parametrize(
    "date", [dt.date.min, dt.date(9999, 12, 31), dt.date(2024, 12, 30), dt.date(2021, 1, 3)]
)
@pytest.mark.parametrize("time", [None, dt.time.min, dt.time.max])
@pytest.mark.parametrize("period", list(Period))
def test_an_edition_holds_its_days_in_any_year(date, time, period):
    (edition,) = editions_of(period, [article("a", date, time)], {"S": "s"})
    assert edition.first <= date <= edition.last
    assert edition.days == ((date, 1),)
    assert edition.count == 1


def test_periods_begin_and_end_where_the_calendar_says():
    only = [article("a", dt.date(2024, 12, 31))]
    spans = {
        period: (edition.first, edition.last)
        for period in Period
        for edition in editions_of(period, only, {"S": "s"})
    }
    assert spans == {
        Period.DAY: (dt.date(2024, 12, 31), dt.date(2024, 12, 31)),
        Period.WEEK: (dt.date(2024, 12, 30), dt.date(2025, 1, 5)),
        Period.MONTH: (dt.date(2024, 12, 1), dt.date(2024, 12, 31)),
        Period.YEAR: (dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
    }
    (february,) = editions_of(Period.MONTH, [article("a", dt.date(2024, 2, 3))], {"S": "s"})
    assert february.last == dt.date(2024, 2, 29)


def test_groups_are_ordered_by_their_newest_article_and_then_by_slug():
    day = dt.date(2024, 7, 3)
    articles = [
        article("1", day, dt.time(9), "late"),
        article("2", day, dt.time(8), "b"),
        article("3", day, dt.time(8), "a"),
        article("4", day, dt.time(7), "late"),
        article("5", day, None, "d"),
        article("6", day, None, "c"),
    ]
    (edition,) = editions_of(Period.DAY, articles, {name: name for name in ("late", "a", "b", "c", "d")})
    assert [(group.source, [a.path for a in group.articles]) for group in edition.groups] == [
        ("late", ["1", "4"]),
        ("a", ["3"]),
        ("b", ["2"]),
        ("c", ["6"]),
        ("d", ["5"]),
    ]


def test_editions_are_oldest_first_with_the_counts_of_their_days():
    dates = [dt.date(2024, 8, 1), dt.date(2024, 7, 3), dt.date(2024, 7, 3), dt.date(2024, 7, 1)]
    articles = [article(str(n), date) for n, date in enumerate(dates)]
    july, august = editions_of(Period.MONTH, articles, {"S": "s"})
    assert july.days == ((dt.date(2024, 7, 1), 1), (dt.date(2024, 7, 3), 2))
    assert august.days == ((dt.date(2024, 8, 1), 1),)


@pytest.mark.parametrize("count", [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7])
def test_parts_are_numbered_from_the_oldest(count):
    newest_first = [
        article(f"{n:04}", dt.date(2024, 7, 1), dt.time(n // 60, n % 60)) for n in reversed(range(count))
    ]
    (month,) = months_of(newest_first)
    assert month.first == dt.date(2024, 7, 1)
    assert [len(part) for part in month.parts[:-1]] == [PART] * (len(month.parts) - 1)
    assert 1 <= len(month.parts[-1]) <= PART
    assert [a for part in reversed(month.parts) for a in part] == newest_first


def test_a_day_is_in_one_part_unless_it_is_larger():
    sizes = {1: 140, 2: 20, 3: 130, 4: 310, 5: 30}
    articles = [
        article(f"{day}-{n:03}", dt.date(2024, 7, day)) for day, size in sizes.items() for n in range(size)
    ]
    (month,) = months_of(sorted(articles, key=order))
    days = [dict(sorted(Counter(one.date.day for one in part).items())) for part in month.parts]
    assert days == [{1: 140}, {2: 20, 3: 130}, {4: 150}, {4: 150}, {4: 10, 5: 30}]


def test_a_full_part_stays_when_newer_articles_come():
    old = [article(f"{n:04}", dt.date(2024, 7, 1 + n // 20)) for n in range(PART + 10)]
    new = [article(f"n{n}", dt.date(2024, 7, 20)) for n in range(400)]
    before = months_of(sorted(old, key=order))[0]
    after = months_of(sorted(old + new, key=order))[0]
    assert after.parts[0] == before.parts[0]
    assert after.count == before.count + 400


def test_months_of_a_source_are_newest_first():
    articles = [
        article("a", dt.date(2024, 8, 1)),
        article("b", dt.date(2024, 7, 31)),
        article("c", dt.date(2023, 7, 1)),
    ]
    assert [month.first for month in months_of(articles)] == [
        dt.date(2024, 8, 1),
        dt.date(2024, 7, 1),
        dt.date(2023, 7, 1),
    ]
    assert months_of([]) == ()
    assert msgspec.structs.asdict(months_of(articles)[0])["parts"] == ((articles[0],),)
