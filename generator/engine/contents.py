"""What the files of pages and feeds are made of: views, texts, entries; and the bytes of list pages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import cast

from markupsafe import Markup

from generator.engine.index_tasks import Text
from generator.engine.outputs import Feed
from generator.engine.page_tasks import ArticleContent, FeedContent
from generator.engine.render_context import RenderContext
from generator.engine.site_index import SiteIndex
from generator.model import addresses
from generator.model.types import Article, TextPolicy
from generator.render import feeds, views
from generator.render.pages import Page

HTML_LIMIT = 100_000
"""Maximum bytes of a list page; article pages have no limit."""
ALSO_IN_FEEDS = 12
"""Maximum number of other texts of a story that its entry in a feed names."""


def listed_html(rendering: RenderContext, page: Page) -> bytes:
    """Return the most detailed version of a page within the size limit, else the shortest."""
    html = b""
    for stretch in rendering.compose.ways_of(page, Markup()):
        html = _fullest(rendering, page, stretch)
        if len(html) <= HTML_LIMIT:
            break
    return html


def _fullest(rendering: RenderContext, page: Page, stretch: Sequence[Callable[[], views.View]]) -> bytes:
    """Return the same among views of decreasing size, by bisection."""
    made: dict[int, bytes] = {}

    def is_light(number: int) -> bool:
        view = stretch[number]()
        made[number] = rendering.theme.render(rendering.frame.of(page, view), view)
        return len(made[number]) <= HTML_LIMIT

    last = len(stretch) - 1
    first = 0 if is_light(0) else bisect_left(range(last + 1), True, lo=1, key=is_light)
    return made[min(first, last)]


def article_content(rendering: RenderContext, page: Page) -> ArticleContent:
    """Return what an article page is made of."""
    article = cast("Article", page.subject)
    is_excerpt = rendering.plan.source_of(article).text is TextPolicy.EXCERPT
    body = Markup("<p>{}</p>").format(article.excerpt) if is_excerpt else Markup()
    view = rendering.compose.article(article, body)
    description = article.excerpt or rendering.config.description
    return ArticleContent(view, description, None if is_excerpt else _text_of(rendering.index, article))


def _text_of(index: SiteIndex, article: Article) -> Text:
    """Return the reference to an article's text, with the hash from its record."""
    return Text(article.path, index.texts.get(article.path, b""))


def feed_content(rendering: RenderContext, *formats: Feed) -> FeedContent:
    """Return what the files of a feed are made of. `formats` is the same feed in each format."""
    entries = tuple(_entry(rendering, article) for article in formats[0].articles)
    return FeedContent(tuple(feed.form for feed in formats), formats[0].meta, entries)


def _entry(rendering: RenderContext, article: Article) -> tuple[feeds.Entry, Text | None, str]:
    plan_, base_url = rendering.plan, rendering.config.base_url or ""
    address, fragment = plan_.address_of(article)
    item = addresses.absolute(base_url, address, fragment)
    source = plan_.source_of(article)
    has_page = plan_.has_page(article)
    entry = feeds.entry_of(
        article,
        source,
        base_url=base_url,
        item=item,
        content="",
        tags=tuple(tag.name for tag in plan_.tags_of(article)),
        has_page=has_page,
        also=_also_in(rendering, article, base_url),
    )
    is_whole = has_page and source.text is TextPolicy.FULL
    return entry, _text_of(rendering.index, article) if is_whole else None, item


def _also_in(rendering: RenderContext, article: Article, base_url: str) -> str:
    """Return the other texts of a story for the entry of its lead, as HTML."""
    plan_, words = rendering.plan, rendering.compose.names.words
    story = plan_.stories.get(article.id)
    if story is None or story.lead.id != article.id:
        return ""
    others = [
        (
            other.source,
            addresses.absolute(base_url, addresses.article(other.id)) if plan_.has_page(other) else other.url,
        )
        for other in story.texts[1 : ALSO_IN_FEEDS + 1]
    ]
    return feeds.also_in(words.gettext("Also in"), words.gettext(", "), others)
