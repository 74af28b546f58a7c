"""A build that starts from the last build's state and updates only what a few changed clippings affect.

Uncommon changes (a new year, a pick that refers to the article, damaged files) fall back to a full build.
Tests compare the result of both.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

import msgspec

from generator.cache.stamps import Stamp, stamp_at
from generator.cache.store import Cache
from generator.config.options import Built, Options, by_place
from generator.config.site import Config, Site
from generator.engine import stored_state
from generator.engine.document_table import DocumentTable, documents_among
from generator.engine.impact import Change, FarReachingError, change_of
from generator.engine.lessons import BuildContext, origin_key
from generator.engine.output_status import OutputStatus
from generator.engine.render_context import (
    Output,
    RenderContext,
    affects_all_pages,
    feed_outputs,
    for_machines,
    page_output,
    planned_of,
)
from generator.engine.rereading import few_of
from generator.engine.safeguards import check_folders
from generator.engine.site_index import Readings, SiteIndex, gathered, mark_of, told_of_sources
from generator.engine.stored_state import Head, StoredState
from generator.engine.stored_stories import keep as keep_stories
from generator.engine.stored_stories import recalled
from generator.engine.unchanged import Inputs, OutputSnapshot, Standing, is_as_left, remember
from generator.engine.writing import put_in_place
from generator.grouping.health import health_of, leaders_of
from generator.grouping.regrouping import recounts, regrouped, spliced
from generator.grouping.stories import Stories
from generator.model import addresses
from generator.model.errors import shown
from generator.model.types import Digest, Health, Story
from generator.output.assets import static_files
from generator.output.folder import record_of
from generator.output.write import Transaction
from generator.render import sitemap
from generator.render.affected import affected_pages, by_file
from generator.render.pages import Page, page_of_source, pages_of


class Before(NamedTuple):
    """The loaded state of the last build."""

    head: Head
    stored_state: StoredState
    stories: Stories
    """With the stories of the last digest."""


def opened(site: Site, cache: Cache, head: Head | None = None) -> Before | None:
    """Return the last build, if it is stored completely and belongs to this program and folder.

    `head` may be passed if it is already loaded.
    """
    head = head or stored_state.head_noted(cache)
    if head is None or not stored_state.is_own(head, site):
        return None
    kept = stored_state.opened(head, site, cache)
    stories = recalled(cache, head.epoch, kept.digest.articles, kept.marks, {}) if kept else None
    if kept is None or stories is None:
        return None
    told = stories.told(head.index.merges, head.index.splits)
    digest = msgspec.structs.replace(kept.digest, stories=told)
    return Before(head, msgspec.structs.replace(kept, digest=digest), stories)


def resumed(
    site: Site,
    options: Options,
    inputs: Inputs,
    context: BuildContext,
    standing: Standing,
    ahead: Before | None = None,
) -> Built | None:
    """Build what changed clippings affect; None, with nothing changed, if a full build is needed.

    `ahead` is the last build, if already loaded.
    """
    head = ahead.head if ahead else stored_state.head_noted(context.cache)
    if options.strict or head is None or not stored_state.is_usable(head, site, options, inputs):
        return None
    changed = head.changed(inputs, context.cache)
    if (
        changed is None
        or len(changed) > few_of(len(inputs.found.stamps))
        # A problem of folders is reported once; in the stored state it would persist.
        or check_folders(site, options, inputs.found, inputs.paths, context.cache)
    ):
        return None
    try:
        with Transaction(site.output, options.as_of.date()) as transaction:
            if head.left.record != stamp_at(record_of(site.output)):
                return None  # another build ran while this one waited for the lock
            old, stamps = transaction.old.keys(), standing()
            if not is_as_left(site, head.left, len(old), stamps, context.cache):
                return None
            with context.cache.together():
                context.cache.drop_note(stored_state.HEAD)
                revision = _revised(site, options, inputs, context, head, ahead, changed, old)
            concerned_ = {one.path for one in revision.outputs} | revision.removed
            output_status = OutputStatus(site, transaction, context.cache, stamps=stamps, among=concerned_)
            others = [path for path in old if path not in concerned_]  # in order, which is faster
            problems = (*revision.rendering.index.problems, *head.planning)
            built = put_in_place(
                options, revision.rendering, transaction, output_status, revision.outputs, problems, others
            )
    except FarReachingError:
        return None
    _keep(site, options, inputs, revision, built, output_status.left, head)
    return built


def _keep(
    site: Site,
    options: Options,
    inputs: Inputs,
    revision: _Revision,
    built: Built,
    left: OutputSnapshot,
    last: Head,
) -> None:
    """Store what was built, for the next build to start from."""
    rendering = revision.rendering
    if rendering.context.workers.has_passing_faults:
        inputs = inputs._replace(digest=b"")
    with rendering.context.cache.best_effort():
        remember(site, options, inputs, built, left, rendering.context.cache)
    stored_state.keep(site, options, inputs, rendering, built, left, last, revision.sources)


class _Revision(NamedTuple):
    """The effects of a change."""

    rendering: RenderContext
    outputs: list[Output]
    """Files that the change may affect."""
    removed: set[str]
    """Paths of files that no longer exist."""
    sources: set[str]
    """Names of the sources that changed."""


def _revised(
    site: Site,
    options: Options,
    inputs: Inputs,
    context: BuildContext,
    head: Head,
    ahead: Before | None,
    changed: Mapping[str, Stamp | None],
    files: Set[str],
) -> _Revision:
    """Read the changed clippings, group them with all others, and plan the affected files."""
    cache = context.cache
    documents, changed = _documents(site, inputs, context, head, changed)
    few = gathered(site.config, options, documents.records_among(changed, context))
    before = ahead or opened(site, cache, head)
    if before is None:
        raise FarReachingError
    kept, last, stories = before.stored_state, before.stored_state.digest, before.stories
    change = change_of(head.index, few, changed, kept)
    digest = regrouped(last, *change, site.config)
    if digest is None:
        raise FarReachingError
    digest = msgspec.structs.replace(digest, articles=spliced(last.articles, *change))
    stories.change([article.path for article in change.removed], change.added)
    ended, begun = stories.tell(head.index.merges, head.index.splits)
    digest = msgspec.structs.replace(digest, stories=tuple(stories.stories))
    marks, texts = _known(kept, change, few)
    keep_stories(cache, documents.reader.epoch, stories, marks)
    index = msgspec.structs.replace(
        _described(
            site.config, head.index, inputs, few, changed, digest, digest.sources.keys() - last.sources.keys()
        ),
        marks=marks,
        texts=texts,
        fresh=documents.fresh,
        repeats=documents.repeats,
    )
    return _planned(site, index, context, last, change, (ended, begun), kept.healths, files)


def _documents(
    site: Site, inputs: Inputs, context: BuildContext, head: Head, changed: Mapping[str, Stamp | None]
) -> tuple[DocumentTable, Mapping[str, Stamp | None]]:
    """Return a table of the changed clippings and those with changed boilerplate, and their stamps.

    Raises `FarReachingError` if there are too many.
    """
    before = {((source, year), digest) for source, year, digest in head.repeats}
    if not {key for key, _ in before} <= context.cache.learned().keys():
        raise FarReachingError
    count = len(inputs.found.paths)
    documents = documents_among(site, changed, context, count)
    if documents is None:
        raise FarReachingError
    others = {key for key, _ in before ^ documents.repeats.items()}
    if not others:
        return documents, changed
    stamps = inputs.found.stamps
    judged = {
        path: stamps[path]
        for path, one in context.cache.of_sources({source for source, _ in others})
        if origin_key(one) in others and path in stamps
    }
    changed = {**judged, **changed}
    documents = (
        documents_among(site, changed, context, count) if len(changed) <= few_of(len(stamps)) else None
    )
    if documents is None:
        raise FarReachingError
    return documents, changed


def _known(before: StoredState, change: Change, few: Readings) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return article id → content hash, and path → text hash, after the change."""
    marks, texts = {**before.marks}, {**before.texts}
    for article in change.removed:
        del marks[article.id]
        texts.pop(article.path, None)
    for article in change.added:
        marks[article.id] = mark_of(article, few.marks[article.path])
        if article.path in few.texts:
            texts[article.path] = few.texts[article.path]
    return marks, texts


