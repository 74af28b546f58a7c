"""Compute the addresses of pages, from the site's root without a leading slash, and links between them.

An address that is empty or ends in `/` is a folder's `index.html`. All addresses are decoded text. `link`
and `absolute` encode them.
"""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
import re
import urllib.parse
from collections.abc import Callable, Iterable

from generator.model.identifiers import kind_of, slug_of
from generator.model.types import Article, Edition, Period, Source, Tag, TextPolicy, Verdict

FRONT = ""
ARCHIVE = "archive/"
SOURCES = "sources/"
TAGS = "tags/"
NOT_FOUND = "404.html"
ATOM, RSS, JSON_FEED = "feed.atom.xml", "feed.rss.xml", "feed.json"
PICKS = "picks/"
"""The folder with the feeds of pinned articles."""
SEARCH = "search/"
"""The page that searches, and the folder of its index."""
SEARCH_MONTHS = "search/months.json"
OPEN_SEARCH = "search/opensearch.xml"
LATER = "later/"
"""The page of what a reader's browser keeps."""
NEW = "later/new.json"
"""The list of the newest articles, by which browsers know what is new."""
OPML = "sources.opml"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
OWN_FOLDERS = (ARCHIVE, "assets/", LATER, "media/", PICKS, SEARCH, "sitemaps/", SOURCES, "stories/", TAGS)
"""Folders that are reserved for the site. Those of identifiers come on top."""


_DEVICE_NAME = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Return whether Windows treats a file name as a device, whatever its extension."""
    return _DEVICE_NAME.fullmatch(name) is not None


def has_page(article: Article, policy: TextPolicy) -> bool:
    """Return whether an article gets a page of its own."""
    return article.verdict is not Verdict.LINK and policy is not TextPolicy.LINK


def article(id_: str) -> str:
    """Return the permanent address of an article's page."""
    return f"articles/{id_[:2]}/{id_}.html"


def story(id_: str) -> str:
    """Return the address of a story's page."""
    return f"stories/{id_[:2]}/{id_}.html"


def identifier(name: str) -> str:
    """Return the address of an identifier's page."""
    return f"{kind_of(name)}/{slug_of(name)}/"


def identifiers(kind: str) -> str:
    """Return the address of the list of a kind of identifiers."""
    return f"{kind}/"


def identifiers_month(kind: str, first: dt.date, part: int = 1) -> str:
    """Return the address of one part of a month of that list. Parts are counted from 1."""
    return identifiers(kind) + _month_part(first, part)


def day(date: dt.date, part: int = 1) -> str:
    """Return the address of one part of a day's edition. Parts are counted from 1."""
    return f"{date.year:04}/{date.month:02}/{date.day:02}/" + (f"{part}/" if part > 1 else "")


def week(date: dt.date) -> str:
    """Return the address of the ISO week that contains a day."""
    iso = date.isocalendar()
    return f"{iso.year:04}/w{iso.week:02}/"


def month(date: dt.date) -> str:
    """Return the address of the month that contains a day."""
    return f"{date.year:04}/{date.month:02}/"


def year(date: dt.date) -> str:
    """Return the address of the year that contains a day."""
    return f"{date.year:04}/"


_OF_PERIOD = {Period.DAY: day, Period.WEEK: week, Period.MONTH: month, Period.YEAR: year}


def period(period_: Period, date: dt.date) -> str:
    """Return the address of the period of a given kind that contains a day."""
    return _OF_PERIOD[period_](date)


def edition(edition_: Edition) -> str:
    """Return the address of an edition of any period."""
    return period(edition_.period, edition_.first)


def sources(part: int = 1, *, by_name: bool = False) -> str:
    """Return the address of one part of the list of all sources. No source's slug has a dot."""
    if by_name:
        return f"{SOURCES}a-z{f'-{part}' if part > 1 else ''}.html"
    return f"{SOURCES}{part}.html" if part > 1 else SOURCES


def source(source_: Source) -> str:
    """Return the address of a source's page."""
    return f"sources/{source_.slug}/"


