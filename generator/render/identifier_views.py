"""The views of identifiers' pages: a part of the template interface."""

from __future__ import annotations

import datetime as dt

from generator.render.views import Item, Named, View


class IdentifierView(View, frozen=True, kw_only=True):
    """`identifier.html`: an identifier that several sources name."""

    name: str
    kind: Named
    """The list of all identifiers of its kind."""
    authority: str | None
    """Its address at the authority."""
    count: int
    """The number of articles whose title or lead names it, shown or not."""
    sources: int
    first: dt.date
    last: dt.date
    items: tuple[Item, ...]
    """These articles, newest first."""
    mentions: tuple[Item, ...]
    """Articles that name it further down, newest first."""
    mentions_more: int = 0
    """How many more of them there are."""


class IdentifierRow(Named, frozen=True, kw_only=True):
    """An identifier in a list. `count` is the number of articles, `date` the day of the first."""

    sources: int
    title: str
    """The title of the longest article that names it; empty if the page has no room for it."""
    language: str
    """The language of the title."""
    dir: str
    """`ltr` or `rtl`, the direction of the title."""


class IdentifiersView(View, frozen=True, kw_only=True):
    """`identifiers.html`: a kind of identifiers, or one part of a month of it."""

    kind: Named
    """The list of the kind. Its `count` is the number of all its identifiers."""
    month: dt.date | None
    """The first day of the month; None for the whole kind."""
    rows: tuple[IdentifierRow, ...]
    """The identifiers, newest first; for the whole kind only the newest."""
    months: tuple[Named, ...] = ()
    """The months of the whole kind, newest first."""
    part: int = 1
    parts: tuple[Named, ...] = ()
    """This part and its neighbours."""
    previous: Named | None = None
    next: Named | None = None
    """`previous` and `next` are months of the same kind."""
