"""The first half of the pipeline: reads and groups clippings, then applies the curator's picks."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from generator.cache.versions import hashed
from generator.config import picks as picks_file
from generator.config.identifiers import kinds_of
from generator.config.loading import find_content
from generator.config.mistyped import mistyped
from generator.config.options import Options, by_place
from generator.config.site import FILE_NAME, Config, Site
from generator.config.tags import tag_rules
from generator.engine import stored_copies, stored_stories
from generator.engine.build_context import BuildContext
from generator.engine.document_table import DocumentTable
from generator.engine.image_problems import held_back_by
from generator.engine.inspecting import documents_of
from generator.engine.readings import Facts, Readings, gathered, reasons_by_url
from generator.engine.record_reading import records_of
from generator.engine.records import Recorded
from generator.grouping import digest_of
from generator.grouping.article_names import ArticleNames
from generator.grouping.copies import Copies
from generator.grouping.digest import with_stories
from generator.grouping.languages import unlisted_languages
from generator.grouping.picks import Choices, choices_of
from generator.grouping.sources import unmatched
from generator.grouping.stories import Stories
from generator.model.errors import Problem
from generator.model.types import Article, Digest, Skipped, TextPolicy, Verdict
from generator.reading.boilerplate import families
from generator.reading.canonical import keys_of
from generator.reading.language import language_of
from generator.reading.lost_folders import found_in

_Told = TypeVar("_Told", Problem, Skipped)

MANY = 20_000
"""Number of articles from which forking a second process to search for copies pays off."""


class Impact(msgspec.Struct, kw_only=True):
    """What decides whether a change of a clipping affects more than its article; updated in place."""

    names: dict[str, str]
    """Spelling → source name, for unambiguous spellings only."""
    has_aliases: bool
    """Whether articles have aliases, valid or not."""
    contested: set[str]
    """Case-folded ids of articles that are left out because another one has their id."""


class SiteIndex(msgspec.Struct, kw_only=True):
    """All clippings, read and grouped; updated in place."""

    digest: Digest
    found: int
    ignored: int
    verdicts: dict[Verdict, int]
    """Verdict → number of articles."""
    skipped: tuple[Skipped, ...]
    """Sorted by path."""
    problems: tuple[Problem, ...]
    content_hashes: dict[str, bytes]
    """Article id → content hash, including the body."""
    texts: dict[str, bytes]
    """Path → hash of the text's HTML in the cache, for clippings with a text."""
    images: Mapping[str, str]
    """Address in the site → path below the content folder, for images beside clippings."""
    pictured: tuple[str, ...]
    """Paths of clippings that name existing image files."""
    picks: tuple[picks_file.Pick, ...]
    """The curator's picks, from front matter and from `picks.toml`."""
    choices: Choices
    """What all picks together say."""
    facts: Facts
    impact: Impact

    @property
    def repaired(self) -> int:
        """Number of clippings whose front matter was recovered."""
        return len(self.facts.repaired)

    @property
    def waits_until(self) -> dt.datetime | None:
        """When the next waiting article is due."""
        return min(self.facts.waiting.values(), default=None)

    def due(self, as_of: dt.datetime) -> list[str]:
        """Return the paths of the waiting clippings that are to be published by now."""
        return [path for path, moment in self.facts.waiting.items() if moment <= as_of]


def read(site: Site, options: Options, context: BuildContext) -> SiteIndex:
    """Read and group all clippings. Unchanged ones come from the cache.

    Raises `ConfigError` if there is no content folder or `picks.toml` cannot be read.
    """
    find_content(site)
    documents = documents_of(site, found_in(site, options), context)
    return grouped(site, options, documents, records_of(documents, context), context)[0]


def grouped(
    site: Site,
    options: Options,
    documents: DocumentTable,
    records: Iterable[tuple[str, Recorded]],
    context: BuildContext,
    copies: Copies | None = None,
) -> tuple[SiteIndex, Copies, Stories]:
    """Group records and apply picks, as `read`. The `copies` of an earlier digest are updated in place."""
    config, found = site.config, documents.found
    curated, faults = picks_file.load(site)
    read_ = gathered(config, options, records)
    picks, facts = (*read_.picks, *curated), read_.facts
    choices = _choices_of(picks, read_)
    kept = [*kept_by(choices, read_.articles, config)]
    kinds, rules = kinds_of(config.identifiers), tag_rules(config.tags)
    digest, clashes, clash_faults = digest_of(kept, config.sources, config.text, kinds, rules)
    hashes = {one.id: content_hash(one, read_.as_read[one.path]) for one in digest.articles}
    copies = _copies_of(digest.articles, copies, hashes, documents, context)
    digest, stories = related(site, digest, copies, choices, hashes, context)
    shown_ = {article.path for article in digest.articles}
    facts.held_back |= {one.path: one.source for one in read_.articles if one.path not in shown_}
    images, image_faults = _images_of(site, digest, kept, read_)
    told = (*faults, *found.problems, *read_.problems, *choices.problems, *image_faults)
    index = SiteIndex(
        digest=digest,
        found=documents.total,
        ignored=found.ignored,
        verdicts=dict.fromkeys(Verdict, 0) | Counter(article.verdict for article in digest.articles),
        skipped=tuple(sorted((*found.skipped, *read_.skipped, *choices.skipped, *clashes))),
        problems=_problems_of(site, digest, facts, (*told, *_with_lines(clash_faults, read_.alias_lines))),
        content_hashes=hashes,
        texts=read_.texts,
        images=images,
        pictured=tuple(read_.pictured),
        picks=picks,
        choices=choices,
        facts=facts,
        impact=_impact_of(digest, kept, read_),
    )
    return index, copies, stories


