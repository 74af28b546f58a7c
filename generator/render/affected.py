"""Names the pages that changed articles may affect: perhaps too many, never too few.

Fingerprints tell which of them are affected. An article affects its own page, the pages of the other
articles of its copies, its story, its identifiers and its tags, those of its day and of its source that may
lead to it, and every list with one of these. If counts change, it also affects the neighbouring lists, which
show them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set

from generator.config.tags import NEWEST
from generator.model import addresses
from generator.model.identifiers import kind_of
from generator.model.types import Article, Digest, Edition, Period, Related, Source, SourceMonth, Story, Tag
from generator.render.all_pages import page_of_identifier, page_of_tag, pages_of_kind, pages_of_tag
from generator.render.beside import articles_beside
from generator.render.day_plan import EditionPart
from generator.render.feed_plan import feed_paths
from generator.render.pages import (
    Alias,
    Page,
    overviews,
    page_of_source,
    pages_of_article,
    pages_of_edition,
    pages_of_month,
    pages_of_story,
)
from generator.render.plan import Plan
from generator.render.templates import Templates


def affected_pages(
    plan: Plan,
    changed: Iterable[Article],
    groups: Iterable[Related],
    removed: Iterable[Article] = (),
    ended: Iterable[Related] = (),
    *,
    is_recounted: bool,
) -> Iterator[Page]:
    """Yield the pages of a plan that changed articles and groups may affect, some of them twice.

    `changed` and `groups` belong to this plan. Of `removed` articles and `ended` groups, the lists
    count that they were in. With `is_recounted`, articles came or went.
    """
    digest, groups = plan.digest, tuple(groups)
    told = [article for group in groups for article in group.articles]
    here, removed = (*changed, *told), tuple(removed)
    told_ids = {article.id for group in (*groups, *ended) for article in group.articles}
    told_ids |= plan.stories.keys() & {one.id for one in (*here, *removed)}
    for article in here:
        yield from pages_of_article(plan, article)
        if story := plan.stories.get(article.id):
            yield from pages_of_story(plan, story)
    everyone = (*here, *removed)
    # Of many articles each list is named once: a source's month may hold thousands.
    for article in {(one.source, one.date.replace(day=1)): one for one in everyone}.values():
        if source := digest.sources.get(article.source):  # else it lost its last article
            yield page_of_source(source)
            yield from _months(source, article, with_neighbours=is_recounted)
    for article in {one.date: one for one in everyone}.values():
        yield from _editions(plan, digest.days, article, with_neighbours=is_recounted)
    # Longer periods name picks and stories alone, and count the others.
    told_of = (one for one in everyone if is_recounted or one.pinned or one.id in told_ids)
    for article in {one.date: one for one in told_of}.values():
        for editions in (digest.weeks, digest.months, digest.years):
            yield from _editions(plan, editions, article, with_neighbours=is_recounted)
    for group in groups:
        if isinstance(group, Story):
            yield from pages_of_story(plan, group)
    yield from identifier_pages(plan, everyone)
    yield from tag_pages(plan, everyone, is_recounted=is_recounted)
    yield from overviews(plan)


def files_leading_to(plan: Plan, articles: Sequence[Article], *, is_recounted: bool) -> list[str]:
    """Return the paths of pages of articles that may lead to some changed ones, which may be of another plan.

    With `is_recounted`, those of the same source and month follow, which name the part that lists them. The
    pages of articles that did not change neither come nor go.
    """
    found = {one.id: one for one in articles_beside(plan, articles)}
    months = {(one.source, one.date.replace(day=1)) for one in articles} if is_recounted else ()
    for name, first in months:
        source = plan.digest.sources.get(name)
        of_month = (month for month in source.months if month.first == first) if source else ()
        found |= {one.id: one for month in of_month for part in month.parts for one in part}
    pages = (page for one in found.values() for page in pages_of_article(plan, one))
    return [addresses.file_of(page.address) for page in pages]


def edition_pages(plan: Plan, articles: Iterable[Article]) -> Iterator[Page]:
    """Yield the pages of all editions with some articles of a plan."""
    dates = {article.date for article in articles}
    for editions in map(plan.digest.editions, Period) if dates else ():
        ats = {bisect_right(editions, date, key=lambda one: one.first) - 1 for date in dates}
        for at in sorted(ats):
            yield from pages_of_edition(plan, editions[at])


def identifier_pages(plan: Plan, articles: Iterable[Article]) -> Iterator[Page]:
    """Yield the pages of the identifiers that articles name or mention, and the lists of their kinds."""
    names = {name for article in articles for name in article.named_or_mentioned}
    yield from (page_of_identifier(one) for name in names if (one := plan.digest.identifiers.get(name)))
    for kind in plan.identifier_kinds.keys() & {*map(kind_of, names)}:
        yield from pages_of_kind(plan.identifier_kinds[kind])


def tag_pages(plan: Plan, articles: Sequence[Article], *, is_recounted: bool) -> Iterator[Page]:
    """Yield the pages of the tags of articles, with those that these are nested in."""
    if not plan.digest.tags:
        return
    months: dict[tuple[str, dt.date], Article] = {}
    for article in articles:
        if article.tags or article.tag_words:
            first = article.date.replace(day=1)
            months |= {(key, first): article for key in plan.tag_rules.all_of(article)}
    for key in {key for key, _ in months}:
        if tag := plan.digest.tags.get(key):
            # The months of a tag come and go together.
            may_turn = len(tag.articles) - NEWEST <= len(articles)
            yield from pages_of_tag(tag) if may_turn else (page_of_tag(tag),)
    for (key, _), article in months.items():
        if tag := plan.digest.tags.get(key):
            yield from _months(tag, article, with_neighbours=is_recounted)


def _months(owner: Source | Tag, article: Article, *, with_neighbours: bool) -> Iterator[Page]:
    """Yield the parts of the month of an article, if asked with the months beside it."""
    first = article.date.replace(day=1)
    at = bisect_left(owner.months, -first.toordinal(), key=lambda month: -month.first.toordinal())
    found: Sequence[SourceMonth] = (
        owner.months[max(0, at - 1) : at + 2] if with_neighbours else owner.months[at : at + 1]
    )
    for month in found:
        yield from pages_of_month(owner, month)


def _editions(
    plan: Plan, editions: tuple[Edition, ...], article: Article, *, with_neighbours: bool
) -> Iterator[Page]:
    """Yield the pages of an article's edition, and with its neighbours of those, which link to it."""
    at = bisect_left(editions, article.date, key=lambda edition: edition.last)
    found = editions[max(0, at - 1) : at + 2] if with_neighbours else editions[at : at + 1]
    for edition in found:
        yield from pages_of_edition(plan, edition)


