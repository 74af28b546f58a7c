"""Worker tasks: module-level functions that take a batch and yield a small result per item.

Each is pure, except for the files it reads and the staged file it writes, so a batch can be repeated.
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
from generator.engine.image_problems import faults_of, too_many
from generator.engine.records import (
    NO_BOILERPLATE,
    Costly,
    Lesson,
    Read,
    Reader,
    ReadRequest,
    Record,
    Sample,
    decoded_boilerplate,
    encoded,
    encoded_boilerplate,
)
from generator.model import limits
from generator.model.errors import Problem, shown
from generator.model.types import Clipping, Skipped, Verdict
from generator.output.names import is_unicode
from generator.parallel.budget import step
from generator.reading.article import Reading, article_of, origin_of
from generator.reading.boilerplate import Cleaning, families, repeats
from generator.reading.boilerplate.remaining import TOO_LONG
from generator.reading.cut import at_whole_sentence
from generator.reading.files import file_bytes
from generator.reading.frontmatter import clipping_in, fields_in, front_matter_in
from generator.reading.prose import has_picture
from generator.render.image_lookup import addresses
from generator.render.images import LocalImages, images_named
from generator.render.markdown import Body, Place, fitting_html, shows_anything
from generator.search.terms import keys_of, packed
from generator.search.text import shown_text

TOO_COSTLY = "costs too much to read"
"""Why a clipping has no text if only its front matter was read."""
_SHORTEN = "shorten it, name it in `ignore`, or raise `[limits]` in digest.toml"
_AGAIN = "the next build tries again; where that changes nothing, name it in `ignore`"


class _Opened(NamedTuple):
    """A clipping's file, split into its parts."""

    digest: bytes
    clipping: Clipping | None
    """None if the file cannot be read."""
    faults: tuple[Problem, ...]


_NAMES_NO_FILE = re.compile(r"\s*(?:#|data:|javascript:|\Z)", re.IGNORECASE)


def look(reader: Reader, paths: Sequence[str]) -> Iterator[DocumentInfo]:
    """Inspect clippings: hash of the bytes, source and day."""
    for path in paths:
        raw = file_bytes(reader.content, path)
        yield DocumentInfo(b"", "", 0) if isinstance(raw, Problem) else _looked(reader, path, raw)


def look_at_bytes(reader: Reader, paths: Sequence[str]) -> Iterator[DocumentInfo]:
    """Hash the bytes of clippings that cannot be inspected any further."""
    for path in paths:
        raw = file_bytes(reader.content, path)
        yield DocumentInfo(b"" if isinstance(raw, Problem) else hashed(raw, size=16), "", 0)


def _looked(reader: Reader, path: str, raw: bytes) -> DocumentInfo:
    digest = hashed(raw, size=16)
    origin = origin_of(fields_in(path, raw), reader.rules)
    if origin is None or not is_unicode(origin.source):
        return DocumentInfo(digest, "", 0)
    return DocumentInfo(digest, origin.source, origin.date.toordinal())


def learn(reader: Reader, samples: Sequence[Sample], held_characters: int) -> Iterator[Lesson]:
    """Learn the boilerplate of sources. A clipping that is also read is opened and parsed only once.

    Longer ones than `held_characters` are opened twice, to save memory. The steps of a sample are its
    clippings, then their common blocks, then the clippings to read.
    """
    return (_learn(reader, sample, held_characters) for sample in samples)


def open_for_learning(reader: Reader, paths: Sequence[str]) -> Iterator[bool]:
    """Do for each clipping alone what learning needs."""
    for path in paths:
        opened = _opened(reader, path)
        repeats.learn([opened.clipping.body] if opened.clipping else [])
        yield True


