"""Lines that differ from those of other articles in digits only: values stay, counters and dates go."""

import pytest
from boilerplate_pages import opinion, page

from generator.reading.boilerplate.repeats import LearnedBoilerplate, learn

NAMES = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm", "Inlet"]
FOOT = ["The crew of the Coast thanks all readers", "[All notices](https://coast.example/all)"]


def story(n: int) -> list[str]:
    name = NAMES[n]
    return [
        f"The keeper of {name} climbs the stairs in the evening, and {NAMES[n - 1]} lies dark below it.",
        f"In the morning the boats of {name} come home, and somebody counts the nets on the quay of {name}.",
    ]


def lines(shape: str, n: int) -> list[str]:
    """The blocks of a shape, with digits that no other article has."""
    return shape.format(a=n + 2, b=(n + 3) * 397, c=11 + n * 5).split("\n\n")


def notice(n: int, above: str = "", below: str = "") -> str:
    parts = [*(lines(above, n) if above else []), *story(n), *(lines(below, n) if below else []), *FOOT]
    return page(*parts, title=f"News of {NAMES[n]}")


def removed(n: int, above: str = "", below: str = "") -> list[str]:
    bodies = [notice(one, above, below) for one in range(8)]
    found = opinion(bodies[n], f"News of {NAMES[n]}", repeats=learn(bodies))
    gone = [one.block.text for one in found.blocks if one.reason not in {None, "title"}]
    return [text for text in gone if text not in FOOT]


VALUES = [
    "## Timeline\n\nMarch {a}: seen\n\nApril {c}: repaired",
    "## Boats\n\n{b} boats\n\n## Telephone\n\n555 01 {b}\n\n## Seen on\n\nMarch {a}",
    "**Storm date:** {a} January 2026\n\n**Date added:** {a} March 2026\n\n**Nets lost:** {b}",
    "## Affected towers\n\nTower {b}\n\nTower {b}{a}\n\n## Advice\n\nClose door {b}",
    "**时间线**\n\n3月{a}日：港务局确认\n\n**灯塔编号**\n\n灯塔{b}\n\n**奖金：** {b}元",
    "## Karten\n\nErwachsene {a},{c} €\n\nKinder: {a} Euro\n\n## Geöffnet\n\n{a}:30 – 1{a}:00 Uhr",
    "Boats at sea: {b}\n\nShare of boats with a light: {a} %\n\n* North: {b}\n* South: {a}{c}",
    "### Repaired\n\n- Lamp {b}: goes out at night\n- Lamp {b}{a}: wrong colour\n\n### Weight\n\n{b} kg",
    "六、时间线\n\n9月{a}日，港务局修好灯塔\n\n9月{c}日，本通告发布",
    "五、会议时间\n\n9月{c}日上午9点\n\n六、联系电话\n\n0571-88{b}",
    "时间轴\n\n2026/9/{c}\n\n港务局通告：灯塔{b}修好。",
    "Update {a}: the tower opens again on day {c}.",
    "Scadenza: {a} maggio 2026",
    "2026-03-{c}: the harbour answers",
]


@pytest.mark.parametrize("shape", VALUES)
def test_values_of_a_form_stay_below_the_text(shape):
    assert removed(3, below=shape) == []


@pytest.mark.parametrize("shape", ["Wind force: {a}\n\nBoats: {b}", "Hall {b}\n\n1{a}:30 to 1{a}:45"])
def test_values_of_a_form_stay_above_the_text(shape):
    assert removed(3, above=shape) == []


COUNTERS = [
    "{b} people like this",
    "Page {a} of 90",
    "Shared {b} times",
    "累计发布 {b} 篇",
    "Edited {a} March 2026",
]


@pytest.mark.parametrize(
    "shape", [*COUNTERS, "★ {b} stars", "Post {a} of 90", "{a} March 2026", "浏览量：{b}"]
)
def test_counters_and_dates_go_below_the_text(shape):
    assert removed(3, below=shape) == lines(shape, 3)


@pytest.mark.parametrize(
    "shape", ["{c} March 2026", "2026-03-{c} 14:{c}", "Pubblicato il {c} marzo 2026", "阅读 {b}"]
)
def test_counters_and_dates_go_above_the_text(shape):
    assert removed(3, above=shape) == lines(shape, 3)


def test_a_value_behind_boilerplate_goes_with_it():
    shape = "[Buy a lamp](https://coast.example/lamps)\n\nLamps sold this week {b}"
    assert removed(3, below=shape) == lines(shape, 3)


def test_a_line_that_is_always_the_same_stays_among_values_with_such_labels():
    assert removed(3, below="**Boats:** {b}\n\n**Lost:** nets and ropes") == []


def test_digits_that_most_articles_share_are_not_those_of_a_value():
    bodies = [notice(n, below="Tower 12 of the coast") for n in range(8)]
    assert learn(bodies).varying == frozenset()
    assert learn([notice(n, below="Tower {b} of the coast") for n in range(8)]).varying
    assert LearnedBoilerplate().varying == frozenset()
