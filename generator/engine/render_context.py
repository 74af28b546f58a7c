"""The context that pages are rendered in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import cast

from markupsafe import Markup

from generator import __version__
from generator.cache.texts import Text
from generator.cache.versions import hashed, program, zone_data
from generator.config.site import Site
from generator.engine.build_context import BuildContext
from generator.engine.page_tasks import ArticleContent, FeedContent, Maker
from generator.engine.search_entries import SearchEntries
from generator.engine.site_index import SiteIndex
from generator.grouping.health import healths_of
from generator.model.types import Article, Health, TextPolicy
from generator.render.compose import Composer, composer
from generator.render.feed_plan import Feed, entry_in
from generator.render.fingerprints import Fingerprints
from generator.render.frame import Framer
from generator.render.locales import InterfaceLanguage
from generator.render.pages import Page
from generator.render.plan import Plan
from generator.render.templates import Templates, interface_language
from generator.render.theme_hashes import theme_hashes
from generator.render.weight import light_html
from generator.search.index import SearchIndex

GENERATOR = f"Broadsheet {__version__}"


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
        self.healths = dict(healths_of(plan_.digest) if healths is None else healths)
        self.language: InterfaceLanguage = (
            last.language if last else interface_language(site.templates, self.config.language_tag)
        )
        self.compose: Composer = composer(plan_, self.language, self.healths, self.config.identifiers)
        self.frame = Framer(plan=plan_, names=self.compose.names, config=self.config)
        self.view = self.frame.site(GENERATOR)
        is_same = last is not None and last.view == self.view
        self.theme: Templates = last.theme if last and is_same else Templates(site.templates, self.view)
        self.theme_hashes: tuple[bytes, bytes] = last.theme_hashes if last else theme_hashes(site.templates)
        entries = SearchEntries(self.config, plan_, index)
        self.search: SearchIndex = SearchIndex(
            self.config.search, plan_.digest, entries, last.search if last else None
        )
        self.maker = Maker(
            str(site.templates),
            self.view,
            self.frame.feeds_of_site(),
            hashed(*self.theme_hashes),
            str(context.cache.file),
            context.cache.seal.secret,
        )
        common = self._common(self.theme_hashes[1])
        self.fingerprints: Fingerprints = Fingerprints(
            plan_, index.content_hashes, self.healths, common, last.fingerprints if last else None
        )

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
                config.search,
                config.reader,
                config.timezone,
                {name: one.url for name, one in sorted(config.identifiers.items()) if one.url},
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

    def list_html(self, page: Page) -> bytes:
        """Return the bytes of any page but an article's."""
        return light_html(self.theme, self.compose, self.frame, page)

    def article_content(self, page: Page) -> ArticleContent:
        """Return what an article page is made of."""
        article = cast("Article", page.subject)
        is_excerpt = self.plan.source_of(article).text is TextPolicy.EXCERPT
        body = Markup("<p>{}</p>").format(article.excerpt) if is_excerpt else Markup()
        view = self.compose.article(article, body)
        description = article.excerpt or self.config.description
        return ArticleContent(view, description, None if is_excerpt else self._text_of(article))

    def feed_content(self, *formats: Feed) -> FeedContent:
        """Return what the files of a feed are made of. `formats` is the same feed in each format."""
        entries = tuple(
            (entry, self._text_of(article) if is_whole else None, item)
            for article in formats[0].articles
            for entry, item, is_whole in [entry_in(self.frame, article)]
        )
        return FeedContent(tuple(feed.name for feed in formats), formats[0].meta, entries)

    def _text_of(self, article: Article) -> Text:
        """Return the reference to an article's text, with the hash from its record."""
        return Text(article.path, self.index.texts.get(article.path, b""))
