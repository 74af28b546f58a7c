import pytest
from reading_rules import rules

from generator.reading.article import article_of
from generator.reading.boilerplate.judge import Cleaning
from generator.reading.frontmatter import clipping_of
from generator.reading.title import trimmed, with_trimmed_heading

URL = "https://blog.press.example/grid"


@pytest.mark.parametrize(
    ("title", "source", "left"),
    [
        ("The grid https://press.example/a...", "Press", "The grid"),
        ("The grid: https://a.example/1 https://b.example/2", "Press", "The grid"),
        ("The grid - https://press.example/a", "Press", "The grid"),
        ("https://press.example/a", "Press", "https://press.example/a"),
        ("The grid | The Old Press", "The Old Press", "The grid"),
        ("The grid - Ann", "Blogs - Ann", "The grid"),
        ("The grid · Press", "Some Feed", "The grid"),
        ("版面的网格｜活字报", "活字报", "版面的网格"),
        ("版面的网格 - 续 - 活字报", "活字报", "版面的网格 - 续"),
        ("The grid - a history", "Press", "The grid - a history"),
        ("Ann – Press", "Press", "Ann – Press"),
        ("版面u200bu200b的网格", "活字报", "版面的网格"),
        (r"一句\"话\"u200b？", "活字报", '一句"话"？'),
        ("The grid-press", "Press", "The grid-press"),
        ("The grid :: Press", "Press", "The grid"),
        ("The grid :: a history", "Press", "The grid :: a history"),
        ("The grid (https://press.example/a)", "Press", "The grid"),
        ("版面的网格（https://press.example/a）", "活字报", "版面的网格"),
        (
            "The grid, day 3 https://press.example/a, (Wed, Jul 3rd)",
            "Press",
            "The grid, day 3, (Wed, Jul 3rd)",
        ),
        ("Gridu200bu200bPress 版面", "活字报", "GridPress 版面"),
        ("The Â«oldÂ» grid u200b today", "Press", "The «old» grid today"),
        ("版面 |xa0网格", "活字报", "版面 |网格"),
        ("How https://press.example/ was made", "Press", "How https://press.example/ was made"),
    ],
)
def test_titles_lose_an_address_and_the_name_of_their_site(title, source, left):
    assert trimmed(title, source, URL) == left
    assert trimmed(title, source, None) == title


def test_the_clippers_heading_is_trimmed_too():
    body = "# The grid &amp; more | Press\n\nText"
    assert with_trimmed_heading(body, "The grid & more", "Press", URL) == "# The grid & more\n\nText"
    assert with_trimmed_heading(body, "Another", "Press", URL) == body


@pytest.mark.parametrize("cleaning", [None, Cleaning()])
def test_the_heading_is_no_part_of_the_text(cleaning):
    text = "A page was as many columns as the press could hold, and no more."
    block = f"title: The grid | Press\ndate: 2024-07-03\nurl: {URL}\nsource: Press\n"
    clipping, _ = clipping_of("a.md", f"---\n{block}---\n# The grid | Press\n\n{text}\n")
    reading = article_of(clipping, rules(), cleaning)
    assert (reading.article.title, reading.text.strip()) == ("The grid", text)
