"""What the index says of each article, and the files that list it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from generator.search.terms import key_of, keys_of, phrases_of, wanted_keys, wanted_phrases

FIELDS = ("source", "tag", "lang", "site")
"""What a query can name, as in `source:name`, besides dates."""


class Document(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An article as the index has it. Nothing of it is more than the site shows."""

    id: str
    title: str
    title_language: str
    date: dt.date
    source: str
    excerpt: str
    """Empty where the site shows none."""
    language: str
    tags: tuple[str, ...]
    """The tags that lists show, as pages call them."""
    url: str | None
    group: str = ""
    """The id of its story or of its copies, unless that is its own."""
    address: str = ""
    """Where the site lists it, if it has no page of its own."""
    other_tags: tuple[str, ...] = ()
    """Other names of its tags, and the tags that these are nested in."""


def head_keys(document: Document) -> set[int]:
    """Return the keys of what lists show of a document, and of the fields that a query can name."""
    plain = keys_of("\n".join((document.title, document.source, document.excerpt, *document.tags)))
    origin = "/".join((document.url or "").split("/", 3)[:3])
    return plain.union(
        _text_field("source", document.source),
        *(_text_field("tag", tag) for tag in (*document.tags, *document.other_tags)),
        _exact_fields(document.language, origin),
    )


def wanted_field_keys(field: str, text: str) -> Iterator[int]:
    """Yield the keys of a document whose source, or one of whose tags, contains what a reader typed."""
    return (key_of(f"{field}:{one}") for one in (*wanted_phrases(text), *wanted_keys(text)))


@lru_cache(1 << 12)
def _text_field(field: str, text: str) -> tuple[int, ...]:
    """Return the keys of a source or a tag. Its phrases tell its words from those of two tags."""
    return tuple({key_of(f"{field}:{one}") for one in (*phrases_of(text), *keys_of(text))})


@lru_cache(1 << 12)
def _exact_fields(language: str, origin: str) -> tuple[int, ...]:
    """Return the keys of the fields that are no text: language and site, each with all it is part of."""
    parts = language.lower().split("-")
    terms = ["lang:" + "-".join(parts[:end]) for end in range(1, len(parts) + 1)]
    host = site_of(origin)
    while host:
        terms.append("site:" + host)
        host = host.partition(".")[2]
    return tuple(map(key_of, terms))


def site_of(address: str) -> str:
    """Return the host of an address, which may lack `https://`, in small letters and without `www.`."""
    found = _HOST.match(address.lower())
    return found[1].removeprefix("www.") if found else ""


_HOST = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[^/@]*@)?([^/:?#]*)")


def listed(documents: Sequence[Document], numbering: int) -> bytes:
    """Return the file that lists some documents in order, as JSON.

    `numbering` tells the numbering of its month's documents, as in all files of that month.
    """
    sources = {document.source: 0 for document in documents}
    places = {name: place for place, name in enumerate(sources)}
    rows = [
        [
            one.id, one.title, one.title_language, one.date.day, places[one.source], one.excerpt,
            one.language, one.group, one.address,
        ]
        for one in documents
    ]  # fmt: skip
    for row in rows:
        while row[-1] == "":
            row.pop()
    return msgspec.json.encode({"numbering": numbering, "sources": list(sources), "rows": rows})
