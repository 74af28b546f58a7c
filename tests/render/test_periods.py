"""Weeks, months, years and the archive: what is newest comes first, and every day is near."""

import datetime as dt

import msgspec
from test_compose import article, composed, ids

from generator.model import addresses
from generator.model.types import Verdict


def test_picks_of_a_period_are_newest_first():
    own = [
        article(1, "A", dt.date(2024, 7, 9)),
        article(2, "A", dt.date(2024, 7, 1), pinned=True),
        article(3, "B", dt.date(2024, 7, 5), pinned=True),
        article(4, "B", dt.date(2024, 6, 30), pinned=True),
    ]
    shown = composed(own)
    assert ids(shown["2024/07/"][0].picks) == [3, 2]
    assert ids(shown["2024/"][0].picks) == [3, 2, 4]


def test_calendars_of_a_year_are_newest_first():
    own = [article(n, date=dt.date(2024, n, 1)) for n in (3, 7, 12)]
    year = composed(own)["2024/"][0]
    assert [calendar.month.address for calendar in year.calendars] == ["2024/12/", "2024/07/", "2024/03/"]


def test_a_source_of_a_month_leads_to_its_newest_part():
    own = [article(n, date=dt.date(2024, 7, 1 + n // 100)) for n in range(260)]
    [source] = composed(own)["2024/07/"][0].sources
    assert source.address == "sources/a/2024/07/3/"


def test_the_archive_lists_years_months_and_weeks_newest_first():
    dates = [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 7, 3), dt.date(2024, 6, 30)]
    view = composed([article(n, date=date) for n, date in enumerate(dates)])["archive/"][0]
    assert (view.count, view.first, view.last) == (4, dates[0], dates[2])
    months = [[month.address for month in year.months] for year in view.years]
    assert months == [["2024/07/", "2024/06/", "2024/01/"], ["2023/12/"]]
    weeks = {
        month.address: [week.address for week in month.weeks] for year in view.years for month in year.months
    }
    assert weeks == {
        "2024/07/": ["2024/w27/"],
        "2024/06/": ["2024/w26/"],
        "2024/01/": ["2024/w01/"],
        "2023/12/": ["2023/w52/"],
    }


def test_every_week_is_in_the_archive_once():
    own = [article(n, date=dt.date(2023, 11, 1) + dt.timedelta(n)) for n in range(0, 120, 3)]
    shown = composed(own)
    listed = [
        week.address for year in shown["archive/"][0].years for month in year.months for week in month.weeks
    ]
    assert sorted(listed) == sorted(address for address in shown if "/w" in address)


def test_the_archive_shows_picks_of_each_month_and_counts_the_others():
    own = [article(n, date=dt.date(2024, 7, 1 + n), pinned=True) for n in range(9)]
    link = msgspec.structs.replace(own[8], verdict=Verdict.LINK)
    leaner = composed([*own[:8], link])["archive/"]
    [month] = leaner[0].years[0].months
    assert [pick.date.day for pick in month.picks] == [9, 8, 7, 6, 5]
    assert (month.picks[0].address, month.picks[1].address) == (None, addresses.article(own[7].id))
    shown = [(len(one.picks), one.picks_more) for view in leaner for one in view.years[0].months]
    assert shown[:4] == [(5, 4), (3, 6), (1, 8), (0, 9)]
    assert leaner[-1].years[0].months[0].weeks == ()


def test_an_archive_without_articles_has_no_page():
    assert "archive/" not in composed([])
