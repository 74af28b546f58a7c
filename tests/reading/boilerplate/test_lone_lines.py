"""A line that a source repeats between title and text goes, but not the label of a section or a value."""

import itertools

import pytest
from boilerplate_pages import TEXT, opinion, page

from generator.reading.boilerplate.repeats import NOTHING, learn

NAMES = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm", "Inlet", "Jetty"]
FOOT = "Printed on the quay, sold on both sides of the bay and nowhere else."


def story(n: int) -> list[str]:
    return [f"{NAMES[n]}, part {part}: {text}" for part, text in zip("abc", TEXT, strict=True)]


def title_of(n: int) -> str:
    return f"A walk to {NAMES[n]}"


def article(n: int, *blocks: str) -> str:
    return page(*blocks, FOOT, title=title_of(n))


def removed_from(bodies: list[str], title: str, body: str = "") -> list[str]:
    """What goes from one of the bodies, or another one, apart from the title and the foot."""
    found = opinion(body or bodies[5], title, repeats=learn(bodies))
    return [one.block.text for one in found.blocks if one.reason not in {None, "title"}][:-1]


@pytest.mark.parametrize(
    "line",
    [
        "Hear this walk",
        "#tides #ropes",
        "**For members**",
        "## Voices",
        "字号：大 中 小",
        "【朗读】",
        "استمع إلى المقال",
        "Issue {n}",
        "总第{n}期",
        "Issued at 05:1{n} on {n} August 2026",
    ],
)
def test_a_line_above_most_texts_goes(line):
    lines = [line.format(n=n + 1) for n in range(9)]
    assert removed_from([article(n, lines[n], *story(n)) for n in range(9)], title_of(5)) == [lines[5]]


def test_several_lines_go():
    bodies = [article(n, "Hear this walk", "Size of the letters", *story(n)) for n in range(9)]
    assert removed_from(bodies, title_of(5)) == ["Hear this walk", "Size of the letters"]


def test_the_picture_above_the_line_stays():
    bodies = [article(n, f"![]({NAMES[n]}.jpg)", "Hear this walk", *story(n)) for n in range(9)]
    assert removed_from(bodies, title_of(5)) == ["Hear this walk"]


@pytest.mark.parametrize(
    ("label", "other"),
    [
        ("## Summary", "## The walk"),
        ("**Background**", "**The walk**"),
        ("Background", "The walk"),
        ("一、概述", "二、经过"),
        ("1. Tide", "2. Wind"),
        ("【事件】", "【评论】"),
    ],
)
def test_the_label_of_a_section_stays(label, other):
    def walk(n: int) -> str:
        first, *rest = story(n)
        return article(n, label, first, f"{other} {NAMES[n]}", *rest)

    assert removed_from(list(map(walk, range(9))), title_of(5)) == []


def test_the_label_stays_where_an_article_has_one_section_only():
    def walk(n: int) -> str:
        first, *rest = story(n)
        return article(n, "## Summary", first, *([f"## The walk to {NAMES[n]}"] if n % 4 else []), *rest)

    bodies = list(map(walk, range(9)))
    assert removed_from(bodies, title_of(4), bodies[4]) == []


@pytest.mark.parametrize(
    ("line", "below"),
    [
        ("Dear readers,", None),
        ("A note to begin with:", None),
        ("Where", "{name} hall"),
        ("Needed", "* {name}"),
    ],
)
def test_a_salutation_and_the_label_of_a_value_stay(line, below):
    def walk(n: int) -> str:
        return article(n, line, *([below.format(name=NAMES[n])] if below else []), *story(n))

    assert removed_from(list(map(walk, range(9))), title_of(5)) == []


def test_a_value_that_differs_between_articles_stays():
    bodies = [article(n, f"Level: {('easy', 'steep')[n % 2]}", *story(n)) for n in range(9)]
    assert removed_from(bodies, title_of(5)) == []


def test_a_line_of_a_few_articles_stays():
    bodies = [article(n, *(["The sea was calm"] if n in {2, 5} else []), *story(n)) for n in range(9)]
    assert removed_from(bodies, title_of(5)) == []


def letter(n: int, *below: str) -> str:
    first, *rest = story(n)
    return page("Good morning!", first, "## Outlook", *rest, *below, title=f"Letter from the coast {n + 40}")


END = ["Until next week!", "Was this sent on to you? [Join us](/join)", "[Leave](/leave)"]


def test_a_series_teaches_what_it_begins_and_ends_with():
    bodies = [letter(n, *END) for n in range(9)]
    found = opinion(bodies[5], "Letter from the coast 45", repeats=learn(bodies))
    gone = [one.block.text for one in found.blocks if one.reason not in {None, "title"}]
    assert gone == ["Good morning!", *END]


@pytest.mark.parametrize(
    "form",
    [
        ["## Sea", "Calm."],
        ["Sea", "Calm"],
        ["**Sea**", "Calm"],
        ["Sea: calm"],
        ["Note: all heights are those of the chart."],
    ],
)
def test_a_series_does_not_teach_its_form(form):
    bodies = [letter(n, *form).replace("Good morning!", "Tide") for n in range(9)]
    learned = learn(bodies)
    assert not learned.head
    found = opinion(bodies[5], "Letter from the coast 45", repeats=learned)
    assert [one.block.text for one in found.blocks if one.reason not in {None, "title"}] == []


def test_updates_of_one_article_teach_nothing_even_if_their_titles_count():
    def update(n: int) -> str:
        return page(
            "Storm news.", *TEXT, f"{NAMES[n]} is cut off.", "Stay at home.", title=f"Storm, update {n}"
        )

    assert learn(map(update, range(9))) == NOTHING


def test_the_order_of_a_series_does_not_matter():
    bodies = [letter(n % 3, *END[: n % 2 + 1]) for n in range(4)] + [letter(n) for n in range(4, 6)]
    assert len({learn(each) for each in itertools.permutations(bodies)}) == 1


def test_the_values_of_a_short_form_stay_below_a_row_of_buttons():
    def count(n: int) -> str:
        form = [
            f"The boats of {NAMES[n]} were counted",
            "**Sails**",
            f"{n + 3} torn",
            "**Oars**",
            f"{n + 30} whole",
        ]
        return page("Like Share Save", *form, "Back to top", title=title_of(n))

    bodies = list(map(count, range(9)))
    found = opinion(bodies[5], title_of(5), repeats=learn(bodies))
    gone = [one.block.text for one in found.blocks if one.reason not in {None, "title"}]
    assert not {"**Sails**", "8 torn", "**Oars**", "35 whole"} & {*gone}
    assert "Like Share Save" in gone
