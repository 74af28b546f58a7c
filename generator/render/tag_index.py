"""The tags of a site by their addresses, and by the tags that they are nested in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from generator.config.tags import TagRules
from generator.model.types import SourceMonth, Tag


class TagPart(msgspec.Struct, frozen=True):
    """One part, counted from 1, of a tag's month."""

    tag: Tag
    month: SourceMonth
    number: int


class TagIndex(msgspec.Struct, frozen=True):
    """What tags there are."""

    by_slug: Mapping[str, Tag]
    nested: Mapping[str, tuple[Tag, ...]]
    """Key of a tag → the tags directly below it."""


def tag_index(tags: Mapping[str, Tag], rules: TagRules) -> TagIndex:
    """Return the index of tags, which are sorted by key."""
    nested: defaultdict[str, list[Tag]] = defaultdict(list)
    for key, tag in tags.items():
        if above := rules.above(key):
            nested[above].append(tag)
    return TagIndex(
        {tag.slug: tag for tag in tags.values()}, {key: tuple(below) for key, below in nested.items()}
    )
