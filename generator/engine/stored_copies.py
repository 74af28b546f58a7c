"""Carries copies from build to build: the search result over all articles, and the changes since.

The result is large, so it is stored after a full search; afterwards only the changes are stored.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import msgspec

from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.engine.build_context import EngineLimits
from generator.grouping.copies import Copies, Found, many_of
from generator.model.errors import BuildError
from generator.model.types import Article

_BASE, _SINCE = "copies", "copies since"
_HASH_SIZE = 8
"""Bytes of an article's content hash."""


class Base(msgspec.Struct, frozen=True, array_like=True):
    """The result of a search, and the articles it covers."""

    epoch: bytes
    content_hashes: bytes
    """Concatenated content hashes of the articles, in order of time."""
    found: Found


class Since(msgspec.Struct, frozen=True, array_like=True):
    """The articles of a base that were removed or changed since."""

    base: bytes
    """Hash of the base's `content_hashes`."""
    left: list[tuple[int, Article]]
    """Index in the base, and the article as it was."""


def copies_of(
    cache: Cache,
    epoch: bytes,
    articles: Sequence[Article],
    content_hashes: Mapping[str, bytes],
    former: Mapping[bytes, Article],
    limits: EngineLimits,
    *,
    is_shared: bool = False,
) -> Copies:
    """Return the copies among all articles, updated from stored ones if few articles are new.

    `content_hashes`: article id → content hash. `former`: content hash → earlier version of an article.
    `is_shared` allows a forked process to do part of the work.
    """
    copies = load(cache, epoch, articles, content_hashes, former, limits)
    copies = copies or Copies(articles, many=limits.judged, is_shared=is_shared)
    keep(cache, epoch, copies, content_hashes, limits)
    return copies


def keep(
    cache: Cache,
    epoch: bytes,
    copies: Copies,
    content_hashes: Mapping[str, bytes],
    limits: EngineLimits,
    *,
    renews: bool = True,
) -> None:
    """Store the search result, or the changes since, which every build replays.

    After many changes, or if no stored result fits, store a renewed one (slower).
    """
    # If it does not fit, or a name is not text, the next build searches again.
    with contextlib.suppress(BuildError, UnicodeEncodeError, OverflowError):
        is_much = renews and copies.moved > max(limits.replayed, len(content_hashes) // 150)
        has_base = copies.kept_as or copies.is_as_found
        found = copies.renew() if is_much or not has_base else None
        if copies.kept_as:
            since = Since(copies.kept_as, list(copies.removed))
            cache.keep_note(_SINCE, msgspec.msgpack.encode(since))
        elif copies.is_as_found:
            own = [content_hashes[article.id] for article in copies.articles]
            joined = b"".join(own)
            if len(joined) == _HASH_SIZE * len(own):
                cache.keep_note(_BASE, msgspec.msgpack.encode(Base(epoch, joined, found or copies.found())))
                cache.drop_note(_SINCE)
                copies.kept_as = hashed(joined)


def load(
    cache: Cache,
    epoch: bytes,
    articles: Sequence[Article],
    content_hashes: Mapping[str, bytes],
    former: Mapping[bytes, Article],
    limits: EngineLimits,
) -> Copies | None:
    """Return the stored copies, updated to these articles; None if too much changed."""
    base = cache.noted(_BASE, Base)
    if base is None or base.epoch != epoch:
        return None
    each = [
        base.content_hashes[at : at + _HASH_SIZE] for at in range(0, len(base.content_hashes), _HASH_SIZE)
    ]
    there: dict[bytes, Article | None] = dict.fromkeys(each)
    if len(there) != len(each):
        return None
    added = []
    for article in articles:
        if (mark := content_hashes[article.id]) in there:
            there[mark] = article
        else:
            added.append(article)
    removed = [at for at, article in enumerate(there.values()) if article is None]
    if len(removed) + len(added) > many_of(len(each), limits.judged):
        return None
    name, since = hashed(base.content_hashes), cache.noted(_SINCE, Since)
    left = dict(since.left) if since and since.base == name else {}
    for at in removed:
        there[each[at]] = former.get(each[at]) or left.get(at)
    known = [article for article in there.values() if article]
    if len(known) != len(each) or not base.found.fits(known):
        return None
    copies = Copies(known, base.found, many=limits.judged)
    copies.kept_as = name
    copies.change([known[at].path for at in removed], added)
    return copies
