"""The error that commands raise when they refuse a request."""

from __future__ import annotations

from pathlib import Path

from generator.model.errors import ConfigError, Problem, Severity


def refusal(where: str | Path, message: str, advice: str) -> ConfigError:
    """Return a `ConfigError` about a file, a target or an argument."""
    return ConfigError(
        Problem(path=str(where), message=message, advice=advice, severity=Severity.ERROR, kind="command")
    )
