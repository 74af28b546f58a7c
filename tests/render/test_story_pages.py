"""The pages of stories: event, sources and days, and what differs among the texts."""

import datetime as dt

import msgspec
from test_compose import DAY, EARLIER, article, composed, ids, story

from generator.grouping.identifiers import identifiers_of
from generator.model import addresses
from generator.model.types import Verdict


def told(*own):
    return composed(list(own), stories=(story(*own),))


def reports(view) -> list[tuple[str, int]]:
    return [(report.kind, int(report.item.id)) for report in view.reports]


def test_a_story_says_which_text_is_first_fullest_and_in_other_languages():
    morning = dt.datetime(2024, 7, 1, 8, tzinfo=dt.UTC)
    own = (
        article(1, "A", minutes=9),
        article(2, "B", EARLIER, time=morning + dt.timedelta(hours=1)),
        article(3, "C", EARLIER, time=morning, verdict=Verdict.LINK),
        article(4, "D", EARLIER),
        article(5, "E", language="zh", minutes=12, verdict=Verdict.CUT),
        article(6, "E", language="zh-Hant", minutes=3),
        article(7, "F", language="und"),
    )
    view = told(*own)[addresses.story(own[0].id)][0]
    assert reports(view) == [("first", 3), ("fullest", 1), ("language", 6)]
    assert [(one.name, one.count) for one in view.sources] == [
        ("E", 2), ("A", 1), ("B", 1), ("C", 1), ("D", 1), ("F", 1)
    ]  # fmt: skip
    assert [day.day.address for day in view.days] == [addresses.day(DAY), addresses.day(EARLIER)]


def test_a_text_that_is_first_and_fullest_is_named_once():
    own = (article(1, "A", EARLIER, minutes=9), article(2, "B"), article(3, "C"))
    assert reports(told(*own)[addresses.story(own[0].id)][0]) == [("first_fullest", 1)]


def test_a_story_of_links_has_no_fullest_text():
    own = [article(n, name, verdict=Verdict.LINK) for n, name in enumerate("ABC")]
    assert reports(told(*own)[addresses.story(own[0].id)][0]) == [("first", 0)]


def test_a_story_is_never_of_one_source_alone():
    own = [article(n, "A") for n in range(4)]
    shown = told(*own)
    assert not [address for address in shown if address.startswith("stories/")]
    assert shown["2024/07/03/"][0].stories[0].story is None


def test_a_story_names_the_identifiers_that_its_texts_share():
    own = [
        article(n, name, identifiers=("CVE-2024-1", "RFC 9110")[: 2 - n % 2]) for n, name in enumerate("ABC")
    ]
    assert {*identifiers_of(own)} == {"CVE-2024-1"}
    view = told(*own)[addresses.story(own[0].id)][0]
    assert [(one.name, one.address) for one in view.identifiers] == [("CVE-2024-1", "cve/cve-2024-1/")]


def test_leaner_stories_show_fewer_texts_and_count_all():
    own = [article(n, f"S{n}") for n in range(200)]
    views = told(*own)[addresses.story(own[0].id)]
    assert [(view.count, view.shown) for view in views] == [(200, n) for n in (200, 200, 200, 151, 51)]
    assert all(sum(len(day.items) for day in view.days) == view.shown for view in views)
    assert ids(views[-1].days[0].items)[0] == 0
    assert msgspec.structs.replace(views[0].lead, excerpt="") == msgspec.structs.replace(
        views[-1].lead, excerpt=""
    )