def _learn(reader: Reader, sample: Sample, held_characters: int) -> Lesson:
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
                if year and len(one.clipping.body) <= held_characters:
                    held[path] = one
                yield one.clipping.body
        step(len(sample.clippings))

    found = repeats.learn(bodies())
    boilerplate = NO_BOILERPLATE if found == repeats.NOTHING else encoded_boilerplate(found)
    read_: list[tuple[ReadRequest, Read]] = []
    for number, (path, year) in enumerate(sample.clippings, len(sample.clippings) + 1):
        if year:
            step(number)
            one = ReadRequest(path, sample.source, year, boilerplate)
            with contextlib.suppress(Exception):  # it is read again on its own, which reports the error
                opened = held.pop(path) if path in held else _opened(reader, path)
                read_.append((one, _read_of(reader, one, opened)))
    return Lesson(hashed(*sorted(digests), size=16), boilerplate, tuple(read_))


def read(reader: Reader, wanted: Sequence[ReadRequest]) -> Iterator[Read]:
    """Read clippings, clean them and render their texts."""
    for one in wanted:
        yield _read_of(reader, one, _opened(reader, one.path))


def read_without_body(reader: Reader, costly: Sequence[Costly]) -> Iterator[Read]:
    """Read only the front matter of costly clippings, which become links to their originals."""
    for one in costly:
        yield _without_body(reader, one)


def _without_body(reader: Reader, one: Costly) -> Read:
    raw = file_bytes(reader.content, one.path)
    if isinstance(raw, Problem):
        return refused(one, b"")
    digest = hashed(raw, size=16)
    reading = article_of(front_matter_in(one.path, raw), reader.rules)
    if reading.skipped is not None and any(problem.kind == "publish" for problem in reading.problems):
        return _stored(digest, Record(_with_faults(reading, costs_too_much(one, "it is left out"))))
    if reading.article is None:
        return refused(one, digest)
    article = msgspec.structs.replace(reading.article, reason=TOO_COSTLY)
    reading = _with_faults(reading, costs_too_much(one, "only its link is published"))
    record = Record(msgspec.structs.replace(reading, article=article))
    return _stored(digest, record, is_lasting=one.is_lasting)


def _stored(digest: bytes, record: Record, html: bytes = b"", *, is_lasting: bool = True) -> Read:
    """Return the result of reading; it is cached only if another attempt would end the same."""
    value = encoded(record) if is_lasting else b""
    return Read(digest, value, html, None if value else record)


def _with_faults(reading: Reading, *faults: Problem) -> Reading:
    return msgspec.structs.replace(reading, problems=(*reading.problems, *faults))


def refused(one: Costly, digest: bytes) -> Read:
    """Return the result for a clipping without usable front matter. `digest` is the hash of its bytes."""
    fault = costs_too_much(one, "it is left out")
    return _stored(digest, _unusable(fault), is_lasting=one.is_lasting)


def failed(path: str, error: Exception) -> Record:
    """Return the record of a clipping that cannot be read because of a bug in Broadsheet."""
    message = f"cannot be read: {type(error).__name__}: {error}"[:300]
    advice = "this is a fault in Broadsheet itself; please report it with the file"
    return _unusable(Problem(path=shown(path), message=message, advice=advice, kind="internal"))


def _unusable(*faults: Problem) -> Record:
    """Return the record of a clipping that is skipped for the first of its problems."""
    skipped = Skipped(path=faults[0].path, reason=faults[0].message)
    return Record(Reading(article=None, skipped=skipped, problems=faults))


def costs_too_much(one: Costly, what_follows: str) -> Problem:
    """Return the problem that reading a clipping ended its worker."""
    return Problem(
        path=shown(one.path),
        message=f"reading it {one.reason}; {what_follows}",
        advice=_SHORTEN if one.is_lasting else _AGAIN,
        kind="limit",
    )


def _not_inspected(one: ReadRequest) -> Problem:
    """Return the problem that nothing is removed from a clipping, because inspection ended its worker."""
    is_costly = one.unknown == COSTLY
    why = "costs more than `[limits]` allows" if is_costly else "was ended from outside"
    return Problem(
        path=shown(one.path),
        message=f"looking at it {why}; nothing that its source repeats is taken off",
        advice=_SHORTEN if is_costly else _AGAIN,
        kind="limit",
    )


