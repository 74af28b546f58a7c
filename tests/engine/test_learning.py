"""What sources repeat: learned once, and what is learned from is read along."""

import pytest

from generator.cache.store import Cache
from generator.config.options import Options, silent
from generator.engine import tasks
from generator.engine.build import build
from generator.engine.build_context import EngineLimits
from generator.engine.records import Sample
from writing import (
    NOW,
    build_site,
    cache_file,
    cache_of,
    files_of,
    read_site,
    site_in,
    workers_here,
    write_clipping,
    write_config,
)

OPTIONS = Options(as_of=NOW)
FOLLOW = "[Follow us](https://origin.example/follow) [Subscribe](https://origin.example/subscribe)"
CLIPPINGS = 12
SAMPLE = 8
"""The first 2^k of them are learned from."""


def text(number: int) -> str:
    words = " ".join(f"word{number}x{n}" for n in range(40))
    return f"Number {number} has a text of its own, as all have. {words}.\n\n{FOLLOW}"


@pytest.fixture
def root(tmp_path):
    write_config(tmp_path)
    for n in range(CLIPPINGS):
        write_clipping(
            tmp_path / "content", f"{n:02}.md", text(n), title=f"Number {n}", date=f"2024-07-{n + 1:02}"
        )
    return tmp_path


@pytest.fixture
def read_alone(monkeypatch) -> list[str]:
    """The clippings that were read by themselves."""
    paths = []

    def noting(reader, wanted):
        paths.extend(one.path for one in wanted)
        return read(reader, wanted)

    read = tasks.read
    monkeypatch.setattr(tasks, "read", noting)
    return paths


def test_what_a_new_source_is_learned_from_is_read_along(root, read_alone):
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    assert read_alone == [f"{n:02}.md" for n in range(SAMPLE, CLIPPINGS)]
    pages = files_of(root / "public")
    assert not any(b"Follow us" in page for page in pages.values())
    assert (
        sum(b"a text of its own" in page for path, page in pages.items() if path.startswith("articles/"))
        == 12
    )


def test_it_comes_to_what_reading_it_alone_would(root, monkeypatch):
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    along = files_of(root / "public")
    cache_file(root).unlink()

    def learn_alone(reader, samples, **limits):
        return learn(
            reader,
            [Sample(one.source, tuple((path, 0) for path, _ in one.clippings)) for one in samples],
            **limits,
        )

    learn = tasks.learn
    monkeypatch.setattr(tasks, "learn", learn_alone)
    build(site_in(root), OPTIONS, silent, clean=True, workers=workers_here())
    assert files_of(root / "public") == along


def test_a_known_source_is_learned_of_again_without_reading_along(root, read_alone):
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    read_alone.clear()
    write_clipping(root / "content", "00.md", text(99), title="Number 99", date="2024-07-01")
    build(site_in(root), OPTIONS, silent, clean=True, workers=workers_here())
    assert read_alone == ["00.md"]


def test_a_clipping_too_long_to_be_held_is_opened_again(root, read_alone):
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    pages = files_of(root / "public")
    cache_file(root).unlink()
    read_alone.clear()
    limits = EngineLimits(held_characters=100)
    build(site_in(root), OPTIONS, silent, clean=True, workers=workers_here(), limits=limits)
    assert files_of(root / "public") == pages
    assert len(read_alone) == CLIPPINGS - SAMPLE


def test_a_fault_in_reading_along_costs_its_clipping_alone(root, monkeypatch):
    def failing(clipping, rules, cleaning=None):
        if clipping.path == "03.md":
            raise RuntimeError("a fault of ours")
        return article_of(clipping, rules, cleaning)

    article_of = tasks.article_of
    monkeypatch.setattr(tasks, "article_of", failing)
    report, _ = build_site(root)
    assert report.published == CLIPPINGS - 1
    assert [one.path for one in report.skipped] == ["03.md"]
    assert not any(b"Follow us" in page for page in files_of(root / "public").values())


def test_a_clipping_that_changed_while_it_was_learned_from_is_read_as_it_is_then(root, monkeypatch):
    def late(reader, samples, **limits):
        write_clipping(root / "content", "03.md", text(77), title="Number 77", date="2024-07-04")
        return learn(reader, samples, **limits)

    learn = tasks.learn
    with monkeypatch.context() as patched:
        patched.setattr(tasks, "learn", late)
        build(site_in(root), OPTIONS, silent, workers=workers_here())
    assert "Number 77" in {one.title for one in read_site(site_in(root), OPTIONS).digest.articles}
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    pages = files_of(root / "public")
    cache_file(root).unlink()
    build(site_in(root), OPTIONS, silent, clean=True, workers=workers_here())
    assert files_of(root / "public") == pages


def test_what_a_killed_build_learned_and_read_is_not_done_again(root, monkeypatch, read_alone):
    limits = EngineLimits(cache_write=1)

    def killed(*_given, **_limits):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("generator.engine.record_reading.read_now", killed)
        with pytest.raises(KeyboardInterrupt):
            build(site_in(root), OPTIONS, silent, workers=workers_here(), limits=limits)
    with cache_of(root) as cache:
        assert cache.boilerplate("origin.example", 2024)
    monkeypatch.setattr(tasks, "learn", killed)
    build(site_in(root), OPTIONS, silent, workers=workers_here())
    assert read_alone == [f"{n:02}.md" for n in range(SAMPLE, CLIPPINGS)]


def test_where_nothing_is_to_be_learned_nothing_is_noted(root, monkeypatch):
    """Under `serve` each save asks; a write would wait for whoever else writes."""

    def refused(*_given):
        raise AssertionError("nothing was learned")

    build(site_in(root), OPTIONS, silent, workers=workers_here())
    monkeypatch.setattr(Cache, "keep_learned", refused)
    build(site_in(root), OPTIONS, silent, clean=True, workers=workers_here())
