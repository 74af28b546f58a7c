"""Make a target the same as the output folder: upload in order, record, delete, and tell others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from generator.model.errors import BuildError, Problem
from generator.publish import lock
from generator.publish.difference import Batch
from generator.publish.following import tell, write_notes
from generator.publish.lock import PACE, Holder, Pace
from generator.publish.preparing import Prepared, prepare, read_build, some
from generator.publish.record import UNKNOWN, Record, encode
from generator.publish.store import Done, OutrunError, Replaces, Store, TakenError, Upload, refused


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a publish did."""

    prepared: Prepared
    """What it carried out."""
    sizes: Mapping[str, int]
    """Path of each file that was uploaded → its size in bytes."""
    deleted: frozenset[str]
    """The files that were deleted, as far as the host tells."""
    warnings: tuple[Problem, ...]
    """Why others could not be told."""

    @property
    def uploaded(self) -> int:
        """The number of files that were uploaded."""
        return len(self.sizes)

    @property
    def kept(self) -> int:
        """The number of files that were there already, also from an interrupted publish."""
        return len(self.prepared.files) - len(self.sizes)


def publish(
    store: Store, prepared: Prepared, *, replaces_others: bool = False, done: Done, pace: Pace = PACE
) -> Published:
    """Do what was prepared. `done` is called for each file.

    `replaces_others`: files of others may be replaced that are only found during the publish.

    Raises `BuildError`. Then nothing was deleted, unless everything was uploaded before, or something was in
    the way of a new file; the next publish finishes it.
    """
    publishing = _Publishing(store, prepared, done, replaces_others=replaces_others)
    try:
        warnings = publishing.at_once() if store.is_atomic else publishing.in_steps(pace)
    except OutrunError as error:
        again = prepare(store, prepared.output, read_build(prepared.output), prepared.options, notice=_mute)
        if again.is_done:
            return Published(prepared=again, sizes={}, deleted=frozenset(), warnings=())
        if again.questions and not replaces_others:
            raise lock.overtaken(store.name) from error
        return publish(store, again, replaces_others=replaces_others, done=done, pace=pace)
    except TakenError as error:
        raise lock.overtaken(store.name) from error
    deleted = frozenset(publishing.deleted)
    return Published(prepared=prepared, sizes=publishing.sizes, deleted=deleted, warnings=warnings)


def _mute(_text: str) -> None:
    """Drop a notice that was printed before."""


class _OccupiedError(BuildError):
    """Files of others stand in the place of some of ours. `paths`: theirs."""

    paths: Sequence[str] = ()


