"""Titles of articles: without what the clipper appends, or made up from the heading or the file's name."""

from __future__ import annotations

import re
from functools import lru_cache

from generator.markup.lengths import shortened
from generator.model import limits
from generator.model.errors import shown
from generator.reading import prose
from generator.reading.clipping_fields import ClippingFields
from generator.reading.text import bare, folded, unescaped
from generator.reading.tidy import without_spelled

_MAY_SEPARATE = re.compile(r" (?:[-–—_·•»]|::)|[|｜]")
_DATE_IN_NAME = re.compile(r"^\d{4}[-_.]?\d{2}[-_.]?\d{2}[-_. ]+")
_ADDRESS = re.compile(
    r"(?:(?:\s[-–—|｜·•:]|[:：])?\s+https?://\S*|\s*[(（\[]\s?https?://[^\s()（）\[\]]*\s?[)）\]])+$"
    r"|\s+https?://[^\s,()]+(?=,? \([^()]{2,30}\)$)"
)
"""An address at the end of a title, also before a date in brackets."""
_RESIDUE = re.compile(r"(?:u200[b-f]|ufeff){2,}|(?<![A-Za-z0-9\\])xa0(?=[^\x00-\x7f])|(?<=\s)u200[b-f]\s")
"""Zero-width characters that are spelled out twice in a row or as a word, a space that is after a mark."""
_WRONGLY_DECODED = re.compile("\u00c2(?=[\u00a0-\u00bf])")
"""The first byte of a mark in UTF-8 that was read as Latin-1."""
_SEPARATOR = re.compile(r"\s+(?:[-–—|｜_·•»]+|::)\s+(?=[^|｜»]{2,60}$)|\s*[|｜]\s*(?=[^|｜]{2,60}$)")
_IN_NAME = re.compile(r"\s*[|｜»,]\s*|\s+[-–—_·•]\s+")
_HOST = re.compile(r"https?://(?:www\.)?((?:[^/:?#]+\.)?([^./:?#]+)\.[a-z]{2,})(?:[/:?#]|$)", re.IGNORECASE)
_FEWEST = 4
"""Number of letters that are left of a title at least."""


def title_of(fields: ClippingFields) -> str:
    """Return the title: the `title` field, else the first heading, else the file's name."""
    if title := fields.text("title", limits.TITLE):
        return title
    if heading := prose.first_heading(fields.clipping.body):
        return shortened(heading, limits.TITLE)
    name = shown(fields.clipping.path.rpartition("/")[2])
    stem = name.rpartition(".")[0]
    title = _DATE_IN_NAME.sub("", stem).strip(" _-")
    return folded(title if " " in title else re.sub(r"[-_]+", " ", title)) or stem or name


def trimmed(title: str, source: str, url: str | None) -> str:
    """Return a title without a trailing address, escapes, and the name of the source or site behind a dash.

    The title of a text of one's own, without an original, stays.
    """
    if url is None:
        return title
    title = without_spelled(title).replace('\\"', '"')
    if "u200" in title or "xa0" in title or "ufeff" in title:
        title = _RESIDUE.sub("", title)
    if "\u00c2" in title:
        title = _WRONGLY_DECODED.sub("", title)
    if "://" in title:
        title = _long_enough(_ADDRESS.sub("", title), title)
    if not _MAY_SEPARATE.search(title):
        return title
    at = next(reversed([*_SEPARATOR.finditer(title)]), None)
    if at is None or bare(title[at.end() :]) not in _names(source, url):
        return title
    return _long_enough(title[: at.start()], title)


def _long_enough(part: str, title: str) -> str:
    return part if len(bare(part)) >= _FEWEST else title


@lru_cache(256)  # a source's clippings are read one after the other
def _names_of(source: str, host: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(bare, (source, *_IN_NAME.split(source), *host))) - {""}


def _names(source: str, url: str) -> frozenset[str]:
    """Return what a site is called in titles: the source, a part of its name, its host, normalised."""
    host = _HOST.match(url)
    return _names_of(source, host.groups() if host else ())


def with_trimmed_heading(body: str, title: str, source: str, url: str | None) -> str:
    """Return a body whose first line, the heading that the clipper writes, is trimmed like the title."""
    if not body.startswith("# ") or body.startswith(f"# {title}\n"):
        return body
    heading, line_end, rest = body.partition("\n")
    words = folded(unescaped(heading[2:]))
    if words == title or trimmed(words, source, url) != title:
        return body
    return f"# {title}{line_end}{rest}"
