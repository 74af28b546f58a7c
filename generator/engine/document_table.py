"""Inspects and reads clippings. Unchanged ones come from the cache, changed ones are read by workers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import NamedTuple

import msgspec

from generator.cache.rows import ENDED, DocumentInfo
from generator.cache.stamps import NONE, Stamp
from generator.cache.store import Cache, MissingError
from generator.cache.versions import hashed
from generator.config.site import Config, Site
from generator.engine import budgeted
from generator.engine.lessons import KEPT, BuildContext, Repeated, learned, learned_again, origin_key
from generator.engine.local_images import ImageLookup, addresses, seen_beside
from generator.engine.records import NO_REPEATS, Read, Reader, ReadRequest, Record, decoded
from generator.engine.unchanged import epoch_of
from generator.grouping.sources import key
from generator.grouping.stories import many_of
from generator.model.errors import Problem, shown
from generator.model.types import Article, Skipped
from generator.parallel.workers import batches
from generator.reading.article import Reading
from generator.reading.discover import Discovery
from generator.reading.rules import Rules

AT_ONCE = 20
"""Records fetched from the cache between two polls of the workers."""


class DocumentTable(NamedTuple):
    """All clippings with what inspection and learning found."""

    reader: Reader
    found: Discovery
    looked: dict[str, DocumentInfo]
    repeats: Repeated
    fresh: set[str]
    """Paths of clippings that were read in this build, not taken from the cache."""
    former: dict[bytes, Article]
    """Content hash → earlier version of an article whose clipping changed or was removed. Only a few are
    kept."""
    steady: set[str]
    """The members of `fresh` whose bytes did not change between inspection and reading."""
    since: int
    """A moment before the first of them was read, in nanoseconds since 1970."""
    unread: Set[str] = frozenset()
    """Paths of clippings that differ from the cache. Workers read them while the rest is fetched from it."""

    @property
    def total(self) -> int:
        """Number of clippings, with those that cannot be read."""
        return len(self.looked) + len(self.found.skipped)

    def records(self, context: BuildContext) -> Iterator[tuple[str, Record, bytes]]:
        """Yield path, record and record hash of every clipping, in no order."""
        return _records(self, context.cache.records(), context)

    def records_among(
        self, paths: Iterable[str], context: BuildContext
    ) -> Iterator[tuple[str, Record, bytes]]:
        """The same for a table that holds only some clippings. `paths` names them and removed ones."""
        return _records(self, context.cache.records(paths), context)


def stored_in(
    records: dict[str, tuple[Record, bytes]], documents: DocumentTable, context: BuildContext
) -> Iterator[tuple[str, Record, bytes]]:
    """Yield what all clippings came to, as `records` of the table, and store it by path on the way."""
    for path, record, mark in documents.records(context):
        records[path] = record, mark
        yield path, record, mark


def documents_of(site: Site, found: Discovery, context: BuildContext) -> DocumentTable:
    """Inspect changed clippings, and learn the boilerplate of their sources."""
    reader, cache = reader_of(site), context.cache
    known = cache.clippings()
    looked = _looked(reader, found, known, context)
    others = {path for path, one in looked.items() if path not in known or known[path][1] != one}
    documents = DocumentTable(reader, found, looked, {}, set(), {}, set(), time.time_ns())
    documents.repeats.update(learned(reader, looked, context, take=partial(_taken, documents, cache)))
    # With few changes, fetch the earlier versions from the cache first: known stories are updated from them.
    is_many = 2 * len(others) > many_of(len(looked))
    return documents._replace(unread=others - documents.fresh) if is_many else documents


def _taken(documents: DocumentTable, cache: Cache, found: Sequence[tuple[ReadRequest, Read]]) -> None:
    """Store clippings that were read while learning from their source; the cache returns them later."""
    for one, read_ in found:
        _note(documents, one.path, read_)
    keep_read(cache, documents.reader, found)


def _note(documents: DocumentTable, path: str, found: Read) -> None:
    """Record that a clipping was read, and whether its bytes were still those that were inspected."""
    if found.digest == documents.looked[path].digest:
        documents.steady.add(path)
    else:  # a followed site inspects it again
        documents.looked[path] = documents.looked[path]._replace(digest=b"")
    documents.fresh.add(path)


def documents_among(
    site: Site, stamps: Mapping[str, Stamp | None], context: BuildContext, count: int
) -> DocumentTable | None:
    """Inspect a few changed clippings (stamp None: removed), and learn again.

    Returns None if the cache does not know all other clippings of the `count`, because learning would miss
    some.
    """
    reader, cache = reader_of(site), context.cache
    there = {path: stamp for path, stamp in stamps.items() if stamp is not None}
    found, known = Discovery(paths=tuple(there), stamps=there), cache.clippings(stamps)
    looked = _looked(reader, found, known, context)
    if cache.count_clippings() != count:
        return None
    sources = {one.source for one in (*looked.values(), *(one for _, one in known.values()))}
    # A build that was killed, or a preview that ended, may have left sources marked as doubtful.
    sources |= {source for (source, _), (_, _, is_doubtful) in cache.learned().items() if is_doubtful}
    learned_again(reader, sources - {""}, context)
    repeats = {key_: digest for key_, (_, digest, _) in cache.learned().items()} if reader.clean else {}
    return DocumentTable(reader, found, looked, repeats, set(), {}, set(), time.time_ns())


def _looked(
    reader: Reader, found: Discovery, known: Mapping[str, tuple[Stamp, DocumentInfo]], context: BuildContext
) -> dict[str, DocumentInfo]:
    """Inspect every clipping that may have changed since the last inspection."""
    cache, workers, progress = context
    looked = {
        path: known[path][1] for path, stamp in found.stamps.items() if _is_known(known.get(path), stamp)
    }
    unknown = [path for path in found.paths if path not in looked]
    removed = [path for path in known if path not in found.stamps]
    now = time.time_ns()
    fresh: list[tuple[str, Stamp, DocumentInfo]] = []
    for done, (path, one) in enumerate(budgeted.looked_at(reader, unknown, workers)):
        progress("looking", done, len(unknown))
        looked[path] = one if isinstance(one, DocumentInfo) else DocumentInfo(b"", "", 0)
        stamp = found.stamps[path]
        fresh.append((path, stamp if stamp.is_settled(now) else NONE, looked[path]))
        if len(fresh) >= KEPT:
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


def _records(
    documents: DocumentTable, kept: Iterable[tuple[str, bytes, bytes]], context: BuildContext
) -> Iterator[tuple[str, Record, bytes]]:
    """Yield every clipping's path, record and record hash, in no order: cached, or else read now."""
    keys = {
        path: record_key(documents.reader, one.digest, documents.repeats.get(origin_key(one)))
        for path, one in documents.looked.items()
    }
    removed: list[str] = []
    recalled = _recalled(documents, kept, keys, removed)
    found: list[tuple[str, Record, bytes]] = []

    def step_by_step() -> Iterator[None]:
        for some in batches(recalled, AT_ONCE):
            found.extend(some)
            yield

    # Fetch from the cache while workers read what it cannot contain.
    steps = step_by_step()
    for one in read_now(documents, documents.unread, context, steps):
        yield one
        yield from found
        found.clear()
    for _ in steps:
        yield from found
        found.clear()
    if removed:
        with context.cache.together():
            context.cache.drop_records(removed)
    yield from read_now(documents, keys.keys() - documents.unread, context)


