import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.tidy import tidied, without_layout, without_own_address


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**活字****印刷**的历史", "**活字印刷**的历史"),
        ("**0****7**", "**07**"),
        ("****排版********印刷****", "**排版印刷**"),
        ("**Type****", "**Type**"),
        ("Set: ****Yes****  Ink: **No**", "Set: **Yes**  Ink: **No**"),
        ("**排版**| 印刷****", "**排版**| 印刷"),
        ("**·**Press = 2", "**·** Press = 2"),
        ("**Set the type, then print", "Set the type, then print"),
        ("- and the rest**", "- and the rest"),
        ("*\ue802*Jul 3*\ue804*Ann", "Jul 3 Ann"),
        ("\ue802Jul 3\ue804Ann \uf06c Lee", "Jul 3 Ann Lee"),
        ("印\u200b刷\ufeff", "印刷"),
        ("见u200b活字，u200bPress", "见活字，Press"),
        ("致敬u200b | 活字", "致敬 | 活字"),
        ("Ink. See the press](https://press.example/2024/a-long-path-that", "Ink. See the press"),
        ("Ink. [See](https://press.example/2024/a-long", "Ink. [See](https://press.example/2024/a-long"),
        ("七月xa03日", "七月3日"),
        ("&#xc2;&#xab;type&#xC2;&#xBB; &#228;&#184;&#173;", "«type» 中"),
        ("`set\\_type` and `$\\_INK`", "`set_type` and `$_INK`"),
        ("```c\nset\\_type();\n\nprint\\_page();\n```", "```c\nset_type();\n\nprint_page();\n```"),
        ("The \\*\\*press\\*\\* prints", "The **press** prints"),
        ("**\u200d**\n\nType\n\n**\u200d**\n\nInk\n\n\xa0\n\nPress", "Type\n\nInk\n\nPress"),
        ("---\n\nType\n\n---\n\nInk", "Type\n\n---\n\nInk"),
        ("·\n\n+ + +\n\nType\n\n+ + +\n\n#\n\n\xa0—", "Type"),
        ("这是\\*\\*活字印刷\\*\\*，很旧", "这是**活字印刷**，很旧"),
    ],
)
def test_left_over_markup_goes(markdown, shown):
    assert tidied(markdown) == shown


@pytest.mark.parametrize(
    "markdown",
    [
        "Go****gr of the press",
        "李**先生",
        "2**3 and 4**5",
        "`set_type` and `\\_`",
        "```\n /\\_ \\ \\_/\n```",
        "```\n\\textbf{set\\_type}\n```",
        "```\nset_type = r'a\\_b'\n```",
        "set\\_type",
        "F\\*\\*K the type. F\\*\\*K the ink",
        "a6@\\*\\*mail.example and b6@\\*\\*mail.example",
        "IP-\\*\\*ard prints. IP-\\*\\*ard stops",
        "char **p, **q;",
        "`**` and **bold** and \\*\\*",
        "The letter u200b is invisible, U+200b too, and \\u200b in code",
        "0xa0 and xa0",
        "Type\n\n+ + +\n\nInk",
        "Type\n\n```\nx\n\n\xa0\n\ny\n```",
        "---",
        "&#228;rger &#xe9;t&#xe9;",
        "```\n****\n\n\ue0b0 **x\n```",
        "    **code",
        "**有什么！**然后",
        "A **b** c, **d** e.",
    ],
)
def test_other_text_stays(markdown):
    assert tidied(markdown) == markdown


@given(st.text(alphabet="*a b\n`\\印\ue802-1&#xc2;"))
def test_no_text_makes_it_raise(markdown):
    assert tidied(markdown).count("印") == markdown.count("印")


