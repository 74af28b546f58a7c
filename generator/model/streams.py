"""Standard output and standard error: a fault of theirs is told from a fault of any file."""

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
    """A standard stream takes no more; no `OSError`, for which click and rich have ways of their own."""

    def __init__(self, name: str, descriptor: int, fault: OSError) -> None:
        super().__init__(f"{name} cannot be written: {fault.strerror}")
        self._descriptor = descriptor
        self.is_unread = fault.errno == errno.EPIPE
        """Whether who read has gone, as in `broadsheet list | head`."""

    def let_go(self) -> None:
        """Lead the stream to nowhere, so that what it still holds is no fault when the process ends."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self._descriptor)


def tell(error: UnwrittenError) -> None:
    """Say that something cannot be printed, where anybody can hear it; quiet where nobody reads."""
    error.let_go()
    if error.is_unread:
        return
    try:
        click.echo(f"error: {error}", err=True)
    except UnwrittenError as other:
        other.let_go()


class _Guarded(io.FileIO):
    """What a standard stream writes to."""

    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream.fileno(), "w", closefd=False)
        self._told = name

    def write(self, content: ReadableBuffer, /) -> int:
        """Write some bytes; raises `UnwrittenError`."""
        try:
            return super().write(content)
        except OSError as error:
            raise UnwrittenError(self._told, self.fileno(), error) from error


def guard() -> None:
    """Let both streams raise `UnwrittenError`; one that the shell has closed takes all, and shows nothing."""
    for name, told in NAMES.items():
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)
        elif sys.platform != "win32":  # where a console is no file
            setattr(sys, name, _guarded(stream, told))


def _guarded(stream: TextIO, name: str) -> TextIO:
    buffer = io.BufferedWriter(_Guarded(stream, name))
    by_line = bool(stream.line_buffering)
    return io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=by_line)
