"""Several configurations of one site: their caches do not meet, and do not pile up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from generator.cache.database import DamagedError
from generator.cache.folder import KEPT, file_of
from generator.cache.recovery import used
from generator.cache.store import Cache, MissingError
from generator.cli.main import run
from generator.config.loading import load
from generator.config.options import Built, Options, silent
from generator.config.site import Site
from generator.engine.build import build
from generator.engine.unchanged import identity_of
from running import AS_OF, Copy
from writing import (
    BODY,
    NOW,
    cache_file,
    cache_of,
    files_of,
    site_in,
    workers_here,
    write_clipping,
    write_config,
)

LETTER = "Subscribe to our weekly letter of the presses, and never miss one of them again."
RULES = ('title = "One"\n', 'title = "Other"\nlanguage = "zh"\ntimezone = "Asia/Tokyo"\nclean = false\n')


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with two configurations that read clippings by different rules."""
    root = tmp_path / "site"
    write_config(root)
    for n, rules in enumerate(RULES):
        text = f'{rules}output = "out{n}"\nbase_url = "https://digest.example/"\n'
        (root / f"{n}.toml").write_text(text, "utf-8")
    for n in range(8):
        body = f"The {n}th press stood in cellar {n * 7}. {BODY}\n\n{LETTER}"
        write_clipping(root / "content", f"{n}.md", body, title=f"Title {n}", source=f"Source {n % 2}")
    return root


def site_of(root: Path, number: int) -> Site:
    return load(root / f"{number}.toml")


def built(root: Path, number: int) -> Built:
    return build(site_of(root, number), Options(as_of=NOW), silent)


def clean(root: Path, number: int) -> dict[str, bytes]:
    aside = root.parent / "aside"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(root, aside, ignore=shutil.ignore_patterns("out*", "public", ".broadsheet"))
    build(site_of(aside, number), Options(as_of=NOW), silent, workers=workers_here())
    return files_of(aside / f"out{number}")


def edit(root: Path, n: int) -> None:
    body = f"Another {n}. {BODY}\n\n{LETTER}"
    write_clipping(root / "content", "0.md", body, title="Title 0", source="Source 0")


def test_builds_by_different_rules_at_the_same_time(root: Path) -> None:
    for n in range(3):
        edit(root, n)
        copies = [Copy(root, "build", "-c", f"{number}.toml", *AS_OF) for number in (0, 1, 0, 1)]
        done = [copy.done() for copy in copies]
        assert [one.returncode for one in done] == [0] * 4, done
        for number in (0, 1):
            assert files_of(root / f"out{number}") == clean(root, number)


def test_builds_by_different_rules_in_turns_read_only_what_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (0, 1):
        built(root, number)
    kept: list[str] = []
    keep = Cache.keep_records

    def noted(self: Cache, records: object) -> None:
        found = [*records]
        kept.extend(path for path, _, _ in found)
        keep(self, found)

    monkeypatch.setattr(Cache, "keep_records", noted)
    for n in range(3):
        edit(root, n)
        for number in (0, 1):
            kept.clear()
            built(root, number)
            assert kept == ["0.md"]
    monkeypatch.undo()
    for number in (0, 1):
        assert files_of(root / f"out{number}") == clean(root, number)


def test_caches_of_rules_that_are_no_more_do_not_pile_up(root: Path) -> None:
    for n in range(KEPT + 3):
        write_config(root, f'languages = ["en", "zh", "{chr(97 + n)}a"]\n')
        build(site_in(root), Options(as_of=NOW), silent)
    caches = [*(root / ".broadsheet").glob("*.sqlite")]
    assert len(caches) == KEPT
    assert cache_file(root) in caches


def test_another_address_for_the_site_is_no_other_rule(root: Path) -> None:
    first = cache_file(root)
    write_config(root, 'base_url = "https://elsewhere.example/"\n')
    assert cache_file(root) == first


def test_clean_deletes_all_caches(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (0, 1):
        built(root, number)
    (root / ".broadsheet/cache.sqlite").write_bytes(b"of an earlier version")
    (root / ".broadsheet/mine.txt").write_bytes(b"mine")
    monkeypatch.chdir(root)
    assert run(["clean", "-c", "0.toml"]) == 0
    assert {file.name for file in (root / ".broadsheet").iterdir()} == {".gitignore", "mine.txt"}
    assert not (root / "out0").exists()


def test_clean_follows_no_link(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    write_config(other)
    write_clipping(other / "content", "a.md")
    build(site_in(other), Options(as_of=NOW), silent)
    before = files_of(other)
    (root / ".broadsheet").symlink_to(other / ".broadsheet")
    monkeypatch.chdir(root)
    assert run(["clean"]) == 0
    assert files_of(other) == before


@pytest.mark.parametrize("name", [".broadsheet", ".broadsheet/preview"])
def test_a_preview_is_not_written_behind_a_link(
    root: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outside").mkdir()
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).symlink_to(tmp_path / "outside")
    monkeypatch.chdir(root)
    assert run(["serve", "-p", "0"]) == 1
    assert "is a link" in capsys.readouterr().err
    assert not [*(tmp_path / "outside").iterdir()]


# --- missing, or damaged ------------------------------------------------------------------------------


def test_a_text_that_is_missing_is_read_again_and_no_other(root: Path) -> None:
    site = site_in(root)
    build(site, Options(as_of=NOW), silent)
    first = files_of(site.output)
    with cache_of(root) as cache:
        number = cache.file.stat().st_ino
        cache.write("DELETE FROM bodies WHERE path = ?", [(b"3.md",)])
    shutil.rmtree(site.output)
    build(site, Options(as_of=NOW), silent)
    assert files_of(site.output) == first
    assert cache_file(root).stat().st_ino == number
    with cache_of(root) as cache:
        assert cache.body("3.md")


def test_a_missing_value_does_not_cost_the_cache(tmp_path: Path) -> None:
    tries: list[int] = []

    def use(cache: Cache) -> str:
        cache.keep_note("note", b"kept") if not tries else None
        tries.append(1)
        if len(tries) < 3:
            raise MissingError("bodies", b"a.md")
        return cache.note("note").decode()

    assert used(tmp_path, b"rules", use) == "kept"


def test_damage_begins_a_new_cache_once(tmp_path: Path) -> None:
    notes: list[bytes | None] = []

    def use(cache: Cache) -> int:
        notes.append(cache.note("note"))
        cache.keep_note("note", b"kept")
        if len(notes) == 1:
            raise DamagedError
        return len(notes)

    assert used(tmp_path, b"rules", use) == 2
    assert notes == [None, None]
    assert file_of(tmp_path, b"rules").exists()


def test_what_another_cache_knows_of_files_is_read_and_the_cache_left_as_it_is(root):
    built(root, 0)
    other = file_of(site_of(root, 0).own, identity_of(site_of(root, 0)))
    os.utime(other, (1_000, 1_000))
    before = other.stat()
    with Cache.of(other.parent, b"others") as cache:
        assert cache.output_rows(site_of(root, 0).output)
    assert (other.stat().st_mtime_ns, other.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
