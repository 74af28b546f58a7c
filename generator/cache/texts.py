"""The texts of clippings in the cache, each by a reference that tells one version from another."""

from __future__ import annotations

import os

import msgspec

from generator.cache.bodies import Bodies
from generator.cache.store import Cache, MissingError
from generator.cache.versions import hashed


class Text(msgspec.Struct, frozen=True):
    """A reference to a clipping's text in the cache."""

    path: str
    digest: bytes
    """Hash of its HTML according to its record. Another build may have replaced the text in the cache."""


def body_of(bodies: Bodies | Cache, text: Text) -> str:
    """Return a text as sanitised HTML. Raises `MissingError` if it is missing or another version."""
    body = found_body(bodies, text)
    if body is None:
        raise MissingError("bodies", os.fsencode(text.path))
    return body.decode()


def found_body(bodies: Bodies | Cache, text: Text) -> bytes | None:
    """Return a text as sanitised HTML; None if it is missing or another version."""
    body = bodies.body(text.path)
    return body if body is not None and hashed(body) == text.digest else None


def terms_of(bodies: Bodies | Cache, text: Text) -> bytes:
    """Return the packed keys of a text's search terms. Raises `MissingError` as `body_of` does."""
    terms = bodies.terms(text.path, text.digest)
    if terms is None:
        raise MissingError("bodies", os.fsencode(text.path))
    return terms
