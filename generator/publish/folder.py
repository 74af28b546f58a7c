"""Publish to a folder of this machine, such as one that a web server shows."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from generator.model.errors import BuildError
from generator.output import disk, lock, manifest
from generator.publish.store import ABSENT, RECORD, Done, Stored, TakenError, Upload, refused

_STAGED = ".broadsheet-uploading"
"""The name of a file that is being written. One process publishes at a time, so one name is enough."""
_LOCK_SECONDS = 10


class Folder:
    """A folder as a target. Files are renamed into place. Links below it are never followed."""

    is_atomic, is_guarded, has_folders, discards = False, True, True, ()

    def __init__(self, root: Path) -> None:
        self.name = root.as_uri()
        self._root = os.path.realpath(root)
        self._folders: dict[str, str | None] = {}

    def read(self) -> Stored | None:
        """Return the record."""
        try:
            with self._errors():
                data = Path(self._root, RECORD).read_bytes()
        except FileNotFoundError:
            return None
        return Stored(data, _version(data))

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record, under the lock of the folder."""
        with self._errors():
            self._make_root()
            with lock.held(Path(self._root), _LOCK_SECONDS):
                stored = self.read()
                if (stored.version if stored else ABSENT) != version:
                    raise TakenError
                self._write(RECORD, data, f"{RECORD}-new")
        return _version(data)

    def _make_root(self) -> None:
        try:
            Path(self._root).mkdir(parents=True, exist_ok=True)
        except FileNotFoundError as error:
            raise refused(self.name, "cannot be created", "see whether the path is right") from error

    def list(self) -> Mapping[str, str]:
        """Return the paths of all files and links there. Nothing is told of them."""
        if not Path(self._root).is_dir():
            return {}
        with self._errors():
            _, files = disk.entries_below(self._root, ".")
        ours = {RECORD, f"{RECORD}-new", _STAGED}
        return {path: "" for file in files if (path := file.removeprefix("./")) not in ours}

    def matches(self, file: Upload, _told: str) -> bool:
        """Compare the bytes."""
        place = f"{self._root}/{file.path}"
        try:
            found = os.lstat(place)
            if not stat.S_ISREG(found.st_mode):
                return False
            expected = manifest.digest(file.read()) if file.encoding else file.digest
            return disk.digest_of(Path(place)) == expected
        except OSError:
            return False

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Copy files, each by a rename."""
        kept_out = []
        for file in files:
            data = file.read()
            with self._errors():
                self._make_folder(file.path.rpartition("/")[0])
                if file.is_kept_out(self._mode(file.path)):
                    kept_out.append(file.path)
                    continue
                self._write(file.path, data, _STAGED)
            done(file.path)
        return kept_out

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → digest of the files there."""
        files = [path for path in paths if stat.S_ISREG(self._mode(path) or 0)]
        return {path: disk.digest_of(Path(self._root, path)) for path in files}

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files, and the folders that this empties."""
        for path in paths:
            with self._errors():
                is_link = stat.S_ISLNK(self._mode(path) or 0)
                if not is_link and disk.delete(self._root, path, self._folders):
                    disk.prune(self._root, path, self._folders)
                    self._folders.clear()
                    done(path)

    def _mode(self, path: str) -> int | None:
        found = disk.status_of(f"{self._root}/{path}")
        return found.st_mode if found else None

    def close(self) -> None:
        """Do nothing."""

    def _make_folder(self, folder: str) -> None:
        if (blocker := disk.blocker(self._root, folder, self._folders)) is not None:
            message = "is in the place of a folder of the site"
            raise refused(f"{self._root}/{blocker}", message, "move it away")
        os.makedirs(f"{self._root}/{folder}", exist_ok=True)

    def _write(self, path: str, data: bytes, staged: str) -> None:
        place = f"{self._root}/{staged}"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place)  # of a publish that was killed; it may be a link
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with open(descriptor, "wb") as stream:
                stream.write(data)
            os.replace(place, f"{self._root}/{path}")
        except OSError:
            os.unlink(place)  # a full disk needs the space for the record
            raise

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn the system's errors into `BuildError`, but for a missing file."""
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _refused(error, self._root) from error


def _refused(error: OSError, root: str) -> BuildError:
    where = error.filename2 or error.filename or root
    advice = {
        errno.ENOSPC: "free some space, and publish again",
        errno.EACCES: "change its owner or its permissions",
        errno.EISDIR: "move it away",
    }.get(error.errno or 0, "")
    return refused(os.fsdecode(where), f"cannot be used: {error.strerror or error}", advice)


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
