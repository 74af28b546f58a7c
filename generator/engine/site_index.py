"""The first half of the pipeline: clippings are read and grouped, and the curator has the last word."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TypeVar

import msgspec

from generator.cache.versions import hashed
from generator.config import picks as picks_file
from generator.config.loading import find_content
from generator.config.options import Options, by_place
from generator.config.site import FILE_NAME, Config, Site
from generator.engine.document_table import DocumentTable, documents_of
from generator.engine.lessons import BuildContext
from generator.engine.local_images import held_back_by
from generator.engine.safeguards import found_in
from generator.engine.stored_stories import stories_of
from generator.engine.tasks import Record
from generator.grouping import digest_of
from generator.grouping.picks import applied
from generator.grouping.sources import unmatched
from generator.grouping.stories import Stories
from generator.model.errors import Problem, shown
from generator.model.types import Article, Digest, Skipped, TextPolicy, Verdict
from generator.reading.boilerplate import families
from generator.reading.canonical import keys_of
from generator.reading.discover import Discovery
from generator.reading.language import language_of
from generator.reading.moments import due

_Told = TypeVar("_Told", Problem, Skipped)

_OF_DRAFTS = frozenset({"draft", "publish", "duplicate-key"})
"""Kinds of problems that are told of drafts too: what decides whether they are any."""
MANY = 20_000
"""Articles from which on a copy of this process is worth its making, to look for stories."""


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What tells whether a change of a clipping reaches further than its article."""

    repaired: Set[str]
    """Paths of clippings whose front matter was recovered."""
    names: Mapping[str, str]
    """What a source is called, by how it is written, where that is in one way alone."""
    contested: Set[str]
    """Ids of articles that do not appear."""
    has_aliases: bool
    waiting: Mapping[str, dt.datetime]
    """When articles of the future appear, by their clippings' paths."""
    held_back: Mapping[str, str]
    """The sources of articles that do not appear, as written, by their clippings' paths."""


class SiteIndex(msgspec.Struct, frozen=True, kw_only=True):
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
    """Paths of clippings that were read now, not taken from the cache,"""
    steady: Set[str]
    """those of them that were as they had been when they were looked at,"""
    since: int
    """and a moment before the first of them was read, in nanoseconds since 1970."""
    repeats: Mapping[tuple[str, int], bytes]
    """By source and year, a hash of what is repeated, as the clippings were read with it."""
    images: Mapping[str, str]
    """Images beside clippings: the address in the site, and the path below the content folder."""
    pictured: tuple[str, ...]
    """The paths of clippings that name files which stand there."""
    picks: tuple[picks_file.Pick, ...]
    """The curator's word, of front matter and of `picks.toml`."""
    merges: tuple[frozenset[str], ...]
    splits: tuple[frozenset[str], ...]
    impact: Impact


def read(site: Site, options: Options, context: BuildContext, found: Discovery | None = None) -> SiteIndex:
    """Read all clippings, or those found, and group them; what has not changed comes from the cache.

    Raises `ConfigError` where there is no content folder, or `picks.toml` cannot be read.
    """
    if found is None:
        find_content(site)
        found = found_in(site, options)
    documents = documents_of(site, found, context)
    return grouped(site, options, documents, documents.records(context), context)[0]


class Readings(msgspec.Struct):
    """What all clippings came to, gathered one by one."""

    articles: list[Article] = []
    marks: dict[str, tuple[Article, bytes]] = {}
    """By path: the article as read, and the hash of its record."""
    picks: list[picks_file.Pick] = []
    skipped: list[Skipped] = []
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    images: dict[str, Record] = {}
    """By path, what was read of clippings that name images of the content folder."""
    pictured: list[str] = []
    repaired: set[str] = set()
    alias_lines: dict[str, int | None] = {}
    """By path as it is shown."""
    withheld: list[Article] = []
    withheld_urls: dict[str, str] = {}
    """Why nothing appears of an address, where there is a clipping of it."""
    waiting: dict[str, dt.datetime] = {}
    """When an article of the future appears, by its clipping's path."""


