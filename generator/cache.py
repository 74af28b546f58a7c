"""What an earlier build learned, in SQLite; deleting it costs time and nothing else.

One file for a site, under `.broadsheet/`. Every value carries a checksum or is one, so that a damaged file
costs time as well. Nothing here is ever run or imported: values are MessagePack, hashes and HTML of ours.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from generator.database import (
    FILE,
    DamagedError,
    Database,
    for_reading,
    forget,
    in_words,
    no_room,
    sealed,
    seen,
    unsealed,
)
from generator.errors import BuildError
from generator.stamps import Stamp

_PAGE = 100
"""Records that are asked for at a time."""

_TABLES = """
CREATE TABLE notes (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE clippings (path BLOB PRIMARY KEY, size INT, modified INT, changed INT, inode INT,
    digest BLOB, source TEXT, day INT, sum INT) WITHOUT ROWID;
CREATE INDEX clippings_by_source ON clippings (source);
CREATE TABLE records (path BLOB PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE bodies (path BLOB PRIMARY KEY, value BLOB);
CREATE TABLE repeats (source TEXT, year INT, inputs BLOB, digest BLOB, value BLOB, doubt INT,
    PRIMARY KEY (source, year)) WITHOUT ROWID;
CREATE TABLE sources (name TEXT PRIMARY KEY, key BLOB, value BLOB);
CREATE TABLE pages (output TEXT, path TEXT, inputs BLOB, digest BLOB, size INT, modified INT, changed INT,
    inode INT, PRIMARY KEY (output, path)) WITHOUT ROWID;
"""

T = TypeVar("T")


class MissingBodyError(DamagedError):
    """The cache does not hold a text that it should."""


class Looked(NamedTuple):
    """What one look at a clipping told."""

    digest: bytes
    """Of the file's bytes; empty where it could not be read."""
    source: str
    """Whom to learn from, empty where nothing can be learned."""
    day: int
    """Its proleptic Gregorian ordinal, 0 for none."""


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


class Cache(Database):
    """An open cache; to be used by one thread at a time, in a `with` block."""

    def __init__(self, file: Path, *, is_temporary: bool = False) -> None:
        """Open or make a cache. Raises `sqlite3.Error` or `OSError` where it cannot be written."""
        super().__init__(file, _TABLES)
        self._is_temporary = is_temporary

    @property
    def is_new(self) -> bool:
        """Whether nothing was learned yet."""
        return self.note("looked by") is None

    @classmethod
    def of(cls, folder: Path, *, make: bool = True) -> Self:
        """Open the cache of a folder; where that cannot be written, a temporary one that costs time.

        With `make` false there is no new one in the folder. Raises `BuildError` where none can be had.
        """
        own = folder / FILE if make or (folder / FILE).exists() else None
        if folder.is_symlink() or (folder / FILE).is_symlink():
            own = None  # what it leads to is somebody else's
        for attempt in (own, own, None):
            try:
                if attempt is not None:
                    keep_private(folder)
                    return cls(attempt)
                handle, name = tempfile.mkstemp(".sqlite", "broadsheet-")
                os.close(handle)
                return cls(Path(name), is_temporary=True)
            except sqlite3.DatabaseError as error:
                # Locked or read-only files are left alone; anything else is no cache any more.
                if attempt is not None and not isinstance(error, sqlite3.OperationalError):
                    forget(attempt)
            except OSError:
                continue
        raise no_room()

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
            forget(self.file)

    @contextlib.contextmanager
    def sparing(self) -> Iterator[None]:
        """Note what was done: where there is no room, or it is damaged, the next build has to look."""
        try:
            yield
        except DamagedError:
            forget(self.file)
        except BuildError:
            pass

    # --- clippings ----------------------------------------------------------------------------------

    def clippings(self, among: Iterable[str] | None = None) -> dict[str, tuple[Stamp, Looked]]:
        """All that was looked at, or of some paths, by path."""
        found = {}
        rows = self.by_path(
            "SELECT path, size, modified, changed, inode, digest, source, day, sum FROM clippings", among
        )
        with in_words():
            for path, size, modified, changed, inode, digest, source, day, checksum in rows:
                if checksum == _sum(path, digest, source, day):
                    looked = Looked(digest, source, day)
                    found[os.fsdecode(path)] = Stamp(size, modified, changed, inode), looked
        return found

    def doubt_learned(self, sources: Iterable[str]) -> None:
        """What was learned of some sources is to be looked into: clippings of theirs changed."""
        self.write("UPDATE repeats SET doubt = 1 WHERE source = ?", ((source,) for source in sources))

    def of_sources(self, sources: Iterable[str]) -> Iterator[tuple[str, Looked]]:
        """What was looked at of some sources, by path."""
        for source in sources:
            query = "SELECT path, digest, day FROM clippings WHERE source = ?"
            for path, digest, day in self.rows(query, (source,)):
                yield os.fsdecode(path), Looked(digest, source, day)

    def keep_clippings(self, looked: Iterable[tuple[str, Stamp, Looked]]) -> None:
        """Note what was looked at."""
        rows = (
            (raw, *stamp, one.digest, one.source, one.day, _sum(raw, one.digest, one.source, one.day))
            for path, stamp, one in looked
            for raw in (os.fsencode(path),)
        )
        self.write("INSERT OR REPLACE INTO clippings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_clippings(self, paths: Iterable[str]) -> None:
        """Forget clippings that are no more."""
        self.write("DELETE FROM clippings WHERE path = ?", ((os.fsencode(path),) for path in paths))

    def drop_all_clippings(self) -> None:
        """Forget all that was looked at: it is to be looked at by other rules."""
        self.write("DELETE FROM clippings WHERE ?", [(1,)])

    # --- what was read ------------------------------------------------------------------------------

    def records(self, among: Iterable[str] | None = None) -> Iterator[tuple[str, bytes, bytes]]:
        """Path, key and value of all records that are whole, or of those of some paths."""
        query = "SELECT path, key, value FROM records"
        for path, key, value in self._in_pages() if among is None else self.by_path(query, among):
            if (whole := unsealed(value)) is not None:
                yield os.fsdecode(path), key, whole

    def keep_records(self, records: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keep path, key and value of records."""
        rows = ((os.fsencode(path), key, sealed(value)) for path, key, value in records)
        self.write("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", rows)

    def drop_records(self, paths: Iterable[str]) -> None:
        """Forget what was read of clippings that are no more, and their texts."""
        raw = [(os.fsencode(path),) for path in paths]
        for table in ("records", "bodies"):
            self.write(f"DELETE FROM {table} WHERE path = ?", raw)  # noqa: S608 - names of ours

    def body(self, path: str) -> bytes | None:
        """The HTML of one clipping's text."""
        rows = self.rows("SELECT value FROM bodies WHERE path = ?", (os.fsencode(path),))
        return next((unsealed(value) for (value,) in rows), None)

    def keep_bodies(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Keep the HTML of texts, by path."""
        rows = ((os.fsencode(path), sealed(html)) for path, html in bodies)
        self.write("INSERT OR REPLACE INTO bodies VALUES (?, ?)", rows)

    # --- what was learned ---------------------------------------------------------------------------

    def learned(self) -> dict[tuple[str, int], tuple[bytes, bytes, bool]]:
        """Of every source and year, hashes of what it was learned from and of what was learned; any doubt."""
        rows = self.rows("SELECT source, year, inputs, digest, doubt FROM repeats")
        return {(source, year): (inputs, digest, bool(doubt)) for source, year, inputs, digest, doubt in rows}

    def repeats(self, source: str, year: int) -> bytes | None:
        """What was learned of a source in a year; None where nothing was."""
        query = "SELECT value FROM repeats WHERE source = ? AND year = ?"
        for (value,) in self.rows(query, (source, year)):
            if (whole := unsealed(value)) is None:
                raise DamagedError  # to take it for nothing would change pages
            return whole
        return None

    def keep_learned(self, learned: Mapping[tuple[str, int], Learned]) -> None:
        """Keep what was learned."""
        rows = (
            (source, year, one.inputs, one.digest, sealed(one.value), 0)
            for (source, year), one in learned.items()
        )
        self.write("INSERT OR REPLACE INTO repeats VALUES (?, ?, ?, ?, ?, ?)", rows)

    def trust_learned(self, sources: Iterable[str]) -> None:
        """What was learned of some sources has been looked into."""
        self.write("UPDATE repeats SET doubt = 0 WHERE source = ?", ((source,) for source in sources))

    def drop_learned(self, keys: Iterable[tuple[str, int]]) -> None:
        """Forget what was learned of sources and years that are no more."""
        self.write("DELETE FROM repeats WHERE source = ? AND year = ?", keys)

    # --- what was grouped ---------------------------------------------------------------------------

    def source_keys(self) -> dict[str, bytes]:
        """What tells each source as it was grouped from others, by name."""
        return dict(self.rows("SELECT name, key FROM sources"))

    def sources(self) -> Iterator[tuple[str, bytes, memoryview]]:
        """Name, key and value of all sources that are whole."""
        for name, key, value in self.rows("SELECT name, key, value FROM sources"):
            if (whole := seen(value)) is not None:
                yield name, key, whole

    def keep_sources(self, sources: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Keep name, key and value of sources."""
        rows = ((name, key, sealed(value)) for name, key, value in sources)
        self.write("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", rows)

    def drop_sources(self, names: Iterable[str]) -> None:
        """Forget sources that are no more."""
        self.write("DELETE FROM sources WHERE name = ?", ((name,) for name in names))

    # --- what stands on disk ------------------------------------------------------------------------

    def standing(self, output: Path, among: Iterable[str] | None = None) -> dict[str, Standing]:
        """What a build left in an output folder, or of some paths there, by path."""
        query = "SELECT path, inputs, digest, size, modified, changed, inode FROM pages WHERE output = ?"
        own = str(output)
        rows = (
            self.rows(query, (own,))
            if among is None
            else (row for path in among for row in self.rows(f"{query} AND path = ?", (own, path)))
        )
        return {
            path: Standing(inputs, digest, Stamp(*stamp))
            for path, inputs, digest, *stamp in rows
            if isinstance(inputs, bytes) and isinstance(digest, bytes)
        }

    def keep_standing(self, output: Path, files: Iterable[tuple[str, Standing]]) -> None:
        """Note files that a build left."""
        rows = ((str(output), path, one.inputs, one.digest, *one.stamp) for path, one in files)
        self.write("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_standing(self, output: Path, paths: Iterable[str]) -> None:
        """Forget files that are no more."""
        rows = ((str(output), path) for path in paths)
        self.write("DELETE FROM pages WHERE output = ? AND path = ?", rows)

    # --- notes --------------------------------------------------------------------------------------

    def note(self, key: str) -> bytes | None:
        """One note, whole or not at all."""
        rows = self.rows("SELECT value FROM notes WHERE key = ?", (key,))
        return next((unsealed(value) for (value,) in rows), None)

    def keep_note(self, key: str, value: bytes) -> None:
        """Write a note."""
        self.write("INSERT OR REPLACE INTO notes VALUES (?, ?)", [(key, sealed(value))])

    def drop_note(self, key: str) -> None:
        """Take a note back."""
        self.write("DELETE FROM notes WHERE key = ?", [(key,)])

    def _in_pages(self) -> Iterator[tuple[Any, ...]]:
        """All records. No query is open between two of them, so that others can be written meanwhile.

        SQLite refuses to write, and does not wait, where one is that began before somebody else wrote.
        """
        query, last = "SELECT rowid, path, key, value FROM records WHERE rowid > ? ORDER BY rowid LIMIT ?", 0
        while rows := [*self.rows(query, (last, _PAGE))]:
            yield from (row[1:] for row in rows)
            last = rows[-1][0]


class Bodies:
    """The bodies of a cache, for reading alone: by another process than the one that writes.

    Open it for a batch and no longer: the file may be another one by the next.
    """

    def __init__(self, file: str) -> None:
        """Open a cache. Raises `DamagedError` where it is gone."""
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
        query = "SELECT value FROM bodies WHERE path = ?"
        try:
            row = self._connection.execute(query, (os.fsencode(path),)).fetchone()
        except sqlite3.Error:
            return None
        return unsealed(row[0]) if row else None


def used(folder: Path, use: Callable[[Cache], T], *, make: bool = True) -> T:
    """Do something with the cache of a folder; again with a new one where it turns out to be damaged.

    With `make` false none is made in the folder. Raises `BuildError` where there is no room for one.
    """
    for _ in range(2):
        with Cache.of(folder, make=make) as cache:
            try:
                return use(cache)
            except DamagedError:
                forget(cache.file)
    raise no_room("it is damaged, and so is a new one")


def keep_private(folder: Path) -> None:
    """Make the folder, and keep it, drafts and all, out of the curator's repository. Raises `OSError`."""
    folder.mkdir(exist_ok=True)
    rule = folder / ".gitignore"
    if not rule.exists():
        rule.write_text("*\n", "utf-8")


def _sum(path: bytes, digest: bytes, source: str, day: int) -> int:
    return zlib.crc32(b"%s\0%s\0%s\0%d" % (path, digest, source.encode("utf-8", "surrogatepass"), day))
