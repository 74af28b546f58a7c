"""Views for the tests of templates: one of each kind, and a way to render them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
from markupsafe import Markup

from generator.model.types import Health, MonthHealth, Period, Verdict
from generator.render import views
from generator.render.charts import spark
from generator.render.day_views import DayView
from generator.render.health import health_view
from generator.render.identifier_views import IdentifierRow, IdentifiersView, IdentifierView
from generator.render.period_views import (
    ArchiveMonth,
    ArchivePick,
    ArchiveView,
    ArchiveYear,
    PeriodView,
    Report,
    StoryDay,
    StoryView,
)
from generator.render.source_views import (
    HealthView,
    MonthOfSource,
    Share,
    SourceGroup,
    SourceJump,
    SourceMonthView,
    SourceRow,
    SourcesView,
    SourceView,
    YearOfSource,
)
from generator.render.tag_views import TagsView, TagView
from generator.render.templates import Templates, interface_language

DAY = dt.date(2024, 7, 3)
JUNE, JULY = dt.date(2024, 6, 1), dt.date(2024, 7, 1)
SOURCE = views.Named(name="Type & Page", address="sources/type/", count=12, date=DAY)
LATEST = views.Named(name="July 3, 2024", address="2024/07/03/", count=2, date=DAY)
ARCHIVE = views.Named(name="Archive", address="archive/")
YEAR = views.Named(name="2024", address="2024/", count=2)
MONTH = views.Named(name="July 2024", address="2024/07/", count=2)
TAG = views.Named(name="type & <page>", address="tags/type-page-abcdef/", count=7)
WEEK = views.Named(name="Week 27, 2024", address="2024/w27/", count=2, date=JULY)
BEFORE = views.Named(name="July 2, 2024", address="2024/07/02/", date=DAY - dt.timedelta(1))
TEMPLATES = (
    "day.html", "period.html", "archive.html", "sources.html", "source.html", "source_month.html",
    "story.html", "identifier.html", "identifiers.html", "tag.html", "tag_month.html",
    "tags.html", "article.html", "redirect.html", "404.html",
    "empty.html",
)  # fmt: skip


def site(language: str = "en", **changed) -> views.SiteView:
    given = {
        "title": "The Galley <Proof>",
        "description": "Print & type",
        "language": language,
        "base_url": "https://digest.example/of/print/",
        "file_links": False,
        "latest": LATEST,
        "archive": ARCHIVE,
        "tags": True,
        "generator": "Broadsheet 0.1.0",
        "reader": not changed.get("file_links"),
    }
    return views.SiteView(**(given | changed))


def frame(template: str, address: str = "2024/07/03/", **changed) -> views.PageView:
    given = {
        "address": address,
        "template": template,
        "title": "A <title>",
        "description": "What it says",
        "language": "en",
        "canonical": "https://digest.example/of/print/2024/07/03/",
        "feeds": (views.Feed(address="feed.json", type="application/feed+json", title="News"),),
        "structured": '{"name": "</script><b>"}',
        "open_graph": (("og:title", 'A "title"'),),
    }
    return views.PageView(**(given | changed))


def item(id_: str = "abcdefghijkm", **changed) -> views.Item:
    given = {
        "id": id_,
        "title": "Set <b>by</b> hand",
        "language": "en",
        "dir": "ltr",
        "address": f"articles/{id_[:2]}/{id_}.html",
        "original": "https://origin.example/a?b=1&c=2",
        "source": SOURCE,
        "date": DAY,
        "time": dt.datetime(2024, 7, 3, 8, 5, tzinfo=dt.UTC),
        "minutes": 4,
        "excerpt": "The press stood in the cellar.",
        "excerpt_language": "en",
        "excerpt_dir": "ltr",
        "verdict": Verdict.FULL,
    }
    return views.Item(**(given | changed))


def block(*items: views.Item, **changed) -> views.Block:
    given = {"anchor": "s1", "source": SOURCE, "date": DAY, "items": items or (item(),)}
    return views.Block(**(given | changed))


def month_calendar() -> views.Calendar:
    day = views.CalendarDay(date=DAY, count=2, address="2024/07/03/", shade=1)
    none = views.CalendarDay(date=dt.date(2024, 7, 4), count=0, address=None)
    return views.Calendar(month=MONTH, weeks=((None, None, day, none, None, None, None),))


def day_view(*blocks: views.Block, **changed) -> DayView:
    given = {
        "date": DAY,
        "count": 2,
        "sources": (views.Named(name="Type & Page", address="sources/type/", count=12),),
        "picks": (),
        "stories": (),
        "reading": blocks or (block(anchor=""),),
        "previous": BEFORE,
        "next": None,
        "week": WEEK,
        "month": MONTH,
        "year": YEAR,
        "is_front": False,
    }
    return DayView(**(given | changed))


def period_view(period: Period, **changed) -> PeriodView:
    given = {
        "period": period,
        "first": dt.date(2024, 7, 1),
        "last": dt.date(2024, 7, 7),
        "count": 1,
        "days": (LATEST,),
        "months": (MONTH,) if period is Period.YEAR else (),
        "calendars": () if period is Period.WEEK else (month_calendar(),),
        "sources": (SOURCE,),
        "picks": (),
        "stories": (),
        "previous": BEFORE,
        "next": LATEST,
        "above": (YEAR,),
    }
    return PeriodView(**(given | changed))


def archive_view(**changed) -> ArchiveView:
    pick = ArchivePick(
        title="Set <b>by</b> hand", language="en", dir="ltr", address="articles/ab/abcdefghijkm.html",
        original=None, source="Type & Page", date=DAY,
    )  # fmt: skip
    link = msgspec.structs.replace(
        pick, title="排字", language="zh", address=None, original="https://a.example/"
    )
    month = ArchiveMonth(
        name="July 2024", address="2024/07/", count=2, date=JULY, shade=1, weeks=(WEEK,), picks=(pick, link),
        picks_more=2,
    )  # fmt: skip
    bare = ArchiveMonth(name="June 2023", address="2023/06/", count=1, date=dt.date(2023, 6, 1), shade=1)
    years = (
        ArchiveYear(name="2024", address="2024/", count=2, anchor="_2024", months=(month,), has_more=True),
        ArchiveYear(name="2023", address="2023/", count=1, anchor="_2023", months=(bare,), has_more=False),
    )
    return ArchiveView(**({"count": 3, "first": dt.date(2023, 6, 1), "last": DAY, "years": years} | changed))


def article_view(**changed) -> views.ArticleView:
    given = {
        "id": "abcdefghijkm",
        "title": "活字 & 网格",
        "language": "zh",
        "dir": "ltr",
        "title_language": "zh",
        "title_dir": "ltr",
        "source": SOURCE,
        "date": DAY,
        "time": dt.datetime(2024, 7, 3, 8, 5, tzinfo=dt.timezone(dt.timedelta(hours=8))),
        "fetched": dt.datetime(2024, 7, 5, 9, 0),  # noqa: DTZ001 (clippers save it without a zone)
        "original": "https://origin.example/a?b=1&c=2",
        "authors": ("Ada", "李四"),
        "tags": (TAG,),
        "minutes": 4,
        "verdict": Verdict.FULL,
        "note": Markup(),
        "also": (),
        "also_more": 0,
        "story": None,
        "body": Markup("<p>正文</p>"),
        "excerpt_only": False,
        "day": LATEST,
        "month": MONTH,
    }
    return views.ArticleView(**(given | changed))


def also(**changed) -> views.Also:
    given = {"name": "Copy & Co", "address": "articles/bc/bcd.html", "original": None, "date": DAY}
    return views.Also(**(given | changed))


def health(*months: MonthHealth, **changed) -> HealthView:
    own = Health(
        months=months or (MonthHealth(first=JUNE, full=3, cut=2), MonthHealth(first=JULY, link=7)),
        first=dt.date(2024, 6, 2), last=DAY, silent_days=0, is_silent=False, leads=1, follows=2,
    )  # fmt: skip
    return health_view(msgspec.structs.replace(own, **changed), interface_language(None, "en"))


def source_row(**changed) -> SourceRow:
    given = {
        "name": "Type & Page",
        "address": "sources/type/",
        "count": 12,
        "date": DAY,
        "minutes": 75,
        "is_silent": False,
        "full": Share(count=7, percent=58),
        "cut": Share(count=1, percent=8),
        "link": Share(count=4, percent=33),
        "leads": Share(count=2, percent=17),
        "spark": spark((1, 0, 3)),
    }
    return SourceRow(**(given | changed))


def sources_view(*rows: SourceRow, **changed) -> SourcesView:
    given = {
        "groups": (
            SourceGroup(name="10–99 articles", anchor="_10", sources=rows or (source_row(),)),
            SourceGroup(name="", anchor="_other", sources=(source_row(name="Ω", minutes=0, is_silent=True),)),
        ),
        "jumps": (
            SourceJump(name="10–99 articles", address="sources/", anchor="_10", count=1),
            SourceJump(name="", address="sources/2.html", anchor="_other", count=2),
        ),
        "count": 12,
        "sources": 3,
        "is_by_name": False,
        "part": 1,
        "parts": (views.Named(name="1", address="sources/"), views.Named(name="2", address="sources/2.html")),
        "by_number": "sources/",
        "by_name": "sources/a-z.html",
        "has_health": True,
        "sparks": True,
    }
    return SourcesView(**(given | changed))


def wide_sources_view(*names: str) -> SourcesView:
    """Sources with the largest numbers that a table may have to show."""
    every = Share(count=98_765, percent=100)
    return sources_view(
        *(
            source_row(
                name=name, count=98_765, full=every, cut=every, link=every, leads=every, is_silent=True
            )
            for name in names
        )
    )


def source_view(**changed) -> SourceView:
    part = views.Named(name="1–13", address="sources/type/2024/07/", count=150)
    month = MonthOfSource(
        name="July 2024", address="sources/type/2024/07/2/", count=151, date=JULY, anchor="_2024-07",
        parts=(views.Named(name="14", address="sources/type/2024/07/2/", count=1), part),
    )  # fmt: skip
    given = {
        "name": "Type & Page",
        "language": "en",
        "home": "https://type.example/",
        "count": 12,
        "first": DAY,
        "last": DAY,
        "health": health(),
        "items": (item(),),
        "years": (YearOfSource(date=dt.date(2024, 1, 1), count=151, months=(month,)),),
    }
    return SourceView(**(given | changed))


def source_month_view(**changed) -> SourceMonthView:
    given = {
        "source": SOURCE,
        "month": JULY,
        "days": "14–20",
        "count": 2,
        "earlier": views.Named(name="1–13", address="a/"),
        "later": views.Named(name="July 21", address="a/3/"),
        "anchor": "_2024-07",
        "blocks": (block(address="2024/07/03/"),),
        "previous": None,
        "next": MONTH,
    }
    return SourceMonthView(**(given | changed))


def story_view(**changed) -> StoryView:
    lead, other = item(), item("bcdefghijkmn", time=None)
    link = item("cdefghijkmnp", address=None, verdict=Verdict.LINK, reason="captcha")
    given = {
        "title": "活字 & 网格",
        "language": "zh",
        "dir": "ltr",
        "lead": lead,
        "identifiers": (views.Named(name="CVE-2024-1234", address="cve/cve-2024-1234/"),),
        "reports": (
            Report(item=link, kind="first"),
            Report(item=lead, kind="fullest"),
            Report(item=other, kind="language"),
        ),
        "sources": (SOURCE, views.Named(name="B", address="sources/b/", count=1)),
        "days": (StoryDay(day=LATEST, items=(lead, other)), StoryDay(day=BEFORE, items=(link,))),
        "count": 4,
        "shown": 3,
        "first": DAY - dt.timedelta(1),
        "last": DAY,
    }
    return StoryView(**(given | changed))


def identifier_view(**changed) -> IdentifierView:
    given = {
        "name": "CVE-2024-1234",
        "kind": views.Named(name="CVE", address="cve/"),
        "authority": "https://authority.example/CVE-2024-1234",
        "count": 4,
        "sources": 3,
        "first": DAY - dt.timedelta(1),
        "last": DAY,
        "items": (item(), item("bcdefghijkmn", address=None, verdict=Verdict.LINK, reason="captcha")),
        "mentions": (item("cdefghijkmnp"),),
        "mentions_more": 2,
    }
    return IdentifierView(**(given | changed))


def identifiers_view(**changed) -> IdentifiersView:
    row = IdentifierRow(
        name="CVE-2024-1234", address="cve/cve-2024-1234/", count=4, date=DAY, sources=3,
        title="活字 & 网格", language="zh", dir="ltr",
    )  # fmt: skip
    given = {
        "kind": views.Named(name="CVE", address="cve/", count=1),
        "month": None,
        "rows": (row, msgspec.structs.replace(row, title="")),
        "months": (views.Named(name="July 2024", address="cve/2024/07/", count=1),),
    }
    return IdentifiersView(**(given | changed))


def tag_view(**changed) -> TagView:
    given = {
        "name": "type & <page>",
        "count": 7,
        "first": DAY - dt.timedelta(1),
        "last": DAY,
        "above": TAG,
        "nested": (TAG,),
        "items": (item(tags=(TAG,)), item("bcdefghijkmn", address=None, verdict=Verdict.LINK)),
        "years": source_view().years,
    }
    return TagView(**(given | changed))


def views_by_template() -> dict[str, views.View]:
    return {
        "day.html": day_view(),
        "period.html": period_view(Period.MONTH),
        "archive.html": archive_view(),
        "sources.html": sources_view(),
        "source.html": source_view(),
        "source_month.html": source_month_view(),
        "story.html": story_view(),
        "identifier.html": identifier_view(),
        "identifiers.html": identifiers_view(),
        "tag.html": tag_view(),
        "tag_month.html": source_month_view(source=TAG),
        "tags.html": TagsView(tags=(TAG,), count=3),
        "article.html": article_view(),
        "redirect.html": views.RedirectView(target="articles/ab/abc.html", fragment="x", title="Moved"),
        "404.html": views.NotFoundView(latest=LATEST),
        "empty.html": views.NotFoundView(latest=None),
    }  # fmt: skip


def write_assets(folder: Path, templates: Templates) -> None:
    """Write styles and scripts for pages in a folder, which are opened from the disk."""
    for address, asset in templates.assets().items():
        (folder / address).parent.mkdir(exist_ok=True)
        (folder / address).write_bytes(asset)


def html_of(
    template: str,
    view: views.View | None = None,
    *,
    own: Path | None = None,
    in_site: views.SiteView | None = None,
    **page,
) -> str:
    in_site = in_site or site()
    view = view or views_by_template()[template]
    return Templates(own, in_site).render(frame(template, **page), view).decode()
