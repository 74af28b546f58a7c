"""Keys of front matter that are typing errors for those of an article."""

import pytest
from reading_rules import rules

from generator.reading.article import article_of
from generator.reading.frontmatter import clipping_of

ALL = "title: T\nurl: https://e.example/a\nsource: S\ndate: 2024-07-03\nfetch_date: 2024-07-04\n"


def told(front, path="2024-07-03.md", **configured):
    clipping, faults = clipping_of(path, f"---\n{front}\n---\n\nSome text of its own.\n")
    problems = (*faults, *article_of(clipping, rules(**configured)).problems)
    return [(one.line, one.message, one.advice) for one in problems]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("ulr: https://e.example/a", "url"),
        ("URLL: http://e.example/a", "url"),
        ("soruce: https://e.example/a", "source"),
        ("titel: The press", "title"),
        ("tilte: 印刷机", "title"),
        ("soruce: The Type Case", "source"),
        ("dat: 2024-07-03", "date"),
        ("daet: 2024-07-03T18:30:00+08:00", "date"),
        ("dtae: July 3, 2024", "date"),
        ("daet: 2024年7月3日", "date"),
        ("dat: 03/07/2024", "date"),
        ("fech_date: 2024-07-03", "fetch_date"),
        ("Fetch Date: 2024-07-03", "fetch_date"),
        ("creatd: 2024-07-03", "created"),
        ("digest-note: Read this.", "digest_note"),
        ("digest_not: Read this.", "digest_note"),
    ],
)
def test_a_mistyped_key_is_a_warning_with_its_line(line, meant):
    key = line.partition(":")[0].lower()
    assert told(f"author: Ann\n{line}") == [(3, f"`{key}` is not a key", f"did you mean `{meant}`?")]


@pytest.mark.parametrize(
    "line",
    [
        "uri: https://e.example/b",
        "purl: https://e.example/b",
        "tile: Another",
        "titel: Another",
        "sources: a, b",
        "soruce: S",
        "data: 2024-07-05",
        "dates: 2024-07-05",
        "cdate: 2024-07-05",
        "create: 2024-07-05",
        "tag: one",
        "link: https://e.example/b",
    ],
)
def test_a_key_beside_the_right_one_is_none(line):
    assert told(f"{ALL}{line}") == []


@pytest.mark.parametrize(
    "line",
    [
        "uri: urn:isbn:1",
        "urls:\n- https://e.example/a",
        "curl: https://e.example/a",
        "purl: https://e.example/a",
        "tile: 12",
        "tile: true",
        "titles: One and two",
        "sources: a, b",
        "sources: [https://e.example/a]",
        "data: 12 rows",
        "data: a table of 2024",
        "data:\n  a: 2024-07-03",
        "dates: to come",
        "gate: 7",
        "cdate: 2024-07-03",
        "create: true",
        "tag: one",
        "taps: one",
        "link: https://e.example/a",
        "note: Mine",
    ],
)
def test_a_key_of_another_program_is_none(line):
    assert [one for one in told(line) if "is not a key" in one[1]] == []


def test_a_key_beside_one_of_the_clipper_is_none():
    assert told("site: S\nsource: https://e.example/a\nuri: https://e.example/b\nsorce: X") == []
    assert told("published: 2024-07-03\ndat: 2024-07-03\ncreated: 2024-07-03\ncreate: 2024-07-04") == []


def test_a_source_that_is_a_name_does_not_replace_the_address():
    assert [line for line, *_ in told("source: S\nulr: https://e.example/a")] == [3]


def test_a_key_that_the_site_maps_is_none():
    assert told("dat: 2024-07-03", fields={"date": ("dat",)}) == []
    assert told("titel: Eins", fields={"title": ("titel",)}) == []


def test_a_private_clipping_gets_no_such_warning():
    assert told("titel: A\nprivate: true") == []
