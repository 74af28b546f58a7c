"""The pipeline: a folder of clippings becomes a site on disk. One reads the data's way from top to bottom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, starmap
from pathlib import Path

import msgspec
from markupsafe import Markup

from generator import __version__, addresses
from generator.bodies import Bodies
from generator.config import Config, Site
from generator.desk import Desk, Options, Progress, by_place, read
from generator.errors import Problem, Severity
from generator.grouping.health import healths_of
from generator.model import Article, Skipped, Source, Verdict
from generator.output.assets import static_files
from generator.output.write import Transaction, Written
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
        for output in render(site, desk, problems, progress):
            if isinstance(output.content, bytes):
                transaction.put(output.path, output.content)
            else:
                transaction.copy(output.path, output.content)
        if options.strict and grave(problems):
            written = Written(written=0, kept=0, deleted=0)
        else:
            written = transaction.commit()
    return report_of(desk, tuple(sorted(problems, key=by_place)), written), desk


def render(site: Site, desk: Desk, found: list[Problem], progress: Progress) -> Iterator[Output]:
    """Make every file of the site, one at a time; faults met on the way join `found`."""
    plan_ = plan(desk.digest)
    bodies = Bodies(site, plan_, desk)
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
    compose = composer(plan_, speech(site.templates, config.language_tag), healths_of(plan_.digest))
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
    yield from _for_machines(config, plan_, bodies, pages, compose.names.words.gettext("Picks"))
    yield from starmap(Output, sorted({CODE_STYLE: stylesheet().encode(), **theme.assets()}.items()))


def _source_feeds(config: Config, plan_: Plan, bodies: Bodies, source: Source) -> Iterator[Output]:
    if config.base_url is None:
        return
    newest = islice(plan_.once_in(source), config.source_feed_items)
    entries = [_entry(config.base_url, plan_, bodies, article) for article in newest]
    meta = _meta(config, config.base_url, source)
    folder = addresses.source(source)
    yield Output(folder + addresses.ATOM, feeds.atom(meta, entries))
    yield Output(folder + addresses.JSON_FEED, feeds.json_feed(meta, entries))


def _for_machines(
    config: Config, plan_: Plan, bodies: Bodies, pages: tuple[Page, ...], picks_name: str
) -> Iterator[Output]:
    """Make the feeds of the digest and of its picks, the sources as OPML, sitemaps and `robots.txt`."""
    base_url = config.base_url
    if base_url is None:
        return
    newest = islice(plan_.once(plan_.digest.articles), config.feed_items)
    entries = [_entry(base_url, plan_, bodies, article) for article in newest]
    meta = _meta(config, base_url)
    yield Output(addresses.ATOM, feeds.atom(meta, entries))
    yield Output(addresses.RSS, feeds.rss(meta, entries))
    yield Output(addresses.JSON_FEED, feeds.json_feed(meta, entries))
    if picks := [_entry(base_url, plan_, bodies, article) for article in plan_.picks[: config.feed_items]]:
        meta = msgspec.structs.replace(meta, title=f"{picks_name} · {config.title}")
        yield Output(addresses.PICKS + addresses.ATOM, feeds.atom(meta, picks))
        yield Output(addresses.PICKS + addresses.JSON_FEED, feeds.json_feed(meta, picks))
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


def image_problems(site: Site, desk: Desk) -> tuple[Problem, ...]:
    """Find what is wrong with images beside clippings, which only a rendered text shows."""
    plan_ = plan(desk.digest)
    bodies = Bodies(site, plan_, desk)
    for article in desk.digest.articles:
        if article.url is None and plan_.has_page(article):
            bodies.html(article)
    return tuple(sorted(bodies.problems))


def grave(problems: Iterable[Problem]) -> list[Problem]:
    """Pick the problems that `--strict` fails for."""
    return sorted((problem for problem in problems if problem.severity is not Severity.NOTICE), key=by_place)


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
        kind="alias",
    )


def _shadowed(path: str) -> Problem:
    return Problem(
        path=f"static/{path}",
        message="takes the place of a page of the same address",
        advice="rename it where the page is wanted",
        kind="static",
    )
