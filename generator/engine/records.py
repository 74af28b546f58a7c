"""The values that worker tasks take and return, and their encoding in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial

import msgspec

from generator.cache.versions import hashed
from generator.config.site import Limits
from generator.reading.article import Reading
from generator.reading.boilerplate import repeats
from generator.reading.discover import is_ignored
from generator.reading.rules import Rules
from generator.render.image_lookup import ImageLookup

NO_BOILERPLATE = b""
"""Encoded boilerplate of a source about which nothing can be learned."""


class Reader(msgspec.Struct, frozen=True):
    """What the reading tasks need to know about the site."""

    content: str
    root: str
    rules: Rules
    epoch: bytes
    """Hash of everything that reading depends on, besides the clippings and the boilerplate."""
    ignore: tuple[str, ...] = ()
    clean: bool = True
    limits: Limits = Limits()
    finds_terms: bool = True
    """Whether texts are searched."""

    def images_of(self, path: str) -> ImageLookup:
        """Return a lookup of the images that a clipping names."""
        return ImageLookup(self.content, path, partial(is_ignored, patterns=self.ignore))


class Record(msgspec.Struct, frozen=True, array_like=True):
    """The result of reading a clipping, as the cache stores it."""

    reading: Reading
    """Without its text."""
    body: bytes = b""
    """Hash of the text as HTML; empty if there is none."""
    pictures: tuple[str, ...] = ()
    """Addresses of images that may exist as files beside the clipping."""
    seen: bytes = b""
    """Hash of the image files that exist; empty if none does."""
    images: tuple[tuple[str, str], ...] = ()
    """Address and path of the images to publish with the text. Without a text, of those that are named."""


Recorded = tuple[Record, bytes]
"""A record and its hash."""
Records = Mapping[str, Recorded]
"""Path → record and its hash; `GONE` for a clipping that does not exist."""
GONE: Recorded = Record(Reading(article=None)), b""


class ReadRequest(msgspec.Struct, frozen=True):
    """A clipping to read, with the boilerplate of its source."""

    path: str
    source: str
    year: int
    boilerplate: bytes
    """Encoded as in the cache."""
    unknown: int = 0
    """Why only its bytes are known, as in `DocumentInfo.day`."""


class Sample(msgspec.Struct, frozen=True):
    """Clippings from which to learn the boilerplate of a source."""

    source: str
    clippings: tuple[tuple[str, int], ...]
    """Path of each clipping, and its year if it is to be read in the same pass, else 0."""
    left_out: tuple[str, ...] = ()
    """Paths of clippings that are too costly to learn from."""


class Costly(msgspec.Struct, frozen=True):
    """A clipping that ended the worker that read it."""

    path: str
    reason: str
    """What reading it does, such as "takes more than 2 seconds of CPU"."""
    is_lasting: bool = True
    """Whether another attempt would end the same. If not, it is reported but not cached."""


class Read(msgspec.Struct, frozen=True):
    """A clipping that was read."""

    digest: bytes
    """Hash of the file's bytes; empty if it could not be read."""
    value: bytes
    """The encoded record; empty if it cannot be cached."""
    html: bytes
    odd: Record | None = None
    """The record, if it cannot be cached."""
    terms: bytes = b""
    """Packed keys of the text's search terms."""

    @property
    def record(self) -> Record:
        """The record of the clipping."""
        return self.odd or _DECODER.decode(self.value)

    @property
    def mark(self) -> bytes:
        """The hash of the record, even of one that cannot be cached."""
        return hashed(self.value or repr(self.odd).encode("utf-8", "surrogatepass"))


class Lesson(msgspec.Struct, frozen=True):
    """What was learned from a sample."""

    seen: bytes
    """Hash of the clippings' bytes."""
    boilerplate: bytes
    """Encoded as in the cache."""
    read: tuple[tuple[ReadRequest, Read], ...] = ()
    """The clippings that were read in the same pass."""


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Record)
_Sets = tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int], frozenset[int]]


def encoded_boilerplate(found: repeats.LearnedBoilerplate) -> bytes:
    """Encode boilerplate as bytes; equal values encode equally."""
    return _ENCODER.encode([sorted(hashes) for hashes in msgspec.structs.astuple(found)])


@lru_cache(64)
def decoded_boilerplate(value: bytes) -> repeats.LearnedBoilerplate:
    """Decode boilerplate."""
    if not value:
        return repeats.NOTHING
    return repeats.LearnedBoilerplate(*msgspec.msgpack.decode(value, type=_Sets))


def encoded(record: Record) -> bytes:
    """Encode a record for the cache; empty if it holds what cannot be encoded, such as undecodable names."""
    try:
        return _ENCODER.encode(record)
    except (UnicodeEncodeError, OverflowError):
        return b""


def decoded(value: bytes) -> Record | None:
    """Decode a cached record; None if it has another format."""
    try:
        return _DECODER.decode(value)
    except msgspec.DecodeError:
        return None
