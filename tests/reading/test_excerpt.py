import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.excerpt import _end_of, excerpt_of, shortened

TEXT = "A page was as many columns as the press could hold."


def test_excerpt_is_the_first_readable_paragraphs():
    body = """
![cover](a.png)

# Heading

* [Home](/home/page) * [News of the day](/news)

[All the articles of this author and more](/author)

By Ann

| a | b |
|---|---|
| the cells of a table are no paragraph | x |

```python
print("code is no paragraph either, whatever it says")
```

    indented code is none as well, however long it may be

> The **first** paragraph is [a quote](https://example.org/), about columns.

- a list item of some length that is passed over

The second paragraph tells the rest.
"""
    assert excerpt_of(body) == (
        "The first paragraph is a quote, about columns. The second paragraph tells the rest."
    )


def test_an_excerpt_has_the_addresses_that_the_text_shows_as_links():
    text = "the whole story of the press, which is long."
    for address in ("https://example.org/a_b_(c)?d=1&amp=2", "mailto:ann@press.example"):
        assert excerpt_of(f"See <{address}> for {text}") == f"See {address} for {text}"
        assert excerpt_of(f"<{address}>\n\n<{address}> <{address}>\n\n{TEXT}") == TEXT


def test_excerpt_of_lists_and_short_notes():
    assert excerpt_of("# Eggs\n\n- one egg\n- two eggs") == "one egg two eggs"
    assert excerpt_of("See you soon.") == "See you soon."
    assert excerpt_of("![x](y.png)\n\n---\n\n.") == ""


def test_the_label_of_a_list_leaves_the_excerpt_to_its_entries():
    body = "- Picked by Ann\n\n  - [The last press](/1) - [talk](/2)\n  - [ ] [Wooden type](/3) - [talk](/4)"
    assert excerpt_of(body) == "The last press - talk; Wooden type - talk"
    assert excerpt_of("- Picked by Ann and Bob\n\n- Set by Carl") == "Picked by Ann and Bob Set by Carl"


def test_paragraph_of_mostly_links_is_no_excerpt():
    links = "[The whole archive](/archive), [all of the sources](/sources) and [the calendar](/calendar)."
    assert excerpt_of(f"{links}\n\n{TEXT}") == TEXT


def test_teaser_inside_a_link_is_no_excerpt():
    body = f"[A teaser whose link goes on\n\nfor several blocks of text](/teaser)\n\n{TEXT}"
    assert excerpt_of(body) == TEXT


def test_shortened_at_a_word():
    text = "columns " * 40
    short = shortened(text.strip())
    assert short == "columns " * 19 + "columns…"
    assert shortened("short") == "short"
    assert shortened("x" * 300) == "x" * 160 + "…"


def test_shortened_at_a_character():
    assert shortened("报" * 80) == "报" * 80
    assert shortened("报" * 81) == "报" * 80 + "…"
    assert shortened("报" * 79 + "，纸" * 10) == "报" * 79 + "…"
    assert shortened("a " + "报" * 200).startswith("a 报")


def test_shortened_keeps_signs_whole():
    for sign in ("e\u0301", "👩\u200d👩\u200d👧", "👍\U0001f3fd", "❤\ufe0f"):
        for lead in range(154, 162):
            short = shortened("x" * (lead - 10) + " " + sign * 40)
            rest = short.removesuffix("…").lstrip("x").strip()
            assert rest.replace(sign, "") == ""


@given(st.text(alphabet="ab 字，😀é", max_size=200))
def test_a_shortened_text_is_as_long_as_two_lines_allow(text):
    def width(part):
        return sum(1 + (ch in "字，😀") for ch in part)

    most = max(n for n in range(len(text) + 1) if width(text[:n]) <= 160)
    assert _end_of(text, 160) == most
    assert (shortened(text) == text) == (most == len(text))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("a<b && c>d is a text", "a<b && c>d is a text"),
        ("p <q || r> s is a text", "p <q || r> s is a text"),
        ("2<a 3>b is a text", "2<a 3>b is a text"),
        ('<span style="a > b" data-x>x</span> is a text', "x is a text"),
    ],
)
def test_only_what_has_the_attributes_of_a_tag_is_one(body, shown):
    assert excerpt_of(body) == shown