def _described(
    config: Config,
    index: SiteIndex,
    inputs: Inputs,
    few: Readings,
    paths: Iterable[str],
    digest: Digest,
    new: Iterable[str],
) -> SiteIndex:
    """Return the index after the change, with its `new` sources and updated problems."""
    paths, found = set(paths), inputs.found
    names, kept = {shown(path) for path in paths}, set(found.problems)
    problems = [one for one in index.problems if one.path not in names or one in kept]
    impact = msgspec.structs.replace(
        index.impact,
        repaired=(index.impact.repaired - paths) | few.repaired,
        names={**index.impact.names, **{name: name for name in new}},
        contested=index.impact.contested | {one.id for one in few.withheld},
        waiting={path: when for path, when in index.impact.waiting.items() if path not in paths}
        | few.waiting,
        held_back={path: source for path, source in index.impact.held_back.items() if path not in paths}
        | {one.path: one.source for one in few.withheld},
    )
    told = tuple(sorted((*problems, *few.problems), key=by_place))
    return msgspec.structs.replace(
        index,
        digest=digest,
        found=len(found.paths) + len(found.skipped),
        repaired=len(impact.repaired),
        verdicts=Counter(article.verdict for article in digest.articles),
        waits_until=min(impact.waiting.values(), default=None),
        skipped=tuple(sorted((*(one for one in index.skipped if one.path not in names), *few.skipped))),
        problems=told_of_sources(told, config, digest, impact.held_back),
        impact=impact,
    )


