"""Decides whether a build has anything to do, by comparing its inputs and outputs with the last build.

Most builds do only this, so nothing here imports the readers or renderers.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.cache.stamps import NONE, Stamp, stamp_at, unsettled
from generator.cache.store import Cache
from generator.cache.versions import hashed, program, zone_data
from generator.config import picks
from generator.config.mistyped import mistyped
from generator.config.options import Built, Options, Report, Written, grave
from generator.config.site import FILE_NAME, Config, Site
from generator.config.tags import words_of
from generator.engine.build_context import EngineLimits
from generator.engine.changes import INVALIDATES, Stale
from generator.model.errors import BuildError
from generator.output.assets import static_files
from generator.output.status import OutputSnapshot, StampsOnDisk, is_as_left
from generator.reading.discover import Discovery, in_order
from generator.reading.lost_folders import found_in, note_clippings
from generator.reading.rules import own_source_of
from generator.render.theme_hashes import theme_hashes

_TIMES = "times"
unpacked = msgspec.msgpack.Decoder(list[Stamp]).decode
"""Returns the stamps of a pack. Raises `DecodeError` if it is invalid."""
PACK = 1000
"""Stamps per pack."""


class Inputs(NamedTuple):
    """The inputs of a build, taken before anything is read."""

    digest: bytes
    """Hash of all inputs, with stamps in place of texts; empty if a clipping may change unnoticed."""
    settings: Mapping[Stale, bytes]
    """What becomes stale → hash of what it depends on, besides the configuration."""
    found: Discovery
    paths: bytes
    """Hash of the clippings' paths."""
    stamps: tuple[bytes, ...]
    """Packed stamps of the clippings, in order of path; `NONE` for one that may change unnoticed."""
    unseen: Set[str]
    """Paths of clippings that may change unnoticed."""

    @property
    def packed_paths(self) -> bytes:
        """All paths, joined by null bytes."""
        # Encoded path by path: joining them first would take twice the memory.
        return b"\0".join([path.encode("utf-8", "surrogateescape") for path in self.found.paths])


class BuildRecord(msgspec.Struct, frozen=True):
    """The last successful build of an output folder: its inputs and its result."""

    inputs: bytes
    """`Inputs.digest`."""
    left: OutputSnapshot
    as_of: dt.datetime
    waits_until: dt.datetime | None
    report: Report


def is_moved(site: Site, cache: Cache) -> bool:
    """Return whether times show that clippings were added, removed or replaced since the last build.

    Most editors replace files when saving. Other changes show only in each clipping's stamp. Picks and
    configuration count, too.
    """
    noted = cache.noted(_TIMES, dict[str, int]) or {}
    return any(stamp_at(site.content / path).modified != at for path, at in noted.items())


def note_times(site: Site, inputs: Inputs, cache: Cache) -> None:
    """Store when the folders of the clippings, the picks and the configuration changed, for `is_moved`."""
    files = {str(file): stamp_at(file).modified for file in (site.picks, site.root / FILE_NAME)}
    # If it does not fit, or a name is not text, `is_moved` has nothing to compare.
    with contextlib.suppress(BuildError, UnicodeEncodeError, OverflowError):
        cache.keep_note(_TIMES, msgspec.msgpack.encode({**inputs.found.folders, **files}))


def unchanged(
    site: Site, options: Options, inputs: Inputs, cache: Cache, stamps_on_disk: StampsOnDisk
) -> Built | None:
    """Return the result of the last build if no input and no output changed since, else None."""
    last = cache.noted(f"built {site.output}", BuildRecord)
    if last is None or not inputs.digest or last.inputs != inputs.digest:
        return None
    if not is_same_time(site, options, last.as_of, last.waits_until):
        return None
    pages = last.report.pages
    if not is_as_left(site.output, last.left, pages.written + pages.kept, stamps_on_disk, cache):
        return None
    kept = Written(written=0, kept=pages.written + pages.kept, deleted=0)
    report = msgspec.structs.replace(last.report, pages=kept)
    return Built(report=report, waits_until=last.waits_until, reasons={})