def grouped(
    site: Site,
    options: Options,
    documents: DocumentTable,
    records: Iterable[tuple[str, Record, bytes]],
    context: BuildContext,
    stories: Stories | None = None,
) -> tuple[SiteIndex, Stories]:
    """Group what was read, after the curator's word. Raises `ConfigError` where that cannot be read.

    Should the stories of an earlier digest be known, they are changed in place.
    """
    config, found = site.config, documents.found
    picks, faults = picks_file.load(site)
    _, cleaning_faults = families.own_of(site.root)  # the tasks make them ready; here their faults count
    read_ = gathered(config, options, records)
    picked = applied(
        read_.articles,
        (*read_.picks, *picks),
        skipped=read_.skipped,
        withheld_urls=read_.withheld_urls,
        keys_of=keys_of,
        language_of=lambda title: language_of(title, config.languages),
    )
    digest, clashes, clash_faults = digest_of(picked.articles, config.sources, config.text)
    clash_faults = _with_lines(clash_faults, read_.alias_lines)
    marks = {article.id: mark_of(article, read_.marks[article.path]) for article in digest.articles}
    if stories is None:
        stories = _searched(documents, digest.articles, marks, context)
    else:
        stories.become(digest.articles)
    told = stories.told(picked.merges, picked.splits)
    impact = impact_of(digest.articles, read_)
    images, image_faults = _images_of(site, digest, picked.articles, read_)
    problems = (
        *faults, *cleaning_faults, *_theme_faults(site), *found.problems, *read_.problems, *picked.problems,
        *clash_faults, *image_faults,
    )  # fmt: skip
    problems = told_of_sources(tuple(sorted(problems, key=by_place)), config, digest, impact.held_back)
    index = SiteIndex(
        digest=msgspec.structs.replace(digest, stories=told),
        found=len(found.paths) + len(found.skipped),
        ignored=found.ignored,
        repaired=len(read_.repaired),
        verdicts=Counter(article.verdict for article in digest.articles),
        skipped=tuple(sorted((*found.skipped, *read_.skipped, *picked.skipped, *clashes))),
        problems=problems,
        waits_until=min(read_.waiting.values(), default=None),
        marks=marks,
        texts=read_.texts,
        fresh=documents.fresh,
        steady=documents.steady,
        since=documents.since,
        repeats=documents.repeats,
        images=images,
        pictured=tuple(read_.pictured),
        picks=(*read_.picks, *picks),
        merges=picked.merges,
        splits=picked.splits,
        impact=impact,
    )
    return index, stories


def _theme_faults(site: Site) -> list[Problem]:
    """Names in the site's own templates that the theme does not have."""
    if not site.templates.is_dir():
        return []
    from generator.render.theme_names import unknown_names  # Jinja2 takes as long to import as a small build

    return unknown_names(site.templates)


def _images_of(
    site: Site, digest: Digest, kept: Iterable[Article], read_: Readings
) -> tuple[dict[str, str], list[Problem]]:
    """The images that go along: those of texts that are shown whole; and what is told of others.

    What a clipping that is held back names is published by the curator's own clippings alone: one from the
    web may name any file. `kept` are the articles that are not.
    """
    if not read_.images:
        return {}, []
    held_back = read_.images.keys() - {one.path for one in kept}
    owners = {file: path for path in sorted(held_back) for _, file in read_.images[path].images}
    shown_ = [
        one
        for one in digest.articles
        if one.path in read_.images and one.path in read_.texts
        and digest.sources[one.source].text is TextPolicy.FULL
    ]  # fmt: skip
    named = [(one, address, file) for one in shown_ for address, file in read_.images[one.path].images]
    public = {file for one, _, file in named if one.url is None}
    images: dict[str, str] = {}
    faults: list[Problem] = []
    for one, address, file in named:
        if file in public or file not in owners:
            images[address] = file
        else:
            sources = read_.images[one.path].pictures
            faults.append(held_back_by(str(site.content), one.path, sources, file, owners[file]))
    return images, faults


def _with_lines(problems: Sequence[Problem], lines: Mapping[str, int | None]) -> tuple[Problem, ...]:
    """Problems of aliases with the line that gives them; `lines` has it by the path as it is shown."""
    return tuple(
        msgspec.structs.replace(one, line=lines.get(one.path)) if one.kind == "alias" else one
        for one in problems
    )


