"""The part of a site's configuration that affects the reading of clippings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import msgspec

from generator.config.site import Config
from generator.config.tags import words_of
from generator.model.names import key


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


def rules_of(config: Config) -> Rules:
    """Return what reading needs to know from the configuration."""
    spellings = [(one, key(name)) for name, one in config.sources.items() for name in (name, *one.aliases)]
    return Rules(
        zone=config.zone,
        languages=config.languages,
        fields=config.fields,
        default_language=config.language,
        source_languages={key_: one.language for one, key_ in spellings if one.language},
        uncleaned=frozenset(key_ for one, key_ in spellings if not one.clean),
        source_key=key,
        identifiers={
            name: one.pattern for name, one in config.identifiers.items() if one.pattern is not None
        },
        tag_words=words_of(config.tags),
        own_source=own_source_of(config),
    )


def own_source_of(config: Config) -> str:
    """Return the name of the digest as a source, if the settings of sources decide how texts are read."""
    return config.title if any(one.language for one in config.sources.values()) else ""
