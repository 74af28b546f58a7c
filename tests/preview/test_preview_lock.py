"""One preview of a site at a time."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.preview.preview_lock import PreviewLock


def test_the_second_is_told_who_and_where(tmp_path: Path) -> None:
    with PreviewLock(tmp_path) as preview_lock:
        with (
            pytest.raises(BuildError, match="another `broadsheet serve` already shows"),
            PreviewLock(tmp_path),
        ):
            raise AssertionError("two hold it")
        preview_lock.announce("http://127.0.0.1:8000/")
        by = rf"\(process {os.getpid()}, http://127.0.0.1:8000/\)"
        with (
            pytest.raises(BuildError, match=f"another `broadsheet serve` {by} already shows"),
            PreviewLock(tmp_path),
        ):
            raise AssertionError("two hold it")
    assert list(tmp_path.iterdir()) == []
    with PreviewLock(tmp_path):
        pass


def test_what_a_killed_one_left_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "serving").write_text("process 1, http://127.0.0.1:8001/", "utf-8")
    with PreviewLock(tmp_path), pytest.raises(BuildError) as error, PreviewLock(tmp_path):
        raise AssertionError("two hold it")
    assert "8001" not in str(error.value)


def test_without_locks_and_without_a_folder_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with PreviewLock(tmp_path / "file/below") as preview_lock:
        preview_lock.announce("http://127.0.0.1:8000/")

    def refuse(folder: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with PreviewLock(tmp_path / "own"), PreviewLock(tmp_path / "own"):
        pass


def test_it_is_held_again_where_somebody_deleted_the_folder(tmp_path: Path) -> None:
    own = tmp_path / "own"
    with PreviewLock(own) as preview_lock:
        preview_lock.announce("http://127.0.0.1:8000/")
        shutil.rmtree(own)
        preview_lock.acquire()
        with pytest.raises(BuildError, match=r"http://127.0.0.1:8000/"), PreviewLock(own):
            raise AssertionError("two hold it")
        shutil.rmtree(own)
        with PreviewLock(own) as other:
            other.announce("http://127.0.0.1:8001/")
            with pytest.raises(BuildError, match=r"http://127.0.0.1:8001/"):
                preview_lock.acquire()
            assert "8001" in (own / "serving").read_text("utf-8")
        preview_lock.acquire()
    assert list(own.iterdir()) == []
