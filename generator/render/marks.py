"""What the files of a theme come to, as hashes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from generator.cache.versions import hashed
from generator.config import resources
from generator.model.errors import BuildError, Problem, Severity, shown


def roots_of(site_templates: Path | None) -> tuple[Path, ...]:
    """The folders of a theme, the default one first; the site's own need not exist.

    Raises `BuildError` where something in the site's own cannot be read.
    """
    default = resources.theme()
    if site_templates is None or not site_templates.is_dir():
        return (default,)
    try:
        _try_to_read(site_templates)
    except FileNotFoundError:
        pass  # it went meanwhile, which the next look shows
    except OSError as error:
        raise BuildError(_unreadable(site_templates, error)) from error
    return default, site_templates


def _try_to_read(folder: Path) -> None:
    """Open all that stands below a folder: who looks for files there is told of none that cannot be read."""

    def fail(error: OSError) -> None:
        raise error

    for parent, _, names in os.walk(folder, onerror=fail):
        for name in names:
            file = f"{parent}/{name}"
            if stat.S_ISREG(os.lstat(file).st_mode):
                os.close(os.open(file, os.O_RDONLY))


def _unreadable(root: Path, error: OSError) -> Problem:
    name = os.path.relpath(error.filename or root, root.parent)
    return Problem(
        path=shown(name),
        message=f"cannot be read: {error.strerror}",
        advice="check its rights",
        severity=Severity.ERROR,
        kind="template",
    )


def theme_marks(site_templates: Path | None) -> tuple[bytes, bytes]:
    """Hashes of all templates with the names of assets, and of all translations, of a site and its theme."""
    files: list[bytes] = []  # whatever their names: a template may include any of them, assets too
    messages: list[bytes] = []
    for root in roots_of(site_templates):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                parts = messages if path.suffix == ".po" else files
                parts += [path.relative_to(root).as_posix().encode(), path.read_bytes()]
    return hashed(*files), hashed(*messages)
