"""Small digests for the tests of pages, and the views of their pages."""

import datetime as dt

import msgspec
from markupsafe import Markup

from generator.grouping import digest_of
from generator.grouping.digest import with_stories
from generator.grouping.health import healths_of
from generator.model.types import Article, CopyGroup, Story, TextPolicy, Verdict
from generator.render import views
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.day_views import DayView
from generator.render.plan import plan
from generator.render.source_views import SourceMonthView
from generator.render.templates import interface_language

DAY, EARLIER = dt.date(2024, 7, 3), dt.date(2024, 7, 1)


def article(number: int, source: str = "A", date: dt.date = DAY, **fields: object) -> Article:
    given = {
        "id": f"{number:012}",
        "path": f"{number:05}.md",
        "title": f"No {number}",
        "language": "en",
        "title_language": "en",
        "url": f"https://origin.example/{number}",
        "source": source,
        "date": date,
        "verdict": Verdict.FULL,
        "excerpt": "Some words to begin with.",
        "minutes": 1,
    }
    return Article(**(given | fields))


def story(*articles: Article, aggregators: tuple[str, ...] = ()) -> Story:
    days: dict[str, dt.date] = {}
    for one in articles:
        if one.source not in aggregators:
            days[one.source] = min(one.date, days.get(one.source, one.date))
    reported = tuple(sorted(days.values()))
    return Story(
        id=articles[0].id, articles=articles, texts=articles, reported=reported, aggregators=aggregators
    )


def copies_of(*articles: Article) -> CopyGroup:
    return CopyGroup(id=articles[0].id, articles=articles)


def composed(
    articles: list[Article],
    text: TextPolicy = TextPolicy.FULL,
    stories: tuple[Story, ...] = (),
    copies: tuple[CopyGroup, ...] = (),
    language: str = "",
) -> dict[str, list[views.View]]:
    """The views of every page, from the fullest to the leanest, by address."""
    digest, _, _ = digest_of(articles, {}, text)
    digest = with_stories(msgspec.structs.replace(digest, copies=copies), stories, frozenset())
    plan_ = plan(digest, language=language)
    views_of = composer(plan_, interface_language(None, "en"), healths_of(digest)).views_of
    return {page.address: list(views_of(page, Markup("<p>x</p>"))) for page in pages_of(plan_)}


def items(view: DayView | SourceMonthView) -> list[views.Item]:
    blocks = (*view.reading, *view.links, *view.activity) if isinstance(view, DayView) else view.blocks
    return [item for block in blocks for item in block.items]


def ids(items_: tuple[views.Item, ...]) -> list[int]:
    return [int(item.id) for item in items_]
