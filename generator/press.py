"""The second half of the pipeline: what was read and grouped becomes a site on disk."""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

import msgspec
from markupsafe import Markup

from generator import __version__, addresses, making
from generator.cache import Cache, Standing
from generator.config import Config, Site
from generator.desk import Desk, Means
from generator.errors import BuildError, Problem
from generator.grouping.health import healths_of
from generator.hosts import Size
from generator.making import FeedJob, Maker, PageJob, Text
from generator.model import Article, Digest, Health, Source, TextPolicy, Verdict
from generator.output import disk
from generator.output.assets import StaticFiles, static_files
from generator.output.write import Transaction
from generator.render import feeds, sitemap, views
from generator.render.compose import Composer, composer
from generator.render.frame import Framer
from generator.render.highlight import stylesheet
from generator.render.inputs import Inputs, reason
from generator.render.locales import Speech
from generator.render.marks import theme_marks
from generator.render.pages import Alias, Page, Plan, pages_of, pages_since, plan
from generator.render.templates import Templates, speech
from generator.request import Built, Options, Report, Written, by_place, grave
from generator.stamps import stamp_at
from generator.unchanged import remember
from generator.versions import hashed, program
from generator.workers import batches

GENERATOR = f"Broadsheet {__version__}"
CODE_STYLE = "assets/code.css"
HTML_LIMIT = 100_000
"""Bytes that a list may weigh; an article weighs what it weighs."""
BATCH = 40
"""Pages that a worker takes at a time."""


class Output(msgspec.Struct, frozen=True):
    """A file of the site below the output folder: what it depends on, and what it is made of."""

    path: str
    inputs: bytes
    """A fingerprint; empty for what is compared byte by byte."""
    content: Page | Feed | Path | bytes


class Feed(msgspec.Struct, frozen=True):
    """A feed in one format; the formats of one feed are made together."""

    folder: str
    form: str
    source: Source | None
    articles: tuple[Article, ...]
    meta: feeds.FeedMeta


def planned_of(digest: Digest, config: Config) -> Plan:
    """Plan a digest as its site is configured."""
    return plan(digest, pages_since(digest, config.articles, config.recent_months))


class Wrote(NamedTuple):
    """A build, with what stands in the output folder now."""

    built: Built
    outputs: list[Output]
    files: Mapping[str, str]
    """Digests by path."""


def written(site: Site, options: Options, inputs: bytes, kitchen: Kitchen, *, clean: bool = False) -> Wrote:
    """Plan all files, make those that are out of date, and put them in place.

    `inputs` are those of before anything was read: what changes meanwhile is for the next build.
    """
    desk, cache = kitchen.desk, kitchen.means.cache
    problems = list(desk.problems)
    with Transaction(site.output, options.as_of.date(), afresh=clean) as transaction:
        outputs = planned(site, kitchen, problems)
        ground = Ground(site, transaction, cache, clean=clean)
        reasons = {one.path: why for one in outputs if (why := ground.reason(one)) is not None}
        transaction.keep(one.path for one in outputs if one.path not in reasons)
        put(kitchen, [one for one in outputs if one.path in reasons], transaction)
        if options.strict and grave(problems):
            pages, size = Written(written=0, kept=0, deleted=0), None
        else:
            staged = frozenset(transaction.staged)
            pages = transaction.commit()
            size = ground.size(outputs, reasons)
            with contextlib.suppress(BuildError):  # the site stands: no room for the cache costs time alone
                ground.remember(outputs, reasons)
            reasons = {path: why for path, why in reasons.items() if path in staged}
    report = report_of(desk, sorted(problems, key=by_place), pages, size)
    built = Built(report=report, waits_until=desk.waits_until, reasons=reasons)
    with contextlib.suppress(BuildError):
        remember(site, options, inputs, desk.pictured, built, cache)
    return Wrote(built, outputs, transaction.files)


