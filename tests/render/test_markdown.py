"""Markdown to HTML: the specification's examples, our own cases, and what holds for any text."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from generator.model import limits
from generator.reading.prose import without_hidden
from generator.render import sanitise
from generator.render.images import Image, LocalImages
from generator.render.markdown import Place, body_html, plain

CASES = Path(__file__).parents[1] / "cases"
PLACE = Place(
    original="https://o.example/p/q.html?x=1",
    id="abcdefghijkm",
    images={"img/map 1.png": Image(address="media/zz/zzz.png", path="img/map 1.png", width=640, height=480)},
)
ALONE = Place(original=None, id="abcdefghijkm")


def cases():
    for file in sorted((CASES / "markdown").glob("*.txt")):
        line = 1
        head, *parts = file.read_text("utf-8").split("----\n")
        line += head.count("\n") + 1
        for part in parts:
            source, _, expected = part.partition("\n=>\n")
            yield pytest.param(source, expected.strip(), id=f"{file.name}:{line}")
            line += part.count("\n") + 1


@pytest.mark.parametrize(("source", "expected"), list(cases()))
def test_case_renders_as_written(source, expected):
    assert body_html(source, PLACE).strip() == expected


def test_plain_renderer_passes_every_example_of_commonmark():
    examples = json.loads((CASES / "commonmark/spec.json").read_text("utf-8"))
    assert len(examples) == 652

    def same_lines(html):  # the one difference: an empty block quote on one line
        return html.replace("<blockquote>\n</blockquote>", "<blockquote></blockquote>")

    failing = [e["example"] for e in examples if plain(e["markdown"]) != same_lines(e["html"])]
    assert not failing


def test_body_is_markup_that_templates_do_not_escape_again():
    assert isinstance(body_html("*a*", ALONE), Markup)


def test_relative_link_without_an_original_is_its_text():
    assert body_html("[a](/b) [c](#d) [e](//f.example)", ALONE) == "<p>a c e</p>\n"


def test_relative_picture_without_an_original_is_the_local_file_or_its_description():
    place = Place(original=None, id="abcdefghijkm", images=PLACE.images)
    assert 'src="../../media/zz/zzz.png"' in body_html("![m](img/map%201.png)", place)
    assert body_html("![the map](other.png)", place) == "<p>the map</p>\n"
    assert body_html('<img src="other.png" alt="the map">', place) == "the map"


def test_picture_beside_survives_next_to_raw_html():
    html = body_html("<b>x</b> ![m](img/map%201.png)", PLACE)
    assert html.count('src="../../media/zz/zzz.png"') == 1
    assert 'width="640" height="480"' in html


def test_two_bodies_share_no_state():
    first = body_html("a[^1]\n\n[^1]: note\n\n[r]: /x", PLACE)
    assert body_html("a[^1] [r]", PLACE) == "<p>a[^1] [r]</p>\n"
    assert body_html("a[^1]\n\n[^1]: note\n\n[r]: /x", PLACE) == first


def test_notes_of_two_articles_have_different_ids():
    one = body_html("a[^1]\n\n[^1]: n", Place(original=None, id="first"))
    assert 'id="fn-first-1"' in one
    assert 'href="#fn-first-1"' in one


def asked_for(text: str) -> list[str]:
    asked: list[str] = []
    for original in ("https://o.example/", None):
        asked.clear()
        body_html(text, Place(original=original, id="abcdefghijkm", images=LocalImages(asked.append)))
    return asked


def test_relative_images_are_looked_for_once_and_decoded():
    text = "![a](x%20y.png) ![b](x%20y.png) ![c](https://h.example/i.png) <img alt=\"\" src='z.jpg'>\n\n> ![d][r]\n\n[r]: sub/w.gif"  # noqa: E501
    assert asked_for(text) == ["x y.png", "sub/w.gif", "z.jpg"]
    assert asked_for("no pictures") == []
    assert asked_for("![a](//h.example/i.png) ![b](#c) ![d]() ![e](data:image/png;base64,x)") == []


def test_text_too_deep_to_parse_is_shown_as_written(monkeypatch):
    def exhausted(*_):
        raise RecursionError

    monkeypatch.setattr("generator.render.markdown.body._PARSER.parse", exhausted)
    assert body_html("a <b>", ALONE) == '<pre tabindex="0">a &lt;b&gt;</pre>'


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000, "[" * 10_000, "- " * 4_000, "![" * 4_000, "**a" * 2_600, "<" * 8_000, "<a \"'" * 1_600,
        "<!--" * 2_000, "<div>" * 1_600, "<b><p>" * 1_100, "<table><tr><td>" * 500, "<a><table>" * 800,
        "https://a.example/" + "(" * 7_900, "https://a.example/" + "&a;" * 2_600, "https://a." + "a-" * 3_900,
        "|a" * 4_000 + "\n" + "|-" * 4_000, "[^a]" * 2_000 + "\n\n[^a]: x", "[a]: b\n" * 1_100, "\\" * 8_000,
        "<table>" + "<tr><td rowspan=99 colspan=99>" * 250, "```python\n" + "(" * 7_900,
        "`".join("a" * n for n in range(1, 125)),
    ],
    ids=lambda text: text[:12].replace("\n", " "),
)  # fmt: skip
def test_hostile_nesting_ends_soon(text):
    start = time.process_time()
    html = body_html(text, PLACE)
    assert time.process_time() - start < 15  # well under one second on a machine that does nothing else
    assert sanitise.clean(html) == html


@pytest.mark.parametrize("container", ["> ", "- ", "1. ", "> - "])
def test_what_stands_too_deep_is_text_and_takes_nothing_with_it(container):
    html = body_html(container * 60 + "inner *text*\n\nouter", ALONE)
    assert "inner <em>text</em>" in html
    assert html.endswith("<p>outer</p>\n")


def test_text_of_cells_that_no_column_is_for_stays():
    html = body_html("| code | b |\n|--|--|\n| x | a || b | |\n| y | z |\n| v | w |  |", ALONE)
    assert "<td>a || b</td>" in html
    assert "<td>c | d</td>" in body_html("| a |\n|--|\n| |  | | --- | --- | | c | d |", ALONE)
    assert html.count("<td>") == 6


def test_brackets_are_text_where_there_are_too_many_but_code_stays_as_it_is():
    text = "`a[0]` [x](/y) ![z](w.png)\n\n    b[1]\n\n```\nc[2]\n```\n\n[d]: /e\n\n" + "[ " * limits.BRACKETS
    html = body_html(text, PLACE)
    assert html.startswith("<p><code>a[0]</code> [x](/y) ![z](w.png)</p>\n")
    assert "<code>b[1]\n</code>" in html
    assert "<code>c[2]\n</code>" in html
    assert "<p>[d]: /e</p>" in html
    assert "\\[" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<!-- is how a comment starts.\n\nMiddle one.\n\nAn arrow --> points",
        "<!-- is how a comment starts.\n\nMiddle one.\n\n<!-- is another one -->",
        "<!-- is how a comment starts.\n\nMiddle one.\n\nText <!-- and another -->",
        "<script> is an element.\n\nMiddle one.\n\nIt ends with `</script>`.",
        "<script> is an element.\n\nMiddle one.\n\nIt ends with ``</script>``.",
        "<style> is an element.\n\nMiddle one.\n\n```html\n</style>\n```",
        "<style> is an element.\n\nMiddle one.\n\n~~~\n<style>\n</style>\n~~~\n\nLast",
        "<script> is an element.\n\nMiddle one.\n\n<script>\nrun()\n</script>",
        "<script> is one, `</script>` ends it. Middle one.",
        "> <!-- is how a comment starts.\n>\n> Middle one.\n>\n> An arrow --> points",
    ],
)
def test_what_is_spoken_of_hides_nothing(text):
    assert "Middle one." in body_html(text, ALONE)
    assert "Middle one." in without_hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!-- hidden -->\n\nText",
        "<!-- hidden\nhidden --> seen\n\nText",
        "<!-- hidden --!>\n\nText",
        "<!-- hidden\n\nhidden --!>\n\nText",
        "<!-- hidden --!> seen <!-- hidden -->\n\nText",
        "<!--\nhidden\n\nhidden\n-->\n\nText",
        "<!-- hidden\n\nhidden a --> b hidden\n\nhidden -->  \n\nText",
        "<script>\nlet hidden = `a`;\n\nrun(`</b>`)</script>\n\nText",
        "<style>\n.hidden {}\n\n.hidden {}\n</style>\n\nText",
    ],
)
def test_what_is_closed_is_hidden(text):
    assert body_html(text, ALONE).strip().endswith("Text</p>")
    assert "hidden" not in body_html(text, ALONE)
    assert "hidden" not in without_hidden(text)


def test_a_comment_ends_where_browsers_end_it():
    text = "<!-- hidden --!> seen one <!-- hidden -->\n\nSeen <!-- hidden --!> two <!-- --> three"
    for shown in (body_html(text, ALONE), without_hidden(text)):
        assert "hidden" not in shown
        assert all(word in shown for word in ("one", "two", "three"))


def test_many_unclosed_comments_take_linear_time():
    text = "<!-- a\n<?xml b\n<script> c\n" * 20_000
    start = time.process_time()
    assert body_html(text, ALONE).count("&lt;!-- a") == 20_000
    assert time.process_time() - start < 30  # two seconds on a machine that does nothing else


def test_a_flood_of_raw_tags_is_shown_as_text():
    html = body_html("<div>" * 30_000, ALONE)
    assert "<div>" not in html
    assert html.count("&lt;div&gt;") == 30_000


def test_code_points_that_no_page_may_hold_go():
    html = body_html("a\x00\x80\ud800\ufdd0\U0001ffff <b>&#xFDD0;b</b>\x1b", ALONE)
    assert "\ufdd0" not in html
    assert html.encode("utf-8").decode("utf-8").isprintable() is False  # only for its line end
    assert html.replace("\ufffd", "") == "<p>a <b>b</b></p>\n"


MARKS = st.text(st.sampled_from("*_~`[]()<>!#|-:\\&\n 汉，a1^\"'/="), max_size=80)
PIECES = st.lists(
    st.one_of(
        MARKS,
        st.text(max_size=20),
        st.sampled_from(
            ["<table>", "<tr>", "<td colspan=2>", "</table>", "<ul>", "<li>", "</ul>", "<a href=x>", "</a>", "<p>",  # noqa: E501
             "<div>", "</div>", "<span>", "</span>", "<h3>", "</h3>", "<b>", "</b>", "<script>", "<img src=a alt=b>",  # noqa: E501
             "<details>", "<ruby>", "<rt>", "<svg>", "<math>", "\n\n", "[^1]", "[^1]: n\n", "[x](y)", "<pre>", "<dl><dt>"]  # noqa: E501
        ),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(PIECES)
def test_the_sanitiser_has_nothing_left_to_do(text):
    html = body_html(text, PLACE)
    assert sanitise.clean(html) == html
