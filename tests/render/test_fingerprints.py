"""Only what shows a change is made again, and the reason is the right word."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import generator.engine.build
import generator.engine.render_context
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.engine.build_context import EngineLimits
from generator.parallel.workers import Workers
from generator.render.fingerprints import PARTS, reason
from writing import BODY, NOW, files_of, site_in, write_clipping, write_config


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sources, two months and a static file; without times that may hide a change."""
    write_config(tmp_path, 'base_url = "https://digest.example/"\n')
    for n in range(6):
        write(tmp_path, n)
    (tmp_path / "static").mkdir()
    (tmp_path / "static/a.txt").write_text("a", "utf-8")
    built(tmp_path)
    return tmp_path


def write(root: Path, n: int, title: str = "", text: str = "") -> None:
    fields = {"title": title or f"Title {n}", "source": ("Alpha", "Beta")[n % 2], "id": f"clipping{n}"}
    date = ("2024-06-03", "2024-07-03", "2024-07-04")[n // 2]
    write_clipping(root / "content", f"{n}.md", text or f"Press {n}. {BODY * 6} {n * 7}", date=date, **fields)


def built(root: Path, **options: object) -> Mapping[str, str]:
    """Why files were written."""
    return build(site_in(root), Options(as_of=NOW), silent, **options).reasons


def pages(reasons: Mapping[str, str]) -> set[str]:
    return {path.removesuffix("index.html") for path in reasons if path.endswith(".html")}


def words(reasons: Mapping[str, str], end: str = ".html") -> set[str]:
    return {why for path, why in reasons.items() if path.endswith(end)}


ALPHA = {"sources/alpha/", "sources/alpha/2024/07/"}


def test_the_first_difference_is_the_reason():
    old = bytes(8 * len(PARTS))
    assert reason(old, old) is None
    assert reason(None, old) == "new"
    assert reason(old[8:], old) == "new"
    for number, name in enumerate(PARTS):
        new = bytearray(old)
        new[8 * number] = 1
        new[-1] = 1
        assert reason(old, bytes(new)) == name


def test_a_first_build_makes_all_things_new(root):
    shutil.rmtree(root / "public")
    reasons = built(root)
    assert set(reasons.values()) == {"new"}
    assert set(reasons) == set(files_of(root / "public")) - {".broadsheet.json"}


def test_an_unchanged_site_writes_nothing_and_starts_nobody(root):
    settled = EngineLimits(unsettled=0)
    built(root, limits=settled)  # which looks at what was too young before
    with Workers(2) as workers:
        assert not built(root, workers=workers, limits=settled)
        assert not workers.pids


def test_touching_writes_nothing(root):
    before = {path: path.stat().st_mtime_ns for path in (root / "public").rglob("*")}
    for file in [*(root / "content").iterdir(), root / "digest.toml", root / "static/a.txt"]:
        os.utime(file)
    assert not built(root)
    assert {path: path.stat().st_mtime_ns for path in (root / "public").rglob("*")} == before


def test_a_changed_text_is_written_where_it_is_shown(root):
    write(root, 2, text=f"Press 2. {BODY * 6} 15")
    reasons = built(root)
    assert pages(reasons) == {"articles/cl/clipping2.html"}
    assert words(reasons) == {"articles"}
    assert set(reasons) - {"articles/cl/clipping2.html"} == {
        "feed.atom.xml", "feed.rss.xml", "feed.json",
        "sources/alpha/feed.atom.xml", "sources/alpha/feed.json", "search/2024/07/terms-0.bin",
    }  # fmt: skip


def test_a_changed_title_is_written_where_it_is_listed(root):
    write(root, 2, title="Another title")
    reasons = built(root)
    beside = {"articles/cl/clipping3.html", "articles/cl/clipping4.html"}
    assert pages(reasons) == {"articles/cl/clipping2.html", "2024/07/03/", "", *ALPHA, *beside}
    assert {reasons.pop(path) for path in beside} == {"editions"}
    assert words(reasons) == {"articles"}


def test_a_new_clipping_on_an_old_day(root):
    write_clipping(root / "content", "new.md", f"New. {BODY} 99", title="New", source="Alpha",
                   date="2024-07-03", id="clippingx")  # fmt: skip
    reasons = built(root)
    assert pages(reasons) == {
        "articles/cl/clippingx.html", "2024/07/03/", "2024/07/", "2024/", "2024/w27/",
        "archive/", "sources/", "sources/a-z.html", "", *ALPHA,
        "articles/cl/clipping2.html", "articles/cl/clipping3.html", "articles/cl/clipping4.html",  # beside it
    }  # fmt: skip
    assert reasons["articles/cl/clippingx.html"] == "new"
    assert reasons["2024/07/03/index.html"] == "articles"


def test_a_clipping_that_goes(root):
    (root / "content/2.md").unlink()
    reasons = built(root)
    assert "articles/cl/clipping2.html" not in reasons
    assert {path: why for path, why in reasons.items() if path.startswith("articles/")} == {
        "articles/cl/clipping3.html": "editions", "articles/cl/clipping4.html": "editions"
    }  # fmt: skip
    assert {"2024/07/03/", *ALPHA} <= pages(reasons)


def test_an_edited_style_touches_no_page(root):
    style = root / "templates/assets/style.css"
    style.parent.mkdir(parents=True)
    style.write_text("body { color: black }", "utf-8")
    assert built(root) == {"assets/style.css": "changed"} or not pages(built(root))
    style.write_text("body { color: navy }", "utf-8")
    assert set(built(root)) == {"assets/style.css"}


def test_a_changed_template_is_the_reason(root):
    file = root / "templates/source.html"
    file.parent.mkdir()
    file.write_text(
        "{% extends 'theme/source.html' %}{% block footer %}<footer>ours</footer>{% endblock %}", "utf-8"
    )
    reasons = built(root)
    assert pages(reasons) == {"sources/alpha/", "sources/beta/"}
    assert words(reasons) == {"template"}
    file.unlink()
    assert pages(built(root)) == {"sources/alpha/", "sources/beta/"}


def test_a_changed_title_of_the_site_is_the_reason_for_all(root):
    write_config(root, 'base_url = "https://digest.example/"\ntitle = "Another"\n')
    reasons = built(root)
    assert words(reasons) == {"configuration"}
    assert {path for path in files_of(root / "public") if path.endswith(".html")} == {
        path for path in reasons if path.endswith(".html")
    }


def test_how_long_feeds_are_touches_no_page(root):
    write_config(root, 'base_url = "https://digest.example/"\nfeed_items = 2\n')
    reasons = built(root)
    assert set(reasons) == {"feed.atom.xml", "feed.rss.xml", "feed.json"}
    assert set(reasons.values()) == {"articles"}


def test_changed_words_are_the_reason(root):
    file = root / "templates/translations/en/LC_MESSAGES/messages.po"
    file.parent.mkdir(parents=True)
    file.write_text('msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "Papers"\n', "utf-8")
    assert words(built(root)) == {"translations"}


def test_another_version_is_the_reason(root, monkeypatch):
    monkeypatch.setattr(generator.engine.render_context, "program", lambda: b"another")
    monkeypatch.setattr("generator.engine.unchanged.program", lambda: b"another")
    monkeypatch.setattr("generator.engine.render_context.GENERATOR", "Broadsheet 99")
    assert words(built(root)) == {"version"}


def test_a_file_that_is_gone_or_damaged_comes_back(root):
    (root / "public/2024/07/03/index.html").unlink()
    (root / "public/2024/07/04/index.html").write_bytes(b"damaged")
    file = root / "public/sources/index.html"
    found = file.stat()
    file.write_bytes(bytes(found.st_size))
    os.utime(file, ns=(found.st_mtime_ns, found.st_mtime_ns))
    assert built(root) == {
        "2024/07/03/index.html": "missing",
        "2024/07/04/index.html": "damaged",
        "sources/index.html": "damaged",
    }


def test_a_file_to_copy_that_changed(root):
    (root / "static/a.txt").write_text("b", "utf-8")
    assert set(built(root)) == {"a.txt"}
    assert (root / "public/a.txt").read_text("utf-8") == "b"


def test_a_clean_build_writes_all_again(root):
    reasons = built(root, clean=True)
    assert set(reasons.values()) == {"--clean"}
    assert set(reasons) == set(files_of(root / "public")) - {".broadsheet.json"}


def test_a_pick_is_written_where_it_is_shown(root):
    (root / "picks.toml").write_text('[[pick]]\narticle = "2.md"\nnote = "Look"\n', "utf-8")
    assert pages(built(root)) == {"articles/cl/clipping2.html", "2024/07/03/", "", *ALPHA}
