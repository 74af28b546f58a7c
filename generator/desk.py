"""The first half of the pipeline: clippings are read, cleaned, grouped, and the curator has the last word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from generator import picks_file
from generator.config import Config, Site
from generator.errors import ConfigError, Problem, Severity
from generator.grouping import digest_of
from generator.grouping.picks import applied
from generator.grouping.sources import key
from generator.grouping.stories import stories_of
from generator.model import Digest, Skipped
from generator.reading import article_of, discover, read_clipping
from generator.reading.article import Reading, Rules, origin_of
from generator.reading.boilerplate import Cleaning, families
from generator.reading.boilerplate.judge import Judged
from generator.reading.boilerplate.remaining import opinion_of
from generator.reading.boilerplate.repeats import Key, Origin, Repeats, learn, samples
from generator.reading.canonical import keys_of
from generator.reading.language import language_of

Progress = Callable[[str, int, int], None]
"""Called with a step's name, how many are done and how many there are; what it raises ends the build."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line decides about a build."""

    as_of: dt.datetime
    """Aware; articles dated after it wait."""
    drafts: bool = False
    future: bool = False
    strict: bool = False
    """Problems of warning or error end the build before anything is written."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """All clippings read and grouped, and what it takes to read their texts again."""

    digest: Digest
    rules: Rules
    cleaning: Cleaning
    found: int
    ignored: int
    repaired: int
    skipped: tuple[Skipped, ...]
    """In the order of their paths."""
    problems: tuple[Problem, ...]
    waits_until: dt.datetime | None
    """When the next article that waits is due."""


def read(site: Site, options: Options, progress: Progress) -> Desk:
    """Read all clippings and group them; texts are let go again.

    Raises `ConfigError` where there is no content folder, or `picks.toml` cannot be read.
    """
    find_content(site)
    picks, faults = picks_file.load(site)
    problems = list(faults)
    found = discover(site.content, site.config.ignore)
    rules = rules_of(site.config, options)
    cleaning, faults = cleaning_of(site, found.paths, rules, progress)
    problems += (*found.problems, *faults)
    readings, skipped = _readings(site, found.paths, rules, cleaning, problems, progress)
    skipped += found.skipped
    picked = applied(
        [reading.article for reading in readings if reading.article],
        (*(reading.pick for reading in readings if reading.pick), *picks),
        skipped=skipped,
        keys_of=keys_of,
        language_of=lambda title: language_of(title, rules.languages),
    )
    digest, clashes, faults = digest_of(picked.articles, site.config.sources, site.config.text)
    stories = stories_of(digest.articles, picked.merges, picked.splits)
    return Desk(
        digest=msgspec.structs.replace(digest, stories=stories),
        rules=rules,
        cleaning=cleaning,
        found=len(found.paths) + len(found.skipped),
        ignored=found.ignored,
        repaired=sum(reading.repaired for reading in readings),
        skipped=tuple(sorted((*skipped, *picked.skipped, *clashes))),
        problems=tuple(sorted((*problems, *picked.problems, *faults), key=by_place)),
        waits_until=min((one.waits_until for one in readings if one.waits_until), default=None),
    )


def cleaning_of(
    site: Site, paths: Sequence[str], rules: Rules, progress: Progress
) -> tuple[Cleaning, tuple[Problem, ...]]:
    """Gather what is known of page furniture: families of pages as data, and what each source repeats."""
    known, problems = families.load(site.root)
    off = frozenset(name for name, source in site.config.sources.items() if not source.clean)
    learned = {} if not site.config.clean else dict(_learned(site, paths, rules, progress))
    return Cleaning(families=known, learned=learned, off=not site.config.clean, off_sources=off), problems


def _learned(
    site: Site, paths: Sequence[str], rules: Rules, progress: Progress
) -> Iterator[tuple[Key, Repeats]]:
    """Learn what sources repeat: front matter says from which bodies, then these are read."""
    chosen = samples(_origins(site, paths, rules, progress))
    for done, (key_, sample) in enumerate(chosen.items()):
        progress("learning", done, len(chosen))
        yield key_, learn(_bodies(site, sample))


def _origins(site: Site, paths: Sequence[str], rules: Rules, progress: Progress) -> Iterator[Origin]:
    for done, path in enumerate(paths):
        progress("looking", done, len(paths))
        clipping, _ = read_clipping(site.content, path)
        if clipping is not None and (origin := origin_of(clipping, rules)):
            yield origin


class Explained(msgspec.Struct, frozen=True):
    """One clipping's blocks, kept or gone, and the verdict."""

    blocks: tuple[Judged, ...]
    verdict: str
    reason: str


