"""The context that pages are rendered in, and the plan of every file of the site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path

import msgspec

from generator import __version__
from generator.cache.versions import hashed, program, zone_data
from generator.config.site import Config, Site
from generator.engine import page_tasks
from generator.engine.lessons import BuildContext
from generator.engine.page_tasks import Maker
from generator.engine.site_index import SiteIndex
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.errors import Problem, shown
from generator.model.types import Article, Digest, Health, Source
from generator.output import names
from generator.output.assets import StaticFiles, static_files
from generator.render import feeds, sitemap
from generator.render.compose import Composer, composer
from generator.render.frame import Framer
from generator.render.highlight import stylesheet
from generator.render.inputs import Inputs
from generator.render.locales import Speech
from generator.render.marks import theme_marks
from generator.render.pages import Alias, Page, Plan, pages_of, pages_since, plan
from generator.render.templates import Templates, speech

GENERATOR = f"Broadsheet {__version__}"
CODE_STYLE = "assets/code.css"
FILES = {page_tasks.ATOM: addresses.ATOM, page_tasks.RSS: addresses.RSS, page_tasks.JSON: addresses.JSON_FEED}


class Output(msgspec.Struct, frozen=True):
    """A file of the site below the output folder, with its fingerprint and its content."""

    path: str
    inputs: bytes
    """Fingerprint; empty for content that is compared byte by byte."""
    content: Page | Feed | Path | bytes


class Feed(msgspec.Struct, frozen=True):
    """A feed in one format. The formats of one feed are made together."""

    folder: str
    form: str
    source: Source | None
    articles: tuple[Article, ...]
    meta: feeds.FeedMeta


def planned_of(digest: Digest, config: Config) -> Plan:
    """Return the page plan of a digest, as the site is configured."""
    return plan(digest, _since(digest, config))


def affects_all_pages(theme: Templates, config: Config, last: Digest, digest: Digest) -> bool:
    """Return whether a new latest day or year affects pages beyond those of the changed articles."""
    is_another_day = last.days[-1].first != digest.days[-1].first
    is_another_year = last.years[-1].first != digest.years[-1].first
    return (
        _since(last, config) != _since(digest, config)
        or (is_another_year and theme.reads("archive"))
        or (is_another_day and theme.reads("latest"))
    )


def _since(digest: Digest, config: Config) -> dt.date:
    return pages_since(digest, config.articles, config.recent_months)


class RenderContext:
    """Everything that the pages of one digest are rendered with."""

    def __init__(
        self,
        site: Site,
        index: SiteIndex,
        plan_: Plan,
        context: BuildContext,
        *,
        healths: Mapping[str, Health] | None = None,
        last: RenderContext | None = None,
    ) -> None:
        """Raises `TemplateFault` if the theme is unusable. The theme of the `last` context is reused."""
        self.site, self.index, self.plan, self.context = site, index, plan_, context
        self.config = site.config
        self.healths = healths_of(plan_.digest) if healths is None else healths
        self.speech: Speech = last.speech if last else speech(site.templates, self.config.language_tag)
        self.compose: Composer = composer(plan_, self.speech, self.healths)
        self.frame = Framer(plan=plan_, names=self.compose.names, config=self.config)
        self.view = self.frame.site(GENERATOR)
        is_same = last is not None and last.view == self.view
        self.theme: Templates = last.theme if last and is_same else Templates(site.templates, self.view)
        self.marks: tuple[bytes, bytes] = last.marks if last else theme_marks(site.templates)
        self.maker = Maker(
            str(site.templates),
            self.view,
            self.frame.feeds_of_site(),
            hashed(*self.marks),
            str(context.cache.file),
            context.cache.seal.secret,
        )
        common = self._common(self.marks[1])
        self.inputs: Inputs = Inputs(plan_, index.marks, self.healths, common, last.inputs if last else None)

    def _common(self, translations: bytes) -> Callable[[str], bytes]:
        """Return a function: template name → the parts of a fingerprint that all its pages share."""
        config = self.config
        said = repr(
            (
                config.title,
                config.description,
                config.language,
                config.base_url,
                config.links,
                config.timezone,
                zone_data(config.timezone),
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


def planned(site: Site, rendering: RenderContext, found: list[Problem]) -> list[Output]:
    """Return every planned file of the site. Problems are appended to `found`."""
    static: StaticFiles = static_files(site.static)
    found += static.problems
    own = {names.folded(path): path for path, _ in static.files}
    outputs = [Output(path, b"", file) for path, file in static.files]
    outputs += _beside(own, made(rendering), found)
    images = sorted(rendering.index.images.items())
    return [*outputs, *(Output(address, b"", site.content / path) for address, path in images)]


def static_faults(site: Site, digest: Digest) -> list[Problem]:
    """Return problems of static files, and of pages whose address a static file takes."""
    static = static_files(site.static)
    own = {names.folded(path): path for path, _ in static.files}
    found = list(static.problems)
    pages = pages_of(planned_of(digest, site.config)) if own else ()
    for _ in _beside(own, (Output(addresses.file_of(page.address), b"", page) for page in pages), found):
        pass
    return found


def _beside(own: Mapping[str, str], outputs: Iterable[Output], found: list[Problem]) -> Iterator[Output]:
    """Yield the outputs that no static file shadows. Problems of the others are appended to `found`.

    `own`: file-system-folded name → static file.
    """
    for one in outputs:
        same = own.get(names.folded(one.path)) if own else None
        alias = one.content.subject if isinstance(one.content, Page) else None
        if isinstance(alias, Alias) and (other := _in_the_way(one.path, own)):
            found.append(_alias_problem(alias.article, one.path, other))
        elif same is None:
            yield one
        elif same != addresses.ROBOTS:
            found.append(_shadowed(same))


def made(rendering: RenderContext) -> Iterator[Output]:
    """Yield the files made from clippings and theme: pages, feeds, lists for machines, assets."""
    pages = tuple(pages_of(rendering.plan))
    yield from (page_output(rendering, page) for page in pages)
    if rendering.config.base_url is not None:
        yield from feed_outputs(rendering, rendering.plan.digest.sources.values())
        yield from for_machines(rendering, rendering.config.base_url, pages)
    assets = {CODE_STYLE: stylesheet().encode(), **rendering.theme.assets()}
    yield from (Output(path, b"", content) for path, content in sorted(assets.items()))


def page_output(rendering: RenderContext, page: Page) -> Output:
    """Return the planned file of a page."""
    return Output(addresses.file_of(page.address), rendering.inputs.of(page), page)


def feed_outputs(rendering: RenderContext, sources: Iterable[Source]) -> Iterator[Output]:
    """Yield the planned files of feeds; none without `base_url`."""
    if rendering.config.base_url is None:
        return
    for feed in feeds_of(rendering, rendering.config.base_url, sources):
        inputs = rendering.inputs.feed(feed.articles, (feed.meta, feed.form, feed.folder))
        yield Output(feed.folder + FILES[feed.form], inputs, feed)


def feed_paths(sources: Iterable[Source]) -> list[str]:
    """Return the paths of the feeds of some sources, the digest and its picks. They need not exist."""
    folders = ("", addresses.PICKS, *map(addresses.source, sources))
    return [folder + name for folder in folders for name in FILES.values()]


def feeds_of(rendering: RenderContext, base_url: str, sources: Iterable[Source]) -> Iterator[Feed]:
    """Yield the planned feeds of some sources, the digest and its picks."""
    plan_, config = rendering.plan, rendering.config
    for source in sources:
        newest = tuple(islice(plan_.once_in(source), config.source_feed_items))
        meta = _meta(config, base_url, source)
        for form in (page_tasks.ATOM, page_tasks.JSON):
            yield Feed(addresses.source(source), form, source, newest, meta)
    newest = tuple(islice(plan_.once(plan_.digest.articles), config.feed_items))
    for form in (page_tasks.ATOM, page_tasks.RSS, page_tasks.JSON):
        yield Feed("", form, None, newest, _meta(config, base_url))
    if picks := plan_.picks[: config.feed_items]:
        title = f"{rendering.compose.names.words.gettext('Picks')} · {config.title}"
        meta = msgspec.structs.replace(_meta(config, base_url), title=title)
        for form in (page_tasks.ATOM, page_tasks.JSON):
            yield Feed(addresses.PICKS, form, None, picks, meta)


def for_machines(rendering: RenderContext, base_url: str, pages: Iterable[Page]) -> Iterator[Output]:
    """Yield the list of sources as OPML, the sitemaps and `robots.txt`."""
    sources = rendering.plan.digest.sources.values()
    yield Output(addresses.OPML, b"", sitemap.opml(rendering.config.title, base_url, sources))
    listed = ((page.address, page.month, page.modified) for page in pages if page.listed)
    yield from (Output(path, b"", xml) for path, xml in sitemap.sitemaps(base_url, listed))
    yield Output(addresses.ROBOTS, b"", sitemap.robots(base_url))


def _meta(config: Config, base_url: str, source: Source | None = None) -> feeds.FeedMeta:
    return feeds.FeedMeta(
        title=f"{source.name} · {config.title}" if source else config.title,
        description="" if source else config.description,
        language=config.language_tag,
        page=addresses.absolute(base_url, addresses.source(source) if source else addresses.FRONT),
        generator=GENERATOR,
        zone=config.zone,
    )


def _in_the_way(path: str, own: Mapping[str, str]) -> str | None:
    """Return the static file that conflicts with a path: the same file, a parent folder, or a file below.

    `own`: file-system-folded name → static file.
    """
    key = names.folded(path)
    keys = {key, *names.folders(key)}
    found = (file for other, file in own.items() if other in keys or other.startswith(key + "/"))
    return min(found, default=None)


def _alias_problem(article: Article, path: str, static: str) -> Problem:
    return Problem(
        path=shown(article.path),
        message=f"the alias {path!r} does not redirect, since static/{static} stands there",
        advice="take it out of `aliases`, or rename the file",
        kind="alias",
    )


def _shadowed(path: str) -> Problem:
    return Problem(
        path=f"static/{path}",
        message="takes the place of a page of the same address",
        advice="rename it where the page is wanted",
        kind="static",
    )
