"""The part of a site's configuration that affects the reading of clippings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that decide how clippings are read."""

    zone: dt.tzinfo
    languages: tuple[str, ...]
    """The languages that articles may be in."""
    default_language: str
    """The language of an article whose own cannot be detected."""
    fields: Mapping[str, tuple[str, ...]] = {}
    """Field → keys of other clippers that stand for it, most trusted first."""
    source_languages: Mapping[str, str] = {}
    """Key of a source's name or alias → the language that the configuration gives."""
    uncleaned: frozenset[str] = frozenset()
    """Keys of sources with `clean = false`."""
    source_key: Callable[[str], str] = str
    """Maps all spellings of a source to one key."""
    identifiers: Mapping[str, str] = {}
    """Name → pattern, of the site's own kinds of identifiers."""
    tag_words: tuple[str, ...] = ()
    """Words that give tags to articles, folded."""
    own_source: str = ""
    """The name of the digest, whose own articles have no source."""
