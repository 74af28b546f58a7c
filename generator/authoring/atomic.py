"""A file of the curator's gets new bytes in one step, or keeps those that it has."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def replace(file: Path, content: bytes) -> None:
    """Write beside a file and rename onto it, keeping its permissions; a link's target is what changes.

    Its owner stays where the system lets us set it.

    Raises `OSError`, and then the file is as it was.
    """
    target = Path(os.path.realpath(file))
    owner = None
    try:
        status = target.stat()
        mode, owner = stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    # The name ends in `.tmp` and begins with a dot: `serve` takes it for what an editor leaves in passing.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if owner is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):  # only root may give files away
                os.chown(name, *owner)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
