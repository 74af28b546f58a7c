"""Read HTML bodies from a cache in processes other than the one that writes to it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from generator.cache.database import for_reading
from generator.cache.seals import Seal

BODY = "SELECT value FROM bodies WHERE path = ? AND typeof(value) = 'blob' AND length(value) <= 17000000"
"""Selects one body. A value longer than `limits.HTML` in UTF-8 plus a seal cannot be ours."""
TERMS = "SELECT terms FROM bodies WHERE path = ? AND typeof(terms) = 'blob' AND length(terms) <= 17000000"
"""Selects the search terms of one body."""


class Bodies:
    """A read-only connection to the bodies of a cache.

    Open it for one batch only, because the file may have been replaced by the next.
    """

    def __init__(self, file: str, secret: bytes) -> None:
        """Open a cache file. Raises `DamagedError` if it no longer exists."""
        self._seal = Seal(secret)
        self._connection = for_reading(Path(file))

    def __enter__(self) -> Self:
        self._connection.execute("BEGIN")  # locking the file for each body would take a fifth of the time
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def body(self, path: str) -> bytes | None:
        """Return the HTML body of one clipping; None if there is none with a valid seal."""
        raw = os.fsencode(path)
        try:
            return opened_body(self._seal, raw, self._connection.execute(BODY, (raw,)).fetchone())
        except sqlite3.Error:
            return None

    def terms(self, path: str, digest: bytes) -> bytes | None:
        """Return the search terms of a body with this hash; None if there are none with a valid seal."""
        raw = os.fsencode(path)
        try:
            return opened_terms(self._seal, raw, digest, self._connection.execute(TERMS, (raw,)).fetchone())
        except sqlite3.Error:
            return None


def opened_body(seal: Seal, path: bytes, row: tuple[Any, ...] | None) -> bytes | None:
    """Return the HTML in a row of `BODY`; None if there is no row, or its seal is not valid."""
    html = seal.opened(row[0], "bodies", path) if row else None
    return None if html is None else bytes(html)


def opened_terms(seal: Seal, path: bytes, digest: bytes, row: tuple[Any, ...] | None) -> bytes | None:
    """Return the terms in a row of `TERMS`; None if there is no row, or its seal is not of this body."""
    terms = seal.opened(row[0], "terms", path, digest) if row else None
    return None if terms is None else bytes(terms)
