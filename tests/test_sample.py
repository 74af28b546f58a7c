"""The sample digest has every shape that a theme must show, and nothing that a sample should not hold."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import urllib.parse
from collections import Counter
from pathlib import Path

import pytest

from generator.config.loading import load
from generator.config.options import Options
from generator.config.site import Site
from generator.engine.site_index import SiteIndex
from generator.model.types import Clipping, Verdict
from generator.reading import discover
from generator.reading.frontmatter import read_clipping
from writing import image_beside, read_site

ROOT = Path(__file__).parents[1]
BROKEN = "2026/10/12/Open Web Ledger_Conditional requests_ the cheapest byte.md"
STANDARDS = {
    "html.spec.whatwg.org",
    "jsonfeed.org",
    "www.iso.org",
    "www.jsonfeed.org",
    "www.rfc-editor.org",
    "www.unicode.org",
    "www.w3.org",
}
EXAMPLES = {"example.com", "example.org"}
HAN = r"[\u3400-\u9fff]"
CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMAGE = re.compile(r"!\[([^\]\n]+)\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def site() -> Site:
    return load(ROOT / "digest.toml")


@pytest.fixture(scope="module")
def clippings(site: Site) -> dict[str, Clipping]:
    found = discover(site.content, site.config.ignore)
    read_ones = {path: read_clipping(site.content, path)[0] for path in found.paths}
    return {path: clipping for path, clipping in read_ones.items() if clipping is not None}


@pytest.fixture(scope="module")
def index(site: Site) -> SiteIndex:
    as_of = dt.datetime(2026, 11, 24, tzinfo=site.config.zone)
    return read_site(site, Options(as_of=as_of))


def files() -> list[Path]:
    return sorted(path for path in (ROOT / "content").rglob("*") if path.is_file())


def prose(clipping: Clipping) -> str:
    return re.sub(r"`[^`\n]*`", "", CODE.sub("", clipping.body))


def with_shape(clippings: dict[str, Clipping], shape: str) -> list[str]:
    return [path for path, clipping in clippings.items() if re.search(shape, clipping.body, re.MULTILINE)]


def test_every_clipping_is_published_and_one_is_mended(index: SiteIndex) -> None:
    assert (index.found, index.ignored, index.skipped) == (56, 1, ())
    assert len(index.digest.articles) == 56
    assert index.repaired == 1
    assert [(problem.path, problem.line) for problem in index.problems] == [(BROKEN, 2)]
    titles = {article.path: article.title for article in index.digest.articles}
    assert titles[BROKEN] == "Conditional requests: the cheapest byte is the one not sent"


def test_verdicts(index: SiteIndex) -> None:
    assert Counter(article.verdict for article in index.digest.articles) == {
        Verdict.FULL: 51,
        Verdict.LINK: 4,
        Verdict.CUT: 1,
    }


def test_eight_sources_one_of_them_under_two_names(index: SiteIndex) -> None:
    assert {name: len(source.articles) for name, source in index.digest.sources.items()} == {
        "Web 标准札记": 16,
        "字里行间": 7,
        "版面观察": 4,
        "活字纪": 5,
        "The Type Case": 7,
        "Paper of Record Notes": 8,
        "Open Web Ledger": 8,
        "Margin Notes": 1,
    }
    assert all(source.home for source in index.digest.sources.values())


def test_three_weeks_and_a_day(index: SiteIndex) -> None:
    days = {edition.first: edition.count for edition in index.digest.days}
    first = dt.date(2026, 10, 5)
    assert list(days) == [first + dt.timedelta(days=n) for n in range(22)]
    assert days[dt.date(2026, 10, 14)] == 14
    busiest = next(edition for edition in index.digest.days if edition.first == dt.date(2026, 10, 14))
    assert max(len(group.articles) for group in busiest.groups) == 12


def test_the_newest_day_has_picks_and_stories(index: SiteIndex) -> None:
    newest = index.digest.days[-1]
    assert (newest.first, newest.count) == (dt.date(2026, 10, 26), 12)
    of_day = [article for article in index.digest.articles if article.date == newest.first]
    assert sum(article.pinned for article in of_day) == 3
    stories = [story for story in index.digest.stories if story.lead in of_day]
    assert sorted(len({text.source for text in story.texts}) for story in stories) == [2, 3]
    assert all({text.language for text in story.texts} == {"en", "zh"} for story in stories)


def test_a_time_elsewhere_falls_on_the_next_day_here(index: SiteIndex) -> None:
    aldus = next(article for article in index.digest.articles if article.path == "notes/aldus.md")
    assert aldus.date == dt.date(2026, 10, 18)
    assert aldus.id == "aldine-octavo"


def test_folders_name_the_day(index: SiteIndex) -> None:
    dated = [article for article in index.digest.articles if not article.path.startswith("notes/")]
    assert len(dated) == 53
    assert all(article.path.startswith(f"{article.date:%Y/%m/%d}/") for article in dated)


def test_languages(index: SiteIndex) -> None:
    languages = Counter(article.language for article in index.digest.articles)
    assert languages["ja"] == 1
    assert languages["en"] + languages["zh"] == 55
    assert languages["en"] >= 16
    assert languages["zh"] >= 25


def test_titles_with_entities_and_a_very_long_one(index: SiteIndex) -> None:
    titles = [article.title for article in index.digest.articles]
    assert "一个 <time> 元素的用处" in titles
    assert "Robots, crawlers & courtesy \N{EN DASH} on asking before you fetch" in titles
    assert max(map(len, titles)) >= 300


def test_long_and_short_texts(clippings: dict[str, Clipping]) -> None:
    long_chinese = [c for c in clippings.values() if len(re.findall(HAN, prose(c))) >= 1200]
    long_english = [c for c in clippings.values() if len(re.findall(r"[A-Za-z]+", prose(c))) >= 900]
    assert len(long_chinese) >= 2
    assert len(long_english) >= 1
    for clipping in long_chinese + long_english:
        assert len(re.findall(r"^## ", clipping.body, re.MULTILINE)) >= 4
    short = [c for c in clippings.values() if 2 <= len(re.findall(r"[.。](?:\s|$)", prose(c))) <= 3]
    assert short


def test_tables_of_three_and_of_twelve_columns(clippings: dict[str, Clipping]) -> None:
    rules = [
        line.count("|") - 1
        for clipping in clippings.values()
        for line in clipping.body.splitlines()
        if re.fullmatch(r"\|[-:|]+\|", line)
    ]
    assert 3 in rules
    assert max(rules) >= 12


def test_code_in_several_languages_and_one_long_line(clippings: dict[str, Clipping]) -> None:
    fences = [fence for clipping in clippings.values() for fence in CODE.findall(clipping.body)]
    assert {"css", "html", "http", "json", "python", "text"} <= {language for language, _ in fences}
    assert max(len(line) for _, code in fences for line in code.splitlines()) == 200


def test_quotes_nested_lists_footnotes_strikethrough(clippings: dict[str, Clipping]) -> None:
    shapes = {
        "a quote": r"^> \S",
        "a quote in a quote": r"^> > \S",
        "a list in a list": r"^ {2,3}- ",
        "a list three deep": r"^ {4}- ",
        "a numbered list": r"^2\. ",
        "a footnote": r"^\[\^[^\]]+\]: ",
        "deleted text": r"~~.+?~~",
        "an address alone": r"<https://",
        "a link within the original": r"\]\(#",
        "emphasis beside Chinese punctuation": rf"\*\*[^*\n]+[，。”]\*\*{HAN}",
    }
    assert [name for name, shape in shapes.items() if not with_shape(clippings, shape)] == []


def test_one_clipping_ends_early(clippings: dict[str, Clipping]) -> None:
    ends = [path for path, clipping in clippings.items() if clipping.body.rstrip().endswith("\n...")]
    assert ends == ["2026/10/15/Paper of Record Notes_News at the speed of a spark.md"]


def test_dates_alone_and_with_a_zone(clippings: dict[str, Clipping]) -> None:
    dates = [str(clipping.fields["date"]) for clipping in clippings.values()]
    zones = {re.sub(r"^[\d-]{10}(T[\d:]{8})?", "", date) for date in dates}
    assert {"", "Z", "+08:00", "+09:00", "+01:00", "-04:00"} <= zones
    assert all("fetch_date" in clipping.fields for clipping in clippings.values())


def test_addresses_are_those_of_standards_and_example_domains() -> None:
    texts = [path.read_text("utf-8") for path in [*files(), ROOT / "digest.toml"] if path.suffix != ".png"]
    addresses = [match for text in texts for match in re.findall(r"https?://[^\s\"'<>)`]+", text)]
    hosts = {urllib.parse.urlsplit(address).hostname for address in addresses}
    assert hosts <= STANDARDS | EXAMPLES
    assert hosts >= EXAMPLES


def test_no_two_clippings_share_an_address(clippings: dict[str, Clipping]) -> None:
    addresses = [c.fields["url"] for c in clippings.values() if "url" in c.fields]
    assert len(addresses) == len(set(map(str, addresses))) == 50


def test_images_are_beside_their_clippings_and_used(site: Site, clippings: dict[str, Clipping]) -> None:
    used = []
    for path, clipping in clippings.items():
        for words, src in IMAGE.findall(clipping.body):
            image = image_beside(site.content, path, src)
            assert image is not None, (path, src)
            assert "url" not in clipping.fields, "a relative image would belong to the original's page"
            assert len(words) > 10
            assert (image.width or 0) >= 600
            used.append(site.content / image.path)
    drawn = [path for path in files() if path.suffix != ".md"]
    assert sorted(used) == drawn
    assert Counter(path.suffix for path in drawn) == {".svg": 4, ".png": 2}


def test_images_are_small_and_say_what_they_show() -> None:
    for path in files():
        if path.suffix == ".svg":
            text = path.read_text("utf-8")
            assert path.stat().st_size < 4096
            assert "<title>" in text
            assert "<desc>" in text
            assert not re.search(r"script|style|url\(|href|\son\w+=", text)
        elif path.suffix == ".png":
            assert path.stat().st_size < 20_000


def test_files_are_utf8_nfc_with_plain_line_ends() -> None:
    for path in [*files(), ROOT / "digest.toml"]:
        name = path.relative_to(ROOT).as_posix()
        assert unicodedata.is_normalized("NFC", name)
        assert not re.search(r'[<>:"\\|?*]', name), "Windows refuses such a name"
        if path.suffix != ".png":
            text = path.read_bytes().decode("utf-8")
            assert unicodedata.is_normalized("NFC", text), name
            assert not re.search(r"[\r\t\x00-\x08\x0b-\x1f\x7f\ufeff\ufffd]", text), name
            assert text.endswith("\n"), name
            assert not text.endswith("\n\n"), name
            assert not re.search(r" +$", text, re.MULTILINE), name


def test_chinese_is_punctuated_in_full_width(clippings: dict[str, Clipping]) -> None:
    faults = [
        (path, fault)
        for path, clipping in clippings.items()
        for fault in re.findall(rf"{HAN}[,;:!?()]|[,;!?]{HAN}|[，。；：？！、] +{HAN}", prose(clipping))
    ]
    assert faults == []
