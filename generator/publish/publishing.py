"""Make a target the same as the output folder: compare, ask, upload in order, record, delete."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from generator.config.site import Encoding
from generator.output import manifest, names
from generator.publish import difference, lock
from generator.publish.compression import with_copies
from generator.publish.difference import Plan
from generator.publish.lock import PACE, Holder, Pace
from generator.publish.record import UNKNOWN, Record, decode, encode
from generator.publish.store import ABSENT, RECORD, Done, Store, TakenError, Upload, refused

DELETED_UNASKED, SHARE_UNASKED = 256, 0.05
"""The number of files, and the share of the files there, that are deleted without asking."""
FEW_DELETED = 20
"""So many are not asked about where they are a large share: a clipping of a small site has several pages."""
_UNKNOWN_LISTED = 1000
"""Above this number of files of unknown content, after a publish was interrupted, listing them is cheaper."""
_NAMED = 3

Notice = Callable[[str], None]


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

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        nothing = not self.plan.uploads and not self.plan.deletions
        return nothing and not self.is_first and self.before.is_finished

    @property
    def sizes(self) -> dict[str, int]:
        """Path of each file to upload → its size in bytes; 0 for a compressed copy that is yet to be made."""
        paths = (path for batch in self.plan.batches for path in batch.paths)
        return {path: _size(f"{self.output}/{path}") for path in paths}


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a publish did."""

    uploaded: int
    deleted: int
    kept: int
    bytes: int


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
    *,
    encodings: Sequence[Encoding] = (),
    verify: bool = False,
    force: bool = False,
    pace: Pace = PACE,
    notice: Notice,
) -> Prepared:
    """Compare a build with what stands at a target. Changes nothing.

    `encodings`: of the compressed copies that stand beside each text. `force` accepts an older build, and a
    target that somebody else is publishing to. Raises `BuildError`.
    """
    stored = store.read()
    empty = Record(as_of=built.as_of, files={})
    before = decode(stored.data, store.name) if stored else empty
    if not force:
        _refuse_older(store, before, built)
        lock.wait_for(store, before, pace, notice)
    if before.publisher is not None:
        notice("the last publish there did not finish; this one finishes it")
    others: tuple[str, ...] = ()
    files = with_copies(built.files, encodings)
    plan = difference.plan(files, before)
    if stored is None or verify or _must_list(before, plan):
        before, others = _observed(store, output, before, files, verify=verify)
        plan = difference.plan(files, before)
    questions = _questions(before, plan, others, files, is_first=stored is None)
    if stored is None:
        before = msgspec.structs.replace(before, is_shared=bool(others))
    after = Record(as_of=built.as_of, is_shared=before.is_shared, files=files, retired=plan.retired)
    return Prepared(
        output=output,
        files=files,
        before=before,
        version=stored.version if stored else ABSENT,
        after=after,
        plan=plan,
        is_first=stored is None,
        questions=questions,
    )


def check_free(store: Store, *, pace: Pace = PACE, notice: Notice) -> None:
    """Raise `BuildError` if somebody is publishing to a target."""
    if (stored := store.read()) is not None:
        lock.wait_for(store, decode(stored.data, store.name), pace, notice)


def _refuse_older(store: Store, before: Record, built: manifest.Manifest) -> None:
    if built.as_of < before.as_of:
        message = f"the site there was built for {before.as_of}, which is later than {built.as_of}"
        raise refused(store.name, message, "build again, or publish the older one with --force")


def _must_list(before: Record, plan: Plan) -> bool:
    """Return whether the record does not tell enough."""
    if before.is_shared and plan.added:
        return True  # somebody else's file may stand where a new one belongs
    unknown = len(before.added) + sum(digest == UNKNOWN for digest in before.files.values())
    return unknown > _UNKNOWN_LISTED


def _observed(
    store: Store, output: Path, before: Record, files: Mapping[str, str], *, verify: bool
) -> tuple[Record, tuple[str, ...]]:
    root = str(output)

    def same(path: str, told: str) -> bool | None:
        if not verify and before.files.get(path) == files[path]:
            return True  # by the record, without reading the file
        return store.matches(Upload(root, path, files[path]), told)

    return difference.observed(before, files, store.list(), same)


