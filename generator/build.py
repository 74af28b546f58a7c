"""The pipeline: a folder of clippings becomes a site on disk. One reads the data's way from top to bottom."""

from __future__ import annotations

from functools import partial

from generator.beside import beside
from generator.cache import Cache, used
from generator.config import Site, find_content
from generator.output import disk
from generator.reading import discover
from generator.request import Built, Options, Progress
from generator.stamps import Stamp
from generator.unchanged import inputs_after, inputs_before, unchanged
from generator.workers import Workers


def build(
    site: Site,
    options: Options,
    progress: Progress,
    *,
    clean: bool = False,
    workers: Workers | None = None,
) -> Built:
    """Build a site. Raises `BuildError`, and then the last good site stands.

    So it does where there are `grave` problems and the options are strict: then no page counts as written.
    `clean` writes files again that have not changed. A cache that turns out to be damaged is begun anew.
    """
    at_work = workers or Workers(1)
    return used(site.own, lambda cache: _built(site, options, cache, at_work, progress, clean=clean))


def _built(
    site: Site, options: Options, cache: Cache, workers: Workers, progress: Progress, *, clean: bool
) -> Built:
    find_content(site)
    if cache.is_new:
        workers.expect()
    with beside(partial(disk.stamps, site.output), dict[str, Stamp]) as standing:
        found = discover(site.content, site.config.ignore)
        inputs = inputs_before(site, options, found)
        if not clean and (last := unchanged(site, options, inputs, cache, standing)):
            return last
        # To import what reads and renders takes longer than to see that nothing is to be done.
        from generator.resumed import resumed
        from generator.shelf import Means

        means = Means(cache, workers, progress)
        if not clean and (built := resumed(site, options, inputs, means, standing)):
            return built
    from generator import archive
    from generator.desk import read
    from generator.kitchen import Kitchen, planned_of
    from generator.press import written

    desk = read(site, options, means, found)
    inputs = inputs_after(site, inputs, desk.fresh, desk.since)
    kitchen = Kitchen(site, desk, planned_of(desk.digest, site.config), means)
    wrote = written(site, options, inputs, kitchen, clean=clean)
    archive.keep(site, options, inputs, kitchen, wrote.built, wrote.left)
    return wrote.built
