"""Detect that standard output or standard error cannot be written, as distinct from a file."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAMES = {"stdout": "standard output", "stderr": "standard error"}


class UnwrittenError(Exception):
    """A standard stream cannot be written. Not an `OSError`, because click and rich handle those."""

    def __init__(self, name: str, descriptor: int, fault: OSError) -> None:
        super().__init__(f"{name} cannot be written: {fault.strerror}")
        self._descriptor = descriptor
        self.is_unread = fault.errno == errno.EPIPE
        """Whether the reading process has ended, as in `broadsheet list | head`."""

    def discard_rest(self) -> None:
        """Redirect the stream to /dev/null, so that buffered output causes no error when the process ends."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._descriptor)


def report(error: UnwrittenError) -> None:
    """Redirect the stream to /dev/null, and report the error unless the reading process has ended."""
    error.discard_rest()
    if error.is_unread:
        return
    try:
        click.echo(f"error: {error}", err=True)
    except UnwrittenError as other:
        other.discard_rest()


class _GuardedFile(io.FileIO):
    """The file of a standard stream, which raises `UnwrittenError`."""

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream.fileno(), "w", closefd=False)
        self._stream_name = name

    def write(self, content: ReadableBuffer, /) -> int:
        """Write some bytes. Raises `UnwrittenError`."""
        try:
            return super().write(content)
        except OSError as error:
            raise UnwrittenError(self._stream_name, self.fileno(), error) from error


def guard() -> None:
    """Make both streams raise `UnwrittenError`. If the shell has closed a stream, discard its output."""
    for name, display_name in NAMES.items():
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            discard = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - never closed
            setattr(sys, name, discard)
        elif sys.platform != "win32":  # where a console is not a file
            setattr(sys, name, _guarded_stream(stream, display_name))


def _guarded_stream(stream: TextIO, name: str) -> TextIO:
    buffer = io.BufferedWriter(_GuardedFile(stream, name))
    by_line = bool(stream.line_buffering)
    return io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=by_line)
