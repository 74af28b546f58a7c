"""Inspect and change an output folder without following links, and translate the system's errors."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

import msgspec

from generator.cache.stamps import Stamp, entries_in, stamp_of
from generator.cache.versions import hashed
from generator.model.errors import refusal
from generator.output import manifest, names

_OURS = frozenset({names.MANIFEST, names.STAGING, names.ADDED})
_SYSTEM_FILES = frozenset({".DS_Store"})
"""What file managers leave behind. It belongs to nobody."""

_NOTE = 200
"""Number of bytes of a small file that are read."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM}


@contextlib.contextmanager
def translate_errors(output: Path) -> Iterator[None]:
    """Turn the operating system's errors into `BuildError`."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or output
        if isinstance(where, bytes | str):
            where = Path(os.fsdecode(where))
        if error.errno in _FULL:
            raise refusal(where, "the disk is full", "free some space and build again") from error
        if error.errno == errno.ENAMETOOLONG:
            advice = names.or_elsewhere("delete the files that are nested so deep", output)
            raise refusal(output, "holds a path that is too long for this system", advice) from error
        if error.errno == errno.EROFS:
            advice = names.or_elsewhere("make it writable", output)
            raise refusal(where, "is on a read-only file system", advice) from error
        if error.errno in _DENIED:
            advice = names.or_elsewhere("change its owner or its permissions", output)
            raise refusal(where, "is not writable", advice) from error
        raise refusal(where, f"cannot be written: {error.strerror or error}") from error


def status_of(file: str) -> os.stat_result | None:
    """Return the status of a path without following a link; None if nothing exists there."""
    try:
        return os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_note(file: Path) -> str:
    """Return the start of a small file; empty if it is not text or not a regular file."""
    try:
        # Opening a pipe would block, and a link could lead to an endless file.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return ""
    try:
        return (
            os.read(descriptor, _NOTE).decode().strip() if stat.S_ISREG(os.fstat(descriptor).st_mode) else ""
        )
    except (OSError, UnicodeDecodeError):
        return ""
    finally:
        os.close(descriptor)


def blocker(root: str, folder: str, known: MutableMapping[str, str | None]) -> str | None:
    """Return the first of a folder's parts, itself included, that is not a real folder; None if all are.

    A missing part does not count. A link counts wherever it leads, because what is written or deleted behind
    it may be outside. `known` caches answers between calls.
    """
    if not folder:
        return None
    if folder not in known:
        above = blocker(root, folder.rpartition("/")[0], known)
        if above is None:
            found = status_of(f"{root}/{folder}")
            above = None if found is None or stat.S_ISDIR(found.st_mode) else folder
        known[folder] = above
    return known[folder]


def entries_below(root: str, folder: str) -> tuple[list[str], list[str]]:
    """Return all folders in a folder, parents first, and all other entries in them.

    Paths are below `root`; the folder itself comes first. Links are not followed.
    """
    folders: list[str] = [folder]
    files: list[str] = []
    for one in folders:
        with os.scandir(f"{root}/{one}") as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                (folders if is_folder else files).append(f"{one}/{entry.name}")
    return folders, files


def delete_all(folder: str) -> None:
    """Delete a folder with all its contents, however deep. Links are deleted, not followed.

    Inner folders are first moved up, because a path to the deepest one may be longer than the system allows.
    """
    folders = _delete_files(folder)
    while folders:
        one = folders.pop()
        for inner in _delete_files(one):
            folders.append(f"{folder}/{secrets.token_hex(8)}")
            os.rename(inner, folders[-1])
        os.rmdir(one)
    os.rmdir(folder)


def _delete_files(folder: str) -> list[str]:
    """Delete everything in a folder except its folders. Return the paths of these."""
    folders = []
    with contextlib.suppress(OSError):  # a folder of another user may be deletable nevertheless
        os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                os.unlink(entry.path)
    return folders


def stamps(output: Path) -> dict[str, Stamp]:
    """Return path → stamp of all regular files below an output folder, without our records.

    Links are not followed. What cannot be read, or is too deep for the system, counts as missing.
    """
    found: dict[str, Stamp] = {}
    folders = [""]
    while folders:
        prefix = folders.pop()
        try:
            with entries_in(f"{output}/{prefix}") as entries:
                for entry in entries:
                    name = entry.name
                    if not prefix and name in _OURS:
                        continue
                    if entry.is_file(follow_symlinks=False):
                        found[prefix + name] = stamp_of(entry.stat(follow_symlinks=False))
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(f"{prefix}{name}/")
        except OSError:
            continue
    return found


def mark_of(stamps: Mapping[str, Stamp]) -> bytes:
    """Return a hash of the files' paths and stamps."""
    paths = sorted(stamps)
    named = "\0".join(paths).encode("utf-8", "surrogateescape")
    return hashed(named, msgspec.msgpack.encode([*map(stamps.__getitem__, paths)]), size=16)


def digest_of(file: Path) -> str:
    """Return the digest of a file as in a manifest; empty if it cannot be read."""
    try:
        with file.open("rb") as stream:
            return manifest.digest_of(stream)
    except OSError:
        return ""


def foreign_names(output: Path) -> list[str]:
    """Return the names in an output folder that are not Broadsheet's own records, sorted."""
    return sorted(set(os.listdir(output)) - _OURS - _SYSTEM_FILES)


def is_empty(output: Path) -> bool:
    """Return whether an output folder contains only Broadsheet's own records."""
    return _OURS.issuperset(os.listdir(output))


def delete(root: str, path: str, known: MutableMapping[str, str | None]) -> bool:
    """Delete one file or link, but no folders, and nothing behind a link. Return whether it was deleted."""
    if blocker(root, path.rpartition("/")[0], known) is not None:
        return False
    found = status_of(f"{root}/{path}")
    if found is None or not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return False
    os.unlink(f"{root}/{path}")
    return True


def prune(root: str, path: str, known: MutableMapping[str, str | None]) -> None:
    """Delete the empty folders above a path, up to the output folder."""
    for folder in names.folders(path):
        if blocker(root, folder, known) is not None:
            return
        try:
            os.rmdir(f"{root}/{folder}")
        except FileNotFoundError:
            continue
        except OSError:
            return


def clear_staging(output: Path) -> None:
    """Delete a staging folder with our files in it."""
    staging = output / names.STAGING
    found = status_of(str(staging))
    if found is None:
        return
    if not stat.S_ISDIR(found.st_mode):
        raise refusal(staging, "is in the place where Broadsheet keeps unfinished files", "move it away")
    with os.scandir(staging) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name.startswith(names.TREE):
                    shutil.rmtree(entry.path)
            elif entry.name.isdecimal() or entry.name == names.OWNER:
                os.unlink(entry.path)
    try:
        staging.rmdir()
    except OSError as error:
        raise refusal(staging, "holds files that are not Broadsheet's", "move them away") from error