@pytest.mark.parametrize(
    "furniture",
    [
        "\ue802Jul 03, 2024\ue804Ann LeePresses / Type",
        "Ann Lee July 3, 2024",
        "Published: 2024-07-03. Last Updated: 2024-07-03 12:45:28 UTC by Ann Lee (Version: 1)",
        "Thursday 4th July 2024 2 Minutes",
        "A cura di: Anna Rossi Ore 12 Luglio 2024",
        "by Ann Lee | Jul 3, 2024 | Presses",
        "Posted by Ann Lee, Head of Type, Presses and Paper",
        "From: Ann Lee <ann () press example>\nDate: Wed, 3 Jul 2024 12:47:41 +0000",
        "文 | 印刷研究院 李安",
        "作者：李安　编辑：王博",
        "原文地址：<https://press.example/2024/07/printing-houses.html>",
        "微信公众号：印刷与字体的故事",
        "文章最后更新时间为：2024年07月10日 00:55:37",
        "声明：本文内容仅供学习交流，由此所造成的任何后果由读者自行承担。",
        "This post is also available in: 日本語 (Japanese)",
        "→ Click here to get the type of this report ←",
        "图：小镇的印刷机，ANN LEE VIA UNSPLASH",
        "Photo by Ann Lee on Unsplash",
        "*Shown above: The old press of the town, seen from the street.*",
        "The last press of the town, via Getty Images",
        "A press - Ann Lee, CC BY 2.0 <https://licences.example/by>, via Wikimedia Commons",
        "承印：**小镇印刷厂** 官网：www.press.example",
        "#!/bin/bash\nwhile getopts a; do print; done",
        "class Press < Town::Printer\n  Rank = Good",
        "Title: How the press of the town was sold",
        "*原文标题：The old press of the town*\n*原文作者：Ann Lee，Bo Li*",
        "论坛主题：小镇印刷与铅字的未来",
        "<综合评定维修难度>：容易，无需拆下滚筒即可更换铅字。",
        "-小镇印刷机安全风险通告-",
        "Ann Lee Printer, Bo Li and Carl D. Press",
        "printing-2024/presentation/old-press",
        "（小镇印刷技术的实践与思考 系列之三）",
        "![](https://press.example/1.gif) 聚焦印刷安全，网罗国内外最新资讯！",
        "关于小镇印刷机，本公众号发表过以下文章：",
        "Attachment: signature.asc Description:",
        "Editor's note: this report was first printed in the letter of the town.",
        "Nota della redazione: il testo è apparso nella lettera della città.",
    ],
)
def test_an_excerpt_begins_with_a_sentence_of_substance(furniture):
    assert excerpt_of(f"{furniture}\n\n{TEXT}") == TEXT
    assert excerpt_of(furniture) != ""


@pytest.mark.parametrize(
    "sentence",
    [
        "By setting the type by hand, Ann saved a week of work in July.",
        "On July 3, 2024, the last press of the town stopped for good.",
        "2024年7月3日，小镇的最后一台印刷机停了。",
        "图书馆的印刷机停了，管理员把铅字一个个收进抽屉。",
        "Photos by the thousand were printed here each night, and sold each morning.",
        "如果你的作品被侵权，可以先保留证据，再联系律师。",
    ],
)
def test_a_sentence_with_a_date_or_a_name_is_no_byline(sentence):
    assert excerpt_of(f"{sentence}\n\n{TEXT}").startswith(sentence)


