"""Stores what a build grouped, source by source, so that the next build can start from it.

It leaves out the articles' texts, and whatever is quickly derived from the articles.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from array import array
from collections.abc import Mapping, Sequence

import msgspec

from generator.cache.stamps import Stamp
from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.config.options import Options
from generator.config.site import Config, Site
from generator.config.tags import tag_rules
from generator.engine import stored_copies, stored_stories
from generator.engine.build_context import BuildContext
from generator.engine.changes import Stale, stale_by_config
from generator.engine.document_table import DocumentTable, zoned_article
from generator.engine.site_index import SiteIndex, related
from generator.engine.state import SiteState
from generator.engine.unchanged import PACK, Inputs, epoch_of, unpacked
from generator.grouping.copies import Copies
from generator.grouping.digest import together
from generator.grouping.editions import months_of
from generator.model.errors import Problem
from generator.model.types import Digest, Health, Source
from generator.output.status import OutputSnapshot

HEAD, _PATHS = "grouped", "grouped paths"
_NOTHING = Digest(articles=(), sources={}, days=(), weeks=(), months=(), years=())


class Head(msgspec.Struct, array_like=True):
    """The last stored build, without its articles."""

    output: str
    config: Config
    settings: Mapping[Stale, bytes]
    """As in `Inputs`."""
    paths: bytes
    """Hash of its clippings' paths. The paths have a note of their own: they are long and rarely change."""
    stamps: tuple[bytes, ...]
    """Stamps of its clippings, packed as in `Inputs`."""
    left: OutputSnapshot
    as_of: dt.datetime
    index: SiteIndex
    """Without the parts stored elsewhere: digest, content hashes, texts."""
    planning: tuple[Problem, ...]
    """Problems found while planning its pages."""
    boilerplate: list[tuple[str, int, bytes]]
    """Source, year and hash of the boilerplate that its clippings were read with."""
    sources: list[tuple[str, bytes]]
    """Name and key of each source, by slug."""
    turns: bytes
    """For each article in order, the index of its source in `sources`; 32-bit integers."""

    @property
    def epoch(self) -> bytes:
        """Hash of the rules that its clippings were read by."""
        return self.settings.get(Stale.READING, b"")

    def stale(self, site: Site, options: Options, inputs: Inputs) -> Stale:
        """Return what settings that changed since the build make stale."""
        stale = stale_by_config(self.config, site.config)
        for one, now in inputs.settings.items():
            if self.settings.get(one) != now:
                stale |= one
        return stale if options.as_of >= self.as_of else stale | Stale.GROUPING

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
        if inputs.paths != self.paths:
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
    content_hashes: list[bytes]
    texts: list[bytes]
    """Text hash of each article, in order; empty if it has no text."""


class StoredState(msgspec.Struct):
    """The stored state of a build."""

    head: Head
    """Its digest lacks copies, stories and identifiers."""
    healths: dict[str, Health]
    copies: Copies

    def state(
        self, site: Site, options: Options, context: BuildContext, documents: DocumentTable
    ) -> SiteState:
        """Return the state as it was built, to be changed."""
        index, as_built = self.head.index, msgspec.structs.replace(site, config=self.head.config)
        index.digest, stories = related(
            as_built, index.digest, self.copies, index.choices, index.content_hashes, context
        )
        state = SiteState(
            as_built, options, context, documents, index, self.copies, stories, healths=self.healths
        )
        state.left, state.planning = self.head.left, self.head.planning
        return state


def load(site: Site, context: BuildContext) -> StoredState | None:
    """Load the last state that was stored; None if it is incomplete, or of other rules or another output.

    A build or a preview since then may have stored none. What they read is in the cache, and all files are
    compared, since the output folder is another.
    """
    head = context.cache.noted(HEAD, Head)
    if head is None or head.output != str(site.output) or head.epoch != epoch_of(site):
        return None
    try:
        return _load(head, site, context)
    except (msgspec.DecodeError, LookupError, ValueError):  # it may be a copy of another folder
        return None


