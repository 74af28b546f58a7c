"""A SQLite file that may be gone, damaged or locked at any time: that is said in words, and no more."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from generator.errors import BuildError, Problem, Severity

FILE = "cache.sqlite"
PATIENCE = 30.0
"""Seconds that one build waits while another one of the same site writes."""

_FETCHED = 50
"""Rows that are fetched at a time."""


class DamagedError(Exception):
    """The file is no cache of ours any more; whoever catches this begins a new one."""


class Database:
    """An open file with tables; to be used by one thread at a time."""

    def __init__(self, file: Path, tables: str) -> None:
        """Open or make it; one with other tables is begun anew.

        Raises `sqlite3.Error` or `OSError` where it cannot be written.
        """
        self.file, self._tables = file, tables
        self._connection = _connected(file, tables)

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
            with in_words():
                self._connection = _connected(self.file, self._tables)

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
        with in_words():
            self._connection.execute(statement)

    def rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query finds, one by one. Raises as `in_words` does.

        Rows are fetched by the page: a query that finds less is over with the first one, though nobody reads
        on. One that is left open can be closed after the file is.
        """
        with in_words():
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
        """Run a statement for every row, for all or for none. Raises as `in_words` does."""
        with self.together(), in_words():
            self._connection.executemany(statement, rows)


def for_reading(file: Path) -> sqlite3.Connection:
    """Open a file that is there, to read. Raises `DamagedError` where it is gone."""
    with in_words():
        return sqlite3.connect(
            f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=PATIENCE,
            check_same_thread=False,
        )  # fmt: skip


def forget(file: Path) -> None:
    """Delete a cache with the files that SQLite puts beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            Path(f"{file}{end}").unlink()


def _connected(file: Path, tables: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA page_size = 16384")  # of a new file: bodies take a third less work
        connection.execute("PRAGMA journal_mode = WAL")
        # The system may lose the last writes with its power, never the process by itself: time, no more.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -16000")
        connection.execute("BEGIN IMMEDIATE")
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found != _format(tables):
            _begin_anew(connection, tables)
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _begin_anew(connection: sqlite3.Connection, tables: str) -> None:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        connection.execute(f'DROP TABLE "{name}"')
    for statement in filter(str.strip, tables.split(";")):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_format(tables)}")


def _format(tables: str) -> int:
    return zlib.crc32(tables.encode()) & 0x7FFFFFFF


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Raise `DamagedError` where the file is no cache of ours, `BuildError` where it cannot be written."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "full" in str(error) or "readonly" in str(error):
            raise no_room(str(error)) from error
        raise DamagedError from error
    except (sqlite3.DatabaseError, TypeError, ValueError, AttributeError) as error:
        raise DamagedError from error


def no_room(why: str = "there is no room, or no right to write") -> BuildError:
    """The error that says so."""
    return BuildError(
        Problem(
            path=f".broadsheet/{FILE}",
            message=f"the cache cannot be written: {why}",
            advice="make room, or wait until another build of this site is done",
            severity=Severity.ERROR,
            kind="output",
        )
    )


def sealed(value: bytes) -> bytes:
    """A value with its checksum."""
    return zlib.crc32(value).to_bytes(4, "big") + value


def unsealed(value: object) -> bytes | None:
    """A value without its checksum; None where it is not whole."""
    whole = seen(value)
    return None if whole is None else bytes(whole)


def seen(value: object) -> memoryview | None:
    """A value without its seal, not copied; None where it is not whole."""
    if not isinstance(value, bytes):
        return None
    whole = memoryview(value)[4:]
    return whole if zlib.crc32(whole).to_bytes(4, "big") == value[:4] else None
