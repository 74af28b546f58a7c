"""Every feed of the site: its place, its articles, and their entries. `feeds` makes the bytes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from generator.model import addresses
from generator.model.types import Article, Source, Tag, TextPolicy
from generator.render import feeds
from generator.render.frame import Framer

_OWN = (addresses.ATOM, addresses.JSON_FEED)
"""The files of every feed."""
_OF_DIGEST = (addresses.ATOM, addresses.RSS, addresses.JSON_FEED)
"""The files of the feed of the whole digest."""
ALSO_IN_FEEDS = 12
"""Maximum number of other texts of a story that its entry in a feed names."""


class Feed(msgspec.Struct, frozen=True):
    """A feed in one format. The formats of one feed are made together."""

    folder: str
    name: str
    """The name of its file, by which its format is known."""
    articles: tuple[Article, ...]
    meta: feeds.FeedMeta

    @property
    def path(self) -> str:
        """The path of its file."""
        return self.folder + self.name


def feed_paths(owners: Iterable[Source | Tag]) -> list[str]:
    """Return the paths of the feeds of sources, tags, the digest and its picks. They need not exist."""
    folders = (*map(addresses.home, owners), addresses.PICKS)
    return [*_OF_DIGEST, *(folder + name for folder in folders for name in _OWN)]


def feed_at(frame: Framer, path: str, generator: str) -> Feed | None:
    """Return the feed planned at a path; None if there is none."""
    plan, config = frame.plan, frame.config
    folder, slash, name = path.rpartition("/")
    if config.base_url is None or name not in (_OWN if slash else _OF_DIGEST):
        return None
    owner = _owner_at(frame, folder)
    folder += slash
    meta = _meta(frame, config.base_url, owner, generator)
    if owner:
        newest = tuple(islice(plan.without_copies_in(owner), config.source_feed_items))
        return Feed(folder, name, newest, meta)
    if not folder:
        newest = tuple(islice(plan.without_copies(plan.digest.articles), config.feed_items))
        return Feed(folder, name, newest, meta)
    picks = plan.picks[: config.feed_items]
    if folder != addresses.PICKS or not picks:
        return None
    title = f"{frame.names.words.gettext('Picks')} · {config.title}"
    return Feed(folder, name, picks, msgspec.structs.replace(meta, title=title))


def _owner_at(frame: Framer, folder: str) -> Source | Tag | None:
    """Return the source or tag with a folder."""
    kind, _, slug = folder.partition("/")
    if kind + "/" == addresses.TAGS:
        return frame.plan.tag_index.by_slug.get(slug)
    return frame.plan.source_at(slug) if kind + "/" == addresses.SOURCES else None


def _meta(frame: Framer, base_url: str, owner: Source | Tag | None, generator: str) -> feeds.FeedMeta:
    config = frame.config
    return feeds.FeedMeta(
        title=f"{owner.name} · {config.title}" if owner else config.title,
        description="" if owner else config.description,
        language=config.language_tag,
        page=addresses.absolute(base_url, addresses.home(owner) if owner else addresses.FRONT),
        generator=generator,
        zone=config.zone,
        hub=config.hub,
    )


def entry_in(frame: Framer, article: Article) -> tuple[feeds.Entry, str, bool]:
    """Return an article's entry, the base address of its links, and whether it carries the whole text.

    The entry has no text yet.
    """
    plan, base_url = frame.plan, frame.config.base_url or ""
    item = addresses.absolute(base_url, *plan.address_of(article))
    source, has_page = plan.source_of(article), plan.has_page(article)
    entry = feeds.entry_of(
        article,
        source,
        base_url=base_url,
        item=item,
        content="",
        tags=tuple(tag.name for tag in plan.tags_of(article)),
        has_page=has_page,
        also=_also_in(frame, article, base_url),
    )
    return entry, item, has_page and source.text is TextPolicy.FULL


def _also_in(frame: Framer, article: Article, base_url: str) -> str:
    """Return the other texts of a story for the entry of its lead, as HTML."""
    plan, words = frame.plan, frame.names.words
    story = plan.stories.get(article.id)
    if story is None or story.lead.id != article.id:
        return ""
    others = [
        (
            other.source,
            addresses.absolute(base_url, addresses.article(other.id)) if plan.has_page(other) else other.url,
        )
        for other in story.texts[1 : ALSO_IN_FEEDS + 1]
    ]
    return feeds.also_in(words.gettext("Also in"), words.gettext(", "), others)
