"""Learns the boilerplate of sources. Workers learn it where samples changed; the rest is cached."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from generator.cache.rows import DocumentInfo, Learned
from generator.cache.versions import hashed
from generator.engine import budgeted
from generator.engine.build_context import BuildContext
from generator.engine.records import NO_BOILERPLATE, Lesson, Read, Reader, ReadRequest, Sample
from generator.parallel.budget import OverBudgetError
from generator.reading.boilerplate.repeats import Key, Origin, samples

BoilerplateHashes = dict[Key, bytes]
"""Source and year → hash of the boilerplate."""
Take = Callable[[Sequence[tuple[ReadRequest, Read]]], None]
"""Stores the clippings that were read along while learning."""


class _Due(NamedTuple):
    """A source and year whose boilerplate must be learned."""

    key: Key
    inputs: bytes
    """Hash of the sample, as inspected."""
    is_new: bool
    """Whether nothing was learned of it before."""


def origin_key(one: DocumentInfo) -> Key:
    """Return the source and year whose boilerplate applies to a clipping; ("", 0) for none."""
    return (one.source, dt.date.fromordinal(one.day).year) if one.source else ("", 0)


def learned(
    reader: Reader,
    looked: Mapping[str, DocumentInfo],
    context: BuildContext,
    only: Set[str] | None = None,
    take: Take | None = None,
) -> BoilerplateHashes:
    """Learn boilerplate where samples changed. `looked` has the clippings of all sources, or of `only`.

    If `take` is given, clippings of a sample are read in the same pass, unless they are probably cached.
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
    """Return sample paths → the sources and years to learn from them, for the sources given."""
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
    """Return the sample for a worker. Clippings of new years in `along` are read in the same pass."""
    years = {one.key[1] for one in along if one.is_new}
    keys = [origin_key(looked[path]) for path in paths]
    own = zip(paths, keys, strict=True)
    return Sample(
        keys[0][0],
        tuple([(path, year if year in years else 0) for path, (_, year) in own]),
    )


def _taught(
    reader: Reader, work: Mapping[Sample, Sequence[_Due]], context: BuildContext
) -> Iterator[tuple[dict[Key, Learned], set[str], list[tuple[ReadRequest, Read]]]]:
    """Let workers learn. Yields, from time to time, findings, doubtful sources, and clippings read along."""
    fresh: dict[Key, Learned] = {}
    doubts: set[str] = set()
    along: list[tuple[ReadRequest, Read]] = []
    # Largest samples first, so that no worker runs long after the others.
    ordered = sorted(work, key=budgeted.weight_of, reverse=True)
    results = budgeted.learned_from(reader, ordered, context)
    for done, (sample, found) in enumerate(results):
        context.progress("learning", done, len(work))
        lesson = found if isinstance(found, Lesson) else Lesson(b"", NO_BOILERPLATE)
        for key, inputs, _ in work[sample]:
            is_lasting = isinstance(found, OverBudgetError) and found.is_lasting
            seen = inputs if is_lasting else lesson.seen
            fresh[key] = Learned(seen, hashed(lesson.boilerplate), lesson.boilerplate)
            if seen != inputs:
                doubts.add(
                    key[0]
                )  # a clipping changed since inspection, or the worker was killed from outside
        along += lesson.read
        if len(along) >= context.limits.cache_write:
            yield fresh, doubts, along
            fresh, doubts, along = {}, set(), []
    if fresh:
        yield fresh, doubts, along