def moved_articles(digest: Digest, other: Digest) -> list[Article]:
    """Return the articles of a digest whose sources stand in another section of their days in the other."""
    both = ((source, other.sources.get(name)) for name, source in digest.sources.items())
    return [
        article
        for source, twin in both
        if twin is not source and twin
        and (twin.is_activity, twin.text) != (source.is_activity, source.text)
        for article in source.articles
    ]  # fmt: skip


def by_file(pages: Iterable[Page]) -> dict[str, Page]:
    """Return path of the output file → page."""
    return {addresses.file_of(page.address): page for page in pages}


def is_near(page: Page, changed: Set[str], dates: Set[dt.date]) -> bool:
    """Return whether a curator looks at a page after a save: that of a changed article (path) or a date."""
    match page.subject:
        case Article():
            return page.subject.path in changed
        case Alias():
            return True
        case Edition(period=Period.DAY):
            return page.subject.first in dates
        case EditionPart():
            return page.subject.edition.first in dates
    return False


def affects_all_pages(theme: Templates, last: Digest, digest: Digest) -> bool:
    """Return whether a new latest day or year, or the first or last tag, affects pages of other articles."""
    is_another_day = last.days[-1].first != digest.days[-1].first
    is_another_year = last.years[-1].first != digest.years[-1].first
    has_other_entries = bool(last.tags) is not bool(digest.tags)
    return (
        (is_another_year and theme.reads("archive"))
        or (is_another_day and theme.reads("latest"))
        or (has_other_entries and theme.reads("tags"))
    )


def owners_of(plan: Plan, articles: Iterable[Article]) -> list[Source | Tag]:
    """Return the sources and tags of articles."""
    digest, articles = plan.digest, tuple(articles)
    names = {one.source for one in articles} & digest.sources.keys()
    keys = {key for one in articles for key in plan.tag_rules.all_of(one)} & digest.tags.keys()
    return [*map(digest.sources.__getitem__, sorted(names)), *map(digest.tags.__getitem__, sorted(keys))]


def lost_files(last: Digest, digest: Digest) -> Iterator[str]:
    """Yield the paths of files of sources and tags that are no more: all feeds, and the pages of tags."""
    lost: list[Source | Tag] = [one for name, one in last.sources.items() if name not in digest.sources]
    if last.tags is not digest.tags:
        slugs = {tag.slug for tag in digest.tags.values()}
        lost += [tag for tag in last.tags.values() if tag.slug not in slugs]
    if lost:
        yield from feed_paths(lost)
    for one in lost:
        if isinstance(one, Tag):
            yield from by_file(pages_of_tag(one))


def linked_otherwise(last: Digest, digest: Digest) -> Iterator[Article]:
    """Yield the articles that link otherwise to identifiers, whose pages come or go, or to tags."""
    for name in last.identifiers.keys() ^ digest.identifiers.keys():
        yield from (last.identifiers.get(name) or digest.identifiers[name]).articles
    if last.tags is digest.tags:
        return
    for key, tag in digest.tags.items():
        before = last.tags.get(key, tag)
        if before is not tag and (before.name, before.slug) != (tag.name, tag.slug):
            yield from tag.articles
