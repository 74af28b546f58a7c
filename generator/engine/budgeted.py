"""Workers inspect clippings, learn from them and read them, each step within a budget.

An item that ends its worker gets one more attempt with less to do. Inspection falls back to hashing the
bytes, learning skips the costly clippings, and reading falls back to the front matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from generator.cache.rows import COSTLY, ENDED, DocumentInfo
from generator.config.site import Limits
from generator.engine import tasks
from generator.engine.build_context import LIMITS, BuildContext
from generator.engine.records import Costly, Lesson, Read, Reader, ReadRequest, Sample
from generator.parallel.budget import Budget, OverBudgetError
from generator.parallel.workers import Workers, batches

SMALL, LARGE = 0.1, 0.5
"""Shares of a clipping's CPU limit. LARGE is for reading it. SMALL is for each other step: inspecting it,
learning from it, reading it along with a sample, reading its front matter. A share is the budget of one
attempt: a step that is repeated because its worker was killed from outside gets the full share again."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Pairs = Iterator[tuple[Item, Result | Exception]]
Task = Callable[[Sequence[Item]], Iterable[Result]]


def budget_of(limits: Limits, share: float = 1.0, wall: float = LIMITS.wall) -> Budget:
    """Return a share of the limits of one clipping as a budget."""
    return Budget(limits.cpu_seconds * share, limits.memory_mb << 20, limits.cpu_seconds * wall)


def _run(
    task: Task[Item, Result],
    items: Iterable[Item],
    reader: Reader,
    context: BuildContext,
    share: float = SMALL,
    weigh: Callable[[Item], int] = lambda _: 1,
) -> Pairs[Item, Result]:
    """Run a task on items, each within a share of the limits of one clipping."""
    limits = context.limits
    budget = budget_of(reader.limits, share, limits.wall)
    return context.workers.run(task, batches(items, limits.batch, weigh), budget=budget)


def looked_at(reader: Reader, paths: Iterable[str], context: BuildContext) -> Pairs[str, DocumentInfo]:
    """Inspect clippings. For a clipping that exceeds its budget, only the hash of its bytes is known."""
    costly: dict[str, int] = {}
    for path, found in _run(partial(tasks.look, reader), paths, reader, context):
        if isinstance(found, OverBudgetError):
            costly[path] = COSTLY if found.is_lasting else ENDED
        else:
            yield path, found
    for path, found in _run(partial(tasks.look_at_bytes, reader), costly, reader, context):
        yield path, found._replace(day=costly[path]) if isinstance(found, DocumentInfo) else found


def learned_from(reader: Reader, samples: Iterable[Sample], context: BuildContext) -> Pairs[Sample, Lesson]:
    """Learn the boilerplate of sources, leaving out clippings that exceed their budget."""
    task = partial(tasks.learn, reader, held_characters=context.limits.held_characters)
    costly: list[tuple[Sample, OverBudgetError]] = []
    for sample, found in _run(task, samples, reader, context, weigh=weight_of):
        if isinstance(found, OverBudgetError):
            costly.append((sample, found))
        else:
            yield sample, found
    again: dict[Sample, tuple[Sample, bool]] = {}
    for sample, error in costly:
        smaller, is_lasting = _without(sample, error, reader, context)
        again[smaller] = sample, is_lasting
    for smaller, found in _run(task, again, reader, context, weigh=weight_of):
        sample, is_lasting = again[smaller]
        if isinstance(found, Lesson) and not is_lasting:
            found = msgspec.structs.replace(found, seen=b"")  # noqa: PLW2901 - forces learning again
        yield sample, found


def _without(
    sample: Sample, error: OverBudgetError, reader: Reader, context: BuildContext
) -> tuple[Sample, bool]:
    """Return the sample without its costly clippings, and whether these would be costly again.

    No clipping of the smaller sample is read along. `error.step` identifies the step that failed: the first
    steps are the sample's clippings in order, and the clippings to read along follow.
    """
    step, is_lasting = error.step, True
    paths = [path for path, _ in sample.clippings]
    left_out = []
    if step < len(paths):
        left_out.append(paths.pop(step))
        is_lasting = error.is_lasting
        for path, found in _run(partial(tasks.open_for_learning, reader), paths, reader, context):
            if isinstance(found, OverBudgetError):
                left_out.append(path)
                is_lasting &= found.is_lasting
    clippings = tuple((path, 0) for path, _ in sample.clippings)
    smaller = msgspec.structs.replace(sample, clippings=clippings, left_out=tuple(sorted(left_out)))
    return smaller, is_lasting


def read(
    reader: Reader,
    wanted: Iterable[ReadRequest],
    context: BuildContext,
    digest_of: Callable[[str], bytes],
) -> Pairs[ReadRequest, Read]:
    """Read clippings. A clipping over budget is reduced to its link or left out, with a problem.

    `digest_of` returns the known hash of the bytes at a path.
    """
    costly: dict[Costly, ReadRequest] = {}
    for one, found in _run(partial(tasks.read, reader), wanted, reader, context, LARGE):
        if isinstance(found, OverBudgetError):
            costly[Costly(one.path, _reason(found, reader), found.is_lasting)] = one
        else:
            yield one, found
    for one_, found in _run(partial(tasks.read_without_body, reader), costly, reader, context):
        if isinstance(found, OverBudgetError):
            again = msgspec.structs.replace(one_, is_lasting=one_.is_lasting and found.is_lasting)
            yield costly[one_], tasks.refused(again, digest_of(one_.path))
        else:
            yield costly[one_], found


def _reason(error: OverBudgetError, reader: Reader) -> str:
    """Return why reading ended, naming the clipping's whole budget, of which this step may use a part."""
    whole, part = budget_of(reader.limits), budget_of(reader.limits, LARGE)
    told = f"{part.cpu:g} seconds of CPU (the share of this step in `cpu_seconds = {whole.cpu:g}`)"
    return error.reason.replace(f"{part.cpu:g} seconds of CPU", told)


def weight_of(sample: Sample) -> int:
    """Return how many clippings a sample has."""
    return len(sample.clippings)


def each(
    task: Task[Item, Result], items: Iterable[Item], workers: Workers, limits: Limits
) -> Pairs[Item, Result]:
    """Run any other task on clippings, each within its budget."""
    return workers.run(task, batches(items, LIMITS.batch), budget=budget_of(limits, LARGE))