@pytest.mark.parametrize(
    "notice",
    [
        "*This article was originally published in the second issue of The Press.*",
        "*This post was co-written by Ann Lee.*",
        "*Start this blog series from the beginning here:* [Part 1](/1)",
        "*Questo articolo è stato migrato al nuovo blog.*",
        "[This is a Guest Diary by Ann Lee, a printer]",
    ],
)
def test_a_note_of_the_editor_is_no_sentence_of_substance(notice):
    assert excerpt_of(f"{notice}\n\n{TEXT}") == TEXT


def test_a_sentence_on_an_article_stays():
    sentence = "This article was the first that the press ever printed."
    assert excerpt_of(f"{sentence}\n\n{TEXT}") == f"{sentence} {TEXT}"


@pytest.mark.parametrize("title", ["The press of the town stops for good", "小镇印刷机停转公告"])
def test_a_repetition_of_the_title_is_no_excerpt_beside_a_text(title):
    assert excerpt_of(f"{title}!\n\n{TEXT}", title) == TEXT
    assert excerpt_of(f"{title}!", title) == f"{title}!"
    assert excerpt_of(
        f"```\n# Exploit Title: {title}\n# Date: 1\n\n# Prints each page two times\n```", title
    ) == ("Prints each page two times")
    longer = f"{title}, and nobody knows who is going to print the paper of tomorrow."
    assert excerpt_of(longer, title) == longer


def test_a_lead_that_the_text_repeats_counts_once():
    lead = "小镇的最后一台印刷机停了，管理员把铅字一个个收进抽屉。"
    assert (
        excerpt_of(f"导语：{lead}\n\n{lead}没有人知道明天的报纸由谁来印。")
        == f"{lead}没有人知道明天的报纸由谁来印。"
    )


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        (
            "The press[^1] stopped for good[^note] in July.\n\n[^1]: Once.",
            "The press stopped for good in July.",
        ),
        ("- [ ] Set the type by hand\n- [x] Clean the press", "Set the type by hand Clean the press"),
        ("• The press of the town stopped for good.", "The press of the town stopped for good."),
        (
            "#小镇新闻 印刷机停了，没有人知道明天的报纸由谁来印。",
            "印刷机停了，没有人知道明天的报纸由谁来印。",
        ),
        ("> [!NOTE]\n> The press of the town stopped for good.", "The press of the town stopped for good."),
    ],
)
def test_an_excerpt_shows_no_marks_of_footnotes_tasks_and_lists(body, excerpt):
    assert excerpt_of(body) == excerpt


def test_a_page_in_markdown_that_was_saved_as_code_has_its_first_paragraph():
    body = "```\n# press-7\n\nPrints each page of the paper twice.\n\n## Usage\n\nRun it.\n```"
    assert excerpt_of(body) == "Prints each page of the paper twice."


def test_the_links_of_a_list_stand_for_its_label():
    body = "Last week:\n\n* [The press stops](/1)\n* [Type is sold by weight](/2)"
    assert excerpt_of(body) == "The press stops; Type is sold by weight"


def test_cells_count_if_nothing_else_is_there():
    assert excerpt_of("| Machine | Town |\n| --- | --- |\n| Linotype press | Mainz |") == "Linotype press"


def test_the_label_of_a_lead_goes():
    assert excerpt_of("导语：报纸的版面分成几栏，每一栏讲一件事。") == "报纸的版面分成几栏，每一栏讲一件事。"


@pytest.mark.parametrize(
    ("code", "excerpt"),
    [
        ("# Prints a page on the old press\nimport press\n\n# Later words", "Prints a page on the old press"),
        ("#!/bin/sh\n// Date: 2024-07-03\n// Sets the type\n// each time\nrun()", "Sets the type each time"),
        ("/*\n * Reads the lead type,\n * line by line\n */", "Reads the lead type, line by line"),
        ("Vendor: Press\n\nIn short: The press is far\ntoo old.", "In short: The press is far too old."),
        (
            "# Press-7\nThe old press prints each page twice now and then.",
            "The old press prints each page twice now and then.",
        ),
        (
            "Type for Press-7 of the town printer, which took a year to cast.",
            "Type for Press-7 of the town printer, which took a year to cast.",
        ),
        (
            "The press has a book at\nhttps://press.example/7 which lists\nall its type. See\nhttps://press.example/8.",
            "The press has a book at https://press.example/7 which lists all its type. See https://press.example/8.",
        ),
        (
            "PRESS-7\n\nPressOS 16.7.9 for Press2 prints the pages.\n\nThe other press prints the rest.",
            "PressOS 16.7.9 for Press2 prints the pages.",
        ),
        ("press(1);\nor into the first column we go now", ""),
        ("# Exploit Title: A press that prints twice\n# Date: 2024-07-03", "A press that prints twice"),
        ("print()", ""),
    ],
)  # fmt: skip
def test_an_article_of_code_alone_has_its_first_comment(code, excerpt):
    assert excerpt_of(f"```\n{code}\n```") == excerpt


