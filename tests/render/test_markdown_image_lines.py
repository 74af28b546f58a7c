"""Images alone on their lines, or among images, stand in figures, where styles reserve room."""

import re

import pytest

from generator.render import sanitise
from generator.render.markdown import image_lines
from generator.render.markdown.body import body_html
from generator.render.place import Place

PLACE = Place(original="https://origin.example/", id="abcdefghijkm")
A, B, RAW = "![](https://i.example/a)", "![](https://i.example/b)", '<img src="https://i.example/r">'
SIZED = RAW.replace(">", " width=9 height=9>")
FIGURE = '<figure tabindex="0"><img src="https://i.example/{}"></figure>'
FIGURES = f"{FIGURE.format('a')}\n{FIGURE.format('b')}"


def shown(text: str) -> str:
    """Return the HTML of a body without the attributes that all images have."""
    html = body_html(text, PLACE)
    assert sanitise.clean(html) == html
    return re.sub(r' (?:alt|loading|decoding|referrerpolicy|rel)="[^"]*"', "", html).strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"{A} {B}", FIGURES),
        (f"{A}\n{B}", FIGURES),
        (f"**{A}**\n{B}", FIGURES),
        (f"One.\n{A}\nTwo.\n{B}", f"<p>One.</p>\n{FIGURE.format('a')}\n<p>Two.</p>\n{FIGURE.format('b')}"),
        (f"> {A}\n> {B}", f"<blockquote>\n{FIGURES}\n</blockquote>"),
        (f"- {A}", f"<ul>\n<li>{FIGURE.format('a')}</li>\n</ul>"),
        (f"- Text\n  {A}", f"<ul>\n<li>Text\n{FIGURE.format('a')}</li>\n</ul>"),
        (RAW, FIGURE.format("r")),
        (f"<p>{RAW}</p>", FIGURE.format("r")),
        (f"<div>{RAW}<br>{RAW}</div>", f"<div>{FIGURE.format('r')}\n{FIGURE.format('r')}</div>"),
        (
            '<div><a href="https://a.example/"><img src="https://i.example/r" alt="x"></a></div>',
            '<div><figure><a href="https://a.example/"><img src="https://i.example/r"></a></figure></div>',
        ),
    ],
)
def test_images_without_text_on_their_line_are_figures(text, html):
    assert shown(text) == html


def test_images_in_cells_are_figures():
    assert f"<td>{FIGURE.format('a')}</td>" in shown(f"| a | b |\n|---|---|\n| {A} | x |")
    assert f"<td>{FIGURE.format('r')}</td>" in shown(f"<table><tr><td>{RAW}</td><td>x</td></tr></table>")


@pytest.mark.parametrize(
    "text",
    [
        f"Words {A} and words.",
        f"{A} {A} {A} {A} {A}",
        "![](https://img.shields.io/a) ![](https://ci.example/badge.svg)",
        f"**Words\n{A}\n{B}**",
        f"<p><i>Words<br>{RAW}<br></i></p>",
        f"<p>{SIZED} {SIZED}</p>",
    ],
)
def test_images_within_text_small_ones_and_those_with_sizes_are_not(text):
    assert "<figure" not in shown(text)


@pytest.mark.parametrize("caption", ["<figcaption>Words</figcaption>", ""])
def test_a_figure_holds_no_figure(caption):
    assert shown(f"<figure>{caption}{RAW}</figure>\n\n{A} words").count("<figure") == 1


def test_attributes_are_no_tags():
    html = sanitise.clean('<img src="https://i.example/r" alt="<p>"><p>Words</p>')
    assert image_lines.with_figures(html).count("<p>") == 1
