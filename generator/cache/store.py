"""Store the results of earlier builds in SQLite. Deleting the cache costs time and nothing else.

Each set of rules for reading a site's clippings has its own file under `.broadsheet/`. The file is untrusted:
every value carries a seal (`seals.py`) of its row, and a value without a valid seal counts as absent. Nothing
in it is ever executed or imported: values are MessagePack, hashes and HTML.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from generator.cache.bodies import BODY, TERMS, opened_body, opened_terms
from generator.cache.database import DamagedError, for_reading, forget, is_ours, no_room
from generator.cache.folder import KEPT, caches_in, file_of, forget_oldest, identity_in_name, keep_private
from generator.cache.rows import DocumentInfo, Learned, OutputRow
from generator.cache.schema import CLIPPINGS, DROPS, KEEP_PAGE, PAGES, TABLES, mark
from generator.cache.sealed import SealedDatabase, checked_count, is_sealed
from generator.cache.seals import Seal
from generator.cache.stamps import Stamp
from generator.cache.versions import hashed
from generator.model.errors import BuildError

_PAGE = 100
"""Number of records per query."""
_DOUBTS = "doubts"
"""Key of the note that lists the sources whose boilerplate must be checked. Without it, all must be."""


class MissingError(Exception):
    """A row is missing that the cache should hold. This is not damage: another build may have replaced it.

    Its arguments are the table and the key of the row. The handler calls `Cache.drop` with it and retries.
    """


NUMBER = 8
"""Length of the big-endian number at the start of a note about folders. It grows with each such note."""
FOLDERS_NOTE = "folders of "
"""Key prefix of the notes about folders of clippings; a cache for other rules copies them."""
_FOLDERS = FOLDERS_NOTE.encode()
_FOLDERS_NOTES = "SELECT key, value FROM notes WHERE key >= ? AND key < ?"


class Cache(SealedDatabase):
    """An open cache. Use it in a `with` block and from one thread at a time."""

    def __init__(self, file: Path, identity: bytes, *, is_temporary: bool = False) -> None:
        """Open or create a cache. Raises `sqlite3.Error` or `OSError` if it cannot be written."""
        super().__init__(file, identity)
        self._is_temporary = is_temporary

    @property
    def is_new(self) -> bool:
        """Whether the cache holds no clippings yet."""
        return next(self.rows("SELECT 1 FROM clippings LIMIT 1"), None) is None

    @classmethod
    def of(cls, folder: Path, identity: bytes, *, make: bool = True) -> Self:
        """Return the cache of a folder for an identity, or a temporary one if it cannot be written.

        The identity separates sites and rules that must not share a cache. With `make` false, no new file is
        created in the folder. Raises `BuildError` if no cache can be opened at all.
        """
        file = file_of(folder, identity)
        exists = os.path.lexists(file)
        is_latest = caches_in(folder)[:1] == [file]
        own = file if (make or exists) and not folder.is_symlink() else None
        for attempt in (own, own):
            if attempt is None:
                break
            try:
                keep_private(folder)
                if not exists:
                    forget_oldest(folder, KEPT - 1)
                cache = cls(attempt, identity)
            except sqlite3.DatabaseError as error:
                # Leave locked or read-only files alone; anything else is no longer a cache.
                if not isinstance(error, sqlite3.OperationalError):
                    forget(attempt)
            except OSError:
                continue
            else:
                if not is_latest:
                    cache._inherit(folder, has_pages=not exists)
                return cache
        return cls.temporary(identity)

    @classmethod
    def temporary(cls, identity: bytes) -> Self:
        """Return a private cache that is deleted when closed. Raises `BuildError` if it cannot be written."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="broadsheet-"))
            return cls(folder / "cache.sqlite", identity, is_temporary=True)
        except (OSError, sqlite3.Error) as error:
            raise no_room() from error

    def _inherit(self, folder: Path, *, has_pages: bool) -> None:
        """Copy later notes about folders, and the rows of output files, from the most recently used cache.

        Other rules change few output files, and a folder may disappear while a rule is changed. With
        `has_pages` false, only the notes are copied.
        The other cache may be in use, so it is only read, never created, repaired or deleted.
        """
        others = ((file, identity_in_name(file)) for file in caches_in(folder) if file != self.file)
        for file, identity in others:
            if identity is None:
                continue
            seal = Seal.of_cache(identity)
            if is_ours(file, TABLES, mark(seal)):
                with (
                    contextlib.suppress(DamagedError, BuildError, sqlite3.Error),
                    contextlib.closing(for_reading(file)) as other,
                ):
                    if has_pages:
                        rows = (row[:-1] for row in other.execute(PAGES) if is_sealed(seal, "pages", row))
                        self.write(KEEP_PAGE, (self.with_seal("pages", *row) for row in rows))
                    for key, value in other.execute(_FOLDERS_NOTES, (_FOLDERS, _FOLDERS[:-1] + b"!")):
                        if (note := seal.opened(value, "notes", key)) is not None:
                            self._keep_later(os.fsdecode(key), bytes(note))
                return

    def _keep_later(self, key: str, note: bytes) -> None:
        """Store a note that begins with a number, unless there is one with at least that number."""
        own = self.note(key)
        if own is None or own[:NUMBER] < note[:NUMBER]:
            self.keep_note(key, note)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and delete it if it is temporary."""
        super().close()
        if self._is_temporary:
            shutil.rmtree(self.file.parent, ignore_errors=True)

    @contextlib.contextmanager
    def best_effort(self) -> Iterator[None]:
        """Write without failing the build: the next one recomputes what is lost to damage or lack of room."""
        try:
            yield
        except DamagedError:
            forget(self.file)
        except (BuildError, MissingError):
            pass

    def drop(self, missing: MissingError) -> None:
        """Delete the rows that depend on a missing row, so that the next attempt computes them again."""
        table, *key = missing.args
        with self.together():
            for statement in DROPS[table]:
                self.write(statement, [tuple(key)])

    # --- clippings ----------------------------------------------------------------------------------

    def clippings(self, among: Iterable[str] | None = None) -> dict[str, tuple[Stamp, DocumentInfo]]:
        """Return path → stamp and document info of all clippings, or of the given paths."""
        found, rejected = {}, []
        for row in self.by_path(CLIPPINGS, among):
            if is_sealed(self.seal, "clippings", row):
                path, size, modified, changed, inode, digest, source, day, _ = row
                found[os.fsdecode(path)] = (
                    Stamp(size, modified, changed, inode),
                    DocumentInfo(digest, sys.intern(source), day),
                )
            else:
                rejected.append(row[:1])
                checked_count(len(rejected))
        if rejected:
            self.write("DELETE FROM clippings WHERE path = ?", rejected)
        return found

    def doubt_learned(self, sources: Iterable[str]) -> None:
        """Mark the boilerplate of sources as doubtful, because clippings of theirs changed."""
        with self.together():
            doubts, more = self._doubts(), {*sources}
            if doubts is not None and not more <= doubts:
                self._keep_doubts(doubts | more)

    def count_clippings(self) -> int:
        """Return the number of clippings that have a source."""
        # Not `count(*)`: it is one step however long it takes, so the limit on steps would not stop it.
        query = "SELECT count(source) FROM clippings INDEXED BY clippings_by_source WHERE source >= ''"
        return int(next(self.rows(query))[0])

    def of_sources(self, sources: Iterable[str]) -> Iterator[tuple[str, DocumentInfo]]:
        """Yield path and document info of the clippings of the given sources."""
        for source in sources:
            for row in self.rows(f"{CLIPPINGS} WHERE source = ?", (source,)):
                if not is_sealed(self.seal, "clippings", row):
                    raise MissingError("clippings", row[0])  # without it, the boilerplate would differ
                path, *_, digest, source_, day, _ = row
                yield os.fsdecode(path), DocumentInfo(digest, source_, day)

    def keep_clippings(self, documents: Iterable[tuple[str, Stamp, DocumentInfo]]) -> None:
        """Store path, stamp and document info of clippings."""
        rows = (
            self.with_seal("clippings", os.fsencode(path), *stamp, one.digest, one.source, one.day)
            for path, stamp, one in documents
        )
        self.write("INSERT OR REPLACE INTO clippings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_clippings(self, paths: Iterable[str]) -> None:
        """Delete clippings that no longer exist."""
        self.write("DELETE FROM clippings WHERE path = ?", ((os.fsencode(path),) for path in paths))

    # --- records ------------------------------------------------------------------------------------

    def records(self, among: Iterable[str] | None = None) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield path, key and value of all records, or of those of the given paths."""
        query, rejected = "SELECT path, key, value FROM records", []
        for path, key, sealed in self._in_pages() if among is None else self.by_path(query, among):
            value = self.seal.opened(sealed, "records", path, key)
            if value is not None:
                yield os.fsdecode(path), key, bytes(value)
            else:
                rejected.append((path,))
                checked_count(len(rejected))
        if rejected:
            self.write("DELETE FROM records WHERE path = ?", rejected)

    def keep_records(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Store path, key and value of records."""
        rows = (
            (raw, key, self.seal.closed(value, "records", raw, key))
            for path, key, value in records
            for raw in (os.fsencode(path),)
        )
        self.write("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", rows)

    def drop_records(self, paths: Iterable[str]) -> None:
        """Delete the records and bodies of clippings that no longer exist."""
        raw = [(os.fsencode(path),) for path in paths]
        for table in ("records", "bodies"):
            self.write(f"DELETE FROM {table} WHERE path = ?", raw)  # noqa: S608 - constant names

    def body(self, path: str) -> bytes | None:
        """Return the HTML body of one clipping; None if there is none with a valid seal."""
        raw = os.fsencode(path)
        return opened_body(self.seal, raw, next(self.rows(BODY, (raw,)), None))

    def terms(self, path: str, digest: bytes) -> bytes | None:
        """Return the search terms of a body with this hash; None if there are none with a valid seal."""
        raw = os.fsencode(path)
        return opened_terms(self.seal, raw, digest, next(self.rows(TERMS, (raw,)), None))

    def keep_bodies(self, bodies: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Store path, HTML and search terms of bodies."""
        closed = self.seal.closed
        rows = (
            (raw, closed(terms, "terms", raw, hashed(html)), closed(html, "bodies", raw))
            for path, html, terms in bodies
            for raw in (os.fsencode(path),)
        )
        self.write("INSERT OR REPLACE INTO bodies VALUES (?, ?, ?)", rows)

    # --- boilerplate --------------------------------------------------------------------------------

    def learned(self) -> dict[tuple[str, int], tuple[bytes, bytes, bool]]:
        """Return (source, year) → hash of the inputs, hash of the boilerplate, and whether it is doubtful."""
        doubts, found, rejected = self._doubts(), {}, 0
        for row in self.rows("SELECT source, year, inputs, digest, seal FROM repeats"):
            if is_sealed(self.seal, "repeats", row):
                source, year, inputs, digest, _ = row
                found[source, year] = inputs, digest, doubts is None or source in doubts
            else:
                rejected = checked_count(rejected + 1)
        return found

    def boilerplate(self, source: str, year: int) -> bytes | None:
        """Return the boilerplate of a source in a year; None if none was learned.

        Raises `MissingError` if its seal is not valid.
        """
        query = "SELECT digest, value FROM repeats WHERE source = ? AND year = ?"
        for digest, sealed in self.rows(query, (source, year)):
            value = self.seal.opened(sealed, "repeated", source, year, digest)
            if value is None:
                raise MissingError("repeats", source, year)  # treating it as absent would change pages
            return bytes(value)
        return None

    def keep_learned(self, learned: Mapping[tuple[str, int], Learned]) -> None:
        """Store the boilerplate of sources and years."""
        rows = (
            (
                *key,
                one.inputs,
                one.digest,
                self.seal.closed(one.value, "repeated", *key, one.digest),
                self.seal.of("repeats", *key, one.inputs, one.digest),
            )
            for key, one in learned.items()
        )
        self.write("INSERT OR REPLACE INTO repeats VALUES (?, ?, ?, ?, ?, ?)", rows)

    def trust_learned(self, sources: Iterable[str]) -> None:
        """Mark the boilerplate of sources as checked."""
        with self.together():
            doubts = self._doubts()
            before = {source for source, _ in self.learned()} if doubts is None else doubts
            if (after := before.difference(sources)) != doubts:
                self._keep_doubts(after)

    def drop_learned(self, keys: Iterable[tuple[str, int]]) -> None:
        """Delete the boilerplate of sources and years that no longer exist."""
        self.write("DELETE FROM repeats WHERE source = ? AND year = ?", keys)

    def _doubts(self) -> set[str] | None:
        """Return the sources whose boilerplate is doubtful; None for all."""
        return self.noted(_DOUBTS, set[str])

    def _keep_doubts(self, sources: set[str]) -> None:
        self.keep_note(_DOUBTS, msgspec.msgpack.encode(sorted(sources)))

    # --- sources ------------------------------------------------------------------------------------

    def source_keys(self) -> dict[str, bytes]:
        """Return source name → key of its grouped state. Keys are not checked against their seals."""
        return dict(self.rows("SELECT name, key FROM sources"))

    def sources(self) -> Iterator[tuple[str, bytes, memoryview]]:
        """Yield name, key and value of all sources."""
        rejected = 0
        for name, key, sealed in self.rows("SELECT name, key, value FROM sources"):
            if (value := self.seal.opened(sealed, "sources", name, key)) is not None:
                yield name, key, value
            else:
                rejected = checked_count(rejected + 1)

    def keep_sources(self, sources: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Store name, key and value of sources."""
        rows = ((name, key, self.seal.closed(value, "sources", name, key)) for name, key, value in sources)
        self.write("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", rows)

    def drop_sources(self, names: Iterable[str]) -> None:
        """Delete sources that no longer exist."""
        self.write("DELETE FROM sources WHERE name = ?", ((name,) for name in names))

    # --- output files -------------------------------------------------------------------------------

    def output_rows(self, output: Path, among: Iterable[str] | None = None) -> dict[str, OutputRow]:
        """Return path → output file as the last build left it, for an output folder or the given paths."""
        query, own = f"{PAGES} WHERE output = ?", os.fsencode(output)
        rows = (
            self.rows(query, (own,))
            if among is None
            else (row for path in among for row in self.rows(f"{query} AND path = ?", (own, path)))
        )
        found, rejected = {}, 0
        for row in rows:
            if is_sealed(self.seal, "pages", row):
                _, path, inputs, digest, *stamp, _ = row
                found[path] = OutputRow(inputs, digest, Stamp(*stamp))
            else:
                rejected = checked_count(rejected + 1)
        return found

    def keep_output_rows(self, output: Path, files: Iterable[tuple[str, OutputRow]]) -> None:
        """Store the output files that a build left."""
        own = os.fsencode(output)
        rows = (self.with_seal("pages", own, path, one.inputs, one.digest, *one.stamp) for path, one in files)
        self.write(KEEP_PAGE, rows)

    def drop_output_rows(self, output: Path, paths: Iterable[str]) -> None:
        """Delete output files that no longer exist."""
        rows = ((os.fsencode(output), path) for path in paths)
        self.write("DELETE FROM pages WHERE output = ? AND path = ?", rows)

    def _in_pages(self) -> Iterator[tuple[Any, ...]]:
        """Yield all records, page by page. No query stays open between pages, so the caller may write.

        SQLite immediately refuses a write if a query is open that began before another connection wrote.
        """
        query, last = "SELECT rowid, path, key, value FROM records WHERE rowid > ? ORDER BY rowid LIMIT ?", 0
        while rows := [*self.rows(query, (last, _PAGE))]:
            yield from (row[1:] for row in rows)
            if rows[-1][0] <= last:
                raise DamagedError
            last = rows[-1][0]
