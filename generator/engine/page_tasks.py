"""Worker tasks that make pages, feeds and the search index, staged beside their final places."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import filterfalse
from pathlib import Path

import msgspec
from markupsafe import Markup

from generator.cache.bodies import Bodies
from generator.cache.store import Cache, MissingError
from generator.cache.versions import hashed
from generator.model import addresses, limits
from generator.output.write import Slot, stage
from generator.render import feeds, views
from generator.render.frame import article_frame
from generator.render.images import absolute_html
from generator.render.links import with_addresses_marked
from generator.render.templates import Templates
from generator.search.documents import Document, head_keys
from generator.search.postings import EVERY_KEY, Keys, blocks_of, files_of

_WRITERS = {addresses.ATOM: feeds.atom, addresses.RSS: feeds.rss, addresses.JSON_FEED: feeds.json_feed}
_NO_TEXT = array("I")


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


class Text(msgspec.Struct, frozen=True):
    """A reference to a clipping's text in the cache."""

    path: str
    digest: bytes
    """Hash of its HTML according to its record. Another build may have replaced the text in the cache."""


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


class TermsContent(msgspec.Struct, frozen=True):
    """What some files of terms of a month are made of."""

    documents: tuple[tuple[Document, Text | None], ...]
    """All documents of the month, each with its text if the site shows one."""
    numbering: int
    parts: int
    """Number of files for the terms of the month."""
    numbers: tuple[int, ...]
    """The numbers of the files, ascending."""

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts whose terms it needs from the cache."""
        return tuple(text for _, text in self.documents if text)


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
        return _files_of_terms(content, bodies)
    if isinstance(content, FeedContent):
        entries = entries_with(content.entries, bodies)
        return [_WRITERS[one](content.meta, entries) for one in content.names]
    view = content.view
    if content.text:
        body = with_addresses_marked(_body_of(bodies, content.text))
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
        content = absolute_html(_body_of(bodies, text), item) if text else ""
        if 0 < len(content) <= min(left, limits.FEED_TEXT):
            left -= len(content)
            entry = msgspec.structs.replace(entry, content=content)  # noqa: PLW2901 - the same entry, with its text
        made.append(entry)
    return made


def _body_of(bodies: Bodies | Cache, text: Text) -> str:
    """Return a text as sanitised HTML. Raises `MissingError` if it is missing or another version."""
    body = found_body(bodies, text)
    if body is None:
        raise MissingError("bodies", os.fsencode(text.path))
    return body.decode()


def found_body(bodies: Bodies | Cache, text: Text) -> bytes | None:
    """Return a text as sanitised HTML; None if it is missing or another version."""
    body = bodies.body(text.path)
    return body if body is not None and hashed(body) == text.digest else None


@lru_cache(2)
def theme_of(templates: str, site: views.SiteView, _theme: bytes) -> Templates:
    """Return the theme, loaded once per state of its files."""
    return Templates(Path(templates), site)


def _files_of_terms(content: TermsContent, bodies: Bodies | Cache) -> list[bytes]:
    """Return the bytes of each file of terms."""
    keys = (keys_of(document, text, bodies) for document, text in content.documents)
    numbers = range(content.numbers[0], content.numbers[-1] + 1)
    count = len(content.documents)
    files = files_of(blocks_of(keys, count), count, content.numbering, content.parts, numbers)
    return [data for number, data in zip(numbers, files, strict=True) if number in content.numbers]


def keys_of(document: Document, text: Text | None, bodies: Bodies | Cache, among: range = EVERY_KEY) -> Keys:
    """Return those keys of a document that are among some.

    Raises `MissingError` if those of its text are missing.
    """
    head = head_keys(document)
    own = _NO_TEXT
    if text is not None:
        found = bodies.terms(text.path, text.digest)
        if found is None:
            raise MissingError("bodies", os.fsencode(text.path))
        every = array("I", found)
        some = every[bisect_left(every, among.start) : bisect_left(every, among.stop)]
        own = array("I", [*filterfalse(head.__contains__, some)])
    return Keys(array("I", [*filter(among.__contains__, head)]), own)
