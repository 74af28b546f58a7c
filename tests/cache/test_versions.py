"""What makes the bytes besides the clippings: other data of a time zone is read at once."""

from __future__ import annotations

import shutil
import subprocess
import zoneinfo
from pathlib import Path

import pytest

from drivers import clear_caches
from generator.cache import versions
from generator.cache.versions import zone_data
from running import AS_OF, Copy
from writing import files_of, write_clipping, write_config

LATE = "2024-07-03T20:00:00Z"
"""Still this day in London, and the next one in Tokyo."""


def zone_file(folder: Path, key: str, place: str) -> Path:
    """Give a time zone the data of another one, in a folder such as systems have."""
    data = zone_data(place)
    assert data.startswith(b"TZif")
    file = folder / key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def run(root: Path, zones: Path) -> subprocess.CompletedProcess[str]:
    """Build in another process, whose system has its time zones in a folder."""

    def prepare() -> None:
        clear_caches()
        zoneinfo.reset_tzpath([zones])
        zoneinfo.ZoneInfo.clear_cache()

    return Copy(root, "build", "--workers", "1", *AS_OF, prepare=prepare).done()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site in a time zone, with a text at its end of a day and one that a day alone dates."""
    root = tmp_path / "site"
    write_config(root, 'base_url = "https://digest.example/"\ntimezone = "Europe/London"\n')
    write_clipping(root / "content", "late.md", date=LATE, fetched=LATE)
    write_clipping(root / "content", "day.md", title="A day")
    return root


@pytest.mark.parametrize("key", ["Europe/London", "UTC"])
def test_other_data_of_the_time_zone_makes_what_a_clean_build_makes(root, tmp_path, key):
    write_config(root, f'base_url = "https://digest.example/"\ntimezone = "{key}"\n')
    zones = tmp_path / "zones"
    file = zone_file(zones, key, "Europe/London")
    assert run(root, zones).returncode == 0
    assert (root / "public/2024/07/04/index.html").exists() is False
    zone_file(zones, key, "Asia/Tokyo")
    again = run(root, zones)
    assert again.returncode == 0, again.stderr
    assert (root / "public/2024/07/04/index.html").exists()
    shutil.copytree(root, tmp_path / "clean", ignore=shutil.ignore_patterns("public", ".broadsheet"))
    assert run(tmp_path / "clean", zones).returncode == 0
    assert files_of(root / "public") == files_of(tmp_path / "clean/public")
    assert "; 0 files written" in run(root, zones).stdout
    file.unlink()  # the package's data take the place of the system's
    assert run(root, zones).returncode == 0
    assert not (root / "public/2024/07/04/index.html").exists()


def test_data_that_are_none_are_said(root, tmp_path):
    (tmp_path / "zones/Europe").mkdir(parents=True)
    (tmp_path / "zones/Europe/London").write_text("no time zone")
    done = run(root, tmp_path / "zones")
    assert done.returncode == 2
    assert "digest.toml:2: " in done.stderr
    assert "the data for time zone `Europe/London` cannot be read" in done.stderr


@pytest.mark.parametrize("key", ["Europe/London", "UTC", "Asia/Shanghai", "Etc/GMT+3"])
def test_the_data_are_those_that_python_uses(key, monkeypatch):
    for path in (zoneinfo.TZPATH, ()):  # the system's, and the package's
        monkeypatch.setattr(zoneinfo, "TZPATH", path)
        zone_data.cache_clear()
        assert zone_data(key).startswith(b"TZif"), path
    zone_data.cache_clear()


@pytest.mark.parametrize("key", ["Europe/None", "Europe", "../../etc/passwd", "/etc/passwd", "", "a\0b"])
def test_what_is_no_time_zone_has_no_data(key):
    zone_data.cache_clear()
    assert zone_data(key) == b""


@pytest.mark.parametrize("name", ["code.py", "words.txt", "rules.toml"])
def test_the_version_of_the_program_depends_on_its_data(name, tmp_path, monkeypatch):
    (tmp_path / "reading").mkdir()
    monkeypatch.setattr(versions, "__file__", str(tmp_path / "cache/versions.py"))
    before = versions.program.__wrapped__()
    (tmp_path / "reading" / name).write_text("caxton\n", "utf-8")
    assert versions.program.__wrapped__() != before