def _searched(
    documents: DocumentTable, articles: Sequence[Article], marks: Mapping[str, bytes], context: BuildContext
) -> Stories:
    """Which articles are on the same news; among many, a copy of this process looks too."""
    is_shared = len(articles) > MANY and context.workers.count > 1
    return stories_of(
        context.cache, documents.reader.epoch, articles, marks, documents.former, is_shared=is_shared
    )


def gathered(config: Config, options: Options, records: Iterable[tuple[str, Record, bytes]]) -> Readings:
    """Sort what was read into what appears, what waits and what cannot be used."""
    read_ = Readings()
    for path, record, digest in records:
        reading = record.reading
        article = reading.article
        if reading.repaired:
            read_.repaired.add(path)
        read_.pictured += [path] if record.seen else []
        if record.images:
            read_.images[path] = record
        skipped, problems = withheld(config, options, record)
        read_.problems += problems
        if article is None or skipped is not None:
            read_.skipped += [skipped] if skipped else []
            read_.withheld += [article] if article else []
            if skipped and (url := article.url if article else reading.url):
                read_.withheld_urls.setdefault(url, skipped.reason)
            if moment := waits_until(config, options, record):
                read_.waiting[path] = moment
            continue
        read_.articles.append(article)
        read_.marks[article.path] = article, digest
        read_.picks += [reading.pick] if reading.pick else []
        if article.aliases:
            read_.alias_lines[shown(article.path)] = reading.aliases_line
        if record.body:
            read_.texts[article.path] = record.body
    read_.picks.sort(key=lambda pick: pick.article)
    return read_


def impact_of(articles: Sequence[Article], read_: Readings) -> Impact:
    """How far changes of clippings may reach; `articles` are those that appear, of what was read."""
    spellings: dict[str, set[str]] = {}
    for article in articles:
        spellings.setdefault(article.source, set()).add(read_.marks[article.path][0].source)
    shown_ = {article.path for article in articles}
    missing = [article for article in read_.articles if article.path not in shown_]
    withheld_ = (*missing, *read_.withheld)
    return Impact(
        repaired=read_.repaired,
        names={own: name for name, ways in spellings.items() if len(ways) == 1 for own in ways},
        contested={article.id for article in withheld_},
        has_aliases=any(article.aliases for article in (*read_.articles, *read_.withheld)),
        waiting=read_.waiting,
        held_back={article.path: article.source for article in withheld_},
    )


def told_of_sources(
    problems: tuple[Problem, ...], config: Config, digest: Digest, held_back: Mapping[str, str]
) -> tuple[Problem, ...]:
    """What there is to say, with the tables of the configuration that match no source now, in its place."""
    counts = Counter(held_back.values()) if config.sources else Counter()
    names = (*digest.sources, *sorted(counts, key=lambda name: (-counts[name], name)))
    new = unmatched(config.sources, names)
    start = bisect_left(problems, FILE_NAME, key=lambda one: one.path)
    told = problems[start : bisect_right(problems, FILE_NAME, lo=start, key=lambda one: one.path)]
    others = [one for one in told if one.kind != "source"]
    wanted = sorted((*others, *new), key=by_place)
    return problems if wanted == [*told] else with_others(problems, [FILE_NAME], wanted)


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
        told = [problem for problem in reading.problems if problem.kind in _OF_DRAFTS]
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


def with_others(told: tuple[_Told, ...], names: Iterable[str], others: Sequence[_Told]) -> tuple[_Told, ...]:
    """What there is to say, in the order of paths, with others for some of these."""
    left = list(told)
    for name in names:
        start = bisect_left(left, name, key=lambda one: one.path)
        left[start : bisect_right(left, name, key=lambda one: one.path)] = []
    if not others and len(left) == len(told):
        return told
    for one in others:
        insort(left, one, key=lambda one: one.path)
    return tuple(left)


def recounted(
    verdicts: Mapping[Verdict, int], removed: Iterable[Article], added: Iterable[Article]
) -> Counter[Verdict]:
    """How many articles have each verdict now."""
    counts = Counter(verdicts)
    counts.update(article.verdict for article in added)
    counts.subtract(article.verdict for article in removed)
    return counts
