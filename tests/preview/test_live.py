"""A site that is followed in memory is the site that a clean build makes, and little is done for it."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from generator.config import resources
from generator.config.loading import load
from generator.config.options import Built, Options, silent
from generator.engine.build import build
from generator.engine.build_context import LIMITS, EngineLimits
from generator.engine.state import SiteState
from generator.model.errors import BuildError, ConfigError
from generator.model.ids import path_id
from generator.output.write import Transaction
from generator.preview.live import Live
from generator.search.table import KEY_BITS
from generator.search.terms import key_of
from writing import BODY, NOW, files_of, site_in, write_clipping, write_config

ASKED = Options(accepts_losses=True, as_of=NOW)
LONG = f"{BODY} A second sentence says what the first one left out, at some length and without haste. "


def told(built: Built) -> dict[str, object]:
    """What a build tells, but for how many files it wrote."""
    report = msgspec.structs.asdict(built.report)
    return {key: value for key, value in report.items() if key not in {"pages", "site", "suspects"}}


OPEN: list[Live] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Let go of workers and caches of the sites that a test followed."""
    yield
    while OPEN:
        OPEN.pop().close()


class Site:
    """A site that is followed, and what its folder should hold."""

    def __init__(self, root: Path, workers: int = 1, limits: EngineLimits = LIMITS) -> None:
        self.root = root
        self.content = root / "content"
        self.live = Live(workers, limits)
        OPEN.append(self.live)

    def start(self) -> None:
        self.live.build(site_in(self.root), ASKED, silent, None)

    def follow(self, *changed: Path, options: Options = ASKED) -> frozenset[str] | None:
        self.built, pages = self.live.build(site_in(self.root), options, silent, frozenset(changed))
        return pages

    def settle(self) -> dict[str, bytes]:
        """Make what is left, as time goes by; the files of the site."""
        while self.live.due_in is not None:
            self.rest()
            self.follow()
        return files_of(self.root / "public")

    def rest(self) -> None:
        """Make all that is known to be out of date."""
        while self.live.rest():
            pass

    def clean(self) -> dict[str, bytes]:
        """What a clean build makes, without anything that was learned before."""
        other = self.root.with_name(self.root.name + "-clean")
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(
            self.root, other, ignore=shutil.ignore_patterns("public", ".broadsheet"), symlinks=True
        )
        self.told = told(build(load(other / "digest.toml"), ASKED, silent))
        return files_of(other / "public")


