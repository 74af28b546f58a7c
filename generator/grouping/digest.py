"""Build the digest: group articles by source and by edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from generator.config.site import SourceConfig
from generator.config.tags import TagRules
from generator.grouping.clashes import redirected, with_unique_ids
from generator.grouping.editions import editions_of, joined, months_of, order
from generator.grouping.identifiers import identifiers_of
from generator.grouping.sources import by_source, configured_names
from generator.grouping.tags import tags_of
from generator.model.errors import Problem
from generator.model.names import key, slugs_of
from generator.model.types import Article, Digest, Period, Skipped, Source, Story, TextPolicy


def digest_of(
    articles: Iterable[Article],
    sources: Mapping[str, SourceConfig],
    text: TextPolicy,
    kinds: Iterable[str] = (),
    tags: TagRules | None = None,
) -> tuple[Digest, tuple[Skipped, ...], tuple[Problem, ...]]:
    """Group articles, which may be in any order. `text` is the policy of sources that have none.

    `kinds` of identifiers have folders in the site, where no alias may lead.

    Returns the digest, skipped articles and problems. An article with the id of another one is skipped. An
    alias that is taken or invalid is dropped. Each causes a problem.
    """
    kept, skipped, clashes = with_unique_ids(articles)
    kept, strays = redirected(kept, kinds)
    names, contradictions = configured_names(sources)
    digest = together(_sources(kept, names, sources, text), tags=tags)
    return digest, tuple(skipped), (*contradictions, *clashes, *strays)


def together(
    sources: Sequence[Source], ordered: Sequence[Article] | None = None, tags: TagRules | None = None
) -> Digest:
    """Return the digest of sources, which are sorted by slug, without copies, stories and identifiers.

    If given, `ordered` contains all articles in `order`. `tags` is what the configuration says of tags.
    """
    if ordered is None:
        ordered = sorted((article for source in sources for article in source.articles), key=order)
    slugs = {source.name: source.slug for source in sources}
    days = editions_of(Period.DAY, ordered, slugs)
    return Digest(
        articles=tuple(ordered),
        sources={source.name: source for source in sources},
        days=days,
        weeks=joined(Period.WEEK, days, slugs),
        months=joined(Period.MONTH, days, slugs),
        years=joined(Period.YEAR, days, slugs),
        tags=tags_of(ordered, tags or TagRules()),
    )


def with_stories(digest: Digest, stories: Sequence[Story], aggregators: Set[str]) -> Digest:
    """Return a digest with its stories, its aggregators, and the identifiers that enough sources name."""
    return msgspec.structs.replace(
        digest,
        stories=tuple(stories),
        aggregators=frozenset(aggregators),
        identifiers=identifiers_of(digest.articles, aggregators),
    )


def with_settings(digest: Digest, sources: Mapping[str, SourceConfig], text: TextPolicy) -> Digest:
    """Return the digest with other settings of its sources, which have the names that these give them.

    `text` is the policy of sources that have none.
    """
    names, _ = configured_names(sources)
    changed = {}
    for name, source in digest.sources.items():
        own = key(name)
        settings = sources[names[own]] if own in names else SourceConfig()
        changed[name] = msgspec.structs.replace(
            source, home=settings.home, language=settings.language, text=settings.text or text
        )
    return msgspec.structs.replace(digest, sources=changed)


def _sources(
    articles: Iterable[Article],
    names: Mapping[str, str],
    configured: Mapping[str, SourceConfig],
    text: TextPolicy,
) -> list[Source]:
    """Return the sources, sorted by slug. Their articles have the source's own name."""
    groups = by_source(articles, names)
    slugs = slugs_of(groups)
    sources = []
    for key_, (name, own) in groups.items():
        settings = configured[names[key_]] if key_ in names else SourceConfig()
        ordered = tuple(
            article if article.source == name else msgspec.structs.replace(article, source=name)
            for article in sorted(own, key=order)
        )
        sources.append(
            Source(
                name=name,
                slug=slugs[key_],
                home=settings.home,
                language=settings.language,
                text=settings.text or text,
                articles=ordered,
                months=months_of(ordered),
            )
        )
    return sorted(sources, key=lambda source: source.slug)
