"""The second half of the pipeline: turns what was read and grouped into a site on disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from generator.cache.stamps import Stamp
from generator.cache.store import MissingError
from generator.cache.texts import found_body
from generator.config.hosts import Size
from generator.config.options import Built, Report, Written, by_place, grave
from generator.config.site import Site
from generator.engine import page_tasks
from generator.engine.effects import Effects
from generator.engine.outputs import Output, fingerprint
from generator.engine.page_tasks import Job
from generator.engine.readings import withheld_on_purpose
from generator.engine.record_reading import read_lost
from generator.engine.render_context import RenderContext
from generator.engine.site_index import SiteIndex
from generator.engine.state import SiteState
from generator.engine.unchanged import Inputs, remember
from generator.grouping.suspects import suspects_of
from generator.model import addresses
from generator.model.errors import BuildError, Problem, errors_of
from generator.model.suspects import Suspect
from generator.model.types import Article, Verdict
from generator.output import disk
from generator.output.deletions import check_deletions, emptied
from generator.output.status import OutputSnapshot, OutputStatus, StampsOnDisk, is_as_left
from generator.output.write import Transaction
from generator.parallel.memory import collected_often
from generator.parallel.workers import batches
from generator.reading.discover import discover, is_ignored
from generator.reading.lost_folders import check_folders
from generator.render.feed_plan import Feed
from generator.render.fingerprints import reason
from generator.render.pages import Page
from generator.render.sitemap import is_for_machines
from generator.search.months import IndexFile, is_of_index
from generator.search.term_files import TermsContent

BATCH = 100
"""Pages per batch. With smaller batches, handing them over takes much of the main process's time."""
LIST_BATCH = 5
"""Lists made between two polls of the workers. A poll takes as long as a small list."""


class Wrote(NamedTuple):
    """The result of a build, with the files now in the output folder."""

    built: Built
    fingerprints: Mapping[str, bytes]
    """Path → fingerprint of the files that were compared."""
    files: Mapping[str, str]
    """Path → digest of all files."""
    left: OutputSnapshot


class _Compared(NamedTuple):
    """The files to compare, and those that no change affects."""

    outputs: list[Output]
    fingerprints: dict[str, bytes]
    """Path → fingerprint, for each of `outputs`."""
    unaffected: list[str]
    problems: tuple[Problem, ...]
    """Found while planning."""


def write(
    state: SiteState,
    inputs: Inputs,
    effects: Effects,
    stamps_on_disk: StampsOnDisk,
    *,
    clean: bool = False,
    on_commit: Callable[[Mapping[str, str]], None] = lambda _: None,
) -> Wrote:
    """Make the outdated files, and put them in place in one transaction.

    `inputs` were taken before anything was read: changes since are left to the next build. `stamps_on_disk`
    returns the stamps of the files in place. If the output folder is as the last build left it,
    only the files that `effects` names are compared. `on_commit` receives path → digest of all files before
    any is in place.
    """
    site, options, index, cache = state.site, state.options, state.index, state.context.cache
    lost = check_folders(site, options, inputs.found, inputs.paths, cache)
    with Transaction(site.output, options.as_of.date(), afresh=clean) as transaction:
        old = transaction.old
        is_limited = not effects.is_everything and is_as_left(
            site.output, state.left, len(old), stamps_on_disk, cache
        )
        compared = _affected(state, effects, transaction) if is_limited else _all(state)
        among = [*compared.fingerprints, *old.keys() - set(compared.unaffected)]
        output_status = OutputStatus(
            site.output, transaction, cache, compared.fingerprints, reason,
            clean=clean, stamps=stamps_on_disk() if old else {}, among=among if compared.unaffected else None,
        )  # fmt: skip
        problems = [*index.problems, *lost, *compared.problems]
        if gone := emptied(site, options, old, index.found):
            problems.append(gone)
        built = _put_in_place(state, transaction, output_status, compared, problems, on_commit)
    left = output_status.left
    # The next build must not count as unchanged: it must not repeat these problems, and it must retry
    # failures.
    if gone or lost or state.context.workers.has_passing_faults:
        inputs = inputs._replace(digest=b"")
    with cache.best_effort():
        remember(site, options, inputs, built, left, cache)
    state.planning = compared.problems
    return Wrote(built, compared.fingerprints, transaction.files, left)


def _all(state: SiteState) -> _Compared:
    """Plan all files."""
    problems: list[Problem] = []
    outputs = state.outputs.all(problems)
    return _Compared(outputs, _fingerprints(state, outputs), [], tuple(problems))


