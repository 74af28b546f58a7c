"""The options and the report of a build. Imports little, so that a build with nothing to do is quick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec

from generator.config.hosts import Size
from generator.model.errors import Problem, Severity
from generator.model.suspects import Suspect
from generator.model.types import Skipped, Verdict

Progress = Callable[[str, int, int], None]
"""Takes the name of a step, the number of items done and their total. An exception from it ends the build."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a build that come from the command line."""

    as_of: dt.datetime
    """The time that counts as now, with a time zone. Articles with a later date are not published yet."""
    drafts: bool = False
    future: bool = False
    strict: bool = False
    """Whether warnings fail the build before anything is written."""
    accepts_losses: bool = False
    """Whether to continue if clippings cannot be read or are all gone, or most files would be deleted."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The number of files that a build wrote, kept and deleted."""

    written: int
    kept: int
    deleted: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report on a build, as `build --report` writes it."""

    found: int
    ignored: int
    published: int
    verdicts: Mapping[Verdict, int]
    repaired: int
    skipped: tuple[Skipped, ...]
    pages: Written
    site: Size | None = None
    """The size of the site; None if it is unknown, as for a site that is followed."""
    problems: tuple[Problem, ...]
    suspects: tuple[Suspect, ...] | None = None
    """What is likely wrong, the most certain first; None if it is unknown, as for a site that is followed."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a successful build."""

    report: Report
    waits_until: dt.datetime | None
    """When the next unpublished article becomes due; None if no article waits."""
    reasons: Mapping[str, str]
    """Path of each written file → why it was written."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def by_place(problem: Problem) -> tuple[str, int, str]:
    """Return the key that sorts problems by file, line and message."""
    return problem.path, problem.line or 0, problem.message


def grave(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems for which `--strict` fails, sorted."""
    return sorted((problem for problem in problems if problem.severity is not Severity.NOTICE), key=by_place)
