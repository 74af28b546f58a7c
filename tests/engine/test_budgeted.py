"""Limits: one clipping that costs too much becomes a link, or is left out, and no other one suffers."""

import contextlib
import multiprocessing
import os
import re
import signal
import sys
import time
from functools import partial

import pytest

import generator.parallel.workers
from generator.config.options import Options, silent
from generator.engine import tasks
from generator.engine.build import build
from generator.engine.build_context import LIMITS, EngineLimits
from generator.model.types import Verdict
from generator.parallel.workers import Workers, cores
from generator.preview.live import Live
from writing import NOW, cache_file, cache_of, files_of, read_site, site_in, write_clipping, write_config

OPTIONS = Options(as_of=NOW)
TEXT = "The press stood in the cellar, and on quiet nights the whole street could hear it working. " * 8
HARD = re.compile(r"(a|aa)+$")
CONFIG = 'base_url = "https://digest.example/"\n[limits]\ncpu_seconds = 1\nmemory_mb = 200\n'

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux" or cores() < 2, reason="workers are no copies here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def copies(monkeypatch):
    """Workers are copies of this process, with what a test exchanged, whatever threads it has."""
    monkeypatch.setattr(generator.parallel.workers, "_context", lambda: multiprocessing.get_context("fork"))


def costly(path: str) -> None:
    """Cost what the name of a clipping says."""
    if "cpu" in path:
        HARD.match("a" * 100 + "b")
    elif "memory" in path:
        kept = []
        while True:
            kept.append(bytes(10_000_000))  # without touching it, which would cost CPU
    elif "abort" in path:
        os.abort()
    elif "slow" in path:
        begun = time.process_time()
        while time.process_time() < begun + 0.03:
            pass


@pytest.fixture
def root(tmp_path):
    """Ten good clippings of a source."""
    write_config(tmp_path, CONFIG)
    for n in range(10):
        write_clipping(tmp_path / "content", f"good{n}.md", f"{n} {TEXT}", title=f"Good {n}", source="Press")
    return tmp_path


@pytest.fixture
def reading(monkeypatch):
    """Reading a clipping costs what its name says; workers are copies of this process."""
    article_of = tasks.article_of

    def costs(clipping, rules, cleaning=None):
        if clipping.body:
            costly(clipping.path)
        return article_of(clipping, rules, cleaning)

    monkeypatch.setattr(tasks, "article_of", costs)


def built(root, count=2, limits=LIMITS):
    with Workers(count) as workers:
        return build(site_in(root), OPTIONS, silent, workers=workers, limits=limits).report


def bad(root, *names, **fields):
    for name in names:
        write_clipping(root / "content", f"{name}.md", TEXT, title=f"Bad {name}", source="Press", **fields)


@pytest.mark.parametrize("count", [1, 2])
def test_what_costs_too_much_is_an_item_with_its_link_and_a_problem(root, reading, count):
    bad(root, "cpu", "memory", "abort")
    report = built(root, count)
    assert (report.found, report.published, report.skipped) == (13, 13, ())
    assert report.verdicts[Verdict.LINK] == 3
    told = {problem.path: problem for problem in report.problems}
    assert {*told} == {"cpu.md", "memory.md", "abort.md"}
    assert {problem.kind for problem in told.values()} == {"limit"}
    limit = "more than 0.5 seconds of CPU (the share of this step in `cpu_seconds = 1`)"
    assert f"{limit}; only its link is published" in told["cpu.md"].message
    assert "more than 200 MB" in told["memory.md"].message
    assert "SIGABRT" in told["abort.md"].message
    day = (root / "public/2024/07/03/index.html").read_text("utf-8")
    assert "Bad cpu" in day
    assert 'href="https://origin.example/cpu.md"' in day


def test_an_unchanged_one_is_not_tried_again_and_told_again(root, reading, monkeypatch):
    bad(root, "cpu")
    first = built(root)

    def tried(*_):
        raise AssertionError("it was tried again")

    monkeypatch.setattr(tasks, "article_of", tried)
    assert built(root).problems == first.problems


def test_another_edit_does_not_try_it_again(root, reading):
    bad(root, "cpu")
    first = built(root)
    write_clipping(root / "content", "good1.md", f"Another {TEXT}", title="Other", source="Press")
    begun = time.process_time()
    second = built(root)
    assert second.problems == first.problems
    assert second.pages.written
    assert time.process_time() - begun < 60


def test_without_an_original_it_is_left_out_with_its_reason(root, reading):
    bad(root, "cpu", url=None)
    report = built(root)
    assert (report.found, report.published) == (11, 10)
    [skipped] = report.skipped
    [problem] = report.problems
    assert skipped.path == problem.path == "cpu.md"
    assert (
        "more than 0.5 seconds of CPU (the share of this step in `cpu_seconds = 1`); it is left out"
        in skipped.reason
    )


def test_one_whose_front_matter_costs_too_much_is_left_out(root, monkeypatch):
    def costs(real, path, raw):
        costly(path)
        return real(path, raw)

    for name in ("clipping_in", "front_matter_in"):
        monkeypatch.setattr(tasks, name, partial(costs, getattr(tasks, name)))
    bad(root, "cpu")
    report = built(root)
    assert [skipped.path for skipped in report.skipped] == ["cpu.md"]
    assert [problem.kind for problem in report.problems] == ["limit"]
    assert built(root).problems == report.problems
    with cache_of(root) as cache:
        assert "cpu.md" in {path for path, _, _ in cache.records()}


