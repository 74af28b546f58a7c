"""What a build that has nothing to do leaves alone; that it does nothing stands in `test_state_machine`."""

from __future__ import annotations

import subprocess
import sys
import time

import generator.engine.stored_state
from generator.cache.store import Cache
from generator.config.options import Options, silent
from generator.engine.build import build
from generator.engine.build_context import LIMITS, EngineLimits
from generator.engine.unchanged import identity_of, inputs_after, inputs_found, is_moved
from generator.output.write import Transaction
from writing import NOW, build_site, files_of, site_in, write_clipping, write_config

HEAVY = (
    "babel",
    "frontmatter",
    "jinja2",
    "markdown_it",
    "nh3",
    "pygments",
    "rensa",
    "yaml",
    "generator.grouping",
)

SETTLED = EngineLimits(unsettled=0)


def test_a_build_imports_what_reads_and_renders_only_where_there_is_something_to_do() -> None:
    check = f"import generator.engine.build, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_moves_beside_clippings_is_told_once(tmp_path, monkeypatch):
    """The last build is opened ahead where clippings seem to have moved; not in vain again and again."""
    opened = []
    begin = generator.engine.stored_state.load
    monkeypatch.setattr(
        generator.engine.stored_state, "load", lambda *given: opened.append(1) or begin(*given)
    )
    write_clipping(tmp_path / "content", "a/one.md")
    write_config(tmp_path)
    build_site(tmp_path, limits=SETTLED)
    (tmp_path / "content/a/other.txt").write_text("No clipping.")
    for _ in range(2):
        assert build_site(tmp_path, limits=SETTLED)[0].pages.written == 0
    assert len(opened) == 1
    write_clipping(tmp_path / "content", "a/two.md")
    assert build_site(tmp_path, limits=SETTLED)[0].pages.written
    assert len(opened) == 2


def test_saved_picks_and_settings_show_before_any_clipping_is_looked_at(tmp_path):
    write_clipping(tmp_path / "content", "one.md")
    write_config(tmp_path)
    picks = tmp_path / "picks.toml"

    def moved() -> bool:
        site = site_in(tmp_path)
        with Cache.of(site.own, identity_of(site)) as cache:
            return is_moved(site, cache)

    def save() -> None:
        picks.write_text('[[pick]]\narticle = "one.md"\nnote = "A note"\n')

    def configure() -> None:
        (tmp_path / "digest.toml").write_text('title = "Another"\n')

    for change in (save, picks.unlink, configure):
        build_site(tmp_path, limits=SETTLED)
        assert not moved()
        change()
        assert moved()


def test_what_was_read_long_after_it_was_saved_cannot_change_unseen(tmp_path):
    file = write_clipping(tmp_path / "content", "one.md")
    write_config(tmp_path)
    site, options = site_in(tmp_path), Options(as_of=NOW)
    before = inputs_found(site, options, LIMITS)
    now = time.time_ns()
    assert before.unseen == {"one.md"}
    assert not before.digest
    assert inputs_after(site, before, {"one.md"}, now, LIMITS).unseen == {"one.md"}
    assert inputs_after(site, before, set(), now + LIMITS.unsettled, LIMITS).unseen == {"one.md"}
    after = inputs_after(site, before, {"one.md"}, now + LIMITS.unsettled, LIMITS)
    assert not after.unseen
    assert after.digest
    file.write_text("Another text")
    assert inputs_after(site, before, {"one.md"}, now + LIMITS.unsettled, LIMITS).unseen == {"one.md"}


def test_a_build_that_comes_before_another_is_noted_is_no_part_of_what_that_left(tmp_path, monkeypatch):
    write_config(tmp_path)
    write_clipping(tmp_path / "content", "a.md", title="Shown")
    write_clipping(tmp_path / "content", "b.md", title="A draft", draft="true")
    site, leave, entered = site_in(tmp_path), Transaction.__exit__, []

    def other_comes(transaction, *error):
        leave(transaction, *error)
        entered.append(1)
        if len(entered) == 1:
            build(site, Options(as_of=NOW, drafts=True), silent, limits=SETTLED)

    monkeypatch.setattr(Transaction, "__exit__", other_comes)
    build(site, Options(as_of=NOW), silent, limits=SETTLED)
    assert len(entered) == 2
    assert build(site, Options(as_of=NOW), silent, limits=SETTLED).report.pages.deleted
    assert not [path for path, data in files_of(site.output).items() if b"A draft" in data]
