"""Where each page stands: addresses from the site's root, without a leading slash, and links between them.

An address that ends in `/`, or is empty, is a folder's `index.html`. All addresses are decoded text;
`link` and `absolute` encode.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import urllib.parse

from generator.model import Article, Edition, Period, Source, TextPolicy, Verdict

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
    target = file_of(to) if file else to
    folder = posixpath.dirname(file_of(from_))
    relative = (
        posixpath.relpath("/" + target, "/" + folder) if target else posixpath.relpath("/", "/" + folder)
    )
    if target.endswith("/") or not target:
        relative += "/"
    hash_ = "#" + urllib.parse.quote(fragment) if fragment else ""
    return urllib.parse.quote(relative) + hash_


def absolute(base_url: str, to: str, fragment: str = "") -> str:
    """The public address of a page; `base_url` ends in a slash."""
    return base_url + urllib.parse.quote(to) + ("#" + urllib.parse.quote(fragment) if fragment else "")
