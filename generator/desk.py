"""The first half of the pipeline: clippings are read and grouped, and the curator has the last word."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from generator import picks_file
from generator.cache import Cache
from generator.config import Config, Site, find_content
from generator.errors import Problem, shown
from generator.grouping import digest_of
from generator.grouping.picks import applied
from generator.grouping.stories import Stories
from generator.model import Article, Digest, Skipped, Verdict
from generator.reading import discover
from generator.reading.article import due
from generator.reading.boilerplate import families
from generator.reading.canonical import keys_of
from generator.reading.discover import Discovery
from generator.reading.language import language_of
from generator.recalled import stories_of
from generator.request import Options, by_place
from generator.shelf import Means, Shelf, shelf_of
from generator.tasks import Record
from generator.unchanged import Pictured
from generator.versions import hashed


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """All clippings read and grouped."""

    digest: Digest
    found: int
    ignored: int
    repaired: int
    verdicts: Mapping[Verdict, int]
    """How many articles have each."""
    skipped: tuple[Skipped, ...]
    """In the order of their paths."""
    problems: tuple[Problem, ...]
    waits_until: dt.datetime | None
    """When the next article that waits is due."""
    marks: Mapping[str, bytes]
    """Of each article, by its id, a hash of all that is known of it, its text included."""
    texts: Mapping[str, bytes]
    """Of each clipping with a text, by its path, the hash of its HTML in the cache."""
    fresh: Set[str]
    """Paths of clippings that were read now, not taken from the cache."""
    images: Mapping[str, str]
    """Images beside clippings: the address in the site, and the path below the content folder."""
    pictured: Pictured
    picks: tuple[picks_file.Pick, ...]
    """The curator's word, of front matter and of `picks.toml`."""
    merges: tuple[frozenset[str], ...]
    splits: tuple[frozenset[str], ...]


def read(site: Site, options: Options, means: Means, found: Discovery | None = None) -> Desk:
    """Read all clippings, or those found, and group them; what has not changed comes from the cache.

    Raises `ConfigError` where there is no content folder, or `picks.toml` cannot be read.
    """
    if found is None:
        find_content(site)
        found = discover(site.content, site.config.ignore)
    shelf = shelf_of(site, found, means)
    return grouped(site, options, shelf, shelf.records(means), means.cache)[0]


class Readings(msgspec.Struct):
    """What all clippings came to, gathered one by one."""

    articles: list[Article] = []
    marks: dict[str, tuple[Article, bytes]] = {}
    """By path: the article as read, and the hash of its record."""
    picks: list[picks_file.Pick] = []
    skipped: list[Skipped] = []
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    images: dict[str, str] = {}
    pictured: list[tuple[str, tuple[str, ...], bytes]] = []
    repaired: int = 0
    waits_until: dt.datetime | None = None


def grouped(
    site: Site, options: Options, shelf: Shelf, records: Iterable[tuple[str, Record, bytes]], cache: Cache
) -> tuple[Desk, Stories]:
    """Group what was read, after the curator's word. Raises `ConfigError` where that cannot be read."""
    config, found = site.config, shelf.found
    picks, faults = picks_file.load(site)
    _, cleaning_faults = families.load(site.root)  # the tasks load them too; here their faults count
    read_ = gathered(config, options, records)
    picked = applied(
        read_.articles,
        (*read_.picks, *picks),
        skipped=read_.skipped,
        keys_of=keys_of,
        language_of=lambda title: language_of(title, config.languages),
    )
    digest, clashes, clash_faults = digest_of(picked.articles, config.sources, config.text)
    marks = {article.id: mark_of(article, read_.marks[article.path]) for article in digest.articles}
    stories = stories_of(cache, shelf.reader.epoch, digest.articles, marks, shelf.former)
    told = stories.told(picked.merges, picked.splits)
    problems = (*faults, *cleaning_faults, *found.problems, *read_.problems, *picked.problems, *clash_faults)
    desk = Desk(
        digest=msgspec.structs.replace(digest, stories=told),
        found=len(found.paths) + len(found.skipped),
        ignored=found.ignored,
        repaired=read_.repaired,
        verdicts=Counter(article.verdict for article in digest.articles),
        skipped=tuple(sorted((*found.skipped, *read_.skipped, *picked.skipped, *clashes))),
        problems=tuple(sorted(problems, key=by_place)),
        waits_until=read_.waits_until,
        marks=marks,
        texts=read_.texts,
        fresh=shelf.fresh,
        images=read_.images,
        pictured=tuple(read_.pictured),
        picks=(*read_.picks, *picks),
        merges=picked.merges,
        splits=picked.splits,
    )
    return desk, stories


def gathered(config: Config, options: Options, records: Iterable[tuple[str, Record, bytes]]) -> Readings:
    """Sort what was read into what appears, what waits and what cannot be used."""
    read_ = Readings()
    for _, record, digest in records:
        reading = record.reading
        article = reading.article
        read_.repaired += reading.repaired
        skipped, problems = withheld(config, options, record)
        read_.problems += problems
        if article is None or skipped is not None:
            read_.skipped += [skipped] if skipped else []
            if moment := waits_until(config, options, record):
                read_.waits_until = min(read_.waits_until or moment, moment)
            continue
        read_.articles.append(article)
        read_.marks[article.path] = article, digest
        read_.picks += [reading.pick] if reading.pick else []
        if record.body:
            read_.texts[article.path] = record.body
        read_.images.update(record.images)
        read_.pictured += [(article.path, record.pictures, record.seen)] if record.pictures else []
    read_.picks.sort(key=lambda pick: pick.article)
    return read_


def waits_until(config: Config, options: Options, record: Record) -> dt.datetime | None:
    """When a clipping appears that is there, no draft held back, and dated in the future; else None."""
    article = record.reading.article
    is_kept = record.reading.is_draft and not (options.drafts or config.drafts)
    if article is None or is_kept or options.future or config.future:
        return None
    moment = due(article, config.zone)
    return moment if moment > options.as_of else None


def withheld(config: Config, options: Options, record: Record) -> tuple[Skipped | None, Sequence[Problem]]:
    """Why a clipping does not appear, if it does not, and what there is to say about it."""
    reading, article = record.reading, record.reading.article
    path = shown(article.path) if article else reading.skipped.path if reading.skipped else ""
    if reading.is_draft and not (options.drafts or config.drafts):
        told = [problem for problem in reading.problems if problem.kind == "draft"]
        return Skipped(path=path, reason="is a draft (--drafts publishes it)"), told
    if article is None:
        return reading.skipped, reading.problems
    if waits_until(config, options, record):
        reason = f"is dated {article.date}, in the future (--future publishes it)"
        return Skipped(path=path, reason=reason), reading.problems
    return None, reading.problems


def mark_of(article: Article, read_: tuple[Article, bytes]) -> bytes:
    """The hash of an article: that of its record, and of what grouping made of it since."""
    as_read, digest = read_
    if article is as_read:
        return digest
    changed = (getattr(article, field) for field in article.__struct_fields__ if field != "signature")
    return hashed(digest, repr(tuple(changed)).encode("utf-8", "surrogatepass"))
