"""Rows of dates and names above the text go; those of the text stay."""

import datetime as dt

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.model.types import Verdict
from generator.reading.boilerplate import Cleaning
from generator.reading.boilerplate.remaining import remaining
from generator.reading.boilerplate.repeats import Origin

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
        ["来源：灯塔网 发布时间：2026-05-04 浏览次数：1009", "字号：大 中 小"],
        ["This article is more than 1 year old"],
        ["Mon 6 May 2024 05.00 BSTLast modified on Tue 7 May 2024 18.28 BST"],
        ["[Ann Lee](/profile/ann), [Bo Lee](/profile/bo) and [Cy Lee](/profile/cy)", "May 6, 2024"],
        ["作者 | 灯塔大学 李安", "\xa0 \xa0北方海岸研究中心 王波，陈光，赵晨"],
        ["翻译 | 李安、王波（灯塔大学）", "审校 | 陈光（灯塔大学）", "赵晨、周舟（北方海岸研究中心）"],
    ],
)
def test_a_row_with_a_date_or_an_author_goes(rows):
    assert text_of(page(*MENU, f"# {TITLE}", *rows, *TEXT)) == ARTICLE


def test_a_date_goes_although_teasers_below_the_text_have_dates():
    teasers = ["More walks", "[To the quay](/quay)", "May 1, 2024", "[To the pier](/pier)", "May 2, 2024"]
    assert text_of(page("Written by Ann Lee", "May 6, 2024", *TEXT, "About the author", *teasers)) == ARTICLE


def test_a_row_below_two_paragraphs_stays():
    row = "Edition 3: published 12 March 2026 by the guild"
    assert text_of(page(*TEXT[:2], row, TEXT[2])) == "\n\n".join([*TEXT[:2], row, TEXT[2]])


def test_a_standfirst_above_the_date_stays():
    standfirst = "## Nobody asked the keepers"
    assert (
        text_of(page(*MENU, f"# {TITLE}", standfirst, "May 6, 2024", *TEXT)) == f"{standfirst}\n\n{ARTICLE}"
    )


def test_a_place_above_the_date_does_not_hide_it():
    head = [TEXT[0][:100] + ".", "Northern Cape", ","]
    left = text_of(page(*MENU, f"# {TITLE}", *head, "2 Maggio 2024", *TEXT))
    assert "Maggio" not in left


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


def test_a_cut_teaser_above_date_and_author_goes():
    rows = "*2024-7-28 21:30:12\nAuthor: [coast.example(查看原文)](/j)\n阅读量:4\n收藏*"
    teaser = f"For two hundred years a keeper climbed the st\n{rows}"
    assert text_of(page(*MENU, f"# {TITLE}", teaser, *TEXT)) == ARTICLE
    whole = teaser.replace("the st", "the stairs.")
    assert whole in text_of(page(*MENU, f"# {TITLE}", whole, *TEXT))


CONTENTS = "* [Keepers](#keepers)\n* [Lamps](#lamps)\n  + [Wicks](#wicks)"


@pytest.mark.parametrize("head", [["Table of contents", CONTENTS], ["## 目录", CONTENTS], [CONTENTS]])
def test_a_table_of_contents_made_of_anchors_goes(head):
    assert text_of(page(*MENU, f"# {TITLE}", *head, *TEXT)) == ARTICLE
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], *head, *TEXT[1:])) == ARTICLE


def test_a_table_of_contents_without_links_and_links_to_other_pages_stay():
    plain, links = "目录", "1. 灯塔\n2. 看守人"
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], plain, links, *TEXT[1:])).count("灯塔") == 1
    other = CONTENTS.replace("(#", "(https://coast.example/")
    assert other in text_of(page(*MENU, f"# {TITLE}", TEXT[0], other, *TEXT[1:]))


def test_a_cut_behind_the_table_of_contents_cuts_the_article():
    found = remaining_of(page(*MENU, f"# {TITLE}", *TEXT, CONTENTS) + "...")
    assert found.verdict is Verdict.CUT


def remaining_of(body):
    origin = Origin("coast.example", dt.date(2024, 7, 3), "a.md")
    return remaining(body, TITLE, "https://coast.example/keepers", "The Coast", origin, Cleaning())


def test_a_label_for_references_that_a_post_repeats_above_its_text_goes():
    account = "https://mp.weixin.qq.com/s?__biz=coast"
    parts = [part for text in TEXT for part in (f"**{text[:20]}**", "参考资料", text)]
    left = [*parts[:1], *parts[2:4], *parts[5:7], *parts[8:]]
    end = ["**References**", "参考资料", "[1] https://coast.example/lamps"]
    assert text_of(page(*parts, *end), url=account) == "\n\n".join([*left, *end])
    assert "参考资料" in text_of(page(*parts[:3], *end), url=account)


@pytest.mark.parametrize("tag", ["sea-lamps", "in\n[Lamps](https://coast.example/category/lamps/)"])
def test_a_tag_right_above_the_date_goes(tag):
    assert text_of(page(*MENU, f"# {TITLE}", tag, "09 Jun 2024\n[Ann Lee](/ann)", *TEXT)) == ARTICLE


