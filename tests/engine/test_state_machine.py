"""Random edits of every kind reach the pages in three ways, and all leave what a clean build makes.

- A *clean* build has no cache and an empty output folder. It says what is right.
- The *fresh* process has the cache of its last build, and no output (`drivers.Fresh`).
- The *reloaded* state begins where the last build into the same folder ended (`drivers.Reloaded`). Damage
  to its output folder and its cache, and builds that are killed, cost time alone.
- The *kept* state is told which files changed (`drivers.Kept`). It may be told of the next edit before all
  work of the last one is done. A page that is asked for is right at once, or its readers are told to
  reload it later.

After each edit one of these happens: nothing; the kept state is told, and does some of its work; a page is
asked for; or all three are brought up to date and compared with a clean build, byte by byte and report by
report.

    BROADSHEET_STEPS=20000 .venv/bin/pytest -o faulthandler_timeout=0 tests/engine/test_state_machine.py

makes that many random steps, other ones each time, and shrinks what fails.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from drivers import ALL, Outcome, World, differences, pages_in
from generator.cache.folder import KEPT
from generator.cache.stamps import UNSETTLED
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.model.errors import BroadsheetError
from generator.output.names import MANIFEST
from random_edits import (
    ADDRESSES,
    BODIES,
    BROKEN,
    CLEANING,
    CONFIG,
    DAYS,
    FIELDS,
    IDENTIFIERS,
    LATER,
    MARKDOWN,
    MORE,
    NAMED,
    NOON,
    OF_SOURCES,
    OF_TAGS,
    PATHS,
    PICKS,
    PLAIN,
    SMALL,
    SMALL_THEME,
    SOURCES,
    STATIC,
    SVG,
    TAGS,
    TAILS,
    TEMPLATES,
    TITLES,
    clippings,
    maybe,
    one_of,
    paths,
    put,
    text_of,
    toml_of,
)
from writing import IN_THE_SUITE, files_of, site_in

STEPS = int(os.environ.get("BROADSHEET_STEPS", "0"))
"""Steps of a long run; 0 in the suite."""
EXAMPLE = 40
"""Steps of one example in a long run."""
ASKED = Options(accepts_losses=True, as_of=NOON)
CROWD = 160
"""Clippings of one month in some sites of a long run: more than a list, a batch and a part may hold."""
CACHE = re.compile(r"cache-[0-9a-f]+\.sqlite(-wal|-shm)?")
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files are written fastest; None is any folder for temporary files."""

# --- the machine ------------------------------------------------------------------------------------------

numbers = st.integers(0, 200)
"""Tells which of the clippings, or of the files, an edit is of."""
THEN = ("nothing", "save", "save", "look", "look at once", "compare", "compare")