class Kitchen:
    """All that pages of one digest are made with."""

    def __init__(
        self,
        site: Site,
        desk: Desk,
        plan_: Plan,
        means: Means,
        *,
        healths: Mapping[str, Health] | None = None,
        last: Kitchen | None = None,
    ) -> None:
        """Raises `TemplateFault` where a theme cannot be used; that of the `last` digest is used again."""
        self.site, self.desk, self.plan, self.means = site, desk, plan_, means
        self.config = site.config
        self.healths = healths_of(plan_.digest) if healths is None else healths
        self.speech: Speech = last.speech if last else speech(site.templates, self.config.language_tag)
        self.compose: Composer = composer(plan_, self.speech, self.healths)
        self.frame = Framer(plan=plan_, names=self.compose.names, config=self.config)
        self.view = self.frame.site(GENERATOR)
        is_same = last is not None and last.view == self.view
        self.theme: Templates = last.theme if last and is_same else Templates(site.templates, self.view)
        self.marks: tuple[bytes, bytes] = last.marks if last else theme_marks(site.templates)
        self.maker = Maker(str(site.templates), self.view, hashed(*self.marks), str(means.cache.file))
        common = self._common(self.marks[1])
        self.inputs: Inputs = Inputs(plan_, desk.marks, self.healths, common, last.inputs if last else None)

    def _common(self, translations: bytes) -> Callable[[str], bytes]:
        """The parts of a fingerprint that all pages of a template share."""
        config = self.config
        said = repr(
            (
                config.title,
                config.description,
                config.language,
                config.base_url,
                config.links,
                config.timezone,
            )
        )
        version, words = hashed(program()), hashed(translations)

        @cache
        def common(template: str) -> bytes:
            files, site = self.theme.mark(template) if template else (b"", b"")
            return b"".join(
                (version, hashed(said.encode("utf-8", "surrogatepass"), site), words, hashed(files))
            )

        return common


def planned(site: Site, kitchen: Kitchen, found: list[Problem]) -> list[Output]:
    """Plan every file of the site; faults met on the way join `found`."""
    static: StaticFiles = static_files(site.static)
    found += static.problems
    own = {path for path, _ in static.files}
    outputs = [Output(path, b"", file) for path, file in static.files]
    for one in made(kitchen):
        is_alias = isinstance(one.content, Page) and isinstance(one.content.subject, Alias)
        if is_alias and (below := _in_the_way(one.path, own)):
            found.append(_alias_problem(one.path, below))
        elif one.path not in own:
            outputs.append(one)
        elif one.path != addresses.ROBOTS:
            found.append(_shadowed(one.path))
    images = sorted(kitchen.desk.images.items())
    return [*outputs, *(Output(address, b"", site.content / path) for address, path in images)]


def made(kitchen: Kitchen) -> Iterator[Output]:
    """Plan what comes of clippings and theme: pages, feeds, lists for machines, assets."""
    pages = tuple(pages_of(kitchen.plan))
    yield from (page_output(kitchen, page) for page in pages)
    if kitchen.config.base_url is not None:
        yield from feed_outputs(kitchen, kitchen.plan.digest.sources.values())
        yield from for_machines(kitchen, kitchen.config.base_url, pages)
    assets = {CODE_STYLE: stylesheet().encode(), **kitchen.theme.assets()}
    yield from (Output(path, b"", content) for path, content in sorted(assets.items()))


def page_output(kitchen: Kitchen, page: Page) -> Output:
    """Plan the file of a page."""
    return Output(addresses.file_of(page.address), kitchen.inputs.of(page), page)


def feed_outputs(kitchen: Kitchen, sources: Iterable[Source]) -> Iterator[Output]:
    """Plan the files of feeds; none without `base_url`."""
    if kitchen.config.base_url is None:
        return
    for feed in feeds_of(kitchen, kitchen.config.base_url, sources):
        inputs = kitchen.inputs.feed(feed.articles, (feed.meta, feed.form, feed.folder))
        yield Output(feed.folder + FILES[feed.form], inputs, feed)


def feeds_of(kitchen: Kitchen, base_url: str, sources: Iterable[Source]) -> Iterator[Feed]:
    """Plan the feeds of some sources, of the digest, and of its picks."""
    plan_, config = kitchen.plan, kitchen.config
    for source in sources:
        newest = tuple(islice(plan_.once_in(source), config.source_feed_items))
        meta = _meta(config, base_url, source)
        for form in (making.ATOM, making.JSON):
            yield Feed(addresses.source(source), form, source, newest, meta)
    newest = tuple(islice(plan_.once(plan_.digest.articles), config.feed_items))
    for form in (making.ATOM, making.RSS, making.JSON):
        yield Feed("", form, None, newest, _meta(config, base_url))
    if picks := plan_.picks[: config.feed_items]:
        title = f"{kitchen.compose.names.words.gettext('Picks')} · {config.title}"
        meta = msgspec.structs.replace(_meta(config, base_url), title=title)
        for form in (making.ATOM, making.JSON):
            yield Feed(addresses.PICKS, form, None, picks, meta)


