import datetime as dt
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from theme_views import archive_view, health, source_month_view, source_row, sources_view, story_view

from generator.config.site import Config
from generator.model.types import Period, Verdict
from generator.render import views
from generator.render.period_views import PeriodView, StoryDay
from generator.render.source_views import SourceView
from generator.render.structured import ITEMS, NAME_LENGTH, json_ld, open_graph

BASE = "https://host.example/digest/"
CONFIG = Config(title="Letters", base_url=BASE)
DAY = dt.date(2024, 7, 3)
PRESS = views.Named(name="Daily Press", address="sources/daily-press/")
SITE = {"@type": "WebSite", "name": "Letters", "url": BASE}

FRAME = views.PageView(
    address="articles/ab/abcdefghijkm.html",
    template="article.html",
    title="Movable type",
    description="Lead and tin",
    language="zh-Hans",
    canonical=BASE + "articles/ab/abcdefghijkm.html",
    feeds=(),
    structured="",
    open_graph=(),
)
ARTICLE = views.ArticleView(
    id="abcdefghijkm",
    title="Movable type",
    language="zh-Hans",
    dir="ltr",
    title_language="en",
    title_dir="ltr",
    source=PRESS,
    date=DAY,
    time=None,
    fetched=None,
    original="https://press.example/a b",
    authors=("Ann", "Bo"),
    tags=(views.Named(name="type", address="tags/type/"), views.Named(name="tin", address="tags/tin/")),
    minutes=2,
    verdict=Verdict.FULL,
    body=Markup("<p>x</p>"),
    excerpt_only=False,
    day=PRESS,
    month=PRESS,
)


def item(number: int, **changes) -> views.Item:
    own = views.Item(
        id=f"i{number}",
        title=f"Title {number}",
        language="en",
        dir="ltr",
        address=f"articles/i{number % 10}/i{number}.html",
        original=None,
        source=PRESS,
        date=DAY,
        time=None,
        minutes=1,
        excerpt="",
        excerpt_language="en",
        excerpt_dir="ltr",
        verdict=Verdict.FULL,
    )
    return msgspec.structs.replace(own, **changes)


def source_view(*items: views.Item) -> SourceView:
    return SourceView(
        name="Daily Press",
        language=None,
        home=None,
        count=9,
        first=DAY,
        last=DAY,
        items=items,
        years=(),
        health=health(),
    )


def block(*items: views.Item) -> views.Block:
    return views.Block(anchor="s1", source=PRESS, date=DAY, items=items)


def day_view(*blocks: views.Block) -> views.DayView:
    return views.DayView(
        date=DAY,
        count=3,
        sources=(),
        blocks=blocks,
        calendar=views.Calendar(month=PRESS, weeks=()),
        previous=None,
        next=None,
        week=PRESS,
        month=PRESS,
        year=PRESS,
        is_front=True,
    )


def period_view(period: Period) -> PeriodView:
    return PeriodView(
        period=period,
        first=DAY,
        last=DAY,
        count=1,
        days=(views.Named(name="3 July", address="2024/07/03/"),),
        months=(views.Named(name="July", address="2024/07/"),),
        calendars=(),
        sources=(),
        previous=None,
        next=None,
        above=(),
    )


def listed(view: views.View) -> list[tuple[str, str]]:
    described = json.loads(json_ld(FRAME, view, CONFIG))
    assert described["@type"] == "CollectionPage"
    rows = described.get("mainEntity", {"itemListElement": []})["itemListElement"]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    return [(row["name"], row["url"].removeprefix(BASE)) for row in rows]


def test_an_article_is_a_news_article():
    assert json.loads(json_ld(FRAME, ARTICLE, CONFIG)) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "Movable type",
        "datePublished": "2024-07-03",
        "author": [{"@type": "Person", "name": "Ann"}, {"@type": "Person", "name": "Bo"}],
        "publisher": {"@type": "Organization", "name": "Daily Press"},
        "isBasedOn": "https://press.example/a%20b",
        "keywords": ["type", "tin"],
        "url": FRAME.canonical,
        "inLanguage": "zh-Hans",
        "description": "Lead and tin",
        "isPartOf": SITE,
    }