def _choices_of(picks: Sequence[picks_file.Pick], read_: Readings) -> Choices:
    """Return what picks say of the articles that were read."""
    names = ArticleNames(read_.articles if picks else (), keys_of, picks)
    reasons = {one.path: one.reason for one in read_.skipped}
    return choices_of(picks, names, reasons, reasons_by_url(read_.facts.withheld_urls))


def _copies_of(
    articles: Sequence[Article],
    last: Copies | None,
    content_hashes: Mapping[str, bytes],
    documents: DocumentTable,
    context: BuildContext,
) -> Copies:
    """Update the last copies, or else group all, from stored ones if possible.

    For many articles, a forked process helps.
    """
    if last is not None:
        last.replace_articles(articles)
        return last
    is_shared = len(articles) > MANY and context.workers.count > 1
    epoch, limits = documents.reader.epoch, context.limits
    return stored_copies.copies_of(
        context.cache, epoch, articles, content_hashes, documents.former, limits, is_shared=is_shared
    )


def related(
    site: Site,
    digest: Digest,
    copies: Copies,
    choices: Choices,
    content_hashes: Mapping[str, bytes],
    context: BuildContext,
) -> tuple[Digest, Stories]:
    """Return a digest with its copies and stories, and what updates its stories."""
    digest = msgspec.structs.replace(digest, copies=copies.updated(choices.splits))
    stories = stored_stories.stories_of(context.cache, site.output, site.config, digest, content_hashes)
    return with_stories(digest, stories.updated(choices.merges), stories.aggregators.names), stories


def _problems_of(site: Site, digest: Digest, facts: Facts, told: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems told, and those of the site's own rules, templates and names of files, in order."""
    _, faults = families.own_of(site.root)  # tasks load the families
    problems = sorted((*told, *faults, *theme_faults(site), *mistyped(site)), key=by_place)
    return told_of_site(tuple(problems), site.config, digest, facts)


def _impact_of(digest: Digest, kept: Iterable[Article], read_: Readings) -> Impact:
    """`kept` are the articles that are not withheld."""
    spellings: dict[str, set[str]] = {}
    for article in digest.articles:
        spellings.setdefault(article.source, set()).add(read_.as_read[article.path][0].source)
    published = {article.path for article in digest.articles}
    return Impact(
        names={own: name for name, ways in spellings.items() if len(ways) == 1 for own in ways},
        has_aliases=bool(read_.alias_lines),
        contested={one.id.casefold() for one in kept if one.path not in published},
    )


def kept_by(choices: Choices, articles: Iterable[Article], config: Config) -> Iterator[Article]:
    """Yield the articles that no pick hides, with what picks say of them."""

    def language(title: str) -> str | None:
        return language_of(title, config.languages)

    for article in articles:
        if (kept := choices.applied_to(article, language)) is not None:
            yield kept


def theme_faults(site: Site) -> list[Problem]:
    """Return problems of names in the site's own templates that the theme does not define."""
    if not site.templates.is_dir():
        return []
    from generator.render.theme_names import unknown_names  # importing Jinja2 takes as long as a small build

    return unknown_names(site.templates)


def _images_of(
    site: Site, digest: Digest, kept: Iterable[Article], read_: Readings
) -> tuple[dict[str, str], list[Problem]]:
    """Return the images to publish, which belong to texts shown in full, and problems of others.

    A file named by a withheld clipping is published only for the curator's own clippings, since one from the
    web may name any file. `kept` are the articles that are not withheld.
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
    """Return the problems, those of aliases with their line. `lines`: displayed path → line."""
    return tuple(
        msgspec.structs.replace(one, line=lines.get(one.path)) if one.kind == "alias" else one
        for one in problems
    )


def told_of_site(
    problems: tuple[Problem, ...], config: Config, digest: Digest, facts: Facts
) -> tuple[Problem, ...]:
    """Return the problems, with unmatched `[sources]` tables and unlisted languages brought up to date."""
    counts = Counter(facts.held_back.values()) if config.sources else Counter()
    names = (*digest.sources, *sorted(counts, key=lambda name: (-counts[name], name)))
    new = (*unmatched(config.sources, names), *unlisted_languages(facts.unlisted.values()))
    start = bisect_left(problems, FILE_NAME, key=lambda one: one.path)
    told = problems[start : bisect_right(problems, FILE_NAME, lo=start, key=lambda one: one.path)]
    others = [one for one in told if one.kind not in {"source", "language"}]
    wanted = sorted((*others, *new), key=by_place)
    return problems if wanted == [*told] else with_others(problems, [FILE_NAME], wanted)


def content_hash(article: Article, read_: tuple[Article, bytes]) -> bytes:
    """Return the content hash of an article: of its record, and of what grouping changed."""
    as_read, digest = read_
    if article is as_read or article == as_read:
        return digest
    changed = (getattr(article, field) for field in article.__struct_fields__ if field != "signature")
    return hashed(digest, repr(tuple(changed)).encode("utf-8", "surrogatepass"))


def with_others(told: tuple[_Told, ...], names: Iterable[str], others: Sequence[_Told]) -> tuple[_Told, ...]:
    """Return the sorted tuple `told`, with all entries of the paths in `names` replaced by `others`."""
    left = list(told)
    for name in names:
        start = bisect_left(left, name, key=lambda one: one.path)
        left[start : bisect_right(left, name, key=lambda one: one.path)] = []
    if not others and len(left) == len(told):
        return told
    for one in others:
        insort(left, one, key=lambda one: one.path)
    return tuple(left)