def _load(head: Head, site: Site, context: BuildContext) -> StoredState | None:
    keys, zone = dict(head.sources), site.config.zone
    sources: dict[str, Source] = {}
    healths: dict[str, Health] = {}
    content_hashes: dict[str, bytes] = {}
    texts: dict[str, bytes] = {}
    for name, key, value in context.cache.sources():
        if keys.get(name) != key:
            continue
        kept = msgspec.msgpack.decode(value, type=Kept)
        if kept.source.name != name:
            return None
        articles = tuple([zoned_article(article, zone) for article in kept.source.articles])
        sources[name] = msgspec.structs.replace(kept.source, articles=articles, months=months_of(articles))
        healths[name] = kept.health
        content_hashes.update(zip([one.id for one in articles], kept.content_hashes, strict=True))
        of_source = zip([one.path for one in articles], kept.texts, strict=True)
        texts.update([text for text in of_source if text[1]])
    if sources.keys() != keys.keys():
        return None
    # Each source's articles are in order, so the sequence of sources is enough.
    turns = [iter(sources[name].articles) for name in keys]
    ordered = [*map(next, map(turns.__getitem__, array("I", head.turns)))]
    if len(ordered) != len(content_hashes):
        return None
    digest = together([sources[name] for name in keys], ordered, tag_rules(head.config.tags))
    copies = stored_copies.load(
        context.cache, head.epoch, digest.articles, content_hashes, {}, context.limits
    )
    head.index.digest, head.index.content_hashes, head.index.texts = digest, content_hashes, texts
    return StoredState(head, healths, copies) if copies else None


def save(state: SiteState, inputs: Inputs, left: OutputSnapshot, last: Head | None = None) -> None:
    """Store the state of a site as built. `last` is the head of the build that it was loaded from, if any."""
    context = state.context
    cache = context.cache
    if state.options.strict or context.workers.has_passing_faults:
        return  # it may have failed, or a retry may read what this build could not
    keys = dict.fromkeys(state.index.digest.sources, b"")
    if last:
        keys |= {
            name: key for name, key in last.sources if name in keys and name not in state.changed_sources
        }
    # With a name that is not text, the next build groups everything again.
    with contextlib.suppress(UnicodeEncodeError, OverflowError), cache.best_effort(), cache.together():
        # A full build looks at everything anyway, so it also repairs damaged rows.
        kept = cache.source_keys()
        _keep_sources(state, keys, kept if last else {name: key for name, key, _ in cache.sources()})
        cache.drop_sources(kept.keys() - keys.keys())
        if last is None or last.paths != inputs.paths:
            cache.keep_note(_PATHS, inputs.packed_paths)
        cache.keep_note(HEAD, msgspec.msgpack.encode(_head(state, inputs, left, keys)))


def save_groups(state: SiteState, *, renews: bool = True) -> None:
    """Store how a state groups articles, which the next build can use even if this one fails.

    It is stored under the hashes of the articles, so that it fits no others. `renews` is passed on to
    `stored_copies.keep`.
    """
    context, index = state.context, state.index
    cache, epoch, hashes = context.cache, state.documents.reader.epoch, index.content_hashes
    stored_copies.keep(cache, epoch, state.copies, hashes, context.limits, renews=renews)
    stored_stories.keep(cache, state.site.output, state.stories, index.digest, hashes)


def _head(state: SiteState, inputs: Inputs, left: OutputSnapshot, keys: Mapping[str, bytes]) -> Head:
    """Return the head of a state whose sources are stored under `keys`."""
    site, index = state.site, state.index
    places = {name: place for place, name in enumerate(keys)}
    return Head(
        str(site.output),
        site.config,
        inputs.settings,
        inputs.paths,
        inputs.stamps,
        left,
        state.options.as_of,
        msgspec.structs.replace(index, digest=_NOTHING, content_hashes={}, texts={}),
        # Missing clippings are reported once: the next build does not see them as missing.
        state.planning,
        [(*key, digest) for key, digest in state.documents.boilerplate.items()],
        list(keys.items()),
        array("I", [places[article.source] for article in index.digest.articles]).tobytes(),
    )


def _keep_sources(state: SiteState, keys: dict[str, bytes], known: Mapping[str, bytes]) -> None:
    """Store the sources that have no key yet, and set their keys. Rows in `known` need no writing."""
    cache = state.context.cache
    for name in [name for name, key in keys.items() if not key]:
        kept = _kept(state.index.digest.sources[name], state)
        keys[name] = _key(kept)
        if known.get(name) != keys[name]:
            cache.keep_sources([(name, keys[name], msgspec.msgpack.encode(kept))])


def _kept(source: Source, state: SiteState) -> Kept:
    content_hashes, texts = state.index.content_hashes, state.index.texts
    return Kept(
        msgspec.structs.replace(source, months=()),
        state.rendering.healths[source.name],
        [content_hashes[article.id] for article in source.articles],
        [texts.get(article.path, b"") for article in source.articles],
    )


def _key(kept: Kept) -> bytes:
    """Return the key of a source. The content hashes of its articles are enough to identify them."""
    bare = msgspec.structs.replace(kept.source, articles=())
    return hashed(msgspec.msgpack.encode(msgspec.structs.replace(kept, source=bare)), size=16)
