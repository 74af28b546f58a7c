"""Charts are sound XML, hold every month, and need neither colour nor style attributes."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from generator.model.types import MonthHealth
from generator.render.charts import bars, spanned, spark
from generator.render.health import share

MAY = dt.date(2024, 5, 1)
counts = st.integers(0, 10_000)
months = st.lists(
    st.builds(MonthHealth, first=st.just(MAY), full=counts, cut=counts, link=counts), min_size=1, max_size=60
).filter(lambda own: any(month.count for month in own))


@given(months, st.text("<&>\"' ab"))
def test_a_chart_is_sound_and_stays_in_its_box(own, text):
    chart = bars(own, text, text)
    tree = ET.fromstring(chart)
    assert tree.attrib["role"] == "img"
    assert {node.attrib["id"] for node in tree if "id" in node.attrib} == set(
        tree.attrib["aria-labelledby"].split()
    )
    assert [node.text or "" for node in tree[:2]] == [text, text]
    assert " style=" not in chart
    for x, bottom, wide, top in re.findall(r"M(\d+) (\d+)h(\d+)V(\d+)", chart):
        assert 0 <= int(top) <= int(bottom) <= 96
        assert int(x) + int(wide) <= 600


def test_verdicts_differ_without_colour():
    chart = bars([MonthHealth(first=MAY, full=2, cut=1, link=1)], "t", "d")
    shapes = dict(re.findall(r'<path class="(full|cut|link)"( fill="[^"]+")?', chart))
    assert shapes == {"full": "", "cut": ' fill="url(#_hatch)"', "link": ""}
    assert 'class="full" d="M0 96h18V48h-18z"' in chart
    assert 'class="link" d="M0 24h18V0h-18z"' in chart


def test_gaps_are_filled_and_the_oldest_left_out():
    known = [MonthHealth(first=dt.date(2023, 12, 1), full=1), MonthHealth(first=dt.date(2024, 2, 1), link=2)]
    shown = spanned(known, dt.date(2024, 3, 9), 60)
    assert [(month.first.isoformat()[:7], month.count) for month in shown] == [
        ("2023-12", 1), ("2024-01", 0), ("2024-02", 2), ("2024-03", 0),
    ]  # fmt: skip
    assert [month.count for month in spanned(known, dt.date(2024, 3, 9), 2)] == [2, 0]
    ancient = [MonthHealth(first=dt.date.min, full=1)]
    assert len(spanned(ancient, dt.date.min, 60)) == 1


def test_a_tiny_chart():
    assert spark((0, 0)) == ""
    assert 'd="M0 8v-1M6 8v-8"' in spark((1, 0, 100))
    assert ' role="img" aria-label="1 0 100">' in spark((0, 1, 0, 100))


def test_a_small_part_is_seen():
    own = [MonthHealth(first=MAY, full=10_000), MonthHealth(first=MAY, full=1, cut=1, link=1)]
    parts = re.findall(r"M24 (\d+)h18V(\d+)", bars(own, "t", "d"))
    assert parts == [
        ("96", "95"),
        ("95", "94"),
        ("94", "93"),
    ]


def test_a_share_is_not_rounded_to_none_or_all():
    parts = [
        share(*pair).percent for pair in ((0, 1000), (1, 1000), (999, 1000), (1000, 1000), (1, 3), (0, 0))
    ]
    assert parts == [0, 1, 99, 100, 33, 0]
