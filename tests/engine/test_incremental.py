"""Whatever happens to a site between builds, the next one leaves the bytes that a first one would."""

import datetime as dt
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import generator.cache.stamps
import generator.engine.budgeted
import generator.engine.build
import generator.engine.document_table
import generator.engine.writing
import generator.grouping.editions
import generator.render.compose
from generator.cache.folder import KEPT
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.model.errors import BroadsheetError
from generator.parallel.workers import Workers
from writing import IN_THE_SUITE, files_of, site_in

CACHE = re.compile(r"cache-[0-9a-f]+\.sqlite(-wal|-shm)?")
SMALL = {
    (generator.engine.budgeted, "BATCH"): 2,
    (generator.engine.document_table, "KEPT"): 3,
    (generator.engine.document_table, "many_of"): lambda _: 2,
    (generator.engine.writing, "BATCH"): 3,
    (generator.engine.writing, "HTML_LIMIT"): 9_000,
    (generator.grouping.editions, "PART"): 2,
    (generator.render.compose, "NEWEST_ITEMS"): 3,
    (generator.cache.stamps, "UNSETTLED"): 30_000_000,
}
"""Limits that a site of ten clippings reaches; the clocks of the file systems that we test on are finer."""

PATHS = ("a.md", "b.md", "news/c.md", "news/d.md", "news/é.md", "新闻/e.md", "odd\udcff.md", "x/f.MARKDOWN")
SOURCES = ("Alpha", "ALPHA", "Beta", "中国印刷", "Gamma")
DAYS = ("2024-06-30", "2024-07-01", "2024-07-01T09:30:00+02:00", "2024-07-02", "2023-12-31", "2025-03-01")
NOWS = (
    dt.datetime(2024, 12, 31, 12, tzinfo=dt.UTC),
    dt.datetime(2025, 6, 1, tzinfo=dt.UTC),
    dt.datetime(2024, 7, 1, 8, tzinfo=dt.UTC),
)
STORY = " ".join(f"The {n}th press stood in cellar {n * 7}, and the street heard it." for n in range(40))
BODIES = (
    "The press stood in the cellar, and on quiet nights the whole street could hear it working.",
    "The press stood in the garret, and on quiet nights the whole street could hear it working.",
    STORY,
    STORY + " So it was said again.",
    "印刷术的历史很长，" * 30,
    "",
    "![a point](point.png)\n\nOur own words, with a picture beside them, and long enough.",
    "[elsewhere](../other) and ![far](https://origin.example/i.png)\n\n```python\nprint('press')\n```\n" * 2,
)
TAILS = ("", "\n\nSubscribe to our weekly letter of the presses, and never miss one of them again.")
TEMPLATES = {
    "base.html": "{% extends 'theme/base.html' %}{% block footer %}<footer>ours</footer>{% endblock %}",
    "day.html": "{% extends 'theme/day.html' %}{% block title %}Ours{% endblock %}",
    "article.html": "<html><body>{{ view.title }} {{ view.body }} {{ site.title }}</body></html>",
    "story.html": "<html><body>{{ view.title }} {{ view.items | length }}</body></html>",
    "assets/style.css": "body { color: black }",
    "assets/own.js": "let own",
    "translations/en/LC_MESSAGES/messages.po": 'msgid ""\nmsgstr ""\n\nmsgid "Sources"\nmsgstr "Papers"\n',
    "faulty.txt": "not a template",
    "period.html": "{% extends 'theme/period.html' %}\n{{ nothing.at.all }",
}
PICKS = (
    "pin = true", "hide = true\nwhy = 'old'", "note = 'A *note*'", "merge = ['b.md']", "split = true",
    "title = 'Better'", "tags = ['x']", "summary = 'In short.'",
)  # fmt: skip
CONFIG = (
    'title = "Presses"', 'description = "All of them."', 'language = "zh"', "feed_items = 2",
    "source_feed_items = 1", 'timezone = "Asia/Shanghai"', 'text = "excerpt"', "clean = false",
    'links = "file"',
    'languages = ["en", "fr"]', 'ignore = ["news/*"]', "drafts = true", "future = true",
)  # fmt: skip
TABLES = (
    '[sources.Alpha]\ntext = "link"', '[sources.Alpha]\ntext = "excerpt"\nhome = "https://alpha.example/"',
    '[sources.Beta]\naliases = ["Gamma"]\nlanguage = "fr"', "[sources.Alpha]\nclean = false",
    '[fields]\ntitle = ["headline"]',
)  # fmt: skip
RULE = 'sources = ["{}"]\n[[gone]]\nreason = "x"\nlines = ["{}"]\n'
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

