"""Lock an output folder, so that only one build at a time uses it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from generator.model.errors import BuildError, refusal
from generator.output import disk, names

if sys.platform != "win32":
    import fcntl

_PAUSE = 0.05


@contextlib.contextmanager
def held(output: Path, patience: float) -> Iterator[None]:
    """Hold the lock of an output folder during a `with` block. Creates the folder if needed.

    The folder itself is locked, so no lock file is left behind, and the system releases the lock when the
    process dies. Where folders cannot be locked (Windows, some network file systems) there is no lock. Waits
    up to `patience` seconds for another build, then raises `BuildError` with the number of its process.
    """
    if sys.platform == "win32":  # pragma: no cover
        output.mkdir(parents=True, exist_ok=True)
        yield
        return
    folder = _locked(output, patience)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # no locks on this file system
            fcntl.flock(folder, fcntl.LOCK_UN)  # needed because a forked worker may have it open too
        os.close(folder)


def _locked(output: Path, patience: float) -> int:
    """Return the file descriptor of the locked folder."""
    deadline = time.monotonic() + patience
    while True:
        folder = _try(output)
        if folder is not None:
            return folder
        if time.monotonic() >= deadline:
            raise _busy(output)
        time.sleep(_PAUSE)


def _try(output: Path) -> int | None:
    output.mkdir(parents=True, exist_ok=True)
    try:
        folder = os.open(output, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None  # its last holder has just deleted the empty folder
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(output.stat(), os.fstat(folder)):
            return folder
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        return folder  # a file system without locks
    os.close(folder)
    return None


def _busy(output: Path) -> BuildError:
    owner = disk.read_note(output / names.STAGING / names.OWNER)
    by = f" (process {owner})" if owner.isdecimal() else ""
    advice = names.or_elsewhere("wait until it is done", output)
    return refusal(output, f"another build{by} is writing to this folder", advice)
