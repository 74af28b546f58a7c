"""What worker processes make of planned pages and feeds: bytes, staged beside their places."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
from markupsafe import Markup

from generator.cache.bodies import Bodies
from generator.cache.store import MissingError
from generator.cache.versions import hashed
from generator.model import limits
from generator.output.write import Slot, stage
from generator.render import feeds, views
from generator.render.frame import article_frame
from generator.render.images import absolute_html
from generator.render.pages import ARTICLE
from generator.render.templates import Templates


class Holding(Protocol):
    """Where texts stand."""

    def body(self, path: str) -> bytes | None:
        """The HTML of one clipping's text; None where it is not there, or not whole."""
        ...


ATOM, RSS, JSON = "atom", "rss", "json"
_WRITERS = {ATOM: feeds.atom, RSS: feeds.rss, JSON: feeds.json_feed}


class Maker(msgspec.Struct, frozen=True):
    """What making needs to know of the site."""

    templates: str
    """The folder of the site's own templates."""
    site: views.SiteView
    feeds: tuple[views.Feed, ...]
    """Those that every article's page announces."""
    theme: bytes
    """A hash of all files of the theme: with another one, templates are read again."""
    cache: str
    """The file where bodies stand,"""
    secret: bytes
    """and what they are sealed with."""


class Text(msgspec.Struct, frozen=True):
    """A clipping's text in the cache."""

    path: str
    digest: bytes
    """What its HTML hashes to, as its record has it: another build of the site may have put another there."""


class PageJob(msgspec.Struct, frozen=True):
    """An article's page; its body comes from the cache."""

    path: str
    slot: Slot
    view: views.ArticleView
    description: str
    text: Text | None
    """The page's text; None where the view has it."""

    @property
    def places(self) -> tuple[tuple[str, Slot], ...]:
        """Path and place of each of its files."""
        return ((self.path, self.slot),)

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts of the cache that it takes."""
        return (self.text,) if self.text else ()


class FeedJob(msgspec.Struct, frozen=True):
    """A feed in several formats."""

    files: tuple[tuple[str, str, Slot], ...]
    """Path, format and place of each."""
    meta: feeds.FeedMeta
    entries: tuple[tuple[feeds.Entry, Text | None, str], ...]
    """Each entry, the text that it carries, if any, and the address that its links count from."""

    @property
    def places(self) -> tuple[tuple[str, Slot], ...]:
        """Path and place of each of its files."""
        return tuple((path, slot) for path, _, slot in self.files)

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts of the cache that it takes."""
        return tuple(text for _, text, _ in self.entries if text)


Made = tuple[tuple[str, bool], ...]
"""Of each file of a job, in their order, its digest and whether it was staged."""


def ready(makers: Sequence[Maker]) -> list[None]:
    """Read the theme of articles, before their pages come."""
    for maker in makers:
        theme_of(maker.templates, maker.site, maker.theme).ready(ARTICLE)
    return [None] * len(makers)


def make(maker: Maker, jobs: Sequence[PageJob | FeedJob]) -> Iterator[Made]:
    """Make and stage files."""
    with Bodies(maker.cache, maker.secret) as bodies:
        for job in jobs:
            yield _page(maker, job, bodies) if isinstance(job, PageJob) else _feed(job, bodies)


def _page(maker: Maker, job: PageJob, bodies: Bodies) -> Made:
    theme = theme_of(maker.templates, maker.site, maker.theme)
    body = body_of(bodies, job.text) if job.text else None
    html = article_html(theme, maker, job.view, job.description, body)
    return (stage(job.slot, html),)


def article_html(
    theme: Templates, maker: Maker, view: views.ArticleView, description: str, body: str | None
) -> bytes:
    """An article's page; `body` is sanitised HTML, None where the view has it already."""
    if body is not None:
        view = msgspec.structs.replace(view, body=Markup(body))  # noqa: S704 (sanitised)
    return theme.render(article_frame(view, description, maker.site, maker.feeds), view)


def _feed(job: FeedJob, bodies: Bodies) -> Made:
    entries = entries_with(job.entries, bodies)
    return tuple(stage(slot, feed_bytes(form, job.meta, entries)) for _, form, slot in job.files)


def entries_with(
    entries: Sequence[tuple[feeds.Entry, Text | None, str]], bodies: Holding
) -> list[feeds.Entry]:
    """Entries with their texts, whose links are made absolute.

    A text that is too long for a feed, or for what is left of its length, stays out.
    """
    made: list[feeds.Entry] = []
    left = limits.FEED
    for entry, text, item in entries:
        content = absolute_html(body_of(bodies, text), item) if text else ""
        if 0 < len(content) <= min(left, limits.FEED_TEXT):
            left -= len(content)
            entry = msgspec.structs.replace(entry, content=content)  # noqa: PLW2901 - the same, with its text
        made.append(entry)
    return made


def feed_bytes(form: str, meta: feeds.FeedMeta, entries: Sequence[feeds.Entry]) -> bytes:
    """A feed in one format."""
    return _WRITERS[form](meta, entries)


def body_of(bodies: Holding, text: Text) -> str:
    """A text as sanitised HTML. Raises `MissingError` where it is not there, or another one is."""
    body = found_body(bodies, text)
    if body is None:
        raise MissingError("bodies", os.fsencode(text.path))
    return body.decode()


def found_body(bodies: Holding, text: Text) -> bytes | None:
    """The same, None where it is not there."""
    body = bodies.body(text.path)
    return body if body is not None and hashed(body) == text.digest else None


@lru_cache(2)
def theme_of(templates: str, site: views.SiteView, _theme: bytes) -> Templates:
    """The theme, read once for each state of its files."""
    return Templates(Path(templates), site)
