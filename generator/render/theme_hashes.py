"""Hash the files of a theme."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from generator.cache.versions import hashed
from generator.config import resources
from generator.model.errors import BuildError, Problem, Severity, shown


def roots_of(site_templates: Path | None) -> tuple[Path, ...]:
    """Return the folders of a theme, the default one first. The site's own need not exist.

    Raises `BuildError` if something in the site's own cannot be read.
    """
    default = resources.theme()
    if site_templates is None or not site_templates.is_dir():
        return (default,)
    try:
        _try_to_read(site_templates)
    except FileNotFoundError:
        pass  # it disappeared meanwhile, which the next check notices
    except OSError as error:
        raise BuildError(_unreadable(site_templates, error)) from error
    return default, site_templates


def _try_to_read(folder: Path) -> None:
    """Open all files below a folder, because listing files silently skips unreadable ones."""

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
        advice="check its permissions",
        severity=Severity.ERROR,
        kind="template",
    )


def theme_hashes(site_templates: Path | None) -> tuple[bytes, bytes]:
    """Return the hash of all templates and assets, and that of all translations, of a site and its theme."""
    files: list[bytes] = []  # with any name, because a template may include any file, even an asset
    messages: list[bytes] = []
    for root in roots_of(site_templates):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                parts = messages if path.suffix == ".po" else files
                parts += [path.relative_to(root).as_posix().encode(), path.read_bytes()]
    return hashed(*files), hashed(*messages)
