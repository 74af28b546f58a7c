"""A SQLite file that may be absent, damaged, locked or crafted: that ends in words, or it is begun anew.

Nothing of it is believed because it is there: a file with another schema than ours is never queried, and no
query reads a value, or takes steps, out of proportion to the file.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from generator.model.errors import BuildError, Problem, Severity

LOCK_TIMEOUT = 30.0
"""Seconds that one build waits while another one of the same site writes."""

_FETCHED = 50
"""Rows that are fetched at a time."""
_ENDS = ("", "-wal", "-shm", "-journal")
"""What the names of the file, and of those that SQLite puts beside it, end with."""
_LONGEST = 64 * 1024 * 1024
"""Bytes of a value that is read from a smaller file. In a larger one, none is larger than the file."""
_STEPS, _CHECKED = 100_000_000, 1_000_000
"""Steps of SQLite's machine that a query may take, or as many as the file has bytes; those between looks."""
_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL})
"""Codes of errors that say nothing of what is in the file.

SQLITE_READONLY is none of them: the file itself may say so, or it was deleted or replaced while it was open.
"""
_Objects = frozenset[tuple[Any, ...]]


class DamagedError(Exception):
    """The file is no database of ours, or not any more; whoever catches this begins a new one."""


class Database:
    """An open file with tables; to be used by one thread at a time."""

    def __init__(self, file: Path, tables: str, mark: int) -> None:
        """Open or make it; one with other tables, or without the `mark`, is begun anew.

        Raises `sqlite3.Error` or `OSError` where it cannot be written.
        """
        self.file, self._tables, self._mark = file, tables, mark
        self._steps = 0
        self._connection = self._connected()

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Have the file closed for a block, so that a process can be copied, and open again after it."""
        self._connection.close()
        try:
            yield
        finally:
            with translate_errors():
                self._connection = self._connected()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make several writes one: all of them are kept, or none. One within another is part of it."""
        if self._connection.in_transaction:
            yield
            return
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise
        self._run("COMMIT")

    def _run(self, statement: str) -> None:
        with translate_errors():
            self._connection.execute(statement)

    def rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query finds, one by one. Raises as `translate_errors` does.

        Rows are fetched by the page: a query that finds less is over with the first one, though nobody reads
        on. One that is left open can be closed after the file is.
        """
        self._steps = 0
        with translate_errors():
            cursor = self._connection.execute(query, values)
            while page := cursor.fetchmany(_FETCHED):
                yield from page

    def by_path(self, query: str, among: Iterable[str] | None) -> Iterator[tuple[Any, ...]]:
        """The rows of a table with paths, or those of some."""
        if among is None:
            yield from self.rows(query)
            return
        for path in among:
            yield from self.rows(f"{query} WHERE path = ?", (os.fsencode(path),))

    def write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement for every row, for all or for none. Raises as `translate_errors` does."""
        self._steps = 0
        with self.together(), translate_errors():
            self._connection.executemany(statement, rows)

    def allow(self, length: int) -> None:
        """Let values of so many bytes be written, and read again."""
        if length > self._connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) - 1024:
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length + 1024)

    def _connected(self) -> sqlite3.Connection:
        """Open the file where it is ours, or make it; what is not ours is deleted before."""
        for _ in range(2):
            if _is_plain(self.file) and (connection := self._opened()) is not None:
                return connection
            forget(self.file)
        raise sqlite3.DatabaseError("what stands there cannot be deleted")

    def _opened(self) -> sqlite3.Connection | None:
        """The file, made where there is none; None for one that is not ours."""
        connection = _connection(self.file)
        try:
            _bound(connection, self.file)
            connection.set_progress_handler(self._is_too_long, _CHECKED)
            if not _size_of(self.file):
                _make(connection, self._tables, self._mark)
            if not _is_ours(connection, self._tables, self._mark):
                connection.close()
                return None
            connection.execute("PRAGMA journal_mode = WAL")
            # The system may lose the last writes with its power, never the process by itself: time, no more.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -16000")
            os.utime(self.file)  # files that nobody uses are deleted
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_too_long(self) -> bool:
        """Count steps of a query, and end one that takes too many: a crafted tree may have no end."""
        self._steps += _CHECKED
        return self._steps > _STEPS and self._steps > _size_of(self.file)