def test_a_label_alone_gives_way_to_what_it_labels():
    assert (
        excerpt_of("**Old press:**\n\n```\n# Prints a page on the old press\n```")
        == "Prints a page on the old press"
    )
    assert excerpt_of("**Old press:**") == "Old press:"


def test_headings_count_if_nothing_else_is_there():
    assert excerpt_of("## How the press came to town\n\n![](a.png)") == "How the press came to town"


def test_lines_between_code_count_if_nothing_else_is_there():
    around = ["Set the type first:", "Then print the page."]
    lines = ["Print a page", "====", around[0], "```", "set type", "```", "| a | b |", around[1]]
    assert excerpt_of("\n".join(lines)) == " ".join(around)


def test_code_that_looks_like_tags_stays():
    assert excerpt_of("Write `<time>` and `<script>press()</script>` in the page.") == (
        "Write <time> and <script>press()</script> in the page."
    )
    long = "Write " + "many words, " * 47 + "then `<b>` and so on, without an end to the words and no stop"
    assert "`" not in excerpt_of(long)


@given(st.text())
def test_no_text_makes_it_raise(body):
    assert len(excerpt_of(body)) <= 161
    assert len(excerpt_of(f"```\n{body}\n```")) <= 161


@pytest.mark.parametrize(
    "hostile", ["# ", "by a", "`", "\n# a", "a b ", "2024-", "jul 1", "<", "文", "[x](", "-- ", "```\n"]
)
def test_hostile_text_takes_no_time(hostile):
    body = hostile * (1_000_000 // len(hostile))
    start = time.process_time()
    excerpt_of(body)
    assert time.process_time() - start < 2


def test_lines_of_decoration_are_left_out():
    line = "\\*" * 40
    body = f"{line}\n\nThe press in the cellar prints again today.\n{line}\nIt was repaired."
    assert excerpt_of(body) == "The press in the cellar prints again today. It was repaired."


@pytest.mark.parametrize("kicker", ["Updated ", "Exclusive ", "Infosec in brief ", "Presses / Old Type\n\n"])
def test_the_kind_of_an_article_is_left_out(kicker):
    text = "The press in the cellar has been printing again since a reader found the last of its letters."
    assert excerpt_of(kicker + text) == text


@pytest.mark.parametrize(
    "start", ["Updated for 2024, the", "Interview questions for", "Feature flags are for"]
)
def test_words_that_begin_a_sentence_stay(start):
    text = f"{start} press in the cellar that prints again, since a reader found the last letters."
    assert excerpt_of(text) == text


def test_numbered_headings_in_bold_are_passed_over():
    text = "守灯人每天傍晚爬上楼梯，修剪灯芯，再把天气记在本子里。"
    assert (
        excerpt_of(f"**一、灯塔的回顾与展望是什么样的**\n\n**1.关于灯油的价格与北方的雾气**\n\n{text}")
        == text
    )


def test_the_titles_in_a_round_up_are_said():
    news = "**1.灯油的价格在北方海岸又涨了一些**"
    assert excerpt_of(f"{news}\n\n守灯人说雾太浓。").startswith("1.灯油的价格")


def test_a_lead_that_the_first_sentence_goes_on_from_is_left_out():
    lead = "守灯人每天傍晚爬上楼梯，修剪灯芯，再把天气记在本子里"
    assert (
        excerpt_of(f"{lead}。\n\n{lead}，从不间断，也从不提早下楼。") == f"{lead}，从不间断，也从不提早下楼。"
    )


@pytest.mark.parametrize(
    "kicker",
    ["Kettle", "Insight", "interview", "Sponsored Post", "Partner Content :", "Europe in Brief", "Column"],
)
def test_the_kind_of_an_article_in_front_of_its_first_sentence_goes(kicker):
    text = "The press was set up in the cellar of the house, and it printed whole sheets until the war ended."
    assert excerpt_of(f"{kicker} {text}") == text


@pytest.mark.parametrize(
    "text",
    [
        "Insight Partners has bought the press in the cellar, which printed sheets until the war ended.",
        "Vitamin A was printed on the sheet that hung in the cellar, where the press stood for years.",
        "Patch Tuesday came early this year, and the press in the cellar printed its sheets all night long.",
    ],
)
def test_a_name_at_the_start_of_the_first_sentence_stays(text):
    assert excerpt_of(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "*Written by* [*Ann Lee*](https://press.example) *(and her team of printers).*",
        "*By* [*Ann Lee*](/ann) *and* [*Bo Hart*](/bo) *of The Press, with help from the whole house.*",
        "这是**小镇印刷厂**的第 **100**篇文章。",
        "**不想错过任何消息？设置星标↓\xa0↓\xa0↓**",
        "长按识别关于岗位详情及投递简历",
        "公众号:小镇印刷厂",
        "往期推荐",
    ],
)
@pytest.mark.parametrize("seam", ["\n\n", "\n"])
def test_a_line_about_the_post_is_skipped_alone_and_atop_the_first_paragraph(line, seam):
    text = "印刷机安装在房子的地下室里，一直印到战争结束，然后被运到山谷里的另一座小镇。"
    assert excerpt_of(f"{line}{seam}{text}") == text


