"""Open an untrusted SQLite file, which may be missing, damaged, locked or crafted.

Such a file leads to an error message, or is replaced by a new one. A file with a different schema is never
queried. The size of a value and the steps of a query are limited in proportion to the size of the file.
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

from generator.model.errors import BuildError, refusal

LOCK_TIMEOUT = 30.0
"""Number of seconds that a build waits while another build of the same site writes."""

_FETCH_SIZE = 50
"""Number of rows that are fetched at a time."""
_SUFFIXES = ("", "-wal", "-shm", "-journal")
"""Suffixes of the file itself, and of the files that SQLite creates beside it."""
_VALUE_LIMIT = 64 * 1024 * 1024
"""Maximum size of a value, in bytes. For a larger file, it is the size of the file."""
_MAX_STEPS, _STEP_INTERVAL = 100_000_000, 1_000_000
"""Maximum number of steps of SQLite's virtual machine in a query, and number of steps between checks.

For a larger file, the maximum is its size in bytes.
"""
_TRANSIENT = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL})
"""Codes of errors that do not depend on the contents of the file.

SQLITE_READONLY is not among them: a crafted file may cause it, or it was deleted or replaced while open.
"""
_SchemaRows = frozenset[tuple[Any, ...]]


class DamagedError(Exception):
    """The file is not our database, or is damaged. The handler creates a new one."""


class Database:
    """An open file with tables. Use it from one thread at a time."""

    def __init__(self, file: Path, tables: str, mark: int) -> None:
        """Open or create the file. A file with other tables, or without the `mark`, is replaced.

        Raises `sqlite3.Error` or `OSError` if it cannot be written.
        """
        self.file, self._tables, self._mark = file, tables, mark
        self._steps = 0
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    @contextlib.contextmanager
    def closed(self) -> Iterator[None]:
        """Close the file during the block, so that the process can fork, and reopen it afterwards."""
        self._connection.close()
        try:
            yield
        finally:
            with translate_errors():
                self._connection = self._open()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Combine the writes of the block into one transaction. A nested block belongs to the outer one."""
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
        """Yield the rows that a query finds. Raises the errors of `translate_errors`.

        Rows are fetched in batches. A query that finds less than one batch is finished after the first fetch,
        even if the caller stops reading. An unfinished query may be closed after the file.
        """
        self._steps = 0
        with translate_errors():
            cursor = self._connection.execute(query, values)
            while batch := cursor.fetchmany(_FETCH_SIZE):
                yield from batch

    def by_path(self, query: str, among: Iterable[str] | None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query on a table with paths: all of them, or those of the given paths."""
        if among is None:
            yield from self.rows(query)
            return
        for path in among:
            yield from self.rows(f"{query} WHERE path = ?", (os.fsencode(path),))

    def write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Run a statement for every row, in one transaction. Raises the errors of `translate_errors`."""
        self._steps = 0
        with self.together(), translate_errors():
            self._connection.executemany(statement, rows)

    def allow(self, length: int) -> None:
        """Allow values of this many bytes to be written and read."""
        if length > self._connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) - 1024:
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, length + 1024)

    def _open(self) -> sqlite3.Connection:
        """Open or create the file. A file that is not ours is deleted first."""
        for _ in range(2):
            if _is_regular(self.file) and (connection := self._try_open()) is not None:
                return connection
            forget(self.file)
        raise sqlite3.DatabaseError("the existing file cannot be deleted")

    def _try_open(self) -> sqlite3.Connection | None:
        """Open the file, and create it if it does not exist. Returns None if it is not ours."""
        connection = _connection(self.file)
        try:
            _limit_value_size(connection, self.file)
            connection.set_progress_handler(self._is_too_long, _STEP_INTERVAL)
            if not _size_of(self.file):
                _create_tables(connection, self._tables, self._mark)
            if not _is_ours(connection, self._tables, self._mark):
                connection.close()
                return None
            connection.execute("PRAGMA journal_mode = WAL")
            # A power failure may lose the last writes, a crash of this process cannot. It costs only time.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -16000")
            os.utime(self.file)  # the least recently used caches are deleted
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_too_long(self) -> bool:
        """Return whether a query has taken too many steps. In a crafted file, a tree may be endless."""
        self._steps += _STEP_INTERVAL
        return self._steps > _MAX_STEPS and self._steps > _size_of(self.file)


