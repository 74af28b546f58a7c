"""Write outputs as a transaction: stage them next to their places, then swap in those that differ.

The order of a commit guarantees that a process killed at any moment leaves complete files, all known as ours:

1. Write the manifest of old and new names together.
2. Delete old files where a folder must be, and the reverse; then create the new folders.
3. Rename each staged file, or a new folder with all its files, into place.
4. Delete what only the old manifest lists, and folders that become empty.
5. Write the new manifest.

Nothing is flushed to disk (fsync). The clippings are the source of truth, a build after a power failure
compares bytes and rewrites damaged files, and 140,000 flushes would take longer than the build.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import stat
from collections.abc import Collection, Iterable, Mapping
from itertools import filterfalse
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from generator.config.options import Written
from generator.model.errors import BuildError, refusal
from generator.output import disk, lock, manifest, names
from generator.output.folder import (
    check_is_folder,
    check_usable,
    check_writable,
    foreign_names_in,
    own_manifest,
    record_of,
)
from generator.output.staging import Staging, make

_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
"""Flags for opening a staged file."""
_SHOWN = 300
"""Number of characters of a path that a message shows."""


class Slot(msgspec.Struct, frozen=True):
    """Where one output goes. A plain value, so that another process can stage it.

    Not `kw_only`, because that makes pickling slower.
    """

    place: str
    staged: str
    folder: str
    """The folder to create before staging; empty for none."""
    is_foreign: bool
    """Whether somebody else's file is there. It may stay only if it has exactly the bytes to be written."""
    afresh: bool
    """Whether to write even what is on disk already."""
    is_free: bool
    """Whether nothing is there that could have the same bytes."""


def stage(slot: Slot, data: bytes) -> tuple[str, bool]:
    """Stage one output unless the file on disk has the same bytes.

    Return its digest, and whether it was staged.
    """
    digest = manifest.digest(data)
    if not (slot.afresh or slot.is_free) and _has_bytes(slot.place, data):
        return digest, False
    if not slot.is_foreign:
        _write(slot, data)
    return digest, True


