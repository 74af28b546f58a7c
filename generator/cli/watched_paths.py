"""What a site that is followed is built from, and what of it no build publishes."""

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
    """What a build of a site reads; `config` is the file with its configuration."""
    content = Root(site.content, skips_unpublished(site.config.ignore))
    static = Root(site.static, skips_uncopied)
    return config.absolute(), site.picks, site.cleaning, content, site.templates, static, resources.theme()


@functools.cache  # so that the same patterns are the same rule
def skips_unpublished(ignore: tuple[str, ...]) -> Skips:
    """Skip what patterns name below the content folder, and files that pass and are published by no build."""
    ignores = ignoring(ignore)

    def skips(path: str, name: str, is_folder: bool) -> bool:
        may_be_published = is_folder or is_clipping(name) or may_be_image(name)
        return ignores(path) or (not may_be_published and is_temporary(name))

    return skips


def skips_uncopied(_path: str, name: str, _is_folder: bool) -> bool:
    """Skip what is not copied from the folder with static files: any other name is."""
    return is_left_behind(name)
