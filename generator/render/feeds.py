"""Feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1 with the same entries.

Titles are plain text with one level of escaping in all three formats, because every tested reader shows
`&amp;` in a title literally. There is no clock: the date of a feed is that of its newest entry.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from markupsafe import Markup, escape

from generator.model import addresses
from generator.model.types import Article, Source, TextPolicy
from generator.render import xml

NAMESPACE = uuid.UUID("5f2c1d5e-8a0b-5d0c-9b57-2f0f3b1f6a11")
"""Namespace of entry ids. It must never change, or readers show all entries again as new."""

_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ATOM = "http://www.w3.org/2005/Atom"
_RSS_NAMESPACES: dict[str, str | None] = {
    "version": "2.0",
    "xmlns:atom": _ATOM,
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
_TYPES = {
    addresses.ATOM: "application/atom+xml",
    addresses.RSS: "application/rss+xml",
    addresses.JSON_FEED: "application/feed+json",
}


class FeedMeta(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of a feed."""

    title: str
    description: str = ""
    language: str
    """BCP 47 tag."""
    page: str
    """The absolute address, with a trailing slash, of the folder that contains the feed."""
    generator: str
    """For example `Broadsheet 0.1.0`."""
    zone: dt.tzinfo
    """The time zone in which the day of an entry without a time begins."""
    hub: str | None = None
    """The address of a WebSub hub."""


class Entry(msgspec.Struct, frozen=True):
    """An article in a feed. All addresses are absolute. Not `kw_only`, because that makes pickling slower."""

    id: str
    title: str
    title_language: str
    language: str
    url: str
    """The article's page, else the original, else the item on the source's month page."""
    original: str | None
    date: dt.date
    time: dt.datetime | None
    content: str
    """Sanitised HTML with absolute addresses; may be empty."""
    excerpt: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    source: str
    source_page: str
    """The source's page on the site, whose feeds are below it."""
    also: str = ""
    """The other texts of its story as HTML, which follow the content."""


def entry_id(article_id: str) -> str:
    """Return the permanent id of an article's entry, which does not depend on the host."""
    return uuid.uuid5(NAMESPACE, article_id).urn


def entry_of(
    article: Article,
    source: Source,
    *,
    base_url: str,
    item: str,
    content: str,
    tags: tuple[str, ...] = (),
    has_page: bool = True,
    also: str = "",
) -> Entry:
    """Return an article's entry, with as much text as its source's policy allows.

    `item` is the absolute address of the article's item in a list. `content` is sanitised HTML with absolute
    addresses. `tags` are what the site calls its tags.
    """
    page = addresses.absolute(base_url, addresses.article(article.id))
    own = page if has_page and addresses.has_page(article, source.text) else None
    return Entry(
        id=entry_id(article.id),
        title=article.title,
        title_language=article.title_language,
        language=article.language,
        url=own or article.url or item,
        original=article.url,
        date=article.date,
        time=article.time,
        content=content if source.text is TextPolicy.FULL else "",
        excerpt=article.excerpt if source.text is not TextPolicy.LINK else "",
        authors=article.authors,
        tags=tags,
        source=source.name,
        source_page=addresses.absolute(base_url, addresses.source(source)),
        also=also,
    )


def also_in(label: str, comma: str, others: Sequence[tuple[str, str | None]]) -> str:
    """Return a paragraph that names sources, each with the absolute address of its text; empty for none."""
    links = [Markup('<a href="{}">{}</a>').format(url, name) if url else escape(name) for name, url in others]
    return str(Markup("<p>{} {}</p>").format(label, escape(comma).join(links))) if links else ""


def atom(feed: FeedMeta, entries: Sequence[Entry]) -> bytes:
    """Write an Atom feed."""
    head = (
        xml.element("id", xml.uri(feed.page))
        + xml.element("title", feed.title)
        + (xml.element("subtitle", feed.description) if feed.description else "")
        + xml.element("updated", _rfc3339(_newest(entries, feed.zone)))
        + _atom_links("link", feed, addresses.ATOM)
        + xml.element("generator", feed.generator)
    )
    pieces = itertools.chain([head], *(_atom_entry(entry, feed.zone) for entry in entries))
    return _document("feed", pieces, {"xmlns": _ATOM, "xml:lang": feed.language})


def _atom_links(name: str, feed: FeedMeta, own: str) -> str:
    page = xml.uri(feed.page)
    return (
        xml.element(name, "", {"rel": "self", "type": _TYPES[own], "href": page + own})
        + xml.element(name, "", {"rel": "alternate", "type": "text/html", "href": page})
        + _hub_link(name, feed)
    )


def _hub_link(name: str, feed: FeedMeta) -> str:
    return xml.element(name, "", {"rel": "hub", "href": xml.uri(feed.hub)}) if feed.hub else ""


def _atom_entry(entry: Entry, zone: dt.tzinfo) -> Iterator[str]:
    moment = _rfc3339(_moment(entry, zone))
    via = entry.original if entry.original != entry.url else None
    language: dict[str, str | None] = {"xml:lang": entry.language}
    head = (
        xml.element("id", entry.id)
        + xml.element("title", _title(entry), {"type": "text", "xml:lang": entry.title_language})
        + xml.element("link", "", {"rel": "alternate", "type": "text/html", "href": xml.uri(entry.url)})
        + (xml.element("link", "", {"rel": "via", "href": xml.uri(via)}) if via else "")
        + xml.element("published", moment)
        + xml.element("updated", moment)
        + "".join(xml.nested("author", xml.element("name", name)) for name in _authors(entry))
        + "".join(xml.element("category", "", {"term": tag}) for tag in _tags(entry))
        + _atom_source(entry)
        + (xml.element("summary", entry.excerpt, {"type": "text", **language}) if entry.excerpt else "")
    )
    content = xml.around("content", [xml.text(entry.content + entry.also)], {"type": "html", **language})
    return xml.around("entry", [head, *(content if entry.content else ())])