paths = st.sampled_from(PATHS)
pick = st.sampled_from


@st.composite
def clippings(draw):
    """The text of a clipping; most are sound."""
    fields = {
        "title": draw(pick(("One", "Two", "A press in a cellar", "一台印刷机", None))),
        "url": draw(
            pick((None, "https://origin.example/1", "https://origin.example/2", "https://x.example/3"))
        ),
        "source": draw(pick(SOURCES)),
        "date": draw(pick((*DAYS, None))),
    }
    more = draw(st.dictionaries(pick(tuple(MORE)), st.integers(0, 1), max_size=2))
    fields |= {key: MORE[key][at] for key, at in more.items()}
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items() if value is not None)
    return f"---\n{lines}---\n\n{draw(pick(BODIES))}{draw(pick(TAILS))}\n"


MORE = {
    "draft": ("true", "false"),
    "aliases": ("[old/page.html]", "[articles/ab/abcdefgh2345.html, old/]"),
    "id": ("own-id", "other-id"),
    "lang": ("fr", "zh"),
    "pin": ("true", "false"),
    "hide": ("true", "false"),
    "digest_note": ("Look *here*", "又一句"),
    "publish": ("false", "true"),
    "split": ("true", "false"),
    "headline": ("Head", "Line"),
    "fetch_date": ("2024-07-05T10:00:00Z", "2024-07-06"),
    "tags": ("[press, print]", "press"),
    "title": ('"unclosed', "[a: b"),
    "clean": ("false", "true"),
}


