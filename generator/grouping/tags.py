"""Group articles by tag."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from generator.config.tags import NEWEST, TagRules
from generator.grouping.editions import months_of
from generator.grouping.regrouping import months_again, spliced
from generator.grouping.sources import SPELLINGS
from generator.model.names import slugs_of
from generator.model.types import Article, SourceMonth, Tag


def tags_of(articles: Iterable[Article], rules: TagRules) -> dict[str, Tag]:
    """Return key → tag, sorted by key. `articles` are in order."""
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for article in articles:
        if article.tags or article.tag_words:
            for key in rules.all_of(article):
                found[key].append(article)
    slugs = slugs_of(found)
    return {
        key: _tag(key, slugs[key], tuple(own), months_of(own) if len(own) > NEWEST else (), rules)
        for key, own in sorted(found.items())
    }


def regrouped_tags(
    known: Mapping[str, Tag], removed: Iterable[Article], added: Iterable[Article], rules: TagRules
) -> Mapping[str, Tag]:
    """Return the tags, if they were `known` before some articles were removed and others added."""
    changes: defaultdict[str, tuple[list[Article], list[Article]]] = defaultdict(lambda: ([], []))
    for articles, side in ((removed, 0), (added, 1)):
        for article in articles:
            for key in rules.all_of(article):
                changes[key][side].append(article)
    if not changes:
        return known
    tags = dict(known)
    for key, (out, in_) in changes.items():
        before = known[key] if key in known else Tag(key=key, name="", slug="", articles=())
        articles = spliced(before.articles, out, in_)
        if articles:
            tags[key] = _tag(key, before.slug, articles, _months(before, articles, (*out, *in_)), rules)
        else:
            tags.pop(key, None)
    return tags if tags.keys() == known.keys() else dict(sorted(_with_slugs(tags).items()))


def _months(before: Tag, articles: Sequence[Article], changed: Iterable[Article]) -> tuple[SourceMonth, ...]:
    if len(articles) <= NEWEST:
        return ()
    return months_again(before.months, articles, changed) if before.months else months_of(articles)


def _with_slugs(tags: Mapping[str, Tag]) -> dict[str, Tag]:
    """Return the tags, with the slugs that they have together."""
    return {
        key: tags[key] if tags[key].slug == slug else msgspec.structs.replace(tags[key], slug=slug)
        for key, slug in slugs_of(tags).items()
    }


def _tag(
    key: str, slug: str, articles: tuple[Article, ...], months: tuple[SourceMonth, ...], rules: TagRules
) -> Tag:
    name = rules.names.get(key) or _usual_spelling(key, articles, rules)
    return Tag(key=key, name=name, slug=slug, articles=articles, months=months)


def _usual_spelling(key: str, newest_first: Sequence[Article], rules: TagRules) -> str:
    """Return the most frequent spelling among the first articles; of equals, the earliest.

    Their number is a power of two with a limit, as for the names of sources.
    """
    count = min(SPELLINGS, 1 << (len(newest_first).bit_length() - 1))
    start, last = len(newest_first) - count, newest_first[-count].date
    while start and newest_first[start - 1].date == last:
        start -= 1
    first = sorted(newest_first[start:], key=lambda article: (article.date, article.path))[:count]
    return Counter(rules.all_of(article)[key] for article in first).most_common(1)[0][0]
