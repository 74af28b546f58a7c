"""What a build is asked to do, and what it tells: light, so that a build with nothing to do is quick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec

from generator.config.hosts import Size
from generator.model.errors import Problem, Severity
from generator.model.types import Skipped, Verdict

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how many are done and how many there are; what it raises ends the build."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line decides about a build."""

    as_of: dt.datetime
    """Aware; articles dated after it wait."""
    drafts: bool = False
    future: bool = False
    strict: bool = False
    """Warnings end the build before anything is written."""
    accepts_losses: bool = False
    """Go on where folders of clippings cannot be read, all clippings are gone, or most files are deleted."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """How many files came of a build."""

    written: int
    kept: int
    deleted: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did, as `build --report` writes it."""

    found: int
    ignored: int
    published: int
    verdicts: Mapping[Verdict, int]
    repaired: int
    skipped: tuple[Skipped, ...]
    pages: Written
    site: Size | None = None
    """How large the site is; not known of one that is followed."""
    problems: tuple[Problem, ...]


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """A build that did not fail."""

    report: Report
    waits_until: dt.datetime | None
    """When the next article that waits is due."""
    reasons: Mapping[str, str]
    """Why each file that was written was made again, by its path."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def by_place(problem: Problem) -> tuple[str, int, str]:
    """Order problems by file, line and message."""
    return problem.path, problem.line or 0, problem.message


def grave(problems: Iterable[Problem]) -> list[Problem]:
    """Pick the problems that `--strict` fails for."""
    return sorted((problem for problem in problems if problem.severity is not Severity.NOTICE), key=by_place)
