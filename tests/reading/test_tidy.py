import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.tidy import tidied


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
        ("七月xa03日", "七月3日"),
        ("&#xc2;&#xab;type&#xC2;&#xBB; &#228;&#184;&#173;", "«type» 中"),
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
        "char **p, **q;",
        "`**` and **bold** and \\*\\*",
        "The letter u200b is invisible, U+200b too, and \\u200b in code",
        "0xa0 and xa0",
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
    "hostile", ["*", "**a", "****", "`", "&#xc2;", "\ue802", "\\", "**\n\n", "u200b", "a** "]
)
def test_hostile_text_takes_no_time(hostile):
    text = hostile * (300_000 // len(hostile))
    start = time.process_time()
    tidied(text)
    assert time.process_time() - start < 5
