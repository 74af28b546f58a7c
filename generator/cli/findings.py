"""The findings of `check` as text for people, as JSON for scripts, and as annotations for GitHub."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from generator.model.errors import Problem, shown
from generator.model.suspects import KINDS, Suspect
from generator.model.types import Skipped

_OTHER = "other"
"""The kind of a problem that has none."""
SHOWN_OF_A_KIND = 20 // len(KINDS)
"""Number of suspects of each kind that are shown to people."""


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a check."""

    found: int
    """The number of clippings found."""
    repaired: int
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    suspects: tuple[Suspect, ...] = ()
    """The most certain first."""


def sorted_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, sorted by file and line."""
    return tuple(sorted(set(problems), key=lambda p: (p.path, p.line or 0, p.severity, p.message)))


def counts(problems: Iterable[Problem]) -> dict[str, int]:
    """Return kind → number of problems, the most frequent kind first."""
    kinds = Counter(problem.kind or _OTHER for problem in problems)
    return dict(sorted(kinds.items(), key=lambda item: (-item[1], item[0])))


def text(findings: Findings) -> Iterator[str]:
    """Yield lines for people: each file and its problems, skipped clippings, counts of kinds, suspects."""
    for path, problems in groupby(sorted_problems(findings.problems), key=lambda problem: problem.path):
        yield shown(path)
        for problem in problems:
            line = "-" if problem.line is None else problem.line
            advice = f"; {problem.advice}" if problem.advice else ""
            yield shown(
                f"  {line:>4}  {problem.severity}: {problem.message}{advice} [{problem.kind or _OTHER}]"
            )
    for one in findings.skipped:
        yield f"skipped: {shown(one.path)}: {shown(one.reason)}"
    if kinds := counts(findings.problems):
        yield "by kind: " + ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())
    yield from suspect_lines(findings.suspects)


def suspect_lines(suspects: Sequence[Suspect]) -> Iterator[str]:
    """Yield lines for people: what is likely wrong, the first few of each kind, and how many there are."""
    if not suspects:
        return
    yield "suspects, the most certain first:"
    for kind, found in groupby(suspects, key=lambda one: one.kind):
        own = [*found]
        yield from (f"  {one.name}: {one.message} [{kind}]" for one in own[:SHOWN_OF_A_KIND])
        if len(own) > SHOWN_OF_A_KIND:
            yield f"  … and {len(own) - SHOWN_OF_A_KIND:,} more [{kind}]"


def json(findings: Findings) -> bytes:
    """Return a JSON document: totals, counts of kinds, skipped clippings, problems and suspects."""
    document = {
        "found": findings.found,
        "repaired": findings.repaired,
        "counts": counts(findings.problems),
        "skipped": [{"path": shown(one.path), "reason": one.reason} for one in findings.skipped],
        "problems": [
            {
                "path": shown(problem.path),
                "line": problem.line,
                "kind": problem.kind or _OTHER,
                "severity": problem.severity,
                "message": _encodable(problem.message),
                "advice": _encodable(problem.advice),
            }
            for problem in sorted_problems(findings.problems)
        ],
        "suspects": findings.suspects,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _encodable(words: str) -> str:
    return words.encode("utf-8", "backslashreplace").decode("utf-8")


def github(findings: Findings, folders: Sequence[Path], here: Path) -> Iterator[str]:
    """Yield a workflow command for each problem, which GitHub shows as an annotation.

    Paths are relative to `here`. Files are looked for in `folders`, in this order. Escapes like GitHub's own
    toolkit (`actions/toolkit`, `packages/core/src/command.ts`).
    """
    for problem in sorted_problems(findings.problems):
        place = {"file": _seen_from(here, folders, problem.path)}
        if problem.line is not None:
            place["line"] = str(problem.line)
        place["title"] = problem.kind or _OTHER
        options = ",".join(f"{name}={_property(value)}" for name, value in place.items())
        advice = f"; {problem.advice}" if problem.advice else ""
        yield f"::{problem.severity} {options}::" + shown(_escaped(problem.message + advice))


def _seen_from(here: Path, folders: Sequence[Path], path: str) -> str:
    folder = next((folder for folder in folders if os.path.lexists(folder / path)), folders[0])
    try:
        return Path(os.path.relpath(folder / path, here)).as_posix()
    except ValueError:  # another drive
        return (folder / path).as_posix()


def _escaped(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return shown(_escaped(words).replace(":", "%3A").replace(",", "%2C"))
