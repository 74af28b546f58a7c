"""The pipeline: what goes in comes out, once, in the same bytes, or with its reason."""

import contextlib
import datetime as dt
import html.parser
import json
import os
import shutil
import sys
import time
import urllib.parse
from pathlib import Path

import pytest

from generator.config.loading import load
from generator.config.options import Options, Report, grave
from generator.engine.build import build
from generator.model.errors import BuildError, LossError
from generator.model.types import Verdict
from generator.preview.live import Live
from generator.render.templates import TemplateFault
from writing import BODY, NOW, build_site, files_of, site_in, write_clipping, write_config


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with four articles of three sources, a draft, one of the future and one without a date."""
    content = tmp_path / "content"
    write_config(tmp_path)
    write_clipping(content, "2024/07/03/one.md", title="One")
    write_clipping(
        content, "2024/07/03/two.md", title="Two", source="中国印刷", body="印刷术的历史很长，" * 20
    )
    write_clipping(content, "2024/07/02/three.md", title="Three", date="2024-07-02", body="")
    write_clipping(content, "other/four.md", title="Four", source="Elsewhere", date="2023-12-31")
    write_clipping(content, "draft.md", title="Draft", draft="true")
    write_clipping(content, "future.md", title="Future", date="2030-01-01")
    write_clipping(content, "undated.md", title="Undated", date=None)
    write_clipping(content, "README.md", title="About")
    return tmp_path


class Links(html.parser.HTMLParser):
    """The addresses that a page leads to, and the ids on it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hrefs: set[str] = set()
        self.ids: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.hrefs.add(value)
            if name == "id":
                self.ids.add(value)


def reachable(output: Path) -> dict[str, Links]:
    """Follow links from the front page; every page met, by its address."""
    met: dict[str, Links] = {}
    waiting = [""]
    while waiting:
        address = waiting.pop()
        if address in met:
            continue
        file = output / (address + "index.html" if address.endswith("/") or not address else address)
        met[address] = Links(file.read_text("utf-8"))
        for href in met[address].hrefs:
            target = urllib.parse.urlsplit(
                urllib.parse.urljoin(f"http://x/{urllib.parse.quote(address)}", href)
            )
            path = urllib.parse.unquote(target.path)[1:]
            if target.netloc == "x" and (path.endswith((".html", "/")) or not path):
                waiting.append(path)
    return met


def test_every_clipping_is_published_or_listed_with_its_reason(root):
    report, index = build_site(root)
    assert report.found == 7 == report.published + len(report.skipped)
    assert report.ignored == 1
    assert report.verdicts == {Verdict.FULL: 3, Verdict.CUT: 0, Verdict.LINK: 1}
    reasons = {skipped.path: skipped.reason for skipped in report.skipped}
    assert sorted(reasons) == ["draft.md", "future.md", "undated.md"]
    assert "draft" in reasons["draft.md"]
    assert "date" in reasons["undated.md"]
    assert index.waits_until is not None
    assert index.waits_until.date() == dt.date(2030, 1, 1)


def test_drafts_and_the_future_are_published_when_asked_for(root):
    report, _ = build_site(root, drafts=True, future=True)
    assert {skipped.path for skipped in report.skipped} == {"undated.md"}


def test_every_article_is_reached_from_the_front_page(root):
    _, index = build_site(root)
    pages = reachable(root / "public")
    for article in index.digest.articles:
        own = f"articles/{article.id[:2]}/{article.id}.html"
        if article.verdict is Verdict.LINK:
            assert own not in pages
            assert any(article.id in page.ids and article.url in page.hrefs for page in pages.values())
        else:
            assert own in pages


def test_every_page_is_reached_from_the_front_page(root):
    build_site(root)
    written = {path for path in files_of(root / "public") if path.endswith(".html")} - {"404.html"}
    reached = {
        address + "index.html" if address.endswith("/") or not address else address
        for address in reachable(root / "public")
    }
    assert written <= reached


def test_the_addresses_of_the_design(root):
    build_site(root)
    written = set(files_of(root / "public"))
    assert written >= {
        "index.html",
        "2024/07/03/index.html",
        "2024/w27/index.html",
        "2024/07/index.html",
        "2024/index.html",
        "2023/12/31/index.html",
        "2023/w52/index.html",
        "sources/index.html",
        "sources/a-source/index.html",
        "sources/a-source/2024/07/index.html",
        "sources/中国印刷/feed.atom.xml",
        "feed.atom.xml",
        "feed.rss.xml",
        "feed.json",
        "sources.opml",
        "sitemap.xml",
        "sitemaps/2024-07.xml",
        "robots.txt",
        "404.html",
        "assets/style.css",
        "assets/code.css",
    }


