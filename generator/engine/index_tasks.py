"""What the files of terms of the search index are made of, and their making."""

from __future__ import annotations

import os
from array import array
from itertools import filterfalse

import msgspec

from generator.cache.bodies import Bodies
from generator.cache.store import Cache, MissingError
from generator.search.documents import Document, head_keys
from generator.search.postings import Keys, blocks_of, files_of

NO_TEXT = array("I")


class Text(msgspec.Struct, frozen=True):
    """A reference to a clipping's text in the cache."""

    path: str
    digest: bytes
    """Hash of its HTML according to its record. Another build may have replaced the text in the cache."""


class TermsContent(msgspec.Struct, frozen=True):
    """What some files of terms of a month are made of."""

    documents: tuple[tuple[Document, Text | None], ...]
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


def made(content: TermsContent, bodies: Bodies | Cache) -> list[bytes]:
    """Return the bytes of each file of a content."""
    keys = (keys_of(document, text, bodies) for document, text in content.documents)
    numbers = range(content.numbers[0], content.numbers[-1] + 1)
    count = len(content.documents)
    files = files_of(blocks_of(keys, count), count, content.numbering, content.parts, numbers)
    return [data for number, data in zip(numbers, files, strict=True) if number in content.numbers]


def keys_of(document: Document, text: Text | None, bodies: Bodies | Cache) -> Keys:
    """Return the keys of a document. Raises `MissingError` if those of its text are missing."""
    head = head_keys(document)
    own = NO_TEXT
    if text is not None:
        found = bodies.terms(text.path, text.digest)
        if found is None:
            raise MissingError("bodies", os.fsencode(text.path))
        own = array("I", [*filterfalse(head.__contains__, array("I", found))])
    return Keys(array("I", [*head]), own)
