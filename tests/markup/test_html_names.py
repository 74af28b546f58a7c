"""What of a body in the form of a tag is text: the page and the excerpt agree."""

import html
import re

import pytest

from generator.markup.html_names import is_comparison
from generator.reading import prose
from generator.reading.excerpt import excerpt_of
from generator.render.markdown import Place, body_html

PLACE = Place(original=None, id="abcdefghijkm")
REST = " A line of words that is long enough for an excerpt."


def seen(body):
    """The text of a page."""
    return html.unescape(re.sub("<[^>]*>", "", body_html(body, PLACE))).strip()


@pytest.mark.parametrize(
    "text",
    [
        "Vec<u8> and HashMap<String, Vec<T>>",
        "vector<int> and template<class T>",
        "cat <file> | grep",
        "the <custom-element> tag",
        "press <Enter> now",
        "an <iframe src='/x'> of theirs",
        "If a<b and c>d then stop",
        "3<a in the list> 4",
        "x<u or\ny>z",
    ],
)
def test_what_is_no_tag_is_text(text):
    assert seen(text + REST) == text + REST
    assert excerpt_of(text + REST) == " ".join((text + REST).split())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<i>it</i>, x.", "it, x."),
        ("a <b>bo</b>ld word", "a bold word"),
        ("a <font color=red>red</font>, <input>word", "a red, word"),
        ("say<b hidden>so</b>", "sayso"),
        ("say<span data-x _ngcontent-abc>so</span>", "sayso"),
        ("say<b class=x>so</b>", "sayso"),
        ("if a <b and c>so</b>", "if a so"),
    ],
)
def test_tags_of_known_names_go(body, text):
    assert excerpt_of(body + REST) == seen(body + REST) == text + REST


def test_a_tag_that_breaks_the_text_is_a_space():
    assert prose.plain_text("one<br>two<p>three</p>four") == "one two three four"


def test_a_long_row_of_words_behind_a_sign_is_read_in_linear_time():
    text = "a<b x y z " * 50_000
    assert not any(is_comparison(text, match.start()) for match in re.finditer("<", text))
