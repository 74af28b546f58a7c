"""Which files the index has: those of each month, whose articles are numbered from the oldest."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from zlib import crc32

import msgspec

from generator.model import addresses
from generator.model.types import Article, Digest, Edition, Verdict
from generator.search.postings import FORMAT
from generator.search.table import KEY_BITS

LISTED = 100
"""Documents in a file that lists them, which then has some 25 kB, 11 kB compressed."""
FILE = 21_000
"""Estimated postings in a file of terms, which then has some 45 kB."""
HEAD = 90
"""Terms of what lists show of an article."""
PAIRED_LANGUAGES = ("zh", "ja", "ko", "th")
_LETTERS, _MOST_LETTERS = {True: 4, False: 12}, 12_000
"""Letters for each term of a text, in a language that is searched by pairs and in others."""
MOST_FILES = 4096
"""Files for the terms of a month."""


class IndexFile(msgspec.Struct, frozen=True):
    """A file of the index: documents or terms of a month, or the list of all months."""

    month: dt.date | None = None
    number: int = 0
    is_terms: bool = False

    @property
    def path(self) -> str:
        """Where the file is in the site."""
        if self.month is None:
            return addresses.SEARCH_MONTHS
        name = f"terms-{self.number}.bin" if self.is_terms else f"documents-{self.number}.json"
        return f"{addresses.SEARCH}{addresses.month(self.month)}{name}"


class Month(msgspec.Struct, frozen=True):
    """How the articles of a month are divided into files."""

    first: dt.date
    days: tuple[int, ...]
    """Number of articles of each day, from the first one on to the last that has any."""
    parts: int
    """Number of files that its terms are in."""
    numbering: int
    """32-bit hash of `parts` and of the ids of its articles in order, which all its files carry."""

    @property
    def count(self) -> int:
        """Number of articles."""
        return sum(self.days)

    def files(self) -> Iterator[IndexFile]:
        """Yield the files of the month."""
        yield from (IndexFile(self.first, number) for number in range(-(-self.count // LISTED)))
        yield from (IndexFile(self.first, number, is_terms=True) for number in range(self.parts))


class Months:
    """The months of a digest. What was found out of one is used again for a digest where it is the same."""

    def __init__(self, digest: Digest, last: Months | None = None, *, has_texts: bool = True) -> None:
        self._digest, self._has_texts = digest, has_texts
        self._known: dict[dt.date, tuple[Edition, Month]] = last._known if last else {}

    def __iter__(self) -> Iterator[Month]:
        """Yield all months, oldest first."""
        return map(self._month, self._digest.months)

    def __reversed__(self) -> Iterator[Month]:
        """Yield all months, newest first."""
        return map(self._month, reversed(self._digest.months))

    def at(self, first: dt.date) -> Month | None:
        """Return the month that begins on a day; None if it has no articles."""
        editions = self._digest.months
        place = bisect_left(editions, first, key=lambda one: one.first)
        is_there = place < len(editions) and editions[place].first == first
        return self._month(editions[place]) if is_there else None

    def file_at(self, path: str) -> IndexFile | None:
        """Return the file of the index at a path; None if there is none."""
        if path == addresses.SEARCH_MONTHS:
            return IndexFile()
        found = _OF_MONTH.fullmatch(path)
        month = self.at(dt.date(int(found[1]), int(found[2]), 1)) if found else None
        return next((one for one in month.files() if one.path == path), None) if month else None

    def articles(self, first: dt.date) -> list[Article]:
        """Return the articles of a month, oldest first."""
        every, month = self._digest.articles, -_number(first)
        start = bisect_left(every, month, key=lambda one: -_number(one.date))
        end = bisect_right(every, month, start, key=lambda one: -_number(one.date))
        return [*every[start:end]][::-1]

    def listed(self) -> bytes:
        """Return the file that lists all months: name, articles of each day, number of files, numbering."""
        rows = [(one.first.isoformat()[:7], one.days, one.parts, one.numbering) for one in self]
        return msgspec.json.encode({"format": FORMAT, "listed": LISTED, "bits": KEY_BITS, "months": rows})

    def _month(self, edition: Edition) -> Month:
        known = self._known.get(edition.first)
        if known is None or known[0] is not edition:
            articles = self.articles(edition.first)
            parts = _parts(articles, has_texts=self._has_texts)
            numbering = crc32("\n".join([str(parts), *[one.id for one in articles]]).encode())
            days = {date.day: count for date, count in edition.days}
            counts = tuple(days.get(day, 0) for day in range(1, max(days) + 1))
            month = Month(edition.first, counts, parts, numbering)
            known = self._known[edition.first] = edition, month
        return known[1]


def is_of_index(path: str) -> bool:
    """Return whether a file at a path of a site is of its search index."""
    return path == addresses.SEARCH_MONTHS or (
        path.startswith(addresses.SEARCH) and _OF_MONTH.fullmatch(path) is not None
    )


_OF_MONTH = re.compile(re.escape(addresses.SEARCH) + r"((?!0000)\d{4})/(0[1-9]|1[0-2])/\w+-\d+\.\w+")


def _number(date: dt.date) -> int:
    """Return the number of a day's month."""
    return date.year * 12 + date.month


def _parts(articles: Sequence[Article], *, has_texts: bool) -> int:
    """Return the number of files for the terms of some articles.

    The number of terms is estimated: files are planned before texts are read.
    """
    terms = sum(map(_terms_of, articles)) if has_texts else HEAD * len(articles)
    return min(MOST_FILES, terms // FILE + 1)


def _terms_of(article: Article) -> int:
    if article.verdict is Verdict.LINK:
        return HEAD
    return (
        HEAD + min(article.letters, _MOST_LETTERS) // _LETTERS[article.language.startswith(PAIRED_LANGUAGES)]
    )


def months_of(articles: Iterable[Article]) -> set[dt.date]:
    """Return the first days of the months of some articles."""
    return {one.date.replace(day=1) for one in articles}