def is_same_time(site: Site, options: Options, as_of: dt.datetime, waits_until: dt.datetime | None) -> bool:
    """Return whether nothing became due since a build, and its day, which the manifest records, goes on."""
    zone = site.config.zone
    is_same_day = as_of.astimezone(zone).date() == options.as_of.astimezone(zone).date()
    is_nothing_due = options.as_of >= as_of and (waits_until is None or options.as_of < waits_until)
    return is_same_day and is_nothing_due


def remember(
    site: Site, options: Options, inputs: Inputs, built: Built, left: OutputSnapshot, cache: Cache
) -> None:
    """Store a build and its output state, for `unchanged`.

    A failed build is not stored, nor one whose inputs may change unnoticed.
    """
    key = f"built {site.output}"
    note_times(site, inputs, cache)
    has_failed = options.strict and bool(grave(built.report.problems))
    if not has_failed:
        with contextlib.suppress(UnicodeEncodeError):
            note_clippings(site, inputs.found, inputs.paths, cache)
    if has_failed or not inputs.digest:
        cache.drop_note(key)
        return
    last = BuildRecord(inputs.digest, left, options.as_of, built.waits_until, built.report)
    try:
        cache.keep_note(key, msgspec.msgpack.encode(last))
    except (UnicodeEncodeError, OverflowError):  # a file name that is not text
        cache.drop_note(key)


def inputs_found(site: Site, options: Options, limits: EngineLimits) -> Inputs:
    """Find the clippings, and return the inputs of a build: clippings by stamp, everything else by content.

    Call it before anything is read.
    """
    found, now = found_in(site, options), time.time_ns()
    settings = _settings(site, options, found, limits)
    before = Inputs(b"", settings, found, b"", (), unsettled(found.stamps, now, limits.unsettled))
    return _packed(site, before._replace(paths=hashed(before.packed_paths)))


def inputs_after(site: Site, before: Inputs, read: Set[str], since: int, limits: EngineLimits) -> Inputs:
    """Return the inputs after clippings that could change unnoticed were `read`, all of them after `since`.

    A clipping whose stamp is unchanged, and was settled when it was read, was read in its current state.
    """
    there = {path: stamp_at(site.content / path) for path in before.unseen & read}
    kept = {path: stamp for path, stamp in there.items() if stamp == before.found.stamps[path]}
    unseen = before.unseen - (kept.keys() - unsettled(kept, since, limits.unsettled))
    return _packed(site, before._replace(unseen=unseen)) if unseen != before.unseen else before


def inputs_followed(
    site: Site, before: Inputs, followed: Mapping[str, bytes | None], limits: EngineLimits
) -> Inputs:
    """Return the inputs after some clippings were `followed`.

    `followed`: path → hash of the bytes that were read, empty if unknown; None for a removed clipping. One
    with other bytes now counts as one that may change unnoticed.
    """
    now, content = time.time_ns(), site.content
    there = {path: stamp_at(content / path) for path, digest in followed.items() if digest is not None}
    unseen = unsettled(there, now, limits.unsettled)
    unseen |= {path for path in there.keys() - unseen if not _has_bytes(content / path, followed[path])}
    stamps = {**before.found.stamps, **there, **dict.fromkeys(unseen, NONE)}
    folders = {folder: stamp_at(content / folder).modified for folder in before.found.folders}
    found = msgspec.structs.replace(
        before.found,
        stamps={path: stamps[path] for path in in_order(stamps) if followed.get(path, b"") is not None},
        folders=folders,
    )
    after = before._replace(found=found, unseen=unseen)
    return _packed(site, after._replace(paths=hashed(after.packed_paths)))


def _has_bytes(file: Path, digest: bytes | None) -> bool:
    """Return whether a clipping has the bytes with a hash as in `DocumentInfo`, if one is known."""
    return bool(digest) and hashed(_bytes_of(file), size=16) == digest


