"""Seal values in the cache, to prove that this user wrote a value, and for its table and row.

A site folder may be cloned, restored or shared together with its cache, so the key is stored elsewhere. A
value without a valid seal counts as absent.
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

from generator.model.errors import ConfigError, command_error

VARIABLE = "BROADSHEET_CACHE_KEY"
"""The environment variable with the key, for continuous integration, where no user files are kept."""
SHORTEST = 32
"""Minimum number of characters of a key in the environment. A shorter one could be guessed."""
SIZE = 16
"""Number of bytes of a seal."""

_LENGTH = 32
_PURPOSE = b"broadsheet cache"
_encoded = msgspec.msgpack.Encoder().encode


class Key(NamedTuple):
    """The secret for making seals."""

    secret: bytes
    fault: str = ""
    """Why the key is valid for this process only; empty for a permanent key."""


def key() -> Key:
    """Return the user's key: from the environment, else from a file, else a random one.

    The file is created on first use. Raises `ConfigError` if the key in the environment is too short.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        if len(given) < SHORTEST:
            raise _too_short()
        return Key(hashlib.blake2b(os.fsencode(given), digest_size=_LENGTH, person=_PURPOSE).digest())
    file = key_file()
    if file is None:
        return Key(_process_key(), "there is no folder for program state")
    try:
        return Key(_read(file))
    except FileNotFoundError:
        pass
    except OSError as error:
        return Key(_process_key(), f"{file} {error.strerror}")
    try:
        _create(file)
        return Key(_read(file))
    except OSError as error:
        return Key(_process_key(), f"{file} {error.strerror}")


def key_file() -> Path | None:
    """Return the key file in the platform's folder for program state; None if there is no such folder."""
    if sys.platform == "win32":  # pragma: no cover
        folder = Path(os.environ.get("LOCALAPPDATA", ""))
    elif sys.platform == "darwin":  # pragma: no cover
        folder = _home("Library/Application Support")
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME", ""))
        if not folder.is_absolute():  # required by the XDG Base Directory Specification
            folder = _home(".local/state")
    return folder / "broadsheet" / "key" if folder.is_absolute() else None


def _home(below: str) -> Path:
    try:
        return Path.home() / below
    except RuntimeError:  # the user has no home folder
        return Path()


class Seal:
    """Makes and checks the seals of one cache: keyed BLAKE2b over a place (table, row) and its value."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._keyed = hashlib.blake2b(key=secret, digest_size=SIZE)

    @classmethod
    def of_cache(cls, identity: bytes) -> Seal:
        """Return the seal of the user's cache with this identity. It rejects values from other caches."""
        derived = hashlib.blake2b(identity, key=key().secret, digest_size=_LENGTH, person=_PURPOSE)
        return cls(derived.digest())

    def of(self, *place: object) -> bytes:
        """Return the seal of a whole row, given as `place`. Raises `UnicodeEncodeError` for surrogates."""
        state = self._keyed.copy()
        state.update(_encoded(place))
        return state.digest()

    def closed(self, value: bytes, *place: object) -> bytes:
        """Return a value with its seal in front of it."""
        return self._seal(value, place) + value

    def opened(self, sealed: object, *place: object) -> memoryview | None:
        """Return a value without its seal, not copied; None if the seal is not valid for value and place."""
        if not isinstance(sealed, bytes):
            return None
        value = memoryview(sealed)[SIZE:]
        return value if self._seal(value, place) == sealed[:SIZE] else None

    def _seal(self, value: bytes | memoryview, place: tuple[object, ...]) -> bytes:
        # The encoded place includes its length, so different places and values never give the same bytes.
        state = self._keyed.copy()
        state.update(_encoded(place))
        state.update(value)
        return state.digest()


@cache
def _process_key() -> bytes:
    """Return a random key for this process and its forks."""
    return secrets.token_bytes(_LENGTH)


def _read(file: Path) -> bytes:
    """Read the key from a file. Raises `OSError`, also if other users can read or write the file."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    descriptor = os.open(file, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "is not a regular file")
        if sys.platform != "win32" and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            raise OSError(0, "can be read or written by other users")
        secret = os.read(descriptor, _LENGTH + 1)
    finally:
        os.close(descriptor)
    if len(secret) != _LENGTH:
        raise OSError(0, f"does not have {_LENGTH} bytes; delete it")
    return secret


def _create(file: Path) -> None:
    """Write a new key, unless another process was faster. Raises `OSError`."""
    existing = next(one for one in file.parents if one.exists())
    if sys.platform != "win32" and existing.stat().st_uid != os.geteuid():
        raise OSError(0, "would be in another user's folder")  # as with sudo: the owner could not read it
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(_LENGTH))
        try:
            os.link(name, file)  # atomic, and never replaces another key
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not os.path.lexists(file):
                Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _too_short() -> ConfigError:
    advice = "create one with `openssl rand -hex 32`, and keep it secret"
    return command_error(VARIABLE, f"has fewer than {SHORTEST} characters", advice, kind="config")
