"""Problems in `digest.toml`, and in the options that override it."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

from generator.model.errors import Problem, Severity


def line_of(file: Path, key: str) -> int | None:
    """Return the first line that seems to set a key. A rough search: it only guides the reader."""
    name = re.split(r"[.\[]", key)[-1] if not key.startswith("sources.") else key.split(".")[-1]
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return None
    pattern = re.compile(rf"\s*\[?.*?\b{re.escape(name)}\b")
    return next((n for n, line in enumerate(lines, 1) if pattern.match(line)), None)


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