def settings_now(site: Site, changed: Stale, limits: EngineLimits) -> Mapping[Stale, bytes]:
    """Return the same as `Inputs.settings`, of the settings that changed and can be followed."""
    hashes: dict[Stale, Callable[[], bytes]] = {
        Stale.PICKS: lambda: hashed(picks.text_of(site.picks).encode()),
        Stale.PAGES: lambda: hashed(*theme_hashes(site.templates)),
        Stale.STATIC: lambda: _hash_of_static(site, limits),
    }
    changed |= Stale.PAGES if Stale.ASSETS in changed else Stale.NOTHING
    return {one: hash_() for one, hash_ in hashes.items() if one in changed}


def _packed(site: Site, inputs: Inputs) -> Inputs:
    """Return the inputs with packed stamps and their hash."""
    known = {**inputs.found.stamps, **dict.fromkeys(inputs.unseen, NONE)} if inputs.unseen else None
    stamps = [*map((known or inputs.found.stamps).__getitem__, inputs.found.paths)]
    packs = tuple(msgspec.msgpack.encode(stamps[at : at + PACK]) for at in range(0, len(stamps), PACK))
    others = (_encoded(site.config), *inputs.settings.values(), inputs.paths)
    digest = b"" if inputs.unseen else hashed(*others, *packs)
    return inputs._replace(stamps=packs, digest=digest)


def _settings(site: Site, options: Options, found: Discovery, limits: EngineLimits) -> Mapping[Stale, bytes]:
    """Return the same as `Inputs.settings`."""
    said = options.drafts, options.future, options.strict, found.ignored, found.skipped, found.problems
    return {
        Stale.READING: epoch_of(site),
        Stale.GROUPING: hashed(_encoded(said), _encoded(_settled(found.images, limits))),
        **settings_now(site, Stale.PICKS | Stale.PAGES | Stale.STATIC, limits),
    }


def _hash_of_static(site: Site, limits: EngineLimits) -> bytes:
    static = {path: stamp_at(file) for path, file in static_files(site.static).files}
    return hashed(_encoded(_settled(static, limits)), _encoded(mistyped(site)))


def _settled(stamps: Mapping[str, Stamp], limits: EngineLimits) -> list[tuple[str, Stamp]]:
    return sorted((path, stamp.settled(limits.unsettled)) for path, stamp in stamps.items())


def _encoded(said: object) -> bytes:
    return repr(said).encode("utf-8", "surrogatepass")


def identity_of(site: Site) -> bytes:
    """Return a hash that selects the cache of a site; it differs for other clippings or rules."""
    content = os.path.relpath(site.content, site.root)  # a site may be moved, or restored elsewhere
    return hashed(epoch_of(site), os.fsencode(content), size=16)


def epoch_of(site: Site) -> bytes:
    """Return a hash of everything that reading depends on, besides the clippings and the boilerplate."""
    config = site.config
    own = sorted(site.cleaning.glob("*.toml")) if config.clean else []
    said = (
        own_source_of(config),
        {key: getattr(config, key) for key in Config.__struct_fields__ if Stale.READING in INVALIDATES[key]},
        {name: one.pattern for name, one in config.identifiers.items()},
        words_of(config.tags),
        {
            name: (one.aliases, one.language, one.clean)
            for name, one in config.sources.items()
            if one.language or not one.clean  # otherwise only grouping uses its spellings
        },
    )  # fmt: skip
    parts = [part for file in own for part in (file.name.encode("utf-8", "surrogateescape"), _bytes_of(file))]
    if site.cleaning.is_dir() and not os.access(site.cleaning, os.R_OK | os.X_OK):
        parts.append(b"unreadable")  # it looks empty, but that is a fault to report
    return hashed(
        program(), zone_data(config.timezone), msgspec.json.encode(said, order="sorted"), *parts, size=16
    )


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
