from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from generator.authoring import new
from generator.authoring.new import slug
from generator.config.site import Config, Site
from generator.model.errors import ConfigError
from generator.model.ids import path_id
from generator.reading.frontmatter import clipping_of

NOW = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


def site_in(folder: Path, **keys: object) -> Site:
    return Site(root=folder, content=folder / "content", output=folder / "public", config=Config(**keys))


def fields(file: Path) -> dict[str, object]:
    clipping, problems = clipping_of(file.name, file.read_text("utf-8"))
    assert not clipping.repaired
    marks = [one for one in problems if one.kind == "comment"]  # each `%%` in a title is told of
    assert [one for one in problems if one not in marks] == []
    assert marks == [] or "%%" in str(clipping.fields["title"])
    return dict(clipping.fields)


def test_the_file_says_what_was_given(site: Site) -> None:
    file = new(
        site,
        title="Hello, world",
        now=NOW,
        url="https://example.org/a?b=c#d",
        source="Example News",
        date=dt.date(2026, 11, 20),
        draft=True,
    )
    assert file == site.content / "2026/11/20/hello-world.md"
    assert file.read_text("utf-8") == (
        "---\n"
        "title: Hello, world\n"
        'url: "https://example.org/a?b=c#d"\n'
        "source: Example News\n"
        "date: 2026-11-20\n"
        "fetch_date: 2026-11-24T23:30:00+00:00\n"
        "draft: true\n"
        f"id: {path_id('2026/11/20/hello-world.md')}\n"
        "---\n\n"
    )


def test_the_day_is_the_sites(tmp_path: Path) -> None:
    site = site_in(tmp_path, timezone="Asia/Shanghai")
    assert new(site, title="A", now=NOW).parent == site.content / "2026/11/25"
    moment = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)
    file = new(site, title="B", now=NOW, date=moment)
    assert file.parent == site.content / "2026/11/21"
    assert fields(file)["date"] == "2026-11-20T20:00:00+00:00"
    assert new(site, title="C", now=NOW, date=moment.replace(tzinfo=None)).parent.name == "20"


def test_a_name_that_is_taken_gets_a_number(site: Site) -> None:
    first = new(site, title="Same", now=NOW)
    first.write_text("mine")
    second, third = (new(site, title="same!", now=NOW) for _ in range(2))
    assert [file.name for file in (first, second, third)] == ["same.md", "same-2.md", "same-3.md"]
    assert first.read_text() == "mine"
    assert fields(second)["id"] != fields(third)["id"]


def test_a_name_that_would_be_ignored_is_not_taken(tmp_path: Path) -> None:
    site = site_in(tmp_path, ignore=("readme.md", "2026/11/24/daily.md"))
    assert new(site, title="README", now=NOW).name == "readme-2.md"
    assert new(site, title="Daily", now=NOW).name == "daily-2.md"


@pytest.mark.parametrize("pattern", ["*.md", "2026", "2026/*"])
def test_where_every_name_is_ignored_nothing_is_written(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match="is taken or ignored"):
        new(site_in(tmp_path, ignore=(pattern,)), title="A", now=NOW)
    assert not (tmp_path / "content").exists()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Hello, World!", "hello-world"),
        ("关注 | 标点挤压:小记", "关注-标点挤压-小记"),
        ("The printer’s hand", "the-printers-hand"),
        ("WIDE", "wide"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-clipping"),
        ("🎉 …", "clipping"),
        (".hidden", "hidden"),
    ],
)
def test_names_of_files(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_long_names_end_with_a_word_or_at_least_a_character() -> None:
    assert slug("word " * 100).endswith("-word")
    assert slug("长" * 300) == "长" * 64
    assert len(slug("a" * 300)) == 193


@given(st.text(max_size=300))
def test_a_name_is_safe_in_any_language(title: str) -> None:
    name = slug(title)
    assert re.fullmatch(r"[^\W_]+(-[^\W_]+)*", name)
    assert len(f"{name}-999.md".encode()) <= 200


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
@example("Foo: bar")
@example("null")
@example("2024-07-03")
@example("'quoted' \"twice\"")
@example("[list] {map} &anchor *alias !tag %x @y `z`")
@example("ends with a colon:")
@example("comment # here")
@example("back\\slash")
@example("\u2028line\u0085next\ufeff")
@example("No")
def test_any_title_reads_back_as_it_was_meant(shared: Site, title: str) -> None:
    expected = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", " ".join(title.split()))
    assume(expected)
    file = new(shared, title=title, now=NOW, source=title)
    found = fields(file)
    file.unlink()
    assert found["title"] == found["source"] == expected


def test_what_is_not_unicode_is_replaced(site: Site) -> None:
    file = new(site, title="bad \udcff byte", now=NOW)
    assert "�" in str(fields(file)["title"])


@pytest.mark.parametrize("title", ["", "  \n"])
def test_a_title_is_needed(site: Site, title: str) -> None:
    with pytest.raises(ConfigError, match="title: is empty; write a title"):
        new(site, title=title, now=NOW)


@pytest.mark.parametrize(
    "url", ["example.org/a", "javascript:alert(1)", "https://", "http://[", "https://e.org/a b"]
)
def test_an_address_is_on_the_web(site: Site, url: str) -> None:
    with pytest.raises(ConfigError, match="url: is not a web address"):
        new(site, title="A", now=NOW, url=url)
    assert not site.content.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    site = msgspec.structs.replace(site_in(tmp_path), content=tmp_path / "file")
    site.content.write_text("mine")
    with pytest.raises(ConfigError, match="file/2026/11/24: cannot be written"):
        new(site, title="A", now=NOW)
