"""What sources repeat: learned by workers where their samples changed, else from the cache."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from generator.cache.rows import DocumentInfo, Learned
from generator.cache.store import Cache
from generator.cache.versions import hashed
from generator.config.options import Progress
from generator.engine import budgeted, tasks
from generator.engine.tasks import Lesson, Read, Reader, ReadRequest, Sample
from generator.parallel.budget import OverBudgetError
from generator.parallel.workers import Workers
from generator.reading.boilerplate.repeats import Key, Origin, samples

Repeated = dict[Key, bytes]
"""By source and year, a hash of what is repeated."""
Take = Callable[[Sequence[tuple[ReadRequest, Read]]], None]
"""What keeps the clippings that were read along."""

KEPT = 500
"""Clippings after which what came of them goes to the cache: so many a killed build costs the next."""


class BuildContext(NamedTuple):
    """What a build works with."""

    cache: Cache
    workers: Workers
    progress: Progress

    def begin_workers(self) -> None:
        """Start the workers as copies of this process, if it can be copied: the cache is closed meanwhile."""
        if self.workers.are_copies:
            with self.cache.closed():
                self.workers.begin()


class _Due(NamedTuple):
    """A source and year of which is to be learned."""

    key: Key
    inputs: bytes
    """A hash of what to learn from, as it was looked at."""
    is_new: bool
    """Nothing was learned of it yet."""


def origin_key(one: DocumentInfo) -> Key:
    """The source and year that a clipping is learned from under; empty and 0 for none."""
    return (one.source, dt.date.fromordinal(one.day).year) if one.source else ("", 0)


def learned_again(
    reader: Reader, sources: Set[str], context: BuildContext
) -> tuple[dict[str, DocumentInfo], Repeated]:
    """Look into what a few sources repeat: their clippings as the cache has them, and hashes by year."""
    looked = dict(context.cache.of_sources(sources))
    return looked, learned(reader, looked, context, sources)


def learned(
    reader: Reader,
    looked: Mapping[str, DocumentInfo],
    context: BuildContext,
    only: Set[str] | None = None,
    take: Take | None = None,
) -> Repeated:
    """Learn what sources repeat where samples changed; `looked` has clippings of all, or of `only` some.

    Where somebody can `take` them, clippings that are learned from are read along, unless they are likely
    to be in the cache.
    """
    if not reader.clean:
        return {}
    cache = context.cache
    known = {key: one for key, one in cache.learned().items() if only is None or key[0] in only}
    there = {origin_key(one) for one in looked.values() if one.source}
    doubtful = {key[0] for key in there if key not in known or known[key][2]}
    doubtful |= {key[0] for key in known if key not in there}
    due = _due(looked, known, doubtful)
    work = {_sample(looked, paths, keys if take else ()): keys for paths, keys in due.items()}
    digests = {key: known[key][1] for key in there if key in known}
    unsure: set[str] = set()
    for fresh, doubts, along in _taught(reader, work, context):
        digests |= {key: one.digest for key, one in fresh.items()}
        unsure |= doubts
        with cache.together():
            cache.keep_learned(fresh)
            cache.doubt_learned(doubts)
            if take:
                take(along)
    if doubtful:
        with cache.together():
            cache.trust_learned(doubtful)
            cache.doubt_learned(unsure)
            cache.drop_learned([key for key in known if key not in there])
    return digests


def _due(
    looked: Mapping[str, DocumentInfo], known: Mapping[Key, tuple[bytes, bytes, bool]], sources: Set[str]
) -> dict[tuple[str, ...], list[_Due]]:
    """Of some sources, what has to be learned again, by the clippings to learn from."""
    origins = (
        Origin(one.source, dt.date.fromordinal(one.day), path)
        for path, one in looked.items()
        if one.source in sources
    )
    found: dict[tuple[str, ...], list[_Due]] = defaultdict(list)
    for key, sample in samples(origins).items():
        inputs = hashed(*sorted(looked[path].digest for path in sample), size=16)
        if key not in known or known[key][0] != inputs:
            found[tuple(sorted(sample))].append(_Due(key, inputs, key not in known))
    return found


def _sample(looked: Mapping[str, DocumentInfo], paths: Sequence[str], along: Sequence[_Due]) -> Sample:
    """What a worker is to learn from; clippings of the years `along` are read too, where these are new."""
    years = {one.key[1] for one in along if one.is_new}
    keys = [origin_key(looked[path]) for path in paths]
    own = zip(paths, keys, strict=True)
    return Sample(keys[0][0], tuple([(path, year if year in years else 0) for path, (_, year) in own]))


def _taught(
    reader: Reader, work: Mapping[Sample, Sequence[_Due]], context: BuildContext
) -> Iterator[tuple[dict[Key, Learned], set[str], list[tuple[ReadRequest, Read]]]]:
    """Let workers learn. Now and then, what was learned, the sources in doubt, and what was read along."""
    fresh: dict[Key, Learned] = {}
    doubts: set[str] = set()
    along: list[tuple[ReadRequest, Read]] = []
    # The largest samples come first: at the end nobody waits long for the last.
    ordered = sorted(work, key=_weight, reverse=True)
    results = budgeted.learned_from(reader, ordered, context.workers)
    for done, (sample, found) in enumerate(results):
        context.progress("learning", done, len(work))
        lesson = found if isinstance(found, Lesson) else Lesson(b"", tasks.NO_REPEATS)
        for key, inputs, _ in work[sample]:
            is_lasting = isinstance(found, OverBudgetError) and found.is_lasting
            seen = inputs if is_lasting else lesson.seen
            fresh[key] = Learned(seen, hashed(lesson.repeats), lesson.repeats)
            if seen != inputs:
                doubts.add(
                    key[0]
                )  # a clipping changed since it was looked at, or a worker was ended from outside
        along += lesson.read
        if len(along) >= KEPT:
            yield fresh, doubts, along
            fresh, doubts, along = {}, set(), []
    if fresh:
        yield fresh, doubts, along


def _weight(sample: Sample) -> int:
    return len(sample.clippings)
