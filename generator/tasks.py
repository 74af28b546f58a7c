"""What worker processes do: functions of a module that take a batch and give small things back.

Each is pure but for the files it reads and the staged file it writes, so that a batch can be done again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator import cache
from generator.errors import Problem
from generator.model import Clipping, Skipped, Verdict
from generator.reading.article import Reading, Rules, article_of, origin_of
from generator.reading.boilerplate import Cleaning, families
from generator.reading.boilerplate import repeats as furniture
from generator.reading.discover import is_ignored
from generator.reading.frontmatter import clipping_in, fields_in, file_bytes
from generator.render.images import Image, image_beside
from generator.render.markdown import Place, body_html, relative_images
from generator.stamps import NONE, stamp_at
from generator.versions import hashed

NO_REPEATS = b""
"""What is learned of a source of which nothing can be."""
HELD = 200_000
"""Characters of a body up to which it is kept, while others are learned from, to be read along."""


class Reader(msgspec.Struct, frozen=True):
    """What the tasks of reading need to know of the site."""

    content: str
    root: str
    rules: Rules
    epoch: bytes
    """A hash of all that reading depends on besides the clippings and what sources repeat."""
    ignore: tuple[str, ...] = ()
    clean: bool = True


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What came of a clipping, as the cache keeps it."""

    reading: Reading
    """Without its text."""
    body: bytes = b""
    """A hash of the text as HTML; empty where there is none."""
    pictures: tuple[str, ...] = ()
    """Sources of images that may stand beside the clipping."""
    seen: bytes = b""
    """A hash of what stood there."""
    images: tuple[tuple[str, str], ...] = ()
    """Address and path of those that go along."""


class Wanted(msgspec.Struct, frozen=True):
    """A clipping to read, with what its source repeats."""

    path: str
    source: str
    year: int
    repeats: bytes
    """As the cache keeps it."""


class Sample(msgspec.Struct, frozen=True):
    """Clippings to learn from what a source repeats."""

    source: str
    clippings: tuple[tuple[str, int], ...]
    """Their paths, each with its year where it is to be read along, else 0."""


class Read(msgspec.Struct, frozen=True):
    """A clipping that was read."""

    digest: bytes
    """Of the file's bytes; empty where it could not be read."""
    value: bytes
    """What came of it, as the cache keeps it; empty where it cannot be kept."""
    html: bytes
    odd: Record | None = None
    """What came of it where it cannot be kept."""

    @property
    def record(self) -> Record:
        """What came of it."""
        return self.odd or _DECODER.decode(self.value)


class Lesson(msgspec.Struct, frozen=True):
    """What was learned of a sample."""

    seen: bytes
    """A hash of the clippings' bytes."""
    repeats: bytes
    """As the cache keeps it."""
    read: tuple[tuple[Wanted, Read], ...] = ()
    """What came of the clippings that were to be read along."""


class _Opened(NamedTuple):
    """A clipping's file, taken apart."""

    digest: bytes
    clipping: Clipping | None
    """None where the file cannot be read."""
    faults: tuple[Problem, ...]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Record)
_Sets = tuple[frozenset[int], frozenset[int], frozenset[int]]


def look(reader: Reader, paths: Sequence[str]) -> list[cache.Looked]:
    """See which bytes clippings have, and of which source and day they are."""
    return [_look(reader, path) for path in paths]


def _look(reader: Reader, path: str) -> cache.Looked:
    raw = file_bytes(reader.content, path)
    if isinstance(raw, Problem):
        return cache.Looked(b"", "", 0)
    digest = hashed(raw, size=16)
    origin = origin_of(fields_in(path, raw), reader.rules)
    if origin is None or not _is_text(origin.source):
        return cache.Looked(digest, "", 0)
    return cache.Looked(digest, origin.source, origin.date.toordinal())


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def learn(reader: Reader, samples: Sequence[Sample]) -> list[Lesson]:
    """Learn what sources repeat. What is read along has its file opened and taken apart but once."""
    return [_learn(reader, sample) for sample in samples]


def _learn(reader: Reader, sample: Sample) -> Lesson:
    digests: list[bytes] = []
    held: dict[str, _Opened] = {}

    def bodies() -> Iterator[str]:
        for path, year in sample.clippings:
            one = _opened(reader, path)
            digests.append(one.digest)
            if one.clipping is not None:
                if year and len(one.clipping.body) <= HELD:
                    held[path] = one
                yield one.clipping.body

    found = furniture.learn(bodies())
    repeats = NO_REPEATS if found == furniture.NOTHING else encoded_repeats(found)
    read_: list[tuple[Wanted, Read]] = []
    for path, year in sample.clippings:
        if year:
            one = Wanted(path, sample.source, year, repeats)
            with contextlib.suppress(Exception):  # it will be read alone, and told
                opened = held.pop(path) if path in held else _opened(reader, path)
                read_.append((one, _read_of(reader, one, opened)))
    return Lesson(hashed(*sorted(digests), size=16), repeats, tuple(read_))


