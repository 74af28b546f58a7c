"""The list of the newest articles, by which a reader's browser knows what is new since the last visit."""

from __future__ import annotations

import zlib

import msgspec

from generator.model.types import Digest

LISTED = 1000
"""Articles in the list, which are those of whole days unless the newest day alone has more."""
FORMAT = 1
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def mark(id_: str) -> str:
    """Return 30 bits of the CRC-32 of an article's id as five characters, as `reader-kept.js` does."""
    value = zlib.crc32(id_.encode())
    return "".join(_DIGITS[value >> shift & 63] for shift in (24, 18, 12, 6, 0))


def newest(digest: Digest) -> bytes:
    """Return the list as JSON: days from the newest, each with the marks of its articles by source."""
    sources: dict[str, int] = {}
    days: list[tuple[str, list[tuple[int, str]]]] = []
    left = LISTED
    for edition in reversed(digest.days):
        if days and edition.count > left:
            break
        rows = []
        for group in edition.groups:
            marks = [mark(article.id) for article in group.articles[:left]]
            left -= len(marks)
            if marks:
                slug = digest.sources[group.source].slug
                rows.append((sources.setdefault(slug, len(sources)), "".join(marks)))
        days.append((edition.first.isoformat(), rows))
    return msgspec.json.encode({"format": FORMAT, "sources": [*sources], "days": days})