@pytest.mark.parametrize(
    "hostile",
    [
        "*",
        "**a",
        "****",
        "`",
        "&#xc2;",
        "\ue802",
        "\\",
        "**\n\n",
        "u200b",
        "a** ",
        "\n\n\xa0",
        "\n\n#",
        "#\n\n",
        "[![](a) [![](a)",
        "[![](a) ",
    ],
)
def test_hostile_text_takes_no_time(hostile):
    text = hostile * (300_000 // len(hostile))
    start = time.process_time()
    tidied(text)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("heading", ["", "# Exploit of the press\n\n"])
def test_the_address_of_the_original_goes_from_the_first_line_of_code(heading):
    url = "https://press.example/exploit?id=7&utm_source=rss"
    text = f"{heading}```\n## https://press.example/exploit?id=7\nprint()\n```"
    assert without_own_address(text, url) == f"{heading}```\nprint()\n```"
    assert without_own_address(text, "https://other.example/7") == text
    assert without_own_address(text, None) == text


def test_another_first_line_of_code_stays():
    text = "```\n# https://docs.example/print\nprint()\n```"
    assert without_own_address(text, "https://press.example/7") == text


def test_headings_without_words_go():
    assert tidied("one\n\n#\n\n## two\n\n### \n\nthree") == "one\n\n## two\n\nthree"
    code = "```\n#\n\n#\n\nprint()\n```"
    assert tidied(f"one\n\n{code}\n\ntwo") == f"one\n\n{code}\n\ntwo"


@pytest.mark.parametrize("sign", ["“", "**◀**", "●○●", "★", "///", "↓↓↓"])
def test_an_ornament_at_an_end_goes(sign):
    assert tidied(f"{sign}\n\none\n\n{sign}") == "one"


@pytest.mark.parametrize("sign", ["**◀**", "●○●", "★", "///", "↓↓↓"])
def test_an_ornament_between_two_paragraphs_stays(sign):
    assert tidied(f"one\n\n{sign}\n\ntwo") == f"one\n\n{sign}\n\ntwo"


def test_a_notice_glued_to_an_address_goes():
    assert (
        tidied("本文翻译自：https://lamp.example/1/如若转载，请注明原文地址")
        == "本文翻译自：https://lamp.example/1/"
    )
    assert tidied("one\n\n如若转载，请注明原文地址") == "one\n\n如若转载，请注明原文地址"


def test_a_line_that_says_whom_to_ask_goes_from_below_an_address():
    address = "文章来源: https://press.example/7"
    assert tidied(f"text\n\n{address}\n 如有侵权请联系:a#press.example") == f"text\n\n{address}"
    assert tidied(f"text\n\n{address}\n注：图片来自网络。如有侵权，请联系。") == f"text\n\n{address}"
    assert tidied("text\n\n如有侵权请联系:a") == "text\n\n如有侵权请联系:a"


def test_a_table_of_layout_at_the_top_is_its_fields():
    fields = "Risk: **Low** Local: **No** CVE: **[1](/1)** **[2](/2)**"
    cell = "| | --- | | **A\\_hole in the press** **2024.05.06** Credit: **[Ann Lee](/ann)** "
    outer = "|  |  |\n| --- | --- |\n|  |  "
    rest = "\n\nThe press has a hole."
    table = f"{outer}{cell}{fields.replace('** **', '** | **')} | |{rest}"
    assert without_layout(table, "A_hole in the press") == f"| {fields} |\n| --- |{rest}"
    assert without_layout(f"{outer}{cell}| |{rest}", "A_hole in the press") == rest.strip()
    assert without_layout(table, "Another hole") == table
    plain = "| **A** |\n| --- |\n| **b** |"
    assert without_layout(plain, "A") == plain


def test_a_link_around_a_link_to_the_same_place_goes():
    inside = "[![lamp](https://img.example/b.jpg)](https://lamp.example/1)"
    nested = f"[![](https://img.example/a.jpg) {inside}]"
    assert tidied(f"{nested}(https://lamp.example/1)") == f"![](https://img.example/a.jpg) {inside}"
    assert tidied(f"{nested}(https://lamp.example/2)") == f"{nested}(https://lamp.example/2)"


def test_marks_of_headings_in_bold_and_links_to_themselves_go():
    assert tidied("**### **内核的防御****") == tidied("**### **内核的防御") == "**内核的防御**"
    assert tidied("## Lamps[#](#lamps)\n\ntext") == "## Lamps\n\ntext"
    assert tidied("![a](a.png)[View image in fullscreen](#img-2)\n\nb") == "![a](a.png)\n\nb"
    assert tidied("```\n**# **x\n```") == "```\n**# **x\n```"


@pytest.mark.parametrize(
    "line", ["https://press.example/7/", "原文链接：<https://press.example/7>", "`http://press.example/7`"]
)
def test_the_address_of_the_original_at_the_end_goes(line):
    text = f"The press prints.\n\n{line}"
    assert without_own_address(text, "https://press.example/7") == "The press prints."
    assert without_own_address(text, "https://press.example/8") == text
    assert without_own_address(f"{text}\n\nMore.", "https://press.example/7").endswith("More.")


def test_lone_signs_of_decoration_go_and_rules_and_code_stay():
    text = "A lamp.\n\n“\n\nIt burns.\n\n**”**\n\n**#**\n\n***\n\n—\n\n```\n“\n\n#\n\n```\n\nThe end."
    assert tidied(text) == "A lamp.\n\nIt burns.\n\n***\n\n—\n\n```\n“\n\n#\n\n```\n\nThe end."
