from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.output import disk, lock


def test_a_file_system_without_locks_is_used_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with lock.held(tmp_path / "public", 0), lock.held(tmp_path / "public", 0):
        assert (tmp_path / "public").is_dir()


def test_a_folder_that_its_last_holder_took_away_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may go before it is opened, and between that and the lock."""
    public = tmp_path / "public"
    opened, locked = os.open, fcntl.flock

    def open_late(path: Path, flags: int) -> int:
        monkeypatch.setattr(os, "open", opened)
        public.rmdir()
        return opened(path, flags)

    def lock_late(folder: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", locked)
        public.rmdir()
        locked(folder, operation)

    monkeypatch.setattr(os, "open", open_late)
    monkeypatch.setattr(fcntl, "flock", lock_late)
    with lock.held(public, 10):
        assert public.is_dir()
        with pytest.raises(BuildError, match="another build is writing"), lock.held(public, 0):
            raise AssertionError("two hold it")


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "the disk is full; free some space and build again"),
        (errno.EACCES, "is not writable; change its owner"),
        (errno.EROFS, "is on a read-only file system; "),
        (errno.EIO, "cannot be written: Input/output error"),
    ],
)
def test_the_systems_errors_are_told_in_words(number: int, message: str) -> None:
    with pytest.raises(BuildError, match=f"^public/a: {message}"), disk.translate_errors(Path("public")):
        raise OSError(number, os.strerror(number), b"public/a")
    with pytest.raises(BuildError, match=r"^public: "), disk.translate_errors(Path("public")):
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "long", "none"])
def test_the_name_of_the_holder_may_be_anything(tmp_path: Path, kind: str) -> None:
    public = tmp_path / "public"
    with lock.held(public, 0):
        owner = public / ".broadsheet-staging/owner"
        owner.parent.mkdir()
        match kind:
            case "pipe":
                os.mkfifo(owner)
            case "endless":
                owner.symlink_to("/dev/zero")
            case "folder":
                owner.mkdir()
            case "long":
                owner.write_bytes(b"1" * 10_000_000)
        with pytest.raises(BuildError, match="another build") as error, lock.held(public, 0):
            raise AssertionError("two hold it")
        assert len(str(error.value)) < 1000
