"""What changed settings mean for the state of a site.

`INVALIDATES` says for each key of `digest.toml` what has to be computed again if its value changes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path

import msgspec

from generator.config import resources
from generator.config.site import Config, IdentifierConfig, Site, SourceConfig, TagConfig
from generator.config.tags import words_of


class Stale(enum.Flag):
    """What a changed setting makes stale."""

    NOTHING = 0
    STATIC = enum.auto()
    """The files copied from `static/`."""
    ASSETS = enum.auto()
    """Style sheets and scripts of the theme; and all pages, if one comes or goes, or a template includes it.
    """
    PAGES = enum.auto()
    """All that is rendered. Fingerprints decide which files are made again."""
    FILES = enum.auto()
    """Which files there are."""
    SOURCES = enum.auto()
    """Names and settings of sources."""
    TAGS = enum.auto()
    """Names of tags, and which articles have them."""
    PICKS = enum.auto()
    """What the curator says of articles."""
    GROUPING = enum.auto()
    """Which articles are published, and in which source, edition and story."""
    READING = enum.auto()
    """What clippings are read to."""


INVALIDATES: Mapping[str, Stale] = {
    "title": Stale.SOURCES | Stale.PAGES,  # articles that name no source are of the digest itself
    "description": Stale.PAGES,
    "base_url": Stale.PAGES | Stale.FILES,
    "language": Stale.READING,  # the language of articles that tell none
    "languages": Stale.READING,
    "timezone": Stale.READING,
    "content": Stale.NOTHING,  # another content or output folder is another site
    "output": Stale.NOTHING,
    "ignore": Stale.READING,
    "text": Stale.SOURCES | Stale.PAGES,
    "clean": Stale.READING,
    "articles": Stale.PAGES | Stale.FILES,
    "recent_months": Stale.PAGES | Stale.FILES,
    "links": Stale.PAGES | Stale.FILES,  # the list of what is new needs a server
    "search": Stale.READING,  # the terms of texts
    "reader": Stale.PAGES | Stale.FILES,
    "feed_items": Stale.PAGES,
    "hub": Stale.PAGES,
    "source_feed_items": Stale.PAGES,
    "drafts": Stale.GROUPING,
    "future": Stale.GROUPING,
    "fields": Stale.READING,
    "promotions": Stale.GROUPING,
    "sources": Stale.NOTHING,  # key by key, below
    "identifiers": Stale.NOTHING,  # key by key, below
    "tags": Stale.NOTHING,  # key by key, below
    "publish": Stale.NOTHING,
    "limits": Stale.READING,
    "sources.aliases": Stale.SOURCES | Stale.PAGES,
    "sources.home": Stale.SOURCES | Stale.PAGES,
    "sources.language": Stale.READING,
    "sources.text": Stale.SOURCES | Stale.PAGES,
    "sources.clean": Stale.READING,
    "sources.aggregator": Stale.SOURCES | Stale.PAGES,
    "sources.activity": Stale.SOURCES | Stale.PAGES,
    "identifiers.pattern": Stale.READING,
    "identifiers.url": Stale.PAGES,
    "tags.name": Stale.TAGS | Stale.PAGES | Stale.FILES,
    "tags.aliases": Stale.TAGS | Stale.PAGES | Stale.FILES,
    "tags.hide": Stale.TAGS | Stale.PAGES | Stale.FILES,
    "tags.match": Stale.TAGS | Stale.PAGES | Stale.FILES,  # and `READING`, if it has other words
}
"""Key of `digest.toml` → what it makes stale. `sources.*`, `identifiers.*` and `tags.*` are the keys of each
table.
"""


def stale_by_config(before: Config, config: Config) -> Stale:
    """Return what becomes stale with another configuration."""
    stale = Stale.NOTHING
    for key in Config.__struct_fields__:
        if getattr(before, key) != getattr(config, key):
            stale |= INVALIDATES[key]
    stale |= _stale_by_tables("sources", before.sources, config.sources, SourceConfig())
    stale |= _stale_by_tables("identifiers", before.identifiers, config.identifiers, IdentifierConfig())
    stale |= _stale_by_tables("tags", before.tags, config.tags, TagConfig())
    if before.sources.keys() != config.sources.keys():
        stale |= Stale.SOURCES | Stale.PAGES
    if before.tags.keys() != config.tags.keys():
        stale |= INVALIDATES["tags.name"]
    if words_of(before.tags) != words_of(config.tags):
        stale |= Stale.READING
    return stale


def _stale_by_tables(
    prefix: str, before: Mapping[str, msgspec.Struct], now: Mapping[str, msgspec.Struct], bare: msgspec.Struct
) -> Stale:
    """Return what becomes stale with other tables of one kind. `bare` is a table without keys."""
    stale = Stale.NOTHING
    for name in before.keys() | now.keys():
        old, new = before.get(name, bare), now.get(name, bare)
        for key in bare.__struct_fields__:
            if getattr(old, key) != getattr(new, key):
                stale |= INVALIDATES[f"{prefix}.{key}"]
    return stale


def stale_by_file(site: Site, file: Path) -> Stale:
    """Return what becomes stale with a changed file outside the content folder."""
    for theme in (site.templates, resources.theme()):
        if file.is_relative_to(theme):
            return Stale.ASSETS if file.is_relative_to(theme / "assets") else Stale.PAGES
    if file.is_relative_to(site.static):
        return Stale.STATIC
    if file.is_relative_to(site.cleaning):
        return Stale.READING
    if file == site.picks:
        return Stale.PICKS
    # A configuration counts by its values, whatever its file is called. Another may have nearly its name.
    return Stale.STATIC if file.suffix == ".toml" else Stale.GROUPING