def source_month(source_: Source, first: dt.date, part: int = 1) -> str:
    """Return the address of one part of a source's month. Parts are counted from 1."""
    return source(source_) + _month_part(first, part)


def tag(tag_: Tag) -> str:
    """Return the address of a tag's page."""
    return f"{TAGS}{tag_.slug}/"


def home(owner: Source | Tag) -> str:
    """Return the address of the page of a source or tag. Its feeds are below."""
    return tag(owner) if isinstance(owner, Tag) else source(owner)


def part_of_month(owner: Source | Tag, first: dt.date, part: int = 1) -> str:
    """Return the address of one part of a month of a source or tag. Parts are counted from 1."""
    return home(owner) + _month_part(first, part)


def _month_part(first: dt.date, part: int) -> str:
    return month(first) + (f"{part}/" if part > 1 else "")


def file_of(address: str) -> str:
    """Return the output file of an address, relative to the output folder."""
    return address + "index.html" if address.endswith("/") or not address else address


def link(from_: str, to: str, *, fragment: str = "", file: bool = False) -> str:
    """Return a relative, percent-encoded link from one page of the site to another.

    With `file`, it includes `index.html`, for pages that are opened from disk.
    """
    return links_from(from_, file=file)(to, fragment)


@functools.lru_cache(maxsize=16)
def links_from(from_: str, *, file: bool = False) -> Callable[..., str]:
    """Return a function like `link` for one page. It takes an `address` and an optional `fragment`."""
    folder = from_[: from_.rfind("/") + 1]
    depth = folder.count("/")
    above = () if _is_irregular(folder) else _above(folder)
    first_part = (folder.partition("/")[0] or "/") if above else ""  # "" begins every address
    up, known = "../" * depth, _KNOWN_LINKS.setdefault(depth, {})

    def link_to(address: str, fragment: str = "") -> str:
        target = file_of(address) if file else address
        if target.startswith(first_part):
            href = _link(folder, above, target)
        elif (href := known.get(target, "")) == "":
            if _is_irregular(target):
                href = _link(folder, above, target)
            else:
                href = known[target] = up + quoted(target) or "./"
            if len(known) > _MAX_KNOWN:
                known.clear()
        return href + "#" + quoted(fragment) if fragment else href

    return link_to


_KNOWN_LINKS: dict[int, dict[str, str]] = {}
"""Folder depth → address → link, for addresses whose first segment differs from the folder's.

Such links are the same from all folders of the same depth.
"""
_MAX_KNOWN = 8192


def _above(folder: str) -> tuple[tuple[str, str], ...]:
    """Return a folder and those above it, the nearest first, each with the steps up to it."""
    ends = [place + 1 for place, letter in enumerate(folder) if letter == "/"]
    return tuple((folder[:end], "../" * up) for up, end in enumerate((*reversed(ends), 0)))


def _link(folder: str, above: Iterable[tuple[str, str]], target: str) -> str:
    """Return the link from a folder to an address. `above` is empty for an irregular folder."""
    if above and not _is_irregular(target) and not folder.startswith(target + "/"):
        for common, up in above:
            if target.startswith(common):
                return up + quoted(target[len(common) :]) or "./"
    relative = posixpath.relpath("/" + target, "/" + folder)
    return urllib.parse.quote(relative) + ("/" if target.endswith("/") or not target else "")


def _is_irregular(address: str) -> bool:
    """Return whether a segment of an address is empty or begins with a dot, as in a curator's own address."""
    return "//" in address or "/." in address or address.startswith(("/", "."))


def quoted(text: str) -> str:
    """Return text percent-encoded except for slashes. Most text needs no encoding."""
    return text if _PLAIN.fullmatch(text) else urllib.parse.quote(text)


_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")


def absolute(base_url: str, to: str, fragment: str = "") -> str:
    """Return the public address of a page. `base_url` ends in a slash."""
    return base_url + quoted(to) + ("#" + quoted(fragment) if fragment else "")