def _atom_source(entry: Entry) -> str:
    page = xml.uri(entry.source_page)
    return xml.nested(
        "source",
        xml.element("id", page)
        + xml.element("title", entry.source)
        + xml.element("link", "", {"rel": "self", "href": page + addresses.ATOM}),
    )


def rss(feed: FeedMeta, entries: Sequence[Entry]) -> bytes:
    """Write an RSS feed."""
    channel = (
        xml.element("title", _without_markup(feed.title))
        + xml.element("link", xml.uri(feed.page))
        + xml.element("description", _without_markup(feed.description or feed.title))
        + xml.element("language", feed.language)
        + xml.element("lastBuildDate", _rfc822(_newest(entries, feed.zone)))
        + xml.element("generator", feed.generator)
        + xml.element(
            "atom:link",
            "",
            {"rel": "self", "type": _TYPES[addresses.RSS], "href": xml.uri(feed.page) + addresses.RSS},
        )
        + _hub_link("atom:link", feed)
    )
    pieces = itertools.chain([channel], *(_rss_item(entry, feed.zone) for entry in entries))
    return _document("rss", xml.around("channel", pieces), _RSS_NAMESPACES)


def _rss_item(entry: Entry, zone: dt.tzinfo) -> Iterator[str]:
    head = (
        xml.element("title", _title(entry))
        + xml.element("link", xml.uri(entry.url))
        + xml.element("guid", entry.id, {"isPermaLink": "false"})
        + xml.element("pubDate", _rfc822(_moment(entry, zone)))
        + "".join(xml.element("dc:creator", name) for name in _authors(entry))
        + "".join(xml.element("category", tag) for tag in _tags(entry))
        + xml.element("source", entry.source, {"url": xml.uri(entry.source_page) + addresses.ATOM})
        # Readers treat a description as HTML, so plain text is escaped once more.
        + (xml.element("description", _as_html(entry.excerpt)) if entry.excerpt else "")
    )
    content = xml.around("content:encoded", [xml.text(entry.content + entry.also)])
    return xml.around("item", [head, *(content if entry.content else ())])


def json_feed(feed: FeedMeta, entries: Sequence[Entry]) -> bytes:
    """Write a JSON Feed."""
    page = xml.uri(feed.page)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": xml.clean(feed.title),
        "home_page_url": page,
        "feed_url": page + addresses.JSON_FEED,
        **({"description": xml.clean(feed.description)} if feed.description else {}),
        "language": feed.language,
        **({"hubs": [{"type": "WebSub", "url": xml.uri(feed.hub)}]} if feed.hub else {}),
        "items": [_json_item(entry, feed.zone) for entry in entries],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _json_item(entry: Entry, zone: dt.tzinfo) -> dict[str, object]:
    moment = _rfc3339(_moment(entry, zone))
    item: dict[str, object] = {"id": entry.id, "url": xml.uri(entry.url)}
    if entry.original and entry.original != entry.url:
        item["external_url"] = xml.uri(entry.original)
    item["title"] = xml.clean(_title(entry))
    if entry.content:
        item["content_html"] = xml.clean(entry.content + entry.also)
    else:
        item["content_text"] = xml.clean(entry.excerpt)
    if entry.excerpt:
        item["summary"] = xml.clean(entry.excerpt)
    item |= {"date_published": moment, "date_modified": moment}
    item["authors"] = [{"name": xml.clean(name)} for name in _authors(entry)]
    if tags := _tags(entry):
        item["tags"] = [xml.clean(tag) for tag in tags]
    item["language"] = entry.language
    return item


def _document(name: str, pieces: Iterable[str], attributes: dict[str, str | None]) -> bytes:
    written = xml.around(name, itertools.chain(["\n"], pieces), attributes)
    return "".join([xml.DECLARATION, *written]).encode("utf-8")


def _title(entry: Entry) -> str:
    return _without_markup(_line(entry.title)) or entry.url


def _without_markup(text: str) -> str:
    """Return a text without `<`. RSS does not say whether a title is HTML, and some readers interpret it."""
    return text.replace("<", "＜")


def _authors(entry: Entry) -> tuple[str, ...]:
    """Return the authors, else the publisher, because every entry of an Atom feed needs an author."""
    return tuple(dict.fromkeys(filter(None, map(_line, entry.authors)))) or (entry.source,)


def _tags(entry: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_line, entry.tags))))


def _line(text: str) -> str:
    return " ".join(xml.clean(text).split())


def _as_html(text: str) -> str:
    return html.escape(text, quote=False)


def _newest(entries: Sequence[Entry], zone: dt.tzinfo) -> dt.datetime:
    return max(
        (_moment(entry, zone) for entry in entries), key=lambda moment: moment - _NEVER, default=_NEVER
    )


def _moment(entry: Entry, zone: dt.tzinfo) -> dt.datetime:
    moment = entry.time or dt.datetime.combine(entry.date, dt.time.min, zone)
    offset = moment.utcoffset() or dt.timedelta()
    # Before standard time, offsets have odd seconds, which neither date format can express.
    return moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=offset // dt.timedelta(minutes=1))))


def _rfc3339(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _rfc822(moment: dt.datetime) -> str:
    return email.utils.format_datetime(moment)