def test_without_a_base_url_nothing_claims_an_address(root):
    write_config(root, "")
    build_site(root)
    written = files_of(root / "public")
    told = {path for path in written if path.endswith((".xml", ".opml", ".json", ".txt"))}
    assert {path for path in told if not path.startswith(("search/", "later/"))} == {".broadsheet.json"}
    assert b"canonical" not in written["index.html"]


def test_twice_from_scratch_gives_the_same_bytes(root, tmp_path_factory):
    build_site(root)
    first = files_of(root / "public")
    shutil.rmtree(root / "public")
    build_site(root)
    assert files_of(root / "public") == first
    copy = tmp_path_factory.mktemp("copy") / "elsewhere"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("public"))
    build_site(copy)
    assert files_of(copy / "public") == first


def test_the_order_of_a_directory_listing_does_not_show(root, monkeypatch):
    build_site(root)
    first = files_of(root / "public")
    shutil.rmtree(root / "public")
    scandir, listdir = os.scandir, os.listdir

    class Reversed:
        def __init__(self, path):
            with scandir(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_):
            return None

        def __iter__(self):
            return iter(self.entries)

        def close(self):
            return None

    monkeypatch.setattr(os, "scandir", lambda path=".": Reversed(path))
    monkeypatch.setattr(os, "listdir", lambda path=".": sorted(listdir(path), reverse=True))
    build_site(root)
    monkeypatch.undo()
    assert files_of(root / "public") == first


def test_a_second_build_writes_nothing(root):
    build_site(root)
    before = {path: (root / "public" / path).stat().st_mtime_ns for path in files_of(root / "public")}
    report, _ = build_site(root)
    assert (report.pages.written, report.pages.deleted) == (0, 0)
    assert {path: (root / "public" / path).stat().st_mtime_ns for path in before} == before


def test_what_is_gone_from_the_content_goes_from_the_site(root):
    build_site(root)
    (root / "content/other/four.md").unlink()
    report, _ = build_site(root)
    assert report.pages.deleted > 0
    shutil.copytree(root / "public", root / "incremental")
    shutil.rmtree(root / "public")
    build_site(root)
    assert files_of(root / "public") == files_of(root / "incremental")


def test_one_bad_clipping_stops_nothing_but_a_strict_build(root):
    (root / "content/bad.md").write_bytes(b"\xff\xfe\x00")
    report, _ = build_site(root)
    assert report.published == 4
    before = files_of(root / "public")
    write_clipping(root / "content", "new.md")
    report, _ = build_site(root, strict=True)
    assert grave(report.problems)
    assert files_of(root / "public") == before


def test_a_binary_file_is_skipped_and_costs_nothing_else(root):
    build_site(root)
    before = files_of(root / "public")
    shutil.copy(sys.executable, root / "content/program.md")
    report, _ = build_site(root)
    assert ("program.md", "is a binary file, not text") in [(one.path, one.reason) for one in report.skipped]
    (problem,) = [problem for problem in report.problems if problem.path == "program.md"]
    assert problem.kind == "unreadable"
    assert files_of(root / "public") == before


def test_a_faulty_template_leaves_the_last_good_site(root):
    build_site(root)
    before = files_of(root / "public")
    (root / "templates").mkdir()
    (root / "templates/day.html").write_text("{% extends 'theme/day.html' %}\n{{ nothing.at.all }", "utf-8")
    write_clipping(root / "content", "new.md")
    with pytest.raises(TemplateFault) as caught:
        build_site(root)
    assert caught.value.problems[0].path == "templates/day.html"
    assert caught.value.problems[0].line == 2
    assert files_of(root / "public") == before


def test_a_site_overrides_one_block_of_a_template(root):
    (root / "templates").mkdir()
    (root / "templates/base.html").write_text(
        "{% extends 'theme/base.html' %}{% block footer %}<footer>our own end</footer>{% endblock %}", "utf-8"
    )
    build_site(root)
    assert "our own end" in (root / "public/sources/index.html").read_text("utf-8")


def test_static_files_are_copied_and_win(root):
    (root / "static/.well-known").mkdir(parents=True)
    (root / "static/.well-known/security.txt").write_text("Contact: mailto:a@b.example\n", "utf-8")
    (root / "static/robots.txt").write_text("User-agent: *\nDisallow: /\n", "utf-8")
    (root / "static/404.html").write_text("ours", "utf-8")
    report, _ = build_site(root)
    written = files_of(root / "public")
    assert written[".well-known/security.txt"].startswith(b"Contact")
    assert written["robots.txt"] == b"User-agent: *\nDisallow: /\n"
    assert written["404.html"] == b"ours"
    assert [problem.path for problem in report.problems if "place" in problem.message] == ["static/404.html"]


