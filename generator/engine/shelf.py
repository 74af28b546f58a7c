"""Clippings looked at and read: from the cache, or by workers where they changed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import NamedTuple

import msgspec

from generator.cache.stamps import NONE, Stamp
from generator.cache.store import ENDED, Cache, Looked, MissingError
from generator.cache.versions import hashed
from generator.config.site import Config, Site
from generator.engine import budgeted, tasks
from generator.engine.lessons import KEPT, Means, Repeated, learned, learned_again, origin_key
from generator.engine.local_images import ImageLookup, addresses, seen_beside
from generator.engine.tasks import Read, Reader, Record, Wanted
from generator.engine.unchanged import epoch_of
from generator.grouping.sources import key
from generator.grouping.stories import many_of
from generator.model.errors import Problem, shown
from generator.model.types import Article, Skipped
from generator.parallel.workers import batches
from generator.reading.article import Reading, Rules
from generator.reading.discover import Discovery

AT_ONCE = 20
"""Records that come from the cache before this process looks what workers have done."""


class Shelf(NamedTuple):
    """All clippings, looked at, and what was learned of them."""

    reader: Reader
    found: Discovery
    looked: dict[str, Looked]
    repeats: Repeated
    fresh: set[str]
    """Clippings that were read now, as they are."""
    former: dict[bytes, Article]
    """A few articles as they were before their clippings changed or went, by their marks."""
    steady: set[str]
    """Those of `fresh` that were as they had been when they were looked at."""
    since: int
    """A moment before the first of them was read, in nanoseconds since 1970."""
    unread: Set[str] = frozenset()
    """Clippings that are others than the cache knows: they are read while it is asked for the rest."""

    def records(self, means: Means) -> Iterator[tuple[str, Record, bytes]]:
        """What all clippings came to: path, record and its hash, in no order."""
        return _records(self, means.cache.records(), means)

    def records_among(self, paths: Iterable[str], means: Means) -> Iterator[tuple[str, Record, bytes]]:
        """The same where no others are on the shelf; `paths` are theirs, and those of some that went."""
        return _records(self, means.cache.records(paths), means)


def shelf_of(site: Site, found: Discovery, means: Means) -> Shelf:
    """Look at what changed, and learn."""
    reader, cache = reader_of(site), means.cache
    known = cache.clippings()
    looked = _looked(reader, found, known, means)
    others = {path for path, one in looked.items() if path not in known or known[path][1] != one}
    shelf = Shelf(reader, found, looked, {}, set(), {}, set(), time.time_ns())
    shelf.repeats.update(learned(reader, looked, means, take=partial(_taken, shelf, cache)))
    # Of a few it is asked first what they were: stories follow from there.
    is_many = 2 * len(others) > many_of(len(looked))
    return shelf._replace(unread=others - shelf.fresh) if is_many else shelf


def _taken(shelf: Shelf, cache: Cache, found: Sequence[tuple[Wanted, Read]]) -> None:
    """Take what was read as its sources were learned of: it comes from the cache later."""
    for one, read_ in found:
        _note(shelf, one.path, read_)
    keep_read(cache, shelf.reader, found)


def _note(shelf: Shelf, path: str, found: Read) -> None:
    """Note that a clipping was read, and whether it was as it had been when it was looked at."""
    if found.digest == shelf.looked[path].digest:
        shelf.steady.add(path)
    else:  # whoever follows looks again
        shelf.looked[path] = shelf.looked[path]._replace(digest=b"")
    shelf.fresh.add(path)


def shelf_among(site: Site, stamps: Mapping[str, Stamp | None], means: Means, count: int) -> Shelf | None:
    """Look at a few clippings with other stamps, None for those that went, and learn again.

    None where the cache does not know all others of the `count` clippings: it would learn from too few.
    """
    reader, cache = reader_of(site), means.cache
    there = {path: stamp for path, stamp in stamps.items() if stamp is not None}
    found, known = Discovery(paths=tuple(there), stamps=there), cache.clippings(stamps)
    looked = _looked(reader, found, known, means)
    if cache.count_clippings() != count:
        return None
    sources = {one.source for one in (*looked.values(), *(one for _, one in known.values()))}
    # An earlier build may have been killed, or a preview ended, before it looked into all it doubted.
    sources |= {source for (source, _), (_, _, is_doubtful) in cache.learned().items() if is_doubtful}
    learned_again(reader, sources - {""}, means)
    repeats = {key_: digest for key_, (_, digest, _) in cache.learned().items()} if reader.clean else {}
    return Shelf(reader, found, looked, repeats, set(), {}, set(), time.time_ns())


def _looked(
    reader: Reader, found: Discovery, known: Mapping[str, tuple[Stamp, Looked]], means: Means
) -> dict[str, Looked]:
    """Look at every clipping that may have changed since it was looked at last."""
    cache, workers, progress = means
    looked = {
        path: known[path][1] for path, stamp in found.stamps.items() if _is_known(known.get(path), stamp)
    }
    unknown = [path for path in found.paths if path not in looked]
    gone = [path for path in known if path not in found.stamps]
    now = time.time_ns()
    fresh: list[tuple[str, Stamp, Looked]] = []
    for done, (path, one) in enumerate(budgeted.looked_at(reader, unknown, workers)):
        progress("looking", done, len(unknown))
        looked[path] = one if isinstance(one, Looked) else Looked(b"", "", 0)
        stamp = found.stamps[path]
        fresh.append((path, stamp if stamp.is_settled(now) else NONE, looked[path]))
        if len(fresh) >= KEPT:
            _keep_looked(cache, known, fresh)
            fresh.clear()
    _keep_looked(cache, known, fresh, gone)
    return looked


def _keep_looked(
    cache: Cache,
    known: Mapping[str, tuple[Stamp, Looked]],
    fresh: Sequence[tuple[str, Stamp, Looked]],
    gone: Sequence[str] = (),
) -> None:
    """Put what was looked at into the cache, with a doubt about what was learned of its sources."""
    if not (fresh or gone):
        return
    after = {path: one for path, _, one in fresh}
    before = {path: known[path][1] for path in (*after, *gone) if path in known}
    with cache.together():
        cache.keep_clippings(fresh)
        cache.drop_clippings(gone)
        cache.doubt_learned(_changed_sources(before, after))


def _is_known(known: tuple[Stamp, Looked] | None, stamp: Stamp) -> bool:
    if known is None or known[1].day == ENDED:
        return False
    return known[0] == stamp != NONE and known[1].digest != b""


def _changed_sources(before: Mapping[str, Looked], after: Mapping[str, Looked]) -> set[str]:
    """The sources whose samples may be others now."""
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    return {
        one.source for looks in (before, after) for path in changed if (one := looks.get(path)) and one.source
    }


def _records(
    shelf: Shelf, kept: Iterable[tuple[str, bytes, bytes]], means: Means
) -> Iterator[tuple[str, Record, bytes]]:
    """What all clippings came to, with its hash: from the cache, else read now; in no order."""
    keys = {
        path: record_key(shelf.reader, one.digest, shelf.repeats.get(origin_key(one)))
        for path, one in shelf.looked.items()
    }
    gone: list[str] = []
    recalled = _recalled(shelf, kept, keys, gone)
    found: list[tuple[str, Record, bytes]] = []

    def step_by_step() -> Iterator[None]:
        for some in batches(recalled, AT_ONCE):
            found.extend(some)
            yield

    # The cache is asked while workers read what it cannot have.
    steps = step_by_step()
    for one in read_now(shelf, shelf.unread, means, steps):
        yield one
        yield from found
        found.clear()
    for _ in steps:
        yield from found
        found.clear()
    if gone:
        with means.cache.together():
            means.cache.drop_records(gone)
    yield from read_now(shelf, keys.keys() - shelf.unread, means)


def _recalled(
    shelf: Shelf, kept: Iterable[tuple[str, bytes, bytes]], keys: dict[str, bytes], gone: list[str]
) -> Iterator[tuple[str, Record, bytes]]:
    """What the cache has under the right keys, which are taken out; clippings that are `gone` are noted."""
    former, most = shelf.former, many_of(len(shelf.looked))
    for path, key_, value in kept:
        if path in shelf.unread:
            continue
        if (
            keys.get(path) == key_
            and (record := tasks.decoded(value))
            and _stands(shelf.reader, path, record)
        ):
            del keys[path]
            yield path, in_zone(record, shelf.reader), hashed(value)
            continue
        if path not in shelf.looked:
            gone.append(path)
        if len(former) < most and (record := tasks.decoded(value)) and record.reading.article:
            former[hashed(value)] = record.reading.article


def read_now(
    shelf: Shelf, paths: Collection[str], means: Means, meanwhile: Iterable[None] = ()
) -> Iterator[tuple[str, Record, bytes]]:
    """What clippings come to that are read now, and kept; as `records` has it.

    While workers are waited for this process goes on with `meanwhile`, step by step.
    """
    reader, looked = shelf.reader, shelf.looked
    cache, workers, progress = means
    in_turn = sorted(paths, key=lambda path: (looked[path].source, looked[path].day, path))
    work = _wanted(looked, in_turn, cache, shelf.repeats)
    results = budgeted.read(reader, work, workers, lambda path: looked[path].digest, meanwhile)
    waiting: list[tuple[Wanted, Read]] = []
    for done, (one, found) in enumerate(results):
        progress("reading", done, len(paths))
        if isinstance(found, Exception):
            yield one.path, failed(one.path, found), b""
            continue
        _note(shelf, one.path, found)
        waiting.append((one, found))
        if len(waiting) >= KEPT:
            keep_read(cache, reader, waiting)
            waiting.clear()
        record = found.record
        yield one.path, in_zone(record, reader), mark_of_read(found)
    keep_read(cache, reader, waiting)


def mark_of_read(found: Read) -> bytes:
    """The hash of a record; of one that no cache can hold too, as that of a name that is no text."""
    return hashed(found.value or repr(found.odd).encode("utf-8", "surrogatepass"))


def read_lost(site: Site, means: Means, paths: Collection[str]) -> None:
    """Read clippings again whose texts the cache has lost, and keep these as they were."""
    reader, cache = reader_of(site), means.cache
    looked = {path: one for path, (_, one) in cache.clippings(paths).items()}
    in_turn = sorted(looked, key=lambda path: (looked[path].source, looked[path].day, path))
    work = _wanted(looked, in_turn, cache, {})
    results = budgeted.read(reader, work, means.workers, lambda path: looked[path].digest)
    keep_read(cache, reader, [(one, found) for one, found in results if isinstance(found, Read)])


def _wanted(
    looked: Mapping[str, Looked], paths: Iterable[str], cache: Cache, known: Repeated
) -> Iterator[Wanted]:
    """Put what a source repeats beside each of its clippings; they come source by source.

    Raises `MissingError` where it is not there though it is `known`.
    """
    last, value = ("", 0), tasks.NO_REPEATS
    for path in paths:
        source, year = key_ = origin_key(looked[path])
        if key_ != last:
            found = cache.repeats(source, year) if source else None
            if found is None and key_ in known:
                raise MissingError("repeats", source, year)
            last, value = key_, found or tasks.NO_REPEATS
        yield Wanted(path, source, year, value, min(looked[path].day, 0))


def record_key(reader: Reader, digest: bytes, learned: bytes | None) -> bytes:
    """What a record depends on: the site's rules, the clipping's bytes, and what its source repeats."""
    return hashed(reader.epoch, digest, learned or b"")


def _stands(reader: Reader, path: str, record: Record) -> bool:
    """Whether the images beside a clipping are those that its record knows."""
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


def keep_read(cache: Cache, reader: Reader, found: Sequence[tuple[Wanted, Read]]) -> None:
    """Put what was read into the cache, under what it was read with: another build may have learned since."""
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
    """A record's moments as clocks in the site's time zone show them; caches keep them in UTC."""
    article = record.reading.article
    if article is None or (own := article_in_zone(article, reader.rules.zone)) is article:
        return record
    return msgspec.structs.replace(record, reading=msgspec.structs.replace(record.reading, article=own))


def article_in_zone(article: Article, zone: dt.tzinfo) -> Article:
    """The same of an article."""
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
    """A clipping that no attempt could read: a fault of ours, which costs it alone."""
    message = f"cannot be read: {type(error).__name__}: {error}"[:300]
    advice = "this is a fault in Broadsheet itself; please report it with the file"
    problem = Problem(path=shown(path), message=message, advice=advice, kind="internal")
    skipped = Skipped(path=shown(path), reason=message)
    return Record(Reading(article=None, skipped=skipped, problems=(problem,)))


def reader_of(site: Site) -> Reader:
    """What the tasks of reading need to know of a site."""
    config = site.config
    epoch = epoch_of(site)
    return Reader(
        str(site.content), str(site.root), rules_of(config), epoch, config.ignore, config.clean, config.limits
    )


def rules_of(config: Config) -> Rules:
    """What reading needs to know of the configuration."""
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
