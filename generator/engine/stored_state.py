"""What a build grouped, kept source by source: the next one begins there where little has changed.

The articles' texts are not in it, and nothing that is quickly made of the articles.
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
    """The last build that was kept, but for its articles."""

    output: str
    epoch: bytes
    """The rules that its clippings were read by, as `epoch_of` has them."""
    others: bytes
    """What it was made of besides clippings, as `Inputs` has it."""
    paths: bytes
    """A hash of its clippings' paths, which are noted on their own: they are long, and seldom others."""
    stamps: tuple[bytes, ...]
    """Of its clippings, as `Inputs` packs them."""
    left: OutputSnapshot
    as_of: dt.datetime
    index: SiteIndex
    """Without what stands elsewhere: its digest, marks, texts, and what sources repeat."""
    planning: tuple[Problem, ...]
    """What was found as its pages were planned."""
    repeats: list[tuple[str, int, bytes]]
    """What its clippings were read with, by source and year, as `SiteIndex` has it."""
    sources: list[tuple[str, bytes]]
    """Names and keys, by slug."""
    turns: bytes
    """The places in `sources` of the articles' sources, the articles being in order."""

    def changed(self, inputs: Inputs, cache: Cache) -> dict[str, Stamp | None] | None:
        """The clippings of which the stamps are others since, None for those that went; None if not known."""
        stamps, others = inputs.found.stamps, inputs.stamps
        paths: Sequence[str] = inputs.found.paths
        if inputs.paths != self.paths:
            paths, others = self._noted(cache), (b"",) * len(self.stamps)
        changed: dict[str, Stamp | None] = {path: stamps[path] for path in inputs.unseen}
        try:  # it may have come with somebody's folder
            starts = range(0, len(paths), PACK)
            for start, packed, other in zip(starts, self.stamps, others, strict=True):
                # Nearly always nearly all are the same, and unpacking takes longer than comparing.
                if packed != other:
                    before = zip(paths[start : start + PACK], unpacked(packed), strict=True)
                    changed |= {path: stamps.get(path) for path, stamp in before if stamps.get(path) != stamp}
        except (msgspec.DecodeError, ValueError):
            return None
        if paths is not inputs.found.paths:
            changed |= {path: stamps[path] for path in stamps.keys() - set(paths)}
        return changed

    def _noted(self, cache: Cache) -> Sequence[str]:
        """The clippings' paths as they are noted; none where these are another build's."""
        noted = cache.note(_PATHS)
        if not noted or hashed(noted) != self.paths:
            return ()
        return noted.decode("utf-8", "surrogateescape").split("\0")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A source, as it was grouped."""

    source: Source
    """Without its months."""
    health: Health
    marks: list[bytes]
    texts: list[bytes]
    """Of its articles in order; empty where there is none."""


class StoredState(msgspec.Struct, frozen=True):
    """What was kept of a build, with its articles; without the stories."""

    digest: Digest
    healths: dict[str, Health]
    marks: dict[str, bytes]
    texts: dict[str, bytes]


def head_noted(cache: Cache) -> Head | None:
    """The last build, if one is kept."""
    note = cache.note(HEAD)
    try:
        return msgspec.msgpack.decode(note, type=Head) if note else None
    except msgspec.DecodeError:
        return None


def is_own(head: Head, site: Site) -> bool:
    """Whether a build read by the site's rules, and was the last one of its output folder."""
    is_there = head.output == str(site.output) and head.left.record == stamp_at(record_of(site.output))
    return is_there and head.epoch == epoch_of(site)


def is_usable(head: Head, site: Site, options: Options, inputs: Inputs) -> bool:
    """Whether no more than clippings can be others since a build."""
    return (
        is_own(head, site)
        and head.others == inputs.others
        and is_nothing_due(options, head.as_of, head.index.waits_until)
    )


def opened(head: Head, site: Site, cache: Cache) -> StoredState | None:
    """All articles of a build; None where something of it is not there any more."""
    try:
        return _opened(head, site, cache)
    except (msgspec.DecodeError, LookupError, ValueError):  # it may have come with somebody's folder
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
    # Each source's articles are in order, so it is enough to know whose comes next.
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
    """Keep what a build grouped; where the `last` one is known, some `sources` alone are others since."""
    cache = rendering.context.cache
    with cache.best_effort():
        cache.drop_note(HEAD)
    if options.strict or rendering.context.workers.has_passing_faults:
        return  # it may have failed, or the next one may read what this one could not
    keys = dict.fromkeys(rendering.plan.digest.sources, b"")
    keys |= {name: key for name, key in last.sources if name not in sources} if last else {}
    # With a name that is no text, the next build groups all anew.
    with contextlib.suppress(UnicodeEncodeError, OverflowError), cache.best_effort(), cache.together():
        # What is damaged is written again, where all is looked at anyway.
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
    """All of a build but its sources, which have `keys`."""
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
        # That clippings are gone is said once: the next build finds nothing missing.
        tuple(one for one in built.report.problems if one not in told and one.kind != "content"),
        [(*key, digest) for key, digest in index.repeats.items()],
        list(keys.items()),
        array("I", [places[article.source] for article in articles]).tobytes(),
    )


def _keep_sources(rendering: RenderContext, keys: dict[str, bytes], known: Mapping[str, bytes]) -> None:
    """Keep the sources that have no key yet, and give them one; `known` are kept as they are."""
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
    """What tells a source from others: its articles' marks are enough of these."""
    bare = msgspec.structs.replace(kept.source, articles=())
    return hashed(msgspec.msgpack.encode(msgspec.structs.replace(kept, source=bare)), size=16)
