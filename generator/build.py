"""The pipeline: a folder of clippings becomes a site on disk. One reads the data's way from top to bottom."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import starmap
from pathlib import Path

import msgspec
from markupsafe import Markup

from generator import __version__, addresses
from generator.bodies import Bodies
from generator.config import Config, Site
from generator.errors import ConfigError, Problem, Severity
from generator.grouping import digest_of
from generator.grouping.sources import key
from generator.model import Article, Digest, Skipped, Source, Verdict
from generator.output.assets import static_files
from generator.output.write import Transaction, Written
from generator.reading import article_of, discover, read_clipping
from generator.reading.article import Rules
from generator.render import feeds, sitemap
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.highlight import stylesheet
from generator.render.images import absolute_html
from generator.render.pages import Alias, Page, Plan, pages_of, plan
from generator.render.templates import Templates, speech

GENERATOR = f"Broadsheet {__version__}"
CODE_STYLE = "assets/code.css"
HTML_LIMIT = 100_000
"""Bytes that a list may weigh; an article weighs what it weighs."""

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
    """All clippings read and grouped."""

    digest: Digest
    found: int
    ignored: int
    repaired: int
    skipped: tuple[Skipped, ...]
    """In the order of their paths."""
    problems: tuple[Problem, ...]
    waits_until: dt.datetime | None
    """When the next article that waits is due."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did, as `build --report` writes it."""

    found: int
    ignored: int
    published: int
    verdicts: Mapping[Verdict, int]
    repaired: int
    skipped: tuple[Skipped, ...]
    pages: Written
    problems: tuple[Problem, ...]


class Output(msgspec.Struct, frozen=True):
    """A file of the site below the output folder, as bytes or as a file to copy."""

    path: str
    content: bytes | Path
    is_alias: bool = False
    """A redirect, which gives way to files of `static/`."""


def build(site: Site, options: Options, progress: Progress, *, clean: bool = False) -> tuple[Report, Desk]:
    """Build a site. Raises `BuildError`, and then the last good site stands.

    So it does where there are `grave` problems and the options are strict: then no page counts as written.
    `clean` writes files again that have not changed.
    """
    desk = read(site, options, progress)
    problems = list(desk.problems)
    with Transaction(site.output, options.as_of.date(), afresh=clean) as transaction:
        for output in render(site, desk, options, problems, progress):
            if isinstance(output.content, bytes):
                transaction.put(output.path, output.content)
            else:
                transaction.copy(output.path, output.content)
        if options.strict and grave(problems):
            written = Written(written=0, kept=0, deleted=0)
        else:
            written = transaction.commit()
    return report_of(desk, tuple(sorted(problems, key=_by_place)), written), desk


def read(site: Site, options: Options, progress: Progress) -> Desk:
    """Read all clippings and group them; texts are let go again. Raises `ConfigError` without a folder."""
    find_content(site)
    found = discover(site.content, site.config.ignore)
    rules = rules_of(site.config, options)
    articles: list[Article] = []
    skipped, problems = list(found.skipped), list(found.problems)
    repaired, dues = 0, []
    for done, path in enumerate(found.paths):
        progress("reading", done, len(found.paths))
        clipping, faults = read_clipping(site.content, path)
        problems += faults
        if clipping is None:
            skipped.append(Skipped(path=faults[-1].path, reason=faults[-1].message))
            continue
        reading = article_of(clipping, rules)
        problems += reading.problems
        repaired += reading.repaired
        if reading.article is not None:
            articles.append(reading.article)
        if reading.skipped is not None:
            skipped.append(reading.skipped)
        if reading.waits_until is not None:
            dues.append(reading.waits_until)
    digest, clashes, faults = digest_of(articles, site.config.sources, site.config.text)
    return Desk(
        digest=digest,
        found=len(found.paths) + len(found.skipped),
        ignored=found.ignored,
        repaired=repaired,
        skipped=tuple(sorted((*skipped, *clashes))),
        problems=tuple(sorted((*problems, *faults), key=_by_place)),
        waits_until=min(dues, default=None),
    )


def find_content(site: Site) -> None:
    """Raise `ConfigError` where there is no folder to read clippings from."""
    if not site.content.is_dir():
        raise ConfigError(_no_content(site.content))


