"""Builds that end badly: killed at any moment, out of room, robbed of their folders, or two at once.

    BROADSHEET_KILLS=200 .venv/bin/pytest -o faulthandler_timeout=0 \\
        tests/engine/test_killed.py -k command_that_is_killed

kills more commands, of a larger site.
"""

import errno
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import generator.engine.build
from generator.cache.database import translate_errors
from generator.cache.store import Cache
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.engine.build_context import LIMITS, EngineLimits
from generator.model.errors import BuildError
from generator.output import disk
from generator.output.write import Transaction
from generator.parallel.workers import Workers
from writing import BODY, NOW, cache_file, files_of, site_in, workers_here, write_clipping, write_config

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes")

SEED = 4
KILLS = 6
MORE_KILLS = int(os.environ.get("BROADSHEET_KILLS", "0"))
"""Commands that are killed in a long run; 0 in the suite."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    write_config(root)
    for n in range(12):
        body = f"The {n}th press stood in cellar {n * 7}. {BODY}"
        write_clipping(root / "content", f"{n}.md", body, title=f"Title {n}", source=f"Source {n % 3}")
    return root


SETTLED = EngineLimits(unsettled=0)


def clean(root: Path) -> dict[str, bytes]:
    """The files that a first build of the site makes."""
    aside = root.parent / "aside"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(root, aside, ignore=shutil.ignore_patterns("public", ".broadsheet"))
    build(site_in(aside), Options(as_of=NOW), silent, workers=workers_here())
    return files_of(aside / "public")


def built(root: Path, **options: object) -> None:
    build(site_in(root), Options(as_of=NOW), silent, **options)


def command(root: Path, *options: str, **more: object) -> subprocess.Popen:
    words = [sys.executable, "-m", "generator", "build", "-q", "--as-of", NOW.isoformat(), *options]
    folder = str(Path(generator.engine.build.__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": folder}
    return subprocess.Popen(words, cwd=root, env=environment, stderr=subprocess.PIPE, text=True, **more)


def own_files(root: Path) -> set[str]:
    return {path.name for path in (root / ".broadsheet").iterdir()}


class Reader(threading.Thread):
    """Reads pages and feeds all the time, and keeps what is not whole."""

    def __init__(self, output: Path) -> None:
        super().__init__(daemon=True)
        self.output, self.stopped, self.reads = output, threading.Event(), 0
        self.bad: list[str] = []

    def run(self) -> None:
        while not self.stopped.wait(0.002):
            for path in ("index.html", "sources/index.html", "feed.atom.xml", "2024/07/03/index.html"):
                try:
                    data = (self.output / path).read_bytes()
                except OSError:
                    continue
                self.reads += 1
                is_whole = _is_document(data) if path.endswith(".xml") else _is_page(data)
                self.bad += [] if is_whole else [path]


def _is_document(data: bytes) -> bool:
    try:
        ET.fromstring(data)
    except ET.ParseError:
        return False
    return True


def _is_page(data: bytes) -> bool:
    return data.lower().startswith(b"<!doctype html>") and data.rstrip().endswith(b"</html>")


@pytest.fixture
def reader(root: Path) -> Iterator[Reader]:
    reader = Reader(root / "public")
    reader.start()
    yield reader
    reader.stopped.set()
    reader.join()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_build_that_is_killed_at_any_moment_is_made_right_by_the_next(root, reader):
    """In a forked process, at a random call; the cold build and one after an edit."""
    rnd = random.Random(SEED)
    for n in range(KILLS):
        if n % 3 == 0:
            shutil.rmtree(root / "public", ignore_errors=True)
        write_clipping(root / "content", f"{n}.md", f"Another {n}. {BODY}", title=f"Another {n}")
        moment = rnd.randrange(200, 60_000)
        child = os.fork()
        if not child:
            _die_at(moment, lambda: built(root))
        os.waitpid(child, 0)
        built(root)
        assert files_of(root / "public") == clean(root)
        assert own_files(root) == {".gitignore", cache_file(root).name}
    assert reader.reads
    assert not reader.bad


def _die_at(moment: int, what: Callable[[], object]) -> None:
    left = iter(range(moment))

    def count(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    try:
        what()
    finally:
        os._exit(0)


def change(root: Path, rnd: random.Random) -> None:
    """Write a clipping, or move or delete it if it is there."""
    n = rnd.randrange(12)
    file = root / f"content/{n}.md"
    kind = rnd.choice(("write", "write", "move", "delete")) if file.exists() else "write"
    if kind == "move":
        file.replace(file.with_name(f"{n} moved.md"))
    elif kind == "delete":
        file.unlink()
    else:
        write_clipping(root / "content", file.name, f"Another {n}. {BODY}", title=f"Another {rnd.random()}")


@pytest.mark.parametrize("kind", ["cold", "edited", "watched"])
def test_a_command_that_is_killed_is_made_right_by_the_next(root, reader, kind):
    rnd = random.Random(f"{SEED} {kind}")
    for n in range(200 if MORE_KILLS else 0):
        write_clipping(
            root / "content/more", f"{n}.md", f"{BODY} {n}", title=f"Title {n}", source=f"Source {n % 40}"
        )
    built(root)
    for _ in range(MORE_KILLS // 3 or 2):
        if kind == "cold":
            shutil.rmtree(root / "public")
            shutil.rmtree(root / ".broadsheet")
        change(root, rnd)
        with command(
            root, *(["--watch", "--workers", "1"] if kind == "watched" else ["--workers", "2"])
        ) as process:
            time.sleep(rnd.uniform(0.2, 0.8))
            if kind == "watched":
                change(root, rnd)
                time.sleep(rnd.uniform(0.0, 0.3))
            process.kill()
        built(root)
        assert files_of(root / "public") == clean(root)
        assert own_files(root) == {".gitignore", cache_file(root).name}
    assert not reader.bad


# --- no room, no right ------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("limit", [3_000, 30_000, 70_000])
def test_a_disk_that_is_full_is_told_and_loses_nothing(root, limit, workers):
    built(root)
    before = files_of(root / "public")
    for n in range(LIMITS.batch + 10):
        write_clipping(root / "content", f"{n}.md", f"Another {n}. {BODY}\n\n" * 60, title=f"Another {n}")
    write_config(root, 'title = "Another"\n')

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with command(root, "--workers", workers, preexec_fn=small) as process:
        _, told = process.communicate()
    assert process.returncode in {0, 1}, told
    assert "Traceback" not in told
    if process.returncode:
        assert told
        assert files_of(root / "public") == before
    built(root)
    assert files_of(root / "public") == clean(root)


@pytest.mark.parametrize("workers", [1, 2])
def test_no_room_for_pages_is_told(root, monkeypatch, workers):
    built(root)
    before = files_of(root / "public")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("generator.engine.page_tasks.stage", full)
    write_config(root, 'title = "Another"\nbase_url = "https://digest.example/"\n')
    pool = Workers(workers)
    monkeypatch.setattr(pool, "_lane", lambda **_: None)  # the patch holds in this process alone
    with pytest.raises(BuildError) as caught:
        built(root, workers=pool)
    assert "disk is full" in caught.value.problems[0].message
    assert files_of(root / "public") == before


def test_no_room_for_the_cache_is_told_and_the_site_stands(root, monkeypatch):
    built(root)
    before = files_of(root / "public")
    for n in range(12):
        write_clipping(root / "content", f"{n}.md", f"Another {n}. {BODY}\n\n" * 60, title=f"Another {n}")

    def full(*_: object) -> None:
        with translate_errors():
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Cache, "keep_bodies", full)
    with pytest.raises(BuildError) as caught:
        built(root)
    assert "cache" in caught.value.problems[0].message
    assert files_of(root / "public") == before
    monkeypatch.undo()
    built(root)
    assert files_of(root / "public") == clean(root)


def test_no_room_for_the_last_word_to_the_cache_is_no_failure(root, monkeypatch):
    """The site stands by then."""

    def full(*_: object) -> None:
        with translate_errors():
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Cache, "keep_output_rows", full)
    write_clipping(root / "content", "0.md", "Another text.", title="Another")
    built(root)
    monkeypatch.undo()
    built(root)
    assert files_of(root / "public") == clean(root)


def test_where_the_site_cannot_be_written_the_output_is_built_without_a_cache(root, tmp_path):
    (root / ".broadsheet").write_bytes(b"")  # as good as a folder that is not writable, also for root
    built(root)
    assert files_of(root / "public") == clean(root)
    write_clipping(root / "content", "0.md", "Another text.", title="Another")
    (root / ".broadsheet").unlink()
    built(root)
    assert files_of(root / "public") == clean(root)


# --- meanwhile ---------------------------------------------------------------------------------------


def during(step: str, what: Callable[[], object]) -> Callable[[str, int, int], None]:
    """A progress that does something once, at the first sign of a step."""
    waiting = [what]

    def progress(found: str, _done: int, _total: int) -> None:
        if found == step and waiting:
            waiting.pop()()

    return progress


@pytest.mark.parametrize("workers", [1, 2])
def test_an_output_that_is_removed_during_a_build(root, workers):
    built(root)
    write_config(root, 'title = "Another"\n')
    removed = during("rendering", lambda: shutil.rmtree(root / "public"))
    with Workers(workers) as pool, pytest.raises(BuildError) as caught:
        build(site_in(root), Options(as_of=NOW), removed, workers=pool)
    assert "cannot be written" in caught.value.problems[0].message
    built(root)
    assert files_of(root / "public") == clean(root)


def test_a_folder_that_is_removed_during_a_build_comes_back(root):
    built(root)
    write_clipping(root / "content", "0.md", "Another text.", title="Another")
    removed = during("rendering", lambda: shutil.rmtree(root / "public/articles"))
    build(site_in(root), Options(as_of=NOW), removed)
    built(root)
    assert files_of(root / "public") == clean(root)


@pytest.mark.parametrize("step", ["looking", "learning", "reading", "rendering"])
@pytest.mark.parametrize(
    "path",
    ["content/1.md", "digest.toml", "picks.toml", "templates/base.html", "static/a.txt", "cleaning/a.toml"],
)
def test_what_changes_during_a_build_is_seen_by_the_next(root, step, path):
    """Also where it is settled by then: the stamps that count are those of before it was read."""
    texts = {
        "content/1.md": "---\ntitle: Late\ndate: 2024-07-03\n---\n\nIt came late, and was long enough.\n",
        "digest.toml": 'title = "Late"\n',
        "picks.toml": '[[pick]]\narticle = "2.md"\nnote = "late"\n',
        "templates/base.html": "{% extends 'theme/base.html' %}{% block footer %}late{% endblock %}",
        "static/a.txt": "late",
        "cleaning/a.toml": "everywhere = true\n[[gone]]\nreason = 'x'\nlines = ['late']\n",
    }
    for name in ("static/a.txt", "static/b.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("soon", "utf-8")

    def late() -> None:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(texts[path], "utf-8")

    time.sleep(0.02)
    build(site_in(root), Options(as_of=NOW), during(step, late), limits=SETTLED)
    time.sleep(0.02)
    built(root, limits=SETTLED)
    assert files_of(root / "public") == clean(root)


def test_a_static_file_that_changes_after_it_was_copied(root, monkeypatch):
    (root / "static").mkdir()
    (root / "static/a.txt").write_text("soon", "utf-8")
    time.sleep(0.02)
    commit = Transaction.commit

    def late(self: Transaction) -> object:
        (root / "static/a.txt").write_text("late", "utf-8")
        return commit(self)

    monkeypatch.setattr(Transaction, "commit", late)
    built(root, limits=SETTLED)
    monkeypatch.setattr(Transaction, "commit", commit)
    time.sleep(0.02)
    built(root, limits=SETTLED)
    assert (root / "public/a.txt").read_text("utf-8") == "late"


def test_two_builds_at_once_wait_for_each_other(root):
    built(root)
    write_clipping(root / "content", "0.md", "Another text.", title="Another")
    processes = [command(root, "--workers", "1") for _ in range(2)]
    told = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    built(root)
    assert files_of(root / "public") == clean(root)


def test_a_clock_that_was_set_back_costs_time_alone(root):
    """Every file is from the future."""
    for file in (root / "content").iterdir():
        os.utime(file, (4_000_000_000, 4_000_000_000))
    built(root)
    file = root / "content/0.md"
    file.write_bytes(file.read_bytes().replace(b"press", b"peace"))
    os.utime(file, (4_000_000_000, 4_000_000_000))
    built(root)
    assert files_of(root / "public") == clean(root)


def test_what_is_full_or_refused_is_said_in_words(tmp_path):
    with pytest.raises(BuildError) as caught, disk.translate_errors(tmp_path):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path))
    assert "read-only file system" in caught.value.problems[0].message
