"""The pages of sources: months with all their parts, and all sources in two orders."""

import datetime as dt
import re

from test_compose import DAY, article, composed
from theme_views import html_of

from generator.model.types import TextPolicy, Verdict
from generator.render.source_lists import PART

JUNE = dt.date(2024, 6, 5)


def many(*sizes: int) -> list:
    """Articles of successive days of July, as many on each."""
    dates = [dt.date(2024, 7, day) for day, size in enumerate(sizes, 1) for _ in range(size)]
    return [article(n, date=date) for n, date in enumerate(dates)]


def test_a_source_lists_its_months_with_all_their_parts_newest_first():
    shown = composed([*many(100, 100, 40, 160, 20), article(900, date=JUNE)])
    [year] = shown["sources/a/"][0].years
    july, june = year.months
    assert (year.count, july.count, july.anchor) == (421, 420, "_2024-07")
    assert [(part.name, part.count, part.address) for part in july.parts] == [
        ("4–5", 30, "sources/a/2024/07/4/"),
        ("4", 150, "sources/a/2024/07/3/"),
        ("2–3", 140, "sources/a/2024/07/2/"),
        ("1", 100, "sources/a/2024/07/"),
    ]
    assert july.address == july.parts[0].address
    assert (june.parts, june.address) == ((), "sources/a/2024/06/")
    assert [len(view.years[0].months[0].parts) for view in shown["sources/a/"]] == [4, 4, 4, 0]


def test_a_month_whose_parts_are_listed_has_a_plain_name():
    own = [*many(100, 100), article(900, date=JUNE)]
    html = html_of("source.html", composed(own)["sources/a/"][0])
    assert re.search(r'id="_2024-07">\s*July 2024 <b>', html)
    assert re.search(r'id="_2024-06">\s*<a href="[^"]*">June 2024</a> <b>', html)


def test_parts_of_one_day_are_counted():
    shown = composed(many(310))
    [july] = shown["sources/a/"][0].years[0].months
    assert [part.name for part in july.parts] == ["1 (3)", "1 (2)", "1"]


def test_a_part_says_its_days_and_its_neighbours():
    shown = composed(many(100, 100, 40, 60))
    first, second, third = (shown[f"sources/a/2024/07/{part}"][0] for part in ("", "2/", "3/"))
    assert [(view.days, view.count) for view in (first, second, third)] == [
        ("1", 100),
        ("2–3", 140),
        ("4", 60),
    ]
    assert (first.earlier, first.later.name, first.later.address) == (None, "July 2", "sources/a/2024/07/2/")
    assert (second.earlier.name, second.later.name) == ("1", "July 4")
    assert (third.earlier.name, third.later) == ("2–3", None)


def test_an_old_part_stays_as_it_is_when_newer_articles_come():
    old, new = composed(many(100, 100, 40)), composed(many(100, 100, 40, 100, 30, 200))
    assert old["sources/a/2024/07/"] == new["sources/a/2024/07/"]
    assert "sources/a/2024/07/4/" in new


def test_the_month_before_is_entered_at_its_newest_part():
    own = [article(1000 + n, date=JUNE + dt.timedelta(n // 100)) for n in range(260)]
    shown = composed([article(1), *own])
    assert shown["sources/a/2024/07/"][0].previous.address == "sources/a/2024/06/3/"


def listed(view) -> list[tuple[str, list[str]]]:
    return [(group.name, [source.name for source in group.sources]) for group in view.groups]


def test_all_sources_have_two_orders():
    names = {"Mill": 12, "北岸": 3, "Bee": 3, "安全": 1, "9 Points": 1, "Ωmega": 1}
    own = [article(100 * n + m, name) for n, (name, count) in enumerate(names.items()) for m in range(count)]
    shown = composed(own)
    by_number, by_name = shown["sources/"][0], shown["sources/a-z.html"][0]
    assert listed(by_number) == [
        ("10–99 articles", ["Mill"]),
        ("2–9 articles", ["Bee", "北岸"]),
        ("1 article", ["9 Points", "Ωmega", "安全"]),
    ]  # fmt: skip
    assert listed(by_name) == [
        ("A", ["安全"]), ("B", ["Bee", "北岸"]), ("M", ["Mill"]), ("0–9", ["9 Points"]), ("", ["Ωmega"])
    ]  # fmt: skip
    assert len({group.anchor for group in by_name.groups}) == 5
    assert (by_name.sources, by_name.count, by_name.is_by_name) == (6, 21, True)
    assert [(view.has_health, view.sparks) for view in shown["sources/"]] == [
        (True, True), (True, False), (False, False)
    ]  # fmt: skip


def test_many_sources_have_several_pages_in_both_orders():
    own = [article(n, f"Source {n:03}") for n in range(PART)] + [article(900 + n, "Zinc") for n in range(2)]
    shown = composed([*own, article(999, "Alpha")])
    for order in (("sources/", "sources/2.html"), ("sources/a-z.html", "sources/a-z-2.html")):
        first, second = (shown[address][0] for address in order)
        named = [row.name for view in (first, second) for group in view.groups for row in group.sources]
        assert len({*named}) == len(named) == PART + 2
        assert first.jumps == second.jumps
        assert [part.address for part in second.parts] == [*order]
    assert [(jump.name, jump.address) for jump in shown["sources/a-z.html"][0].jumps] == [
        ("A", "sources/a-z.html"), ("S", "sources/a-z.html"), ("Z", "sources/a-z-2.html")
    ]  # fmt: skip
    assert [(jump.name, jump.count) for jump in shown["sources/"][0].jumps] == [
        ("2–9 articles", 1), ("1 article", PART + 1)
    ]  # fmt: skip


def test_a_source_says_how_much_there_is_to_read():
    own = [article(1, minutes=5), article(2, minutes=7), article(3, minutes=9, verdict=Verdict.LINK)]
    for policy, minutes in ((TextPolicy.FULL, 12), (TextPolicy.EXCERPT, 0), (TextPolicy.LINK, 0)):
        [group] = composed(own, policy)["sources/"][0].groups
        assert [(row.minutes, row.date) for row in group.sources] == [(minutes, DAY)]
