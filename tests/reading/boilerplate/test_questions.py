"""Rows of a question site go; the same words in other articles stay."""

import pytest
from boilerplate_pages import TEXT, page, text_of


@pytest.mark.parametrize(
    "rows",
    [
        ["Asked 3 years, 2 months ago", "Modified today", "Viewed 12k times"],
        ["Viewed 1,203 times"],
    ],
)
def test_the_rows_above_a_question_go(rows):
    assert text_of(page(*rows, *TEXT)) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "rating",
    ["1,203 reputation", "1,203 2 2 gold badges 19 19 silver badges", "13 bronze badges", "1,203●1●12"],
)
def test_the_rows_between_question_and_answer_go(rating):
    rows = [
        "[Share](/q/1) [Improve this question](/e/1)",
        "asked Mar 4, 2021 at 12:05",
        "keeper103",
        rating,
        "2 Answers",
    ]
    body = page(TEXT[0], *rows, TEXT[1], "answered Mar 5, 2021 at 9:10", "[Ann](/u/1)", rating, TEXT[2])
    assert text_of(body) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "line",
    [
        "2 answers",
        "Answered 3 days ago",
        "Asked in spring, the keeper said no.",
        "13 bronze badges",
        "Follow me",
    ],
)
def test_such_lines_of_other_articles_stay(line):
    assert text_of(page(TEXT[0], line, *TEXT[1:])) == "\n\n".join([TEXT[0], line, *TEXT[1:]])
