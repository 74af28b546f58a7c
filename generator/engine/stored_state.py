"""Stores what a build grouped, source by source, so that the next build can start from it.

It leaves out the articles' texts, and whatever is quickly derived from the articles.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from array import array
from collections.abc import Mapping, Sequence, Set

import msgspec

from generator.cache.stamps import Stamp, stamp_at
from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.config.options import Built, Options
from generator.config.site import Site
from generator.engine.document_table import article_in_zone
from generator.engine.render_context import RenderContext
from generator.engine.site_index import SiteIndex
from generator.engine.unchanged import PACK, Inputs, OutputSnapshot, epoch_of, is_nothing_due, unpacked
from generator.grouping.digest import together
from generator.grouping.editions import months_of
from generator.model.errors import Problem
from generator.model.types import Digest, Health, Source
from generator.output.folder import record_of

HEAD, _PATHS = "grouped", "grouped paths"
_NOTHING = Digest(articles=(), sources={}, days=(), weeks=(), months=(), years=())


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The last stored build, without its articles."""

    output: str
    epoch: bytes
    """Hash of the rules that its clippings were read by, as returned by `epoch_of`."""
    others: bytes
    """Hash of its inputs besides clippings, as in `Inputs`."""
    paths: bytes
    """Hash of its clippings' paths. The paths have a note of their own: they are long and rarely change."""
    stamps: tuple[bytes, ...]
    """Stamps of its clippings, packed as in `Inputs`."""
    left: OutputSnapshot
    as_of: dt.datetime
    index: SiteIndex
    """Without the parts stored elsewhere: digest, content hashes, texts, images, boilerplate."""
    planning: tuple[Problem, ...]
    """Problems found while planning its pages."""
    repeats: list[tuple[str, int, bytes]]
    """Source, year and hash of the boilerplate that its clippings were read with, as in `SiteIndex`."""
    sources: list[tuple[str, bytes]]
    """Name and key of each source, by slug."""
    turns: bytes
    """For each article in order, the index of its source in `sources`; 32-bit integers."""

    def changed(self, inputs: Inputs, cache: Cache) -> dict[str, Stamp | None] | None:
        """Return path → stamp of changed clippings, None for removed ones; None in all if unknown."""
        stamps, others = inputs.found.stamps, inputs.stamps
        paths: Sequence[str] = inputs.found.paths
        if inputs.paths != self.paths:
            paths, others = self._noted(cache), (b"",) * len(self.stamps)
        changed: dict[str, Stamp | None] = {path: stamps[path] for path in inputs.unseen}
        try:  # it may be a copy of another folder
            starts = range(0, len(paths), PACK)
            for start, packed, other in zip(starts, self.stamps, others, strict=True):
                # Almost all packs are equal, and unpacking is slower than comparing.
                if packed != other:
                    before = zip(paths[start : start + PACK], unpacked(packed), strict=True)
                    changed |= {path: stamps.get(path) for path, stamp in before if stamps.get(path) != stamp}
        except (msgspec.DecodeError, ValueError):
            return None
        if paths is not inputs.found.paths:
            changed |= {path: stamps[path] for path in stamps.keys() - set(paths)}
        return changed

    def _noted(self, cache: Cache) -> Sequence[str]:
        """Return the stored paths of the clippings; empty if they belong to another build."""
        noted = cache.note(_PATHS)
        if not noted or hashed(noted) != self.paths:
            return ()
        return noted.decode("utf-8", "surrogateescape").split("\0")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A source as it was grouped."""

    source: Source
    """Without its months."""
    health: Health
    marks: list[bytes]
    texts: list[bytes]
    """Text hash of each article, in order; empty if it has no text."""


class StoredState(msgspec.Struct, frozen=True):
    """The stored state of a build, with its articles, without the stories."""

    digest: Digest
    healths: dict[str, Health]
    marks: dict[str, bytes]
    texts: dict[str, bytes]


def head_noted(cache: Cache) -> Head | None:
    """Return the head of the last build, if one is stored."""
    note = cache.note(HEAD)
    try:
        return msgspec.msgpack.decode(note, type=Head) if note else None
    except msgspec.DecodeError:
        return None


def is_own(head: Head, site: Site) -> bool:
    """Return whether a build used the site's rules and was the last one of its output folder."""
    is_there = head.output == str(site.output) and head.left.record == stamp_at(record_of(site.output))
    return is_there and head.epoch == epoch_of(site)


def is_usable(head: Head, site: Site, options: Options, inputs: Inputs) -> bool:
    """Return whether at most clippings changed since a build."""
    return (
        is_own(head, site)
        and head.others == inputs.others
        and is_nothing_due(options, head.as_of, head.index.waits_until)
    )


def opened(head: Head, site: Site, cache: Cache) -> StoredState | None:
    """Load all articles of a build; None if part of it is missing."""
    try:
        return _opened(head, site, cache)
    except (msgspec.DecodeError, LookupError, ValueError):  # it may be a copy of another folder
        return None


