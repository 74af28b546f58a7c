"""One preview of a site at a time."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.preview.alone import Alone


def test_the_second_is_told_who_and_where(tmp_path: Path) -> None:
    with Alone(tmp_path) as alone:
        with pytest.raises(BuildError, match="another `broadsheet serve` shows"), Alone(tmp_path):
            raise AssertionError("two hold it")
        alone.announce("http://127.0.0.1:8000/")
        by = rf"\(process {os.getpid()}, http://127.0.0.1:8000/\)"
        with pytest.raises(BuildError, match=f"another `broadsheet serve` {by} shows"), Alone(tmp_path):
            raise AssertionError("two hold it")
    assert list(tmp_path.iterdir()) == []
    with Alone(tmp_path):
        pass


def test_what_a_killed_one_left_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "serving").write_text("process 1, http://127.0.0.1:8001/", "utf-8")
    with Alone(tmp_path), pytest.raises(BuildError) as told, Alone(tmp_path):
        raise AssertionError("two hold it")
    assert "8001" not in str(told.value)


def test_without_locks_and_without_a_folder_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with Alone(tmp_path / "file/below") as alone:
        alone.announce("http://127.0.0.1:8000/")

    def refuse(folder: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Alone(tmp_path / "own"), Alone(tmp_path / "own"):
        pass


def test_it_is_held_again_where_somebody_deleted_the_folder(tmp_path: Path) -> None:
    own = tmp_path / "own"
    with Alone(own) as alone:
        alone.announce("http://127.0.0.1:8000/")
        shutil.rmtree(own)
        alone.hold()
        with pytest.raises(BuildError, match=r"http://127.0.0.1:8000/"), Alone(own):
            raise AssertionError("two hold it")
        shutil.rmtree(own)
        with Alone(own) as other:
            other.announce("http://127.0.0.1:8001/")
            with pytest.raises(BuildError, match=r"http://127.0.0.1:8001/"):
                alone.hold()
            assert "8001" in (own / "serving").read_text("utf-8")
        alone.hold()
    assert list(own.iterdir()) == []