class Edits(RuleBasedStateMachine):
    """A small site, everything that may happen to it, and a build now and then."""

    def __init__(self):
        super().__init__()
        self.before = {place: getattr(*place) for place in SMALL}
        for (module, name), value in SMALL.items():
            setattr(module, name, value)
        self.folder = Path(tempfile.mkdtemp(prefix="broadsheet-edits-"))
        self.root = self.folder / "site"
        self.workers, self.one = Workers(2), Workers(1)
        self.config, self.table = set(), ""
        self.options = Options(accepts_losses=True, as_of=NOWS[0])
        self.steps = 0

    def teardown(self):
        self.workers.close()
        self.one.close()
        shutil.rmtree(self.folder)
        for (module, name), value in self.before.items():
            setattr(module, name, value)

    @property
    def content(self):
        return self.root / "content"

    def file(self, path):
        return self.content / path

    @initialize(texts=st.lists(clippings(), min_size=4, max_size=7))
    def begin(self, texts):
        self.content.mkdir(parents=True)
        for path, text in zip(PATHS, texts, strict=False):
            self.put(self.file(path), text)
        self.configure()

    def put(self, file, text):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def configure(self):
        own = "".join(f"{line}\n" for line in sorted(self.config))
        base = "" if "no base" in self.table else 'base_url = "https://digest.example/"\n'
        self.put(self.root / "digest.toml", base + own + self.table.replace("no base", ""))

    # --- what a curator does to clippings -----------------------------------------------------------

    @rule(path=paths, text=clippings())
    def write(self, path, text):
        self.put(self.file(path), text)

    @rule(path=paths)
    def delete(self, path):
        self.file(path).unlink(missing_ok=True)

    @rule(old=paths, new=paths)
    def move(self, old, new):
        if self.file(old).exists():
            self.file(new).parent.mkdir(parents=True, exist_ok=True)
            self.file(old).replace(self.file(new))

    @rule(one=paths, other=paths)
    def swap(self, one, other):
        """Two files change places, with their times and sizes."""
        if one != other and self.file(one).exists() and self.file(other).exists():
            aside = self.file("aside")
            self.file(one).rename(aside)
            self.file(other).rename(self.file(one))
            aside.rename(self.file(other))

    @rule(path=paths, moment=pick((0, 10**9, 1_700_000_000 * 10**9, 2_000_000_000 * 10**9)))
    def touch(self, path, moment):
        if self.file(path).exists():
            os.utime(self.file(path), ns=(moment, moment))

    @rule(path=paths, old=pick(("press", "cellar", "2024-07-01", "Alpha", "One")))
    def change_unseen(self, path, old):
        """The same size and the same time of change as before."""
        file = self.file(path)
        new = {
            "press": "peace",
            "cellar": "garret",
            "2024-07-01": "2024-07-02",
            "Alpha": "Omega",
            "One": "Two",
        }
        if file.exists():
            found = file.stat()
            file.write_bytes(file.read_bytes().replace(old.encode(), new[old].encode()))
            os.utime(file, ns=(found.st_mtime_ns, found.st_mtime_ns))

    @rule(path=paths, data=pick((b"\xff\xfe\x00", b"", b"---\n", b"no front matter")))
    def spoil(self, path, data):
        self.put(self.file(path), data)

    @rule(folder=pick(("", "news")), data=pick((PIXEL, PIXEL + b"\0", b"no picture", None)))
    def change_image(self, folder, data):
        file = self.file(f"{folder}/point.png")
        file.unlink(missing_ok=True)
        if data is not None:
            self.put(file, data)

    # --- what a curator does to the site ------------------------------------------------------------

    @rule(line=pick(CONFIG))
    def change_config(self, line):
        self.config ^= {line}
        self.configure()

    @rule(table=pick(("", "no base", *TABLES)))
    def change_table(self, table):
        self.table = table
        self.configure()

    @rule(name=pick(tuple(TEMPLATES)))
    def change_template(self, name):
        file = self.root / "templates" / name
        if file.exists():
            file.unlink()
        else:
            self.put(file, TEMPLATES[name])

    @rule(name=pick(("base.html", "article.html", "assets/own.js")))
    def edit_template(self, name):
        file = self.root / "templates" / name
        if file.exists():
            self.put(file, file.read_bytes().replace(b"our", b"my").replace(b"own", b"its"))

    @rule(said=st.lists(st.tuples(pick((*PATHS[:6], "https://origin.example/1")), pick(PICKS)), max_size=3))
    def change_picks(self, said):
        text = "".join(f"[[pick]]\narticle = {json.dumps(name)}\n{what}\n" for name, what in said)
        self.put(self.root / "picks.toml", text)

    @rule(source=pick(SOURCES), line=pick((BODIES[0], TAILS[1].strip())), keep=st.booleans())
    def change_cleaning(self, source, line, keep):
        file = self.root / "cleaning/own.toml"
        file.unlink(missing_ok=True)
        if keep:
            self.put(file, RULE.format(source, line))

    @rule(
        name=pick(("robots.txt", "404.html", "old/page.html", "x/y.bin", ".well-known/a")),
        data=pick((b"1", b"2", None)),
    )
    def change_static(self, name, data):
        file = self.root / "static" / name
        file.unlink(missing_ok=True)
        if data is not None:
            self.put(file, data)

    @rule(now=pick(NOWS), drafts=st.booleans(), future=st.booleans())
    def change_options(self, now, drafts, future):
        self.options = Options(accepts_losses=True, as_of=now, drafts=drafts, future=future)

    # --- what befalls a site ------------------------------------------------------------------------

    @rule(at=st.integers(0, 99), what=pick(("cut", "other", "gone", "same size", "folder")))
    def damage_output(self, at, what):
        files = sorted(path for path in files_of(self.root / "public") if path != ".broadsheet.json")
        if not files:
            return
        file = self.root / "public" / files[at % len(files)]
        found = file.stat()
        match what:
            case "cut":
                file.write_bytes(file.read_bytes()[:-9])
            case "other":
                file.write_bytes(b"other")
            case "same size":
                file.write_bytes(bytes(found.st_size))
                os.utime(file, ns=(found.st_mtime_ns, found.st_mtime_ns))
            case "folder":
                file.unlink()
                file.mkdir()
            case _:
                file.unlink()

    @rule()
    def delete_output(self):
        shutil.rmtree(self.root / "public", ignore_errors=True)

    def newest_cache(self):
        caches = [file for file in self.root.glob(".broadsheet/*") if file.suffix == ".sqlite"]
        return max(caches, key=lambda file: file.stat().st_mtime_ns, default=self.root / ".broadsheet/none")

    @rule(what=pick(("gone", "cut", "noise", "holes", "kept", "older")), seed=st.integers(0, 9))
    def damage_cache(self, what, seed):
        file = self.newest_cache()
        older = self.folder / "older.sqlite"
        if what == "older":
            if older.exists() and file.parent.exists():
                shutil.copyfile(older, file)
            return
        if not file.exists():
            return
        size = file.stat().st_size
        match what:
            case "gone":
                shutil.rmtree(file.parent)
            case "cut":
                os.truncate(file, size * seed // 10)
            case "noise":
                file.write_bytes(bytes((n * 31 + seed) % 251 for n in range(size)))
            case "holes":
                with file.open("r+b") as stream:
                    for start in range(4096 + 512 * seed, size, 4096 * 3):
                        stream.seek(start)
                        stream.write(bytes((n * 31 + seed) % 251 for n in range(400)))
            case _:
                shutil.copyfile(file, older)

    @rule(seed=st.integers(0, 9), table=pick(("records", "bodies", "repeats", "notes")))
    def damage_values(self, seed, table):
        """One bit in each value, where SQLite does not look."""
        file = self.newest_cache()
        if file.exists():
            with sqlite3.connect(file) as connection:
                try:
                    rows = connection.execute(f"SELECT rowid, value FROM {table}").fetchall()
                except sqlite3.Error:
                    rows = []
                for row, value in rows:
                    at = (seed * 17 + row) % len(value)
                    bad = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
                    connection.execute(f"UPDATE {table} SET value = ? WHERE rowid = ?", (bad, row))
            connection.close()

    @rule(moment=st.integers(1, 30_000))
    def kill(self, moment):
        """A build ends, without another word, at its n-th call."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if not child:
            left = iter(range(moment))

            def count(*_):
                if next(left, None) is None:
                    os._exit(9)

            sys.setprofile(count)
            try:
                build(site_in(self.root), self.options, silent)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    @invariant()
    def now_and_then(self):
        self.steps += 1
        if self.steps % 4 == 0:
            self.check(again=self.steps % 8 == 0, many=self.steps % 20 == 0)

    @rule(again=st.booleans(), many=pick((False, False, False, True)))
    def build(self, again, many):
        self.check(again=again, many=many)

    def check(self, *, again, many):
        if not self.content.exists():
            return
        if not again:
            time.sleep(2 * generator.cache.stamps.UNSETTLED / 10**9)
        before = files_of(self.root / "public")
        ours = self.outcome(self.root, self.workers if many else self.one)
        aside = self.folder / "aside"
        shutil.copytree(self.root, aside, ignore=shutil.ignore_patterns("public", ".broadsheet"))
        try:
            theirs = self.outcome(aside, self.one)
            assert ours == theirs
            expected = files_of(aside / "public") if isinstance(theirs, dict) else before
            found = files_of(self.root / "public")
            differing = {path for path in found | expected if found.get(path) != expected.get(path)}
            assert not differing
            own = {file.name for file in self.root.glob(".broadsheet/*")}
            assert {name for name in own if not CACHE.fullmatch(name)} <= {".gitignore"}
            assert len({name.partition("-")[2][:16] for name in own if name.startswith("cache")}) <= KEPT
        finally:
            shutil.rmtree(aside)

    def outcome(self, root, workers):
        """What a build says, but for what it had to do; or why it failed."""
        try:
            built = build(site_in(root), self.options, silent, workers=workers)
        except BroadsheetError as error:
            return [str(problem).replace(str(root), "") for problem in error.problems]
        told = msgspec.to_builtins(built.report) | {"waits": built.waits_until}
        del told["pages"]
        return told


Edits.TestCase.settings = settings(IN_THE_SUITE, max_examples=2)


@pytest.mark.slow
class TestEdits(Edits.TestCase):
    """The machine in the suite: a few seconds of it, always the same ones."""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by forking")
