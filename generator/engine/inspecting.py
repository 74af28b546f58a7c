"""Inspects clippings and learns the boilerplate of their sources, before they are read."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence, Set
from functools import partial

from generator.cache.rows import ENDED, DocumentInfo
from generator.cache.stamps import NONE, Stamp
from generator.cache.store import Cache
from generator.config.site import Site
from generator.engine import budgeted
from generator.engine.build_context import BuildContext
from generator.engine.document_table import DocumentTable, reader_of
from generator.engine.learning import learned, origin_key
from generator.engine.record_reading import keep_read
from generator.engine.records import Read, Reader, ReadRequest
from generator.reading.discover import Discovery


def documents_of(site: Site, found: Discovery, context: BuildContext) -> DocumentTable:
    """Inspect changed clippings, and learn the boilerplate of their sources."""
    reader, cache = reader_of(site), context.cache
    known = cache.clippings()
    looked = _looked(reader, found, known, context)
    documents = DocumentTable(reader=reader, found=found, looked=looked)
    documents.boilerplate |= learned(reader, looked, context, take=partial(_taken, documents, cache))
    return documents


def _taken(documents: DocumentTable, cache: Cache, found: Sequence[tuple[ReadRequest, Read]]) -> None:
    """Store clippings that were read while learning from their source; the cache returns them later."""
    for one, read_ in found:
        documents.note(one.path, read_)
    keep_read(cache, documents.reader, found)


def inspect(
    documents: DocumentTable, context: BuildContext, stamps: Mapping[str, Stamp | None]
) -> tuple[set[str], set[str]]:
    """Inspect changed clippings (stamp None: removed).

    Returns the paths with other bytes, and the sources whose boilerplate may have changed.
    """
    cache, looked = context.cache, documents.looked
    known = cache.clippings(stamps)
    there = {path: stamp for path, stamp in stamps.items() if stamp}
    fresh = _looked(documents.reader, Discovery(stamps=there), known, context)
    before = {path: one for path, (_, one) in known.items()}
    before |= {path: looked[path] for path in stamps if path in looked}
    removed = [path for path in stamps if path not in fresh]
    cache.drop_records(removed)
    for path in stamps:
        looked.pop(path, None)
    looked.update(fresh)
    unreadable = {path for path, one in fresh.items() if not one.digest}
    changed = {path for path in stamps if fresh.get(path) != before.get(path)} | unreadable
    return changed, _changed_sources(before, fresh)


def learn(documents: DocumentTable, context: BuildContext, sources: Set[str]) -> dict[str, DocumentInfo]:
    """Learn again, and return the clippings that were read with boilerplate that has changed."""
    known = dict(context.cache.of_sources(sources))
    boilerplate = learned(documents.reader, known, context, sources)
    others = {key for key in documents.boilerplate if key[0] in sources} | boilerplate.keys()
    others = {key for key in others if documents.boilerplate.get(key) != boilerplate.get(key)}
    for key in others:
        documents.boilerplate.pop(key, None)
    documents.boilerplate |= boilerplate
    return {path: one for path, one in sorted(known.items()) if origin_key(one) in others}


def _looked(
    reader: Reader, found: Discovery, known: Mapping[str, tuple[Stamp, DocumentInfo]], context: BuildContext
) -> dict[str, DocumentInfo]:
    """Inspect every clipping that may have changed since the last inspection."""
    cache = context.cache
    looked = {
        sys.intern(path): known[path][1]
        for path, stamp in found.stamps.items()
        if _is_known(known.get(path), stamp)
    }
    unknown = [path for path in found.paths if path not in looked]
    removed = [path for path in known if path not in found.stamps]
    now = time.time_ns()
    fresh: list[tuple[str, Stamp, DocumentInfo]] = []
    for done, (path, one) in enumerate(budgeted.looked_at(reader, unknown, context)):
        context.progress("looking", done, len(unknown))
        digest, source, day = one if isinstance(one, DocumentInfo) else (b"", "", 0)
        looked[path] = DocumentInfo(digest, sys.intern(source), day)
        stamp = found.stamps[path]
        fresh.append((path, stamp if stamp.is_settled(now, context.limits.unsettled) else NONE, looked[path]))
        if len(fresh) >= context.limits.cache_write:
            _keep_looked(cache, known, fresh)
            fresh.clear()
    _keep_looked(cache, known, fresh, removed)
    return looked


def _keep_looked(
    cache: Cache,
    known: Mapping[str, tuple[Stamp, DocumentInfo]],
    fresh: Sequence[tuple[str, Stamp, DocumentInfo]],
    removed: Sequence[str] = (),
) -> None:
    """Store inspection results in the cache, and mark what was learned of their sources as doubtful."""
    if not (fresh or removed):
        return
    after = {path: one for path, _, one in fresh}
    before = {path: known[path][1] for path in (*after, *removed) if path in known}
    with cache.together():
        cache.keep_clippings(fresh)
        cache.drop_clippings(removed)
        cache.doubt_learned(_changed_sources(before, after))


def _is_known(known: tuple[Stamp, DocumentInfo] | None, stamp: Stamp) -> bool:
    if known is None or known[1].day == ENDED:
        return False
    return known[0] == stamp != NONE and known[1].digest != b""


def _changed_sources(before: Mapping[str, DocumentInfo], after: Mapping[str, DocumentInfo]) -> set[str]:
    """Return the sources whose samples may have changed."""
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    return {
        one.source for looks in (before, after) for path in changed if (one := looks.get(path)) and one.source
    }