def test_a_worker_is_there_before_a_save_and_stays(site) -> None:
    site.rest()
    workers = site.live._session.state.context.workers
    [pid] = workers.pids
    site.follow(write_clipping(site.content, "0.md", title="Anew", body=LONG))
    assert workers.pids == [pid]
    site.live.close()
    assert not workers.pids


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Eight articles of three sources in two months; two of them are one story."""
    root = tmp_path / "site"
    write_config(root)
    for number in range(6):
        write_clipping(
            root / "content", f"{number}.md", title=f"Number {number}",
            date=f"2024-0{6 + number % 2}-0{number + 1}", source=["A source", "Another", "第三"][number % 3],
            body=f"{LONG * 3} Only here: {number}.",
        )  # fmt: skip
    for number in (6, 7):
        write_clipping(
            root / "content", f"{number}.md", title="Told twice", source=["A source", "Another"][number % 2],
            url=f"https://origin{number}.example/told", body=f"{LONG * 4} Told in two places.",
        )  # fmt: skip
    made = Site(root)
    made.start()
    return made


def test_a_saved_text_concerns_the_pages_that_show_it_and_no_other(site):
    file = write_clipping(
        site.content,
        "0.md",
        title="Number 0",
        date="2024-06-01",
        body=f"{LONG * 3} Now it is told otherwise.",
    )
    pages = site.follow(file)
    assert pages is not None
    assert {page for page in pages if page.startswith("articles/")} == {_page(site, "0.md")}
    assert "2024/06/01/index.html" in pages
    assert not [page for page in pages if page.startswith(("2024/07", "sources/another"))]
    assert site.settle() == site.clean()


def test_a_source_that_becomes_an_aggregator_takes_the_page_of_an_identifier_along(site):
    page, many = "cve/cve-2024-1111/index.html", {"source": "Many", "title": "Flaw CVE-2024-1111"}
    for source in ("A source", "Another"):
        write_clipping(site.content, f"{source}.md", **many | {"source": source}, body=f"{LONG} {source}.")
    for number in range(9):
        body, url = f"{LONG} Only here: {number}.", f"https://host{number}.example/{number}"
        write_clipping(
            site.content, f"m/{number}.md", **many | {"title": f"Flaw {number}"}, url=url, body=body
        )
    write_clipping(site.content, "m/8.md", **many, body=f"{LONG} It is a flaw.")
    site.start()
    assert page in site.settle()
    tenth = write_clipping(
        site.content, "m/9.md", source="Many", title="Flaw 9", url="https://h.example/9", body=f"{LONG} Nine."
    )
    assert site.follow(tenth) is not None
    files = site.settle()
    assert page not in files
    assert files == site.clean()
    tenth.unlink()
    assert site.follow(tenth) is not None
    files = site.settle()
    assert page in files
    assert files == site.clean()


def test_an_image_beside_a_clipping_with_an_address_comes_changes_and_goes(site):
    body = f"![a point](_resources/f.svg)\n\n{LONG * 3}"
    file = write_clipping(
        site.content, "0.md", title="Number 0", date="2024-06-01", body=body, url="https://a.example/b"
    )
    image = site.content / "_resources/f.svg"
    assert site.follow(file) is not None, "an image that is not there is no reason for a whole build"
    for size in (3, 4, None):
        if size is None:
            image.unlink()
        else:
            image.parent.mkdir(exist_ok=True)
            text = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}"/>'
            image.write_text(text, "utf-8")
        site.follow(image)
        settled = site.settle()
        page = settled[_page(site, "0.md")].decode()
        media = [path for path in settled if path.startswith("media/")]
        assert (f'width="{size}"' in page, len(media)) == ((True, 1) if size else (False, 0))
        assert ('src="https://a.example/_resources/f.svg"' in page) is (size is None)
        assert settled == site.clean()


def test_a_page_that_is_asked_for_is_made_first(site):
    file = write_clipping(site.content, "0.md", title="A new title", date="2024-06-01", body=LONG * 3)
    site.follow(file)
    page = _page(site, "0.md")
    assert "A new title" not in (site.root / "public" / page).read_text("utf-8")
    assert site.live.is_stale(page)
    site.live.fresh(page)
    assert not site.live.is_stale(page)
    assert "A new title" in (site.root / "public" / page).read_text("utf-8")
    site.live.fresh("no/such/page.html")
    assert site.settle() == site.clean()


def test_a_search_finds_what_was_saved_though_no_page_was_made_since(site):
    file = write_clipping(site.content, "0.md", title="Newly zincographed", date="2024-06-01", body=LONG * 3)
    site.follow(file)
    folder = site.root / "public/search"
    parts = {one[0]: one[2] for one in json.loads((folder / "months.json").read_bytes())["months"]}["2024-06"]
    path = f"search/2024/06/terms-{key_of('zincographed') * parts >> KEY_BITS}.bin"
    before = (site.root / "public" / path).read_bytes()
    assert site.live.is_stale(path)
    site.live.fresh(path)
    assert (site.root / "public" / path).read_bytes() != before
    assert site.settle() == site.clean()


def test_a_page_that_a_save_may_concern_is_looked_at_when_it_is_asked_for(site):
    source, saved = "sources/a-source/index.html", site.root / "public"
    site.follow(
        write_clipping(
            site.content, "0.md", title="Named anew", date="2024-06-01", source="A source", body=LONG * 3
        )
    )
    assert "Named anew" not in (saved / source).read_text("utf-8")
    site.live.fresh(source)
    assert "Named anew" in (saved / source).read_text("utf-8")
    assert source in (site.follow() or ())  # who has it open is told all the same
    assert site.settle() == site.clean()


def test_what_is_written_under_one_name_of_a_file_is_read_under_the_other(site):
    first, second = site.content / "0.md", site.content / "again.md"
    os.link(first, second)
    assert site.follow(second) is None  # by a whole build, which sees all names
    first.write_text(first.read_text("utf-8").replace("Number 0", "Named anew"), "utf-8")
    site.follow(first)
    assert site.settle() == site.clean()


def test_a_file_that_is_touched_changes_nothing(site):
    before = files_of(site.root / "public")
    (site.content / "0.md").touch()
    assert site.follow(site.content / "0.md") == frozenset()
    assert site.settle() == before


def test_periods_stay_where_their_only_story_ends(tmp_path):
    site = _started(tmp_path)
    write_clipping(site.content, "a.md", title="Told by two", body=LONG * 4)
    write_clipping(site.content, "b.md", title="Told by two", source="Another", merge="a.md", body=BODY)
    write_clipping(site.content, "c.md", title="Not a story", source="Another", body=BODY)
    site.start()
    assert "Told by two" in (site.root / "public/2024/07/index.html").read_text("utf-8")
    site.follow(
        write_clipping(
            site.content, "b.md", title="Something else", source="Another", body="Quite another text. " * 20
        )
    )
    assert site.settle() == site.clean()


def test_what_a_save_means_for_others_is_found_out_later(tmp_path):
    tails = [f"\n\nFollow us for more news of the kind, every day anew{'!' * (n < 4)}" for n in range(8)]
    site = _started(tmp_path)
    for number, tail in enumerate(tails):
        _tailed(site, number, tail)
    site.start()
    last = site.root / "public" / _page(site, "7.md")
    assert "Follow us" not in last.read_text("utf-8")
    saved = [_tailed(site, number, f"\n\nOnly here, word for word: {number}") for number in range(7)]
    pages = site.follow(*saved)
    assert pages is not None
    assert _page(site, "0.md") in pages
    assert _page(site, "7.md") not in pages
    assert not [page for page in pages if page.startswith("sources/")]
    later: set[str] = set()
    while site.live.due_in == 0:
        later |= site.follow() or set()
    assert {_page(site, "7.md"), "sources/a-source/index.html"} <= later
    assert site.settle() == site.clean()
    assert "Follow us" in last.read_text("utf-8")
    assert told(site.built) == site.told


def test_pages_wait_until_all_clippings_are_read_again(tmp_path):
    site = _started(tmp_path, EngineLimits(step=1))
    for number in range(8):
        _tailed(site, number, "\n\nFollow us for more news of the kind, every day anew!")
    site.start()
    tail = "\n\nThe keeper of the weir rang twice at noon, as on every day."  # learned as well
    site.follow(*(_tailed(site, number, tail) for number in range(7)))
    waiting = []
    while site.live.due_in == 0:
        site.follow()
        site.rest()
        if site.live._session._pending.unread:
            waiting.append(bool(site.live._session.queue.stale))
    assert len(waiting) > 1
    assert all(waiting[1:]), "or lists would be made for each of these"
    assert site.settle() == site.clean()


def test_a_save_comes_before_what_others_left_for_later(site):
    first = write_clipping(site.content, "0.md", title="A first title", date="2024-06-01", body=LONG * 3)
    second = write_clipping(
        site.content, "2.md", title="A second", date="2024-06-03", source="第三", body=LONG
    )
    site.follow(first)
    assert site.live.due_in == 0
    pages = site.follow(second)
    assert pages is not None
    assert _page(site, "2.md") in pages
    assert "sources/a-source/index.html" in pages | (site.follow() or set())  # of the first
    assert site.settle() == site.clean()


def test_what_comes_and_goes(site):
    (site.content / "1.md").unlink()
    new = write_clipping(site.content, "new.md", title="New", date="2024-06-20", body=LONG * 2)
    pages = site.follow(site.content / "1.md", new)
    assert pages is not None
    assert site.settle() == site.clean()


def test_static_files_in_the_places_of_pages_stay(tmp_path):
    root = tmp_path / "site"
    write_config(root)
    for n in range(4):
        write_clipping(root / "content", f"{n}.md", LONG * 3, source="Alpha", date=f"2024-06-0{n + 1}")
    page = f"articles/{path_id('2.md')[:2]}/{path_id('2.md')}.html"
    for own in (page, "sitemaps/own.xml"):
        (root / "static" / own).parent.mkdir(parents=True, exist_ok=True)
        (root / "static" / own).write_text("<own/>")
    site = Site(root)
    site.start()
    (site.content / "2.md").unlink()
    site.follow(site.content / "2.md")
    assert site.settle() == site.clean()


def test_a_story_that_ends_leaves_its_other_articles(site):
    file = write_clipping(
        site.content,
        "7.md",
        title="Something else altogether",
        source="Another",
        body="Quite another text. " * 20,
    )
    pages = site.follow(file)
    assert pages is not None
    assert _page(site, "7.md") in pages
    assert _page(site, "6.md") in pages | (site.follow() or frozenset())
    assert site.settle() == site.clean()


@pytest.mark.parametrize("workers", [1, 2])
def test_many_saved_at_once_are_followed_with_all_that_they_mean_for_others(tmp_path, workers):
    root, end = tmp_path / "site", "\n\nPresses of the house"
    write_config(root)

    def write(number: int, end: str, title: str = "Number") -> Path:
        text = " ".join(f"Only number {number} says this as its sentence {n}." for n in range(20))
        return write_clipping(
            root / "content", f"{number}.md", text + end, title=f"{title} {number}", source="Press"
        )

    for number in range(24):
        write(number, end)
    site = Site(root, workers, EngineLimits(batch=4))
    site.start()
    assert "Presses of the house" not in (root / "public" / _page(site, "1.md")).read_text("utf-8")
    pages = site.follow(*(write(number, "", "Again") for number in range(23)))
    assert pages is not None
    assert {_page(site, f"{number}.md") for number in range(23)} <= pages
    assert site.settle() == site.clean()
    assert told(site.built) == site.told


def test_two_that_come_with_one_id_are_followed(site):
    files = [write_clipping(site.content, f"twin{n}.md", title=f"T{n}", id="own", body=LONG) for n in (0, 1)]
    assert site.follow(*files) is not None
    assert site.settle() == site.clean()


def test_who_may_have_seen_a_page_as_it_was_while_another_save_came_is_told_again(site):
    first = site.follow(write_clipping(site.content, "0.md", title="Anew", date="2024-06-01", body=LONG * 3))
    page = _page(site, "0.md")
    assert page in first
    assert page in site.follow(site.content / "3.md")  # touched
    other = write_clipping(
        site.content, "3.md", title="Other", date="2024-07-04", source="A source", body=LONG
    )
    assert page in site.follow(other)
    site.rest()
    assert page not in site.follow(other)
    assert site.settle() == site.clean()


def test_more_are_left_to_a_whole_build(tmp_path):
    site = _started(tmp_path, EngineLimits(followed=(1, 1)))
    files = [write_clipping(site.content, f"{n}.md", title="T", source="A source", body=LONG) for n in (0, 3)]
    assert site.follow(files[0]) is not None
    assert site.follow(*files) is None
    assert site.settle() == site.clean()


@pytest.mark.parametrize(("count", "few"), [(3, 100), (1_500, 750), (143_500, 5_000)])
def test_half_of_an_archive_is_few(count, few):
    assert LIMITS.few_of(count) == few


def _saved(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def _clipping(**fields: str) -> Callable[[Site], Path]:
    return lambda site: write_clipping(site.content, "2.md", **{"title": "T", "body": LONG, **fields})


def _config(text: str) -> Callable[[Site], Path]:
    return lambda site: write_config(site.root, text)


def _picks(text: str) -> Callable[[Site], Path]:
    return lambda site: _saved(site.root / "picks.toml", text)


def _own(path: str, text: str) -> Callable[[Site], Path]:
    return lambda site: _saved(site.root / path, text)


FOLLOWED = {
    "another spelling": _clipping(source="ANOTHER"),
    "an alias": _clipping(aliases="[old.html]"),
    "a pin": _clipping(pin="true"),
    "hidden": _clipping(hide="true"),
    "an id that is taken": lambda site: _clipping(id=_id(site, "3.md"))(site),
    "a new year": _clipping(date="2025-03-01"),
    "plain again": _clipping(date="2024-06-03", source="第三"),
    "a pick": _picks('[[pick]]\narticle = "2.md"\npin = true\nnote = "Read this"\n'),
    "a pick that hides": _picks('[[pick]]\narticle = "3.md"\nhide = true\n'),
    "a pick that merges": _picks('[[pick]]\narticle = "3.md"\nmerge = ["4.md"]\n'),
    "a pick of nothing": _picks('[[pick]]\narticle = "nothing.md"\npin = true\n'),
    "no pick": _picks(""),
    "a description": _config('base_url = "https://digest.example/"\ndescription = "Every day"\n'),
    "no address": _config('description = "Every day"\n'),
    "a source's home": _config('[sources."A source"]\nhome = "https://home.example/"\n'),
    "a source's alias": _config('[sources."A source"]\naliases = ["Another"]\n'),
    "a source's text": _config('[sources."A source"]\ntext = "link"\n'),
    "fewer pages": _config('base_url = "https://digest.example/"\narticles = "none"\n'),
    "nothing special": _config('base_url = "https://digest.example/"\n'),
    "a template": _own("templates/404.html", '{% extends "theme/404.html" %}\n'),
    "another template": _own("templates/article.html", '{% extends "theme/article.html" %}\n{# Ours #}\n'),
    "a style": _own("templates/assets/custom.css", "body { color: red }\n"),
    "a static file": _own("static/hello.txt", "Hello\n"),
    "a static file in the place of a page": _own("static/404.html", "Hello\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", FOLLOWED.values(), ids=FOLLOWED)
def test_what_reaches_further_is_followed_from_memory(site, change):
    assert site.follow(change(site)) is not None
    assert site.settle() == site.clean()
    assert told(site.built) == site.told
    site.follow(write_clipping(site.content, "1.md", title="Then", date="2024-07-02", body=LONG))
    assert site.settle() == site.clean()


def test_a_source_of_many_articles_is_named_otherwise_from_memory(tmp_path):
    sources = ("A source", "A source", "Another", "Another", "Another", "第三")
    clippings = {
        f"{number}.md": {
            "title": f"Number {number // 2}", "source": source, "date": f"2024-06-0{number // 2 + 1}",
            "url": f"https://same.example/{number // 2}",
        }
        for number, source in enumerate(sources)
    }  # fmt: skip
    site = _started(tmp_path, EngineLimits(followed=(1, 1), judged=0), **clippings)
    for text in (
        '[sources."A source"]\naliases = ["Another"]\n',
        '[sources.New]\naliases = ["Another"]\n',
        "",
    ):
        assert site.follow(write_config(site.root, text)) is not None
        assert site.settle() == site.clean()
        assert told(site.built) == site.told


def test_a_file_that_nothing_reads_is_no_problem_once_it_has_its_name(site):
    (site.root / "pick.toml").write_text("", "utf-8")
    site.start()
    assert any(one.message == "nothing reads this file" for one in site.live._session.built.report.problems)
    (site.root / "pick.toml").rename(site.root / "picks.toml")
    assert site.follow(site.root / "picks.toml") is not None
    assert site.settle() == site.clean()
    assert told(site.built) == site.told


def test_a_template_that_makes_no_page_may_be_broken(site):
    site.follow(
        _saved(site.root / "templates/404.html", "{{ site.nothing.x }}"),
        _saved(site.root / "static/404.html", "Hello"),
    )
    assert site.settle() == site.clean()


def test_a_mistake_in_the_picks_is_mended_from_memory(site):
    with pytest.raises(ConfigError):
        site.follow(_picks("[[pick]\n")(site))
    assert site.follow(_picks('[[pick]]\narticle = "2.md"\npin = true\n')(site)) is not None
    assert site.settle() == site.clean()


@pytest.mark.parametrize("change", ["rules", "cleaning"])
def test_other_rules_are_left_to_a_whole_build(site, change):
    match change:
        case "rules":
            file = write_config(site.root, 'base_url = "https://digest.example/"\ntimezone = "Asia/Tokyo"\n')
        case "cleaning":
            rule = '[[gone]]\nreason = "ours"\npatterns = ["the press stood"]\n'
            file = _saved(site.root / "cleaning/own.toml", f'hosts = ["origin.example"]\n{rule}')
    assert site.follow(file) is None
    assert site.settle() == site.clean()


def test_a_style_is_put_in_place_alone(site):
    style = site.root / "templates/assets/custom.css"
    style.parent.mkdir(parents=True)
    style.write_text("body { color: red }\n", "utf-8")
    assert "2024/06/01/index.html" in site.follow(style) | site.follow()  # pages ask whether there is one
    site.settle()
    style.write_text("body { color: blue }\n", "utf-8")
    assert site.follow(style) == {"assets/custom.css"}
    assert site.settle() == site.clean()


def test_another_build_in_between_is_noticed(site):
    write_clipping(site.content, "0.md", title="By another", date="2024-06-01", body=LONG)
    build(site_in(site.root), ASKED, silent)
    write_clipping(site.content, "2.md", title="Then here", date="2024-06-03", source="第三", body=LONG)
    assert site.follow(site.content / "2.md") is None
    assert site.settle() == site.clean()


def test_what_waits_appears_when_it_is_due(site):
    file = write_clipping(site.content, "later.md", title="Later", date="2025-01-02", body=LONG)
    assert site.follow(file) is not None
    later = Options(accepts_losses=True, as_of=dt.datetime(2025, 1, 2, 1, tzinfo=dt.UTC))
    assert site.follow(options=later) is not None
    site.rest()
    assert "Later" in (site.root / "public/2025/01/02/index.html").read_text("utf-8")


def test_a_killed_preview_leaves_nothing_that_is_not_known_as_ours(site):
    new = write_clipping(site.content, "new.md", title="New", date="2024-06-20", body=LONG * 2)
    site.follow(new)
    site.rest()  # and here it is killed: the record was not written
    assert (site.root / "public/.broadsheet-added").read_text("utf-8").splitlines()
    new.unlink()
    build(site_in(site.root), ASKED, silent)
    assert files_of(site.root / "public") == site.clean()


def at(hour: int) -> Options:
    return Options(accepts_losses=True, as_of=NOW.replace(hour=hour))


@pytest.mark.parametrize("name", ["Quite new", "另一家"])
def test_a_new_source_and_a_new_day_are_followed(site, name):
    files = [
        write_clipping(site.content, f"new{n}.md", title=f"New {n}", source=name, date=day, body=LONG)
        for n, day in enumerate(("2024-07-04", "2024-11-30"))
    ]
    pages = site.follow(*files)
    assert pages is not None
    assert {"2024/11/30/index.html", "index.html"} <= pages
    site.live.fresh("sources/index.html")  # before it is looked into what concerns other pages
    assert name in (site.root / "public/sources/index.html").read_text("utf-8")
    assert site.settle() == site.clean()
    again = write_clipping(site.content, "new0.md", title="Again", source=name, body=LONG)
    assert site.follow(again) is not None
    assert site.settle() == site.clean()


@pytest.mark.parametrize("day", ["2024-12-30", "2025-01-01"])
@pytest.mark.parametrize("reads", ["", "{{ site.latest.address }}"])
def test_the_next_morning_is_followed_also_where_a_new_day_or_year_is_on_all_pages(tmp_path, day, reads):
    site = _started(tmp_path, **{"a.md": {"date": "2024-12-29"}})
    if reads:
        own = site.root / "templates/base.html"
        own.parent.mkdir()
        default = resources.theme() / "base.html"
        own.write_text(default.read_text("utf-8").replace("</footer>", reads + "</footer>"), "utf-8")
        site.start()
    morning = msgspec.structs.replace(ASKED, as_of=NOW + dt.timedelta(days=1))
    file = write_clipping(site.content, "b.md", title="Late", date=day, body=LONG)
    pages = site.follow(file, options=morning)
    assert pages
    while site.live.due_in is not None:
        site.rest()
        site.follow(options=morning)
    found = files_of(site.root / "public")
    build(site_in(site.root), morning, silent, clean=True)
    assert found == files_of(site.root / "public")


def test_time_goes_on_while_a_site_is_followed(site):
    file = write_clipping(
        site.content, "now.md", title="Just now", date=f"{NOW:%Y-%m-%d}T13:00:00Z", body=LONG
    )
    site.follow(file, options=at(14))
    site.rest()
    assert "Just now" in (site.root / f"public/{NOW:%Y/%m/%d}/index.html").read_text("utf-8")


def test_a_clipping_that_is_saved_to_wait_is_waited_for(site):
    file = write_clipping(site.content, "soon.md", title="Soon", date=f"{NOW:%Y-%m-%d}T13:00:00Z", body=LONG)
    built, _ = site.live.build(site_in(site.root), ASKED, silent, frozenset({file}))
    assert built.waits_until == NOW.replace(hour=13)
    built, _ = site.live.build(site_in(site.root), at(14), silent, frozenset())
    assert built.waits_until is None
    site.rest()
    assert "Soon" in (site.root / f"public/{NOW:%Y/%m/%d}/index.html").read_text("utf-8")


def test_strict_builds_are_whole_ones(site):
    strict = Options(accepts_losses=True, as_of=NOW, strict=True)
    site.live.build(site_in(site.root), strict, silent, None)
    file = write_clipping(site.content, "0.md", title="Otherwise", date="2024-06-01", body=LONG)
    assert site.follow(file, options=strict) is None


def test_an_id_that_is_free_again_goes_to_who_has_it_too(tmp_path):
    site = _started(tmp_path, **{"a.md": {"id": "shared"}, "b.md": {"id": "shared", "title": "B"}})
    (site.content / "a.md").unlink()
    site.follow(site.content / "a.md")
    assert site.settle() == site.clean()


def test_a_draft_is_saved_where_nothing_else_is(tmp_path):
    site = _started(tmp_path, **{"a.md": {"draft": "true"}})
    file = write_clipping(site.content, "a.md", title="Still a draft", draft="true", body=LONG)
    assert site.follow(file) is not None
    assert site.settle() == site.clean()


def test_an_alias_that_is_free_again_redirects(tmp_path):
    site = _started(tmp_path, **{"a.md": {"id": "first"}, "b.md": {"aliases": "[articles/fi/first.html]"}})
    file = write_clipping(site.content, "a.md", title="A", id="second", body=LONG)
    site.follow(file)
    assert site.settle() == site.clean()


def test_a_source_is_called_as_it_is_spelt_most(tmp_path):
    spelt = {"a.md": "ACME", "b.md": "Acme", "c.md": "acme", "d.md": "acme"}
    site = _started(tmp_path, **{path: {"source": name, "title": path} for path, name in spelt.items()})
    (site.content / "a.md").unlink()
    site.follow(site.content / "a.md")
    assert site.settle() == site.clean()


def test_a_clipping_that_stands_twice_changes_twice(tmp_path):
    site = _started(tmp_path, **{"a.md": {"title": "A"}})
    (site.content / "b.md").symlink_to("a.md")
    site.start()
    file = write_clipping(site.content, "a.md", title="Changed", body=LONG)
    site.follow(file)
    assert site.settle() == site.clean()


@pytest.mark.parametrize("name", ["notes.txt", ".store.md"])
def test_a_clipping_that_leads_to_what_is_none_changes_with_it(tmp_path, name):
    site = _started(tmp_path, **{name: {"title": "Before"}})
    (site.content / "linked.md").symlink_to(name)
    site.start()
    file = write_clipping(site.content, name, title="Changed", body=LONG)
    assert site.follow(file) is None
    assert site.settle() == site.clean()


def test_a_clipping_that_could_not_be_used_is_counted_once(tmp_path):
    site = _started(tmp_path)
    link = site.content / "link.md"
    link.symlink_to("nowhere")
    site.start()
    link.unlink()
    site.follow(link)
    assert site.settle() == site.clean()
    assert told(site.live.build(site_in(site.root), ASKED, silent, frozenset())[0]) == site.told
    link.symlink_to("nowhere")
    site.start()
    link.unlink()
    site.follow(write_clipping(site.content, "link.md", title="A file now", body=LONG))
    assert site.settle() == site.clean()
    assert told(site.built) == site.told


@pytest.mark.parametrize("draft", [None, "true"])
def test_a_site_that_shows_nothing_yet_is_followed(tmp_path, draft):
    root = tmp_path / "site"
    write_config(root)
    (root / "content").mkdir()
    if draft:
        write_clipping(root / "content", "draft.md", body=LONG, draft=draft)
    site = Site(root)
    site.start()
    for number in range(3):
        site.follow(write_clipping(root / "content", "draft.md", title=f"{number}", body=LONG, draft=draft))
        assert site.settle() == site.clean()
    site.follow(write_clipping(root / "content", "a.md", title="The first", body=LONG))
    assert site.settle() == site.clean()


def test_what_is_said_of_picks_follows_what_there_is(tmp_path):
    site = _started(tmp_path, **{"a/two.md": {"title": "A"}})
    empty = write_clipping(site.content, "b/empty.md", body="", url=None)
    picks = ("a/tow.md", "b/empty.md")
    (site.root / "picks.toml").write_text(
        "".join(f'[[pick]]\narticle = "{one}"\npin = true\n\n' for one in picks), "utf-8"
    )
    site.start()
    site.follow(write_clipping(site.content, "a/tow1.md", title="B", body=LONG))
    assert site.settle() == site.clean()
    assert told(site.built) == site.told
    empty.unlink()
    site.follow(empty)
    assert site.settle() == site.clean()
    assert told(site.built) == site.told
    assert any("tow1.md" in problem.advice for problem in site.built.report.problems)


def test_a_pick_leaves_what_is_said_of_an_article_and_others(tmp_path):
    """Here an image that somebody else withholds, and an address that somebody else has."""
    site = _started(tmp_path)
    _saved(site.content / "point.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="1"/>')
    picture = f"![a point](point.svg)\n\n{LONG}"
    write_clipping(site.content, "a.md", title="A", body=picture, aliases="[old.html]")
    write_clipping(site.content, "b.md", title="B", body=picture, publish="false", url=None)
    write_clipping(site.content, "0.md", title="0", body=LONG, aliases="[old.html]")
    site.start()
    for said in ("pin = true", 'note = "So."'):
        site.follow(_saved(site.root / "picks.toml", f'[[pick]]\narticle = "a.md"\n{said}\n'))
        assert site.settle() == site.clean()
        assert [one.kind for one in site.built.report.problems if one.path == "a.md"] == ["alias", "image"]
        assert told(site.built) == site.told


def test_what_is_said_of_tables_of_sources_follows_what_there_is(tmp_path):
    site = _started(tmp_path, **{"a/two.md": {"title": "A"}})
    write_config(site.root, '[sources.Gama]\ntext = "link"\n')
    site.start()
    steps = ({"source": "Gamma"}, {"source": "Gama", "draft": "true"}, {"source": "Gama"}, None)
    for step, count in zip(steps, (1, 0, 0, 1), strict=True):
        file = site.content / "g.md"
        if step is None:
            file.unlink()
        else:
            write_clipping(site.content, "g.md", title="G", body=LONG, **step)
        site.follow(file)
        assert site.settle() == site.clean()
        assert told(site.built) == site.told
        assert [one.kind for one in site.built.report.problems] == ["source"] * count


def test_texts_of_what_is_gone_are_not_kept(site):
    (site.content / "0.md").unlink()
    site.follow(site.content / "0.md")
    texts = site.live._session.state.index.texts
    assert "0.md" not in texts
    assert all(texts.values())


def test_what_turns_out_not_to_hold_while_pages_are_made_is_built_and_told(site):
    site.follow(write_clipping(site.content, "0.md", title="Mine", date="2024-06-01", body=LONG))
    build(site_in(site.root), ASKED, silent, clean=True)  # another one was there
    assert not site.live.rest()
    assert site.live.due_in == 0
    assert site.follow() is None
    assert site.live.due_in is None
    assert site.settle() == site.clean()


def test_a_page_that_somebody_changed_is_made_again(site):
    page = site.root / "public" / _page(site, "0.md")
    site.follow(write_clipping(site.content, "0.md", title="Mine", date="2024-06-01", body=LONG))
    site.rest()
    page.write_text("theirs", "utf-8")
    site.follow()
    build(site_in(site.root), ASKED, silent)
    assert "Mine" in page.read_text("utf-8")


def test_a_file_of_somebody_else_in_the_way_is_told_by_a_whole_build(site):
    new = write_clipping(site.content, "new.md", title="New", date="2024-06-20", body=LONG * 2)
    own = site.root / "public" / _page(site, "new.md")
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("theirs", "utf-8")
    site.follow(new)
    site.rest()
    with pytest.raises(BuildError, match="is not Broadsheet's"):
        site.follow()
    own.unlink()
    site.start()
    assert site.settle() == site.clean()


def _started(tmp_path: Path, limits: EngineLimits = LIMITS, **clippings: dict[str, str]) -> Site:
    root = tmp_path / "site"
    write_config(root)
    write_clipping(root / "content", "z.md", title="Another day", date="2024-05-05", body=LONG)
    for path, fields in clippings.items():
        write_clipping(root / "content", path, body=LONG, **fields)
    site = Site(root, limits=limits)
    site.start()
    return site


def _tailed(site: Site, number: int, tail: str) -> Path:
    return write_clipping(
        site.content, f"{number}.md", title=f"Number {number}", url=f"https://same.example/{number}",
        date=f"2024-06-0{number + 1}", body=f"{LONG * 3} Only here: {number}.{tail}",
    )  # fmt: skip


def _id(site: Site, path: str) -> str:
    from generator.model.ids import path_id

    return path_id(path)


def _page(site: Site, path: str) -> str:
    own = _id(site, path)
    return f"articles/{own[:2]}/{own}.html"


def test_a_build_that_fails_as_it_puts_files_in_place_leaves_none_that_come(tmp_path, monkeypatch):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", BODY, title="A", source="S")

    def fails(_transaction):
        raise BuildError

    monkeypatch.setattr(Transaction, "commit", fails)
    live = Live(1)
    with pytest.raises(BuildError):
        live.build(site_in(tmp_path), Options(as_of=NOW), silent, None)
    assert not live._coming
    live.close()


def test_pages_that_are_requested_during_a_save_do_not_disturb_it(site):
    """A server takes requests in another thread."""
    stop = threading.Event()

    def request() -> None:
        while not stop.is_set():
            site.live.is_stale("index.html")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    browser = threading.Thread(target=request)
    browser.start()
    try:
        for number in range(10):
            fields = {"date": "2024-06-01", "body": LONG * 3}
            assert site.follow(write_clipping(site.content, "0.md", title=f"Again {number}", **fields))
    finally:
        stop.set()
        browser.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("is_changed", [False, True])
def test_pages_are_served_while_the_state_is_loaded_if_nothing_changed(site, monkeypatch, is_changed):
    limits = LIMITS._replace(unsettled=0)
    before = Live(1, limits)
    before.build(site_in(site.root), ASKED, silent, None)
    before.close()
    page = (site.root / "public/index.html").read_bytes()
    if is_changed:
        write_clipping(site.content, "new.md", title="New")
    again, served, read = Live(1, limits), [], SiteState.read
    OPEN.append(again)

    def spied(*arguments: object, **options: object) -> SiteState:
        served.append(again.has("index.html") and again.wrote("index.html", page))
        return read(*arguments, **options)

    monkeypatch.setattr(SiteState, "read", spied)
    again.build(site_in(site.root), ASKED, silent, None)
    assert served == [not is_changed]


def test_a_new_folder_is_followed_and_so_is_one_that_took_the_place_of_another(site):
    for name in ("a", "b"):
        write_clipping(site.content, f"2025/01/02/{name}.md", title=f"New {name}", body=LONG * 3)
    assert site.follow(site.content / "2025") is not None
    assert site.settle() == site.clean()

    (site.content / "2025/01/02/a.md").rename(site.content / "2025/01/02/c.md")
    (site.content / "2025/01/02/notes.txt").write_text("no clipping")
    assert site.follow(site.content / "2025/01") is not None
    assert site.settle() == site.clean()


@pytest.mark.parametrize("what", ["link", "image", "fault"])
def test_a_new_folder_with_what_concerns_others_is_left_to_a_full_build(site, what):
    folder = site.content / "2025"
    write_clipping(site.content, "2025/a.md", title="New", body=LONG * 3)
    if what == "image":
        (folder / "a.png").write_bytes(b"\x89PNG")
    else:
        (folder / "link").symlink_to(site.root if what == "link" else folder / "nowhere", what == "link")
    assert site.follow(folder) is None
    assert site.settle() == site.clean()


def test_a_full_build_lets_go_of_the_last_state(site):
    state = weakref.ref(site.live._session.state)
    assert state() is not None
    site.start()
    assert state() is None