@pytest.mark.parametrize(
    "rows",
    [
        ["（来源：灯塔网）"],
        ["\\*头图来源：灯塔网"],
        ["供稿：李灯", "排版：王塔", "审核：陈海、林港", "The Coast"],
        ["* 发表于 2024-07-11 09:42:43\n* 阅读 ( 2912 )\n* 分类：[灯](https://coast.example/lamps)"],
        ["![](/ann.jpg)Author [Ann](/ann)Posted on [July 29, 2024](/7)Categories [Lamps](/l)Tags [oil](/o)"],
        ["**The Coast**"],
    ],
)
def test_a_row_about_the_post_below_the_text_goes(rows):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *rows)) == ARTICLE


@pytest.mark.parametrize(
    "rows",
    [
        ["Ministry of Lamps", "April 25, 2024"],
        ["灯塔部", "2024年4月25日"],
        ["Answer of the keeper: 04 Mar 2024 22:24:11 UTC"],
        ["来源：[灯塔网](https://lamp.example/1)"],
    ],
)
def test_the_end_of_a_document_stays(rows):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *rows)) == "\n\n".join([*TEXT, *rows])


def test_the_origin_of_each_piece_in_a_round_up_stays():
    parts = [part for n, text in enumerate(TEXT) for part in (text, f"（来源：灯塔网{n}）")]
    assert text_of(page(*MENU, f"# {TITLE}", *parts)) == "\n\n".join(parts)


def test_tags_below_a_label_above_the_text_go():
    assert text_of(page(*MENU, f"# {TITLE}", "编者荐语：", "灯塔值得一看", *TEXT)) == ARTICLE
    assert text_of(page(*MENU, f"# {TITLE}", "**关键词**", "灯塔", *TEXT)) == ARTICLE
    below = [*TEXT, "**关键词**", "灯塔", TEXT[0].upper()]
    assert text_of(page(*MENU, f"# {TITLE}", *below)) == "\n\n".join(below)


def test_the_heading_of_a_table_of_contents_goes_with_it():
    places = "* [Stairs](#stairs)\n* [Wick](#wick)\n* [Book](#book)"
    text = [TEXT[0], "## Stairs", *TEXT[1:]]
    body = page(*MENU, f"# {TITLE}", TEXT[0], "#### At a glance:", places, *text[1:])
    assert text_of(body) == "\n\n".join(text)


def test_the_box_that_folds_a_table_of_contents_goes_with_it():
    places = "* [Stairs](#stairs)\n* [Wick](#wick)\n* [Book](#book)"
    body = page(*MENU, f"# {TITLE}", TEXT[0], "文章目录", "[ ]", places, *TEXT[1:])
    assert text_of(body) == ARTICLE


def test_a_line_that_introduces_a_table_of_contents_goes_with_it():
    places = "* [Stairs](#stairs)\n* [Wick](#wick)\n* [Book](#book)"
    text = [TEXT[0], "## Stairs", *TEXT[1:]]
    body = page(*MENU, f"# {TITLE}", TEXT[0], "Le tappe del racconto", places, *text[1:])
    assert text_of(body) == "\n\n".join(text)


@pytest.mark.parametrize(
    ("row", "stays"), [("Pubblicato il 15 mag 2024", False), ("Incontro: 15 mag 2024, Faro", True)]
)
def test_only_a_bare_date_goes_below_a_long_standfirst(row, stays):
    standfirst = "Nobody asked the keepers what they thought of it, and nobody wrote it down. " * 5
    assert (row in text_of(page(*MENU, f"# {TITLE}", standfirst, row, *TEXT))) == stays


def test_a_name_with_a_mark_is_an_author():
    row = "May 24, 2024\xa0·\xa010 min\xa0·\xa01918 words\xa0·\xa0lee!"
    assert text_of(page(*MENU, f"# {TITLE}", row, *TEXT)) == ARTICLE


@pytest.mark.parametrize("line", ["Keeper of lamps, North Harbour", "[Ann Lee](https://ann.example/)"])
def test_a_line_below_the_link_to_the_author_goes(line):
    author = "[Ann Lee](https://coast.example/author/ann-lee/)"
    assert text_of(page(*MENU, f"# {TITLE}", author, line, *TEXT)) == ARTICLE
    assert line in text_of(page(*MENU, f"# {TITLE}", "**The Coast**", TEXT[0], line, *TEXT[1:]))


def test_the_editor_and_the_origin_of_the_news_below_the_text_go():
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, "编辑：海生", "资讯来源：港口日报、Lamp News")) == ARTICLE
    line = "消息来源：守灯人说，他们每晚都听见海上的歌声。"
    assert line in text_of(page(*MENU, f"# {TITLE}", *TEXT, line))


@pytest.mark.parametrize("label", ["## Table of Links", "### In this series"])
def test_the_parts_of_a_series_go(label):
    parts = "* [One](https://coast.example/one)\n* [Two](https://coast.example/two)\n* Three"
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], label, parts, *TEXT[1:])) == ARTICLE
    text = [TEXT[0], label, *TEXT[1:]]
    assert text_of(page(*MENU, f"# {TITLE}", *text)) == "\n\n".join(text)


def test_a_row_with_the_dates_of_the_title_goes():
    title = "The week of the lamps (2024.07.05~07.11)"
    assert text_of(page(f"# {title}", "2024.07.05~07.11", *TEXT, title=title), title) == ARTICLE
    assert text_of(page(f"# {title}", "2024.07.05~07.12", *TEXT, title=title), title) != ARTICLE
