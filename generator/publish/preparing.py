"""Compare a build with what stands at a target, and say what has to be confirmed."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from generator.config.site import Encoding
from generator.model.errors import shown
from generator.output import manifest, names
from generator.publish import difference, lock
from generator.publish.compression import with_copies
from generator.publish.difference import Observation, Plan
from generator.publish.each import for_each
from generator.publish.following import Service, Untold, due, read_notes
from generator.publish.lock import PACE, Pace
from generator.publish.record import UNKNOWN, Record, decode
from generator.publish.store import ABSENT, RECORD, Store, Upload, refused

DELETED_UNASKED, SHARE_UNASKED = 256, 0.05
"""The number of files, and the share of the files there, that are deleted without asking."""
FEW_DELETED = 20
"""So many are not asked about where they are a large share: a clipping of a small site has several pages."""
_UNKNOWN_LISTED = 1000
"""Above this number of files of unknown content, after a publish was interrupted, listing them is cheaper."""
_NAMED = 3

Notice = Callable[[str], None]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to compare, and what to accept."""

    encodings: Sequence[Encoding] = ()
    """Of the compressed copies that stand beside each text."""
    services: Sequence[Service] = ()
    """Who is told of a publish."""
    notes: Path | None = None
    """A file of this machine that remembers who is yet to be told, where the record cannot."""
    verify: bool = False
    """Whether to list what is there instead of trusting the record."""
    accepts_older: bool = False
    """Whether a build may be older than what is there."""
    breaks_lock: bool = False
    """Whether to publish although somebody else seems to be publishing."""
    now: dt.datetime = dt.datetime.max.replace(tzinfo=dt.UTC)
    """A time in a record after this one is that of a wrong clock, and counts as unknown."""