def _opened(head: Head, site: Site, cache: Cache) -> StoredState | None:
    keys, zone = dict(head.sources), site.config.zone
    sources: dict[str, Source] = {}
    state = StoredState(_NOTHING, {}, {}, {})
    for name, key, value in cache.sources():
        if keys.get(name) != key:
            continue
        kept = msgspec.msgpack.decode(value, type=Kept)
        if kept.source.name != name:
            return None
        articles = tuple([article_in_zone(article, zone) for article in kept.source.articles])
        sources[name] = msgspec.structs.replace(kept.source, articles=articles, months=months_of(articles))
        state.healths[name] = kept.health
        state.marks.update(zip([one.id for one in articles], kept.marks, strict=True))
        texts = zip([one.path for one in articles], kept.texts, strict=True)
        state.texts.update([text for text in texts if text[1]])
    if sources.keys() != keys.keys():
        return None
    # Each source's articles are in order, so the sequence of sources is enough.
    turns = [iter(sources[name].articles) for name in keys]
    ordered = [*map(next, map(turns.__getitem__, array("I", head.turns)))]
    if len(ordered) != len(state.marks):
        return None
    return msgspec.structs.replace(state, digest=together([sources[name] for name in keys], ordered))


def keep(
    site: Site,
    options: Options,
    inputs: Inputs,
    rendering: RenderContext,
    built: Built,
    left: OutputSnapshot,
    last: Head | None = None,
    sources: Set[str] = frozenset(),
) -> None:
    """Store what a build grouped. If the `last` build is known, only `sources` changed since."""
    cache = rendering.context.cache
    with cache.best_effort():
        cache.drop_note(HEAD)
    if options.strict or rendering.context.workers.has_passing_faults:
        return  # it may have failed, or a retry may read what this build could not
    keys = dict.fromkeys(rendering.plan.digest.sources, b"")
    keys |= {name: key for name, key in last.sources if name not in sources} if last else {}
    # With a name that is not text, the next build groups everything again.
    with contextlib.suppress(UnicodeEncodeError, OverflowError), cache.best_effort(), cache.together():
        # A full build looks at everything anyway, so it also repairs damaged rows.
        kept = cache.source_keys()
        _keep_sources(rendering, keys, kept if last else {name: key for name, key, _ in cache.sources()})
        cache.drop_sources(kept.keys() - keys.keys())
        if last is None or last.paths != inputs.paths:
            cache.keep_note(_PATHS, inputs.packed_paths)
        head = _head(site, options, inputs, rendering, built, left, keys)
        cache.keep_note(HEAD, msgspec.msgpack.encode(head))


def _head(
    site: Site,
    options: Options,
    inputs: Inputs,
    rendering: RenderContext,
    built: Built,
    left: OutputSnapshot,
    keys: Mapping[str, bytes],
) -> Head:
    """Return the state of a build without its sources, which are stored under `keys`."""
    index, articles = rendering.index, rendering.plan.digest.articles
    told, places = set(index.problems), {name: place for place, name in enumerate(keys)}
    return Head(
        str(site.output),
        epoch_of(site),
        inputs.others,
        inputs.paths,
        inputs.stamps,
        left,
        options.as_of,
        msgspec.structs.replace(
            index,
            digest=_NOTHING,
            marks={},
            texts={},
            fresh=frozenset(),
            steady=frozenset(),
            images={},
            repeats={},
        ),
        # Missing clippings are reported once: the next build does not see them as missing.
        tuple(one for one in built.report.problems if one not in told and one.kind != "content"),
        [(*key, digest) for key, digest in index.repeats.items()],
        list(keys.items()),
        array("I", [places[article.source] for article in articles]).tobytes(),
    )


def _keep_sources(rendering: RenderContext, keys: dict[str, bytes], known: Mapping[str, bytes]) -> None:
    """Store the sources that have no key yet, and set their keys. Rows in `known` need no writing."""
    cache = rendering.context.cache
    for name in [name for name, key in keys.items() if not key]:
        kept = _kept(rendering.plan.digest.sources[name], rendering)
        keys[name] = _key(kept)
        if known.get(name) != keys[name]:
            cache.keep_sources([(name, keys[name], msgspec.msgpack.encode(kept))])


def _kept(source: Source, rendering: RenderContext) -> Kept:
    marks, texts = rendering.index.marks, rendering.index.texts
    return Kept(
        msgspec.structs.replace(source, months=()),
        rendering.healths[source.name],
        [marks[article.id] for article in source.articles],
        [texts.get(article.path, b"") for article in source.articles],
    )


def _key(kept: Kept) -> bytes:
    """Return the key of a source. The content hashes of its articles are enough to identify them."""
    bare = msgspec.structs.replace(kept.source, articles=())
    return hashed(msgspec.msgpack.encode(msgspec.structs.replace(kept, source=bare)), size=16)
