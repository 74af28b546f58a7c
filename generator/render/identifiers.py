"""Turn the pages of identifiers into the views that their templates show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice

import msgspec

from generator.config.identifiers import address_at_authority
from generator.config.site import IdentifierConfig
from generator.model import addresses
from generator.model.identifiers import kind_of, label_of
from generator.model.types import Article, Identifier, direction
from generator.render import views
from generator.render.identifier_kinds import IdentifierKind, IdentifierMonth, IdentifierPart
from generator.render.identifier_views import IdentifierRow, IdentifiersView, IdentifierView
from generator.render.lists import STORY_FILLS, Fill, Lists
from generator.render.names import Names, Words
from generator.render.plan import Plan

NEWEST = 30
"""Number of identifiers on the page of a kind."""
_LETTERS = re.compile(r"[A-Za-z]+")


def linked(article: Article, shared: Mapping[str, Identifier]) -> tuple[views.Named, ...]:
    """Return links to the pages of the identifiers that an article names. `shared`: those with a page."""
    return tuple(
        views.Named(name=label_of(name), address=addresses.identifier(name))
        for name in article.identifiers
        if name in shared
    )


def identifier_ways(
    lists: Lists,
    subject: Identifier | IdentifierKind | IdentifierPart,
    own: Mapping[str, IdentifierConfig],
) -> Sequence[Sequence[Callable[[], views.View]]]:
    """Return functions that make the views of a page, as `Composer.ways_of` does. `own`: a site's kinds."""
    if isinstance(subject, Identifier):
        return [[partial(_identifier, lists, subject, own, fill) for fill in fills] for fills in STORY_FILLS]
    if isinstance(subject, IdentifierKind):
        return [[partial(_kind_view, lists.names, subject, titles=titles) for titles in (True, False)]]
    return [[partial(_part_view, lists.names, subject, titles=titles) for titles in (True, False)]]


def title_of(view: IdentifierView | IdentifiersView, words: Words) -> str:
    """Return the title of a page."""
    if isinstance(view, IdentifierView):
        return view.name
    if view.month is None:
        return view.kind.name
    names = {"source": view.kind.name, "month": words.date(view.month, "month")}
    return words.gettext("%(source)s, %(month)s") % names + (f" ({view.part})" if view.part > 1 else "")


def _identifier(
    lists: Lists, identifier: Identifier, own: Mapping[str, IdentifierConfig], fill: Fill
) -> IdentifierView:
    days = [article.date for article in identifier.articles]
    mentions = _items(lists, identifier.mentions, msgspec.structs.replace(fill, excerpts=0))
    return IdentifierView(
        name=label_of(identifier.name),
        kind=_kind(identifier),
        authority=address_at_authority(identifier.name, own),
        count=len(days),
        sources=identifier.sources,
        first=min(days),
        last=max(days),
        items=_items(lists, identifier.articles, fill),
        mentions=mentions,
        mentions_more=len(identifier.mentions) - len(mentions),
    )


def _items(lists: Lists, articles: Sequence[Article], fill: Fill) -> tuple[views.Item, ...]:
    """Return the items of articles, without the other articles on the same news, which the page has too."""
    return tuple(
        msgspec.structs.replace(
            lists.item(article, excerpt=n < fill.excerpts), also=(), also_more=0, story=None
        )
        for n, article in enumerate(articles[: fill.items])
    )


def _kind(identifier: Identifier, count: int = 0) -> views.Named:
    """Return the link to the list of an identifier's kind, under the kind's name: `CVE`, `arXiv`."""
    letters = _LETTERS.match(identifier.name)
    name = letters[0] if letters else identifier.name
    return views.Named(name=name, address=addresses.identifiers(kind_of(identifier.name)), count=count)


def _kind_view(names: Names, kind: IdentifierKind, *, titles: bool) -> IdentifiersView:
    """Return the view of a kind's page, with titles if there is room for them."""
    newest = [*islice(kind.newest(), NEWEST)]
    return IdentifiersView(
        kind=_kind(newest[0], kind.count),
        month=None,
        rows=tuple(_row(one, titles=titles) for one in newest),
        months=tuple(_month(names, kind, month) for month in kind.months),
    )


def _part_view(names: Names, part: IdentifierPart, *, titles: bool) -> IdentifiersView:
    """Return the view of one part of a kind's month, with titles if there is room for them."""
    kind, month, number = part.kind, part.month, part.number
    at = kind.months.index(month)
    older, newer = kind.months[at + 1 : at + 2], kind.months[at - 1 : at] if at else ()
    numbers = range(max(1, number - 1), min(len(month.parts), number + 1) + 1)
    return IdentifiersView(
        kind=_kind(part.shown[0]),
        month=month.first,
        rows=tuple(_row(one, titles=titles) for one in part.shown),
        part=number,
        parts=tuple(
            views.Named(name=str(n), address=addresses.identifiers_month(kind.kind, month.first, n))
            for n in numbers
        ),
        previous=_month(names, kind, older[0]) if older else None,
        next=_month(names, kind, newer[0]) if newer else None,
    )


def described_by(identifier: Identifier) -> Article:
    """Return the article whose title describes an identifier in a list: the longest."""
    return max(reversed(identifier.articles), key=lambda one: one.letters)


def kinds(plan: Plan) -> tuple[views.Named, ...]:
    """Return links to the lists of all kinds of identifiers."""
    return tuple(_kind(next(iter(kind.newest())), kind.count) for kind in plan.identifier_kinds.values())


def _row(identifier: Identifier, *, titles: bool) -> IdentifierRow:
    first = described_by(identifier)
    return IdentifierRow(
        name=label_of(identifier.name),
        address=addresses.identifier(identifier.name),
        count=len(identifier.articles),
        date=identifier.articles[-1].date,
        sources=identifier.sources,
        title=first.title if titles else "",
        language=first.title_language,
        dir=direction(first.title_language),
    )


def _month(names: Names, kind: IdentifierKind, month: IdentifierMonth) -> views.Named:
    return views.Named(
        name=names.words.date(month.first, "month"),
        address=addresses.identifiers_month(kind.kind, month.first),
        count=month.count,
        date=month.first,
    )
