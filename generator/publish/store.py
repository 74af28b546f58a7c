"""What a target has to offer: files by path, and a record that only changes hands knowingly."""

from __future__ import annotations

import enum
import re
import stat
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


class Replaces(enum.Enum):
    """What an upload may replace."""

    NOTHING = enum.auto()
    """The file is new: whatever stands in its place is somebody else's."""
    OURS = enum.auto()
    """A file. A link is somebody else's."""
    ANYTHING = enum.auto()
    """Files and links of others too: somebody has agreed."""


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
    replaces: Replaces = Replaces.OURS
    """What may stand in its place."""
    measured: Callable[[str, int], None] = lambda _path, _size: None
    """Takes the path and the size of what was read."""

    def is_kept_out(self, mode: int | None) -> bool:
        """Return whether what has a mode stands in its place and may not be replaced. None: nothing does."""
        if mode is None or self.replaces is Replaces.ANYTHING:
            return False
        return self.replaces is Replaces.NOTHING or not stat.S_ISREG(mode)

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
        data = compressed(data, self.encoding) if self.encoding else data
        self.measured(self.path, len(data))
        return data


def refused(where: str | Path, message: str, advice: str = "") -> BuildError:
    """Return the error for a publish that cannot begin, or go on."""
    return refusal(where, message, advice, kind="host")


_ADVICE = (
    ("no space left|quota exceeded|insufficient ?storage|storagefull", "free some space, and publish again"),
    ("TimeTooSkewed", "set the clock of this machine"),
    (
        "auth(entication)? ?failed|could not read (username|password)",
        "check the credentials; docs/guide/publish.md says where they are kept",
    ),
    ("expired ?token|token .*expired", "get new credentials; docs/guide/publish.md says where they are kept"),
)
"""What programs and hosts say of an error → what to do about it."""


def advice_on(said: str, otherwise: str) -> str:
    """Return what to do about an error, by what a program or host says of it."""
    return next((advice for sign, advice in _ADVICE if re.search(sign, said, re.IGNORECASE)), otherwise)


class TakenError(Exception):
    """Somebody else changed the record."""


class OutrunError(TakenError):
    """An earlier publish from this folder changed it: it was killed, and its last request was not."""


class Store(Protocol):
    """A place for files. Its methods raise `BuildError`, and `TakenError` where they say so."""

    name: str
    """The address for messages, without secrets."""
    is_atomic: bool
    """Whether nothing changes for readers until `swap`, which then comes once, at the end."""
    is_guarded: bool
    """Whether `put` finds out what stands in the place of new files. Known after the first `swap`."""
    has_folders: bool
    """Whether no file can be uploaded below the path of a file of others."""

    @property
    def discards(self) -> Sequence[str]:
        """What besides files a publish would destroy, as questions. Known after `read`."""

    def read(self) -> Stored | None:
        """Return the record; None if there is none. The first call of a publish."""

    def swap(self, data: bytes, version: str) -> str:
        """Replace the record of a version, or `ABSENT`, and return the new version.

        Raises `TakenError` if the record there is another. After `OutrunError`, `read` finds that one.
        """

    def list(self) -> Mapping[str, str]:
        """Return path → what is told of the file, such as a hash; without the record and our remains."""

    def matches(self, file: Upload, told: str) -> bool | None:
        """Return whether a listed file is the same as ours, by what is told of it; None if unclear."""

    def put(self, files: Sequence[Upload], done: Done) -> Sequence[str]:
        """Upload files in any order. Each one appears to readers as a whole. Links are never followed.

        Returns the paths of those that were not uploaded, because something stands there that they may not
        replace.
        """

    def digests(self, paths: Sequence[str]) -> Mapping[str, str]:
        """Return path → digest of the files there that Broadsheet may have uploaded, by their content."""

    def delete(self, paths: Iterable[str], done: Done) -> None:
        """Delete files in any order. Missing ones are ignored; links stay.

        `done` is called for what was deleted. Where the host does not tell, that is each file.
        """

    def close(self) -> None:
        """Close connections."""