def _affected(state: SiteState, effects: Effects, transaction: Transaction) -> _Compared:
    """Plan the files that a change may affect."""
    paths = dict.fromkeys((*effects.near, *effects.others))
    outputs = [output for path in paths if (output := state.outputs.at(path))]
    ended = {*effects.removed, *paths} - {one.path for one in outputs}
    if effects.is_remapped and state.site.config.base_url is not None:
        lists = state.outputs.lists()
        outputs += lists
        ended |= {path for path in transaction.old if is_for_machines(path)} - {one.path for one in lists}
        ended -= {*state.outputs.given}
    fingerprints = _fingerprints(state, outputs)
    if state.outputs.static and effects.is_remapped:
        state.plan_files()
    # In the order of the manifest, which is faster.
    unaffected = [path for path in transaction.old if path not in fingerprints and path not in ended]
    return _Compared(outputs, fingerprints, unaffected, state.planning)


def _fingerprints(state: SiteState, outputs: Iterable[Output]) -> dict[str, bytes]:
    return {one.path: fingerprint(state.rendering, one) for one in outputs}


def _put_in_place(
    state: SiteState,
    transaction: Transaction,
    output_status: OutputStatus,
    compared: _Compared,
    problems: Iterable[Problem],
    on_commit: Callable[[Mapping[str, str]], None],
) -> Built:
    """Make the outdated files and swap them in."""
    rendering, index, options = state.rendering, state.index, state.options
    problems, outputs = sorted(problems, key=by_place), compared.outputs
    if errors := errors_of(problems):
        raise BuildError(*errors)
    reasons = {one.path: why for one in outputs if (why := output_status.reason(one.path)) is not None}
    transaction.keep(compared.unaffected)
    transaction.keep(one.path for one in outputs if one.path not in reasons)
    put(rendering, [one for one in outputs if one.path in reasons], transaction)
    if options.strict and grave(problems):
        pages, size = Written(written=0, kept=0, deleted=0), None
    else:
        articles, withheld = index.digest.articles, partial(_withheld, rendering.site, index)
        check_deletions(rendering.site, options, transaction.old, transaction.files, articles, withheld)
        staged = frozenset(transaction.staged)
        on_commit(transaction.files)
        pages = transaction.commit()
        output_status.look_again(reasons)
        size = size_of(transaction.files, output_status.stamps)
        with rendering.context.cache.best_effort():
            output_status.remember(reasons)
        reasons = {path: why for path, why in reasons.items() if path in staged}
    report = report_of(index, problems, pages, size, suspects_of(index.digest))
    return Built(report=report, waits_until=index.waits_until, reasons=reasons)


def _withheld(site: Site, index: SiteIndex) -> Iterator[str]:
    """Yield the clippings that exist and that the curator withholds or ignores."""
    yield from withheld_on_purpose(index.skipped, index.problems, index.facts.waiting)
    ignore = site.config.ignore
    yield from (path for path in discover(site.content, ()).paths if is_ignored(path, ignore))


def put(rendering: RenderContext, outputs: Iterable[Output], transaction: Transaction) -> None:
    """Make and stage files: articles and feeds in workers, the others in this process meanwhile."""
    _put_quick(rendering, outputs, transaction)
    pages = [one.content for one in outputs if isinstance(one.content, Page)]
    feeds_ = [one.content for one in outputs if isinstance(one.content, Feed)]
    articles = [page for page in pages if isinstance(page.subject, Article)]
    lists = [page for page in pages if not isinstance(page.subject, Article)]
    terms = rendering.search.batches_of(one.content for one in outputs if isinstance(one.content, IndexFile))
    light = len(articles) + len({feed.folder for feed in feeds_})
    total = light + len(terms) + len(lists)
    steps = iter(range(total))

    def step() -> None:
        rendering.context.progress("rendering", next(steps, total - 1), total)  # some are made twice

    if light + BATCH * len(terms) > BATCH and rendering.context.workers.count > 1:  # more than one batch
        rendering.context.begin_workers()
    meanwhile = _lists_made(rendering, lists, transaction, step)
    jobs = chain(_index_jobs(rendering, terms, transaction), _jobs(rendering, articles, feeds_, transaction))
    with disk.translate_errors(rendering.site.output), collected_often():
        lost = _made(rendering, jobs, transaction, step, meanwhile)
        if lost:
            read_lost(rendering.site, rendering.context, _lost_texts(rendering, lost))
            if still := _made(rendering, lost, transaction, step):
                paths = _lost_texts(rendering, still)  # they have changed since inspection
                rendering.context.cache.drop_records(paths)
                raise MissingError("bodies", *map(os.fsencode, paths[:1]))
        for _ in meanwhile:
            pass


