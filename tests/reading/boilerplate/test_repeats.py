"""What a source repeats is learned from each of its articles, once."""

import itertools

import pytest
from boilerplate.pages import MENU, TEXT, opinion

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.repeats import NOTHING, learn, text_hash

BAR = "The Coast is a paper for all those who look out at the sea each morning"
FOOT = "Printed on the quay, sold on both sides of the bay and nowhere else."


def story(n: int) -> list[str]:
    return [f"Story {n}, part {part}: {text}" for part, text in zip("abc", TEXT, strict=True)]


def body(n: int, bar: str = BAR) -> str:
    return "\n\n".join([bar, *story(n), FOOT])


def test_bodies_that_all_begin_with_the_same_bar_are_learned_from():
    for bar in (BAR, MENU[1], "![The Coast](https://coast.example/logo.png)"):
        learned = learn([body(n, bar) for n in range(8)])
        found = opinion(body(9, bar), "Another title", repeats=learned)
        assert article_markdown(found.blocks) == "\n\n".join(story(9)), bar


def test_copies_without_a_title_count_once():
    copies = [body(1, f"{BAR}, day {n}") for n in "abcd"]
    assert learn(copies) == NOTHING
    others = [body(n) for n in range(2, 6)]
    learned = learn([*copies, *others])
    assert article_markdown(opinion(body(1), "Another title", repeats=learned).blocks) == "\n\n".join(
        story(1)
    )


def test_the_order_of_copies_does_not_matter():
    bodies = [body(1, f"{BAR}, day a"), body(1, f"{BAR}, day b"), body(2), "[Home](/)", "[Home](/)"]
    assert len({learn(each) for each in itertools.permutations(bodies)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 comments on Coast", "comments  on COAST 7"),
        ("[Home](/a/1) | [Club](/b_c)", "[HOME](/z) | [club]()"),
        ("１２ 条评论\u3000在海边", "条评论在海边 3"),
        ("[首页](/a/1) ÉTÉ", "[首页]() été"),
    ],
)
def test_figures_spaces_case_and_targets_make_no_difference(one, other):
    assert text_hash(one) == text_hash(other) != text_hash("else")


def test_what_is_figures_alone_is_told_apart():
    assert text_hash("12") != text_hash("13")
    assert text_hash("![a](/1)") != text_hash("![a](/2)")
