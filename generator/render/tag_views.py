"""The views of tags' pages: a part of the template interface. That of a month is `SourceMonthView`."""

from __future__ import annotations

import datetime as dt

from generator.render.source_views import YearOfSource
from generator.render.views import Item, Named, View


class TagView(View, frozen=True, kw_only=True):
    """`tag.html`: a tag."""

    name: str
    count: int
    """The number of its articles, and of the tags nested in it."""
    first: dt.date
    last: dt.date
    above: Named | None
    """The tag that it is nested in."""
    nested: tuple[Named, ...]
    """The tags that are nested in it, by number of articles."""
    items: tuple[Item, ...]
    """The newest articles; of copies on a day, one."""
    years: tuple[YearOfSource, ...]
    """Its months, newest first; empty if all articles are shown."""


class TagsView(View, frozen=True, kw_only=True):
    """`tags.html`: all tags."""

    tags: tuple[Named, ...]
    """By number of articles, then by name; as many as fit on the page."""
    count: int
    """The number of all tags."""
