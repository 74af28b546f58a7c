"""Explains why articles belong together: the reason of each copy, and what the texts of a story share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from generator.authoring.explaining import texts_at
from generator.config.options import Options
from generator.config.site import Site
from generator.engine.build_context import BuildContext
from generator.engine.site_index import read
from generator.grouping.bursts import shared as shared_bursts
from generator.grouping.events import shared_features, strength
from generator.grouping.evidence import evidence_of, judge
from generator.grouping.text_index import Text, TextIndex, text_of
from generator.model.features import feature, kind_of
from generator.model.types import Article, CopyGroup, Digest, Story
from generator.reading.features import named_features
from generator.reading.prose import without_hidden


class Relation(msgspec.Struct, frozen=True):
    """Another article that belongs to one, and why."""

    article: Article
    reason: str
    """Empty if both belong to a third one."""


class Relations(msgspec.Struct, frozen=True):
    """The articles that belong to one."""

    copies: tuple[Relation, ...] = ()
    story: tuple[Relation, ...] = ()
    """The other texts of its story."""


def relations(site: Site, options: Options, context: BuildContext, path: str) -> Relations:
    """Return the copies of an article and the other texts of its story, each with the reason."""
    digest = read(site, options, context).digest
    article = next((one for one in digest.articles if one.path == path), None)
    if article is None:
        return Relations()
    group = next((one for one in digest.copies if article in one.articles), None)
    story = next((one for one in digest.stories if article in one.articles), None)
    own = group.lead if group else article
    return Relations(
        copies=tuple(_copies(article, group)) if group else (),
        story=tuple(_others(own, story, digest, site, context)) if story else (),
    )


def _copies(article: Article, group: CopyGroup) -> Iterator[Relation]:
    own = evidence_of(article)
    for other in group.articles:
        if other is not article:
            yield Relation(other, judge(own, evidence_of(other)))


def _others(
    own: Article, story: Story, digest: Digest, site: Site, context: BuildContext
) -> Iterator[Relation]:
    index = _index_of(digest)
    texts = texts_at(site, context, [text.path for text in story.texts])
    names = _names(own, texts.get(own.path, ""))
    for other in story.texts:
        if other is own:
            continue
        pair = text_of(own), text_of(other)
        known = names | _names(other, texts.get(other.path, ""))
        yield Relation(other, ", ".join(_shared(index, *pair, known)))


def _shared(index: TextIndex, one: Text, other: Text, known: Mapping[int, str]) -> Iterator[str]:
    """Yield what two texts share if that joins them, or else what joins their groups."""
    if strength(index, one, other):
        yield from (known.get(number, kind_of(number)) for _, number, _ in shared_features(index, one, other))
        return
    for number in shared_bursts(index, one, other):
        yield f"{known.get(number, kind_of(number))} in many texts of these days"


def _names(article: Article, text: str) -> dict[int, str]:
    """Return feature → what it stands for."""
    named = named_features(article.title, without_hidden(text), article.url, article.named_or_mentioned)
    identifiers = {feature("identifier", name): name for name in article.identifiers}
    return {number & ~1: name for number, name in named.items()} | identifiers


def _index_of(digest: Digest) -> TextIndex:
    """Return the texts among which features count as rare."""
    index = TextIndex()
    copies = {one.path for group in digest.copies for one in group.articles[1:]}
    index.add(text_of(one) for one in digest.articles if one.path not in copies and not one.is_roundup)
    return index