def test_an_image_beside_a_clipping_without_an_original_comes_along(root):
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    body = f"![a point](point.png)\n\n![another](missing.png)\n\n{BODY}"
    write_clipping(root / "content", "notes/own.md", title="Own", url=None, source="Own", body=body)
    (root / "content/notes/point.png").write_bytes(pixel)
    report, index = build_site(root)
    [article] = [article for article in index.digest.articles if article.title == "Own"]
    page = (root / f"public/articles/{article.id[:2]}/{article.id}.html").read_text("utf-8")
    [media] = [path for path in files_of(root / "public") if path.startswith("media/")]
    assert f"../../{media}" in page
    assert (root / "public" / media).read_bytes() == pixel
    assert [
        "missing.png" in problem.message for problem in report.problems if problem.path == "notes/own.md"
    ] == [True]
    feed = json.loads((root / "public/feed.json").read_text("utf-8"))
    [entry] = [item for item in feed["items"] if item["title"] == "Own"]
    assert f"https://digest.example/{media}" in entry["content_html"]


def test_a_drawing_that_is_more_than_that_is_left_out_with_the_reason(root):
    file = write_clipping(root / "content", "own.md", title="Own", url=None, body=f"![](a.svg)\n\n{BODY}")
    for inside, reason in (("<script/>", "holds <script>"), ("<image/>", "holds <image>"), ("<g/>", None)):
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">{inside}</svg>'
        file.with_name("a.svg").write_text(drawing)
        report, _ = build_site(root)
        told = [f"{one.message}; {one.advice}" for one in report.problems if one.kind == "image"]
        assert len(told) == (reason is not None), told
        assert all(
            f"image 'a.svg' is more than a drawing: it {reason}; save it as plain SVG" in one for one in told
        )
        media = [path for path in files_of(root / "public") if path.startswith("media/")]
        assert bool(media) is (reason is None)


@pytest.mark.parametrize(
    ("policy", "pages", "text"), [("full", 4, True), ("excerpt", 4, False), ("link", 1, False)]
)
def test_a_sources_text_goes_as_far_as_it_may(root, policy, pages, text):
    secret = "The last sentence of all is only for those who may read the whole text of it."
    body = f"{BODY} " * 6 + "\n\n" + secret
    for number in range(3):
        write_clipping(root / "content", f"guarded/{number}.md", source="Guarded", body=body)
    write_config(root, f'base_url = "https://digest.example/"\n[sources.Guarded]\ntext = "{policy}"\n')
    _, index = build_site(root)
    own = [article for article in index.digest.articles if article.source == "Guarded"]
    assert sum((root / f"public/articles/{a.id[:2]}/{a.id}.html").is_file() for a in own) == (pages - 1 or 0)
    assert any(secret.encode() in content for content in files_of(root / "public").values()) is text


def test_an_alias_redirects(root):
    write_clipping(root / "content", "moved.md", title="Moved", aliases="[articles/ab/abcdefgh2345.html]")
    _, index = build_site(root)
    [article] = [article for article in index.digest.articles if article.title == "Moved"]
    page = (root / "public/articles/ab/abcdefgh2345.html").read_text("utf-8")
    assert f"../{article.id[:2]}/{article.id}.html" in page
    assert "noindex" in page


def test_an_alias_leads_to_no_page_of_identifiers(root):
    for n, source in enumerate(("One", "Two", "Three")):
        title = f"The flaw CVE-2024-1001 of presses, reported {n} times"
        write_clipping(root / "content", f"flaw{n}.md", title=title, source=source)
    write_clipping(
        root / "content", "moved.md", title="Moved", aliases="[cve/, CVE/cve-2024-1001/, cve.html]"
    )
    report, index = build_site(root)
    [article] = [article for article in index.digest.articles if article.title == "Moved"]
    assert article.aliases == ("cve.html",)
    assert kinds(report).count("alias") == 2
    assert (root / "public/cve/index.html").is_file()


def test_an_empty_digest_has_a_front_page(tmp_path):
    write_config(tmp_path)
    (tmp_path / "content").mkdir()
    report, _ = build_site(tmp_path)
    assert report.found == 0
    assert "<title>Broadsheet</title>" in (tmp_path / "public/index.html").read_text("utf-8")


def kinds(report: Report) -> list[str]:
    return [problem.kind for problem in report.problems]


