"""Makes the files of terms of a month from its documents, and their texts in the cache."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import filterfalse

import msgspec

from generator.cache.bodies import Bodies
from generator.cache.store import Cache
from generator.cache.texts import Text, terms_of
from generator.search.documents import Document, head_keys
from generator.search.postings import EVERY_KEY, Keys, blocks_of, files_of

Entry = tuple[Document, Text | None]
"""What the index has of an article: a document, and its text if the site shows one."""
_NO_TEXT = array("I")


class TermsContent(msgspec.Struct, frozen=True):
    """What some files of terms of a month are made of."""

    documents: tuple[Entry, ...]
    """All documents of the month, each with its text if the site shows one."""
    numbering: int
    parts: int
    """Number of files for the terms of the month."""
    numbers: tuple[int, ...]
    """The numbers of the files, ascending."""

    @property
    def texts(self) -> tuple[Text, ...]:
        """The texts whose terms it needs from the cache."""
        return tuple(text for _, text in self.documents if text)


def files_of_terms(content: TermsContent, bodies: Bodies | Cache) -> list[bytes]:
    """Return the bytes of each file of terms."""
    keys = (keys_of(document, text, bodies) for document, text in content.documents)
    numbers = range(content.numbers[0], content.numbers[-1] + 1)
    count = len(content.documents)
    files = files_of(blocks_of(keys, count), count, content.numbering, content.parts, numbers)
    return [data for number, data in zip(numbers, files, strict=True) if number in content.numbers]


def keys_of(document: Document, text: Text | None, bodies: Bodies | Cache, among: range = EVERY_KEY) -> Keys:
    """Return those keys of a document that are among some.

    Raises `MissingError` if those of its text are missing.
    """
    head = head_keys(document)
    own = _NO_TEXT
    if text is not None:
        every = array("I", terms_of(bodies, text))
        some = every[bisect_left(every, among.start) : bisect_left(every, among.stop)]
        own = array("I", [*filterfalse(head.__contains__, some)])
    return Keys(array("I", [*filter(among.__contains__, head)]), own)