def for_machines(kitchen: Kitchen, base_url: str, pages: Iterable[Page]) -> Iterator[Output]:
    """Make the sources as OPML, sitemaps and `robots.txt`."""
    sources = kitchen.plan.digest.sources.values()
    yield Output(addresses.OPML, b"", sitemap.opml(kitchen.config.title, base_url, sources))
    listed = ((page.address, page.month, page.modified) for page in pages if page.listed)
    yield from (Output(path, b"", xml) for path, xml in sitemap.sitemaps(base_url, listed))
    yield Output(addresses.ROBOTS, b"", sitemap.robots(base_url))


class Ground:
    """What an earlier build left, and what of it still holds."""

    def __init__(self, site: Site, transaction: Transaction, cache: Cache, *, clean: bool) -> None:
        self._output = site.output
        self._old = transaction.old
        self._new = transaction.files
        self._inputs: dict[str, bytes] = {}
        self._cache = cache
        self._clean = clean
        self._standing = cache.standing(site.output) if self._old else {}
        self._stamps = disk.stamps(site.output) if self._old else {}

    def reason(self, output: Output) -> str | None:
        """Why a file has to be made again; None where it has not."""
        # Taken once, before a file is copied: it may change meanwhile.
        inputs = self._inputs[output.path] = inputs_of(output)
        if self._clean:
            return "--clean"
        digest, standing = self._old.get(output.path), self._standing.get(output.path)
        if not digest or standing is None:
            return "new"
        if not inputs or (why := reason(standing.inputs, inputs)) is not None:
            return why if inputs else "changed"
        stamp = self._stamps.get(output.path)
        if stamp is None:
            return "missing"
        is_of_this_build = standing.digest.hex() == digest
        if is_of_this_build and (
            stamp == standing.stamp or disk.digest_of(self._output / output.path) == digest
        ):
            return None
        return "damaged"

    def remember(self, outputs: Iterable[Output], made_again: Mapping[str, str]) -> None:
        """Note what stands there now."""
        paths = {one.path for one in outputs}
        fresh = [
            (one.path, self._left(one))
            for one in outputs
            if one.path in made_again or self._stamps.get(one.path) != self._standing[one.path].stamp
        ]
        with self._cache.together():
            self._cache.keep_standing(self._output, fresh)
            self._cache.drop_standing(self._output, [path for path in self._standing if path not in paths])

    def size(self, outputs: Iterable[Output], made_again: Mapping[str, str]) -> Size:
        """How much stands there now."""
        sizes = [
            (stamp_at(self._output / one.path) if one.path in made_again else self._stamps[one.path]).size
            for one in outputs
        ]
        return Size(files=len(sizes), bytes=sum(sizes), largest=max(sizes, default=0))

    def _left(self, output: Output) -> Standing:
        digest = bytes.fromhex(self._new[output.path])
        return Standing(self._inputs[output.path], digest, stamp_at(self._output / output.path))


def inputs_of(output: Output) -> bytes:
    """The fingerprint of a file; that of one to copy is its stamp, and of given bytes their hash."""
    match output.content:
        case bytes():
            return hashed(output.content)
        case Path():
            return repr(stamp_at(output.content).settled()).encode()
    return output.inputs


def put(kitchen: Kitchen, outputs: Iterable[Output], transaction: Transaction) -> None:
    """Make files and stage them: articles and feeds in worker processes, the rest here meanwhile."""
    for one in outputs:
        if isinstance(one.content, bytes):
            transaction.put(one.path, one.content)
        elif isinstance(one.content, Path):
            transaction.copy(one.path, one.content)
    pages = [one.content for one in outputs if isinstance(one.content, Page)]
    feeds_ = [one.content for one in outputs if isinstance(one.content, Feed)]
    articles = [page for page in pages if isinstance(page.subject, Article)]
    lists = [page for page in pages if not isinstance(page.subject, Article)]
    total = len(articles) + len(lists)
    steps = iter(range(total))

    def lists_made() -> Iterator[None]:
        for page in lists:
            kitchen.means.progress("rendering", next(steps, total), total)
            transaction.put(addresses.file_of(page.address), listed_html(kitchen, page))
            yield

    meanwhile = lists_made()
    work = batches(_jobs(kitchen, articles, feeds_, transaction), BATCH)
    results = kitchen.means.workers.run(partial(making.make, kitchen.maker), work, meanwhile)
    with contextlib.closing(results), disk.in_words(kitchen.site.output):
        for _, files in results:
            if isinstance(files, Exception):
                raise files
            for path, slot, digest, is_staged in files:
                transaction.take(path, slot, digest, is_staged=is_staged)
            kitchen.means.progress("rendering", next(steps, total), total)
        for _ in meanwhile:
            pass


