"""A database whose rows carry seals, and its table of notes (key → value)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from generator.cache.database import DamagedError, Database
from generator.cache.schema import TABLES, mark
from generator.cache.seals import Seal

T = TypeVar("T")

_MAX_BAD_SEALS = 100
"""Maximum number of invalid seals in one query. A file with more is not our cache."""


class SealedDatabase(Database):
    """An open cache file and the seal of its rows. Use it from one thread at a time."""

    def __init__(self, file: Path, identity: bytes) -> None:
        """Open or create the file. Raises `sqlite3.Error` or `OSError` if it cannot be written."""
        self.seal = Seal.of_cache(identity)
        super().__init__(file, TABLES, mark(self.seal))

    def with_seal(self, *row: object) -> tuple[object, ...]:
        """Return the columns of a row followed by its seal. The first argument is the table's name."""
        return (*row[1:], self.seal.of(*row))

    def note(self, key: str) -> bytes | None:
        """Return the value of a note; None if there is none with a valid seal."""
        raw = os.fsencode(key)
        for (sealed,) in self.rows("SELECT value FROM notes WHERE key = ?", (raw,)):
            value = self.seal.opened(sealed, "notes", raw)
            return None if value is None else bytes(value)
        return None

    def noted(self, key: str, kind: type[T]) -> T | None:
        """Return the decoded value of a note; None if there is none that is valid."""
        note = self.note(key)
        try:
            return None if note is None else msgspec.msgpack.decode(note, type=kind)
        except msgspec.DecodeError:
            return None

    def keep_note(self, key: str, value: bytes) -> None:
        """Store a note."""
        raw = os.fsencode(key)
        self.allow(len(value))
        self.write(
            "INSERT OR REPLACE INTO notes VALUES (?, ?)", [(raw, self.seal.closed(value, "notes", raw))]
        )

    def drop_note(self, key: str) -> None:
        """Delete a note."""
        self.write("DELETE FROM notes WHERE key = ?", [(os.fsencode(key),)])


def is_sealed(seal: Seal, table: str, row: tuple[Any, ...]) -> bool:
    """Return whether the seal in the last column of a row is valid for the row."""
    *columns, own = row
    return bool(own == seal.of(table, *columns))


def checked_count(rejected: int) -> int:
    """Return a query's number of invalid seals, unchanged. Raises `DamagedError` if it is too large."""
    if rejected > _MAX_BAD_SEALS:
        raise DamagedError
    return rejected
