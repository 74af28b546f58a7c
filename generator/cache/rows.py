"""The values that rows of the cache hold."""

from __future__ import annotations

from typing import NamedTuple

from generator.cache.stamps import Stamp

COSTLY, ENDED = -1, -2
"""Values in place of a day: reading the clipping exceeds the budget; its worker was killed from outside."""


class DocumentInfo(NamedTuple):
    """The result of inspecting a clipping without reading it in full."""

    digest: bytes
    """Hash of the file's bytes; empty if it could not be read."""
    source: str
    """The source whose boilerplate it helps to learn; empty if it has no original or no date."""
    day: int
    """Proleptic Gregorian ordinal, 0 for none; `COSTLY` or `ENDED` if only the file's bytes were hashed."""


class Learned(NamedTuple):
    """The boilerplate of a source in a year: hash of its inputs, its own hash, and its encoded value."""

    inputs: bytes
    digest: bytes
    value: bytes


class OutputRow(NamedTuple):
    """An output file as a build left it: its fingerprint, digest and stamp."""

    inputs: bytes
    digest: bytes
    """Hash of the bytes that the build made. Fingerprint and manifest may come from different builds."""
    stamp: Stamp
