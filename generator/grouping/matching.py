"""Compare all articles that may be the same. A forked process may do half of the work."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import partial

from generator.grouping.candidates import Names, near_pairs, shared_bands, stretches
from generator.grouping.evidence import NEAR, REASONS, Evidence, is_unlikely, judge
from generator.grouping.gathering import SPAN
from generator.grouping.likeness import likeness
from generator.parallel.forked import parts

_RANKS = {reason: rank for rank, reason in enumerate(REASONS)}
Triple = tuple[int, int, int]
"""Later article, earlier article, and the rank of the reason why they are the same."""


def matching_pairs(
    evidence: Sequence[Evidence], days: Sequence[int], names: Sequence[Names], *, is_shared: bool
) -> Iterator[Triple]:
    """Yield all pairs of articles that are the same. Some occur twice.

    The articles are in order of time. With `is_shared`, a forked process may do a part of the work.
    """
    task, count = partial(_triples, evidence, days, names), len(days) + 1
    for numbers in parts(task, count, bytes, is_shared=is_shared):
        row = array("I", numbers)
        yield from zip(row[::3], row[1::3], row[2::3], strict=True)


def rank_of(one: Evidence, other: Evidence) -> int | None:
    """Return the rank of the reason why two articles are the same; None if they are not."""
    reason = "" if is_unlikely(one, other) else judge(one, other)
    return _RANKS[reason] if reason else None


def _triples(
    evidence: Sequence[Evidence], days: Sequence[int], names: Sequence[Names], start: int, end: int
) -> bytes:
    """Return the triples of ranges whose middle is between two articles, as a sequence of numbers."""
    found = array("I")
    compared: set[int] = set()
    for later, earlier in _candidates(evidence, days, names, (start, end), compared):
        compared.add(later * len(days) + earlier)
        rank = rank_of(evidence[later], evidence[earlier])
        if rank is not None:
            found.extend((later, earlier, rank))
    return found.tobytes()


def _candidates(
    evidence: Sequence[Evidence],
    days: Sequence[int],
    names: Sequence[Names],
    within: tuple[int, int],
    compared: set[int],
) -> Iterator[tuple[int, int]]:
    """Yield the pairs to compare: by names, then by texts."""
    for own in names:
        for stretch in _stretches(days, own.span, within):
            yield from near_pairs(own.shared_within(stretch), days, own.span, compared)
    for first, last in _stretches(days, SPAN, within):
        bands = shared_bands((at, evidence[at].signature) for at in range(first, last))
        for later, earlier in near_pairs(bands, days, SPAN, compared):
            if likeness(evidence[later].signature, evidence[earlier].signature) >= NEAR:
                yield later, earlier


def _stretches(days: Sequence[int], span: int, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    return (
        (first, last) for first, last in stretches(days, span) if within[0] <= (first + last) // 2 < within[1]
    )