def _recalled(
    documents: DocumentTable,
    kept: Iterable[tuple[str, bytes, bytes]],
    keys: dict[str, bytes],
    removed: list[str],
) -> Iterator[tuple[str, Record, bytes]]:
    """Yield cached records with the right key, and delete these from `keys`. Unknown paths join `removed`."""
    former, most = documents.former, many_of(len(documents.looked))
    for path, key_, value in kept:
        if path in documents.unread:
            continue
        if keys.get(path) == key_ and (record := decoded(value)) and _stands(documents.reader, path, record):
            del keys[path]
            yield path, in_zone(record, documents.reader), hashed(value)
            continue
        if path not in documents.looked:
            removed.append(path)
        if len(former) < most and (record := decoded(value)) and record.reading.article:
            former[hashed(value)] = record.reading.article


def read_now(
    documents: DocumentTable, paths: Collection[str], context: BuildContext, meanwhile: Iterable[None] = ()
) -> Iterator[tuple[str, Record, bytes]]:
    """Read clippings now, store the results, and yield them as `records` does.

    While the workers are busy, this process advances `meanwhile` step by step.
    """
    reader, looked = documents.reader, documents.looked
    cache, workers, progress = context
    in_turn = sorted(paths, key=lambda path: (looked[path].source, looked[path].day, path))
    work = _wanted(looked, in_turn, cache, documents.repeats)
    results = budgeted.read(reader, work, workers, lambda path: looked[path].digest, meanwhile)
    waiting: list[tuple[ReadRequest, Read]] = []
    for done, (one, found) in enumerate(results):
        progress("reading", done, len(paths))
        if isinstance(found, Exception):
            yield one.path, failed(one.path, found), b""
            continue
        _note(documents, one.path, found)
        waiting.append((one, found))
        if len(waiting) >= KEPT:
            keep_read(cache, reader, waiting)
            waiting.clear()
        record = found.record
        yield one.path, in_zone(record, reader), mark_of_read(found)
    keep_read(cache, reader, waiting)


def mark_of_read(found: Read) -> bytes:
    """Return the hash of a record, even of one that the cache cannot hold (with a name that is not text)."""
    return hashed(found.value or repr(found.odd).encode("utf-8", "surrogatepass"))