def encoded_repeats(found: furniture.Repeats) -> bytes:
    """What a source repeats as bytes: equal for equal findings."""
    return _ENCODER.encode([sorted(found.head), sorted(found.tail), sorted(found.inside)])


@lru_cache(64)
def decoded_repeats(value: bytes) -> furniture.Repeats:
    """The same again."""
    if not value:
        return furniture.NOTHING
    return furniture.Repeats(*msgspec.msgpack.decode(value, type=_Sets))


def read(reader: Reader, wanted: Sequence[Wanted]) -> list[Read]:
    """Read clippings, clean them and render their texts."""
    return [_read(reader, one) for one in wanted]


def _read(reader: Reader, one: Wanted) -> Read:
    return _read_of(reader, one, _opened(reader, one.path))


def _opened(reader: Reader, path: str) -> _Opened:
    raw = file_bytes(reader.content, path)
    if isinstance(raw, Problem):
        return _Opened(b"", None, (raw,))
    return _Opened(hashed(raw, size=16), *clipping_in(path, raw))


def _read_of(reader: Reader, one: Wanted, opened: _Opened) -> Read:
    digest, clipping, faults = opened
    if clipping is None:
        skipped = Skipped(path=faults[0].path, reason=faults[0].message)
        return Read(b"", b"", b"", Record(Reading(article=None, skipped=skipped, problems=faults)))
    reading = article_of(clipping, reader.rules, cleaning_of(reader, (one.source, one.year), one.repeats))
    if faults:
        reading = msgspec.structs.replace(reading, problems=(*faults, *reading.problems))
    record, html = _rendered(reader, reading)
    value = encoded(record)
    return Read(digest, value, html, None if value else record)


def cleaning_of(reader: Reader, key: furniture.Key, repeats: bytes) -> Cleaning | None:
    """What is known of the furniture of one source in a year; None where nothing is to be cleaned."""
    if not reader.clean:
        return None
    learned = {key: decoded_repeats(repeats)} if repeats else {}
    return Cleaning(families=known_families(reader.root, reader.epoch), learned=learned)


@lru_cache(2)
def known_families(root: str, _epoch: bytes) -> families.Families:
    """The families of pages of a site, as they were when the epoch began."""
    return families.load(Path(root))[0]


def _rendered(reader: Reader, reading: Reading) -> tuple[Record, bytes]:
    """The record of a reading, and its text as HTML."""
    article, text = reading.article, reading.text
    reading = msgspec.structs.replace(reading, text="")
    if article is None or article.verdict is Verdict.LINK or not text:
        return Record(reading), b""
    images: dict[str, Image] = {}
    pictures: tuple[str, ...] = ()
    if article.url is None:  # else they belong to the original's page, not to the clipping
        pictures = tuple(relative_images(text))
        images = images_of(reader, article.path, pictures)
        missing = (src for src in pictures if src not in images)
        problems = (*reading.problems, *(_no_image(article.path, src) for src in missing))
        reading = msgspec.structs.replace(reading, problems=problems)
    place = Place(original=article.url, id=article.id, images=images)
    html = body_html(text, place).encode("utf-8", "replace")
    seen = seen_beside(reader.content, article.path, pictures)
    return Record(reading, hashed(html), pictures, seen, own_images(images)), html


def images_of(reader: Reader, path: str, pictures: Iterable[str]) -> dict[str, Image]:
    """The images beside a clipping, by the sources that name them."""
    found = ((src, image_of(reader, path, src)) for src in pictures)
    return {src: image for src, image in found if image is not None}


def own_images(images: Mapping[str, Image]) -> tuple[tuple[str, str], ...]:
    """Address and path of each."""
    return tuple(sorted((image.address, image.path) for image in images.values()))


def image_of(reader: Reader, path: str, src: str) -> Image | None:
    """The image beside a clipping that a source names, unless a pattern says to leave it alone."""
    image = image_beside(Path(reader.content), path, src)
    return None if image is not None and is_ignored(image.path, reader.ignore) else image


def seen_beside(content: str, path: str, pictures: Sequence[str]) -> bytes:
    """A hash of what stands where a clipping's images would; empty for none."""
    if not pictures:
        return b""
    parts = []
    for src in pictures:
        image = image_beside(Path(content), path, src)
        stamp = stamp_at(Path(content) / image.path) if image else NONE
        parts.append(repr((src, stamp.settled())).encode("utf-8", "surrogatepass"))
    return hashed(*parts)


def _no_image(path: str, src: str) -> Problem:
    return Problem(
        path=path,
        message=f"image {src!r} is no image beside the clipping",
        advice="put a PNG, JPEG, GIF, WebP, AVIF or plain SVG file there",
        kind="image",
    )


def encoded(record: Record) -> bytes:
    """A record as the cache keeps it; empty where it holds what cannot be, such as a name of odd bytes."""
    try:
        return _ENCODER.encode(record)
    except (UnicodeEncodeError, OverflowError):
        return b""


def decoded(value: bytes) -> Record | None:
    """A record of the cache; None where it is of another form."""
    try:
        return _DECODER.decode(value)
    except msgspec.DecodeError:
        return None
