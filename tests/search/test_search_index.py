"""What the search index holds: no more than the site shows, and all of that; and what an edit changes."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.config.options import Options, silent
from generator.config.site import Site
from generator.engine.build import build
from generator.engine.build_context import BuildContext
from generator.engine.search_entries import SearchEntries
from generator.engine.site_index import SiteIndex, read
from generator.preview.live import Live
from generator.render.plan import planned_of
from generator.search import index as search_index
from generator.search.index import SearchIndex
from generator.search.months import Months
from generator.search.query import parsed
from writing import NOW, build_site, cache_of, files_of, site_in, workers_here, write_clipping, write_config

WORDS = ["cellar", "street", "lantern", "harbour", "quarry", "meadow", "orchard", "furnace"]
TEXT = "研究人员在夜里听见印刷机，{}。 The {} of Press-Works 9.4 lies beyond the {}. "


def write_site(root: Path, config: str = "") -> None:
    write_config(root, f'base_url = "https://digest.example/"\n{config}')
    for n in range(24):
        words = (WORDS[n % 8], WORDS[n % 5], WORDS[n % 3])
        text = f"Opening {n} says little. " * 12 + TEXT.format(*words) + "Nobody noticed it before. " * 30
        write_clipping(
            root / "content", f"{n}.md", text, date=f"2024-{1 + n // 8:02}-03", title=f"Title {n}",
            source=f"Source {n % 2}", id=f"clipping{n}", tags="[bells]",
        )  # fmt: skip


def search_index_of(site: Site, index: SiteIndex) -> SearchIndex:
    entries = SearchEntries(site.config, planned_of(index.digest, site.config), index)
    return SearchIndex(site.config.search, index.digest, entries)


def found(root: Path, query: str) -> set[str]:
    """Paths of the clippings that a query finds."""
    site, options = site_in(root), Options(as_of=NOW)
    with cache_of(root) as cache:
        index = read(site, options, BuildContext(cache, workers_here(), silent))
        search = search_index_of(site, index)
        return set(search.matching(parsed(query), cache))


def followed_like_a_clean_build(root: Path, *changes: Callable[[], Path]) -> dict[str, bytes]:
    """The files after changes to a site in memory, which are those of a clean build.

    A change returns its file.
    """
    with contextlib.closing(Live(1)) as live:
        live.build(site_in(root), Options(as_of=NOW), silent, None)
        for change in changes:
            while live.rest():
                pass
            changed = frozenset({change()})  # before the configuration is read
            live.build(site_in(root), Options(as_of=NOW), silent, changed)
        finish(live, root)
    return as_a_clean_build(root)


def finish(live: Live, root: Path) -> None:
    """Make all files that are stale, and follow what is deferred."""
    while live.rest() or live.due_in is not None:
        live.build(site_in(root), Options(as_of=NOW), silent, frozenset())


def as_a_clean_build(root: Path) -> dict[str, bytes]:
    """The files of a site, which are those of a clean build."""
    followed = files_of(root / "public")
    shutil.rmtree(root / "public")
    build_site(root)
    assert followed == files_of(root / "public")
    return followed


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    write_site(root)
    build_site(root)
    return root


@pytest.mark.parametrize("query", [*WORDS, "press-works", "works 9.4", "opening", "印刷机", "夜里听见"])
def test_a_query_finds_what_a_scan_of_all_pages_finds(root, query):
    pages = {
        f"{n}.md": re.sub("<[^>]*>", " ", (root / f"public/articles/cl/clipping{n}.html").read_text("utf-8"))
        for n in range(24)
    }
    words = query.split()
    wanted = {path for path, text in pages.items() if all(word in text.lower() for word in words)}
    assert wanted
    assert found(root, query) == wanted


def test_an_edit_writes_index_files_of_its_month_alone(tmp_path):
    write_site(tmp_path)
    build_site(tmp_path)
    before = files_of(tmp_path / "public")
    write_clipping(
        tmp_path / "content", "9.md", "A zeppelin landed. " * 30, date="2024-02-03", title="Title 9",
        source="Source 1", id="clipping9",
    )  # fmt: skip
    reasons = build(site_in(tmp_path), Options(as_of=NOW), silent).reasons
    after = files_of(tmp_path / "public")
    changed = {path for path in after if path.startswith("search/") and after[path] != before.get(path)}
    assert changed == {"search/2024/02/terms-0.bin", "search/2024/02/documents-0.json"}
    assert {path for path in reasons if path.startswith("search/")} == changed
    assert found(tmp_path, "zeppelin") == {"9.md"}


@pytest.mark.parametrize(
    ("config", "text", "excerpt", "tag"),
    [
        ("", True, True, True),
        ('text = "excerpt"', False, True, True),
        ('text = "link"', False, False, True),
        ('articles = "none"', False, True, True),
        ('search = "titles"', False, False, True),
    ],
)
def test_what_the_site_does_not_show_is_not_found(tmp_path, config, text, excerpt, tag):
    write_site(tmp_path, config)
    build_site(tmp_path)
    assert bool(found(tmp_path, "印刷机")) is text
    assert bool(found(tmp_path, "opening")) is excerpt
    assert bool(found(tmp_path, "tag:bells")) is tag
    assert found(tmp_path, '"title 7" source:1') == {"7.md"}
    listed = b"".join(data for path, data in files_of(tmp_path / "public").items() if "/documents-" in path)
    assert (b"Opening" in listed) is excerpt


TAGGED = {
    "spelt": "[Ledgers]", "alias": "[account books]", "nested": "[trade/guilds]", "hidden": "[kept, guilds]",
    "words": "[]",
}  # fmt: skip


def write_tagged(root: Path, tables: str) -> None:
    write_config(root, f'base_url = "https://digest.example/"\n{tables}')
    for n, (name, tags) in enumerate(TAGGED.items()):
        text = "" if name == "alias" else "It rained on the zeppelin. " * 30
        write_clipping(
            root / "content", f"{name}.md", text, date=f"2024-0{1 + n}-03", title=f"Title {n}", tags=tags,
            url=f"https://original.example/{n}",
        )  # fmt: skip


TABLES = """
[tags.Ledgers]
aliases = ["Account books"]
match = ["zeppelin"]
[tags.trade]
name = "Commerce"
[tags.kept]
hide = true
"""


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("tag:ledgers", {"spelt", "alias", "nested", "hidden", "words"}),
        ('tag:"account books"', {"spelt", "alias", "nested", "hidden", "words"}),
        ("tag:commerce", {"nested"}),
        ("tag:trade", {"nested"}),
        ("tag:guilds", {"nested", "hidden"}),
        ("tag:kept", set()),
        ("kept", set()),
    ],
)
def test_tags_are_those_of_the_site(tmp_path, query, paths):
    write_tagged(tmp_path, TABLES)
    build_site(tmp_path)
    assert found(tmp_path, query) == {f"{path}.md" for path in paths}


def test_a_change_of_tags_leaves_the_index_of_a_clean_build(tmp_path):
    write_tagged(tmp_path, TABLES)
    build_site(tmp_path)
    before = files_of(tmp_path / "public")

    def change() -> Path:
        write_tagged(tmp_path, TABLES.replace("Commerce", "Business").replace("[tags.kept]", "[tags.none]"))
        return tmp_path / "digest.toml"

    followed = followed_like_a_clean_build(tmp_path, change)
    assert followed["search/2024/03/terms-0.bin"] != before["search/2024/03/terms-0.bin"]


def test_without_search_there_is_no_page_and_no_link_to_it(tmp_path):
    write_site(tmp_path, 'search = "none"')
    build_site(tmp_path)
    files = files_of(tmp_path / "public")
    assert not [path for path in files if path.startswith("search/")]
    assert b"search/" not in files["index.html"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one month, which has two blocks and some files of terms."""
    root = tmp_path_factory.mktemp("large")
    write_config(root)
    for n in range(130):
        words = " ".join(f"{WORDS[n % 8]}{number}" for number in range(n, n + 900))
        write_clipping(root / "content", f"{n}.md", f"{words}. " + "It rained. " * 30, date="2024-06-03")
    build_site(root)
    return root