def test_an_article_without_authors_is_its_sources():
    time = dt.datetime(2024, 7, 3, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    bare = msgspec.structs.replace(ARTICLE, authors=(), tags=(), original=None, time=time)
    described = json.loads(json_ld(msgspec.structs.replace(FRAME, description=""), bare, CONFIG))
    assert described["author"] == [{"@type": "Organization", "name": "Daily Press"}]
    assert described["datePublished"] == "2024-07-03T09:30:00+08:00"
    assert not {"isBasedOn", "keywords", "description"} & described.keys()


def test_a_list_is_a_collection_of_its_first_items():
    items = [item(n) for n in range(ITEMS + 5)]
    expected = [(own.title, own.address) for own in items[:ITEMS]]
    assert listed(source_view(*items)) == expected
    assert listed(day_view(block(*items[:3]), block(*items[3:]))) == expected
    assert listed(source_month_view(blocks=(block(*items),))) == expected
    [first, *_] = listed(sources_view(source_row(name=PRESS.name, address=PRESS.address)))
    assert first == ("Daily Press", "sources/daily-press/")
    assert listed(archive_view()) == [("2024", "2024/"), ("2023", "2023/")]
    story = story_view(days=(StoryDay(day=PRESS, items=tuple(items)),))
    assert listed(story) == expected
    assert listed(period_view(Period.MONTH)) == [("3 July", "2024/07/03/")]
    assert listed(period_view(Period.YEAR)) == [("July", "2024/07/")]
    assert listed(day_view()) == []


def test_an_item_without_a_page_leads_to_its_original():
    items = (
        item(1, address=None, original="https://press.example/报"),
        item(2, address=None),
        item(3, title="x" * 300),
    )
    assert listed(source_view(*items)) == [
        ("Title 1", "https://press.example/%E6%8A%A5"),
        ("x" * NAME_LENGTH, "articles/i3/i3.html"),
    ]


def test_the_front_page_is_called_as_the_site():
    described = json.loads(json_ld(msgspec.structs.replace(FRAME, title=""), day_view(), CONFIG))
    assert described["name"] == "Letters"
    assert described["isPartOf"] == SITE


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("</script>!-&\u2028\u2029\ud800\x00\"'\\ü", max_size=20))
def test_nothing_breaks_out_of_a_script_element(text):
    hostile = msgspec.structs.replace(
        ARTICLE, title=text, authors=(text,), tags=(views.Named(name=text, address="x/"),)
    )
    written = json_ld(FRAME, hostile, CONFIG)
    assert not set(written) & set("<>&\u2028\u2029")
    written.encode("utf-8")
    described = json.loads(written)
    assert described["headline"] == described["keywords"][0] == described["author"][0]["name"]
    if text.isprintable():
        assert described["headline"] == text


@pytest.mark.parametrize(
    "view",
    [views.RedirectView(target="x", fragment="", title="x"), views.NotFoundView(latest=None)],
)
def test_a_redirect_and_a_missing_page_say_nothing(view):
    assert json_ld(FRAME, view, CONFIG) == ""
    assert open_graph(FRAME, view, CONFIG) == ()


def test_without_a_base_url_there_is_no_structured_data():
    assert json_ld(msgspec.structs.replace(FRAME, canonical=None), ARTICLE, Config()) == ""
    pairs = dict(open_graph(msgspec.structs.replace(FRAME, canonical=None), ARTICLE, Config()))
    assert "og:url" not in pairs


def test_open_graph_of_an_article():
    assert open_graph(FRAME, ARTICLE, CONFIG) == (
        ("og:title", "Movable type"),
        ("og:type", "article"),
        ("og:url", FRAME.canonical),
        ("og:site_name", "Letters"),
        ("og:description", "Lead and tin"),
        ("og:locale", "zh_CN"),
        ("article:published_time", "2024-07-03"),
        ("article:tag", "type"),
        ("article:tag", "tin"),
    )


def test_open_graph_of_a_list():
    frame = msgspec.structs.replace(FRAME, title="", description="", language="en", canonical=BASE)
    assert open_graph(frame, day_view(), CONFIG) == (
        ("og:title", "Letters"),
        ("og:type", "website"),
        ("og:url", BASE),
        ("og:site_name", "Letters"),
        ("og:locale", "en_US"),
    )


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("zh", "zh_CN"),
        ("zh-Hant-HK", "zh_TW"),
        ("en-GB", "en_US"),
        ("ja", "ja_JP"),
        ("tlh", None),
        ("", None),
    ],
)
def test_open_graph_names_a_locale_it_can_know(language, locale):
    frame = msgspec.structs.replace(FRAME, language=language)
    assert dict(open_graph(frame, ARTICLE, CONFIG)).get("og:locale") == locale