def test_a_title_atop_the_first_paragraph_is_skipped():
    text = "The press was set up in the cellar of the house."
    assert excerpt_of(f"> *The old press of the town*\n> {text}", "The old press of the town") == text


def test_brackets_around_an_address_go_with_it():
    assert excerpt_of("据小镇印刷档案库(https://press.example) 统计，去年一共印了三十七张。") == (
        "据小镇印刷档案库统计，去年一共印了三十七张。"
    )
    assert excerpt_of("我们在官方仓库（https://press.example ）中捕获了一张旧报纸。") == (
        "我们在官方仓库中捕获了一张旧报纸。"
    )


def test_bold_words_of_a_comment_in_code_lose_their_stars():
    assert excerpt_of("```\n# The press **prints whole sheets** in the cellar\nprint()\n```") == (
        "The press prints whole sheets in the cellar"
    )


def test_fields_of_a_paper_below_its_picture_are_skipped():
    head = "![](/press.png)\n> * *原文标题：The Press in the Cellar*\n> * *原文作者：Ann Lee*"
    text = "印刷机安装在房子的地下室里，一直印到战争结束，然后被运到山谷里的另一座小镇。"
    assert excerpt_of(f"{head}\n\n{text}") == text


def test_the_heading_of_a_section_that_is_set_as_a_paragraph_is_skipped():
    text = "随着时间推移，印刷机从地下室搬到了山谷里的另一座小镇，一直印到战争结束。"
    following = f"{text}后来它又被搬到了海边的房子里，再也没有印过一张报纸。"
    assert excerpt_of(f"老印刷机从地下室搬走的漫长之路\n\n{following}") == following
    heading = "老印刷机从地下室搬走的漫长之路"
    assert excerpt_of(f"{heading}。\n\n{following}") == f"{heading}。{following}"
    assert excerpt_of(f"{heading}\n\n七张报纸和一座海边的小镇") == f"{heading} 七张报纸和一座海边的小镇"
