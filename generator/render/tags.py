"""Turn the pages of tags into the views that their templates show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain

import msgspec

from generator.config.tags import NEWEST
from generator.model import addresses
from generator.model.types import Article, Tag
from generator.render import views
from generator.render.collation import collated
from generator.render.day_plan import Row, texts_of
from generator.render.lists import MONTH_FILLS, STORY_FILLS, Fill, Lists, Ways, ways
from generator.render.names import Names, day_anchor
from generator.render.source_pages import days_of, part_view, years_of
from generator.render.source_views import SourceMonthView
from generator.render.tag_index import TagPart
from generator.render.tag_views import TagsView, TagView

NESTED = 200
"""Maximum number of nested tags that a tag's page names."""
_LISTED = (100_000, 1000, 500, 200)
"""Maximum numbers of tags on the page of all, from the fullest to the leanest."""


def tag_ways(lists: Lists, subject: Tag | TagPart | None) -> Ways:
    """Return functions that make the views of a tag's page, of a part of its month, or of all tags."""
    match subject:
        case Tag():
            return ways(partial(_tag, lists, subject), STORY_FILLS)
        case TagPart():
            return ways(partial(_part, lists, subject), MONTH_FILLS)
    ordered = _by_count(lists.plan.digest.tags.values(), lists.names)
    return [[partial(TagsView, tags=ordered[:most], count=len(ordered)) for most in _LISTED]]


def _tag(lists: Lists, tag: Tag, fill: Fill) -> TagView:
    plan, names = lists.plan, lists.names
    above = plan.digest.tags.get(plan.tag_rules.above(tag.key))
    texts = chain.from_iterable(texts_of(own, plan) for own in days_of(tag.articles[:NEWEST]))
    return TagView(
        name=tag.name,
        count=len(tag.articles),
        first=tag.articles[-1].date,
        last=tag.articles[0].date,
        above=names.tag(above) if above else None,
        nested=_by_count(plan.tag_index.nested.get(tag.key, ()), names)[:NESTED],
        items=tuple(_item(lists, row, fill, n, without=tag) for n, row in enumerate(texts)),
        years=tuple(years_of(names.words, tag)),
    )


def _item(lists: Lists, row: Row, fill: Fill, number: int, *, without: Tag | None = None) -> views.Item:
    """Return an item with its tags but the one whose page this is; without tags if none is given."""
    item = lists.item(row.article, excerpt=number < fill.excerpts, also=fill.also)
    tags = [one for one in item.tags if one.address != addresses.tag(without)] if without else ()
    return msgspec.structs.replace(item, tags=tuple(tags), times=1 + len(row.copies))


def _part(lists: Lists, part: TagPart, fill: Fill) -> SourceMonthView:
    articles = part.month.parts[part.number - 1]
    blocks = [_day(lists, part.tag, own, fill) for own in days_of(articles)]
    return part_view(lists.names, part.tag, part.month, part.number, blocks)


def _day(lists: Lists, tag: Tag, articles: Sequence[Article], fill: Fill) -> views.Block:
    """Return the block of a day in a tag's month. Its items name no tags, for their weight."""
    date, texts = articles[0].date, texts_of(articles, lists.plan)
    return views.Block(
        anchor=day_anchor(date),
        address=addresses.day(date),
        source=lists.names.tag(tag, count=len(texts)),
        date=date,
        items=tuple(_item(lists, row, fill, n) for n, row in enumerate(texts)),
    )


def _by_count(tags: Iterable[Tag], names: Names) -> tuple[views.Named, ...]:
    ordered = sorted(tags, key=lambda tag: (-len(tag.articles), collated(tag.name), tag.key))
    return tuple(names.tag(tag, count=len(tag.articles)) for tag in ordered)
