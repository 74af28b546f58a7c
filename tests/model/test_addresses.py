"""Addresses and the links between them."""

import datetime as dt
import posixpath
import urllib.parse

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.model import addresses

DAY = dt.date(2024, 7, 3)


def test_the_addresses_of_the_design():
    assert addresses.article("abcd23456789") == "articles/ab/abcd23456789.html"
    assert addresses.day(DAY) == "2024/07/03/"
    assert addresses.week(DAY) == "2024/w27/"
    assert addresses.month(DAY) == "2024/07/"
    assert addresses.year(DAY) == "2024/"


def test_a_week_belongs_to_its_iso_year():
    assert addresses.week(dt.date(2024, 12, 30)) == "2025/w01/"


def test_years_have_four_digits():
    assert addresses.day(dt.date(1, 2, 3)) == "0001/02/03/"


@pytest.mark.parametrize(
    ("from_", "to", "expected"),
    [
        ("", "", "./"),
        ("", "sources/", "sources/"),
        ("2024/07/03/", "", "../../../"),
        ("2024/07/03/", "2024/07/03/", "./"),
        ("2024/07/03/", "2024/07/", "../"),
        ("2024/07/03/", "articles/ab/ab.html", "../../../articles/ab/ab.html"),
        ("articles/ab/ab.html", "articles/ab/ac.html", "ac.html"),
        ("articles/ab/ab.html", "sources/某源/", "../../sources/%E6%9F%90%E6%BA%90/"),
    ],
)
def test_links_are_relative_and_encoded(from_, to, expected):
    assert addresses.link(from_, to) == expected


def test_links_for_the_disk_name_the_file():
    assert addresses.link("2024/07/03/", "2024/07/", file=True) == "../index.html"
    assert addresses.link("", "", file=True) == "index.html"
    assert addresses.link("", "sources/", fragment="a b", file=True) == "sources/index.html#a%20b"


def link_by_the_book(from_, to, fragment, file):
    """The links of the first version, by `posixpath.relpath`."""
    target = addresses.file_of(to) if file else to
    folder = posixpath.dirname(addresses.file_of(from_))
    relative = posixpath.relpath("/" + target, "/" + folder)
    if target.endswith("/") or not target:
        relative += "/"
    return urllib.parse.quote(relative) + ("#" + urllib.parse.quote(fragment) if fragment else "")


STEP = st.sampled_from(["a", "ab", "b", "2024", "某", "a b", "..", ".", "", ".x", "x."])
ODD_ADDRESS = st.builds(
    lambda steps, end: "/".join(steps) + end, st.lists(STEP, max_size=4), st.sampled_from(["", "/", ".html"])
)


@given(ODD_ADDRESS, ODD_ADDRESS, st.sampled_from(["", "x", "某 y"]), st.booleans())
@example("2024/07/03/", "2024", "", False)
@example("a/b/c.html", "a/b", "", False)
def test_links_are_those_of_the_standard_library(from_, to, fragment, file):
    assert addresses.link(from_, to, fragment=fragment, file=file) == link_by_the_book(
        from_, to, fragment, file
    )


PART = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part not in {".", ".."}
)
ADDRESS = st.builds(
    lambda parts, end: "/".join(parts) + end if parts else "",
    st.lists(PART, max_size=4),
    st.sampled_from([".html", "/"]),
)


@given(ADDRESS, ADDRESS)
def test_a_browser_resolves_a_link_to_its_target(from_, to):
    base = addresses.absolute("https://h.example/digest/", from_)
    assert urllib.parse.urljoin(base, addresses.link(from_, to)) == addresses.absolute(
        "https://h.example/digest/", to
    )