def edit(**given: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule that edits the site; what happens next is drawn with it."""

    def decorated(method: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(method)
        def edited(self: Site, then: str, at: int, **drawn: Any) -> None:
            method(self, **drawn)
            self.go_on(then, at)

        del edited.__wrapped__  # Hypothesis reads the signature
        return rule(then=one_of(THEN), at=st.integers(0, 99), **given)(edited)

    return decorated


class Site(RuleBasedStateMachine):
    """A small site, everything that a curator and a disk may do to it, and the drivers that follow."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="broadsheet-machine-", dir=IN_MEMORY))
        self.world = World(self.folder, spawns=20 if STEPS else 0)
        self.options = ASKED
        self.clippings: dict[str, dict[str, Any]] = {}
        self.config: dict[str, str] = {}
        self.sources: dict[str, dict[str, str]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.fields: dict[str, str] = {}
        self.identifiers: dict[str, str] = {}
        self.picks: dict[str, dict[str, str]] = {}
        self.expected: tuple[tuple[int, Options], Outcome] | None = None
        """What a clean build last left, and of which contents."""
        self.earlier: dict[str, bytes] = {}
        """The files as somebody committed them."""

    def teardown(self) -> None:
        self.world.close()
        shutil.rmtree(self.folder)

    @initialize(
        texts=st.lists(clippings(), min_size=3, max_size=8),
        is_small=one_of((True, True, True, False)),
        base=one_of((*CONFIG["base_url"], None)),
        has_letter=st.booleans(),
        crowd=one_of((0,) * 11 + (CROWD,)) if STEPS else st.just(0),
    )
    def begin(
        self,
        *,
        texts: list[dict[str, Any]],
        is_small: bool,
        base: str | None,
        has_letter: bool,
        crowd: int = 0,
    ) -> None:
        """Write the first clippings, and build."""
        for path, clipping in zip(PATHS, texts, strict=False):
            self._put(path, clipping)
        if has_letter:  # enough of one source that what they end in counts as its boilerplate
            for n in range(8):
                end = TAILS[2] + "!" * (n < 4)
                fields = {"title": f"Number {n}", "url": f"https://same.example/{n}", "source": "Same"}
                body = f"{BODIES[0]} Only here: {n}.{end}"
                self._put(f"tail/{n}.md", fields | {"date": f"2024-06-0{n + 1}", "body": body})
        for n in range(crowd):
            own = {"title": f"Number {n}", "source": SOURCES[n % 50 // 48], "date": f"2024-06-{n % 9 + 1:02}"}
            self._put(f"crowd/{n}.md", PLAIN | own)
        if is_small:
            for name, text in SMALL_THEME.items():
                self.world.write(f"templates/{name}", text)
        if base:
            self.config["base_url"] = base
        self._configure()
        self.earlier = dict(self.world.files)
        self.compare()

    # --- clippings ------------------------------------------------------------------------------------

    def _put(self, path: str, clipping: dict[str, Any]) -> None:
        self.clippings[path] = clipping
        self.world.write(f"content/{path}", text_of(clipping))

    @edit(path=paths, clipping=clippings())
    def write(self, path: str, clipping: dict[str, Any]) -> None:
        """A clipping comes, or is written anew."""
        self._put(path, clipping)

    def _alter(self, at: int, **fields: Any) -> None:
        """Change fields of one of the clippings."""
        if known := sorted(self.clippings):
            path = known[at % len(known)]
            self._put(path, self.clippings[path] | fields)

    @edit(which=numbers, title=one_of(TITLES))
    def retitle(self, which: int, title: str) -> None:
        self._alter(which, title=title)

    @edit(which=numbers, body=one_of(BODIES), tail=one_of(TAILS))
    def rewrite(self, which: int, body: str, tail: str) -> None:
        self._alter(which, body=body + tail)

    @edit(which=numbers, date=one_of(DAYS))
    def redate(self, which: int, date: str) -> None:
        self._alter(which, date=date)

    @edit(which=numbers, source=one_of((*SOURCES, "Delta", "Once in a while")))
    def change_source(self, which: int, source: str) -> None:
        self._alter(which, source=source)

    @edit(which=numbers, url=one_of(ADDRESSES))
    def change_url(self, which: int, url: str | None) -> None:
        self._alter(which, url=url)

    @edit(which=numbers, more=maybe(MORE))
    def change_field(self, which: int, more: tuple[str, str | None]) -> None:
        """Drafts published and withdrawn, ids, aliases, tags and the curator's own fields."""
        self._alter(which, **dict([more]))

    @edit(which=numbers, draft=one_of(("true", None)))
    def publish(self, which: int, draft: str | None) -> None:
        self._alter(which, draft=draft)

    @edit(which=numbers, path=paths)
    def copy(self, which: int, path: str) -> None:
        """The same article in two files: a story, or a clash of ids."""
        if known := sorted(self.clippings):
            self._put(path, self.clippings[known[which % len(known)]])

    @edit(which=numbers)
    def delete(self, which: int) -> None:
        if known := sorted(self.clippings):
            path = known[which % len(known)]
            del self.clippings[path]
            self.world.delete(f"content/{path}")

    @edit(which=numbers, path=paths)
    def move(self, which: int, path: str) -> None:
        if known := sorted(self.clippings):
            old = known[which % len(known)]
            self.clippings[path] = self.clippings.pop(old)
            self.world.move(f"content/{old}", f"content/{path}")

    @edit(which=numbers, data=one_of(BROKEN))
    def spoil(self, which: int, data: bytes) -> None:
        """A clipping breaks; other edits mend it."""
        if known := sorted(self.clippings):
            self.world.write(f"content/{known[which % len(known)]}", data)

    @edit(which=numbers, moment=one_of((None, 0, 1_700_000_000 * 10**9, 2_000_000_000 * 10**9)))
    def touch(self, which: int, moment: int | None) -> None:
        """A file keeps its bytes, and gets other times."""
        if known := sorted(self.world.files):
            path = known[which % len(known)]
            self.world.restore(path) if moment is None else self.world.touch(path, moment)

    @edit(folder=one_of(("news", "tail", "新闻", "crowd")), new=one_of(("news/old", "archive", "tail")))
    def move_folder(self, folder: str, new: str) -> None:
        """All clippings of a folder move."""
        for old in [path for path in sorted(self.clippings) if path.startswith(f"{folder}/")]:
            path = new + old.removeprefix(folder)
            self.clippings[path] = self.clippings.pop(old)
            self.world.move(f"content/{old}", f"content/{path}")

    # --- git ------------------------------------------------------------------------------------------

    @edit()
    def commit(self) -> None:
        self.earlier = dict(self.world.files)

    @edit(folder=one_of(("content/", "content/", "")))
    def check_out(self, folder: str) -> None:
        """The files, or the clippings, are those that were committed."""
        for path in [
            path for path in self.world.files if path not in self.earlier and path.startswith(folder)
        ]:
            self.world.delete(path)
        for path, data in self.earlier.items():
            if path.startswith(folder) and self.world.files.get(path) != data:
                self.world.write(path, data)
        there = {path.removeprefix("content/") for path in self.world.files if path.startswith("content/")}
        self.clippings = {
            path: self.clippings.get(path, PLAIN) for path in there if path.lower().endswith(MARKDOWN)
        }

    # --- the site -------------------------------------------------------------------------------------

    def _configure(self) -> None:
        tables = [("", self.config), ("[fields]", self.fields), ("[identifiers]", self.identifiers)]
        tables += [(f"[sources.{json.dumps(name)}]", table) for name, table in self.sources.items()]
        tables += [(f"[tags.{name}]", table) for name, table in self.tags.items()]
        self.world.write("digest.toml", toml_of(tables))

    @edit(said=maybe(CONFIG))
    def configure(self, said: tuple[str, str | None]) -> None:
        put(self.config, *said)
        self._configure()

    @edit(source=one_of((*SOURCES[:3], "Gama")), said=maybe(OF_SOURCES))
    def configure_source(self, source: str, said: tuple[str, str | None]) -> None:
        put(self.sources.setdefault(source, {}), *said)
        self.sources = {name: table for name, table in self.sources.items() if table}
        self._configure()

    @edit(tag=one_of(TAGS), said=maybe(OF_TAGS))
    def configure_tag(self, tag: str, said: tuple[str, str | None]) -> None:
        if said[0] == "aliases":  # two tags cannot claim one
            for table in self.tags.values():
                table.pop("aliases", None)
        put(self.tags.setdefault(tag, {}), *said)
        self._configure()

    @edit(said=maybe(FIELDS))
    def map_fields(self, said: tuple[str, str | None]) -> None:
        put(self.fields, *said)
        self._configure()

    @edit(said=maybe(IDENTIFIERS))
    def find_identifiers(self, said: tuple[str, str | None]) -> None:
        put(self.identifiers, *said)
        self._configure()

    @edit()
    def mend_settings(self) -> None:
        """Take back what no build accepts."""
        for key in ("titel", "broken"):
            self.config.pop(key, None)
        self._configure()
        for table in self.picks.values():
            table.pop("pined", None)
        self._pick()
        self.world.write("templates/theme.toml", None)
        self.world.write("templates/period.html", SMALL)

    def _pick(self) -> None:
        tables = [("[[pick]]", {"article": json.dumps(name)} | table) for name, table in self.picks.items()]
        self.world.write("picks.toml", toml_of(tables))

    @edit(article=one_of(NAMED), said=maybe(PICKS))
    def pick(self, article: str, said: tuple[str, str | None]) -> None:
        put(self.picks.setdefault(article, {}), *said)
        self.picks = {name: table for name, table in self.picks.items() if table}
        self._pick()

    @edit()
    def forget_picks(self) -> None:
        self.picks = {}
        self.world.write("picks.toml", None)

    @edit(file=maybe(TEMPLATES))
    def change_template(self, file: tuple[str, str | None]) -> None:
        self.world.write(f"templates/{file[0]}", file[1])

    @edit(text=one_of((*CLEANING, None)))
    def change_cleaning(self, text: str | None) -> None:
        self.world.write("cleaning/own.toml", text)

    @edit(name=one_of(STATIC), data=one_of((b"1", b"2", None)))
    def change_static(self, name: str, data: bytes | None) -> None:
        self.world.write(f"static/{name}", data)

    @edit(folder=one_of(("", "news/")), data=one_of((SVG.format(3), SVG.format(4), "no picture", None)))
    def change_image(self, folder: str, data: str | None) -> None:
        self.world.write(f"content/{folder}point.svg", data)

    @edit(by=one_of(LATER))
    def wait(self, by: dt.timedelta) -> None:
        """Time passes."""
        self._ask(as_of=self.options.as_of + by)

    @edit(is_long=one_of((False, False, bool(STEPS))))
    def pause(self, is_long: bool) -> None:
        """The clock of the file system goes on, so that files no longer count as perhaps changed."""
        if is_long:
            self.compare()
            time.sleep(1.05 * UNSETTLED / 10**9)
            self.compare()

    @edit(name=one_of(("drafts", "future")))
    def ask(self, name: str) -> None:
        """The command line says otherwise."""
        self._ask(**{name: not getattr(self.options, name)})

    def _ask(self, **changed: Any) -> None:
        given = {"as_of": self.options.as_of, "drafts": self.options.drafts, "future": self.options.future}
        self.options = Options(accepts_losses=True, **given | changed)

    # --- what befalls a site, which costs the reloaded state time alone -----------------------------------

    @edit(which=st.integers(0, 99), what=one_of(("cut", "other", "gone", "same size", "folder", "all")))
    def damage_output(self, which: int, what: str) -> None:
        output = self.world.reloaded.output
        files = sorted(path for path in files_of(output) if path != MANIFEST)
        if what == "all" or not files:
            shutil.rmtree(output, ignore_errors=True)
            return
        file = output / files[which % len(files)]
        before = file.stat()
        if what in {"cut", "other"}:
            file.write_bytes(file.read_bytes()[:-9] if what == "cut" else b"other")
        elif what == "same size":
            file.write_bytes(bytes(before.st_size))
            os.utime(file, ns=(before.st_mtime_ns, before.st_mtime_ns))
        else:
            file.unlink()
            if what == "folder":
                file.mkdir()

    @edit(what=one_of(("gone", "cut", "noise", "holes", "kept", "older")), which=st.integers(0, 9))
    def damage_cache(self, what: str, which: int) -> None:
        root = self.world.reloaded.root
        caches = [*root.glob(".broadsheet/*.sqlite")]
        older = self.folder / "older.sqlite"
        if not caches:
            return
        file = max(caches, key=lambda one: one.stat().st_mtime_ns)
        size = file.stat().st_size
        noise = bytes((n * 31 + which) % 251 for n in range(size))
        match what:
            case "gone":
                shutil.rmtree(file.parent)
            case "cut":
                os.truncate(file, size * which // 10)
            case "noise":
                file.write_bytes(noise)
            case "holes":
                data = bytearray(file.read_bytes())
                for start in range(4096 + 512 * which, size - 400, 4096 * 3):
                    data[start : start + 400] = noise[:400]
                file.write_bytes(data)
            case "kept":
                shutil.copyfile(file, older)
            case "older" if older.exists():
                shutil.copyfile(older, file)

    @edit(which=st.integers(0, 9), table=one_of(("records", "bodies", "repeats", "notes")))
    def damage_values(self, which: int, table: str) -> None:
        """One bit in each value, where SQLite does not look."""
        for file in self.world.reloaded.root.glob(".broadsheet/*.sqlite"):
            with contextlib.closing(sqlite3.connect(file)) as connection, contextlib.suppress(sqlite3.Error):
                rows = connection.execute(f"SELECT rowid, value FROM {table}").fetchall()
                for row, value in rows:
                    at = (which * 17 + row) % len(value)
                    bad = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
                    connection.execute(f"UPDATE {table} SET value = ? WHERE rowid = ?", (bad, row))
                connection.commit()

    @edit(moment=st.integers(1, 30_000))
    def kill(self, moment: int) -> None:
        """A build ends, without another word, at its n-th call."""
        if sys.platform == "win32":
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            left = iter(range(moment))
            sys.setprofile(lambda *_: None if next(left, None) is not None else os._exit(9))
            try:
                build(site_in(self.world.reloaded.root), self.options, silent)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    @rule(is_told=st.booleans(), at=st.integers(0, 99))
    def restart(self, *, is_told: bool, at: int) -> None:
        """The preview ends, perhaps before it followed the last edits; a new process builds, and is right."""
        if is_told:
            self._save(at)
        _hold("Rebuilt", self.world.kept.rebuild(self.options), self._right(), None)

    # --- what happens then ----------------------------------------------------------------------------

    def go_on(self, then: str, at: int) -> None:
        """Do what was drawn with an edit."""
        match then:
            case "save":
                self._save(at)
            case "look" | "look at once":
                self._look(at, is_patient=then == "look")
            case "compare":
                self.compare()

    def _save(self, at: int) -> None:
        """Tell the kept state, which does some of its work."""
        try:
            self.world.kept.save(self.options)
            self.world.kept.work(self.options, steps=at % 3, pages=at // 3 % 4 * 3)
        except BroadsheetError:
            assert self._right().problems

    def _look(self, at: int, *, is_patient: bool) -> None:
        """Ask for one page.

        It is right at once, or its readers are told to reload when it is. It is right if all but the pages
        was done before.
        """
        kept, right = self.world.kept, self._right()
        if right.problems:
            return
        before = files_of(kept.output)
        kept.save(self.options)
        if is_patient:
            kept.catch_up(self.options)
        pages = sorted({*pages_in(right.files), *pages_in(before)})
        changed = [page for page in pages if before.get(page) != right.files.get(page)] or pages
        page = changed[at % len(changed)]
        kept.live.fresh(page)
        file = kept.output / page
        found = file.read_bytes() if file.exists() else None
        if found != right.files.get(page):
            wrong = differences({page: found or b""}, {page: right.files.get(page, b"")})
            assert not is_patient, wrong
            kept.told = frozenset()
            kept.catch_up(self.options)
            assert kept.told & {page, *ALL}, page

    def _right(self) -> Outcome:
        contents = self.world.version, self.options
        if self.expected is None or self.expected[0] != contents:
            self.expected = contents, self.world.clean.update(self.options)
        return self.expected[1]

    def compare(self) -> None:
        """Bring all up to date, and hold them against a clean build."""
        right = self._right()
        for driver in (self.world.fresh, self.world.reloaded, self.world.kept):
            before = files_of(driver.output)
            ours, name = driver.update(self.options), type(driver).__name__
            if driver is self.world.kept:
                assert bool(ours.problems) == bool(right.problems), (name, ours.problems, right.problems)
                # Files that a pattern names are not watched.
                ours = ours._replace(problems=right.problems, report=ours.report | _ignored(right))
            # The kept state makes pages until it meets the first problem, and the fresh one has none.
            _hold(name, ours, right, before if driver is self.world.reloaded else None)
        own = {file.name for file in self.world.reloaded.root.glob(".broadsheet/*")} - {".gitignore"}
        assert all(map(CACHE.fullmatch, own)), own
        assert len({name[6:22] for name in own}) <= KEPT, own


def _ignored(outcome: Outcome) -> dict[str, object]:
    return {"ignored": outcome.report.get("ignored")}


def _hold(name: str, ours: Outcome, right: Outcome, before: dict[str, bytes] | None) -> None:
    """Hold an outcome against a clean build's, or its files against those `before` a build that fails."""
    assert ours.problems == right.problems, (name, ours.problems, right.problems)
    told, due = ours.report, right.report
    wrong = {key: (told.get(key), due.get(key)) for key in due if told.get(key) != due.get(key)}
    assert not wrong or ours.problems, (name, wrong)
    expected = right.files if not right.problems else before
    differing = differences(ours.files, expected) if expected is not None else {}
    assert not differing, (name, differing)


if STEPS:
    Site.TestCase.settings = settings(
        max_examples=max(1, STEPS // EXAMPLE), stateful_step_count=EXAMPLE, deadline=None,
        suppress_health_check=[*HealthCheck], print_blob=True, report_multiple_bugs=False,
    )  # fmt: skip
else:
    Site.TestCase.settings = settings(IN_THE_SUITE, max_examples=5)


@pytest.mark.slow
class TestSite(Site.TestCase):
    """The machine: some seconds of it in the suite, always the same ones."""


# --- what the machine found -------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three articles of two sources and days, brought up to date."""
    world = World(tmp_path)
    world.write("digest.toml", 'base_url = "https://digest.example/"\n')
    for day, (path, source) in enumerate(zip("abc", SOURCES[1:4], strict=True), 1):
        clipping = PLAIN | {"title": path, "date": f"2024-07-0{day}", "source": source}
        world.write(f"content/{path}.md", text_of(clipping))
    for driver in world.drivers:
        driver.update(ASKED)
    yield world
    world.close()


def hold(world: World, options: Options = ASKED) -> None:
    """Hold the kept state against a clean build."""
    right, ours = world.clean.update(options), world.kept.update(options)
    assert not differences(ours.files, right.files)
    assert ours.report == right.report


def test_the_day_of_the_manifest_is_followed(world: World) -> None:
    hold(world, Options(accepts_losses=True, as_of=NOON + dt.timedelta(days=1)))


def test_a_static_file_in_the_place_of_a_page_that_goes_is_no_problem(world: World) -> None:
    world.write("static/2024/07/01/index.html", "Ours.")
    hold(world)
    world.write("content/a.md", text_of(PLAIN | {"title": "a", "date": "2024-07-02", "source": SOURCES[1]}))
    hold(world)


def test_a_clipping_with_an_unreadable_name_is_a_problem_when_it_comes(world: World) -> None:
    world.write("content/odd\udcff.md", text_of(PLAIN))
    hold(world)


def test_a_static_file_in_the_place_of_a_list_for_machines_comes_and_goes(world: World) -> None:
    for name in ("robots.txt", "sitemap.xml"):
        for text in ("Ours.", "Ours again."):
            world.write(f"static/{name}", text)
            hold(world)
        world.delete(f"static/{name}")
        hold(world)


@pytest.mark.parametrize(
    ("aliases", "names"),
    [
        ("", ["SITEMAP.xml", "sitemaps/1.xml", "sources.opml"]),
        ("[Old/Page.html]", ["old/page.html"]),
        ("[old/page.html]", ["old", "404.html"]),
        ("[old/page.html]", ["old/page.html/x.txt"]),
    ],
)
def test_static_files_in_the_way_come_and_go(world: World, aliases: str, names: list[str]) -> None:
    world.write("content/a.md", text_of(PLAIN | {"title": "a", "aliases": aliases or None}))
    hold(world)
    for name in names:
        world.write(f"static/{name}", "Ours.")
        hold(world)
        world.delete(f"static/{name}")
        hold(world)


def test_what_static_files_hide_follows_pages_and_feeds_that_come_and_go(world: World) -> None:
    for name in ("2024/07/09/index.html", "picks/feed.json"):
        world.write(f"static/{name}", "Ours.")
    hold(world)
    world.reloaded.update(ASKED)
    for said in ({"date": "2024-07-09"}, {"date": "2024-07-09", "pin": "true"}, {"date": "2024-07-01"}):
        world.write("content/a.md", text_of(PLAIN | {"title": "a"} | said))
        hold(world)
        right, ours = world.clean.update(ASKED), world.reloaded.update(ASKED)
        assert ours.report == right.report
        assert not differences(ours.files, right.files)


def test_a_source_whose_table_goes_is_spelt_as_its_clippings_have_it(world: World) -> None:
    for tables in (
        '[sources.ALPHA]\nhome = "https://a.example/"\n',
        "",
        '[sources.ALPHA]\ntext = "link"\n',
        "",
    ):
        world.write("digest.toml", f'base_url = "https://digest.example/"\n{tables}')
        hold(world)


def test_problems_of_picks_in_front_matter_stay_while_they_last(world: World) -> None:
    for title in ("a", "b"):
        world.write("content/a.md", text_of(PLAIN | {"title": title, "merge": "[nothing.md]"}))
        hold(world)
    world.write("picks.toml", '[[pick]]\narticle = "a.md"\nnote = "So."\n')
    hold(world)


def test_a_pick_that_merges_with_an_article_left_out_for_its_id(world: World) -> None:
    left_out = PLAIN | {"title": "z", "id": "own", "url": "https://o.example/z"}
    world.write("content/a.md", text_of(PLAIN | {"title": "a", "id": "own"}))
    world.write("content/z.md", text_of(left_out))
    world.write("picks.toml", '[[pick]]\narticle = "b.md"\nmerge = ["https://o.example/z"]\n')
    hold(world)
    world.write("content/z.md", text_of(left_out | {"id": "other", "url": "https://o.example/y"}))
    hold(world)
    world.delete("content/z.md")
    hold(world)


def test_equal_problems_of_picks_are_all_reported(world: World) -> None:
    twice = "".join(f'{{article = "{name}.md", pin = true, hide = true}},' for name in "ab")
    world.write("picks.toml", f"pick = [{twice}]\n")
    hold(world)
    world.write("content/c.md", text_of(PLAIN | {"title": "another"}))
    hold(world)


@pytest.mark.parametrize("withheld", [{"date": "2030-01-01"}, {"draft": "true"}])
def test_advice_about_an_unknown_pick_names_only_published_articles(
    world: World, withheld: dict[str, str]
) -> None:
    resembles = PLAIN | {"title": "d", "url": "https://resembles.example/1", "source": SOURCES[1]}
    world.write("content/d.md", text_of(resembles))
    world.write("picks.toml", '[[pick]]\narticle = "https://resembles.example/2"\nnote = "So."\n')
    hold(world)
    for fields in (withheld, {}):
        world.write("content/d.md", text_of(resembles | fields))
        hold(world)


def test_a_static_file_that_is_not_in_place_yet_stays_in_the_place_of_a_page(world: World) -> None:
    world.write("static/404.html", "Ours.")
    world.kept.save(ASKED)
    world.kept.catch_up(ASKED)
    world.write("content/c.md", text_of(PLAIN | {"title": "x", "date": "2024-07-03", "source": SOURCES[3]}))
    hold(world)
