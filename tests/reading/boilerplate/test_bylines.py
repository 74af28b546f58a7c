"""Rows of dates and names above the text go; those of the text stay."""

import pytest
from boilerplate.pages import MENU, TEXT, TITLE, opinion, page, text_of

ARTICLE = "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "rows",
    [
        ["2024-05-25"],
        ["by Ann Lee || Guest Author"],
        ["Ann Lee", "May 6, 2024"],
        ["Wed 24 Jul 2024  //\n06:33 UTC"],
        ["[Ann Lee](/ann) · July 22, 2024 · 13 min"],
        ["Posted by Ann Lee, Keeper of the Northern Light"],
        ["**来源：灯塔网**"],
    ],
)
def test_a_row_with_a_date_or_an_author_goes(rows):
    assert text_of(page(*MENU, f"# {TITLE}", *rows, *TEXT)) == ARTICLE


def test_a_standfirst_above_the_date_stays():
    standfirst = "## Nobody asked the keepers"
    assert (
        text_of(page(*MENU, f"# {TITLE}", standfirst, "May 6, 2024", *TEXT)) == f"{standfirst}\n\n{ARTICLE}"
    )


def test_the_dates_of_a_timeline_stay():
    parts = [part for n, text in enumerate(TEXT) for part in (f"**2024-05-0{n + 1}**", text)]
    assert text_of(page(*MENU, f"# {TITLE}", *parts)) == "\n\n".join(parts)


def test_a_date_within_the_text_stays():
    text = [*TEXT, "May 6, 2024", TEXT[0].upper()]
    assert text_of(page(*MENU, f"# {TITLE}", *text)) == "\n\n".join(text)


def test_half_a_heading_below_a_byline_is_no_article():
    rows = ["[Ann Lee](/ann)\nMay 6, 2024", "![](/lamp.jpg)", "## The keepers of the northern cape were su"]
    body = page(*MENU, f"# {TITLE}", *rows)
    assert opinion(body, is_cut=True).failure == "only navigation"
    assert opinion(f"{body}\n\n{TEXT[0]}", is_cut=True).failure == ""