def _planned(
    site: Site,
    index: SiteIndex,
    context: BuildContext,
    last: Digest,
    change: Change,
    stories: tuple[Sequence[Story], Sequence[Story]],
    healths: Mapping[str, Health],
    files: Set[str],
) -> _Revision:
    """Plan the affected files, given the existing `files`. `stories` are those that ended, and began."""
    digest, config, (ended, begun) = index.digest, site.config, stories
    told = [article for story in (*ended, *begun) for article in story.articles]
    sources = {article.source for article in (*change.removed, *change.added, *told)}
    fresh, turned = _healths(last, digest, sources, healths)
    after = planned_of(digest, config)
    of_last = {article.id: story for story in last.stories for article in story.articles}
    before = msgspec.structs.replace(after, digest=last, stories=of_last)  # only for `affected_pages`
    rendering = RenderContext(site, index, after, context, healths={**healths, **fresh})
    if affects_all_pages(rendering.theme, config, last, digest):
        raise FarReachingError
    # Longer periods list only articles with a story. If that set changes, their pages are affected too.
    is_recounted = recounts(*change) or _told(ended) != _told(begun)
    left = {article.path for article in change.removed}
    parted = [article for story in ended for article in story.articles if article.path not in left]
    was = by_file(affected_pages(before, change.removed, ended, is_recounted=is_recounted))
    are = by_file(
        affected_pages(after, (*change.added, *parted), begun, change.removed, is_recounted=is_recounted)
    )
    removed = set(was)
    are |= by_file(page_of_source(digest.sources[name]) for name in turned)
    outputs = [page_output(rendering, page) for page in are.values()]
    is_mapped = set(map(_mapped, was.values())) != set(map(_mapped, are.values()))
    outputs += feed_outputs(rendering, [digest.sources[name] for name in sorted(sources)])
    if config.base_url is not None and is_mapped:
        lists = for_machines(rendering, config.base_url, tuple(pages_of(after)))
        outputs += (one for one in lists if one.path != addresses.ROBOTS)
        removed |= {path for path in files if path.startswith(sitemap.FOLDER)}
    paths = {one.path for one in outputs}
    if not {path for path, _ in static_files(site.static).files}.isdisjoint(removed | paths):
        raise FarReachingError
    return _Revision(rendering, outputs, removed - paths, sources | turned)


def _healths(
    last: Digest, digest: Digest, sources: Set[str], known: Mapping[str, Health]
) -> tuple[dict[str, Health], set[str]]:
    """Return the health of some sources, and of sources whose silence began or ended with the newest day.

    The second value names the latter. The length of a silence is shown nowhere.
    """
    leaders, newest = leaders_of(digest.stories), digest.days[-1].first
    fresh = {name: health_of(digest.sources[name], newest, leaders) for name in sources}
    if newest == last.days[-1].first:
        return fresh, set()
    others = {
        name: health_of(source, newest, leaders)
        for name, source in digest.sources.items()
        if name not in fresh
    }
    turned = {name for name, health in others.items() if health.is_silent is not known[name].is_silent}
    return fresh | {name: others[name] for name in turned}, turned


def _told(stories: Iterable[Story]) -> set[str]:
    return {article.id for story in stories for article in story.articles}


def _mapped(page: Page) -> tuple[str, dt.date | None, dt.date | None]:
    """Return what a sitemap says about a page."""
    return page.address, page.month, page.modified