def is_ours(file: Path, tables: str, mark: int) -> bool:
    """Whether a file has our tables and the mark, without making or deleting anything."""
    if not os.path.lexists(file) or not _is_plain(file):
        return False
    try:
        with contextlib.closing(for_reading(file)) as connection:
            return _is_ours(connection, tables, mark)
    except (DamagedError, BuildError, sqlite3.Error):
        return False


def for_reading(file: Path) -> sqlite3.Connection:
    """Open a file that was found to be ours, to read it. Raises `DamagedError` where it is gone."""
    with translate_errors():
        connection = _connection(f"{file.as_uri()}?mode=ro", uri=True)
        _bound(connection, file)
        return connection


def forget(file: Path) -> None:
    """Delete a cache with the files that SQLite puts beside it; of links, the links alone."""
    for end in _ENDS:
        with contextlib.suppress(OSError):
            Path(f"{file}{end}").unlink()


def _connection(name: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name, uri=uri, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _bound(connection: sqlite3.Connection, file: Path) -> None:
    """Read no value that is longer than the file, so that a crafted one fills no memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(max(_LONGEST, _size_of(file)), 1_000_000_000))


def _size_of(file: Path) -> int:
    size = 0
    for end in ("", "-wal"):
        with contextlib.suppress(OSError):
            size += Path(f"{file}{end}").stat().st_size
    return size


def _is_plain(file: Path) -> bool:
    """Whether SQLite would open nothing but regular files, and follow no link to make one.

    A journal is never ours: files are made without one, and keep a write-ahead log then. A crafted one may
    name any file of the system to be deleted.
    """
    for end in _ENDS:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(f"{file}{end}").st_mode):
                return False
            if end == "-journal":
                Path(f"{file}{end}").unlink()
    return True


def _is_ours(connection: sqlite3.Connection, tables: str, mark: int) -> bool:
    """Whether there is the mark of our key, and exactly our tables: no view, no trigger, no column more."""
    try:
        if connection.execute("PRAGMA user_version").fetchone() != (mark,):
            return False
        expected = _objects(tables)
        found = connection.execute(_SCHEMA).fetchmany(len(expected) + 1)
        return len(found) == len(expected) and expected.issuperset(found)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if _is_passing(error):
            raise
        return False


_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


@cache
def _objects(tables: str) -> _Objects:
    """What SQLite notes of our tables."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(tables)
        return frozenset(connection.execute(_SCHEMA))


def _make(connection: sqlite3.Connection, tables: str, mark: int) -> None:
    """Make the tables in an empty file, all at once, unless another process is quicker."""
    connection.execute("PRAGMA page_size = 16384")  # bodies take a third less work
    connection.execute("PRAGMA journal_mode = MEMORY")  # a journal beside a file is never ours
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone() == (0,):
        for statement in filter(str.strip, tables.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {mark}")
    connection.execute("COMMIT")


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise `DamagedError` where the file is no cache of ours, `BuildError` where it cannot be written."""
    try:
        yield
    # SQLite's messages may hold text of the file; a value of ours never fills the memory.
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        if _is_passing(error):
            raise no_room(str(error)) from error
        raise DamagedError from error


def _is_passing(error: Exception) -> bool:
    """Whether another process has the file locked, or there is no room.

    Told by the code alone: the message may hold text of the file, and Python's own errors have no code.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _PASSING


def no_room(why: str = "there is no room, or no right to write") -> BuildError:
    """The error that says so."""
    return BuildError(
        Problem(
            path=".broadsheet",
            message=f"the cache cannot be written: {why}",
            advice="make room, or wait until another build of this site is done",
            severity=Severity.ERROR,
            kind="output",
        )
    )
