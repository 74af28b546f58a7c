"""What stands in an output folder, seen without following links; and what goes wrong with disks, in words."""

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
from generator.model.errors import BuildError, Problem, Severity
from generator.output import manifest, names

_OURS = frozenset({names.MANIFEST, names.STAGING, names.ADDED})
_SYSTEM_FILES = frozenset({".DS_Store"})
"""What a file browser leaves behind; nobody's work."""

_NOTE = 200
"""Bytes of a small file that are read."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM}


def refusal(path: str | Path, message: str, advice: str = "") -> BuildError:
    """The error for something that a build may not do."""
    return BuildError(
        Problem(path=str(path), message=message, advice=advice, severity=Severity.ERROR, kind="output")
    )


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
            raise refusal(where, "no room is left on the disk", "make room and build again") from error
        if error.errno == errno.ENAMETOOLONG:
            advice = names.or_elsewhere("delete what lies that deep", output)
            raise refusal(output, "holds a path that is too long for this system", advice) from error
        if error.errno == errno.EROFS:
            advice = names.or_elsewhere("let it be written there", output)
            raise refusal(where, "lies on a file system that is read-only", advice) from error
        if error.errno in _DENIED:
            advice = names.or_elsewhere("change its owner or its permissions", output)
            raise refusal(where, "may not be written", advice) from error
        raise refusal(where, f"cannot be written: {error.strerror or error}") from error


def look(file: str) -> os.stat_result | None:
    """What stands at a path, a link as itself; None for nothing."""
    try:
        return os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return None


def note_in(file: Path) -> str:
    """The beginning of a small file that may be anything; empty where it is no text, or no regular file."""
    try:
        # A pipe would be waited for, and a link could lead to what never ends.
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
    """The first of a folder's parts, itself included, that is no real folder, or None.

    A part that does not exist blocks nothing. A link counts as a blocker wherever it leads, since what is
    written or deleted behind it may lie outside. `known` keeps answers for the next call.
    """
    if not folder:
        return None
    if folder not in known:
        above = blocker(root, folder.rpartition("/")[0], known)
        if above is None:
            found = look(f"{root}/{folder}")
            above = None if found is None or stat.S_ISDIR(found.st_mode) else folder
        known[folder] = above
    return known[folder]


def below(root: str, folder: str) -> tuple[list[str], list[str]]:
    """The folders in a folder, at any depth, each after those above it, and all else in them.

    Paths are below `root`; the folder itself is the first. Links are not followed.
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
    """Delete a folder with all that is in it, however deep; of links, the links alone.

    Folders in folders are moved up before: a path to the deepest may be longer than the system allows.
    """
    folders = _without_files(folder)
    while folders:
        one = folders.pop()
        for inner in _without_files(one):
            folders.append(f"{folder}/{secrets.token_hex(8)}")
            os.rename(inner, folders[-1])
        os.rmdir(one)
    os.rmdir(folder)


def _without_files(folder: str) -> list[str]:
    """Delete all that is in a folder but folders; the paths of these."""
    folders = []
    with contextlib.suppress(OSError):  # somebody else's may be deleted all the same
        os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                os.unlink(entry.path)
    return folders


def stamps(output: Path) -> dict[str, Stamp]:
    """The stamps of all regular files below an output folder but our records, by path.

    Links are not followed. What cannot be looked into, or lies too deep for the system, counts as absent.
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
    """A hash of the files that stand somewhere and of their stamps."""
    paths = sorted(stamps)
    named = "\0".join(paths).encode("utf-8", "surrogateescape")
    return hashed(named, msgspec.msgpack.encode([*map(stamps.__getitem__, paths)]), size=16)


def digest_of(file: Path) -> str:
    """The digest of a file as a manifest has it; empty where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return manifest.digest_of(stream)
    except OSError:
        return ""


def strangers(output: Path) -> list[str]:
    """Names in an output folder that are not Broadsheet's own records, sorted."""
    return sorted(set(os.listdir(output)) - _OURS - _SYSTEM_FILES)


def is_empty(output: Path) -> bool:
    """Whether an output folder holds nothing but Broadsheet's own records."""
    return _OURS.issuperset(os.listdir(output))


def delete(root: str, path: str, known: MutableMapping[str, str | None]) -> bool:
    """Delete one file or link; leaves folders, and all that stands behind a link. Whether it did."""
    if blocker(root, path.rpartition("/")[0], known) is not None:
        return False
    found = look(f"{root}/{path}")
    if found is None or not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return False
    os.unlink(f"{root}/{path}")
    return True


def prune(root: str, path: str, known: MutableMapping[str, str | None]) -> None:
    """Delete the folders above a path that are empty, up to the output folder."""
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
    """Delete a staging folder with the files that we put there."""
    staging = output / names.STAGING
    found = look(str(staging))
    if found is None:
        return
    if not stat.S_ISDIR(found.st_mode):
        raise refusal(staging, "stands where Broadsheet keeps unfinished files", "move it away")
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
