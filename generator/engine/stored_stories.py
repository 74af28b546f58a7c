"""Carries the stories of a build to the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import msgspec

from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.config.site import Config
from generator.grouping.aggregators import KnownAggregators
from generator.grouping.sources import configured_aggregators
from generator.grouping.stories import Stories
from generator.model.errors import BuildError
from generator.model.types import Digest


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The texts on one event, as numbers of articles in the order of the digest."""

    key: bytes
    groups: list[list[int]]
    configured: dict[str, bool]
    """What the configuration said of aggregators."""
    aggregators: list[str]
    """Names of the aggregators by these articles, copies and settings."""

    def fits(self, count: int) -> bool:
        """Return whether this may belong to so many articles. It may come from another user's folder."""
        numbers = [*chain.from_iterable(self.groups)]
        is_within = all(0 <= number < count for number in numbers)
        return (
            is_within and len(set(numbers)) == len(numbers) and all(len(group) > 1 for group in self.groups)
        )


def stories_of(
    cache: Cache, output: Path, config: Config, digest: Digest, content_hashes: Mapping[str, bytes]
) -> Stories:
    """Return the stories of a digest, from the cache if they are stored for the same articles and copies.

    Each output folder has its own: a preview follows what a build has not seen.
    """
    kept, key = cache.noted(f"stories {output}", Kept), _key(digest, content_hashes)
    is_same = kept is not None and kept.key == key and kept.fits(len(digest.articles))
    found, configured, known = kept.groups if kept and is_same else None, configured_aggregators(config), None
    if kept and is_same and kept.configured == configured and digest.sources.keys() >= {*kept.aggregators}:
        known = KnownAggregators(kept.aggregators, digest.sources, digest.copies)
    return Stories(
        digest.articles, digest.copies, configured, config.promotions, found, config.language, known
    )


def keep(
    cache: Cache, output: Path, stories: Stories, digest: Digest, content_hashes: Mapping[str, bytes]
) -> None:
    """Store the stories of a digest."""
    names, configured = stories.aggregators.names, stories.aggregators.configured
    kept = Kept(_key(digest, content_hashes), stories.found(digest.articles), {**configured}, sorted(names))
    with contextlib.suppress(BuildError):
        cache.keep_note(f"stories {output}", msgspec.msgpack.encode(kept))


def _key(digest: Digest, content_hashes: Mapping[str, bytes]) -> bytes:
    """Return the key of the articles and copies that stories are made of."""
    hashes = b"".join([content_hashes[article.id] for article in digest.articles])
    groups = "\n".join([" ".join([one.id for one in group.articles]) for group in digest.copies])
    return hashed(hashes, groups.encode("utf-8", "surrogatepass"))
