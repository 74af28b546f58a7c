"""Levels and ids of headings."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.render import sanitise
from generator.render.headings import heading_levels, heading_tags
from generator.render.markdown import Place, body_html

PLACE = Place(original=None, id="abcdefghijkm")


def ids(markdown, place=PLACE):
    return re.findall(r'<h\d[^>]* id="([^"]*)"', body_html(markdown, place))


def test_heading_levels_keep_order_and_skip_none():
    assert heading_levels([]) == []
    assert heading_levels([4, 6, 6, 4]) == [2, 3, 3, 2]
    assert heading_levels([3, 1, 6]) == [2, 2, 3]


@given(st.lists(st.integers(1, 6)))
def test_any_headings_start_at_two_and_rise_by_one(written):
    previous = 1
    for level in heading_levels(written):
        assert 2 <= level <= min(previous + 1, 6)
        previous = level


@pytest.mark.parametrize(
    ("heading", "id_"),
    [
        ("Two words", "h-two-words"),
        ("背景 & 意义", "h-背景-意义"),
        ("`code` and *emphasis*", "h-code-and-emphasis"),
        ("1.2 _x_", "h-1-2-x"),
        ("🎯", "h-section"),
        ("a" * 200, "h-" + "a" * 60),
    ],
)
def test_an_id_is_made_of_the_words(heading, id_):
    assert ids(f"# {heading}") == [id_]


def test_an_id_does_not_change_with_other_headings_and_notes():
    alone = ids("# Method[^n]\n\n[^n]: A note.")
    assert alone == ids("a[^1]\n\n# First\n\n# Method[^n]\n\n[^1]: x\n\n[^n]: A note.")[1:]


def test_ids_are_unique():
    assert ids("# A\n\n# A\n\n# A 2\n\n# A") == ["h-a", "h-a-2", "h-a-2-2", "h-a-3"]


@given(st.lists(st.text(), max_size=5))
def test_any_ids_are_unique_and_pass_the_sanitiser(texts):
    tags = list(heading_tags([(1, sanitise.clean(text)) for text in texts], has_anchors=True))
    found = [re.search(' id="([^"]*)"', opening)[1] for opening, _ in tags]
    assert len(set(found)) == len(found)
    assert all(map(sanitise.ID.fullmatch, found))


def test_a_heading_links_to_itself_unless_it_contains_a_link():
    assert '<h2 id="h-a"><a href="#h-a"' in body_html("# A", PLACE)
    linked = body_html("# A [b](https://b.example/)", PLACE)
    assert linked.startswith('<h2 id="h-a-b">A <a href="https://b.example/"')


def test_raw_headings_get_ids_of_ours_only():
    made = body_html('<h2 id="_main" dir="rtl">A</h2>\n\n# A', PLACE)
    assert ids('<h2 id="_main" dir="rtl">A</h2>\n\n# A') == ["h-a", "h-a-2"]
    assert "_main" not in made
    assert 'dir="rtl"' in made


def test_headings_of_notes_have_no_ids():
    assert body_html("# A", Place(original=None, id="x", has_anchors=False)) == "<h2>A</h2>\n"
    raw = body_html("# A\n\n<b>b</b>", Place(original=None, id="x", has_anchors=False))
    assert raw.startswith("<h2>A</h2>\n")
