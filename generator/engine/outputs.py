"""Plans the files of a site: which there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from generator.cache.stamps import stamp_at
from generator.cache.versions import hashed
from generator.config.site import Site
from generator.engine.page_tasks import ArticleContent, FeedContent, rendered
from generator.engine.render_context import RenderContext
from generator.model import addresses
from generator.model.errors import Problem, shown
from generator.model.types import Article, Digest
from generator.output import names
from generator.output.assets import StaticFiles, in_the_way, problem_of, static_files
from generator.render import reader_words, sitemap
from generator.render.all_pages import pages_of
from generator.render.feed_plan import Feed, feed_at, feed_paths
from generator.render.highlight import stylesheet
from generator.render.newest import newest
from generator.render.page_at import page_at
from generator.render.pages import Alias, Page
from generator.render.plan import planned_of
from generator.render.templates import assets_of
from generator.search import table
from generator.search.months import IndexFile

CODE_STYLE = "assets/code.css"
SEARCH_TABLE = "assets/search-table.js"
READER_WORDS = "assets/reader-words.js"


class Output(msgspec.Struct, frozen=True):
    """A file of the site: its path below the output folder, and what it is made of."""

    path: str
    content: Page | Feed | IndexFile | Path | bytes


class Outputs:
    """The planned files of a site, looked up by path or listed."""

    def __init__(
        self, site: Site, rendering: RenderContext, article: Callable[[str], Article | None]
    ) -> None:
        """`article` returns the published article with an id."""
        self.rendering = rendering
        self._site, self._article = site, article
        self._found: StaticFiles = static_files(site.static)
        self.static: Mapping[str, Path] = dict(self._found.files)
        """Path → static file. They may take the places of pages."""
        self._shadows = {names.folded(path): path for path in self.static}
        """File-system-folded name → static file."""

    @cached_property
    def assets(self) -> Mapping[str, bytes]:
        """Path → content of the theme's style sheets and scripts."""
        words = reader_words.script(self.rendering.language.gettext)
        made = {CODE_STYLE: stylesheet().encode(), SEARCH_TABLE: table.script(), READER_WORDS: words}
        return {**made, **assets_of(self._site.templates)}

    def hides_others_than(self, last: Outputs) -> bool:
        """Return whether a static file came or went that may hide a file of another name.

        On a file system that ignores case or composition, `About.html` takes the place of `about.html`.
        An alias gives way to static files in its folder too.
        """
        changed = self._shadows.items() ^ last._shadows.items()
        plan = self.rendering.plan
        return bool(changed) and (
            bool(plan.aliases)
            or any(folded != path for folded, path in changed)
            or any(article.id != article.id.casefold() for article in plan.digest.articles)
        )

    def reload_assets(self) -> None:
        """Read the style sheets and scripts again when they are asked for next."""
        self.__dict__.pop("assets", None)

    @property
    def given(self) -> list[str]:
        """Paths of static files, images and assets: the files that no article, source or story decides."""
        return [*self.static, *self.assets, *self.rendering.index.images]

    def at(self, path: str) -> Output | None:
        """Return the file planned at a path; None if there is none. Lists for machines are not looked up."""
        rendering = self.rendering
        if path in self.static:
            return Output(path, self.static[path])
        if self._shadows and names.folded(path) in self._shadows:
            return None
        if path in rendering.index.images:
            return Output(path, self._site.content / rendering.index.images[path])
        if path in self.assets:
            return Output(path, self.assets[path])
        if path == addresses.NEW:
            return next(self._newest(), None)
        made = (
            feed_at(rendering.frame, path, rendering.view.generator)
            or rendering.search.file_at(path)
            or page_at(rendering.plan, path, self._article)
        )
        is_alias = isinstance(made, Page) and isinstance(made.subject, Alias)
        return Output(path, made) if made and not (is_alias and in_the_way(path, self._shadows)) else None

    def all(self, problems: list[Problem]) -> list[Output]:
        """Return every planned file. Problems of static files and aliases are appended to `problems`."""
        pages = tuple(pages_of(self.rendering.plan))
        return [*self.but_lists(problems, pages), *self.lists(problems, pages)]

    @property
    def hides_lists(self) -> bool:
        """Whether a static file may take the place of a list for machines."""
        return any(map(sitemap.is_for_machines, self._shadows))

    def but_lists(self, problems: list[Problem], pages: Sequence[Page] | None = None) -> list[Output]:
        """Return the same without the lists for machines, which take as long as all the rest.

        `pages` are those of the plan, if they are known.
        """
        rendering = self.rendering
        problems += self._found.problems
        outputs = [Output(path, file) for path, file in self.static.items()]
        made = self._made(pages_of(rendering.plan) if pages is None else pages)
        outputs += _not_shadowed(self._shadows, made, problems)
        images = sorted(rendering.index.images.items())
        return [*outputs, *(Output(address, self._site.content / path) for address, path in images)]

    def lists(
        self, problems: list[Problem] | None = None, pages: Sequence[Page] | None = None
    ) -> list[Output]:
        """Return the lists for machines: sources as OPML, sitemaps, `robots.txt`; none without `base_url`.

        Problems of static files in their place are appended to `problems`. `pages` as for `but_lists`.
        """
        rendering = self.rendering
        if rendering.config.base_url is None:
            return []
        pages = tuple(pages_of(rendering.plan)) if pages is None else pages
        lists = sitemap.for_machines(rendering.plan, rendering.config.title, rendering.config.base_url, pages)
        made = (Output(path, data) for path, data in lists)
        return [*_not_shadowed(self._shadows, made, [] if problems is None else problems)]

    def _made(self, pages: Iterable[Page]) -> Iterator[Output]:
        """Yield the files made from clippings and theme: pages, feeds, assets."""
        rendering = self.rendering
        yield from (Output(addresses.file_of(page.address), page) for page in pages)
        digest = rendering.plan.digest
        paths = feed_paths((*digest.sources.values(), *digest.tags.values()))
        feeds_ = (feed_at(rendering.frame, path, rendering.view.generator) for path in paths)
        yield from (Output(feed.path, feed) for feed in feeds_ if feed)
        yield from (Output(file.path, file) for file in rendering.search.files())
        yield from self._newest()
        yield from (Output(path, content) for path, content in sorted(self.assets.items()))

    def _newest(self) -> Iterator[Output]:
        """Yield the list of the newest articles, if browsers are to know what is new."""
        plan = self.rendering.plan
        if plan.reader:
            yield Output(addresses.NEW, newest(plan.digest))


