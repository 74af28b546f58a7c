"""`build --explain` says why a build costs what it costs."""

from __future__ import annotations

import os
import shutil

import pytest

from generator.cli.exit_codes import DONE
from generator.cli.main import run
from writing import write_clipping, write_config

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROADSHEET_CACHE_KEY", KEY)
    write_config(tmp_path)
    for name in ("a.md", "b.md"):
        file = write_clipping(tmp_path / "content", name, title=name) or tmp_path / "content" / name
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return tmp_path


def explained(capfd) -> list[str]:
    """What a build says before its own lines."""
    assert run(["build", "--explain"]) == DONE
    lines = capfd.readouterr().out.splitlines()
    return lines[: next(n for n, line in enumerate(lines) if " found, " in line)]


def test_without_a_cache_all_is_read(root, capfd):
    assert explained(capfd) == [
        "all clippings are read: there is no cache in .broadsheet/",
        "all files are written: there is no site in public/",
    ]


def test_a_fresh_checkout_with_what_was_cached_is_hashed(root, capfd):
    run(["build", "-q"])
    for name in ("a.md", "b.md"):
        os.utime(root / "content" / name)
    write_clipping(root / "content", "c.md", title="Another one")
    (line,) = explained(capfd)
    assert line.startswith("clippings: 1 new, which are read; 2 with times that the cache does not know")


def test_other_settings_are_told(root, capfd):
    run(["build", "-q"])
    write_config(root, 'timezone = "Asia/Shanghai"\n')
    shutil.rmtree(root / "public")
    first, second = explained(capfd)
    assert "no cache in .broadsheet/ is of these settings, cleaning rules and versions" in first
    assert second == "all files are written: there is no site in public/"


def test_another_key_is_told(root, capfd, monkeypatch):
    run(["build", "-q"])
    monkeypatch.setenv("BROADSHEET_CACHE_KEY", KEY[::-1])
    assert explained(capfd) == [
        "all clippings are read: the cache was written with another key; see BROADSHEET_CACHE_KEY"
    ]