def listed_html(kitchen: Kitchen, page: Page) -> bytes:
    """The fullest view of a page that is not too heavy, else the leanest."""
    html = b""
    for stretch in kitchen.compose.ways_of(page, Markup()):
        html = _fullest(kitchen, page, stretch)
        if len(html) <= HTML_LIMIT:
            break
    return html


def _fullest(kitchen: Kitchen, page: Page, stretch: Sequence[Callable[[], views.View]]) -> bytes:
    """The same of views of which each weighs no more than the one before."""
    made: dict[int, bytes] = {}

    def is_light(number: int) -> bool:
        view = stretch[number]()
        made[number] = kitchen.theme.render(kitchen.frame.of(page, view), view)
        return len(made[number]) <= HTML_LIMIT

    last = len(stretch) - 1
    first = 0 if is_light(0) else bisect_left(range(last + 1), True, lo=1, key=is_light)
    return made[min(first, last)]


def _jobs(
    kitchen: Kitchen, articles: Iterable[Page], feeds_: Iterable[Feed], transaction: Transaction
) -> Iterator[PageJob | FeedJob]:
    for page in articles:
        path = addresses.file_of(page.address)
        yield PageJob(path, transaction.slot(path), *article_parts(kitchen, page))
    together: dict[str, list[Feed]] = {}
    for feed in feeds_:
        together.setdefault(feed.folder, []).append(feed)
    for forms in together.values():
        paths = [(feed.folder + FILES[feed.form], feed.form) for feed in forms]
        files = tuple((path, form, transaction.slot(path)) for path, form in paths)
        yield FeedJob(files, forms[0].meta, feed_entries(kitchen, forms[0]))


FILES = {making.ATOM: addresses.ATOM, making.RSS: addresses.RSS, making.JSON: addresses.JSON_FEED}


def article_parts(kitchen: Kitchen, page: Page) -> tuple[views.PageView, views.ArticleView, Text | None]:
    """An article's page as frame and view, and the text that goes in; None where the view has it."""
    article = cast("Article", page.subject)
    is_excerpt = kitchen.plan.source_of(article).text is TextPolicy.EXCERPT
    body = Markup("<p>{}</p>").format(article.excerpt) if is_excerpt else Markup()
    view = cast("views.ArticleView", next(kitchen.compose.views_of(page, body)))
    return kitchen.frame.of(page, view), view, None if is_excerpt else text_of(kitchen.desk, article)


def text_of(desk: Desk, article: Article) -> Text:
    """An article's text, as its record knows it."""
    return Text(article.path, desk.texts.get(article.path, b""), article.path in desk.fresh)


def feed_entries(kitchen: Kitchen, feed: Feed) -> tuple[tuple[feeds.Entry, Text | None, str], ...]:
    """A feed's entries, each with the text that it carries, and what its links count from."""
    return tuple(_entry(kitchen, article) for article in feed.articles)


def _entry(kitchen: Kitchen, article: Article) -> tuple[feeds.Entry, Text | None, str]:
    plan_, base_url = kitchen.plan, kitchen.config.base_url or ""
    address, fragment = plan_.address_of(article)
    item = addresses.absolute(base_url, address, fragment)
    source = plan_.source_of(article)
    has_page = plan_.has_page(article)
    entry = feeds.entry_of(article, source, base_url=base_url, item=item, content="", has_page=has_page)
    is_whole = has_page and source.text is TextPolicy.FULL
    return entry, text_of(kitchen.desk, article) if is_whole else None, item


def _meta(config: Config, base_url: str, source: Source | None = None) -> feeds.FeedMeta:
    return feeds.FeedMeta(
        title=f"{source.name} · {config.title}" if source else config.title,
        description="" if source else config.description,
        language=config.language_tag,
        page=addresses.absolute(base_url, addresses.source(source) if source else addresses.FRONT),
        generator=GENERATOR,
        zone=config.zone,
    )


def report_of(desk: Desk, problems: Iterable[Problem], written: Written, size: Size | None = None) -> Report:
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
        site=size,
        problems=tuple(problems),
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
