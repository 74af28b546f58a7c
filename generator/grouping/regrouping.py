"""Update a digest after a few articles were removed and added. The result equals that of `digest_of`.

Objects that no changed article affects are shared with the previous digest.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

import msgspec

from generator.config.site import Config, SourceConfig
from generator.grouping.editions import editions_of, first_of, moment, months_of, order
from generator.grouping.sources import configured_name, configured_names
from generator.model.names import key, slug, spelling
from generator.model.types import Article, Digest, Edition, Group, Period, Source, SourceMonth

MANY = 1000
"""Number of removals and additions from which a list is faster sorted again."""


def regrouped(
    digest: Digest, removed: Sequence[Article], added: Sequence[Article], config: Config
) -> Digest | None:
    """Return the digest without some articles and with others, whose ids no other article has.

    Returns None if that may affect other articles: a new source may be another spelling of a known one, the
    slug of a lost one may be free for another, two added articles have the same id, or there are no days,
    before or after. The caller updates the lists of all articles and stories.
    """
    lost = _lost_sources(digest, removed, added)
    new = _new_sources(digest, lost, added, config)
    if new is None or (lost and _has_contested_slugs(digest)):
        return None
    if len({article.id.casefold() for article in added}) < len(added):
        return None
    sources = dict(digest.sources)
    if new:
        sources |= {source.name: source for source in new}
        sources = dict(sorted(sources.items(), key=lambda item: item[1].slug))
    for name in lost:
        del sources[name]
    for name in {article.source for article in (*removed, *added)} - lost:
        sources[name] = _source(sources[name], _of(removed, name), _of(added, name))
    known = {**digest.sources, **sources}
    found = msgspec.structs.replace(
        digest,
        sources=sources,
        days=_editions(Period.DAY, digest.days, removed, added, known),
        weeks=_editions(Period.WEEK, digest.weeks, removed, added, known),
        months=_editions(Period.MONTH, digest.months, removed, added, known),
        years=_editions(Period.YEAR, digest.years, removed, added, known),
    )
    return found if found.days and digest.days else None


def _lost_sources(digest: Digest, removed: Sequence[Article], added: Sequence[Article]) -> set[str]:
    """Return the names of the sources that lose their last article."""
    return {
        name
        for name in {article.source for article in removed}
        if len(digest.sources[name].articles) + len(_of(added, name)) == len(_of(removed, name))
    }


def _has_contested_slugs(digest: Digest) -> bool:
    """Return whether a source has a different slug than its name gives, because that one was taken."""
    return any(slug(name) != source.slug for name, source in digest.sources.items())


def _new_sources(
    digest: Digest, lost: Set[str], added: Iterable[Article], config: Config
) -> list[Source] | None:
    """Return the sources of which some articles are the first, without these articles.

    Returns None if one may be another spelling of a source, or has the slug of another.
    """
    names = dict.fromkeys(article.source for article in added if article.source not in digest.sources)
    if not names:
        return []
    left = [source for name, source in digest.sources.items() if name not in lost]
    known, taken = {key(source.name) for source in left}, {source.slug for source in left}
    configured, _ = configured_names(config.sources)
    found = []
    for name in names:
        own, slug_ = key(name), slug(name)
        if own in known or slug_ in taken or (configured_name(own, configured) or spelling(name)) != name:
            return None
        known.add(own)
        taken.add(slug_)
        settings = config.sources[configured[own]] if own in configured else SourceConfig()
        text = settings.text or config.text
        found.append(Source(name=name, slug=slug_, home=settings.home, language=settings.language, text=text))
    return found


def recounts(removed: Iterable[Article], added: Iterable[Article]) -> bool:
    """Return whether lists and counts differ: articles were added or removed, or changed source or time."""
    return sorted(map(_place, removed)) != sorted(map(_place, added))


def spliced(
    articles: Sequence[Article], removed: Collection[Article], added: Collection[Article]
) -> tuple[Article, ...]:
    """Return a list in `order` without some of its articles, and with others at their positions."""
    if len(removed) + len(added) > MANY:
        gone = set(map(order, removed))
        kept = (one for one in articles if order(one) not in gone)
        return tuple(sorted((*kept, *added), key=order))
    left = list(articles)
    for article in removed:
        del left[bisect_left(left, order(article), key=order)]
    for article in added:
        insort(left, article, key=order)
    return tuple(left)


def _of(articles: Iterable[Article], source: str) -> list[Article]:
    return [article for article in articles if article.source == source]


def _source(source: Source, removed: Sequence[Article], added: Sequence[Article]) -> Source:
    articles = spliced(source.articles, removed, added)
    months = months_again(source.months, articles, (*removed, *added))
    return msgspec.structs.replace(source, articles=articles, months=months)


def months_again(
    known: Iterable[SourceMonth], articles: Sequence[Article], changed: Iterable[Article]
) -> tuple[SourceMonth, ...]:
    """Return the months of articles in `order`, given those before some articles `changed`."""
    months = {month.first: month for month in known}
    for first in {article.date.replace(day=1) for article in changed}:
        months.pop(first, None)
        end = (first + dt.timedelta(days=31)).replace(day=1) if first < dt.date(9999, 12, 1) else dt.date.max
        own = _between(articles, first, end)
        months |= {month.first: month for month in months_of(own)}
    return tuple(months[first] for first in sorted(months, reverse=True))


def _between(articles: Sequence[Article], first: dt.date, end: dt.date) -> Sequence[Article]:
    """Return the articles of a month, from a list that runs from the newest to the oldest."""
    start = bisect_left(articles, -end.toordinal() + (end != dt.date.max), key=_day)
    return articles[start : bisect_left(articles, -first.toordinal() + 1, key=_day)]


def _day(article: Article) -> int:
    return -article.date.toordinal()


def _editions(
    period: Period,
    editions: tuple[Edition, ...],
    removed: Sequence[Article],
    added: Sequence[Article],
    sources: Mapping[str, Source],
) -> tuple[Edition, ...]:
    found = list(editions)
    changed: defaultdict[dt.date, tuple[list[Article], list[Article]]] = defaultdict(lambda: ([], []))
    for articles, side in ((removed, 0), (added, 1)):
        for article in articles:
            changed[first_of(period, article.date)][side].append(article)
    for first, (out, in_) in changed.items():
        at = bisect_left(found, first, key=lambda edition: edition.first)
        if at == len(found) or found[at].first != first:
            slugs = {article.source: sources[article.source].slug for article in in_}
            found[at:at] = editions_of(period, sorted(in_, key=order), slugs)
        elif (new := _edition(found[at], out, in_, sources)).groups:
            found[at] = new
        else:
            del found[at]
    return tuple(found)


def _edition(
    edition: Edition, removed: Sequence[Article], added: Sequence[Article], sources: Mapping[str, Source]
) -> Edition:
    days = Counter(dict(edition.days))
    days.subtract(article.date for article in removed)
    days.update(article.date for article in added)
    groups = list(edition.groups)
    for name in {article.source for article in (*removed, *added)}:
        at = next((at for at, group in enumerate(groups) if group.source == name), None)
        articles = groups.pop(at).articles if at is not None else ()
        if articles := spliced(articles, _of(removed, name), _of(added, name)):
            group = Group(source=name, articles=articles)
            insort(groups, group, key=lambda one: (moment(one.articles[0]), sources[one.source].slug))
    counted = tuple((day, count) for day, count in sorted(days.items()) if count)
    return msgspec.structs.replace(edition, groups=tuple(groups), days=counted)


def _place(article: Article) -> tuple[str, str, dt.date, str]:
    return article.path, article.source, article.date, str(article.time)
