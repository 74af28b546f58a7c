"""What each published file is: its kind, by which files are ordered and cached, and its content type."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping

from generator.config.site import COPY_SUFFIXES, PublishKind
from generator.model import addresses
from generator.output.media_types import BINARY

_DAY = re.compile(r"\d{4}/\d\d/\d\d/index\.html")


class Kind(enum.StrEnum):
    """The kinds of files, in the order in which they are uploaded."""

    ASSETS = "assets"
    """Styles, scripts, images and fonts, and whatever a site copies from `static/`."""
    ARTICLES = "articles"
    """Articles and stories."""
    LISTS = "lists"
    """Pages of sources, periods, tags and identifiers."""
    FRONT = "front"
    """The front page, the newest day and the page for unknown addresses."""
    FEEDS = "feeds"
    """Feeds, sitemaps and other files for machines, and the search."""


_FOR_MACHINES = frozenset({"xml", "json", "opml", "txt"})
_RETAINED = frozenset({"css", "js", "mjs"})


def kind_function(paths: Iterable[str]) -> Callable[[str], Kind]:
    """Return a function from a path to its kind. All paths of the site tell which day is the newest."""
    newest = max((path for path in paths if _DAY.fullmatch(path)), default="")
    front = {addresses.file_of(addresses.FRONT), addresses.NOT_FOUND, newest}

    def kind_of(path: str) -> Kind:
        path = _uncompressed(path)
        extension = _extension(path)
        if path.startswith("search/"):
            return Kind.FEEDS
        if extension != "html":
            return Kind.FEEDS if extension in _FOR_MACHINES else Kind.ASSETS
        if path in front:
            return Kind.FRONT
        return Kind.ARTICLES if path.startswith(("articles/", "stories/")) else Kind.LISTS

    return kind_of


def is_retained(path: str) -> bool:
    """Return whether pages in the caches of browsers may still need a file after it left the site."""
    return _extension(_uncompressed(path)) in _RETAINED or path.startswith("search/")


_TYPES = {
    **BINARY,
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "webmanifest": "application/manifest+json; charset=utf-8",
}
_FEED_TYPES = {
    addresses.ATOM: "application/atom+xml; charset=utf-8",
    addresses.RSS: "application/rss+xml; charset=utf-8",
    addresses.JSON_FEED: "application/feed+json; charset=utf-8",
}


def content_type(path: str) -> str:
    """Return the content type of a file, from a fixed table, so that it is the same from any machine."""
    name = path.rpartition("/")[2]
    return _FEED_TYPES.get(name) or _TYPES.get(_extension(path), "application/octet-stream")


def is_text(path: str) -> bool:
    """Return whether a file becomes smaller by compression."""
    return "charset" in content_type(path) or path.endswith(".wasm")


CACHE_CONTROL = {
    Kind.ASSETS: "public, max-age=3600",
    Kind.ARTICLES: "no-cache",
    Kind.LISTS: "no-cache",
    Kind.FRONT: "no-cache",
    Kind.FEEDS: "no-cache",
}
"""Kind → `Cache-Control`. `no-cache` lets a cache keep a page, but ask whether it is still current."""
STYLES = "no-cache"
"""`Cache-Control` of styles and scripts, whose names stay the same when they change."""


def cache_control(path: str, kind: Kind, configured: Mapping[PublishKind, str]) -> str:
    """Return the header `Cache-Control` of a file."""
    default = STYLES if is_retained(path) else CACHE_CONTROL[kind]
    return configured.get(kind.value, default)


def _uncompressed(path: str) -> str:
    """Return the path of the file of which another one may be a compressed copy."""
    for suffix in COPY_SUFFIXES:
        path = path.removesuffix(suffix)
    return path


def _extension(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""