_DEFAULTS = Options()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A publish that was compared and not begun."""

    output: Path
    files: Mapping[str, str]
    """Path → digest, by the build's manifest, with compressed copies."""
    before: Record
    """What stands at the target."""
    version: str
    after: Record
    """What will stand there."""
    plan: Plan
    is_first: bool
    """Whether there was no record."""
    questions: tuple[str, ...]
    """What has to be confirmed before it begins."""
    replaced: frozenset[str]
    """The files of others that it replaces, once that is confirmed."""
    options: Options
    untold: Untold
    """Who is to be told after it, and of what."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        nothing = not self.plan.uploads and not self.plan.deletions
        return nothing and not self.is_first and self.before.is_finished and not self.untold

    @property
    def sizes(self) -> dict[str, int]:
        """Path of each file to upload → its size in bytes; 0 for a compressed copy that is yet to be made."""
        paths = (path for batch in self.plan.batches for path in batch.paths)
        return {path: size_of(self.output, path) for path in paths}

    def measured(self) -> dict[str, int]:
        """Return the same with the sizes of compressed copies, which are made for that."""
        sizes, root = self.sizes, str(self.output)
        uploads = (Upload(root, path, self.files[path], measured=sizes.__setitem__) for path in sizes)
        for_each((one for one in uploads if one.encoding), Upload.read, os.cpu_count() or 1)
        return sizes


def read_build(output: Path) -> manifest.Manifest:
    """Return the manifest of the output folder. Raises `BuildError` without a complete build."""
    found = manifest.read(output) if output.is_dir() else None
    if found is None or not found.files:
        raise refused(output, "there is no site to publish", "build it with `broadsheet build`")
    if manifest.IN_TRANSIT in found.files.values():
        raise refused(output, "the last build did not finish", "build again")
    if any(path.casefold() == RECORD for path in found.files if len(path) == len(RECORD)):
        raise refused(output / RECORD, "has the name of the record of a publish", "rename it")
    return found


def stamps_of(output: Path) -> list[tuple[int, int, int] | None]:
    """Return what tells whether `read_build` returns the same as before: builds replace what it reads."""
    found = [_stat(f"{output}/{name}") for name in (names.MANIFEST, names.ADDED)]
    return [(one.st_ino, one.st_size, one.st_mtime_ns) if one else None for one in found]


def prepare(
    store: Store,
    output: Path,
    built: manifest.Manifest,
    options: Options = _DEFAULTS,
    *,
    pace: Pace = PACE,
    notice: Notice,
) -> Prepared:
    """Compare a build with what stands at a target. Changes nothing. Raises `BuildError`."""
    stored = store.read()
    changed_at = _changed_at(output)
    before = decode(stored.data, store.name) if stored else Record(as_of=built.as_of, files={})
    files = with_copies(built.files, options.encodings)
    if not options.breaks_lock:
        lock.wait_for(store, before, pace, notice)
    if not options.accepts_older and files != before.files:
        _refuse_older(store, before, built.as_of, changed_at, options.now)
    if not before.is_finished:
        notice("the last publish there did not finish; this one finishes it")
    plan, seen = difference.plan(files, before), None
    if stored is None or options.verify or _must_list(before, plan):
        seen = _observed(store, output, before, files, verify=options.verify)
        before, plan = seen.record, difference.plan(files, seen.record)
    after = Record(
        as_of=built.as_of, built=changed_at, is_guarded=before.is_guarded, files=files, retired=plan.retired
    )
    about_others = _questions_about(seen, files, is_first=stored is None) if seen else ()
    earlier = read_notes(options.notes) if store.is_atomic else before.untold
    return Prepared(
        output=output,
        files=files,
        before=before,
        version=stored.version if stored else ABSENT,
        after=after,
        plan=plan,
        is_first=stored is None,
        questions=(*_deletion_questions(before, plan), *about_others, *store.discards),
        replaced=frozenset(seen.others) & files.keys() - seen.same if seen else frozenset(),
        options=options,
        untold=due(options.services, plan, earlier),
    )


def check_free(store: Store, *, pace: Pace = PACE, notice: Notice) -> None:
    """Raise `BuildError` if somebody is publishing to a target."""
    if (stored := store.read()) is not None:
        lock.wait_for(store, decode(stored.data, store.name), pace, notice)


def _changed_at(output: Path) -> dt.datetime:
    """Return when a build last changed a file of the output folder."""
    latest = max(stamp[2] for stamp in stamps_of(output) if stamp is not None)
    return dt.datetime.fromtimestamp(latest // 1000 / 10**6, dt.UTC)


def _refuse_older(
    store: Store, before: Record, as_of: dt.date, changed_at: dt.datetime, now: dt.datetime
) -> None:
    advice = "build again with all clippings, or publish the older one with --force"
    if as_of < before.as_of:
        message = f"the site there was built for {before.as_of}, which is later than {as_of}"
        raise refused(store.name, message, advice)
    if as_of == before.as_of and before.built is not None and changed_at < before.built <= now:
        times = before.built, changed_at
        there, here = (f"{one.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC" for one in times)
        message = f"the site there was built at {there}, after the last change of this one at {here}"
        raise refused(store.name, message, advice)


def _must_list(before: Record, plan: Plan) -> bool:
    """Return whether the record does not tell enough."""
    if not before.is_guarded and plan.added:
        return True  # somebody else's file may stand where a new one belongs
    unknown = len(before.incoming) + sum(digest == UNKNOWN for digest in before.files.values())
    return unknown > _UNKNOWN_LISTED


def _observed(
    store: Store, output: Path, before: Record, files: Mapping[str, str], *, verify: bool
) -> Observation:
    root = str(output)

    def same(path: str, told: str) -> bool | None:
        if not verify and before.files.get(path) == files[path]:
            return True  # by the record, without reading the file
        return store.matches(Upload(root, path, files[path]), told)

    seen = difference.observed(before, files, store.list(), same)
    if store.has_folders and (blocking := sorted({*seen.others} & _folders(files))):
        what = f"files of somebody else are in the place of folders of the site: {some(blocking)}"
        raise refused(store.name, what, "move them away")
    return seen


def _deletion_questions(before: Record, plan: Plan) -> list[str]:
    # What left the site some publishes ago was asked about then.
    deletions = [path for path in plan.deletions if path not in before.retired]
    there, count = len(before.files), len(deletions)
    if count <= max(FEW_DELETED, min(DELETED_UNASKED, SHARE_UNASKED * there)):
        return []
    return [f"{count:,} of the {there:,} files there would be deleted ({some(deletions)})"]


def _questions_about(seen: Observation, files: Mapping[str, str], *, is_first: bool) -> list[str]:
    """Return what is to be asked about the files of somebody else that are there."""
    folders = _folders(files) if seen.others else set()
    same, replaced, blocking, staying = [], [], [], []
    for path in seen.others:
        if path in seen.same:
            same.append(path)
        elif path in files:
            replaced.append(path)
        elif path in folders:
            blocking.append(path)
        elif is_first:
            staying.append(path)
    told = {
        "stay as they are": staying,
        "would be replaced": replaced,
        "are in the place of folders of the site": blocking,
        "are the same as files of the site, and would be replaced and deleted with these": same,
    }
    return [
        f"files of somebody else are there that {what}: {len(paths):,} ({some(paths)})"
        for what, paths in told.items()
        if paths
    ]


def _folders(files: Iterable[str]) -> set[str]:
    return {folder for path in files for folder in names.folders(path)}


def some(paths: Sequence[str]) -> str:
    """Return the first of some paths as text."""
    return ", ".join(map(shown, paths[:_NAMED])) + (", …" if len(paths) > _NAMED else "")


def size_of(output: Path, path: str) -> int:
    """Return the size of a file of the output folder in bytes; 0 if it is missing."""
    found = _stat(f"{output}/{path}")
    return found.st_size if found else 0  # reading it tells what is wrong


def _stat(file: str) -> os.stat_result | None:
    try:
        return os.lstat(file)
    except OSError:
        return None
