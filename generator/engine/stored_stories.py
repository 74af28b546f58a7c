"""Stories from build to build: what was found of all articles, and which of these changed since.

What was found is large, so it is kept when everything was done anew, and then only what left it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.grouping.stories import MANY, Found, Stories, many_of
from generator.model.errors import BuildError
from generator.model.types import Article

_BASE, _SINCE = "stories", "stories since"
_MARK = 8
"""Bytes of an article's mark."""

T = TypeVar("T")


def most_of(count: int) -> int:
    """How many may have come or gone before what is known is kept anew: every build follows these."""
    return max(MANY, count // 150)


class Base(msgspec.Struct, frozen=True, array_like=True):
    """What was found, and in which articles."""

    epoch: bytes
    marks: bytes
    """Of the articles in the order of time."""
    found: Found


class Since(msgspec.Struct, frozen=True, array_like=True):
    """Which articles of a base went, or changed, since."""

    base: bytes
    """A hash of its marks."""
    left: list[tuple[int, Article]]
    """By their places, as they were."""


def stories_of(
    cache: Cache,
    epoch: bytes,
    articles: Sequence[Article],
    marks: Mapping[str, bytes],
    former: Mapping[bytes, Article],
    *,
    is_shared: bool = False,
) -> Stories:
    """The stories of all articles; where few of these are new, those found before are followed.

    `marks` tell articles apart, by id; `former` has some that were there before, by their marks. The work is
    `is_shared` where a copy of this process may do a part of it.
    """
    stories = recalled(cache, epoch, articles, marks, former)
    stories = stories or Stories(articles, is_shared=is_shared)
    keep(cache, epoch, stories, marks)
    return stories


def keep(
    cache: Cache, epoch: bytes, stories: Stories, marks: Mapping[str, bytes], *, renews: bool = True
) -> None:
    """Note what was found, or which articles left since; after many changes all anew, which takes longer."""
    # Without room, or with a name that is no text, the next build finds all anew.
    with contextlib.suppress(BuildError, UnicodeEncodeError, OverflowError):
        is_renewed = renews and stories.moved > most_of(len(marks))
        found = stories.renew() if is_renewed else None
        if stories.kept_as:
            since = Since(stories.kept_as, list(stories.left))
            cache.keep_note(_SINCE, msgspec.msgpack.encode(since))
        elif stories.is_as_found:
            own = [marks[article.id] for article in stories.articles]
            joined = b"".join(own)
            if len(joined) == _MARK * len(own):
                cache.keep_note(_BASE, msgspec.msgpack.encode(Base(epoch, joined, found or stories.found())))
                cache.drop_note(_SINCE)
                stories.kept_as = hashed(joined)


def recalled(
    cache: Cache,
    epoch: bytes,
    articles: Sequence[Article],
    marks: Mapping[str, bytes],
    former: Mapping[bytes, Article],
) -> Stories | None:
    """The stories that were kept, followed to these articles; None where too much is another."""
    base = _noted(cache, _BASE, Base)
    if base is None or base.epoch != epoch:
        return None
    each = [base.marks[at : at + _MARK] for at in range(0, len(base.marks), _MARK)]
    there: dict[bytes, Article | None] = dict.fromkeys(each)
    if len(there) != len(each):
        return None
    added = []
    for article in articles:
        if (mark := marks[article.id]) in there:
            there[mark] = article
        else:
            added.append(article)
    removed = [at for at, article in enumerate(there.values()) if article is None]
    if len(removed) + len(added) > many_of(len(each)):
        return None
    name, since = hashed(base.marks), _noted(cache, _SINCE, Since)
    left = dict(since.left) if since and since.base == name else {}
    for at in removed:
        there[each[at]] = former.get(each[at]) or left.get(at)
    known = [article for article in there.values() if article]
    if len(known) != len(each) or not base.found.fits(known):
        return None
    stories = Stories(known, base.found)
    stories.kept_as = name
    stories.change([known[at].path for at in removed], added)
    return stories


def _noted(cache: Cache, key: str, kind: type[T]) -> T | None:
    note = cache.note(key)
    try:
        return msgspec.msgpack.decode(note, type=kind) if note else None
    except msgspec.DecodeError:
        return None
