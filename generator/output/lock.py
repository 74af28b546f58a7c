"""One build at a time on one output folder."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from generator.model.errors import BuildError
from generator.output import disk, names

if sys.platform != "win32":
    import fcntl

_PAUSE = 0.05


@contextlib.contextmanager
def held(output: Path, patience: float) -> Iterator[None]:
    """Hold the output folder for the length of a `with` block; makes it where it does not exist.

    The lock is on the folder itself: no file of it is left over, and the system lets go of it when the
    process dies. Where folders cannot be locked (Windows, some network file systems) there is none. Waits up
    to `patience` seconds for another build, then raises `BuildError` saying which process it is.
    """
    if sys.platform == "win32":  # pragma: no cover
        output.mkdir(parents=True, exist_ok=True)
        yield
        return
    folder = _locked(output, patience)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # where there are no locks
            fcntl.flock(folder, fcntl.LOCK_UN)  # a worker that is a copy of this process may have it open too
        os.close(folder)


def _locked(output: Path, patience: float) -> int:
    """The locked folder's descriptor."""
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
        return None  # its last holder has just taken the empty folder away
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
    owner = disk.note_in(output / names.STAGING / names.OWNER)
    by = f" (process {owner})" if owner.isdecimal() else ""
    advice = names.or_elsewhere("wait until it is done", output)
    return disk.refusal(output, f"another build{by} is writing to this folder", advice)
