"""What a target has to offer: files by path, and a record that only changes hands knowingly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from generator.model.errors import BuildError, refusal
from generator.output import manifest
from generator.publish.compression import compressed
from generator.publish.kinds import Kind

RECORD = ".broadsheet-published.json"
"""The path of the record at a target."""

Done = Callable[[str], None]
"""Takes the path of a file that was uploaded or deleted. Called from any thread."""


class Stored(NamedTuple):
    """The record of a target as it was read."""

    data: bytes
    version: str
    """Names this state of the record. `Store.swap` takes it."""


ABSENT = ""
"""The version of a record that does not exist."""


class Upload(msgspec.Struct, frozen=True):
    """One file of the output folder."""

    root: str
    """The output folder."""
    path: str
    """The path in it, and at the target."""
    digest: str
    """The digest of its bytes, by the manifest. For a copy: that of its original, `.` and encoding."""
    kind: Kind = Kind.LISTS
    """What it is, for caches."""

    @property
    def encoding(self) -> str:
        """How it is compressed, if it is a copy that is made while it is uploaded; else empty."""
        return self.digest.partition(".")[2]

    @property
    def file(self) -> str:
        """The file on this machine, or the original of a copy."""
        return f"{self.root}/{self.path}".removesuffix(self.encoding and f".{self.encoding}")

    def read(self) -> bytes:
        """Return the bytes to upload. Raises `BuildError` if they are not what the build wrote."""
        try:
            with open(self.file, "rb") as stream:  # noqa: PTH123 - a Path costs more than the call
                data = stream.read()
        except OSError as error:
            raise refused(self.file, f"cannot be read: {error.strerror}", "build again") from error
        if manifest.digest(data) != self.digest.partition(".")[0]:
            raise refused(self.file, "is not what the build wrote", "build again")
        return compressed(data, self.encoding) if self.encoding else data


def refused(where: str | Path, message: str, advice: str = "") -> BuildError:
    """Return the error for a publish that cannot begin, or go on."""
    return refusal(where, message, advice, kind="host")


class TakenError(Exception):
    """Somebody else changed the record."""


class Store(Protocol):
    """A place for files. Its methods raise `BuildError`, and `TakenError` where they say so."""

    name: str
    """The address for messages, without secrets."""
    is_atomic: bool
    """Whether nothing changes for readers until `swap`, which then comes once, at the end."""

    def read(self) -> Stored | None:
        """Return the record; None if there is none. The first call of a publish."""

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record of a version, or `ABSENT`, and return the new version.

        Raises `TakenError` if the record there is another.
        """

    def list(self) -> Mapping[str, str]:
        """Return path → what is told of the file, such as a hash; without the record and our remains."""

    def matches(self, file: Upload, told: str) -> bool | None:
        """Return whether a listed file is the same as ours, by what is told of it; None if unclear."""

    def put(self, files: Sequence[Upload], done: Done) -> None:
        """Upload files in any order. Each one appears to readers as a whole."""

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files in any order. Missing ones are ignored."""

    def close(self) -> None:
        """Close connections."""
