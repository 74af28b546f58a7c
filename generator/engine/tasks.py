"""What worker processes do: functions of a module that take a batch and give small things back, one by one.

Each is pure but for the files it reads and the staged file it writes, so that a batch can be done again.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.cache.rows import COSTLY, ENDED, DocumentInfo
from generator.cache.versions import hashed
from generator.config.site import Limits
from generator.engine.local_images import (
    ImageLookup,
    addresses,
    faults_of,
    images_named,
    seen_beside,
    too_many,
)
from generator.model import limits
from generator.model.errors import Problem, shown
from generator.model.types import Clipping, Skipped, Verdict
from generator.parallel.budget import step
from generator.reading.article import Reading, article_of, origin_of
from generator.reading.boilerplate import Cleaning, families
from generator.reading.boilerplate import repeats as furniture
from generator.reading.boilerplate.remaining import TOO_LONG
from generator.reading.files import file_bytes
from generator.reading.frontmatter import clipping_in, fields_in, front_matter_in
from generator.reading.prose import has_picture
from generator.reading.rules import Rules
from generator.render.images import LocalImages
from generator.render.markdown import Body, Place, fitting_html, shows_anything

NO_REPEATS = b""
"""What is learned of a source of which nothing can be."""
TOO_COSTLY = "costs too much to read"
"""Why a clipping has no text of which only the front matter was read."""
_SHORTEN = "shorten it, name it in `ignore`, or raise `[limits]` in digest.toml"
_AGAIN = "the next build tries again; where that changes nothing, name it in `ignore`"
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
    limits: Limits = Limits()


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What came of a clipping, as the cache keeps it."""

    reading: Reading
    """Without its text."""
    body: bytes = b""
    """A hash of the text as HTML; empty where there is none."""
    pictures: tuple[str, ...] = ()
    """Sources of images that may stand beside the clipping, whether or not they do."""
    seen: bytes = b""
    """A hash of the files that stood there; empty for none."""
    images: tuple[tuple[str, str], ...] = ()
    """Address and path of those that go along with the text; where there is none, of those that are named."""


class ReadRequest(msgspec.Struct, frozen=True):
    """A clipping to read, with what its source repeats."""

    path: str
    source: str
    year: int
    repeats: bytes
    """As the cache keeps it."""
    unknown: int = 0
    """Why nothing but its bytes is known of it, as in `Looked.day`."""


class Sample(msgspec.Struct, frozen=True):
    """Clippings to learn from what a source repeats."""

    source: str
    clippings: tuple[tuple[str, int], ...]
    """Their paths, each with its year where it is to be read along, else 0."""
    left_out: tuple[str, ...] = ()
    """Paths of those that nothing is learned from, since that costs too much."""


class Costly(msgspec.Struct, frozen=True):
    """A clipping that ended the worker that read it."""

    path: str
    reason: str
    """What reading it does, as in "takes more than 2 seconds of CPU"."""
    is_lasting: bool = True
    """Whether it would be so another time; else it is told and not kept."""


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
    read: tuple[tuple[ReadRequest, Read], ...] = ()
    """What came of the clippings that were to be read along."""


class _Opened(NamedTuple):
    """A clipping's file, taken apart."""

    digest: bytes
    clipping: Clipping | None
    """None where the file cannot be read."""
    faults: tuple[Problem, ...]


_NAMES_NO_FILE = re.compile(r"\s*(?:#|data:|javascript:|\Z)", re.IGNORECASE)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Record)
_Sets = tuple[frozenset[int], frozenset[int], frozenset[int]]


def look(reader: Reader, paths: Sequence[str]) -> Iterator[DocumentInfo]:
    """See which bytes clippings have, and of which source and day they are."""
    for path in paths:
        raw = file_bytes(reader.content, path, may_be_any=True)  # reading tells what is no text
        yield DocumentInfo(b"", "", 0) if isinstance(raw, Problem) else _looked(reader, path, raw)


def look_at_bytes(reader: Reader, paths: Sequence[str]) -> Iterator[DocumentInfo]:
    """See which bytes clippings have of which nothing else can be told."""
    for path in paths:
        raw = file_bytes(reader.content, path)
        yield DocumentInfo(b"" if isinstance(raw, Problem) else hashed(raw, size=16), "", 0)


