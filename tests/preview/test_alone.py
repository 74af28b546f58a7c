"""One preview of a site at a time."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from generator.errors import BuildError
from generator.preview.alone import alone


def test_the_second_is_told_who_and_where(tmp_path: Path) -> None:
    with alone(tmp_path) as announce:
        with pytest.raises(BuildError, match="another `broadsheet serve` shows"), alone(tmp_path):
            raise AssertionError("two hold it")
        announce("http://127.0.0.1:8000/")
        by = rf"\(process {os.getpid()}, http://127.0.0.1:8000/\)"
        with pytest.raises(BuildError, match=f"another `broadsheet serve` {by} shows"), alone(tmp_path):
            raise AssertionError("two hold it")
    assert list(tmp_path.iterdir()) == []
    with alone(tmp_path):
        pass


def test_what_a_killed_one_left_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "serving").write_text("process 1, http://127.0.0.1:8001/", "utf-8")
    with alone(tmp_path), pytest.raises(BuildError) as told, alone(tmp_path):
        raise AssertionError("two hold it")
    assert "8001" not in str(told.value)


def test_without_locks_and_without_a_folder_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with alone(tmp_path / "file/below") as announce:
        announce("http://127.0.0.1:8000/")

    def refuse(folder: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with alone(tmp_path / "own"), alone(tmp_path / "own"):
        pass
