"""Replace single files of a site while it is served. The manifest is written later.

Until then, new files are listed beside the manifest, so that every file is known as ours whatever happens. A
replaced file needs no entry: it differs from its digest, so the next build checks it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.cache.stamps import stamp_at
from generator.output import disk, lock, manifest, names

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
"""Flags for opening the list. Links are not followed."""


class OvertakenError(Exception):
    """Another build has written to the folder, so what is known about it is outdated."""


class Patch:
    """The output folder of a site that was built and is being served."""

    def __init__(self, output: Path, files: Mapping[str, str]) -> None:
        """`files`: path → digest of the files that the build left there."""
        self._output = output
        self.files = dict(files)
        self._new: set[str] = set()
        self.record = stamp_at(self._output / names.MANIFEST)
        """Stamp of the manifest."""
        self.is_behind = False
        """Whether the manifest is out of date."""

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Hold the lock. Raises `OvertakenError`, and `BuildError` if the lock cannot be taken."""
        with disk.translate_errors(self._output), lock.held(self._output, 10.0):
            if stamp_at(self._output / names.MANIFEST) != self.record:
                raise OvertakenError
            yield

    def put(self, path: str, data: bytes) -> None:
        """Write a file unless it is there already. Requires the lock."""
        digest = manifest.digest(data)
        place = f"{self._output}/{path}"
        if disk.blocker(str(self._output), path.rpartition("/")[0], {}) is not None:
            raise OvertakenError
        if self.files.get(path) == digest == disk.digest_of(Path(place)):
            return
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

    def delete(self, path: str) -> None:
        """Delete one of our files, and the folders that become empty. Requires the lock."""
        known: dict[str, str | None] = {}
        disk.delete(str(self._output), path, known)
        disk.prune(str(self._output), path, known)
        self.files.pop(path, None)
        self.is_behind = True

    def settle(self, record: manifest.Manifest) -> None:
        """Write the manifest of all files. Requires the lock."""
        disk.clear_staging(self._output)
        staging = self._output / names.STAGING
        staging.mkdir()
        manifest.write(self._output, record, staging / "0")
        staging.rmdir()
        (self._output / names.ADDED).unlink(missing_ok=True)
        self._new.clear()
        self.record = stamp_at(self._output / names.MANIFEST)
        self.is_behind = False

    def _announce(self, path: str) -> None:
        fault = names.fault(path)
        found = disk.status_of(f"{self._output}/{path}")
        if fault is not None or found is not None:
            raise OvertakenError  # a full build reports what is wrong
        if path not in self._new:
            list_ = os.open(self._output / names.ADDED, _APPEND, 0o666)
            with os.fdopen(list_, "a", encoding="utf-8") as file:
                file.write(f"{path}\n")
            self._new.add(path)
