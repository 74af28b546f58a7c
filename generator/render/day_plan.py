"""The order of a day: picks, stories, what can be read here, links, activity feeds, each article once.

A day that is too heavy for one page is cut into parts. Weights are estimates of an item without excerpt.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Protocol

import msgspec

from generator.model.addresses import quoted
from generator.model.types import Article, CopyGroup, Digest, Edition, Source, Story, Verdict, is_in
from generator.render.escaping import escaped

PART = 91_000
"""Bytes of HTML that the items of a part may take. The frame of the page takes the rest of its limit."""
_SOURCE, _READ, _LINK, _REASON, _ABOVE, _TOLD, _COPY = 100, 127, 60, 52, 220, 90, 35
"""Bytes of HTML of a source's heading, of an item to read or a link, and what a reason, a story, another text
of it and a copy add, all without the texts of the clipping.
"""
FEWEST_SOURCES = 2
"""Number of independent sources from which a story is told."""
RUNNING = 3
"""Number of sources from which a story is told on each day that has one of its articles."""
USUAL_REASON = "only furniture"
"""Why most links have no text, which no item says."""


class Grouped(Protocol):
    """What is known of all articles."""

    digest: Digest
    copies: dict[str, CopyGroup]
    stories: dict[str, Story]
    since: dt.date
    language: str

    def has_page(self, article: Article) -> bool:
        """Return whether an article gets a page of its own."""
        ...

    def source_of(self, article: Article) -> Source:
        """Return the source that published an article."""
        ...


class Row(msgspec.Struct, frozen=True):
    """An article of a day, with those that it represents there."""

    article: Article
    copies: tuple[Article, ...] = ()
    """Other articles of the day with its text, or links with its title at the same source."""
    told: tuple[Article, ...] = ()
    """Other texts of its story on that day."""
    is_late: bool = False
    """Whether its source is the only one, on that day, of a story of earlier days."""


class SourceRows(msgspec.Struct, frozen=True):
    """The articles of one source in a section of a day."""

    source: str
    rows: tuple[Row, ...]
    more: int = 0
    """Number of its rows on later parts."""
    next: int = 0
    """The number of the next part that has some."""


class DayPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a page of a day shows. The first part begins with picks and stories."""

    picks: tuple[Row, ...] = ()
    stories: tuple[Row, ...] = ()
    reading: tuple[SourceRows, ...] = ()
    links: tuple[SourceRows, ...] = ()
    activity: tuple[SourceRows, ...] = ()


def rows_of(part: DayPart) -> list[Row]:
    """Return all rows of a part, in order."""
    sources = (*part.reading, *part.links, *part.activity)
    return [*part.picks, *part.stories, *(row for own in sources for row in own.rows)]


class EditionPart(msgspec.Struct, frozen=True):
    """A part of a day after its first, counted from 1."""

    edition: Edition
    number: int


