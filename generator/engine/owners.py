"""The sources and tags that a change of articles affects, and the files of those that it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.engine.outputs import feed_paths
from generator.model.types import Article, Digest, Source, Tag
from generator.render.affected import by_file
from generator.render.all_pages import pages_of_tag
from generator.render.pages import Plan


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