@pytest.mark.parametrize("where", ["fields_in", "clipping_in"])
def test_each_step_has_its_limit(root, monkeypatch, where):
    """Looking at a clipping, and taking it apart to learn from it, are steps too."""
    real = getattr(tasks, where)

    def costs(path, raw):
        costly(path)
        return real(path, raw)

    monkeypatch.setattr(tasks, where, costs)
    bad(root, "cpu", "abort")
    report = built(root)
    expected = 12
    assert (report.found, report.published) == (expected, expected)
    told = {problem.path for problem in report.problems if problem.kind == "limit"}
    assert told == {"cpu.md", "abort.md"}
    with cache_of(root) as cache:
        assert not any(is_doubtful for _, _, is_doubtful in cache.learned().values())
        assert all(one.digest for _, one in cache.clippings().values())


def test_what_others_repeat_is_learned_without_it(root, monkeypatch):
    """Also what is slow, but not too slow, is learned from, however many there are."""
    end = "\n\nPresses of the house"
    for n in range(20):
        text = " ".join(f"Only number {n} says this as its sentence {k}." for k in range(20))
        write_clipping(root / "content", f"slow{n}.md", text + end, title=f"S{n}", source="House")
    real = tasks.clipping_in

    def costs(path, raw):
        costly(path)
        return real(path, raw)

    monkeypatch.setattr(tasks, "clipping_in", costs)
    bad(root, "cpu", "0abort")
    report = built(root)
    assert {problem.path for problem in report.problems} == {"cpu.md", "0abort.md"}
    pages = files_of(root / "public")
    assert not any(b"Presses of the house" in page for page in pages.values())


def test_it_comes_to_the_same_in_a_clean_build_and_after_an_edit(root, reading):
    built(root)
    bad(root, "cpu", "memory")
    built(root)
    found = files_of(root / "public")
    cache_file(root).unlink()
    with Workers(1) as workers:
        build(site_in(root), OPTIONS, silent, workers=workers, clean=True)
    assert files_of(root / "public") == found


def test_a_preview_shows_what_costs_too_much_as_a_link(root, reading):
    site = site_in(root)
    with contextlib.closing(Live(2)) as live:
        live.build(site, OPTIONS, silent, None)
        bad(root, "cpu")
        built_, _ = live.build(site, OPTIONS, silent, frozenset([root / "content/cpu.md"]))
        assert [problem.kind for problem in built_.report.problems] == ["limit"]
        good = write_clipping(root / "content", "good1.md", f"Another {TEXT}", title="Other", source="Press")
        built_, _ = live.build(site, OPTIONS, silent, frozenset([good]))
        assert built_.report.published == 11
    assert "Other" in {article.title for article in read_site(site, OPTIONS).digest.articles}


class CalledOff(BaseException):
    pass


def test_a_preview_is_called_off_while_a_clipping_is_read(root, monkeypatch):
    def check() -> None:
        if time.monotonic() > begun + 0.3:
            raise CalledOff

    monkeypatch.setattr(tasks, "article_of", lambda *_: time.sleep(60))
    begun = time.monotonic()
    with contextlib.closing(Live(2)) as live, pytest.raises(CalledOff):
        live.build(site_in(root), OPTIONS, silent, None, check)


# --- what is ended from outside ---------------------------------------------------------------------


def stalls(path: str) -> None:
    """Do what a process that is stopped or killed looks like."""
    if "wait" in path:
        time.sleep(60)
    elif "kill" in path:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("where", ["article_of", "fields_in", "clipping_in"])
@pytest.mark.parametrize("name", ["wait", "kill"])
def test_what_is_ended_from_outside_is_read_by_the_next_build(root, monkeypatch, where, name):
    """Whether while it is looked at, learned from or read: that counts for one build."""
    bad(root, name)
    expected = built(root)
    pages = files_of(root / "public")
    assert not expected.problems
    cache_file(root).unlink()
    real = getattr(tasks, where)

    def costs(one, *args):
        stalls(getattr(one, "path", one))
        return real(one, *args)

    with monkeypatch.context() as patch:
        patch.setattr(tasks, where, costs)
        report = built(root, limits=EngineLimits(wall=2))
    assert report.found == 11
    [problem] = report.problems
    assert (problem.path, problem.kind) == (f"{name}.md", "limit")
    assert "the next build tries again" in problem.advice
    assert built(root).problems == ()
    assert files_of(root / "public") == pages


def test_an_edit_before_the_next_whole_build_tries_it_too(root, monkeypatch):
    bad(root, "kill")
    real = tasks.article_of
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "article_of", lambda one, *args: stalls(one.path) or real(one, *args))
        assert [problem.kind for problem in built(root).problems] == ["limit"]
        write_clipping(root / "content", "good1.md", f"Another {TEXT}", title="Other", source="Press")
        assert [problem.kind for problem in built(root).problems] == ["limit"]
    write_clipping(root / "content", "good2.md", f"Another {TEXT}", title="Other", source="Press")
    assert built(root).problems == ()


def test_one_that_cannot_be_looked_at_is_told_each_time(root, monkeypatch):
    real = tasks.fields_in
    monkeypatch.setattr(tasks, "fields_in", lambda path, raw: costly(path) or real(path, raw))
    bad(root, "cpu")
    first = built(root)
    [problem] = first.problems
    assert (problem.path, problem.kind) == ("cpu.md", "limit")
    assert "nothing that its source repeats is taken off" in problem.message
    assert built(root).problems == first.problems
    write_clipping(root / "content", "good1.md", f"Another {TEXT}", title="Other", source="Press")
    assert built(root).problems == first.problems