def is_ours(file: Path, tables: str, mark: int) -> bool:
    """Return whether a file has our tables and the mark. Creates and deletes nothing."""
    if not os.path.lexists(file) or not _is_regular(file):
        return False
    try:
        with contextlib.closing(for_reading(file)) as connection:
            return _is_ours(connection, tables, mark)
    except (DamagedError, BuildError, sqlite3.Error):
        return False


def for_reading(file: Path) -> sqlite3.Connection:
    """Open a file that is known to be ours, for reading. Raises `DamagedError` if it no longer exists."""
    with translate_errors():
        connection = _connection(f"{file.as_uri()}?mode=ro", uri=True)
        _limit_value_size(connection, file)
        return connection


def forget(file: Path) -> None:
    """Delete a cache with the files that SQLite creates beside it. Links are deleted, not followed."""
    for suffix in _SUFFIXES:
        with contextlib.suppress(OSError):
            Path(f"{file}{suffix}").unlink()


def _connection(name: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        name, uri=uri, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _limit_value_size(connection: sqlite3.Connection, file: Path) -> None:
    """Limit the size of values by the size of the file, so that a crafted file cannot fill the memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(max(_VALUE_LIMIT, _size_of(file)), 1_000_000_000))


def _size_of(file: Path) -> int:
    size = 0
    for suffix in ("", "-wal"):
        with contextlib.suppress(OSError):
            size += Path(f"{file}{suffix}").stat().st_size
    return size


def _is_regular(file: Path) -> bool:
    """Return whether SQLite would open only regular files, and follow no link to create one.

    Deletes a rollback journal, which is never ours: our files are created without one, and then use a
    write-ahead log. A crafted journal can make SQLite delete any file of the system.
    """
    for suffix in _SUFFIXES:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(os.lstat(f"{file}{suffix}").st_mode):
                return False
            if suffix == "-journal":
                Path(f"{file}{suffix}").unlink()
    return True


def _is_ours(connection: sqlite3.Connection, tables: str, mark: int) -> bool:
    """Return whether a file has our key's mark and exactly our tables: no extra view, trigger or column."""
    try:
        if connection.execute("PRAGMA user_version").fetchone() != (mark,):
            return False
        expected = _schema_of(tables)
        found = connection.execute(_SCHEMA).fetchmany(len(expected) + 1)
        return len(found) == len(expected) and expected.issuperset(found)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if _is_transient(error):
            raise
        return False


_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master"


@cache
def _schema_of(tables: str) -> _SchemaRows:
    """Return the rows that describe our tables in SQLite's schema."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(tables)
        return frozenset(connection.execute(_SCHEMA))


def _create_tables(connection: sqlite3.Connection, tables: str, mark: int) -> None:
    """Create the tables in an empty file, in one transaction, unless another process was faster."""
    connection.execute("PRAGMA page_size = 16384")  # storing bodies takes a third less time
    connection.execute("PRAGMA journal_mode = MEMORY")  # a journal file is never ours
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone() == (0,):
        for statement in filter(str.strip, tables.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {mark}")
    connection.execute("COMMIT")


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise `DamagedError` if the file is not our cache, and `BuildError` if it cannot be written."""
    try:
        yield
    # SQLite's messages may contain text of the file. Our own values never fill the memory.
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        if _is_transient(error):
            raise no_room(str(error)) from error
        raise DamagedError from error


def _is_transient(error: Exception) -> bool:
    """Return whether another process has locked the file, or the disk is full.

    Only the error code decides: the message may contain text from the file. Python's own errors have no code.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _TRANSIENT


def no_room(why: str = "the disk is full, or permission to write is missing") -> BuildError:
    """Return the error for a cache that cannot be written."""
    advice = "free some space, or wait until another build of this site has finished"
    return refusal(".broadsheet", f"the cache cannot be written: {why}", advice)
