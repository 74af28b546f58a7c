"""Problems in `digest.toml`, and in the options that override it."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Sequence
from pathlib import Path

from generator.model.errors import Problem, Severity

_PART = r"""(?:"[^"]*"|'[^']*'|[\w-]+)"""
_SETS = re.compile(rf"\s*(\[*)\s*({_PART}(?:\s*\.\s*{_PART})*)\s*(?:=|\])")
"""A line that begins a table, or sets a key."""


def line_of(file: Path, key: str) -> int | None:
    """Return the line that sets a key, such as `publish.web.cache`, or begins the table of that name.

    A rough search: it only guides the reader. For a key in an inline table it finds the nearest line.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return None
    key = re.sub(r"\[[^]]*\]$", "", key)
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(lines, 1):
        if (sets := _SETS.match(line)) is not None:
            name = ".".join(part.strip("\"'") for part in re.findall(_PART, sets[2]))
            table = f"{name}." if sets[1] else table
            found.setdefault(name if sets[1] else table + name, number)
    while key not in found and "." in key:
        key = key.rpartition(".")[0]
    return found.get(key) or _line_with(key.rpartition(".")[2], lines)


def _line_with(name: str, lines: Sequence[str]) -> int | None:
    pattern = re.compile(rf"\s*\[?.*?\b{re.escape(name)}\b")
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), None)


def line_in(error: tomllib.TOMLDecodeError) -> int | None:
    """Return the line that an error names."""
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else None


def problem_in(file: Path, message: str, advice: str, line: int | None = None) -> Problem:
    """Return an error in the configuration file."""
    return problem_at(file.name, message, advice, line)


def problem_at(place: str, message: str, advice: str, line: int | None = None) -> Problem:
    """Return an error in a place: a file, a folder or an option."""
    return Problem(
        path=place, line=line, message=message, advice=advice, severity=Severity.ERROR, kind="config"
    )


def as_typed(option: str, value: str | Path) -> str:
    """Return an option with its value, quoted for the shell."""
    return f"{option} {shlex.quote(str(value))}"
