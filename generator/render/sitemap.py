"""Lists for machines: sitemaps (sitemaps.org 0.9), `robots.txt`, OPML 2.0 and OpenSearch."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from generator.model import addresses
from generator.model.types import Source
from generator.render import xml
from generator.render.pages import Page
from generator.render.plan import Plan

FOLDER = "sitemaps/"
MOST_ADDRESSES = 50_000
MOST_BYTES = 50_000_000
"""Limits of a sitemap (sitemaps.org)."""

_FOR_MACHINES = {addresses.OPML, addresses.SITEMAP, addresses.ROBOTS, addresses.OPEN_SEARCH}
_OPEN_SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Listed = tuple[str, dt.date | None, dt.date | None]
"""An address, a day of the month whose sitemap lists it or None, and the day it changed or None."""


def sitemaps(
    base_url: str,
    listed: Iterable[Listed],
    *,
    most_addresses: int = MOST_ADDRESSES,
    most_bytes: int = MOST_BYTES,
) -> Iterator[tuple[str, bytes]]:
    """Yield address and bytes of each month's sitemap, of one for pages without a month, and of the index.

    A sitemap that would be too large continues in `…-2.xml`. The order of the pages does not matter.
    """
    months: defaultdict[str, list[tuple[str, dt.date | None]]] = defaultdict(list)
    for address, month, changed in listed:
        months["pages" if month is None else f"{month.year:04}-{month.month:02}"].append((address, changed))
    names = []
    for month_name in sorted(months):
        rows = [
            _url(base_url, address, changed) for address, changed in sorted(months[month_name], key=_address)
        ]
        for number, part in enumerate(_parts(rows, most_addresses, most_bytes), 1):
            name = f"{FOLDER}{month_name}.xml" if number == 1 else f"{FOLDER}{month_name}-{number}.xml"
            names.append(name)
            yield name, _document("urlset", "".join(part))
    index = "".join(
        xml.nested("sitemap", xml.element("loc", addresses.absolute(base_url, name))) for name in names
    )
    yield addresses.SITEMAP, _document("sitemapindex", index)


def _address(page: tuple[str, dt.date | None]) -> str:
    return page[0]


def _url(base_url: str, address: str, changed: dt.date | None) -> str:
    lastmod = xml.element("lastmod", changed.isoformat()) if changed else ""
    return xml.nested("url", xml.element("loc", addresses.absolute(base_url, address)) + lastmod)


def _parts(rows: Iterable[str], most_addresses: int, most_bytes: int) -> Iterator[list[str]]:
    """Split rows at the limits. The surrounding markup takes less than 200 bytes."""
    part: list[str] = []
    room = most_bytes - 200
    for row in rows:
        if part and (len(part) == most_addresses or len(row) > room):
            yield part
            part, room = [], most_bytes - 200
        part.append(row)
        room -= len(row)
    if part:
        yield part


def _document(name: str, markup: str) -> bytes:
    return (xml.DECLARATION + xml.nested(name, "\n" + markup, {"xmlns": _NAMESPACE})).encode("utf-8")


def robots(base_url: str) -> bytes:
    """Return `robots.txt`, which allows everything and names the sitemap."""
    sitemap = addresses.absolute(base_url, addresses.SITEMAP)
    return f"User-agent: *\nAllow: /\n\nSitemap: {sitemap}\n".encode()


def open_search(title: str, base_url: str) -> bytes:
    """Return the description with which a browser adds the site's search (OpenSearch 1.1)."""
    page = addresses.absolute(base_url, addresses.SEARCH)
    named = xml.element("ShortName", title) + xml.element("Description", title)
    url = xml.element("Url", "", {"type": "text/html", "template": f"{page}?q={{searchTerms}}"})
    encoding = xml.element("InputEncoding", "UTF-8")
    return (
        xml.DECLARATION + xml.nested("OpenSearchDescription", named + encoding + url, {"xmlns": _OPEN_SEARCH})
    ).encode()


def opml(title: str, base_url: str, sources: Iterable[Source]) -> bytes:
    """Return the sources as subscriptions: our feed of each, and its home page, else our page of it."""
    outlines = "".join(_outline(base_url, source) for source in sources)
    head = xml.nested("head", xml.element("title", title))
    body = xml.nested("body", "\n" + outlines)
    return (xml.DECLARATION + xml.nested("opml", "\n" + head + body, {"version": "2.0"})).encode("utf-8")


def _outline(base_url: str, source: Source) -> str:
    page = addresses.absolute(base_url, addresses.source(source))
    return xml.element(
        "outline",
        "",
        {
            "type": "rss",
            "text": source.name,
            "title": source.name,
            "xmlUrl": page + addresses.ATOM,
            "htmlUrl": xml.uri(source.home) if source.home else page,
        },
    )


def for_machines(plan: Plan, title: str, base_url: str, pages: Iterable[Page]) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of all lists for machines: sources, sitemaps, `robots.txt`, and the search."""
    yield addresses.OPML, opml(title, base_url, plan.digest.sources.values())
    yield from sitemaps(
        base_url, ((page.address, page.month, page.modified) for page in pages if page.listed)
    )
    yield addresses.ROBOTS, robots(base_url)
    if plan.search != "none":
        yield addresses.OPEN_SEARCH, open_search(title, base_url)


def is_for_machines(path: str) -> bool:
    """Return whether `for_machines` makes the file at a path."""
    return path.startswith(FOLDER) or path in _FOR_MACHINES
