"""The build pipeline: a folder of clippings becomes a site on disk. The code follows the data."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from generator.cache.recovery import used
from generator.cache.stamps import Stamp
from generator.config.loading import find_content
from generator.config.options import Built, Options, Progress
from generator.config.site import Site
from generator.engine.build_context import LIMITS, BuildContext, EngineLimits
from generator.engine.unchanged import (
    Inputs,
    identity_of,
    inputs_after,
    inputs_found,
    is_moved,
    note_times,
    unchanged,
)
from generator.output import disk
from generator.output.folder import check_usable
from generator.output.status import StampsOnDisk
from generator.parallel.forked import may_fork, run_forked
from generator.parallel.workers import Workers
from generator.reading.lost_folders import check_found

if TYPE_CHECKING:  # these import the readers and renderers, which takes longer than an unchanged build
    from generator.engine.state import SiteState
    from generator.engine.stored_state import StoredState


def build(
    site: Site,
    options: Options,
    progress: Progress,
    *,
    clean: bool = False,
    workers: Workers | None = None,
    limits: EngineLimits = LIMITS,
) -> Built:
    """Build a site. Raises `BuildError` and leaves the previous site in place if the build fails.

    With `options.strict`, `grave` problems also leave the previous site in place, and no page counts as
    written. `clean` rewrites unchanged files too. A damaged cache is discarded and created anew.
    """
    with contextlib.ExitStack() as own:
        at_work = workers or own.enter_context(Workers(1))
        return used(
            site.own,
            identity_of(site),
            lambda cache: _built(site, options, BuildContext(cache, at_work, progress, limits), clean=clean),
        )


def _built(site: Site, options: Options, context: BuildContext, *, clean: bool) -> Built:
    """Compare inputs, bring the state up to date, write what is stale, and store the state."""
    cache, workers = context.cache, context.workers
    find_content(site)
    workers.has_passing_faults = False
    if cache.is_new and not may_fork():  # forked workers share the imports that follow
        workers.expect()
    is_whole, has_cores = clean or cache.is_new, workers.count > 1
    is_sure = not (is_whole or options.strict) and is_moved(site, cache)
    stored = None
    with (
        run_forked(
            partial(disk.stamps, site.output), dict[str, Stamp], is_worth=has_cores and not is_whole
        ) as stamps_on_disk,
        run_forked(
            partial(inputs_found, site, options, context.limits),
            Inputs,
            is_worth=has_cores and (is_sure or is_whole),
        ) as found,
    ):
        if is_sure:  # there is work to do, so use the time while the other process looks
            from generator.engine import stored_state

            stored = stored_state.load(site, context)
        elif is_whole:
            from generator.engine import stored_state, writing  # noqa: F401 - import now what is needed later
        inputs = found()
        check_found(inputs.found)
        if not clean and (last := unchanged(site, options, inputs, cache, stamps_on_disk)):
            if is_sure:  # what moved is not a clipping
                note_times(site, inputs, cache)
            return last
        check_usable(site.output)  # fail early, before everything is read
        if not (is_whole or options.strict or stored):
            from generator.engine import stored_state

            stored = stored_state.load(site, context)
        return _applied(site, options, inputs, context, stored, stamps_on_disk, clean=clean)


def _applied(
    site: Site,
    options: Options,
    inputs: Inputs,
    context: BuildContext,
    stored: StoredState | None,
    stamps_on_disk: StampsOnDisk,
    *,
    clean: bool,
) -> Built:
    """Update the stored state, or begin with an empty one; write what is stale, and store the state."""
    from generator.engine import stored_state
    from generator.engine.effects import EVERYTHING
    from generator.engine.resuming import resumed
    from generator.engine.writing import write

    followed = resumed(stored, site, options, inputs, context)
    state, effects = followed or (_read(site, options, inputs, context), EVERYTHING)
    inputs = inputs_after(site, inputs, state.documents.steady, state.documents.since, context.limits)
    stored_state.save_groups(state)
    state.let_go()
    wrote = write(state, inputs, effects, stamps_on_disk, clean=clean)
    context.workers.close()  # storing takes memory, too
    stored_state.save(state, inputs, wrote.left, stored.head if stored and followed else None)
    return wrote.built


def _read(site: Site, options: Options, inputs: Inputs, context: BuildContext) -> SiteState:
    """Read and group all clippings. Unchanged ones come from the cache."""
    from generator.engine.state import SiteState

    if context.cache.is_new and len(inputs.found.paths) > context.limits.batch:
        from generator.engine import preload  # noqa: F401 - forked workers inherit it
        from generator.parallel.memory import return_large_blocks

        return_large_blocks()
        context.begin_workers()
    return SiteState.read(site, options, context, inputs.found)
