"""What an earlier build learned, in SQLite; deleting it costs time and nothing else.

One file for each set of rules by which a site's clippings are read, under `.broadsheet/`. It is data that
anybody may have touched: every value carries a seal (`seals.py`) of its row, and one that lacks it counts as
absent. Nothing here is ever run or imported: values are MessagePack, hashes and HTML of ours.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import msgspec

from generator.cache.database import DamagedError, Database, for_reading, forget, is_ours, no_room
from generator.cache.folder import KEPT, caches_in, file_of, forget_oldest, identity_in_name, keep_private
from generator.cache.seals import Seal
from generator.cache.stamps import Stamp
from generator.model.errors import BuildError

_PAGE = 100
"""Records that are asked for at a time."""
_MAX_BAD_SEALS = 100
"""Rows of one query whose seals may be wrong; a file with more is no cache of ours."""
_DOUBTS = "doubts"
"""The note of the sources of which what was learned is to be looked into; without it, all are."""

_TABLES = """
CREATE TABLE notes (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE clippings (path BLOB PRIMARY KEY, size INT, modified INT, changed INT, inode INT,
    digest BLOB, source TEXT, day INT, seal BLOB) WITHOUT ROWID;
CREATE INDEX clippings_by_source ON clippings (source);
CREATE TABLE records (path BLOB PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE bodies (path BLOB PRIMARY KEY, value BLOB);
CREATE TABLE repeats (source TEXT, year INT, inputs BLOB, digest BLOB, value BLOB, seal BLOB,
    PRIMARY KEY (source, year)) WITHOUT ROWID;
CREATE TABLE sources (name TEXT PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE pages (output BLOB, path TEXT, inputs BLOB, digest BLOB, size INT, modified INT, changed INT,
    inode INT, seal BLOB, PRIMARY KEY (output, path)) WITHOUT ROWID;
"""

T = TypeVar("T")


class MissingError(Exception):
    """The cache does not hold what it should: not damage, for another build may have replaced it.

    Has the table and the key of the row. Who catches this lets the cache `drop` it, and begins again.
    """


_DROPS = {
    "clippings": ("DELETE FROM clippings WHERE path = ?",),
    "bodies": ("DELETE FROM bodies WHERE path = ?", "DELETE FROM records WHERE path = ?"),
    "repeats": ("DELETE FROM repeats WHERE source = ? AND year = ?",),
}
"""What makes sure that a row that is missing is read or learned again, by table."""
_CLIPPINGS = "SELECT path, size, modified, changed, inode, digest, source, day, seal FROM clippings"
_PAGES = "SELECT output, path, inputs, digest, size, modified, changed, inode, seal FROM pages"
_KEEP_PAGE = "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_BODY = "SELECT value FROM bodies WHERE path = ? AND typeof(value) = 'blob' AND length(value) <= 17000000"
"""One text as HTML. What is longer than `limits.HTML` can be in UTF-8, with a seal, is not ours."""


COSTLY, ENDED = -1, -2
"""In place of a day: to look at a clipping costs too much; or that was ended from outside."""


class DocumentInfo(NamedTuple):
    """What one look at a clipping told."""

    digest: bytes
    """Of the file's bytes; empty where it could not be read."""
    source: str
    """Whom to learn from, empty where nothing can be learned."""
    day: int
    """Its proleptic Gregorian ordinal, 0 for none; `COSTLY` or `ENDED` where its bytes alone were seen."""


class Learned(NamedTuple):
    """What a source repeats in a year, and what it was learned from."""

    inputs: bytes
    digest: bytes
    value: bytes


class Standing(NamedTuple):
    """An output file as a build left it."""

    inputs: bytes
    digest: bytes
    """Of the bytes that the build made: fingerprint and manifest may be of two builds, and both be right."""
    stamp: Stamp


FOLDERS_NOTE = "folders of "
"""How the notes begin that say where clippings lay; a cache by other rules takes them over."""
_FOLDERS = FOLDERS_NOTE.encode()


class Cache(Database):
    """An open cache; to be used by one thread at a time, in a `with` block."""

    def __init__(self, file: Path, identity: bytes, *, is_temporary: bool = False) -> None:
        """Open or make a cache. Raises `sqlite3.Error` or `OSError` where it cannot be written."""
        self.seal = Seal.of_cache(identity)
        super().__init__(file, _TABLES, _mark(self.seal))
        self._is_temporary = is_temporary

    @property
    def is_new(self) -> bool:
        """Whether nothing was learned yet."""
        return next(self.rows("SELECT 1 FROM clippings LIMIT 1"), None) is None

    @classmethod
    def of(cls, folder: Path, identity: bytes, *, make: bool = True) -> Self:
        """Open the cache of a folder for an identity; where that cannot be written, a temporary one.

        The identity tells sites and rules apart whose caches must not meet. With `make` false there is no
        new one in the folder. Raises `BuildError` where none can be had.
        """
        file = file_of(folder, identity)
        is_there = os.path.lexists(file)
        own = file if (make or is_there) and not folder.is_symlink() else None
        for attempt in (own, own):
            if attempt is None:
                break
            try:
                keep_private(folder)
                if not is_there:
                    forget_oldest(folder, KEPT - 1)
                cache = cls(attempt, identity)
            except sqlite3.DatabaseError as error:
                # Locked or read-only files are left alone; anything else is no cache any more.
                if not isinstance(error, sqlite3.OperationalError):
                    forget(attempt)
            except OSError:
                continue
            else:
                if not is_there:
                    cache._inherit(folder)
                return cache
        return cls.temporary(identity)

    @classmethod
    def temporary(cls, identity: bytes) -> Self:
        """A cache that nobody else knows of, and that goes when it is closed. Raises `BuildError`."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="broadsheet-"))
            return cls(folder / "cache.sqlite", identity, is_temporary=True)
        except (OSError, sqlite3.Error) as error:
            raise no_room() from error

    def _inherit(self, folder: Path) -> None:
        """Take what is known of output files, and of folders of clippings, from the cache that was used last.

        Other rules change few files, and a folder may get lost while a rule is changed.
        That one may be in use: it is read, and never made, mended or deleted.
        """
        others = ((file, identity_in_name(file)) for file in caches_in(folder) if file != self.file)
        for file, identity in others:
            if identity is None:
                continue
            seal = Seal.of_cache(identity)
            if is_ours(file, _TABLES, _mark(seal)):
                with (
                    contextlib.suppress(DamagedError, BuildError, sqlite3.Error),
                    contextlib.closing(for_reading(file)) as other,
                ):
                    rows = (row[:-1] for row in other.execute(_PAGES) if _is_sealed(seal, "pages", row))
                    self.write(_KEEP_PAGE, (self._with_seal("pages", *row) for row in rows))
                    for key, value in other.execute("SELECT key, value FROM notes"):
                        note = seal.opened(value, "notes", key)
                        if note is not None and bytes(key).startswith(_FOLDERS):
                            self.keep_note(os.fsdecode(key), bytes(note))
                return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a temporary one goes."""
        super().close()
        if self._is_temporary:
            shutil.rmtree(self.file.parent, ignore_errors=True)

    @contextlib.contextmanager
    def best_effort(self) -> Iterator[None]:
        """Note what was done: where there is no room, or it is damaged, the next build has to look."""
        try:
            yield
        except DamagedError:
            forget(self.file)
        except (BuildError, MissingError):
            pass

    def drop(self, missing: MissingError) -> None:
        """Forget what depends on something that is missing, so that it is read or learned again."""
        table, *key = missing.args
        with self.together():
            for statement in _DROPS[table]:
                self.write(statement, [tuple(key)])

    # --- clippings ----------------------------------------------------------------------------------

    def clippings(self, among: Iterable[str] | None = None) -> dict[str, tuple[Stamp, DocumentInfo]]:
        """All that was looked at, or of some paths, by path."""
        found, false = {}, []
        for row in self.by_path(_CLIPPINGS, among):
            if _is_sealed(self.seal, "clippings", row):
                path, size, modified, changed, inode, digest, source, day, _ = row
                found[os.fsdecode(path)] = (
                    Stamp(size, modified, changed, inode),
                    DocumentInfo(digest, source, day),
                )
            else:
                false.append(row[:1])
                _check(len(false))
        if false:
            self.write("DELETE FROM clippings WHERE path = ?", false)
        return found

    def doubt_learned(self, sources: Iterable[str]) -> None:
        """What was learned of some sources is to be looked into: clippings of theirs changed."""
        with self.together():
            doubts, more = self._doubts(), {*sources}
            if doubts is not None and not more <= doubts:
                self._keep_doubts(doubts | more)

    def count_clippings(self) -> int:
        """How many clippings there are to be found by their sources."""
        # Not `count(*)`, which is one step, however long it takes.
        query = "SELECT count(source) FROM clippings INDEXED BY clippings_by_source WHERE source >= ''"
        return int(next(self.rows(query))[0])

    def of_sources(self, sources: Iterable[str]) -> Iterator[tuple[str, DocumentInfo]]:
        """What was looked at of some sources, by path."""
        for source in sources:
            for row in self.rows(f"{_CLIPPINGS} WHERE source = ?", (source,)):
                if not _is_sealed(self.seal, "clippings", row):
                    raise MissingError("clippings", row[0])  # without it, something else would be learned
                path, *_, digest, source_, day, _ = row
                yield os.fsdecode(path), DocumentInfo(digest, source_, day)

    def keep_clippings(self, looked: Iterable[tuple[str, Stamp, DocumentInfo]]) -> None:
        """Note what was looked at."""
        rows = (
            self._with_seal("clippings", os.fsencode(path), *stamp, one.digest, one.source, one.day)
            for path, stamp, one in looked
        )
        self.write("INSERT OR REPLACE INTO clippings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_clippings(self, paths: Iterable[str]) -> None:
        """Forget clippings that are no more."""
        self.write("DELETE FROM clippings WHERE path = ?", ((os.fsencode(path),) for path in paths))

    # --- what was read ------------------------------------------------------------------------------

    def records(self, among: Iterable[str] | None = None) -> Iterator[tuple[str, bytes, bytes]]:
        """Path, key and value of all records, or of those of some paths."""
        query, false = "SELECT path, key, value FROM records", []
        for path, key, sealed in self._in_pages() if among is None else self.by_path(query, among):
            value = self.seal.opened(sealed, "records", path, key)
            if value is not None:
                yield os.fsdecode(path), key, bytes(value)
            else:
                false.append((path,))
                _check(len(false))
        if false:
            self.write("DELETE FROM records WHERE path = ?", false)

    def keep_records(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keep path, key and value of records."""
        rows = (
            (raw, key, self.seal.closed(value, "records", raw, key))
            for path, key, value in records
            for raw in (os.fsencode(path),)
        )
        self.write("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", rows)

    def drop_records(self, paths: Iterable[str]) -> None:
        """Forget what was read of clippings that are no more, and their texts."""
        raw = [(os.fsencode(path),) for path in paths]
        for table in ("records", "bodies"):
            self.write(f"DELETE FROM {table} WHERE path = ?", raw)  # noqa: S608 - names of ours

    def body(self, path: str) -> bytes | None:
        """The HTML of one clipping's text."""
        raw = os.fsencode(path)
        return _body(self.seal, raw, next(self.rows(_BODY, (raw,)), None))

    def keep_bodies(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Keep the HTML of texts, by path."""
        rows = (
            (raw, self.seal.closed(html, "bodies", raw))
            for path, html in bodies
            for raw in (os.fsencode(path),)
        )
        self.write("INSERT OR REPLACE INTO bodies VALUES (?, ?)", rows)

    # --- what was learned ---------------------------------------------------------------------------

    def learned(self) -> dict[tuple[str, int], tuple[bytes, bytes, bool]]:
        """Of every source and year, hashes of what it was learned from and of what was learned; any doubt."""
        doubts, found, false = self._doubts(), {}, 0
        for row in self.rows("SELECT source, year, inputs, digest, seal FROM repeats"):
            if _is_sealed(self.seal, "repeats", row):
                source, year, inputs, digest, _ = row
                found[source, year] = inputs, digest, doubts is None or source in doubts
            else:
                false = _check(false + 1)
        return found

    def repeats(self, source: str, year: int) -> bytes | None:
        """What was learned of a source in a year; None where nothing was.

        Raises `MissingError` where it is not whole.
        """
        query = "SELECT digest, value FROM repeats WHERE source = ? AND year = ?"
        for digest, sealed in self.rows(query, (source, year)):
            value = self.seal.opened(sealed, "repeated", source, year, digest)
            if value is None:
                raise MissingError("repeats", source, year)  # to take it for nothing would change pages
            return bytes(value)
        return None

    def keep_learned(self, learned: Mapping[tuple[str, int], Learned]) -> None:
        """Keep what was learned."""
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
        """What was learned of some sources has been looked into."""
        with self.together():
            doubts = self._doubts()
            before = {source for source, _ in self.learned()} if doubts is None else doubts
            if (after := before.difference(sources)) != doubts:
                self._keep_doubts(after)

    def drop_learned(self, keys: Iterable[tuple[str, int]]) -> None:
        """Forget what was learned of sources and years that are no more."""
        self.write("DELETE FROM repeats WHERE source = ? AND year = ?", keys)

    def _doubts(self) -> set[str] | None:
        """The sources to look into; None for all."""
        note = self.note(_DOUBTS)
        return None if note is None else msgspec.msgpack.decode(note, type=set[str])

    def _keep_doubts(self, sources: set[str]) -> None:
        self.keep_note(_DOUBTS, msgspec.msgpack.encode(sorted(sources)))

    # --- what was grouped ---------------------------------------------------------------------------

    def source_keys(self) -> dict[str, bytes]:
        """What tells each source as it was grouped from others, by name; it may not be true."""
        return dict(self.rows("SELECT name, key FROM sources"))

    def sources(self) -> Iterator[tuple[str, bytes, memoryview]]:
        """Name, key and value of all sources."""
        false = 0
        for name, key, sealed in self.rows("SELECT name, key, value FROM sources"):
            if (value := self.seal.opened(sealed, "sources", name, key)) is not None:
                yield name, key, value
            else:
                false = _check(false + 1)

    def keep_sources(self, sources: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keep name, key and value of sources."""
        rows = ((name, key, self.seal.closed(value, "sources", name, key)) for name, key, value in sources)
        self.write("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", rows)

    def drop_sources(self, names: Iterable[str]) -> None:
        """Forget sources that are no more."""
        self.write("DELETE FROM sources WHERE name = ?", ((name,) for name in names))

    # --- what stands on disk ------------------------------------------------------------------------

    def standing(self, output: Path, among: Iterable[str] | None = None) -> dict[str, Standing]:
        """What a build left in an output folder, or of some paths there, by path."""
        query, own = f"{_PAGES} WHERE output = ?", os.fsencode(output)
        rows = (
            self.rows(query, (own,))
            if among is None
            else (row for path in among for row in self.rows(f"{query} AND path = ?", (own, path)))
        )
        found, false = {}, 0
        for row in rows:
            if _is_sealed(self.seal, "pages", row):
                _, path, inputs, digest, *stamp, _ = row
                found[path] = Standing(inputs, digest, Stamp(*stamp))
            else:
                false = _check(false + 1)
        return found

    def keep_standing(self, output: Path, files: Iterable[tuple[str, Standing]]) -> None:
        """Note files that a build left."""
        own = os.fsencode(output)
        rows = (
            self._with_seal("pages", own, path, one.inputs, one.digest, *one.stamp) for path, one in files
        )
        self.write(_KEEP_PAGE, rows)

    def drop_standing(self, output: Path, paths: Iterable[str]) -> None:
        """Forget files that are no more."""
        rows = ((os.fsencode(output), path) for path in paths)
        self.write("DELETE FROM pages WHERE output = ? AND path = ?", rows)

    # --- notes --------------------------------------------------------------------------------------

    def note(self, key: str) -> bytes | None:
        """One note, whole or not at all."""
        raw = os.fsencode(key)
        for (sealed,) in self.rows("SELECT value FROM notes WHERE key = ?", (raw,)):
            value = self.seal.opened(sealed, "notes", raw)
            return None if value is None else bytes(value)
        return None

    def keep_note(self, key: str, value: bytes) -> None:
        """Write a note."""
        raw = os.fsencode(key)
        self.allow(len(value))
        self.write(
            "INSERT OR REPLACE INTO notes VALUES (?, ?)", [(raw, self.seal.closed(value, "notes", raw))]
        )

    def drop_note(self, key: str) -> None:
        """Take a note back."""
        self.write("DELETE FROM notes WHERE key = ?", [(os.fsencode(key),)])

    # --- seals --------------------------------------------------------------------------------------

    def _with_seal(self, *row: object) -> tuple[object, ...]:
        """A row of a table, whose name comes first, with its seal in place of the name, at its end."""
        return (*row[1:], self.seal.of(*row))

    def _in_pages(self) -> Iterator[tuple[Any, ...]]:
        """All records. No query is open between two of them, so that others can be written meanwhile.

        SQLite refuses to write, and does not wait, where one is that began before somebody else wrote.
        """
        query, last = "SELECT rowid, path, key, value FROM records WHERE rowid > ? ORDER BY rowid LIMIT ?", 0
        while rows := [*self.rows(query, (last, _PAGE))]:
            yield from (row[1:] for row in rows)
            if rows[-1][0] <= last:
                raise DamagedError
            last = rows[-1][0]


class Bodies:
    """The bodies of a cache, for reading alone: by another process than the one that writes.

    Open it for a batch and no longer: the file may be another one by the next.
    """

    def __init__(self, file: str, secret: bytes) -> None:
        """Open a cache. Raises `DamagedError` where it is gone."""
        self._seal = Seal(secret)
        self._connection = for_reading(Path(file))

    def __enter__(self) -> Self:
        self._connection.execute("BEGIN")  # to lock the file for each text takes a fifth of the time
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def body(self, path: str) -> bytes | None:
        """The HTML of one clipping's text; None where it is not there, or not whole."""
        raw = os.fsencode(path)
        try:
            return _body(self._seal, raw, self._connection.execute(_BODY, (raw,)).fetchone())
        except sqlite3.Error:
            return None


def used(
    folder: Path, identity: bytes, use: Callable[[Cache], T], *, make: bool = True, stays_open: bool = False
) -> T:
    """Do something with a cache; again where something of it is missing, or with a new one if it is damaged.

    With `make` false none is made in the folder. What `stays_open` is closed here only where `use` fails.
    Raises `BuildError` where there is no room for a cache.
    """
    for _ in range(3):
        cache = Cache.of(folder, identity, make=make)
        with contextlib.ExitStack() as exit_:
            exit_.enter_context(cache)
            try:
                result = use(cache)
            except MissingError as error:
                with cache.best_effort():
                    cache.drop(error)
            except DamagedError:
                forget(cache.file)
            else:
                if stays_open:
                    exit_.pop_all()
                return result
    # Whatever goes on in that folder, nobody touches this one.
    with contextlib.ExitStack() as exit_:
        cache = exit_.enter_context(Cache.temporary(identity))
        try:
            result = use(cache)
        except DamagedError as error:
            raise no_room("SQLite calls each new one damaged") from error
        if stays_open:
            exit_.pop_all()
        return result


def _mark(seal: Seal) -> int:
    """What tells a file that another user's key sealed, without a look at each row."""
    return int.from_bytes(seal.of(_TABLES)[:4]) & 0x7FFF_FFFF


def _is_sealed(seal: Seal, table: str, row: tuple[Any, ...]) -> bool:
    """Whether the seal at the end of a row is of this row."""
    *columns, own = row
    return bool(own == seal.of(table, *columns))


def _body(seal: Seal, path: bytes, row: tuple[Any, ...] | None) -> bytes | None:
    html = seal.opened(row[0], "bodies", path) if row else None
    return None if html is None else bytes(html)


def _check(false: int) -> int:
    """How many seals of one query were wrong. Raises `DamagedError` for too many."""
    if false > _MAX_BAD_SEALS:
        raise DamagedError
    return false
