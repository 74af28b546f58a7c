"""Where each page stands: addresses from the site's root, without a leading slash, and links between them.

An address that ends in `/`, or is empty, is a folder's `index.html`. All addresses are decoded text;
`link` and `absolute` encode.
"""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
import re
import urllib.parse
from collections.abc import Callable

from generator.model.types import Article, Edition, Period, Source, TextPolicy, Verdict

FRONT = ""
SOURCES = "sources/"
NOT_FOUND = "404.html"
ATOM, RSS, JSON_FEED = "feed.atom.xml", "feed.rss.xml", "feed.json"
PICKS = "picks/"
"""The folder of the feeds of pinned articles."""
OPML = "sources.opml"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"


_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether Windows takes a file's name for a device, whatever its ending."""
    return _DEVICES.fullmatch(name) is not None


def has_page(article: Article, policy: TextPolicy) -> bool:
    """Whether an article gets a page of its own."""
    return article.verdict is not Verdict.LINK and policy is not TextPolicy.LINK


def article(id_: str) -> str:
    """The lasting address of an article's page."""
    return f"articles/{id_[:2]}/{id_}.html"


def story(id_: str) -> str:
    """The address of a story's page."""
    return f"stories/{id_[:2]}/{id_}.html"


def day(date: dt.date) -> str:
    """The address of a day's edition."""
    return f"{date.year:04}/{date.month:02}/{date.day:02}/"


def week(date: dt.date) -> str:
    """The address of the ISO week that holds a day."""
    iso = date.isocalendar()
    return f"{iso.year:04}/w{iso.week:02}/"


def month(date: dt.date) -> str:
    """The address of the month that holds a day."""
    return f"{date.year:04}/{date.month:02}/"


def year(date: dt.date) -> str:
    """The address of the year that holds a day."""
    return f"{date.year:04}/"


_OF_PERIOD = {Period.DAY: day, Period.WEEK: week, Period.MONTH: month, Period.YEAR: year}


def period(period_: Period, date: dt.date) -> str:
    """The address of the period of a kind that holds a day."""
    return _OF_PERIOD[period_](date)


def edition(edition_: Edition) -> str:
    """The address of an edition of any period."""
    return period(edition_.period, edition_.first)


def source(source_: Source) -> str:
    """The address of a source's page."""
    return f"sources/{source_.slug}/"


def source_month(source_: Source, first: dt.date, part: int = 1) -> str:
    """The address of one part, counted from 1, of a source's month."""
    return source(source_) + month(first) + (f"{part}/" if part > 1 else "")


def file_of(address: str) -> str:
    """The output file of an address, below the output folder."""
    return address + "index.html" if address.endswith("/") or not address else address


def link(from_: str, to: str, *, fragment: str = "", file: bool = False) -> str:
    """A relative, percent-encoded link between two pages of the site.

    `file` names `index.html`, for pages opened from the disk.
    """
    return links_from(from_, file=file)(to, fragment)


@functools.lru_cache(maxsize=16)
def links_from(from_: str, *, file: bool = False) -> Callable[..., str]:
    """The function that makes links from a page, as `link` does, to `address` and perhaps a `fragment`."""
    folder = from_[: from_.rfind("/") + 1]
    depth = folder.count("/")
    first_step = "" if _is_odd(folder) else folder.partition("/")[0] or "/"  # "" begins every address
    up, known = "../" * depth, _WAYS_UP.setdefault(depth, {})

    def link_to(address: str, fragment: str = "") -> str:
        target = file_of(address) if file else address
        if target.startswith(first_step):
            way = _way(folder, target)
        elif (way := known.get(target, "")) == "":
            if _is_odd(target):
                way = _way(folder, target)
            else:
                way = known[target] = up + quoted(target) or "./"
            if len(known) > _MOST_KNOWN:
                known.clear()
        return way + "#" + quoted(fragment) if fragment else way

    return link_to


_WAYS_UP: dict[int, dict[str, str]] = {}
"""Links from folders so deep to addresses with another first step: they are the same from all of them."""
_MOST_KNOWN = 8192


@functools.lru_cache(maxsize=4096)
def _way(folder: str, target: str) -> str:
    """The link from a folder, which ends in a slash unless it is the root, to an address."""
    if _is_odd(folder) or _is_odd(target) or folder.startswith(target + "/"):
        relative = posixpath.relpath("/" + target, "/" + folder)
        return urllib.parse.quote(relative) + ("/" if target.endswith("/") or not target else "")
    up, down = folder.split("/")[:-1], target.split("/")
    common = 0
    for ours, theirs in zip(up, down[:-1], strict=False):
        if ours != theirs:
            break
        common += 1
    return "../" * (len(up) - common) + quoted("/".join(down[common:])) or "./"


def _is_odd(address: str) -> bool:
    """Whether a step of an address is empty or begins with a dot, as a curator's own may."""
    return "//" in address or "/." in address or address.startswith(("/", "."))


def quoted(text: str) -> str:
    """Text, percent-encoded but for slashes; most is fit as it is."""
    return text if _PLAIN.fullmatch(text) else urllib.parse.quote(text)


_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")


def absolute(base_url: str, to: str, fragment: str = "") -> str:
    """The public address of a page; `base_url` ends in a slash."""
    return base_url + quoted(to) + ("#" + quoted(fragment) if fragment else "")
