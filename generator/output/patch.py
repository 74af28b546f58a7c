"""A few files of a site replaced at once, while it is served; the record of all follows when there is time.

What is new stands in a list beside the record until then: whatever happens, every file is known as ours.
A file that is replaced needs no mark: it differs from its digest, and the next build looks into it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.cache.stamps import stamp_at
from generator.output import disk, lock, manifest, names

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
"""How the list is opened: no link is followed, wherever it came from."""


class OvertakenError(Exception):
    """Another build has written to the folder: what is known of it no longer holds."""


class Patch:
    """The output folder of a site that was built, and is followed since."""

    def __init__(self, output: Path, files: Mapping[str, str]) -> None:
        """Begin after a build; `files` is what stands there, with digests."""
        self._output = output
        self.files = dict(files)
        self._new: set[str] = set()
        self._record = stamp_at(self._output / names.MANIFEST)
        self.is_behind = False
        """Whether the record has yet to be written."""

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Hold the folder. Raises `OvertakenError`, and `BuildError` where it cannot be had."""
        with disk.translate_errors(self._output), lock.held(self._output, 10.0):
            if stamp_at(self._output / names.MANIFEST) != self._record:
                raise OvertakenError
            yield

    def put(self, path: str, data: bytes) -> bool:
        """Put a file in its place unless it is there; whether it was another one. The folder is held."""
        digest = manifest.digest(data)
        place = f"{self._output}/{path}"
        if disk.blocker(str(self._output), path.rpartition("/")[0], {}) is not None:
            raise OvertakenError
        if self.files.get(path) == digest == disk.digest_of(Path(place)):
            return False
        if path not in self.files:
            self._announce(path)
        staging = self._output / names.STAGING
        staging.mkdir(exist_ok=True)
        staged = f"{staging}/0"
        with open(staged, "wb") as file:
            file.write(data)
        try:
            os.replace(staged, place)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.replace(staged, place)
        self.files[path] = digest
        self.is_behind = True
        return True

    def delete(self, path: str) -> bool:
        """Delete a file of ours, and the folders that this empties. The folder is held."""
        known: dict[str, str | None] = {}
        is_deleted = disk.delete(str(self._output), path, known)
        disk.prune(str(self._output), path, known)
        self.files.pop(path, None)
        self.is_behind = True
        return is_deleted

    def settle(self, record: manifest.Manifest) -> None:
        """Write the record of all. The folder is held."""
        disk.clear_staging(self._output)
        staging = self._output / names.STAGING
        staging.mkdir()
        manifest.write(self._output, record, staging / "0")
        staging.rmdir()
        (self._output / names.ADDED).unlink(missing_ok=True)
        self._new.clear()
        self._record = stamp_at(self._output / names.MANIFEST)
        self.is_behind = False

    def _announce(self, path: str) -> None:
        fault = names.fault(path)
        found = disk.look(f"{self._output}/{path}")
        if fault is not None or found is not None:
            raise OvertakenError  # a whole build says what is wrong
        if path not in self._new:
            list_ = os.open(self._output / names.ADDED, _APPEND, 0o666)
            with os.fdopen(list_, "a", encoding="utf-8") as file:
                file.write(f"{path}\n")
            self._new.add(path)