def _write(slot: Slot, data: bytes) -> None:
    """Write a file with as few system calls as possible, because a build writes thousands of small ones."""
    try:
        descriptor = os.open(slot.staged, _NEW, 0o666)
    except FileNotFoundError:
        make(slot.folder)
        descriptor = os.open(slot.staged, _NEW, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def _has_bytes(place: str, data: bytes) -> bool:
    if not _is_of_size(disk.status_of(place), len(data)):
        return False
    with open(place, "rb") as file:
        return file.read() == data


class Transaction:
    """The outputs of one build: `keep`, `put` or `copy` each, then `commit`, in a `with` block.

    Outputs of other processes use `slot`, `stage` and `take`.

    Leaving the block without a commit, or by an exception, leaves the site unchanged. Every refusal is a
    `BuildError` with advice, raised before anything is changed. Waits up to `patience` seconds while another
    build holds the lock.
    """

    def __init__(self, output: Path, as_of: dt.date, *, patience: float = 10.0, afresh: bool = False) -> None:
        self._output = output
        self._afresh = afresh
        self._root = str(output)
        self._as_of = as_of
        self._patience = patience
        self._exit = contextlib.ExitStack()
        self._old: Mapping[str, str] = {}
        self._keys: dict[str, str] = {}
        """Path of an old file → key that is equal for the same file on some file system."""
        self._files: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._staged: dict[str, str] = {}
        self._staging = Staging(self._root, is_empty=False)
        self._known: dict[str, str | None] = {}
        self._to_empty: list[str] = []
        self._is_empty = False
        """Whether the folder was empty, so that no place needs to be checked."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo, disk.translate_errors(self._output):
            check_usable(self._output)
            is_new = not self._output.exists()
            undo.enter_context(lock.held(self._output, self._patience))
            if is_new:
                undo.callback(_remove_if_empty, self._output)
            old = own_manifest(self._output)
            self._old = old.files if old else {}
            self._keys = {path: names.folded(path) for path in self._old}
            self._is_empty = not self._old and disk.is_empty(self._output)
            disk.clear_staging(self._output)
            undo.callback(disk.clear_staging, self._output)
            _make_staging(self._output)
            self._staging = Staging(self._root, is_empty=self._is_empty)
            self._exit = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with disk.translate_errors(self._output):
            self._exit.close()

    @property
    def old(self) -> Mapping[str, str]:
        """Path → digest of the files that earlier builds wrote."""
        return self._old

    @property
    def files(self) -> Mapping[str, str]:
        """Path → digest of the files that exist after a commit."""
        return self._files

    @property
    def staged(self) -> Collection[str]:
        """The outputs that differ from those on disk."""
        return self._staged.keys()

    def keep(self, paths: Iterable[str]) -> None:
        """Keep files of earlier builds. Must be called before anything is added."""
        kept = [*paths]
        self._files |= {path: self._old[path] for path in kept}
        keys = {self._keys[path]: path for path in kept}
        self._names |= keys
        parents = {key.rpartition("/")[0]: path for key, path in keys.items() if "/" in key}
        for folder, path in parents.items():
            for above in (folder, *names.folders(folder)):
                self._parents.setdefault(above, path)

    def slot(self, path: str) -> Slot:
        """Return the slot of an output that is staged elsewhere, to be passed to `take` afterwards."""
        with disk.translate_errors(self._output):
            self._claim(path)
            found = None if self._is_empty else self._existing(path)
            staged, folder = self._staging.place(path)
            return Slot(
                place=f"{self._root}/{path}",
                staged=staged,
                folder=folder,
                is_foreign=found is not None
                and path not in self._old
                and not self._is_old_in_other_case(path),
                afresh=self._afresh,
                is_free=found is None,
            )

    def take(self, path: str, slot: Slot, digest: str, *, is_staged: bool) -> None:
        """Record the result of `stage` for a slot."""
        if is_staged:
            if slot.is_foreign:
                raise refusal(
                    self._output / path,
                    "is not Broadsheet's, but has the name of a file of the site",
                    "move it to static/, or delete it",
                )
            self._staged[path] = slot.staged
        self._files[path] = digest

    def put(self, path: str, data: bytes) -> None:
        """Stage one file, unless the one on disk has the same bytes."""
        slot = self.slot(path)
        with disk.translate_errors(self._output):
            digest, is_staged = stage(slot, data)
        self.take(path, slot, digest, is_staged=is_staged)

    def copy(self, path: str, source: Path) -> None:
        """Stage the copy of a file, unless the one on disk has the same bytes."""
        digest, size = _digest_of(source), source.stat().st_size
        slot = self.slot(path)
        with disk.translate_errors(self._output):
            place = Path(slot.place)
            is_there = not slot.afresh and _is_of_size(disk.status_of(slot.place), size)
            is_staged = not (is_there and _digest_of(place) == digest)
            if is_staged and not slot.is_foreign:
                make(slot.folder)
                shutil.copyfile(source, slot.staged)
        self.take(path, slot, digest, is_staged=is_staged)

    def commit(self) -> Written:
        """Put everything in place, and delete what earlier builds wrote and this one did not."""
        with disk.translate_errors(self._output):
            obsolete = [*filterfalse(self._files.__contains__, self._old)]
            self._check_places()
            new = manifest.Manifest(as_of=self._as_of, files=self._files)
            if self._staged or obsolete:
                in_transit = dict.fromkeys([*obsolete, *self._staged], manifest.IN_TRANSIT)
                between = msgspec.structs.replace(new, files=self._files | in_transit)
                manifest.write(self._output, between, _staged_manifest(self._output))
            deleted = self._replace(obsolete)
            manifest.write(self._output, new, _staged_manifest(self._output))
            (self._output / names.ADDED).unlink(missing_ok=True)
        kept = len(self._files) - len(self._staged)
        return Written(written=len(self._staged), kept=kept, deleted=deleted)

    def _replace(self, obsolete: list[str]) -> int:
        """Perform steps 2 to 4 of the commit. Return the number of files deleted."""
        deleted = sum(self._delete(path) for path in obsolete if self._is_in_the_way(path))
        for path in self._to_empty:
            for folder in reversed(disk.entries_below(self._root, path)[0]):
                os.rmdir(f"{self._root}/{folder}")
        self._known.clear()
        self._staging.swap_in(self._staged)
        deleted += sum(self._delete(path) for path in obsolete)
        for path in obsolete:
            disk.prune(self._root, path, self._known)
        return deleted

    def _claim(self, path: str) -> None:
        """Check a new path against all others."""
        fault = names.fault(path)
        if fault is not None:
            raise refusal(path, f"cannot be the name of an output file: it {fault}", "rename it")
        key = names.folded(path)
        above = names.folders(key)
        other = self._names.get(key) or self._parents.get(key)
        other = other or next((self._names[folder] for folder in above if folder in self._names), None)
        if other is not None:
            raise _collision(path, other)
        self._names[key] = path
        for folder in above:
            self._parents.setdefault(folder, path)

    def _existing(self, path: str) -> os.stat_result | None:
        """Return the status of a file's place; None if it is free, or is cleared by the commit."""
        blocker = disk.blocker(self._root, path.rpartition("/")[0], self._known)
        if blocker is not None:
            if blocker in self._old:
                return None
            raise refusal(
                self._output / blocker,
                f"is not Broadsheet's, but is where `{path}` needs a folder",
                "move it away, or rename it",
            )
        found = disk.status_of(f"{self._root}/{path}")
        if found is not None and stat.S_ISDIR(found.st_mode):
            self._to_empty.append(path)
            return None
        return found

    def _is_old_in_other_case(self, path: str) -> bool:
        """Return whether a file of an earlier build is this one, on a case-insensitive file system."""
        key = names.folded(path)
        old = next((old for old, own in self._keys.items() if own == key), None)
        return old is not None and _is_same_file(f"{self._root}/{old}", f"{self._root}/{path}")

    def _check_places(self) -> None:
        """Refuse what would fail half-way through the commit."""
        for folder in self._to_empty:
            for path in disk.entries_below(self._root, folder)[1]:
                if path not in self._old:
                    raise refusal(
                        self._output / (path if len(path) <= _SHOWN else folder),
                        f"is not Broadsheet's, but is where the site needs the file `{folder}`",
                        "move it away",
                    )
        folders = {""} if self._is_empty else {path.rpartition("/")[0] for path in self._staged}
        for folder in sorted(folders):
            place = f"{self._root}/{folder}"
            if os.path.isdir(place):
                check_writable(place)

    def _is_in_the_way(self, path: str) -> bool:
        key = names.folded(path)
        return key in self._parents or any(folder in self._names for folder in names.folders(key))

    def _delete(self, path: str) -> bool:
        new = self._names.get(names.folded(path))
        if new is not None and _is_same_file(f"{self._root}/{new}", f"{self._root}/{path}"):
            return False
        return disk.delete(self._root, path, self._known)


def clean(output: Path, *, patience: float = 10.0) -> int:
    """Delete the files that the manifest lists, and the manifest. Return the number of files deleted.

    If other files remain, an empty manifest stays, so that the next build recognises the folder. A missing or
    empty folder is clean. Raises `BuildError` for a folder with other files and no manifest.
    """
    with disk.translate_errors(output):
        check_is_folder(output, output)
        if not output.exists():
            return 0
        with lock.held(output, patience):
            record = own_manifest(output)
            old = record.files if record else {}
            known: dict[str, str | None] = {}
            disk.clear_staging(output)
            deleted = sum(disk.delete(str(output), path, known) for path in old)
            for path in old:
                disk.prune(str(output), path, known)
            if record and foreign_names_in(output):
                _make_staging(output)
                empty = msgspec.structs.replace(record, files={})
                manifest.write(output, empty, _staged_manifest(output))
                disk.clear_staging(output)
            else:
                record_of(output).unlink(missing_ok=True)
            (output / names.ADDED).unlink(missing_ok=True)
            _remove_if_empty(output)
    return deleted


def _staged_manifest(output: Path) -> Path:
    return output / names.STAGING / "0"


def _make_staging(output: Path) -> None:
    staging = output / names.STAGING
    staging.mkdir()
    (staging / names.OWNER).write_text(f"{os.getpid()}\n", "utf-8")


def _collision(path: str, other: str) -> BuildError:
    if path == other:
        what = "is the address of two outputs"
    elif names.folded(path) == names.folded(other):
        what = f"is the same file as `{other}` on file systems that ignore case or normalise Unicode"
    else:
        what = f"conflicts with `{other}`: one is a file where the other needs a folder"
    return refusal(path, what, "rename the one that is in `static/` or is an alias")


def _digest_of(file: Path) -> str:
    """Return the digest of a file to be copied."""
    try:
        with file.open("rb") as stream:
            return manifest.digest_of(stream)
    except OSError as error:
        raise refusal(
            file, f"cannot be read: {error.strerror}", "check that it exists and may be read"
        ) from error


def _is_of_size(found: os.stat_result | None, size: int) -> bool:
    return found is not None and stat.S_ISREG(found.st_mode) and found.st_size == size


def _is_same_file(one: str, other: str) -> bool:
    first, second = disk.status_of(one), disk.status_of(other)
    return first is not None and second is not None and os.path.samestat(first, second)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