class _Publishing:
    """A publish while it goes on."""

    def __init__(self, store: Store, prepared: Prepared, done: Done, *, replaces_others: bool) -> None:
        self._store, self._prepared, self._done = store, prepared, done
        self._replaces_others = replaces_others
        self.sizes: dict[str, int] = {}
        """Path of each file that was uploaded → its size in bytes."""
        self.deleted: set[str] = set()
        self._read: dict[str, int] = {}
        self._check: Callable[[], None] = lambda: None
        """Raises what ends the publish."""

    def at_once(self) -> tuple[Problem, ...]:
        """Publish to a target where readers see nothing of it before its end."""
        prepared, store = self._prepared, self._store
        store.delete(prepared.plan.deletions, self._deleted)  # they may be in the way of new files
        self._upload()
        write_notes(prepared.options.notes, prepared.untold)
        store.swap(encode(prepared.after), prepared.version)
        untold, warnings = self._tell()
        write_notes(prepared.options.notes, untold)
        return warnings

    def in_steps(self, pace: Pace) -> tuple[Problem, ...]:
        """Publish to a target where each file is visible as soon as it is uploaded."""
        prepared, store, plan = self._prepared, self._store, self._prepared.plan
        holder, during = Holder(store, prepared.version, pace), _during(prepared)
        self._check = holder.check
        holder.write(during)
        is_guarded = prepared.after.is_guarded and store.is_guarded
        after = msgspec.structs.replace(prepared.after, is_guarded=is_guarded)
        warnings: tuple[Problem, ...] = ()
        try:
            with holder.beating():
                first = plan.in_the_way if store.has_folders else ()
                if in_the_way := self._deletable(first):
                    store.delete(in_the_way, self._deleted)
                self._upload()
                deletions = self._deletable([path for path in plan.deletions if path not in first])
                if deletions or prepared.untold:
                    leaving = {**plan.retired, **dict.fromkeys(deletions, 0)}
                    during = msgspec.structs.replace(
                        after, retired=leaving, untold=prepared.untold, publisher=during.publisher
                    )
                    holder.write(during)
                if deletions:
                    store.delete(deletions, self._deleted)
                untold, warnings = self._tell()
                after = msgspec.structs.replace(after, untold=untold)
        except BaseException as error:
            theirs = error.paths if isinstance(error, _OccupiedError) else ()
            incoming = {path: one for path, one in during.incoming.items() if path not in theirs}
            holder.release(msgspec.structs.replace(during, incoming=incoming, publisher=None))
            raise
        holder.write(after)
        return warnings

    def _tell(self) -> tuple[dict[str, tuple[str, ...]], tuple[Problem, ...]]:
        prepared = self._prepared
        return tell(prepared.options.services, prepared.untold, prepared.files)

    def _upload(self) -> None:
        for batch in self._prepared.plan.batches:
            self._check()
            files = [self._upload_of(path, batch) for path in batch.paths]
            if kept_out := {*self._store.put(files, self._uploaded)}:
                self._put_again([file for file in files if file.path in kept_out])
        self._check()

    def _upload_of(self, path: str, batch: Batch) -> Upload:
        prepared = self._prepared
        replaces = Replaces.NOTHING if batch.is_new else Replaces.OURS
        return Upload(
            root=str(prepared.output),
            path=path,
            digest=prepared.files[path],
            kind=batch.kind,
            replaces=Replaces.ANYTHING if path in prepared.replaced else replaces,
            measured=self._read.__setitem__,
        )

    def _uploaded(self, path: str) -> None:
        self.sizes[path] = self._read.get(path, 0)
        self._done(path)
        self._check()  # after the last file that was on its way, nothing of a lost lock's holder is uploaded

    def _deleted(self, path: str) -> None:
        self.deleted.add(path)
        self._done(path)

    def _put_again(self, files: Sequence[Upload]) -> None:
        """Upload files in whose place something stands, if that is ours or may be replaced."""
        ours = self._uploaded_before([file.path for file in files])
        theirs = [file.path for file in files if file.path not in ours]
        if theirs and not self._replaces_others:
            what = f"files of somebody else are in the place of files of the site: {some(theirs)}"
            error = _OccupiedError(*refused(self._store.name, what, "--yes replaces them").problems)
            error.paths = theirs
            raise error
        again = []
        for file in files:
            if ours.get(file.path) == file.digest:
                self._done(file.path)
            else:
                again.append(msgspec.structs.replace(file, replaces=Replaces.ANYTHING))
        self._store.put(again, self._uploaded)

    def _deletable(self, deletions: Sequence[str]) -> list[str]:
        """Return the files to delete. One that an interrupted publish announced may be somebody else's."""
        incoming = self._prepared.before.incoming
        ours = self._uploaded_before(deletions)
        return [path for path in deletions if path not in incoming or path in ours]

    def _uploaded_before(self, paths: Sequence[str]) -> dict[str, str]:
        """Return path → digest of the files there that an interrupted publish uploaded."""
        incoming = self._prepared.before.incoming
        announced = [path for path in paths if path in incoming]
        found = self._store.digests(announced) if announced else {}
        return {path: digest for path, digest in found.items() if self._is_ours(path, digest)}

    def _is_ours(self, path: str, digest: str) -> bool:
        wanted, announced = self._prepared.files.get(path), self._prepared.before.incoming[path]
        # The content of a compressed copy is not known without its original.
        return digest in {wanted, *announced.split()} or "." in announced


def _during(prepared: Prepared) -> Record:
    """Return the record that holds while files are uploaded. It knows every file as ours."""
    before, plan, files = prepared.before, prepared.plan, prepared.files
    uncertain = (*plan.changed, *(path for path in plan.in_the_way if path in before.files))
    announced = {path: {*before.incoming.get(path, "").split(), files[path]} for path in plan.added}
    return msgspec.structs.replace(
        before,
        as_of=prepared.after.as_of,
        built=prepared.after.built,
        files={**before.files, **dict.fromkeys(uncertain, UNKNOWN)},
        incoming={
            **before.incoming,
            **{path: " ".join(sorted(digests)) for path, digests in announced.items()},
        },
        retired={path: left for path, left in before.retired.items() if path not in files},
        untold=prepared.untold,
        publisher=lock.this_process(),
    )
