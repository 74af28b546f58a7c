"""Replace a file atomically: it gets the new bytes, or keeps the old ones."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def replace(file: Path, content: bytes) -> None:
    """Write a temporary file beside a file and rename it into place, keeping permissions.

    The target of a link is replaced. The owner is kept if the system allows it. Raises `OSError`, and then
    the file is unchanged.
    """
    target = Path(os.path.realpath(file))
    owner = None
    try:
        status = target.stat()
        mode, owner = stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    # With a leading dot and `.tmp`, `serve` treats it as a temporary file of an editor.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if owner is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):  # only root may change the owner
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
