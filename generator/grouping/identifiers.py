"""Group articles by the identifiers that they name. Aggregators name them too, but do not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from generator.model.types import Article, Identifier

FEWEST_SOURCES = 3
"""Number of sources that must name an identifier. Search finds the others."""


def identifiers_of(
    articles: Sequence[Article], aggregators: Set[str] = frozenset(), names: Set[str] | None = None
) -> dict[str, Identifier]:
    """Return name → identifier, of those that enough sources name, sorted by name.

    `articles` are in order. `aggregators` are sources that do not count. If given, only the identifiers
    `names` are looked for.
    """
    naming = _by_name(((one, one.identifiers) for one in articles if one.identifiers), names)
    shared = {
        name: own
        for name, own in naming.items()
        if len({one.source for one in own} - aggregators) >= FEWEST_SOURCES
    }
    mentions = ((one, one.mentions) for one in articles if one.mentions)
    mentioning = _by_name(mentions, shared.keys()) if shared else {}
    return {
        name: Identifier(name=name, articles=tuple(own), mentions=tuple(mentioning.get(name, ())))
        for name, own in sorted(shared.items())
    }


def _by_name(
    found: Iterable[tuple[Article, tuple[str, ...]]], names: Set[str] | None
) -> dict[str, list[Article]]:
    """Return identifier → articles, given articles with their identifiers."""
    by_name: defaultdict[str, list[Article]] = defaultdict(list)
    for article, own in found:
        if names is None or not names.isdisjoint(own):
            for name in own:
                if names is None or name in names:
                    by_name[name].append(article)
    return by_name


def regrouped_identifiers(
    known: Mapping[str, Identifier],
    articles: Sequence[Article],
    aggregators: Set[str],
    changed: Iterable[Article],
) -> Mapping[str, Identifier]:
    """Return the identifiers of all `articles`, if they were `known` before some articles changed.

    `changed` are the articles removed and added, and those of sources
    that became or ceased to be aggregators.
    """
    names = {name for article in changed for name in article.named_or_mentioned}
    if not names:
        return known
    left = {name: one for name, one in known.items() if name not in names}
    return dict(sorted((left | identifiers_of(articles, aggregators, names)).items()))
