"""Metadata of pages for search engines and link previews: schema.org as JSON-LD, and Open Graph."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

import msgspec

from generator.model import addresses
from generator.model.types import Period
from generator.render import views, xml
from generator.render.day_views import DayView
from generator.render.identifier_views import IdentifiersView, IdentifierView
from generator.render.period_views import ArchiveView, PeriodView, StoryView
from generator.render.source_views import SourceMonthView, SourcesView, SourceView
from generator.render.tag_views import TagsView, TagView

ITEMS = 10
"""Number of items of a list that its metadata names. The page and the sitemaps name all."""
NAME_LENGTH = 110
"""Number of characters of an item's title in the metadata."""
LONGEST = 200
"""Number of characters of the longest address of an original that the metadata names."""

_ENCODER = msgspec.json.Encoder()
_UNSAFE = re.compile("[<>&\u2028\u2029]")
_CONTROL = re.compile(r"\\[bfru]")
"""JSON escapes of control characters. Text with a backslash before such a letter matches too."""
_PLAIN_URI = re.compile(r"https?://[A-Za-z0-9.-]+(?:[/?#][A-Za-z0-9_.~/:=&?+!$,;'@()*-]*)?")
"""An address that `xml.uri` leaves unchanged."""
_LOCALES = {
    "ar": "ar_AR", "de": "de_DE", "en": "en_US", "es": "es_ES", "fr": "fr_FR", "it": "it_IT", "ja": "ja_JP",
    "ko": "ko_KR", "nl": "nl_NL", "pl": "pl_PL", "pt": "pt_PT", "ru": "ru_RU", "tr": "tr_TR", "uk": "uk_UA",
    "zh": "zh_CN", "zh-hans": "zh_CN", "zh-hant": "zh_TW",
}  # fmt: skip
"""Language → locale of Open Graph, which has no language without a country."""


class Site(Protocol):
    """What the metadata contains about the site. Both its configuration and its view provide it."""

    @property
    def title(self) -> str:
        """The site's name."""
        ...

    @property
    def base_url(self) -> str | None:
        """The site's address."""
        ...


def json_ld(frame: views.PageView, view: views.View, site: Site) -> str:
    """Return a page as `NewsArticle` or `CollectionPage` in JSON-LD, safe inside a `script` element.

    Empty for other pages, and without `base_url`.
    """
    if site.base_url is None or frame.canonical is None:
        return ""
    match view:
        case views.ArticleView():
            own = _article(view)
        case DayView() | PeriodView() | ArchiveView() | StoryView():
            own = _collection(view, site.base_url)
        case SourceView() | SourceMonthView():
            own = _collection(view, site.base_url)
        case SourcesView() | IdentifierView() | IdentifiersView() | TagView() | TagsView():
            own = _collection(view, site.base_url)
        case _:
            return ""
    described = {
        "@context": "https://schema.org",
        **own,
        "url": frame.canonical,
        "inLanguage": frame.language,
        **({"description": frame.description} if frame.description else {}),
        "isPartOf": {"@type": "WebSite", "name": site.title, "url": site.base_url},
    }
    if not isinstance(view, views.ArticleView):
        described["name"] = frame.title or site.title
    return _for_script(described)


def _for_script(described: object) -> str:
    try:
        written = _ENCODER.encode(described).decode()
    except UnicodeEncodeError:  # an unpaired surrogate
        written = ""
    if written.isprintable() and not ("\\" in written and _CONTROL.search(written)) and written:
        return written.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
    written = xml.clean(_ENCODER.encode(_cleaned(described)).decode())
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def _cleaned(value: object) -> object:
    """Return the value without unpaired surrogates, which no encoding can represent."""
    match value:
        case str():
            return xml.clean(value)
        case dict():
            return {key: _cleaned(own) for key, own in value.items()}
        case list():
            return [_cleaned(own) for own in value]
    return value


def _article(view: views.ArticleView) -> dict[str, object]:
    source = {"@type": "Organization", "name": view.source.name}
    authors = [{"@type": "Person", "name": name} for name in view.authors]
    return {
        "@type": "NewsArticle",
        "headline": view.title,
        "datePublished": _moment(view),
        "author": authors or [source],
        "publisher": source,
        **({"isBasedOn": _uri(view.original)} if view.original else {}),
        **({"keywords": [tag.name for tag in view.tags]} if view.tags else {}),
    }


def _uri(address: str) -> str:
    return address if _PLAIN_URI.fullmatch(address) else xml.uri(address)


def _moment(view: views.ArticleView) -> str:
    return view.date.isoformat() if view.time is None else view.time.isoformat(timespec="seconds")


def _collection(view: views.View, base_url: str) -> dict[str, object]:
    items = [
        {"@type": "ListItem", "position": position, "name": name[:NAME_LENGTH], "url": url}
        for position, (name, url) in enumerate(islice(_items(view, base_url), ITEMS), 1)
    ]
    if not items:
        return {"@type": "CollectionPage"}
    return {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": items}}


def _items(view: views.View, base_url: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the absolute address of each item of a list."""
    match view:
        case DayView():
            blocks = (*view.reading, *view.links, *view.activity)
            items = (item for block in blocks for item in block.items)
            yield from _articles((*view.picks, *view.stories, *items), base_url)
        case SourceMonthView():
            yield from _articles((item for block in view.blocks for item in block.items), base_url)
        case StoryView():
            yield from _articles((item for day in view.days for item in day.items), base_url)
        case SourceView():
            yield from _articles(view.items, base_url)
        case PeriodView() | ArchiveView() | SourcesView() | IdentifiersView() | TagsView():
            for named in _named(view):
                yield named.name, addresses.absolute(base_url, named.address)
        case IdentifierView() | TagView():
            yield from _articles(view.items, base_url)


def _named(
    view: PeriodView | ArchiveView | SourcesView | IdentifiersView | TagsView,
) -> Iterable[views.Named]:
    match view:
        case IdentifiersView():
            return view.rows
        case TagsView():
            return view.tags
        case PeriodView():
            return view.months if view.period is Period.YEAR else view.days
        case ArchiveView():
            return view.years
    return (source for group in view.groups for source in group.sources)


def _articles(items: Iterable[views.Item], base_url: str) -> Iterator[tuple[str, str]]:
    for item in items:
        if item.address is not None:
            yield item.title, addresses.absolute(base_url, item.address)
        elif item.original is not None and len(uri := _uri(item.original)) <= LONGEST:
            yield item.title, uri


def open_graph(frame: views.PageView, view: views.View, site: Site) -> tuple[tuple[str, str], ...]:
    """Return a page's Open Graph properties (ogp.me) in order; none for a redirect and a missing page."""
    if isinstance(view, views.RedirectView | views.NotFoundView):
        return ()
    article = view if isinstance(view, views.ArticleView) else None
    pairs: list[tuple[str, str | None]] = [
        ("og:title", frame.title or site.title),
        ("og:type", "article" if article else "website"),
        ("og:url", frame.canonical),
        ("og:site_name", site.title),
        ("og:description", frame.description),
        ("og:locale", _locale(frame.language)),
    ]
    if article:
        pairs.append(("article:published_time", _moment(article)))
        pairs += [("article:tag", tag.name) for tag in article.tags]
    return tuple(
        [(name, value if value.isprintable() else xml.clean(value)) for name, value in pairs if value]
    )


@functools.lru_cache(256)
def _locale(language: str) -> str | None:
    """Return the locale of a BCP 47 tag, by its longest known prefix."""
    tag = language.lower()
    while tag and tag not in _LOCALES:
        tag = tag.rpartition("-")[0]
    return _LOCALES.get(tag)
