"""What is planned: whatever clippings and static files hold, no two outputs stand in each other's way."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generator.output.names import folded
from writing import build_site, files_of, write_clipping, write_config


def test_an_alias_where_the_site_puts_its_own_files_is_told_with_its_line(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", pin="true", aliases="[picks/feed.json/a.html, fine.html]")
    report, _ = build_site(tmp_path)
    assert [(problem.path, problem.line, problem.kind) for problem in report.problems] == [
        ("a.md", 7, "alias")
    ]
    assert "picks/" in report.problems[0].message
    assert (tmp_path / "public/fine.html").is_file()
    assert (tmp_path / "public/picks/feed.json").is_file()


@pytest.mark.parametrize(
    ("static", "alias"),
    [
        ("old.html", "old.html"),
        ("Old.html", "old.html"),
        ("Favicon", "favicon/"),
        ("A.html/b", "a.html"),
        ("a.html", "A.html/b.html"),
    ],
)
def test_an_alias_that_meets_a_static_file_on_some_file_system_is_told(tmp_path, static, alias):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", aliases=f"[{alias}]")
    file = tmp_path / "static" / static
    file.parent.mkdir(parents=True)
    file.write_text("ours", "utf-8")
    report, _ = build_site(tmp_path)
    assert [(problem.path, problem.kind) for problem in report.problems] == [("a.md", "alias")]
    assert f"static/{static}" in report.problems[0].message
    assert (tmp_path / "public" / static).read_text("utf-8") == "ours"


def test_a_page_gives_way_to_a_static_file_that_is_one_with_it_on_some_file_system(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", id="abcd")
    file = tmp_path / "static/articles/ab/ABCD.html"
    file.parent.mkdir(parents=True)
    file.write_text("ours", "utf-8")
    report, _ = build_site(tmp_path)
    assert [(problem.path, problem.kind) for problem in report.problems] == [
        ("static/articles/ab/ABCD.html", "static")
    ]


PARTS = st.sampled_from([
    "picks", "stories", "sources", "articles", "assets", "media", "sitemaps", "search", "later",
    "tags", "2024", "07", "03", "w27", "W27", "feed.json", "feed.atom.xml", "sitemap.xml",
    "robots.txt", "a.html", "A.html",
    "404.html", "index.html", "Index.html", "ab", "abc", "abcd", "abcd.html", "a-source", "old", "é",
    "e\u0301", "code.css", "page.css", "con", "..", ".git", "~", "own",
])  # fmt: skip
ALIASES = st.builds(
    lambda parts, end: "/".join(parts) + end,
    st.lists(PARTS, min_size=1, max_size=4),
    st.sampled_from(["", "/", ".html"]),
)
IDS = st.sampled_from([None, "abcd", "abce", "own", "feed-json"])
SOURCES = st.sampled_from(
    ["A source", "a  SOURCE", "feed.json", "2024", "index.html", "é", "e\u0301", "ß", "SS", "İ"]
)
CLIPPINGS = st.fixed_dictionaries({
    "path": st.sampled_from(["a.md", "A.md", "é.md", "e\u0301.md", "2024/07/03/a.md", "b/a.md", "c.md"]),
    "id": IDS,
    "source": SOURCES,
    "date": st.sampled_from(["2024-07-03", "2024-07-04", "2023-12-31"]),
    "pin": st.sampled_from([None, "true"]),
    "tags": st.sampled_from([None, "[a, A]", "[../x, index.html]"]),
    "aliases": st.lists(ALIASES, max_size=6).map(json.dumps),
})  # fmt: skip
STATIC = st.sampled_from(["a.html", "OLD/x", "Old.html", "own/a.html", "robots.txt", "later/x.html", "tags"])


@settings(
    max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)
@given(st.lists(CLIPPINGS, min_size=1, max_size=4), st.lists(STATIC, max_size=2, unique_by=str.casefold))
@example(
    [{"path": "a.md", "pin": "true", "aliases": '["picks/feed.json/a.html", "stories/ab/abcd.html"]'}], []
)
def test_no_clipping_makes_two_outputs_collide(clippings, static):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_config(root)
        for clipping in clippings:
            write_clipping(root / "content", **clipping)
        for name in static:
            file = root / "static" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("ours", "utf-8")
        build_site(root)
        written = [*files_of(root / "public")]
        assert len({folded(path) for path in written}) == len(written)
        again, _ = build_site(root)
        assert again.pages.written == 0
