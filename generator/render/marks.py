"""What the files of a theme come to, as hashes."""

from __future__ import annotations

from pathlib import Path

from generator import resources
from generator.versions import hashed


def roots_of(site_templates: Path | None) -> tuple[Path, ...]:
    """The folders of a theme, the default one first; the site's own need not exist."""
    default = resources.theme()
    has_own = site_templates is not None and site_templates.is_dir()
    return (default, site_templates) if has_own and site_templates else (default,)


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
