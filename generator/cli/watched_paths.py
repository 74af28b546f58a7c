"""The files and folders that a build reads, and the files in them that no build publishes."""

from __future__ import annotations

import functools
from pathlib import Path

from generator.config import resources
from generator.config.site import Site
from generator.model.types import may_be_image
from generator.output.assets import is_left_behind
from generator.preview.watched_folders import Root, Skips, is_temporary
from generator.reading.discover import ignoring, is_clipping


def roots_of(site: Site, config: Path) -> tuple[Path | Root, ...]:
    """Return what a build of a site reads. `config` is its configuration file."""
    content = Root(site.content, skips_unpublished(site.config.ignore))
    static = Root(site.static, skips_uncopied)
    return config.absolute(), site.picks, site.cleaning, content, site.templates, static, resources.theme()


@functools.cache  # equal patterns must give the same function
def skips_unpublished(ignore: tuple[str, ...]) -> Skips:
    """Return the rule for the content folder.

    It ignores what matches the patterns, and temporary files that no build publishes.
    """
    ignores = ignoring(ignore)

    def skips(path: str, name: str, is_folder: bool) -> bool:
        may_be_published = is_folder or is_clipping(name) or may_be_image(name)
        return ignores(path) or (not may_be_published and is_temporary(name))

    return skips


def skips_uncopied(_path: str, name: str, _is_folder: bool) -> bool:
    """Ignore files in the folder `static/` that are not copied. All other names are copied."""
    return is_left_behind(name)
