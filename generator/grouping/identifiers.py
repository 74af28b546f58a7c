"""Group articles by the identifiers that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from generator.model.identifiers import slug_of
from generator.model.types import Article, Identifier

FEWEST_SOURCES = 3
"""Number of sources that must name an identifier. Search finds the others."""


def identifiers_of(articles: Sequence[Article], slugs: Set[str] | None = None) -> dict[str, Identifier]:
    """Return slug → identifier, of those that enough sources name, sorted by slug.

    `articles` are in order. If given, only identifiers with one of the `slugs` are looked for.
    """
    naming: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.identifiers:
            for slug in {*map(slug_of, article.identifiers)}:
                if slugs is None or slug in slugs:
                    naming[slug].append(article)
    shared = {slug: own for slug, own in naming.items() if len({one.source for one in own}) >= FEWEST_SOURCES}
    mentioning: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles if shared else ():
        if article.mentions:
            for slug in shared.keys() & {*map(slug_of, article.mentions)} - {
                *map(slug_of, article.identifiers)
            }:
                mentioning[slug].append(article)
    return {
        slug: Identifier(name=_name(slug, own), articles=tuple(own), mentions=tuple(mentioning[slug]))
        for slug, own in sorted(shared.items())
    }


def regrouped_identifiers(
    known: Mapping[str, Identifier], articles: Sequence[Article], changed: Iterable[Article]
) -> Mapping[str, Identifier]:
    """Return the identifiers of all `articles`, if they were `known` before some articles changed.

    `changed` are the articles removed and added.
    """
    slugs = {slug for article in changed for slug in article.slugs}
    if not slugs:
        return known
    left = {slug: one for slug, one in known.items() if slug not in slugs}
    return dict(sorted((left | identifiers_of(articles, slugs)).items()))


def _name(slug: str, articles: Iterable[Article]) -> str:
    """Return an identifier as it is written. Of several spellings, the first in the alphabet counts."""
    return min(one for article in articles for one in article.identifiers if slug_of(one) == slug)
