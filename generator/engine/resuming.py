"""Brings the state of the last build up to date with what changed since, in a new process."""

from __future__ import annotations

import contextlib

from generator.cache.stamps import Stamp
from generator.config.options import Options
from generator.config.site import Site
from generator.engine.apply import ChangeSet, apply
from generator.engine.build_context import BuildContext
from generator.engine.changes import Stale
from generator.engine.document_table import DocumentTable, reader_of
from generator.engine.effects import EVERYTHING, Effects
from generator.engine.inspecting import inspect, learn
from generator.engine.record_reading import records_among
from generator.engine.records import Records
from generator.engine.state import SiteState
from generator.engine.stored_state import StoredState
from generator.engine.unchanged import Inputs


def resumed(
    stored: StoredState | None, site: Site, options: Options, inputs: Inputs, context: BuildContext
) -> tuple[SiteState, Effects] | None:
    """Return the state up to date, and what may be stale; None if everything has to be read or grouped."""
    if stored is None:
        return None
    changed = stored.head.changed(inputs, context.cache)
    settings = stored.head.stale(site, options, inputs)
    if changed is None or settings & (Stale.READING | Stale.GROUPING):
        return None
    if len(changed) > context.limits.few_of(len(inputs.found.stamps)):
        return None
    documents = DocumentTable(
        reader=reader_of(site),
        found=inputs.found,
        looked={},
        boilerplate={(source, year): digest for source, year, digest in stored.head.boilerplate},
    )
    with contextlib.suppress(_TooFarError), context.cache.together():  # undone if that is too far
        read = _read(documents, context, changed, len(inputs.found.paths))
        state = stored.state(site, options, context, documents)
        effects = apply(state, ChangeSet(site, settings, read))
        if effects is None:
            raise _TooFarError
        state.index.found = len(inputs.found.paths) + len(inputs.found.skipped)
        state.renew_health()
        # Which static files and assets there were is not known, so that all files are compared.
        return state, effects if settings in Stale.PICKS else EVERYTHING
    return None


class _TooFarError(Exception):
    """A change has effects that a full build finds out."""


def _read(
    documents: DocumentTable, context: BuildContext, changed: dict[str, Stamp | None], count: int
) -> Records:
    """Read the changed clippings and those with changed boilerplate.

    Raises `_TooFarError` if these are too many.
    `count` is the number of all clippings. If the cache does not know them all, learning would miss some.
    """
    cache = context.cache
    known = dict(documents.boilerplate)
    _, doubtful = inspect(documents, context, changed)
    learned = cache.learned()
    if cache.count_clippings() != count or not known.keys() <= learned.keys():
        raise _TooFarError
    # A build that was killed, or a preview that ended, may have left sources to learn from again.
    doubtful |= {
        key[0] for key, (_, digest, is_doubtful) in learned.items() if is_doubtful or known.get(key) != digest
    }
    others = learn(documents, context, doubtful - {""})
    if len(changed) + len(others) > context.limits.few_of(count):
        raise _TooFarError
    for path, one in others.items():
        documents.looked.setdefault(path, one)
    return records_among(
        documents, {*changed, *(path for path in others if path in documents.found.stamps)}, context
    )