def explained(site: Site, options: Options, path: str) -> Explained | None:
    """Judge the blocks of one clipping as a build does; None where it is not cleaned, or cannot be read."""
    find_content(site)
    rules = rules_of(site.config, options)
    clipping, _ = read_clipping(site.content, path)
    if clipping is None or (origin := origin_of(clipping, rules)) is None:
        return None
    known, _ = families.load(site.root)
    paths = discover(site.content, site.config.ignore).paths
    chosen = samples(_origins(site, paths, rules, silent)).get(origin.key, ())
    cleaning = Cleaning(families=known, learned={origin.key: learn(_bodies(site, chosen))})
    article = article_of(clipping, rules, cleaning).article
    if article is None or article.url is None:
        return None
    opinion = opinion_of(clipping.body, article.title, article.url, article.source, origin, cleaning)
    return Explained(opinion.blocks, article.verdict, article.reason)


def silent(_step: str, _done: int, _total: int) -> None:
    """Show no progress."""


def _bodies(site: Site, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        clipping, _ = read_clipping(site.content, path)
        if clipping is not None:
            yield clipping.body


def _readings(
    site: Site,
    paths: Sequence[str],
    rules: Rules,
    cleaning: Cleaning,
    problems: list[Problem],
    progress: Progress,
) -> tuple[list[Reading], list[Skipped]]:
    """Make articles of clippings; what is wrong joins `problems`."""
    readings: list[Reading] = []
    skipped: list[Skipped] = []
    for done, path in enumerate(paths):
        progress("reading", done, len(paths))
        clipping, faults = read_clipping(site.content, path)
        problems += faults
        if clipping is None:
            skipped.append(Skipped(path=faults[-1].path, reason=faults[-1].message))
            continue
        reading = article_of(clipping, rules, cleaning)
        problems += reading.problems
        skipped += [reading.skipped] if reading.skipped else []
        readings.append(msgspec.structs.replace(reading, text="", problems=()))
    return readings, skipped


def find_content(site: Site) -> None:
    """Raise `ConfigError` where there is no folder to read clippings from."""
    if not site.content.is_dir():
        raise ConfigError(_no_content(site))


def rules_of(config: Config, options: Options) -> Rules:
    """What reading needs to know of the configuration and the command line."""
    languages: Mapping[str, str] = {
        key(spelling): source.language
        for name, source in config.sources.items()
        for spelling in (name, *source.aliases)
        if source.language
    }
    return Rules(
        zone=config.zone,
        languages=config.languages,
        fields=config.fields,
        as_of=options.as_of,
        drafts=options.drafts or config.drafts,
        future=options.future or config.future,
        default_language=config.language,
        source_languages=languages,
        source_key=key,
        own_source=config.title,
    )


def by_place(problem: Problem) -> tuple[str, int, str]:
    """Order problems by file, line and message."""
    return problem.path, problem.line or 0, problem.message


def _no_content(site: Site) -> Problem:
    return Problem(
        path=site.content.name,
        message=f"there is no folder {site.content} to read clippings from",
        advice="run this in the folder of your digest, or name another with --content or `content`",
        severity=Severity.ERROR,
        kind="config",
    )
