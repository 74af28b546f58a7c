"""A digest after a few articles went and others came: what `digest_of` makes from scratch, but quicker.

What no changed article concerns is shared with the digest before, object for object.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from generator.grouping.editions import editions_of, first_of, moment, months_of, order
from generator.model import Article, Digest, Edition, Group, Period, Source


def regrouped(digest: Digest, gone: Sequence[Article], come: Sequence[Article]) -> Digest:
    """Take articles of a digest out and put others in, which bear its sources' names and ids of their own.

    The stories stay as they were; no source may be new, or lose its last article.
    """
    sources = dict(digest.sources)
    for name in {article.source for article in (*gone, *come)}:
        sources[name] = _source(sources[name], _of(gone, name), _of(come, name))
    slugs = {name: source.slug for name, source in sources.items()}
    return msgspec.structs.replace(
        digest,
        articles=spliced(digest.articles, gone, come),
        sources=sources,
        days=_editions(Period.DAY, digest.days, gone, come, slugs),
        weeks=_editions(Period.WEEK, digest.weeks, gone, come, slugs),
        months=_editions(Period.MONTH, digest.months, gone, come, slugs),
        years=_editions(Period.YEAR, digest.years, gone, come, slugs),
    )


def spliced(
    articles: Sequence[Article], gone: Iterable[Article], come: Iterable[Article]
) -> tuple[Article, ...]:
    """A list in `order` without some of its articles, and with others at their places."""
    left = list(articles)
    for article in gone:
        del left[bisect_left(left, order(article), key=order)]
    for article in come:
        left.insert(bisect_left(left, order(article), key=order), article)
    return tuple(left)


def _of(articles: Iterable[Article], source: str) -> list[Article]:
    return [article for article in articles if article.source == source]


def _source(source: Source, gone: Sequence[Article], come: Sequence[Article]) -> Source:
    articles = spliced(source.articles, gone, come)
    months = {month.first: month for month in source.months}
    for first in {article.date.replace(day=1) for article in (*gone, *come)}:
        months.pop(first, None)
        end = (first + dt.timedelta(days=31)).replace(day=1) if first < dt.date(9999, 12, 1) else dt.date.max
        own = _between(articles, first, end)
        months |= {month.first: month for month in months_of(own)}
    return msgspec.structs.replace(
        source, articles=articles, months=tuple(months[first] for first in sorted(months, reverse=True))
    )


def _between(articles: Sequence[Article], first: dt.date, end: dt.date) -> Sequence[Article]:
    """The articles of a month, of a list that runs from the newest to the oldest."""
    start = bisect_left(articles, -end.toordinal() + (end != dt.date.max), key=_day)
    return articles[start : bisect_left(articles, -first.toordinal() + 1, key=_day)]


def _day(article: Article) -> int:
    return -article.date.toordinal()


def _editions(
    period: Period,
    editions: tuple[Edition, ...],
    gone: Sequence[Article],
    come: Sequence[Article],
    slugs: Mapping[str, str],
) -> tuple[Edition, ...]:
    by_first = {edition.first: edition for edition in editions}
    for first in {first_of(period, article.date) for article in (*gone, *come)}:
        out = [article for article in gone if first_of(period, article.date) == first]
        in_ = [article for article in come if first_of(period, article.date) == first]
        if (old := by_first.pop(first, None)) is None:
            [by_first[first]] = editions_of(period, sorted(in_, key=order), slugs)
        elif (new := _edition(old, out, in_, slugs)).groups:
            by_first[first] = new
    return tuple(by_first[first] for first in sorted(by_first))


def _edition(
    edition: Edition, gone: Sequence[Article], come: Sequence[Article], slugs: Mapping[str, str]
) -> Edition:
    groups = {group.source: group.articles for group in edition.groups}
    days = dict(edition.days)
    for name in {article.source for article in (*gone, *come)}:
        groups[name] = spliced(groups.get(name, ()), _of(gone, name), _of(come, name))
    for article in gone:
        days[article.date] -= 1
    for article in come:
        days[article.date] = days.get(article.date, 0) + 1
    made = [Group(source=source, articles=articles) for source, articles in groups.items() if articles]
    made.sort(key=lambda group: (moment(group.articles[0]), slugs[group.source]))
    counted = tuple((day, count) for day, count in sorted(days.items()) if count)
    return msgspec.structs.replace(edition, groups=tuple(made), days=counted)
