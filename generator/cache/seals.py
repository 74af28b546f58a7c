"""Seals: what proves that a value in the cache was written by this user, and for this place.

A site folder may be cloned, restored or shared, and its cache with it, so the key lies outside of it. A value
whose seal does not fit counts as absent.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from generator.model.errors import ConfigError, Problem, Severity

VARIABLE = "BROADSHEET_CACHE_KEY"
"""The environment variable that has the key in continuous integration, which keeps no files of a user."""
SHORTEST = 32
"""Characters of a key in the environment: fewer could be guessed."""
SIZE = 16
"""Bytes of a seal."""

_LENGTH = 32
_PURPOSE = b"broadsheet cache"
_encoded = msgspec.msgpack.Encoder().encode


class Key(NamedTuple):
    """The secret that seals are made with."""

    secret: bytes
    fault: str = ""
    """Why it is good for this process alone; empty for a key that lasts."""


def key() -> Key:
    """The user's key: of the environment, else of a file, which is made on first use, else a random one.

    Raises `ConfigError` for one in the environment that is too short.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        if len(given) < SHORTEST:
            raise _too_short()
        return Key(hashlib.blake2b(os.fsencode(given), digest_size=_LENGTH, person=_PURPOSE).digest())
    file = key_file()
    if file is None:
        return Key(_own(), "there is no folder for the state of programs")
    try:
        return Key(_read(file))
    except FileNotFoundError:
        pass
    except OSError as error:
        return Key(_own(), f"{file} {error.strerror}")
    try:
        _make(file)
        return Key(_read(file))
    except OSError as error:
        return Key(_own(), f"{file} {error.strerror}")


def key_file() -> Path | None:
    """The file of the user's key, in the platform's folder for the state of programs; None for no folder."""
    if sys.platform == "win32":  # pragma: no cover
        folder = Path(os.environ.get("LOCALAPPDATA", ""))
    elif sys.platform == "darwin":  # pragma: no cover
        folder = _home("Library/Application Support")
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME", ""))
        if not folder.is_absolute():  # as the specification of these folders has it
            folder = _home(".local/state")
    return folder / "broadsheet" / "key" if folder.is_absolute() else None


def _home(below: str) -> Path:
    try:
        return Path.home() / below
    except RuntimeError:  # there is none
        return Path()


class Seal:
    """Makes and checks the seals of one cache: keyed BLAKE2b over a place and the value that stands there."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._keyed = hashlib.blake2b(key=secret, digest_size=SIZE)

    @classmethod
    def of_cache(cls, identity: bytes) -> Seal:
        """The seal of the user's cache with this identity: no other cache's values fit."""
        derived = hashlib.blake2b(identity, key=key().secret, digest_size=_LENGTH, person=_PURPOSE)
        return cls(derived.digest())

    def of(self, *place: object) -> bytes:
        """The seal of a row, all of which is in `place`. Raises `UnicodeEncodeError` for surrogates."""
        state = self._keyed.copy()
        state.update(_encoded(place))
        return state.digest()

    def closed(self, value: bytes, *place: object) -> bytes:
        """A value with its seal before it."""
        return self._seal(value, place) + value

    def opened(self, sealed: object, *place: object) -> memoryview | None:
        """A value without its seal, not copied; None where the seal is not of this value in this place."""
        if not isinstance(sealed, bytes):
            return None
        value = memoryview(sealed)[SIZE:]
        return value if self._seal(value, place) == sealed[:SIZE] else None

    def _seal(self, value: bytes | memoryview, place: tuple[object, ...]) -> bytes:
        # What is encoded tells where it ends, so no place and value run into another place and value.
        state = self._keyed.copy()
        state.update(_encoded(place))
        state.update(value)
        return state.digest()


@cache
def _own() -> bytes:
    """A key of this process and its copies."""
    return secrets.token_bytes(_LENGTH)


def _read(file: Path) -> bytes:
    """The key in a file. Raises `OSError`, also for a file that others may have written or read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, flags)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "is not a regular file")
        if sys.platform != "win32" and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
            raise OSError(0, "may be read or written by others")
        secret = os.read(descriptor, _LENGTH + 1)
    finally:
        os.close(descriptor)
    if len(secret) != _LENGTH:
        raise OSError(0, f"does not have {_LENGTH} bytes; delete it")
    return secret


def _make(file: Path) -> None:
    """Write a new key, unless another process was quicker. Raises `OSError`."""
    standing = next(one for one in file.parents if one.exists())
    if sys.platform != "win32" and standing.stat().st_uid != os.geteuid():
        raise OSError(0, "would lie in somebody else's folder")  # as with sudo: its owner could not read it
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_LENGTH))
        try:
            os.link(name, file)  # whole at once, and never over another one
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not os.path.lexists(file):
                Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _too_short() -> ConfigError:
    return ConfigError(
        Problem(
            path=VARIABLE,
            message=f"has fewer than {SHORTEST} characters",
            advice="make one with `openssl rand -hex 32`, and keep it secret",
            severity=Severity.ERROR,
            kind="config",
        )
    )
