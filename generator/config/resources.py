"""Find the default theme and the sample digest in a checkout, an editable install or a wheel."""

from __future__ import annotations

from pathlib import Path

from generator.model.errors import refusal

_PACKAGE = Path(__file__).resolve().parents[1]


def theme() -> Path:
    """Return the folder of the default theme. Raises `BuildError` if the installation lacks it."""
    return _part("templates", _PACKAGE)


def sample() -> Path:
    """Return the content folder of the sample digest. Raises `BuildError` if the installation lacks it."""
    return _part("content", _PACKAGE)


def _part(name: str, package: Path) -> Path:
    # A wheel carries the folders inside the package; a checkout has them beside it.
    for folder in (package / "_resources" / name, package.parent / name):
        if folder.is_dir():
            return folder
    message = f"this installation of Broadsheet lacks its folder `{name}`"
    raise refusal(name, message, "reinstall the package", kind="installation")
