"""Yields the records of clippings: from the cache where it has them, else read now by workers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from generator.cache.rows import DocumentInfo
from generator.cache.store import Cache, MissingError
from generator.cache.versions import hashed
from generator.config.site import Site
from generator.engine import budgeted, tasks
from generator.engine.build_context import BuildContext
from generator.engine.document_table import DocumentTable, reader_of, record_key, stored_article
from generator.engine.learning import BoilerplateHashes, origin_key
from generator.engine.records import (
    GONE,
    NO_BOILERPLATE,
    Read,
    Reader,
    ReadRequest,
    Record,
    Recorded,
    decoded,
)
from generator.grouping.copies import many_of
from generator.render.image_lookup import addresses


def records_of(documents: DocumentTable, context: BuildContext) -> Iterator[tuple[str, Recorded]]:
    """Yield the path of every clipping with its record, in no order."""
    return _records(documents, documents.looked, context.cache.records(), context)


def records_among(
    documents: DocumentTable, paths: Collection[str], context: BuildContext
) -> dict[str, Recorded]:
    """Return path → record and its hash, of some clippings; `GONE` for one that does not exist."""
    found = dict.fromkeys(sorted(paths), GONE)
    looked = {path: documents.looked[path] for path in found if path in documents.looked}
    found |= _records(documents, looked, context.cache.records(found), context)
    return found


def _records(
    documents: DocumentTable,
    looked: Mapping[str, DocumentInfo],
    kept: Iterable[tuple[str, bytes, bytes]],
    context: BuildContext,
) -> Iterator[tuple[str, Recorded]]:
    """Yield the paths of some clippings with their records, in no order: cached, or else read now."""
    keys = {
        path: record_key(documents.reader, one.digest, documents.boilerplate.get(origin_key(one)))
        for path, one in looked.items()
    }
    yield from _recalled(documents, kept, keys, context)
    yield from read_now(documents, keys, context)


def _recalled(
    documents: DocumentTable,
    kept: Iterable[tuple[str, bytes, bytes]],
    keys: dict[str, bytes],
    context: BuildContext,
) -> Iterator[tuple[str, Recorded]]:
    """Yield cached records with the right key, and delete these from `keys`. Drop those of lost clippings."""
    former, most = documents.former, many_of(len(documents.looked), context.limits.judged)
    removed: list[str] = []
    for path, key_, value in kept:
        if keys.get(path) == key_ and (record := decoded(value)) and _stands(documents.reader, path, record):
            del keys[path]
            yield path, (in_zone(record, documents.reader), hashed(value))
            continue
        if path not in documents.looked:
            removed.append(path)
        if len(former) < most and (record := decoded(value)) and record.reading.article:
            former[hashed(value)] = record.reading.article
    if removed:
        with context.cache.together():
            context.cache.drop_records(removed)


def read_now(
    documents: DocumentTable, paths: Collection[str], context: BuildContext
) -> Iterator[tuple[str, Recorded]]:
    """Read clippings now, store the results, and yield them as `records_of` does."""
    reader, looked = documents.reader, documents.looked
    cache = context.cache
    work = _wanted(looked, paths, cache, documents.boilerplate)
    results = budgeted.read(reader, work, context, lambda path: looked[path].digest)
    waiting: list[tuple[ReadRequest, Read]] = []
    for done, (one, found) in enumerate(results):
        context.progress("reading", done, len(paths))
        if isinstance(found, Exception):
            yield one.path, (tasks.failed(one.path, found), b"")
            continue
        documents.note(one.path, found)
        waiting.append((one, found))
        if len(waiting) >= context.limits.cache_write:
            keep_read(cache, reader, waiting)
            waiting.clear()
        yield one.path, (in_zone(found.record, reader), found.mark)
    keep_read(cache, reader, waiting)


def read_lost(site: Site, context: BuildContext, paths: Collection[str]) -> None:
    """Read clippings whose text is missing from the cache, and store them as before."""
    reader, cache = reader_of(site), context.cache
    looked = {path: one for path, (_, one) in cache.clippings(paths).items()}
    work = _wanted(looked, looked, cache, {})
    results = budgeted.read(reader, work, context, lambda path: looked[path].digest)
    keep_read(cache, reader, [(one, found) for one, found in results if isinstance(found, Read)])


def _wanted(
    looked: Mapping[str, DocumentInfo], paths: Iterable[str], cache: Cache, known: BoilerplateHashes
) -> Iterator[ReadRequest]:
    """Yield a read request for each clipping, with its source's boilerplate, grouped by source.

    Raises `MissingError` if the cache has no boilerplate of a source though it is `known`.
    """
    last, value = ("", 0), NO_BOILERPLATE
    for path in sorted(paths, key=lambda path: (looked[path].source, looked[path].day, path)):
        source, year = key_ = origin_key(looked[path])
        if key_ != last:
            found = cache.boilerplate(source, year) if source else None
            if found is None and key_ in known:
                raise MissingError("repeats", source, year)
            last, value = key_, found or NO_BOILERPLATE
        one = looked[path]
        yield ReadRequest(path, source, year, value, min(one.day, 0))


def _stands(reader: Reader, path: str, record: Record) -> bool:
    """Return whether the image files beside a clipping are still those that its record refers to."""
    article = record.reading.article
    if article is not None and article.path != path:
        return False
    pictures = record.pictures
    if not pictures:
        return not record.images
    lookup = reader.images_of(path)
    if record.images and addresses(map(lookup.image, pictures)) != record.images:
        return False
    return lookup.seen(pictures) == record.seen


def keep_read(cache: Cache, reader: Reader, found: Sequence[tuple[ReadRequest, Read]]) -> None:
    """Store what was read, keyed by the boilerplate used: another build may have learned more since."""
    learned_ = {value: hashed(value) for value in {one.boilerplate for one, _ in found}}
    with cache.together():
        cache.keep_bodies((one.path, read_.html, read_.terms) for one, read_ in found if read_.html)
        cache.keep_records(
            (
                one.path,
                record_key(
                    reader, read_.digest, learned_[one.boilerplate] if reader.clean and one.source else None
                ),
                read_.value,
            )
            for one, read_ in found
            if read_.value and read_.digest
        )


def in_zone(record: Record, reader: Reader) -> Record:
    """Return the record with its times in the site's time zone; the cache holds UTC."""
    if record.reading.article is None:
        return record
    own = stored_article(record.reading.article, reader.rules.zone)
    return msgspec.structs.replace(record, reading=msgspec.structs.replace(record.reading, article=own))
