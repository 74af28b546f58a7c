"""Whether a build has anything to do: what it is made of, and what it left, are as the last one noted.

This is all that most builds do, so nothing here imports what reads or renders.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import msgspec

from generator import picks_file
from generator.cache import Cache
from generator.config import Site
from generator.output import disk
from generator.output.assets import static_files
from generator.output.write import record_of
from generator.reading.discover import Discovery
from generator.render.marks import theme_marks
from generator.request import Built, Options, Report, Written, grave
from generator.stamps import Stamp, stamp_at
from generator.versions import hashed, program

Pictured = tuple[tuple[str, tuple[str, ...], bytes], ...]
"""Clippings that name images beside them: path, names, and a hash of what stood there."""


class Last(msgspec.Struct, frozen=True):
    """The last build of an output folder that did not fail: what it was made of, and what came of it."""

    inputs: bytes
    """A hash of all but the clippings' texts and the output."""
    record: Stamp
    """Of the manifest that it wrote."""
    as_of: dt.datetime
    waits_until: dt.datetime | None
    pictured: Pictured
    report: Report


def unchanged(site: Site, options: Options, inputs: bytes, cache: Cache) -> Built | None:
    """The last build, where this one would do nothing: no input is another one, and no output."""
    note = cache.note(f"built {site.output}")
    try:
        last = msgspec.msgpack.decode(note, type=Last) if note else None
    except msgspec.DecodeError:
        return None
    if last is None or last.inputs != inputs or last.record != stamp_at(record_of(site.output)):
        return None
    is_same_day = (
        last.as_of.astimezone(site.config.zone).date() == options.as_of.astimezone(site.config.zone).date()
    )
    is_due = last.waits_until is not None and last.waits_until <= options.as_of
    if not is_same_day or options.as_of < last.as_of or is_due:
        return None
    if not _stand(site.content, last.pictured):
        return None
    stamps = disk.stamps(site.output)
    standing = cache.standing(site.output)
    pages = last.report.pages
    if len(standing) != pages.written + pages.kept or any(
        stamps.get(path) != one.stamp for path, one in standing.items()
    ):
        return None
    kept = Written(written=0, kept=pages.written + pages.kept, deleted=0)
    report = msgspec.structs.replace(last.report, pages=kept)
    return Built(report=report, waits_until=last.waits_until, reasons={})


def _stand(content: Path, pictured: Pictured) -> bool:
    """Whether images beside clippings are as they were."""
    if not pictured:
        return True
    from generator.tasks import seen_beside

    return all(seen_beside(str(content), path, names) == seen for path, names, seen in pictured)


def remember(
    site: Site, options: Options, inputs: bytes, pictured: Pictured, built: Built, cache: Cache
) -> None:
    """Note a build for `unchanged`; not one that failed, nor one whose inputs may change unseen."""
    key = f"built {site.output}"
    if (options.strict and grave(built.report.problems)) or not inputs:
        cache.drop_note(key)
        return
    record = stamp_at(record_of(site.output))
    last = Last(inputs, record, options.as_of, built.waits_until, pictured, built.report)
    try:
        cache.keep_note(key, msgspec.msgpack.encode(last))
    except (UnicodeEncodeError, OverflowError):  # a file's name that is no text
        cache.drop_note(key)


def inputs_before(site: Site, options: Options, found: Discovery) -> bytes:
    """A hash of what a build is made of: clippings by their stamps, all else by its bytes.

    To be taken before anything is read; empty where a clipping may change unseen.
    """
    now = time.time_ns()
    if not all(stamp.is_settled(now) for stamp in found.stamps.values()):
        return b""
    static = static_files(site.static)
    said = (site.config, options.drafts, options.future, options.strict, found.ignored, found.skipped)
    stamps = (found.stamps[path] for path in found.paths)
    return hashed(
        epoch_of(site),
        repr(said).encode("utf-8", "surrogatepass"),
        picks_file.text_of(site.picks).encode(),
        *theme_marks(site.templates),
        repr([(path, stamp_at(file).settled()) for path, file in static.files]).encode(
            "utf-8", "surrogatepass"
        ),
        "\0".join(found.paths).encode("utf-8", "surrogateescape"),
        msgspec.msgpack.encode([*map(tuple, stamps)]),
    )


def epoch_of(site: Site) -> bytes:
    """A hash of all that reading depends on besides the clippings and what sources repeat."""
    config = site.config
    own = sorted(site.cleaning.glob("*.toml")) if config.clean else []
    said = (
        config.title, config.language, config.languages, config.timezone, config.fields, config.clean,
        config.ignore, {name: (one.aliases, one.language, one.clean) for name, one in config.sources.items()},
    )  # fmt: skip
    parts = (part for file in own for part in (file.name.encode("utf-8", "surrogateescape"), _bytes_of(file)))
    return hashed(program(), msgspec.json.encode(said, order="sorted"), *parts, size=16)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