def _looked(reader: Reader, path: str, raw: bytes) -> DocumentInfo:
    digest = hashed(raw, size=16)
    origin = origin_of(fields_in(path, raw), reader.rules)
    if origin is None or not _is_text(origin.source):
        return DocumentInfo(digest, "", 0)
    return DocumentInfo(digest, origin.source, origin.date.toordinal())


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def learn(reader: Reader, samples: Sequence[Sample]) -> Iterator[Lesson]:
    """Learn what sources repeat. What is read along has its file opened and taken apart but once.

    Each clipping of a sample is a step, then what they have in common is one.
    """
    return (_learn(reader, sample) for sample in samples)


def open_for_learning(reader: Reader, paths: Sequence[str]) -> Iterator[bool]:
    """Do with each clipping alone what learning from it takes."""
    for path in paths:
        opened = _opened(reader, path)
        furniture.learn([opened.clipping.body] if opened.clipping else [])
        yield True


def _learn(reader: Reader, sample: Sample) -> Lesson:
    digests: list[bytes] = []
    held: dict[str, _Opened] = {}

    def bodies() -> Iterator[str]:
        for number, (path, year) in enumerate(sample.clippings):
            step(number)
            if path in sample.left_out:
                digests.extend(one.digest for one in look_at_bytes(reader, [path]))
                continue
            one = _opened(reader, path)
            digests.append(one.digest)
            if one.clipping is not None:
                if year and len(one.clipping.body) <= HELD:
                    held[path] = one
                yield one.clipping.body
        step(len(sample.clippings))

    found = furniture.learn(bodies())
    repeats = NO_REPEATS if found == furniture.NOTHING else encoded_repeats(found)
    read_: list[tuple[ReadRequest, Read]] = []
    for number, (path, year) in enumerate(sample.clippings, len(sample.clippings) + 1):
        if year:
            step(number)
            one = ReadRequest(path, sample.source, year, repeats)
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


def read(reader: Reader, wanted: Sequence[ReadRequest]) -> Iterator[Read]:
    """Read clippings, clean them and render their texts."""
    for one in wanted:
        yield _read_of(reader, one, _opened(reader, one.path))


def read_without_body(reader: Reader, costly: Sequence[Costly]) -> Iterator[Read]:
    """Read the front matter of clippings whose whole costs too much: they are links to their originals."""
    for one in costly:
        yield _without_body(reader, one)


def _without_body(reader: Reader, one: Costly) -> Read:
    raw = file_bytes(reader.content, one.path)
    if isinstance(raw, Problem):
        return refused(one, b"")
    digest = hashed(raw, size=16)
    reading = article_of(front_matter_in(one.path, raw), reader.rules)
    if reading.skipped is not None and any(problem.kind == "publish" for problem in reading.problems):
        fault = costs_too_much(one, "it is left out")
        record = Record(msgspec.structs.replace(reading, problems=(*reading.problems, fault)))
        value = encoded(record)
        return Read(digest, value, b"", None if value else record)
    if reading.article is None:
        return refused(one, digest)
    article = msgspec.structs.replace(reading.article, reason=TOO_COSTLY)
    fault = costs_too_much(one, "only its link is published")
    reading = msgspec.structs.replace(reading, article=article, problems=(*reading.problems, fault))
    return _told(one, digest, Record(reading))


def _told(one: Costly, digest: bytes, record: Record) -> Read:
    """What came of a clipping that costs too much: to be kept where it would be so again."""
    value = encoded(record) if one.is_lasting else b""
    return Read(digest, value, b"", None if value else record)


def refused(one: Costly, digest: bytes) -> Read:
    """A clipping of which not even the front matter can be used; `digest` is that of its bytes."""
    fault = costs_too_much(one, "it is left out")
    skipped = Skipped(path=fault.path, reason=fault.message)
    return _told(one, digest, Record(Reading(article=None, skipped=skipped, problems=(fault,))))


def costs_too_much(one: Costly, what_follows: str) -> Problem:
    """Say that reading a clipping ended the process that did."""
    return Problem(
        path=shown(one.path),
        message=f"reading it {one.reason}; {what_follows}",
        advice=_SHORTEN if one.is_lasting else _AGAIN,
        kind="limit",
    )


def _uncleaned(record: Record, one: ReadRequest) -> Record:
    """A record that says that its clipping is not cleaned, since looking at it ended the process that did."""
    if record.reading.article is None:
        return record
    is_costly = one.unknown == COSTLY
    why = "costs more than `[limits]` allows" if is_costly else "was ended from outside"
    fault = Problem(
        path=shown(one.path),
        message=f"looking at it {why}; nothing that its source repeats is taken off",
        advice=_SHORTEN if is_costly else _AGAIN,
        kind="limit",
    )
    reading = record.reading
    reading = msgspec.structs.replace(reading, problems=(*reading.problems, fault))
    return msgspec.structs.replace(record, reading=reading)


