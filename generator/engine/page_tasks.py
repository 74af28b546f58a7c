"""Worker tasks that make pages, feeds and the search index, staged beside their final places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from markupsafe import Markup

from generator.cache.bodies import Bodies
from generator.cache.store import Cache
from generator.cache.texts import Text, body_of
from generator.model import addresses, limits
from generator.output.write import Slot, stage
from generator.render import feeds, views
from generator.render.frame import article_frame
from generator.render.images import absolute_html
from generator.render.links import with_addresses_marked
from generator.render.templates import Templates
from generator.search.term_files import TermsContent, files_of_terms

_WRITERS = {addresses.ATOM: feeds.atom, addresses.RSS: feeds.rss, addresses.JSON_FEED: feeds.json_feed}


class Maker(msgspec.Struct, frozen=True):
    """What the tasks need to know about the site."""

    templates: str
    """The folder of the site's own templates."""
    site: views.SiteView
    feeds: tuple[views.Feed, ...]
    """Feeds that every article page links to."""
    theme: bytes
    """Hash of all theme files; templates are loaded again when it changes."""
    cache: str
    """Path of the cache file that holds the bodies."""
    secret: bytes
    """Key that the bodies are sealed with."""


class ArticleContent(msgspec.Struct, frozen=True):
    """What an article page is made of."""

    view: views.ArticleView
    description: str
    text: Text | None
    """The page's text; None if the view already contains it."""

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts that it needs from the cache."""
        return (self.text,) if self.text else ()


class FeedContent(msgspec.Struct, frozen=True):
    """What the files of a feed are made of, one for each format."""

    names: tuple[str, ...]
    meta: feeds.FeedMeta
    entries: tuple[tuple[feeds.Entry, Text | None, str], ...]
    """Each entry, its text if it carries one, and the base address of its links."""

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts that it needs from the cache."""
        return tuple(text for _, text, _ in self.entries if text)


Content = ArticleContent | FeedContent | TermsContent


class Job(msgspec.Struct, frozen=True):
    """Files to make and stage: path and slot of each, and what they are made of."""

    files: tuple[tuple[str, Slot], ...]
    content: Content


Made = tuple[tuple[str, bool], ...]
"""Digest of each of a job's files, in order, and whether it was staged."""


def make(maker: Maker, jobs: Sequence[Job]) -> Iterator[Made]:
    """Make and stage files."""
    with Bodies(maker.cache, maker.secret) as bodies:
        for job in jobs:
            files = zip(job.files, rendered(maker, job.content, bodies), strict=True)
            yield tuple([stage(slot, data) for (_, slot), data in files])


def rendered(
    maker: Maker,
    content: Content,
    bodies: Bodies | Cache,
    theme: Templates | None = None,
) -> list[bytes]:
    """Return the bytes of each file of a content. The theme is loaded if it is needed and not given."""
    if isinstance(content, TermsContent):
        return files_of_terms(content, bodies)
    if isinstance(content, FeedContent):
        entries = entries_with(content.entries, bodies)
        return [_WRITERS[one](content.meta, entries) for one in content.names]
    view = content.view
    if content.text:
        body = with_addresses_marked(body_of(bodies, content.text))
        view = msgspec.structs.replace(view, body=Markup(body))  # noqa: S704 (sanitised)
    theme = theme or theme_of(maker.templates, maker.site, maker.theme)
    return [theme.render(article_frame(view, content.description, maker.site, maker.feeds), view)]


def entries_with(
    entries: Sequence[tuple[feeds.Entry, Text | None, str]], bodies: Bodies | Cache
) -> list[feeds.Entry]:
    """Return the entries with their texts, with absolute links.

    A text is omitted if it exceeds the limit for one text, or what is left of the feed's limit.
    """
    made: list[feeds.Entry] = []
    left = limits.FEED
    for entry, text, item in entries:
        content = absolute_html(body_of(bodies, text), item) if text else ""
        if 0 < len(content) <= min(left, limits.FEED_TEXT):
            left -= len(content)
            entry = msgspec.structs.replace(entry, content=content)  # noqa: PLW2901 - the same entry, with its text
        made.append(entry)
    return made


@lru_cache(2)
def theme_of(templates: str, site: views.SiteView, _theme: bytes) -> Templates:
    """Return the theme, loaded once per state of its files."""
    return Templates(Path(templates), site)
