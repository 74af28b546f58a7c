"""Describe what is wrong with a user's files, as values and as exceptions."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Severity(enum.StrEnum):
    """The effect of a problem on a build."""

    ERROR = "error"
    """The build fails, and the last successful one stays in place."""
    WARNING = "warning"
    """The build continues without the faulty part, or after a guess. With `--strict`, it fails."""
    NOTICE = "notice"
    """The build does what you intend, but you should know about it."""


class Problem(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """One fault in one file: where it is, what it is, and what to do about it."""

    path: str
    """The file as the user knows it: a clipping's path in the content folder, or `digest.toml`."""
    line: int | None = None
    """Counted from 1; None if the problem concerns the whole file."""
    message: str
    advice: str = ""
    severity: Severity = Severity.WARNING
    kind: str = ""
    """A word for the kind of fault that is stable between versions (docs/reference/problems.md)."""

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}" + (f"; {self.advice}" if self.advice else "")


class BroadsheetError(Exception):
    """The base class of all errors that this package raises on purpose. Its text lists one problem a line."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ConfigError(BroadsheetError):
    """The configuration or the command line cannot be used (exit code 2)."""


class BuildError(BroadsheetError):
    """The build cannot finish; the last successful site stays in place (exit code 1)."""


class LossError(BuildError):
    """The build would delete files that were perhaps not meant to be deleted. The user can allow it."""


def refusal(path: str | Path, message: str, advice: str = "", *, kind: str = "output") -> BuildError:
    """Return the error for something that a build must not do, or cannot."""
    problem = Problem(path=str(path), message=message, advice=advice, severity=Severity.ERROR, kind=kind)
    return BuildError(problem)


def command_error(where: str | Path, message: str, advice: str, *, kind: str = "command") -> ConfigError:
    """Return the error about a file, a target or an argument of a command."""
    problem = Problem(path=str(where), message=message, advice=advice, severity=Severity.ERROR, kind=kind)
    return ConfigError(problem)


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems for which a build fails."""
    return [one for one in problems if one.severity is Severity.ERROR]


def escaped(path: str) -> str:
    r"""Return a path with non-UTF-8 bytes escaped as `\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(path: str) -> str:
    r"""Return a path for messages, with control characters and non-UTF-8 bytes escaped as `\xff`."""
    if path.isprintable():
        return path
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), escaped(path))
