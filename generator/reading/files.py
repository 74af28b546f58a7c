"""Read the bytes of a clipping's file, or report why they cannot be used."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from generator.model.errors import Problem, shown
from generator.reading.text import why_not_text

LARGEST = 16 * 1024 * 1024
"""Size limit of a clipping's file, in bytes."""


def file_bytes(content: str | Path, path: str) -> bytes | Problem:
    """Return the bytes of a text file, or the problem with reading it. It never blocks, even for a FIFO."""
    try:
        # A string, because building a Path takes as long as reading the file.
        file = os.open(f"{content}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            raw = _bytes_in(file, path)
        finally:
            os.close(file)
    except (OSError, ValueError) as error:
        # Python's message for a null byte in a name differs between versions.
        why = error.strerror if isinstance(error, OSError) else "its name holds a zero byte"
        return _unreadable(path, f"cannot be read: {why}", "check the file and its permissions")
    if isinstance(raw, bytes) and (why := why_not_text(raw)):
        return _unreadable(path, why, "save it as UTF-8 text, or name it in `ignore`")
    return raw


def _unreadable(path: str, message: str, advice: str) -> Problem:
    return Problem(path=shown(path), message=message, advice=advice, kind="unreadable")


def _bytes_in(file: int, path: str) -> bytes | Problem:
    """Return the content of a regular file, usually with one `read` call; a buffered stream needs two."""
    status = os.fstat(file)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        return _unreadable(path, "is not a regular file", "replace it by a file, or name it in `ignore`")
    if status.st_size > LARGEST:
        message = f"is larger than {LARGEST // 1024**2} MiB"
        return _unreadable(path, message, "shorten it, or name it in `ignore`")
    most = max(status.st_size, 4096) + 1
    part = os.read(file, most)
    if len(part) == status.st_size:
        return part  # a short read means end of file
    parts = []
    while part:
        parts.append(part)
        part = os.read(file, most)
    return b"".join(parts)
