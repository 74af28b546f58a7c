"""The files of a site's search index: which there are, what each is made of, and when one is stale."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol

from generator.cache.store import Cache
from generator.cache.versions import hashed, program
from generator.model import addresses
from generator.model.types import Article, Digest
from generator.parallel.workers import batches
from generator.search.documents import listed
from generator.search.months import LISTED, IndexFile, Month, Months, months_of
from generator.search.postings import (
    BLOCK,
    Keys,
    bits_of,
    block_of,
    blocks_of,
    files_of,
    keys_between,
    postings_of,
    without,
)
from generator.search.query import Query
from generator.search.term_files import Entry, TermsContent, keys_of

HELD = 15_000
"""Articles whose postings are kept in memory for the next save, besides one month; they take some 35 MB."""
AT_ONCE = 128
"""Files of terms that one task makes. A task reads the terms of all texts of its month."""


class Entries(Protocol):
    """What the index has of the articles of one digest."""

    def entry(self, article: Article) -> Entry:
        """Return what the index has of an article."""

    def mark(self, article: Article) -> bytes:
        """Return a hash of all that the index has of an article."""


class SearchIndex:
    """The search index of one digest. Of the `last` one, what is the same is used again."""

    def __init__(self, mode: str, digest: Digest, entries: Entries, last: SearchIndex | None = None) -> None:
        """`mode` is the value of `search` in the configuration."""
        self._mode, self._digest, self._entries = mode, digest, entries
        self._months: Months = Months(digest, last._months if last else None, has_texts=mode == "full")
        self._fingerprints: dict[dt.date, bytes] = {}
        self._marked: tuple[dt.date, list[bytes]] | None = None
        """The month whose articles were last marked, and their marks in order."""
        self._requested: dt.date | None = last._requested if last else None
        """The month whose file was last requested while not all of its blocks were kept."""
        self._blocks: dict[dt.date, dict[int, tuple[bytes, array[int]]]] = last._blocks if last else {}
        """First day of a month → number of its first article → mark and postings of a block."""
        self._current: tuple[dt.date, list[array[int]]] | None = None
        """The month whose blocks were last compared with its articles, and these blocks in order."""
        self._changed: set[str] | None = last._changed if last else None
        """Ids of articles that changed since all files were current; None if that is unknown."""

    def follow(self) -> None:
        """Note that all files in the output folder are current. Articles that change later are told."""
        self._changed = set()

    def change(self, articles: Iterable[Article]) -> None:
        """Note that some articles come, go or change."""
        if self._changed is not None:
            self._changed.update(one.id for one in articles)

    def files(self) -> Iterator[IndexFile]:
        """Yield all files."""
        if self._mode != "none":
            yield IndexFile()
            for month in self._months:
                yield from month.files()

    def file_at(self, path: str) -> IndexFile | None:
        """Return the file at a path; None if there is none."""
        if self._mode == "none" or not path.startswith(addresses.SEARCH):
            return None
        return self._months.file_at(path)

    def paths_of(self, articles: Iterable[Article]) -> list[str]:
        """Return the paths of the files that some articles affect."""
        if self._mode == "none":
            return []
        months = [month for first in sorted(months_of(articles)) if (month := self._months.at(first))]
        return [IndexFile().path, *(file.path for month in months for file in month.files())]

    def fingerprint(self, file: IndexFile) -> bytes:
        """Return the fingerprint of a file: all of a month have the same but for their number."""
        if file.month is None:
            return hashed(program(), self._months.listed())
        known = self._fingerprints.get(file.month)
        if known is None:
            known = hashed(program(), self._mode.encode(), *self._marks_of(file.month))
            self._fingerprints[file.month] = known
        return known

    def bytes_of(self, file: IndexFile, cache: Cache, output: Path | None = None) -> bytes:
        """Return the content of one file, made in this process.

        `output` is the folder with its last content, if there is one.
        """
        if file.month is None:
            return self._months.listed()
        month = self._month(file)
        articles = self._months.articles(file.month)
        if not file.is_terms:
            start = file.number * LISTED
            documents = [self._entries.entry(one)[0] for one in articles[start : start + LISTED]]
            return listed(documents, month.numbering)
        last = output / file.path if output else None
        blocks = self._blocks_for(month, articles, file.number, cache, last)
        numbers = range(file.number, file.number + 1)
        return next(files_of(blocks, month.count, month.numbering, month.parts, numbers))

    def prepare(self, cache: Cache) -> bool:
        """Make a block of the months that the next save probably changes.

        Returns whether there was any to make.
        """
        kept = {} if self._mode == "none" else {month.first: month for month in self._kept()}
        for first in self._blocks.keys() - kept.keys():
            del self._blocks[first]
        for first, month in kept.items():
            held = self._blocks.setdefault(first, {})
            for start in range(0, month.count, BLOCK):
                if start not in held:
                    held[start] = self._block(month, start, self._months.articles(first), cache)
                    return True
        return False

    def batches_of(self, files: Iterable[IndexFile]) -> list[Sequence[IndexFile]]:
        """Return the files of terms in batches that are made together: those of a month in order."""
        terms: dict[dt.date, list[IndexFile]] = {}
        for file in files:
            if file.month is not None and file.is_terms:
                terms.setdefault(file.month, []).append(file)
        return [some for own in terms.values() for some in batches(own, AT_ONCE)]

    def contents(
        self, terms: Iterable[Sequence[IndexFile]]
    ) -> Iterator[tuple[Sequence[IndexFile], TermsContent]]:
        """Yield `batches_of` files with what they are made of. It is made when asked for, to save memory."""
        for _, own in groupby(terms, lambda some: some[0].month):
            first, *others = own
            month = self._month(first[0])
            documents = tuple(map(self._entries.entry, self._months.articles(month.first)))
            for some in (first, *others):
                numbers = tuple(file.number for file in some)
                yield some, TermsContent(documents, month.numbering, month.parts, numbers)

    def matching(self, query: Query, cache: Cache) -> frozenset[str]:
        """Return the paths of the articles that match a query. Raises `MissingError`."""
        found = []
        for article in self._digest.articles:
            document, text = self._entries.entry(article)
            if query.matches(document, {key for keys in keys_of(document, text, cache) for key in keys}):
                found.append(article.path)
        return frozenset(found)

    def _month(self, file: IndexFile) -> Month:
        month = self._months.at(file.month) if file.month else None
        assert month is not None  # noqa: S101 - the file is planned
        return month

    def _kept(self) -> Iterator[Month]:
        """Yield the months whose blocks are kept: the one last requested, then the newest ones."""
        requested = self._months.at(self._requested) if self._requested else None
        others = (month for month in reversed(self._months) if month != requested)
        if requested:
            yield requested
        room = HELD - (requested.count if requested else 0)
        for month in others:
            room -= month.count
            if room < 0:
                return
            yield month

    def _blocks_for(
        self, month: Month, articles: Sequence[Article], number: int, cache: Cache, last: Path | None
    ) -> Iterable[array[int]]:
        """Return blocks of a month that suffice for the file of terms with this number.

        Unless all are kept, they have the postings of this file alone: all would take twice as long.
        """
        starts = range(0, month.count, BLOCK)
        kept = self._blocks.get(month.first, {})
        if not all(start in kept for start in starts):
            self._requested = month.first
            return self._blocks_of_file(month, articles, number, cache, last)
        if self._current is None or self._current[0] != month.first:
            blocks = {start: self._block(month, start, articles, cache) for start in starts}
            self._blocks[month.first] = blocks
            self._current = month.first, [block for _, block in blocks.values()]
        return self._current[1]

    def _blocks_of_file(
        self, month: Month, articles: Sequence[Article], number: int, cache: Cache, last: Path | None
    ) -> Iterable[array[int]]:
        """Return the postings of one file.

        Those of articles that did not change are taken from its last content, if that numbers the same
        articles. Finding their terms would take half a second for 7,000 articles.
        """
        among = keys_between(month.parts, range(number, number + 1))

        def keys(article: Article) -> Keys:
            return keys_of(*self._entries.entry(article), cache, among)

        changed = self._changed
        former = None
        if last and changed is not None and last.is_file():
            former = postings_of(last.read_bytes(), month.count, month.numbering, month.parts, number)
        if former is None or changed is None:
            return blocks_of(map(keys, articles), month.count)
        places = [place for place, article in enumerate(articles) if article.id in changed]
        others = (block_of([keys(articles[place])], place, month.count) for place in places)
        return [without(former, {*places}, month.count), *others]

    def _block(
        self, month: Month, start: int, articles: Sequence[Article], cache: Cache
    ) -> tuple[bytes, array[int]]:
        """Return the mark and the postings of the block that starts at an article of a month."""
        some = slice(start, start + BLOCK)
        mark = hashed(bytes((bits_of(month.count),)), *self._marks_of(month.first)[some])
        known = self._blocks.get(month.first, {}).get(start)
        if known is not None and known[0] == mark:
            return known
        keys = (keys_of(*self._entries.entry(article), cache) for article in articles[some])
        return mark, block_of(keys, start, month.count)

    def _marks_of(self, first: dt.date) -> list[bytes]:
        """Return the marks of a month's articles in order."""
        if self._marked is None or self._marked[0] != first:
            self._marked = first, [self._entries.mark(article) for article in self._months.articles(first)]
        return self._marked[1]