def test_files_of_terms_are_the_same_whatever_is_kept_of_their_month(large):
    """Made alone, when some blocks are kept, and when all are."""
    built = {path: data for path, data in files_of(large / "public").items() if "/terms-" in path}
    assert len(built) > 2
    site, options = site_in(large), Options(as_of=NOW)
    with cache_of(large) as cache:
        index = read(site, options, BuildContext(cache, workers_here(), silent))
        search = search_index_of(site, index)
        files = [search.file_at(path) for path in built]
        for is_more in (True, True, False, False):
            assert [search.bytes_of(file, cache) for file in files] == [*built.values()]
            assert search.prepare(cache) is is_more


def test_a_month_that_is_cut_into_another_number_of_files_is_numbered_otherwise(large):
    with cache_of(large) as cache:
        digest = read(site_in(large), Options(as_of=NOW), BuildContext(cache, workers_here(), silent)).digest
    (full,), (titles,) = Months(digest), Months(digest, has_texts=False)
    assert full.count == titles.count
    assert full.parts > titles.parts
    assert full.numbering != titles.numbering


def test_saves_to_a_large_month_leave_the_files_of_a_clean_build(tmp_path):
    """A month of two blocks: an article is edited, two come, in its middle and last, and one goes."""
    root, content = tmp_path / "site", tmp_path / "site/content"
    write_config(root)

    def write(name: str, day: int, word: str) -> Path:
        return write_clipping(
            content, f"{name}.md", f"A {word} opened. " * 30, date=f"2024-06-{day:02}", title=name
        )

    for n in range(150):
        write(f"{n}", 1 + n // 6, WORDS[n % 8])
    changes = [
        lambda: write("70", 12, "zeppelin"),
        lambda: write("new", 9, "airship"),
        lambda: write("last", 29, "balloon"),
        lambda: (content / "3.md").unlink() or content / "3.md",
    ]
    followed_like_a_clean_build(root, *changes)


def test_a_save_to_a_month_that_is_not_kept_reads_the_changed_articles_alone(tmp_path, monkeypatch):
    """Files are made of their last content: after edits, and after a story of two months."""
    read_again = []
    own = search_index.keys_of

    def keys_of(document, *others):
        read_again.append(document.title)
        return own(document, *others)

    root, content = tmp_path / "site", tmp_path / "site/content"
    write_config(root)

    def write(month: int, name: str, word: str, title: str = "") -> Path:
        text = f"A {word} opened in the morning. " * 30
        return write_clipping(content, f"{name}.md", text, date=f"2024-{month:02}-03", title=title or name)

    for n in range(30):
        write(4 + n % 3, f"{n}", WORDS[n % 8])
    monkeypatch.setattr(search_index, "HELD", 0)
    monkeypatch.setattr(search_index, "keys_of", keys_of)
    with contextlib.closing(Live(1)) as live:
        live.build(site_in(root), Options(as_of=NOW), silent, None)

        def made(file: Path) -> set[str]:
            live.build(site_in(root), Options(as_of=NOW), silent, frozenset({file}))
            read_again.clear()
            live.fresh("search/2024/05/terms-0.bin")
            return {*read_again}

        assert made(write(5, "4", "zeppelin", "Zeppelins")) == {"Zeppelins"}
        assert made(write(5, "7", "airship")) == {"Zeppelins", "7"}
        assert made(write(4, "3", "balloon")) == set()
        assert made(write(5, "7", "zeppelin", "Zeppelins again")) == {"Zeppelins", "Zeppelins again"}
        assert len(made(write(5, "new", "biplane"))) == 11
        assert made(write(5, "new", "glider")) == {"Zeppelins", "Zeppelins again", "new"}
        finish(live, root)
    as_a_clean_build(root)
