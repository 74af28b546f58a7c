"""Families of a site's own: whom they are about, and what `check` says of faulty ones."""

import re
from importlib import resources

import pytest
from boilerplate_pages import TEXT, TITLE, page, text_of

from generator.reading.boilerplate import families

RULE = "[[gone]]\nreason = 'slogan'\n"


def loaded(root, text):
    (root / "cleaning").mkdir()
    (root / "cleaning/own.toml").write_text(text, "utf-8")
    known, problems = families.load(root)
    return known, [problem.message for problem in problems]


def is_of(known, host, source):
    return any(not one.family.everywhere for one in known.of(host, source))


@pytest.mark.parametrize("host", ["daily.example", "www.daily.example", "Daily.Example", "WWW.daily.example"])
def test_a_host_may_be_written_in_more_than_one_way(tmp_path, host):
    known, messages = loaded(tmp_path, f"hosts = ['{host}']\n{RULE}lines = ['Read us on paper']\n")
    assert messages == []
    assert is_of(known, "daily.example", "")
    assert is_of(known, "news.daily.example", "")
    assert not is_of(known, "notdaily.example", "")


@pytest.mark.parametrize(
    "host", ["https://daily.example", "daily.example/news", "daily.example:8080", "*.daily.example", ""]
)
def test_what_is_no_host_is_told(tmp_path, host):
    known, messages = loaded(tmp_path, f"hosts = ['{host}']\n{RULE}lines = ['Read us on paper']\n")
    assert messages == [f"`hosts` holds {host!r}, which is not a host"]
    assert not is_of(known, "daily.example", "")


@pytest.mark.parametrize("source", ["The Daily", "the daily", " THE  Daily "])
def test_a_source_may_be_written_in_more_than_one_way(tmp_path, source):
    known, messages = loaded(tmp_path, f"sources = ['{source}']\n{RULE}lines = ['Read us on paper']\n")
    assert messages == []
    assert is_of(known, "", "The Daily")
    assert is_of(known, "", "the  DAILY")
    assert not is_of(known, "", "The Dail")


@pytest.mark.parametrize("pattern", ["Join our club", r"join\W+OUR", "(?P<Club>Join)", "É.{3}"])
def test_a_pattern_with_capitals_is_told(tmp_path, pattern):
    _, messages = loaded(tmp_path, f"everywhere = true\n{RULE}patterns = ['{pattern}']\n")
    assert messages == [
        f"the pattern {pattern!r} has capital letters, but is matched against lower-case text"
    ]


@pytest.mark.parametrize(
    "pattern", [r"join\W+\S\D", "(?P<Club>join)", "[A-Za-z]+ club", "(?i)Join", r"\[x\]"]
)
def test_capitals_that_do_no_harm_are_not(tmp_path, pattern):
    assert loaded(tmp_path, f"everywhere = true\n{RULE}patterns = ['{pattern}']\n")[1] == []


def test_our_own_are_without_fault(tmp_path):
    folder = resources.files("generator.reading") / "families"
    for file in folder.iterdir():
        (tmp_path / file.name).mkdir()
        assert loaded(tmp_path / file.name, file.read_text("utf-8"))[1] == [], file.name


@pytest.mark.parametrize(
    "patterns",
    [
        [".{0,9}rights?", ".{0,4}(?:licen[cs]e|paid)", "read us"],
        [r".{0,9}(?:a\)b|club)!", ".{0,9}paper|club"],
        [".{0,9}(?:on|in)? paper", ".{0,9}clu{0,1}b", r".{0,9}\bno\.? club"],
        ["(?:read|join) us", "join|club", r"\d+ papers?", r".{0,9}\d+ clubs"],
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        "all right",
        "far from all right",
        "my license",
        "repaid",
        "the longest of them paid",
        "read us",
        "club!",
        "a)b!",
        "the paper",
        "our club",
        "our cb",
        "a no club",
        "join us",
        "12 paper",
        "with 12 clubs",
        "no",
        "",
    ],
)
def test_patterns_find_what_each_alone_would(tmp_path, patterns, words):
    rules = "".join(f"[[gone]]\nreason = '{n}'\npatterns = ['''{one}''']\n" for n, one in enumerate(patterns))
    known, messages = loaded(tmp_path, f"sources = ['The Daily']\n{rules}")
    assert messages == []
    found = known.of("", "The Daily")[0].find("", words)
    wanted = next((str(n) for n, one in enumerate(patterns) if re.match(one, words, re.DOTALL)), None)
    assert (found.rule.reason if found else None) == wanted


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (
            "https://www.freebuf.com/1",
            "![](/reward.png)\n本文由\n创作，已纳入「原创奖励计划」，未授权禁止转载",
        ),
        (
            "https://mp.weixin.qq.com/s?__biz=M1A==&mid=1",
            "**建议大家把公众号“海岸灯塔”设为星标，否则就看不到了！**",
        ),
    ],
)
def test_a_notice_of_the_platform_within_the_text_goes(url, line):
    assert text_of(page(f"# {TITLE}", TEXT[0], line, *TEXT[1:]), url=url) == "\n\n".join(TEXT)