def _opened(reader: Reader, path: str) -> _Opened:
    raw = file_bytes(reader.content, path)
    if isinstance(raw, Problem):
        return _Opened(b"", None, (raw,))
    return _Opened(hashed(raw, size=16), *clipping_in(path, raw))


def _read_of(reader: Reader, one: ReadRequest, opened: _Opened) -> Read:
    digest, clipping, faults = opened
    if clipping is None:
        skipped = Skipped(path=faults[0].path, reason=faults[0].message)
        return Read(b"", b"", b"", Record(Reading(article=None, skipped=skipped, problems=faults)))
    cleaning = cleaning_of(reader, (one.source, one.year), one.repeats)
    record, html = published(reader, clipping, cleaning, faults)
    if one.unknown and reader.clean:
        record = _uncleaned(record, one)
    value = encoded(record) if one.unknown != ENDED else b""
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


def published(
    reader: Reader, clipping: Clipping, cleaning: Cleaning | None, faults: Sequence[Problem] = ()
) -> tuple[Record, bytes]:
    """What is published of a clipping: its record, and its text as HTML.

    A text that shows nothing is none: the clipping is read as if it had no body.
    """
    reading = article_of(clipping, reader.rules, cleaning)
    record, html = _rendered(reader, reading)
    if reading.text and not shows_anything(html.decode()):
        empty = article_of(msgspec.structs.replace(clipping, body=""), reader.rules)
        lost = (problem for problem in record.reading.problems if problem not in empty.problems)
        reading = msgspec.structs.replace(empty, problems=(*lost, *empty.problems))
        record, html = msgspec.structs.replace(record, reading=reading, body=b"", images=()), b""
    if faults:
        reading = record.reading
        reading = msgspec.structs.replace(reading, problems=(*faults, *reading.problems))
        record = msgspec.structs.replace(record, reading=reading)
    if not record.body and has_picture(clipping.body):
        record = _with_images_named(reader, clipping, record)
    return record, html


def _with_images_named(reader: Reader, clipping: Clipping, record: Record) -> Record:
    """The record of a clipping without a text, with the images that it names: no other may publish them.

    That matters where the clipping does not appear, which `picks.toml` and the date may decide later.
    """
    pictures = images_named(clipping.body)
    lookup = ImageLookup(reader.content, reader.ignore, clipping.path)
    found = addresses(map(lookup.image, pictures))
    return msgspec.structs.replace(
        record, pictures=pictures, seen=seen_beside(lookup, pictures), images=found
    )


def _rendered(reader: Reader, reading: Reading) -> tuple[Record, bytes]:
    """The record of a reading, and its text as HTML."""
    article, text = reading.article, reading.text
    reading = msgspec.structs.replace(reading, text="")
    if article is None or article.verdict is Verdict.LINK or not text:
        return Record(reading), b""
    lookup = ImageLookup(reader.content, reader.ignore, article.path)
    images = LocalImages(lookup.image)
    place = Place(original=article.url, id=article.id, images=images)
    made = fitting_html(text, place)
    html = made.html.encode("utf-8", "replace")
    if made.faults or made.end < len(text):
        reading = _limited(reading, made, len(text))
    pictures = tuple(images)
    missing = [src for src, image in images.items() if not image]
    unreachable = [src for src in images.unreachable if not _NAMES_NO_FILE.match(src)]
    is_on_web = article.url is not None
    faults = faults_of(lookup, missing, unreachable, is_on_web=is_on_web) if missing or unreachable else []
    faults += [too_many(article.path)] if images.is_full else []
    if faults:
        reading = msgspec.structs.replace(reading, problems=(*reading.problems, *faults))
    seen = seen_beside(lookup, pictures)
    return Record(reading, hashed(html), pictures, seen, addresses(images.values())), html


def _limited(reading: Reading, made: Body, length: int) -> Reading:
    """A reading whose text, of so many characters, is not shown as it was written."""
    article = reading.article
    assert article is not None  # noqa: S101 - it has a text
    faults = list(made.faults)
    if made.end < length:
        fault = f"comes to more than {limits.HTML:,} characters of HTML; its text is cut after {made.end:,}"
        faults.append((fault, "make several clippings of it"))
        article = msgspec.structs.replace(article, verdict=Verdict.CUT, reason=TOO_LONG)
    problems = (
        Problem(path=shown(article.path), message=message, advice=advice, kind="length")
        for message, advice in faults
    )
    return msgspec.structs.replace(reading, article=article, problems=(*reading.problems, *problems))


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
