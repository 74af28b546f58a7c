"""What differs between a build and what stands at a target, and in which order to make it the same.

The order follows from links. Nothing at a target links to a new file until a changed one does, so new files
come first, then what changed; deletions come last, when no page links to the files any more. Thus every
page that is there, old or new, links to files that are there. Only a file that left the site and is where a
new one needs a folder, or the other way round, has to go first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from generator.output import names
from generator.publish.kinds import Kind, is_retained, kind_function
from generator.publish.record import UNKNOWN, Record

RETAINED = 2
"""The number of publishes that styles, scripts and search files outlive."""

Same = Callable[[str, str], bool | None]
"""`Store.matches` for the path of a file of the build."""


class Batch(msgspec.Struct, frozen=True):
    """Files that are uploaded together. A batch begins when the one before is complete."""

    kind: Kind
    is_new: bool
    paths: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a publish has to do."""

    batches: tuple[Batch, ...]
    deletions: tuple[str, ...]
    retired: Mapping[str, int]
    """Files that stay although the site has no use for them → the number of publishes that they outlive."""
    kept: int
    """The number of files that are right already."""

    @property
    def uploads(self) -> int:
        """The number of files to upload."""
        return sum(len(batch.paths) for batch in self.batches)

    @property
    def added(self) -> tuple[str, ...]:
        """The files that may not be there yet."""
        return tuple(path for batch in self.batches if batch.is_new for path in batch.paths)

    @property
    def changed(self) -> tuple[str, ...]:
        """The files that replace another version."""
        return tuple(path for batch in self.batches if not batch.is_new for path in batch.paths)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """The files to delete that are in the place of folders of new files, or below the path of one."""
        if not self.deletions:
            return ()
        added = {*self.added}
        folders = {folder for path in added for folder in names.folders(path)}
        return tuple(
            path for path in self.deletions if path in folders or not added.isdisjoint(names.folders(path))
        )


def plan(files: Mapping[str, str], record: Record) -> Plan:
    """Return what makes a target the same as a build. `files`: path → digest of the build."""
    known = record.files
    is_same = files == known  # the usual case, and faster than to compare each file
    stale = [] if is_same else [path for path, digest in files.items() if known.get(path) != digest]
    deletions, retired = _departures(files, record)
    return Plan(
        batches=tuple(_in_order(stale, files, record)) if stale else (),
        deletions=deletions,
        retired=retired,
        kept=len(files) - len(stale),
    )


def _in_order(stale: Sequence[str], files: Mapping[str, str], record: Record) -> Iterator[Batch]:
    """Yield the files to upload."""
    there = {*record.files, *record.retired}
    kind_of = kind_function(files)
    order = [*Kind]

    def place(path: str) -> tuple[bool, bool, int]:
        kind = kind_of(path)
        return kind is not Kind.ASSETS, path in there, order.index(kind)

    places = {path: place(path) for path in stale}
    for (_, exists, number), paths in groupby(sorted(stale, key=places.__getitem__), places.__getitem__):
        yield Batch(order[number], not exists, tuple(sorted(paths)))


def _departures(files: Mapping[str, str], record: Record) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the files to delete, and those that left the site but stay for a while."""
    deletions = {*(record.files.keys() - files.keys()), *(record.incoming.keys() - files.keys())}
    retired = dict.fromkeys(filter(is_retained, deletions & record.files.keys()), RETAINED)
    # A publish that ended while it deleted has counted already.
    passed = 0 if 0 in record.retired.values() else 1
    for path, left in record.retired.items():
        if path not in files:
            retired[path] = left - passed
    kept = {path: left for path, left in retired.items() if left > 0}
    return tuple(sorted((deletions | retired.keys()) - kept.keys())), kept


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """What a target lists, by what the record and the build know of it."""

    record: Record
    """The record, corrected. Files of others that are the same as those of the build are in it."""
    others: tuple[str, ...]
    """The files of others, with those that are the same."""
    same: frozenset[str]
    """Those that are the same."""


def observed(record: Record, files: Mapping[str, str], listed: Mapping[str, str], same: Same) -> Observation:
    """Return what a target lists. Where nothing tells whether a file is ours, the record does."""
    ours = {*record.files, *record.incoming, *record.retired}
    found: dict[str, str] = {}
    others: list[str] = []
    for path, told in listed.items():
        digest = files.get(path)
        is_same = digest is not None and same(path, told)
        if digest is not None and (record.files.get(path) == digest if is_same is None else is_same):
            found[path] = digest
        elif path in record.files:
            found[path] = UNKNOWN
        if path not in ours:
            others.append(path)
    incoming, retired = (
        {path: value for path, value in paths.items() if path in listed and path not in found}
        for paths in (record.incoming, record.retired)
    )
    corrected = msgspec.structs.replace(record, files=found, incoming=incoming, retired=retired)
    return Observation(
        record=corrected, others=tuple(sorted(others)), same=frozenset(found.keys() & {*others})
    )