def _questions(
    before: Record, plan: Plan, others: tuple[str, ...], files: Mapping[str, str], *, is_first: bool
) -> tuple[str, ...]:
    """Return what is to be asked before a publish. `others`: the files of somebody else that are there."""
    questions = _deletion_questions(before, plan)
    if others:
        if is_first:
            questions += _questions_about(others)
        folders = {folder for path in files for folder in names.folders(path)}
        questions += _replacement_questions([path for path in others if path in files or path in folders])
    return tuple(questions)


def _deletion_questions(before: Record, plan: Plan) -> list[str]:
    # What left the site some publishes ago was asked about then.
    deletions = [path for path in plan.deletions if path not in before.retired]
    there, count = len(before.files), len(deletions)
    if count <= max(FEW_DELETED, min(DELETED_UNASKED, SHARE_UNASKED * there)):
        return []
    return [f"{count:,} of the {there:,} files there would be deleted ({_some(deletions)})"]


def _questions_about(others: tuple[str, ...]) -> list[str]:
    return [f"files of somebody else are there, and stay as they are: {len(others):,} ({_some(others)})"]


def _replacement_questions(conflicts: list[str]) -> list[str]:
    if not conflicts:
        return []
    return [f"files of somebody else would be replaced: {len(conflicts):,} ({_some(conflicts)})"]


def _some(paths: tuple[str, ...] | list[str]) -> str:
    return ", ".join(paths[:_NAMED]) + (", …" if len(paths) > _NAMED else "")


def publish(store: Store, prepared: Prepared, *, done: Done, pace: Pace = PACE) -> Published:
    """Do what was prepared. `done` is called for each file.

    Raises `BuildError`. Then nothing was deleted, unless everything was uploaded before; the next publish
    finishes it.
    """
    plan = prepared.plan
    sizes = prepared.sizes
    if store.is_atomic:
        _upload(store, prepared, done)
        store.delete(plan.deletions, done)
        try:
            store.swap(encode(prepared.after), prepared.version)
        except TakenError as error:
            raise lock.overtaken(store.name) from error
    else:
        _publish_in_steps(store, prepared, done, pace)
    return Published(
        uploaded=plan.uploads, deleted=len(plan.deletions), kept=plan.kept, bytes=sum(sizes.values())
    )


def _publish_in_steps(store: Store, prepared: Prepared, done: Done, pace: Pace) -> None:
    """Publish to a target where each file is visible as soon as it is uploaded."""
    plan, after = prepared.plan, prepared.after
    holder = Holder(store, prepared.version, pace)
    during = _during(prepared)
    holder.write(during)
    try:
        with holder.beating():
            _upload(store, prepared, done, holder.check)
            if plan.deletions:
                leaving = {**plan.retired, **dict.fromkeys(plan.deletions, 0)}
                during = msgspec.structs.replace(after, retired=leaving, publisher=during.publisher)
                holder.write(during)
                store.delete(plan.deletions, done)
    except BaseException:
        holder.release(msgspec.structs.replace(during, publisher=None))
        raise
    holder.write(after)


def _during(prepared: Prepared) -> Record:
    """Return the record that holds while files are uploaded. It knows every file as ours."""
    before, plan = prepared.before, prepared.plan
    return msgspec.structs.replace(
        before,
        as_of=prepared.after.as_of,
        files={**before.files, **dict.fromkeys(plan.changed, UNKNOWN)},
        added=tuple({*before.added, *plan.added}),
        retired={path: left for path, left in before.retired.items() if path not in prepared.files},
        publisher=lock.this_process(),
    )


def _upload(store: Store, prepared: Prepared, done: Done, check: Callable[[], None] = lambda: None) -> None:
    root = str(prepared.output)

    def uploaded(path: str) -> None:
        done(path)
        check()  # after the last file that was on its way, nothing of a lost lock's holder is uploaded

    for batch in prepared.plan.batches:
        check()
        store.put([Upload(root, path, prepared.files[path], batch.kind) for path in batch.paths], uploaded)
    check()


def _size(file: str) -> int:
    found = _stat(file)
    return found.st_size if found else 0  # reading it tells what is wrong


def _stat(file: str) -> os.stat_result | None:
    try:
        return os.lstat(file)
    except OSError:
        return None