def parts_of(edition: Edition, known: Grouped, limit: int = PART) -> tuple[DayPart, ...]:
    """Return the parts of a day, at least one. Each takes up to `limit` bytes.

    What does not fit into the first part are the last links of the sources with most of them, then the last
    items to read.
    """
    articles = [article for group in edition.groups for article in group.articles]
    weights = {article.id: _weight(article, known) for article in articles}
    picks, stories, left = _above(texts_of(articles, known), known, weights, 3 * limit // 4)
    whole = DayPart(picks=picks, stories=stories, **_sections(left, known))
    is_one = _headings(edition, known) + sum(weights.values()) <= limit
    return (whole,) if is_one else tuple(_cut(whole, known, weights, limit))


def is_light(edition: Edition, known: Grouped, limit: int = PART) -> bool:
    """Return whether a day certainly has one part, which is quicker to know than what is in it."""
    articles = [_weight(article, known) for group in edition.groups for article in group.articles]
    return _headings(edition, known) + sum(articles) <= limit


def _headings(edition: Edition, known: Grouped) -> int:
    return sum([_heading(group.articles[0], known) for group in edition.groups])


def _heading(article: Article, known: Grouped) -> int:
    """Return about how many bytes of HTML the name of an article's source and the link to it take."""
    source = known.source_of(article)
    return _SOURCE + 2 * _bytes(source.name) + len(quoted(source.slug))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _weight(article: Article, known: Grouped) -> int:
    """Return about how many bytes of HTML an article takes on a day, without its excerpt."""
    size = _bytes(escaped(article.title))
    if known.has_page(article):
        size += _READ
    else:
        size += _LINK + _bytes(escaped(article.url or ""))
        size += _REASON if article.reason and article.reason != USUAL_REASON else 0
    if article.pinned or article.id in known.stories:
        size += _ABOVE + _heading(article, known)
    if article.note:
        size += _ABOVE + 2 * _bytes(article.note)
    return size


def _weight_of(row: Row, weights: Mapping[str, int]) -> int:
    """Return the same of a row, which is less than all its articles would take."""
    size = weights[row.article.id] + _COPY * len(row.copies)
    return size + sum([_TOLD + _bytes(other.source) for other in row.told]) if row.told else size


def texts_of(articles: Sequence[Article], known: Grouped) -> list[Row]:
    """Return the texts of articles of a day, each with its copies, in the order of what represents them."""
    texts: dict[object, list[Article]] = {}
    for article in articles:
        group = known.copies.get(article.id)
        refrain = article.id if known.has_page(article) else (article.source, article.title)
        texts.setdefault(group.id if group else refrain, []).append(article)
    rows = {own[0].id: Row(own[0]) for own in texts.values() if len(own) == 1}
    for own in texts.values():
        if len(own) == 1:
            continue
        best = _best(own, known.copies.get(own[0].id), known)
        rows[best.id] = Row(best, tuple(one for one in own if one is not best and not one.pinned))
        rows |= {one.id: Row(one) for one in own if one.pinned and one is not best}
    return [rows[article.id] for article in articles if article.id in rows]


def _best(members: Sequence[Article], group: CopyGroup | None, known: Grouped) -> Article:
    """Return the article that represents some on a day: a pick, the lead of copies, the most suitable."""
    lead = group.lead.id if group else ""
    return max(members, key=lambda one: (one.pinned, one.id == lead, *suitability(one, known)))


def suitability(article: Article, known: Grouped) -> tuple[object, ...]:
    """Return how well an article represents others. The title of an activity feed says little.

    It does not depend on the lead of its story, which may be of a later day: older pages stay as they are.
    """
    story = known.stories.get(article.id)
    return (
        known.has_page(article),
        not known.source_of(article).is_activity,
        is_in(article.title_language, known.language),
        story is None or article.source not in story.aggregators,
        article.verdict is Verdict.FULL,
        article.letters,
    )


def _above(
    texts: Sequence[Row], known: Grouped, weights: Mapping[str, int], limit: int
) -> tuple[tuple[Row, ...], tuple[Row, ...], list[Row]]:
    """Return the picks and the stories of a day, and the texts that are part of neither.

    Picks and stories beyond `limit` bytes stand among the others.
    """
    within: defaultdict[str, list[Row]] = defaultdict(list)
    for row in texts:
        if story := known.stories.get(row.article.id):
            within[story.id].append(row)
    picks = [row for row in texts if row.article.pinned]
    picks.sort(key=lambda row: row.article.place or sys.maxsize)
    for number, row in enumerate(picks):
        limit -= _weight_of(row, weights)
        if number and limit < 0:
            del picks[number:]
            break
    shown = {row.article.id for row in picks}
    pick_rows = []
    for pick in picks:
        story = known.stories.get(pick.article.id)
        others = [row for row in within.pop(story.id, ()) if row.article.id not in shown] if story else []
        shown |= {row.article.id for row in others}
        pick_rows.append(_with(pick, others))
    stories = _stories(within.values(), known, has_lead=bool(picks))
    for number, row in enumerate(stories):
        limit -= _weight_of(row, weights)
        if limit < 0:
            del stories[number:]
            break
        shown |= {one.id for one in (row.article, *row.told)}
    return tuple(pick_rows), tuple(stories), [row for row in texts if row.article.id not in shown]


def _stories(within: Iterable[Sequence[Row]], known: Grouped, *, has_lead: bool) -> list[Row]:
    """Return the stories that a day tells, of texts `within` it, in order.

    The lead is news of the day that can be read, else a story that can be read.
    """
    told = (_told(rows, known) for rows in within)
    stories = [row for row in told if row is not None]
    stories.sort(key=lambda row: rank(known.stories[row.article.id], row.article, row.article.date))
    if has_lead or not stories:
        return stories
    lead = max(stories, key=lambda row: (known.has_page(row.article), not row.is_late))
    return [lead, *(row for row in stories if row is not lead)]


def _told(rows: Sequence[Row], known: Grouped) -> Row | None:
    """Return the row that represents the texts of a story on a day; None if the day does not tell it.

    It tells a story that two independent sources have reported by then, one of them on that day.
    """
    first = rows[0].article
    day, story = first.date, known.stories[first.id]
    by_then = story.sources_by(day)
    if len(story.reported) < FEWEST_SOURCES:  # the curator joined its texts
        is_late = len(rows) == 1 and sorted(text.date for text in story.texts)[1] != day
    else:
        sources = {source for row in rows if (source := _independent_source(row, story))}
        if not sources or by_then < FEWEST_SOURCES:
            return None
        is_late = len(sources) == 1 and story.sources_before(day) >= FEWEST_SOURCES
    if is_late and by_then < RUNNING:
        return None
    lead = _best([row.article for row in rows], None, known)
    row = _with(next(row for row in rows if row.article is lead), rows)
    return msgspec.structs.replace(row, is_late=True) if is_late else row


def _independent_source(row: Row, story: Story) -> str | None:
    """Return the source of a text that is no aggregator. Of copies one counts."""
    sources = (one.source for one in (row.article, *row.copies))
    return next((source for source in sources if source not in story.aggregators), None)


def _with(lead: Row, rows: Iterable[Row]) -> Row:
    """Return a row that represents the others of some texts, with their copies."""
    others = [row for row in rows if row is not lead]
    copies = (*lead.copies, *(copy for row in others for copy in row.copies))
    return Row(lead.article, copies, tuple(row.article for row in others))


def rank(story: Story, shown: Article, day: dt.date) -> tuple[object, ...]:
    """Return the sort key of the stories of an edition that ends on `day`, each by the text that is `shown`.

    Promotions come last. Others are sorted by what readers see: the number of sources until that day, then
    the minutes of the text, then its title.
    """
    return story.is_promotion, -story.sources_by(day), -shown.minutes, shown.title, shown.id


def _sections(rows: Iterable[Row], known: Grouped) -> dict[str, tuple[SourceRows, ...]]:
    """Return section → its sources. What can be read is sorted by its minutes, the others by number."""
    found: dict[str, defaultdict[str, list[Row]]] = {name: defaultdict(list) for name in _SECTIONS}
    for row in rows:
        source = known.digest.sources[row.article.source]
        has_page = known.has_page(row.article)
        name = "activity" if source.is_activity else "reading" if has_page else "links"
        found[name][source.name].append(row)
    return {
        name: tuple(
            SourceRows(source, tuple(own))
            for source, own in sorted(sources.items(), key=lambda item: -_amount(name, item[1]))
        )
        for name, sources in found.items()
    }


_SECTIONS = ("reading", "links", "activity")


def _amount(section: str, rows: Sequence[Row]) -> int:
    return sum(row.article.minutes for row in rows) if section == "reading" else len(rows)


def _cut(whole: DayPart, known: Grouped, weights: Mapping[str, int], limit: int) -> Iterator[DayPart]:
    """Yield the parts of a day. The first has as much of each source as fits, what can be read first."""
    rows = [
        (name != "reading", number, row)
        for name in _SECTIONS
        for own in getattr(whole, name)
        for number, row in enumerate(own.rows)
    ]
    part_of: dict[str, int] = {}
    left = limit - sum([_weight_of(row, weights) for row in (*whole.picks, *whole.stories)])
    for _, number, row in sorted(rows, key=itemgetter(0, 1)):
        left -= _weight_of(row, weights) + (0 if number else _heading(row.article, known))
        if left < 0:
            break
        part_of[row.article.id] = 1
    else:
        yield whole
        return
    part, left, last = 1, 0, ""
    for *_, row in rows:
        if row.article.id not in part_of:
            size = _weight_of(row, weights) + (row.article.source != last) * _heading(row.article, known)
            if size > left:
                part, left = part + 1, limit - _heading(row.article, known)
            left -= size
            last = row.article.source
            part_of[row.article.id] = part
    for number in range(1, part + 1):
        yield DayPart(
            picks=whole.picks if number == 1 else (),
            stories=whole.stories if number == 1 else (),
            reading=tuple(_within(whole.reading, part_of, number)),
            links=tuple(_within(whole.links, part_of, number)),
            activity=tuple(_within(whole.activity, part_of, number)),
        )


def _within(sources: Iterable[SourceRows], part_of: Mapping[str, int], part: int) -> Iterator[SourceRows]:
    """Yield what a part shows of a section, and of each source the number of rows on other parts."""
    for source in sources:
        parts = [part_of[row.article.id] for row in source.rows]
        rows = tuple(row for row, own in zip(source.rows, parts, strict=True) if own == part)
        if rows:
            later = sorted(own for own in parts if own > part)
            yield SourceRows(source.source, rows, len(later), later[0] if later else 0)