@pytest.mark.parametrize("strict", [False, True])
def test_a_site_that_loses_all_its_clippings_stands_unless_that_is_accepted(tmp_path, strict):
    """As where a folder is not mounted; a site that never had any is not."""
    write_config(tmp_path)
    (tmp_path / "content").mkdir()
    assert kinds(build_site(tmp_path)[0]) == []
    for number in range(3):
        write_clipping(tmp_path / "content", f"{number}.md", source=f"Source {number}")
    assert kinds(build_site(tmp_path)[0]) == []
    (tmp_path / "content").rename(tmp_path / "elsewhere")
    (tmp_path / "content").mkdir()
    before = files_of(tmp_path / "public")
    for _ in range(2):
        with pytest.raises(LossError) as caught:
            build_site(tmp_path, strict=strict)
        [problem] = caught.value.problems
        assert (problem.severity, problem.kind, problem.path) == ("error", "content", "content")
        assert str(tmp_path / "content") in problem.message
        assert files_of(tmp_path / "public") == before
    [problem] = build_site(tmp_path, accepts_losses=True)[0].problems
    assert (problem.severity, problem.kind) == ("warning", "content")
    assert not (tmp_path / "public/2024").exists()
    for _ in range(2):
        assert kinds(build_site(tmp_path, strict=strict)[0]) == []
    (tmp_path / "content").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "content")
    build_site(tmp_path)
    assert files_of(tmp_path / "public") == before


