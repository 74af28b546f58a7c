"""Code in colour: classes, and a style sheet that everyone can read."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_all_lexers

from generator.render import highlight
from generator.render.highlight import CLASSES, DARK, DARK_BACKGROUND, LIGHT, LIGHT_BACKGROUND


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("colours", "background"), [(LIGHT, LIGHT_BACKGROUND), (DARK, DARK_BACKGROUND)])
def test_every_colour_has_enough_contrast(colours, background):
    assert colours.keys() == CLASSES
    for class_, colour in colours.items():
        lighter, darker = sorted((luminance(colour), luminance(background)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, class_


def test_style_sheet_is_small_and_follows_the_colours_of_the_page():
    css = highlight.stylesheet()
    assert len(css) < 4096
    assert css.count("{") == css.count("}")
    assert all(f"light-dark({LIGHT[class_]},{DARK[class_]})" in css for class_ in CLASSES)


def test_known_language_gets_classes():
    assert highlight.highlight("def f(): # <x>", "Python") == (
        '<span class="k">def </span><span class="nf">f</span>(): <span class="c"># &lt;x&gt;\n</span>'
    )


def test_unknown_language_or_too_much_code_is_left_plain():
    assert highlight.highlight("x", "no-such-language") is None
    assert highlight.highlight("x", "../python") is None
    assert highlight.highlight("x" * (highlight.LARGEST + 1), "python") is None
    assert highlight.highlight("a\n" * highlight.LARGEST_OTHERWISE, "csharp") is None


def test_measured_languages_exist_and_may_be_long():
    known = {name for name, *_ in get_all_lexers(plugins=False)}
    assert not highlight.QUICK - known
    assert highlight.highlight("x = 1\n" * 2_000, "python") is not None


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_characters="\r\ufeff", exclude_categories=["Cs"])),
    st.sampled_from(["python", "html", "console", "diff"]),
)
def test_colours_change_no_character(code, language):
    coloured = highlight.highlight(code, language)
    text = html.unescape(re.sub("<[^>]*>", "", coloured))
    assert text.rstrip("\n") == code.rstrip("\n")
    assert set(re.findall('class="([^"]*)"', coloured)) <= CLASSES
