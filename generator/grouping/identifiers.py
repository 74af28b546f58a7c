"""Group articles by the identifiers that they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from operator import attrgetter

from generator.model.types import Article, Identifier

FEWEST_SOURCES = 3
"""Number of sources that must name an identifier. Search finds the others."""


def identifiers_of(articles: Sequence[Article], names: Set[str] | None = None) -> dict[str, Identifier]:
    """Return name → identifier, of those that enough sources name, sorted by name.

    `articles` are in order. If given, only the identifiers `names` are looked for.
    """
    naming = _by_name(articles, attrgetter("identifiers"), names)
    shared = {name: own for name, own in naming.items() if len({one.source for one in own}) >= FEWEST_SOURCES}
    mentioning = _by_name(articles, attrgetter("mentions"), shared.keys()) if shared else {}
    return {
        name: Identifier(name=name, articles=tuple(own), mentions=tuple(mentioning.get(name, ())))
        for name, own in sorted(shared.items())
    }


def _by_name(
    articles: Iterable[Article], field: Callable[[Article], tuple[str, ...]], names: Set[str] | None
) -> dict[str, list[Article]]:
    """Return identifier → articles that have it in a field. Looking at all articles takes the longest."""
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        own = field(article)
        if own and (names is None or not names.isdisjoint(own)):
            for name in own:
                if names is None or name in names:
                    found[name].append(article)
    return found


def regrouped_identifiers(
    known: Mapping[str, Identifier], articles: Sequence[Article], changed: Iterable[Article]
) -> Mapping[str, Identifier]:
    """Return the identifiers of all `articles`, if they were `known` before some articles changed.

    `changed` are the articles removed and added.
    """
    names = {name for article in changed for name in article.named_or_mentioned}
    if not names:
        return known
    left = {name: one for name, one in known.items() if name not in names}
    return dict(sorted((left | identifiers_of(articles, names)).items()))
