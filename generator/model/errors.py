"""What can be wrong with a user's files, as a value and as an exception."""

from __future__ import annotations

import enum
import re

import msgspec

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Severity(enum.StrEnum):
    """What a problem does to a build."""

    ERROR = "error"
    """It fails, and the last good site stands."""
    WARNING = "warning"
    """It goes on without what is wrong, or after a guess; under `--strict` it fails."""
    NOTICE = "notice"
    """It does what is meant; worth knowing."""


class Problem(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """One fault in one file: where, what, and what to do next."""

    path: str
    """A file as the user knows it: a clipping's path below the content folder, or `digest.toml`."""
    line: int | None = None
    """Counted from 1; None where the whole file is meant."""
    message: str
    advice: str = ""
    severity: Severity = Severity.WARNING
    kind: str = ""
    """What sort of fault, in a word that stays the same between versions (docs/reference/problems.md)."""

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}" + (f"; {self.advice}" if self.advice else "")


class BroadsheetError(Exception):
    """The base of all that this package raises on purpose; its text lists every problem, one a line."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ConfigError(BroadsheetError):
    """The configuration or the command line cannot be used (exit code 2)."""


class BuildError(BroadsheetError):
    """The build cannot finish; the last good site stands (exit code 1)."""


class LossError(BuildError):
    """The build would delete what was perhaps not meant to go; it may be told to."""


def shown(path: str) -> str:
    r"""A path as messages print it: bytes that are not UTF-8, and control characters, as `\xff`."""
    if path.isprintable():
        return path
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