def fingerprint(rendering: RenderContext, output: Output) -> bytes:
    """Return the fingerprint of a file: a stamp for a copied file, a hash for given bytes."""
    match output.content:
        case Page() as page:
            return rendering.fingerprints.of(page)
        case Feed() as feed:
            return rendering.fingerprints.feed(feed.articles, (feed.meta, feed.name, feed.folder))
        case IndexFile() as file:
            return rendering.search.fingerprint(file)
        case bytes() as data:
            return hashed(data)
    return repr(stamp_at(output.content).settled(rendering.context.limits.unsettled)).encode()


def bytes_of(rendering: RenderContext, output: Output) -> bytes:
    """Return the content of a file."""
    content: ArticleContent | FeedContent
    match output.content:
        case Page(subject=Article()) as page:
            content = rendering.article_content(page)
        case Feed() as feed:
            content = rendering.feed_content(feed)
        case Page() as page:
            return rendering.list_html(page)
        case IndexFile() as file:
            return rendering.search.bytes_of(file, rendering.context.cache, rendering.site.output)
        case bytes() as data:
            return data
        case file:
            return file.read_bytes()
    return rendered(rendering.maker, content, rendering.context.cache, rendering.theme)[0]


def static_faults(site: Site, digest: Digest) -> list[Problem]:
    """Return problems of static files, and of pages whose address a static file takes."""
    static = static_files(site.static)
    own = {names.folded(path): path for path, _ in static.files}
    found = list(static.problems)
    pages = pages_of(planned_of(digest, site.config)) if own else ()
    for _ in _not_shadowed(own, (Output(addresses.file_of(page.address), page) for page in pages), found):
        pass
    return found


def _not_shadowed(
    own: Mapping[str, str], outputs: Iterable[Output], found: list[Problem]
) -> Iterator[Output]:
    """Yield the outputs that no static file shadows. Problems of the others are appended to `found`.

    `own`: file-system-folded name → static file.
    """
    for one in outputs:
        same = own.get(names.folded(one.path)) if own else None
        alias = one.content.subject if isinstance(one.content, Page) else None
        if isinstance(alias, Alias) and (other := in_the_way(one.path, own)):
            found.append(_alias_problem(alias.article, one.path, other))
        elif same is None:
            yield one
        elif same != addresses.ROBOTS:
            message = "takes the place of a page of the same address"
            found.append(problem_of(same, message, "rename it where the page is wanted"))


def _alias_problem(article: Article, path: str, static: str) -> Problem:
    return Problem(
        path=shown(article.path),
        message=f"the alias {path!r} does not redirect, since static/{static} stands there",
        advice="take it out of `aliases`, or rename the file",
        kind="alias",
    )
