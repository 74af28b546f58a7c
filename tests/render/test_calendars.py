"""Calendars: shades by quarters, and days to come that never lead nowhere."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st
from test_compose import article, composed

from generator.render.calendars import shades

counts = st.lists(st.integers(1, 1000), min_size=1, max_size=60)


def test_shades_are_quarters_whatever_the_busiest_day_has():
    shade = shades([1, 2, 3, 4, 5, 6, 7, 9000])
    assert [shade(count) for count in (0, 1, 2, 3, 4, 5, 6, 7, 9000)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert {shades([5] * 30)(5), shades([5])(5)} == {1}


@given(counts)
def test_shades_grow_with_counts(own):
    shade = shades(own)
    found = [shade(count) for count in sorted(own)]
    assert found == sorted(found)
    assert set(found) <= {1, 2, 3, 4}


def test_a_later_day_leads_to_the_calendar_of_its_month():
    day, later = dt.date(2024, 7, 3), dt.date(2024, 7, 9)
    alone = composed([article(1, date=day)])
    both = composed([article(1, date=day), article(2, date=later)])
    before, after = alone["2024/07/03/"][0].calendar, both["2024/07/03/"][0].calendar
    assert before == after
    days = {one.date.day: one for week in after.weeks for one in week if one}
    assert [(days[n].address, days[n].fragment) for n in (2, 3, 9, 31)] == [
        (None, ""), ("2024/07/03/", ""), ("2024/07/", "_d09"), ("2024/07/", "_d31")
    ]  # fmt: skip


def test_the_front_page_knows_all_days():
    [calendar] = [composed([article(1, date=dt.date(2024, 7, 3))])[""][0].calendar]
    assert [day.address for week in calendar.weeks for day in week if day and day.address] == ["2024/07/03/"]
