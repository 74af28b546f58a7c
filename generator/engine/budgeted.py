"""Clippings looked at, learned from and read by workers, each within its limits.

What ends its worker is tried once more, with less asked of it: its bytes are looked at, others are learned
from, its front matter is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from generator.cache.rows import COSTLY, ENDED, DocumentInfo
from generator.config.site import Limits
from generator.engine import tasks
from generator.engine.tasks import Costly, Lesson, Read, Reader, ReadRequest, Sample
from generator.parallel.budget import Budget, OverBudgetError
from generator.parallel.workers import Workers, batches

BATCH = 100
"""Clippings that a worker takes at a time: each batch costs this process some milliseconds."""
SMALL, LARGE = 0.1, 0.5
"""The part of a clipping's CPU that reading it may use, and each of the other steps: looking at it, learning
from it, reading it along, reading its front matter. It is the budget of one attempt: a step that is done
again, since its worker was ended from outside, has it again."""
WALL = 20
"""How many times the seconds of CPU of a clipping each of these may last: the machine has others to serve."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Pairs = Iterator[tuple[Item, Result | Exception]]


def budget_of(limits: Limits, share: float = 1.0) -> Budget:
    """A share of what a clipping may cost."""
    return Budget(limits.cpu_seconds * share, limits.memory_mb << 20, limits.cpu_seconds * WALL)


def looked_at(reader: Reader, paths: Iterable[str], workers: Workers) -> Pairs[str, DocumentInfo]:
    """Look at clippings; of one that costs too much the bytes are known alone."""
    small = budget_of(reader.limits, SMALL)
    costly: dict[str, int] = {}
    for path, found in workers.run(partial(tasks.look, reader), batches(paths, BATCH), budget=small):
        if isinstance(found, OverBudgetError):
            costly[path] = COSTLY if found.is_lasting else ENDED
        else:
            yield path, found
    for path, found in workers.run(
        partial(tasks.look_at_bytes, reader), batches(costly, BATCH), budget=small
    ):
        yield path, found._replace(day=costly[path]) if isinstance(found, DocumentInfo) else found


def learned_from(reader: Reader, samples: Iterable[Sample], workers: Workers) -> Pairs[Sample, Lesson]:
    """Learn what sources repeat, from clippings that do not cost too much."""
    small = budget_of(reader.limits, SMALL)
    task = partial(tasks.learn, reader)
    costly: list[tuple[Sample, OverBudgetError]] = []
    for sample, found in workers.run(task, batches(samples, BATCH, _weight), budget=small):
        if isinstance(found, OverBudgetError):
            costly.append((sample, found))
        else:
            yield sample, found
    again: dict[Sample, tuple[Sample, bool]] = {}
    for sample, error in costly:
        smaller, is_lasting = _without(sample, error, reader, workers)
        again[smaller] = sample, is_lasting
    for smaller, found in workers.run(task, batches(again, BATCH, _weight), budget=small):
        sample, is_lasting = again[smaller]
        if isinstance(found, Lesson) and not is_lasting:
            found = msgspec.structs.replace(found, seen=b"")  # noqa: PLW2901 - learned from again
        yield sample, found


def _without(sample: Sample, error: OverBudgetError, reader: Reader, workers: Workers) -> tuple[Sample, bool]:
    """A sample without those of its clippings that cost too much, and none of which is read along.

    And whether the same ones would cost too much another time. The step of the `error` is the one that was
    too much: each of the clippings is one, then come those that are read along.
    """
    step, is_lasting = error.step, True
    paths = [path for path, _ in sample.clippings]
    left_out = []
    if step < len(paths):
        left_out.append(paths.pop(step))
        is_lasting = error.is_lasting
        task = partial(tasks.open_for_learning, reader)
        tried = workers.run(task, batches(paths, BATCH), budget=budget_of(reader.limits, SMALL))
        for path, found in tried:
            if isinstance(found, OverBudgetError):
                left_out.append(path)
                is_lasting &= found.is_lasting
    clippings = tuple((path, 0) for path, _ in sample.clippings)
    smaller = msgspec.structs.replace(sample, clippings=clippings, left_out=tuple(sorted(left_out)))
    return smaller, is_lasting


def read(
    reader: Reader,
    wanted: Iterable[ReadRequest],
    workers: Workers,
    digest_of: Callable[[str], bytes],
    meanwhile: Iterable[None] = (),
) -> Pairs[ReadRequest, Read]:
    """Read clippings; one that costs too much is a link to its original, or left out, and says so.

    `digest_of` tells what is known of the bytes at a path.
    """
    large, small = budget_of(reader.limits, LARGE), budget_of(reader.limits, SMALL)
    costly: dict[Costly, ReadRequest] = {}
    task = partial(tasks.read, reader)
    for one, found in workers.run(task, batches(wanted, BATCH), meanwhile, budget=large):
        if isinstance(found, OverBudgetError):
            costly[Costly(one.path, _reason(found, reader), found.is_lasting)] = one
        else:
            yield one, found
    less = partial(tasks.read_without_body, reader)
    for one_, found in workers.run(less, batches(costly, BATCH), budget=small):
        if isinstance(found, OverBudgetError):
            again = msgspec.structs.replace(one_, is_lasting=one_.is_lasting and found.is_lasting)
            yield costly[one_], tasks.refused(again, digest_of(one_.path))
        else:
            yield costly[one_], found


def _reason(error: OverBudgetError, reader: Reader) -> str:
    """Why reading ended, with the budget of the whole clipping, of which this step may use a part."""
    whole, part = budget_of(reader.limits), budget_of(reader.limits, LARGE)
    told = f"{part.cpu:g} of the {whole.cpu:g} seconds of CPU that a clipping may take"
    return error.reason.replace(f"{part.cpu:g} seconds of CPU", told)


def _weight(sample: Sample) -> int:
    return len(sample.clippings)


def each(
    task: Callable[[Sequence[Item]], Iterable[Result]],
    items: Iterable[Item],
    workers: Workers,
    limits: Limits,
) -> Pairs[Item, Result]:
    """Do something else with clippings, in as many as there are, each within its limits."""
    return workers.run(task, batches(items, BATCH), budget=budget_of(limits, LARGE))
