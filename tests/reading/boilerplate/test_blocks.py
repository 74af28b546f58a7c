"""A body's blocks: all of it is there, and what is kept comes out as it stood."""

import pytest
from boilerplate_pages import MENU, TEXT, opinion, page, text_of

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.blocks import blocks_of
from generator.reading.boilerplate.repeats import learn

LONG = [f"Keeper {n} wrote down the weather, the ships, and the oil that was burned." for n in range(6000)]


def test_an_article_longer_than_is_looked_at_stays_whole():
    assert len("\n\n".join(LONG)) > 400_000
    found = opinion(page(*MENU, "# How lighthouses lost their keepers", *LONG))
    assert found.failure == ""
    assert article_markdown(found.blocks) == "\n\n".join(LONG)


@pytest.mark.parametrize("before", [[], ["![](data:image/png;base64,)"]])
def test_one_block_that_is_too_long_stays_whole_with_what_follows(before):
    wall = "The lamp turns. " * 20_000
    assert text_of(page(*before, wall, *TEXT)).endswith("\n\n".join([wall, *TEXT]))
    assert text_of("\n\n".join([wall, *TEXT])) == "\n\n".join([wall, *TEXT])


def test_a_fence_goes_on_into_what_is_not_looked_at():
    code = "```\n" + "light = 1\n\n\n" * 30_000 + "```"
    assert text_of(page(*TEXT, code)) == "\n\n".join([*TEXT, code])


def test_what_is_not_looked_at_is_not_learned():
    rest = "x" * 300_000
    pages = ["\n\n".join([f"# Title {n}", f"{one} {n}", rest]) for n, one in enumerate(TEXT)]
    assert learn(pages) == learn([one.removesuffix(rest) for one in pages])


def test_the_fixed_tail_of_a_family_takes_the_rest_along():
    body = "\n\n".join(["One.", "Tail begins", "x" * 300_000])
    assert [block.kind for block in blocks_of(body, ("Tail",))] == ["text", "tail", "tail"]


@pytest.mark.parametrize(
    "code",
    [
        "```python\nlight = 1\n\n\ndef turn():\n    pass\n\n\n\nturn()\n```",
        "$$\na = 1\n\n\nb = 2\n$$",
        "<pre>\none\n\n\ntwo\n</pre>",
        "    one = 1\n\n\n    two = 2",
        "> ```\n> one\n\n\n> two\n> ```",
    ],
)
def test_code_keeps_its_blank_lines(code):
    body = "\n\n".join([*TEXT, code, *TEXT[:1]])
    assert text_of(page(body)) == body


def test_where_furniture_stood_one_blank_line_is_left():
    body = page("\n\n\n\n".join([TEXT[0], "Copy link", *TEXT[1:]]))
    assert text_of(body) == TEXT[0] + "\n\n" + "\n\n\n\n".join(TEXT[1:])


@pytest.mark.parametrize(
    ("body", "texts", "gaps"),
    [
        ("one\n\ntwo\nlines\n\nthree\n", ["one", "two\nlines", "three"], ["", "\n\n", "\n\n"]),
        ("one\n\n\ntwo", ["one", "two"], ["", "\n\n\n"]),
        ("one\n \ntwo\n\n\t\n\nthree", ["one", "two", "three"], ["", "\n \n", "\n\n\t\n\n"]),
        (" \n\none\n\n ", ["one"], ["\n\n"]),
        ("  one\n\ntwo ", ["  one", "two "], ["", "\n\n"]),
        ("\n \n", [], []),
        ("", [], []),
    ],
)
def test_blocks_stand_between_blank_lines(body, texts, gaps):
    blocks = blocks_of(body)
    assert [block.text for block in blocks] == texts
    assert [block.gap for block in blocks] == gaps


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("See [the quay](/a_(b)) and [the bay](/c", "See the quay and the bay"),
        ("![x](/a_(b).png) [the bay](/c) now", " the bay now"),
        ("[a](/b\nc) d", "a\nc) d"),
    ],
)
def test_targets_may_hold_parentheses(text, plain):
    assert blocks_of(text)[0].plain == plain