def read_lost(site: Site, context: BuildContext, paths: Collection[str]) -> None:
    """Read clippings whose text is missing from the cache, and store them as before."""
    reader, cache = reader_of(site), context.cache
    looked = {path: one for path, (_, one) in cache.clippings(paths).items()}
    in_turn = sorted(looked, key=lambda path: (looked[path].source, looked[path].day, path))
    work = _wanted(looked, in_turn, cache, {})
    results = budgeted.read(reader, work, context.workers, lambda path: looked[path].digest)
    keep_read(cache, reader, [(one, found) for one, found in results if isinstance(found, Read)])


def _wanted(
    looked: Mapping[str, DocumentInfo], paths: Iterable[str], cache: Cache, known: Repeated
) -> Iterator[ReadRequest]:
    """Yield a read request for each clipping, with its source's boilerplate, grouped by source.

    Raises `MissingError` if the cache has no boilerplate of a source though it is `known`.
    """
    last, value = ("", 0), NO_REPEATS
    for path in paths:
        source, year = key_ = origin_key(looked[path])
        if key_ != last:
            found = cache.repeats(source, year) if source else None
            if found is None and key_ in known:
                raise MissingError("repeats", source, year)
            last, value = key_, found or NO_REPEATS
        yield ReadRequest(path, source, year, value, min(looked[path].day, 0))


def record_key(reader: Reader, digest: bytes, learned: bytes | None) -> bytes:
    """Return the cache key of a record: the site's rules, the clipping's bytes, its source's boilerplate."""
    return hashed(reader.epoch, digest, learned or b"")


def _stands(reader: Reader, path: str, record: Record) -> bool:
    """Return whether the image files beside a clipping are still those that its record refers to."""
    article = record.reading.article
    if article is not None and article.path != path:
        return False
    pictures = record.pictures
    if not pictures:
        return not record.images
    lookup = ImageLookup(reader.content, reader.ignore, path)
    if record.images and addresses(map(lookup.image, pictures)) != record.images:
        return False
    return seen_beside(lookup, pictures) == record.seen


def keep_read(cache: Cache, reader: Reader, found: Sequence[tuple[ReadRequest, Read]]) -> None:
    """Store what was read, keyed by the boilerplate used: another build may have learned more since."""
    learned_ = {value: hashed(value) for value in {one.repeats for one, _ in found}}
    with cache.together():
        cache.keep_bodies((one.path, read_.html) for one, read_ in found if read_.html)
        cache.keep_records(
            (
                one.path,
                record_key(
                    reader, read_.digest, learned_[one.repeats] if reader.clean and one.source else None
                ),
                read_.value,
            )
            for one, read_ in found
            if read_.value and read_.digest
        )


def in_zone(record: Record, reader: Reader) -> Record:
    """Return the record with its times in the site's time zone; the cache holds UTC."""
    article = record.reading.article
    if article is None or (own := article_in_zone(article, reader.rules.zone)) is article:
        return record
    return msgspec.structs.replace(record, reading=msgspec.structs.replace(record.reading, article=own))


def article_in_zone(article: Article, zone: dt.tzinfo) -> Article:
    """Return the article with its times in a time zone."""
    time_, fetched = article.time, article.fetched
    if time_ is None and (fetched is None or fetched.tzinfo is None):
        return article
    moments = {
        name: moment.astimezone(zone)
        for name, moment in (("time", time_), ("fetched", fetched))
        if moment is not None and moment.tzinfo is not None
    }
    return msgspec.structs.replace(article, **moments)


def failed(path: str, error: Exception) -> Record:
    """Return the record of a clipping that cannot be read because of a bug in Broadsheet."""
    message = f"cannot be read: {type(error).__name__}: {error}"[:300]
    advice = "this is a fault in Broadsheet itself; please report it with the file"
    problem = Problem(path=shown(path), message=message, advice=advice, kind="internal")
    skipped = Skipped(path=shown(path), reason=message)
    return Record(Reading(article=None, skipped=skipped, problems=(problem,)))


def reader_of(site: Site) -> Reader:
    """Return what the reading tasks need to know about a site."""
    config = site.config
    epoch = epoch_of(site)
    return Reader(
        str(site.content), str(site.root), rules_of(config), epoch, config.ignore, config.clean, config.limits
    )


def rules_of(config: Config) -> Rules:
    """Return what reading needs to know from the configuration."""
    spellings = [(one, key(name)) for name, one in config.sources.items() for name in (name, *one.aliases)]
    return Rules(
        zone=config.zone,
        languages=config.languages,
        fields=config.fields,
        default_language=config.language,
        source_languages={key_: one.language for one, key_ in spellings if one.language},
        uncleaned=frozenset(key_ for one, key_ in spellings if not one.clean),
        source_key=key,
        own_source=config.title,
    )