def _opened(reader: Reader, path: str) -> _Opened:
    raw = file_bytes(reader.content, path)
    if isinstance(raw, Problem):
        return _Opened(b"", None, (raw,))
    return _Opened(hashed(raw, size=16), *clipping_in(path, raw))


def _read_of(reader: Reader, one: ReadRequest, opened: _Opened) -> Read:
    digest, clipping, faults = opened
    if clipping is None:
        return _stored(b"", _unusable(*faults), is_lasting=False)
    cleaning = cleaning_of(reader, (one.source, one.year), one.boilerplate)
    record, html = published(reader, clipping, cleaning, faults)
    if one.unknown and reader.clean and record.reading.article:
        record = msgspec.structs.replace(record, reading=_with_faults(record.reading, _not_inspected(one)))
    read_ = _stored(digest, record, html, is_lasting=one.unknown != ENDED)
    if html and reader.finds_terms:
        return msgspec.structs.replace(read_, terms=packed(keys_of(shown_text(html.decode()))))
    return read_


def cleaning_of(reader: Reader, key: repeats.Key, boilerplate: bytes) -> Cleaning | None:
    """Return what cleaning needs for one source and year; None if cleaning is off."""
    if not reader.clean:
        return None
    learned = {key: decoded_boilerplate(boilerplate)} if boilerplate else {}
    return Cleaning(families=known_families(reader.root, reader.epoch), learned=learned)


@lru_cache(2)
def known_families(root: str, _epoch: bytes) -> families.Families:
    """Return the site's cleaning families, loaded once per epoch."""
    return families.load(Path(root))[0]


def published(
    reader: Reader, clipping: Clipping, cleaning: Cleaning | None, faults: Sequence[Problem] = ()
) -> tuple[Record, bytes]:
    """Return the record of a clipping, and its text as HTML.

    A text that shows nothing counts as none: the clipping is read as if it had no body.
    """
    reading = article_of(clipping, reader.rules, cleaning)
    record, html, is_shown = _rendered(reader, reading)
    if _has_text(reading) and not is_shown:
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
    """Return the record of a clipping without a text, with the images that it names.

    No other clipping may publish these while this one is withheld, which `picks.toml` and the date decide
    later.
    """
    lookup = reader.images_of(clipping.path)
    reading = record.reading
    if reading.article is None or reading.is_draft or reading.pick is not None:
        images = LocalImages(lookup.image)
        fitting_html(clipping.body, Place(original=None, id="", images=images))
        pictures = tuple({**images, **dict.fromkeys(images_named(clipping.body))})
    else:  # it appears, like thousands of failed fetches: a scan has to do
        pictures = images_named(clipping.body)
    if not pictures:
        return record
    found = addresses(map(lookup.image, pictures))
    return msgspec.structs.replace(record, pictures=pictures, seen=lookup.seen(pictures), images=found)


def _has_text(reading: Reading) -> bool:
    """Return whether a reading is that of a text, which may still be empty: of invisible characters."""
    return reading.article is not None and reading.article.verdict is not Verdict.LINK


def _rendered(reader: Reader, reading: Reading) -> tuple[Record, bytes, bool]:
    """Return the record of a reading, its text as HTML, and whether that shows anything."""
    article, text = reading.article, reading.text
    if reading.is_fragment:
        text = at_whole_sentence(text)
    reading = msgspec.structs.replace(reading, text="")
    if article is None or article.verdict is Verdict.LINK or not text:
        return Record(reading), b"", False
    lookup = reader.images_of(article.path)
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
    reading = _with_faults(reading, *faults) if faults else reading
    seen = lookup.seen(pictures)
    record = Record(reading, hashed(html), pictures, seen, addresses(images.values()))
    return record, html, shows_anything(made.html)


def _limited(reading: Reading, made: Body, length: int) -> Reading:
    """Return a reading whose text, of `length` characters, is not shown as written."""
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
    return msgspec.structs.replace(_with_faults(reading, *problems), article=article)
