"""Group articles by the identifiers that they name. Aggregators name them too, but do not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from generator.grouping.regrouping import spliced
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
    shared = {name: own for name, own in naming.items() if _are_enough(own, aggregators)}
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
    removed: Sequence[Article],
    added: Sequence[Article],
    moved: Sequence[Article] = (),
) -> Mapping[str, Identifier]:
    """Return the identifiers of all `articles`, if they were `known` before some were removed and added.

    `moved` are the articles of sources that became or ceased to be aggregators.
    """
    names = {name for article in (*removed, *added, *moved) for name in article.named_or_mentioned}
    if not names:
        return known
    found, sides = dict(known), (removed, added)
    named = [_by_name(((one, one.identifiers) for one in side), known.keys()) for side in sides]
    mentioned = [_by_name(((one, one.mentions) for one in side), known.keys()) for side in sides]
    for name in names & known.keys():
        one = known[name]
        own = spliced(one.articles, *(side.get(name, ()) for side in named))
        mentions = spliced(one.mentions, *(side.get(name, ()) for side in mentioned))
        if _are_enough(own, aggregators):
            found[name] = Identifier(name=name, articles=own, mentions=mentions)
        else:
            del found[name]
    # Others are too few unless another source names them, or one of those that do begins to count.
    pairs = [{(name, one.source) for one in side for name in one.identifiers} for side in sides]
    others = {name for name, _ in pairs[1] - pairs[0]} | {name for one in moved for name in one.identifiers}
    if others := others - known.keys():
        found = dict(sorted((found | identifiers_of(articles, aggregators, others)).items()))
    return found


def _are_enough(articles: Iterable[Article], aggregators: Set[str]) -> bool:
    return len({one.source for one in articles} - aggregators) >= FEWEST_SOURCES