def test_a_site_whose_clippings_are_all_held_back_is_as_its_curator_wants_it(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md")
    build_site(tmp_path)
    write_clipping(tmp_path / "content", "a.md", draft="true")
    report, _ = build_site(tmp_path, strict=True)
    assert (report.published, kinds(report)) == (0, [])
    assert not (tmp_path / "public/2024").exists()


def test_hostile_sources_stay_inside_the_site(tmp_path):
    write_config(tmp_path)
    names = [
        "CON",
        "..",
        ".",
        "/etc/passwd",
        "a/b",
        "A B",
        "ａ  ｂ",
        "🗞️",
        "x" * 300,
        "index.html",
        "nul.txt",
        "源" * 100,
    ]
    for number, name in enumerate(names):
        write_clipping(tmp_path / "content", f"{number}.md", source=json.dumps(name), title=f"T{number}")
    report, index = build_site(tmp_path)
    assert report.published == len(names)
    folders = [path.name for path in (tmp_path / "public/sources").iterdir() if path.is_dir()]
    assert (
        len(folders)
        == len({folder.casefold() for folder in folders})
        == len(index.digest.sources)
        == len(names) - 1
    )
    assert not list(tmp_path.glob("passwd*"))


def test_progress_ends_with_the_last_step(root):
    steps = []
    build(site_in(root), Options(as_of=NOW), lambda *told: steps.append(told))
    rendered = [(done, total) for step, done, total in steps if step == "rendering"]
    assert rendered == [(n, len(rendered)) for n in range(len(rendered))]


def test_progress_may_end_a_build(root):
    build_site(root)
    before = files_of(root / "public")
    write_clipping(root / "content", "new.md")

    def stop(step: str, done: int, _total: int) -> None:
        if step == "rendering" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(site_in(root), Options(as_of=NOW), stop)
    assert files_of(root / "public") == before


def followed(*asked):
    with contextlib.closing(Live(1)) as live:
        return live.build(*asked, None)


@pytest.mark.parametrize("how", [build, followed], ids=["build", "live"])
@pytest.mark.parametrize("place", ["public", "public/letter.txt", "public/letter.txt/below"])
def test_an_output_that_cannot_be_used_is_refused_before_clippings_are_read(root, how, place):
    (root / "public").mkdir()
    (root / "public/letter.txt").write_text("mine", "utf-8")
    site, steps = load(root / "digest.toml", output=root / place), []
    with pytest.raises(BuildError, match=r"not Broadsheet's: letter\.txt|is a file"):
        how(site, Options(as_of=NOW), lambda *step: steps.append(step))
    assert not steps
    assert files_of(root / "public") == {"letter.txt": b"mine"}


def test_an_alias_cannot_stop_a_build_or_plant_hidden_files(root):
    odd = [
        ".git/",
        "nul/",
        "con.html",
        ".broadsheet-staging/",
        "a/" * 2500,
        "x" * 300 + ".html",
        "favicon.ico/",
        "a./",
    ]
    write_clipping(root / "content", "odd.md", title="Odd", aliases=json.dumps(odd))
    (root / "static").mkdir()
    (root / "static/favicon.ico").write_bytes(b"icon")
    report, _ = build_site(root)
    written = files_of(root / "public")
    assert written["favicon.ico"] == b"icon"
    assert not [path for path in written if path.split("/")[0] in {".git", "nul", "con.html", "a", "a."}]
    assert sum(problem.path == "odd.md" for problem in report.problems) == len(odd)
    assert any("favicon.ico/index.html" in problem.message for problem in report.problems)


def test_names_that_are_not_utf8_may_clash(root):
    for name in (b"a\xff.md", b"c.md"):
        file = Path(os.fsdecode(os.fsencode(root / "content") + b"/" + name))
        file.write_text(f"---\ntitle: A\nid: same-id\ndate: 2024-01-01\n---\n{BODY}\n", "utf-8")
    report, _ = build_site(root)
    assert [skipped.reason for skipped in report.skipped if "same id" in skipped.reason] == [
        "has the same id as a\\xff.md: same-id"
    ]


def test_older_pages_stay_as_they_are_when_newer_articles_come(tmp_path):
    write_config(tmp_path)
    for n in range(301):
        write_clipping(tmp_path / "content", f"{n:03}.md", title=f"T{n}", date=f"2024-07-{1 + n // 15:02}")
    build_site(tmp_path)
    before = files_of(tmp_path / "public")
    write_clipping(tmp_path / "content", "new.md", title="New", date="2024-07-22")
    build_site(tmp_path)
    changed = {path for path, data in files_of(tmp_path / "public").items() if before.get(path) != data}
    pages = {path for path in changed if path.endswith(".html")}
    assert "sources/a-source/2024/07/index.html" not in pages
    assert "sources/a-source/2024/07/2/index.html" not in pages
    days = {path for path in pages if path.count("/") == 3 and path.startswith("2024/07/")}
    assert days == {"2024/07/21/index.html", "2024/07/22/index.html"}
    assert sum(path.startswith("articles/") for path in pages) == 1


def test_a_hostile_body_does_not_take_minutes(tmp_path):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", BODY + "\n\n" + "![" * 100_000)
    fields = "".join(f"k{n}: v\n" for n in range(20_000))
    (tmp_path / "content/b.md").write_text(f"---\ntitle: B\ndate: 2024-07-01\n{fields}---\n{BODY}\n", "utf-8")
    started = time.process_time()
    report, _ = build_site(tmp_path)
    assert (report.published, [one.path for one in report.skipped]) == (1, ["b.md"])
    assert time.process_time() - started < 60  # minutes, before


def test_an_image_that_is_ignored_is_not_published(root):
    pixel = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")
    (root / "content/.secret").mkdir()
    (root / "content/.secret/d.png").write_bytes(pixel)
    write_clipping(root / "content", "note.md", "![x](.secret/d.png)\n\n" + BODY, url=None)
    build_site(root)
    assert not (root / "public/media").exists()


def test_the_language_of_a_source_holds_for_all_its_spellings(root):
    write_config(root, '[sources.Foo]\nlanguage = "fr"\n')
    write_clipping(root / "content", "f.md", title="F", source="FOO")
    _, index = build_site(root)
    assert {article.language for article in index.digest.articles if article.source == "Foo"} == {"fr"}


@pytest.mark.parametrize(("articles", "pages"), [("all", 3), ("recent", 2), ("none", 0)])
def test_which_articles_get_pages_is_the_curators_choice(root, articles, pages):
    write_config(root, f'base_url = "https://digest.example/"\narticles = "{articles}"\nrecent_months = 1\n')
    report, _ = build_site(root)
    files = files_of(root / "public")
    assert len([path for path in files if path.startswith("articles/")]) == pages
    assert report.published == 4
    assert report.site.files == len(files) - 1  # the record of them does not count
    assert report.site.bytes == sum(map(len, files.values())) - len(files[".broadsheet.json"])
    met = reachable(root / "public")
    assert all(
        any(url in page.hrefs for page in met.values()) for url in ["https://origin.example/other/four.md"]
    )


def test_what_has_no_original_keeps_its_page(root):
    write_config(root, 'articles = "none"\n')
    write_clipping(root / "content", "own.md", title="Own", url=None)
    build_site(root)
    assert len([path for path in files_of(root / "public") if path.startswith("articles/")]) == 1


def test_a_file_of_any_name_that_a_template_includes_counts(root):
    theme = root / "templates"
    theme.mkdir()
    (theme / "404.html").write_text(
        '{% extends "theme/404.html" %}{% block main %}{% include "words.txt" %}{% endblock %}'
    )
    (theme / "words.txt").write_text("Gone fishing")
    build_site(root)
    (theme / "words.txt").write_text("Gone hunting")
    build_site(root)
    assert "Gone hunting" in (root / "public/404.html").read_text("utf-8")
