"""Rows with a date, an author, a reading time, and what only looks like them."""

import pytest

from generator.reading.datelines import is_byline, is_dateline


@pytest.mark.parametrize(
    "row",
    [
        "2024-05-25",
        "19 Maggio 2024",
        "Thursday, May 30, 2024",
        "May 6, 2024",
        "Wed 24 Jul 2024  //\n06:33 UTC",
        "Thursday 25th July 2024Thursday 25th July 2024\n1 Minute",
        "Published at 2024-07-28 | Last Update 2024-10-10",
        "2024年6月23日 星期日 下午 3:04",
        "July 22, 2024 · 13 min read",
        "May 7, 2024 3:22 pm\n| 49",
    ],
)
def test_a_date_alone_is_a_dateline(row):
    assert is_dateline(row, is_bare=True)


@pytest.mark.parametrize(
    "row",
    [
        "July 22, 2024 · 13 min · Ann Lee",
        "by Ann\n| July 16, 2024",
        "Ann Lee |\n16 May 2024 at 13:31 UTC",
        "A cura di:Anna Li  Ore 16 Luglio 202423 Luglio 2024",
        "灯塔\n海岸\n2024-05-28 11:03:28",
        "2024-07-15\nLamps/Oil\n18 mins\n7 comments",
        "2024-7-28 21:0:2\nAuthor: coast.example(查看原文)\n阅读量:4\n收藏",
        "كتب: أحمد سالم | 3 يوليو 2026",
        "Автор: Нина Ветрова, 3 июля 2026",
        "来源：灯塔网 发布时间：2026-05-04 浏览次数：1009 字号：大 中 小",
    ],
)
def test_a_date_with_names_is_a_dateline(row):
    assert is_dateline(row)
    assert not is_dateline(row, is_bare=True)


@pytest.mark.parametrize(
    "row",
    [
        "2024年06月24日-2024年06月30日",
        "2024.5.18 – 2024.5.24",
        "KCon 2024",
        "On May 6, 2024 the lamp of the northern cape went out for good and nobody noticed",
        "0/64 lamps were lit\nas of 04.07.2024",
        "Ann Lee",
        "5月23日 14:30",
    ],
)
def test_a_period_a_sentence_or_a_name_is_no_dateline(row):
    assert not is_dateline(row)


@pytest.mark.parametrize(
    "row",
    [
        "by Ann Lee || Guest Author",
        "By Ann Lee and Bo Holm",
        "Posted by Ann Lee, Keeper of the Northern Light",
        "Written by\nAnn Lee,\nBo Holm",
        "来源：灯塔网",
        "作者论坛账号：海岸",
        "文 | 灯塔大学教授 李安",
    ],
)
def test_a_byline_names_an_author_or_an_origin(row):
    assert is_byline(row)


@pytest.mark.parametrize(
    "row",
    [
        "by far the brightest lamp of the coast",
        "By the way, the lamp is out.",
        "来源：灯塔网，作者：李安",
        "文章来源：",
        "By Ann Lee, who kept the lamp. She is",
    ],
)
def test_other_rows_are_no_bylines(row):
    assert not is_byline(row)