def _put_quick(rendering: RenderContext, outputs: Iterable[Output], transaction: Transaction) -> None:
    """Stage the files that are there already, and the search index's lists of months and documents."""
    for one in outputs:
        match one.content:
            case bytes() as data:
                transaction.put(one.path, data)
            case Path() as file:
                transaction.copy(one.path, file)
            case IndexFile(is_terms=False) as file:
                transaction.put(one.path, rendering.search.bytes_of(file, rendering.context.cache))


def _made(
    rendering: RenderContext,
    jobs: Iterable[Job],
    transaction: Transaction,
    step: Callable[[], None],
    meanwhile: Iterable[None] = (),
) -> list[Job]:
    """Let workers make and stage files. Returns the jobs whose text is missing from the cache."""
    lost = []
    task = partial(page_tasks.make, rendering.maker)
    some = batches(jobs, BATCH, _weight_of)
    with contextlib.closing(rendering.context.workers.run(task, some, meanwhile)) as results:
        for job, files in results:
            if isinstance(files, MissingError):
                lost.append(job)
                continue
            if isinstance(files, Exception):
                raise files
            for (path, slot), (digest, is_staged) in zip(job.files, files, strict=True):
                transaction.take(path, slot, digest, is_staged=is_staged)
            step()
    return lost


def _weight_of(job: Job) -> int:
    """Return how much of a batch a job is. One of the index takes as long as many pages."""
    return BATCH if isinstance(job.content, TermsContent) else 1


def _lost_texts(rendering: RenderContext, jobs: Iterable[Job]) -> list[str]:
    """Return the paths of the clippings that jobs need and whose texts are missing from the cache."""
    cache = rendering.context.cache
    texts = {text for job in jobs for text in job.content.texts}
    lost = {text.path for text in texts if found_body(cache, text) is None}
    searched = {text for job in jobs if isinstance(job.content, TermsContent) for text in job.content.texts}
    return sorted(lost | {text.path for text in searched if cache.terms(text.path, text.digest) is None})


def _lists_made(
    rendering: RenderContext, lists: Iterable[Page], transaction: Transaction, step: Callable[[], None]
) -> Iterator[None]:
    """Make and stage lists, a few per step."""
    for some in batches(lists, LIST_BATCH):
        for page in some:
            step()
            transaction.put(addresses.file_of(page.address), rendering.list_html(page))
        yield


def _index_jobs(
    rendering: RenderContext, terms: Iterable[Sequence[IndexFile]], transaction: Transaction
) -> Iterator[Job]:
    """Yield the jobs of the search index: files of terms, in batches."""
    for some, content in rendering.search.contents(terms):
        yield Job(tuple((file.path, transaction.slot(file.path)) for file in some), content)


def _jobs(
    rendering: RenderContext, articles: Iterable[Page], feeds_: Iterable[Feed], transaction: Transaction
) -> Iterator[Job]:
    """Yield the jobs for workers. Feeds come first: they take longer, and all workers should end together."""
    together: dict[str, list[Feed]] = {}
    for feed in feeds_:
        together.setdefault(feed.folder, []).append(feed)
    for forms in together.values():
        files = tuple((feed.path, transaction.slot(feed.path)) for feed in forms)
        yield Job(files, rendering.feed_content(*forms))
    for page in articles:
        path = addresses.file_of(page.address)
        yield Job(((path, transaction.slot(path)),), rendering.article_content(page))


def size_of(files: Iterable[str], stamps: Mapping[str, Stamp]) -> Size:
    """Return the size of a site with these files. `stamps`: path → stamp of the files in place."""
    files = [*files]
    sizes = [*map(itemgetter(0), map(stamps.__getitem__, files))]
    of_index = [size for path, size in zip(files, sizes, strict=True) if is_of_index(path)]
    return Size(
        files=len(sizes),
        bytes=sum(sizes),
        largest=max(sizes, default=0),
        index_files=len(of_index),
        index_bytes=sum(of_index),
    )


def report_of(
    index: SiteIndex,
    problems: Iterable[Problem],
    written: Written,
    size: Size | None = None,
    suspects: tuple[Suspect, ...] | None = None,
) -> Report:
    """Return the report of a build."""
    return Report(
        found=index.found,
        ignored=index.ignored,
        published=len(index.digest.articles),
        verdicts={verdict: index.verdicts[verdict] for verdict in Verdict},
        repaired=index.repaired,
        skipped=index.skipped,
        pages=written,
        site=size,
        problems=tuple(problems),
        suspects=suspects,
    )