def rules_of(config: Config, options: Options) -> Rules:
    """What reading needs to know of the configuration and the command line."""
    languages = {
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


def render(
    site: Site, desk: Desk, options: Options, found: list[Problem], progress: Progress
) -> Iterator[Output]:
    """Make every file of the site, one at a time; faults met on the way join `found`."""
    plan_ = plan(desk.digest)
    bodies = Bodies(site, plan_, rules_of(site.config, options))
    static = static_files(site.static)
    found += static.problems
    own = set()
    for path, file in static.files:
        own.add(path)
        yield Output(path, file)
    for output in made(site, plan_, bodies, progress):
        if output.is_alias and (below := _in_the_way(output.path, own)):
            found.append(_alias_problem(output.path, below))
        elif output.path not in own:
            yield output
        elif output.path != addresses.ROBOTS:
            found.append(_shadowed(output.path))
    for address, file in sorted(bodies.images.items()):
        yield Output(address, file)
    found += sorted(bodies.problems)


def made(site: Site, plan_: Plan, bodies: Bodies, progress: Progress) -> Iterator[Output]:
    """Make everything that comes of clippings and theme: pages, feeds, lists for machines, assets."""
    config = site.config
    compose = composer(plan_, speech(site.templates, config.language_tag))
    frame = Framer(plan=plan_, names=compose.names, config=config)
    theme = Templates(site.templates, frame.site(GENERATOR))
    pages = tuple(pages_of(plan_))
    for done, page in enumerate(pages):
        progress("rendering", done, len(pages))
        if isinstance(page.subject, Source):
            yield from _source_feeds(config, plan_, bodies, page.subject)
        body = bodies.html(page.subject) if isinstance(page.subject, Article) else Markup()
        html = b""
        for view in compose.views_of(page, body):
            html = theme.render(frame.of(page, view), view)
            if len(html) <= HTML_LIMIT:
                break
        yield Output(addresses.file_of(page.address), html, isinstance(page.subject, Alias))
    yield from _for_machines(config, plan_, bodies, pages)
    yield from starmap(Output, sorted({CODE_STYLE: stylesheet().encode(), **theme.assets()}.items()))


def _source_feeds(config: Config, plan_: Plan, bodies: Bodies, source: Source) -> Iterator[Output]:
    if config.base_url is None:
        return
    newest = source.articles[: config.source_feed_items]
    entries = [_entry(config.base_url, plan_, bodies, article) for article in newest]
    meta = _meta(config, config.base_url, source)
    folder = addresses.source(source)
    yield Output(folder + addresses.ATOM, feeds.atom(meta, entries))
    yield Output(folder + addresses.JSON_FEED, feeds.json_feed(meta, entries))


def _for_machines(config: Config, plan_: Plan, bodies: Bodies, pages: tuple[Page, ...]) -> Iterator[Output]:
    """Make the digest's feeds, the sources as OPML, sitemaps and `robots.txt`."""
    base_url = config.base_url
    if base_url is None:
        return
    newest = plan_.digest.articles[: config.feed_items]
    entries = [_entry(base_url, plan_, bodies, article) for article in newest]
    meta = _meta(config, base_url)
    yield Output(addresses.ATOM, feeds.atom(meta, entries))
    yield Output(addresses.RSS, feeds.rss(meta, entries))
    yield Output(addresses.JSON_FEED, feeds.json_feed(meta, entries))
    yield Output(addresses.OPML, sitemap.opml(config.title, base_url, plan_.digest.sources.values()))
    listed = ((page.address, page.month, page.modified) for page in pages if page.listed)
    yield from starmap(Output, sitemap.sitemaps(base_url, listed))
    yield Output(addresses.ROBOTS, sitemap.robots(base_url))


def _meta(config: Config, base_url: str, source: Source | None = None) -> feeds.FeedMeta:
    return feeds.FeedMeta(
        title=f"{source.name} · {config.title}" if source else config.title,
        description="" if source else config.description,
        language=config.language_tag,
        page=addresses.absolute(base_url, addresses.source(source) if source else addresses.FRONT),
        generator=GENERATOR,
        zone=config.zone,
    )


def _entry(base_url: str, plan_: Plan, bodies: Bodies, article: Article) -> feeds.Entry:
    address, fragment = plan_.address_of(article)
    item = addresses.absolute(base_url, address, fragment)
    content = absolute_html(bodies.html(article), item) if plan_.has_page(article) else ""
    return feeds.entry_of(article, plan_.source_of(article), base_url=base_url, item=item, content=content)


def image_problems(site: Site, desk: Desk, options: Options) -> tuple[Problem, ...]:
    """Find what is wrong with images beside clippings, which only a rendered text shows."""
    plan_ = plan(desk.digest)
    bodies = Bodies(site, plan_, rules_of(site.config, options))
    for article in desk.digest.articles:
        if article.url is None and plan_.has_page(article):
            bodies.html(article)
    return tuple(sorted(bodies.problems))


def grave(problems: Iterable[Problem]) -> list[Problem]:
    """Pick the problems that `--strict` fails for."""
    return sorted((problem for problem in problems if problem.severity is not Severity.NOTICE), key=_by_place)


def report_of(desk: Desk, problems: tuple[Problem, ...], written: Written) -> Report:
    """Count what a build did."""
    verdicts = Counter(article.verdict for article in desk.digest.articles)
    return Report(
        found=desk.found,
        ignored=desk.ignored,
        published=len(desk.digest.articles),
        verdicts={verdict: verdicts[verdict] for verdict in Verdict},
        repaired=desk.repaired,
        skipped=desk.skipped,
        pages=written,
        problems=problems,
    )


def _no_content(folder: Path) -> Problem:
    return Problem(
        path=folder.name,
        message=f"there is no folder {folder} to read clippings from",
        advice="run this in the folder of your digest, or name another with --content or `content`",
        severity=Severity.ERROR,
    )


def _in_the_way(path: str, own: set[str]) -> str | None:
    """Find the static file that a file cannot stand beside: a folder of it, or one below it."""
    parts = path.split("/")
    above = {"/".join(parts[:n]) for n in range(1, len(parts))}
    return min((file for file in own if file in above or file.startswith(path + "/")), default=None)


def _alias_problem(path: str, static: str) -> Problem:
    return Problem(
        path=f"static/{static}",
        message=f"stands where the alias {path} needs to be",
        advice="the alias does not redirect; rename the file, or take out the alias",
    )


def _shadowed(path: str) -> Problem:
    return Problem(
        path=f"static/{path}",
        message="takes the place of a page of the same address",
        advice="rename it where the page is wanted",
    )


def _by_place(problem: Problem) -> tuple[str, int, str]:
    return problem.path, problem.line or 0, problem.message
