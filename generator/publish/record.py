"""The record at a target: which files stand there, and who is publishing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

import msgspec

import generator
from generator.model.errors import BuildError
from generator.output import names
from generator.publish.store import refused

UNKNOWN = ""
"""Stands for a digest while a publish replaces the file: the old or the new one is there, complete.

A file that is in the way of a new one has it too: it is there, or not.
"""


class Publisher(msgspec.Struct, frozen=True, kw_only=True):
    """The process that is publishing."""

    host: str
    """The name of its machine, for people."""
    machine: str
    """The same for programs; empty if the system tells nothing that is unique."""
    process: int
    started: str
    """When the process started, as its system tells it. A later process may get the same number."""
    token: str
    """Random, so that no two records of two publishes are equal."""
    beat: int = 0
    """Grows while the process lives."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at a target."""

    format: Literal[1] = 1
    generator: str = generator.__version__
    as_of: dt.date
    """The day that counted as today in the build that was published."""
    built: dt.datetime | None = None
    """When that build last changed a file."""
    is_guarded: bool = True
    """Whether the host tells, when a new file is uploaded, that somebody else has put one there."""
    files: Mapping[str, str]
    """Path → digest, as in the manifest of a build, or `UNKNOWN`."""
    incoming: Mapping[str, str] = {}
    """Path → digests, with spaces between them, of new files that unfinished publishes may have uploaded."""
    retired: Mapping[str, int] = {}
    """Path of a file that left the site → the number of publishes that it outlives."""
    untold: Mapping[str, tuple[str, ...]] = {}
    """Service that follows a publish → the paths of which it has yet to be told."""
    publisher: Publisher | None = None
    """Who is publishing; None if nobody is."""

    @property
    def is_finished(self) -> bool:
        """Whether the last publish reached its end."""
        return not (
            self.publisher or self.incoming or UNKNOWN in self.files.values() or 0 in self.retired.values()
        )


def encode(record: Record) -> bytes:
    """Return the record as JSON, one file a line in order, of which versions differ in few lines."""
    in_order = msgspec.structs.replace(
        record,
        files=dict(sorted(record.files.items())),
        incoming=dict(sorted(record.incoming.items())),
        retired=dict(sorted(record.retired.items())),
    )
    return msgspec.json.format(msgspec.json.encode(in_order), indent=1) + b"\n"


def decode(data: bytes, target: str) -> Record:
    """Return a record from its bytes. Raises `BuildError` if it is damaged, or names impossible paths."""
    try:
        record = msgspec.json.decode(data, type=Record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _useless(target, f"is damaged or of another version ({error})") from error
    for paths in (record.files, record.incoming, record.retired):
        if (found := names.first_fault(paths)) is not None:
            path, fault = found
            what = f"lists a file that Broadsheet never publishes: {path[:200]!r} {fault}"
            raise _useless(target, what)
    return record


def _useless(target: str, what: str) -> BuildError:
    advice = "delete the record there; the next publish lists the files and asks"
    return refused(target, f"the record of what was published {what}", advice)
