"""Calendars: shades by quarters."""

from hypothesis import given
from hypothesis import strategies as st

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
