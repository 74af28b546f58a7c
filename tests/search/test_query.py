"""What a line of text asks for."""

import datetime as dt

import msgspec
import pytest

from generator.search.documents import Document, head_keys, site_of
from generator.search.query import parsed

DOCUMENT = Document(
    "abcdefgh2345",
    "A supply chain attack on the press",
    "en",
    dt.date(2024, 7, 3),
    "Alpha Works 新闻",
    "Somebody built a 后门程序 into the press.",
    "zh-Hans",
    ("Back door", "Open source"),
    "https://www.news.example.com/a?site=other.example",
)


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("supply", True),
        ("SUPPLY press", True),
        ("supply cellar", False),
        ("supply -cellar", True),
        ("supply -press", False),
        ('"supply chain"', True),
        ("“supply chain”", True),
        ('"supply chain', True),
        ("后门程序", True),
        ("后门 -程序", False),
        ("source:alpha", True),
        ('source:"alpha works"', True),
        ("source：新闻", True),
        ("source:supply", False),
        ("alpha", True),
        ("tag:back", True),
        ('tag:"back door"', True),
        ('tag:"door back"', False),
        ('tag:"back source"', False),
        ('tag:"door open"', False),
        ("tag:back tag:source", True),
        ('-tag:"back source" supply', True),
        ('-tag:"open source" supply', False),
        ('source:"alpha 新闻"', False),
        ('source:"works 新闻"', True),
        ("tag:press", False),
        ("sup\u00adply", True),
        ("after:2024\u200b press\ufeff", True),
        ("后\u200b门程\u2060序", True),
        ("-supply", False),
        ("-cellar", True),
        ("-site:other.example", True),
        ("lang:zh", True),
        ("lang:ZH-hans", True),
        ("lang:en", False),
        ("site:example.com", True),
        ("site:https://news.example.com/x", True),
        ("site:www.news.example.com", True),
        ("site:ample.com", False),
        ("site:other.example", False),
        ("-site:example.com supply", False),
        ("after:2024", True),
        ("after:2024-07-03", True),
        ("after:2024-7-4", False),
        ("before:2024-07-03", False),
        ("before:2024-07-04", True),
        ("before:2025 after:2024-06 press", True),
        ("before:yesterday press", True),
        ("-before:2024-07-03", True),
        ("-before:2024-07-04", False),
        ("-after:2024-07-03", False),
        ("-after:2024-07-04 press", True),
    ],
)
def test_a_query_matches(query, matches):
    assert parsed(query).matches(DOCUMENT, head_keys(DOCUMENT)) is matches


def test_a_query_tells_what_is_not_searched():
    assert parsed("A股 漏 漏洞 before:2024-13 - after:2024").ignored == ("股", "漏", "before:2024-13", "-")


@pytest.mark.parametrize(
    ("day", "exists"),
    [
        ("2024-02-30", False), ("2024-06-31", False), ("2023-2-29", False), ("1900-02-29", False),
        ("0000-01-01", False), ("0000", False), ("2024-02-29", True), ("2000-2-29", True),
        ("2024-12-31", True), ("0001-01-31", True),
    ],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_not_searched(day, exists):
    for clause in (f"before:{day}", f"-after:{day}"):
        assert parsed(clause).is_empty is not exists
        assert parsed(f"press {clause}").ignored == (() if exists else (clause,))


@pytest.mark.parametrize(
    ("tags", "query", "matches"),
    [
        (("供应", "应链"), "tag:供应链", False),
        (("供应链攻击",), "tag:供应链", True),
        (("供应链 攻击",), 'tag:"供应链 攻击"', True),
        (("供应链", "攻击"), 'tag:"供应链 攻击"', False),
        (("a b", "b c"), 'tag:"a b c"', False),
        (("C", "Perl"), "tag:c++", False),
        (("C++ tools",), 'tag:"c++ tools"', True),
        (("xz-utils",), "tag:xz-utils", True),
        (("xz-utils",), 'tag:"xz utils"', True),
        (("xz", "utils"), "tag:xz-utils", False),
        ((" ".join(map(str, range(20))),), f'tag:"{" ".join(map(str, range(3, 17)))}"', True),
        ((" ".join(map(str, range(20))),), f'tag:"{" ".join(map(str, range(3, 17, 2)))}"', False),
    ],
)
def test_words_of_a_tag_follow_each_other_in_one_tag(tags, query, matches):
    document = msgspec.structs.replace(DOCUMENT, tags=tags)
    assert parsed(query).matches(document, head_keys(document)) is matches


@pytest.mark.parametrize(
    "query", ["", "  ", "漏", "…", "-漏", "\u200b", "before:yesterday", 'source:"', '""']
)
def test_a_query_may_ask_for_nothing(query):
    assert parsed(query).is_empty


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.Example.com:80/a", "example.com"),
        ("example.com/a", "example.com"),
        ("http://[", "["),
        ("localhost:8000", "localhost"),
    ],
)
def test_a_site_is_a_host(address, site):
    assert site_of(address) == site
