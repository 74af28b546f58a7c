"""Pages of tags: each leads to its articles and back, and lists stay light."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from markupsafe import Markup
from theme_views import html_of, site, tag_view

from generator.config.site import Config, TagConfig
from generator.config.tags import NEWEST, TagRules, tag_rules
from generator.grouping import digest_of
from generator.grouping.editions import PART
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.types import Article, CopyGroup, TextPolicy, Verdict
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.page_at import OVERVIEWS, page_at
from generator.render.pages import Page
from generator.render.plan import Plan, plan
from generator.render.templates import Templates, interface_language
from generator.render.weight import HTML_LIMIT

DAY = dt.date(2024, 7, 3)
SOURCES = ("Alpha", "Beta", "Gamma")


def article(number: int, *tags: str, date: dt.date = DAY, **fields: object) -> Article:
    given = {
        "id": f"{number:012}", "path": f"{number:05}.md", "title": f"Title {number}", "language": "en",
        "title_language": "en", "url": f"https://origin.example/{number}", "source": SOURCES[number % 3],
        "date": date, "verdict": Verdict.FULL, "excerpt": "Some words.", "tags": tags,
    }  # fmt: skip
    return Article(**(given | fields))


def planned(articles: list[Article], rules: TagRules | None = None) -> Plan:
    return plan(digest_of(articles, {}, TextPolicy.FULL, tags=rules)[0], tag_rules=rules)


def page_of(plan_: Plan, address: str) -> Page:
    [page] = [page for page in pages_of(plan_) if page.address == address]
    return page


def views_of(plan_: Plan, address: str) -> list:
    compose = composer(plan_, interface_language(None, "en"), healths_of(plan_.digest))
    return list(compose.views_of(page_of(plan_, address), Markup("<p>x</p>")))


MANY = [article(n, "press", date=DAY - dt.timedelta(n % 40)) for n in range(NEWEST + 5)]


def test_pages_are_found_at_their_addresses():
    plan_ = planned([*MANY, article(90, "Ink", "ink/black")])
    pages = {page.address: page for page in pages_of(plan_) if page.template.startswith("tag")}
    below = addresses.tag(plan_.digest.tags["ink/black"])
    months = ["tags/press/2024/07/", "tags/press/2024/06/", "tags/press/2024/05/"]
    assert [*pages] == ["tags/ink/", below, "tags/press/", *months, "tags/"]
    for address, page in pages.items():
        assert page_at(plan_, addresses.file_of(address), lambda _: None) == page
    for path in (
        "tags/paper/index.html",
        "tags/ink/2024/07/index.html",
        "tags/press/2024/08/index.html",
        "tags/press/2024/07/2/index.html",
        "tags/press/2024/index.html",
    ):
        assert page_at(plan_, path, lambda _: None) is None


def test_a_site_without_tags_has_no_pages_of_them():
    plan_ = planned([article(1)])
    assert not [page for page in pages_of(plan_) if page.address.startswith("tags/")]
    assert page_at(plan_, "tags/index.html", lambda _: None) is None
    assert "tags/index.html" in OVERVIEWS
    assert "tags/" not in html_of("day.html", in_site=site(tags=False))
    assert 'href="../../../tags/"' in html_of("day.html")


def test_a_page_leads_to_articles_and_to_the_tags_around_it():
    plan_ = planned([article(91, "Ink"), article(92, "Ink/Black", "press"), article(93, "ink/red"), *MANY])
    [view, *_] = views_of(plan_, "tags/ink/")
    assert (view.name, view.count, view.above, view.years) == ("Ink", 3, None, ())
    assert [(one.name, one.count) for one in view.nested] == [("Ink/Black", 1), ("ink/red", 1)]
    assert [[tag.name for tag in item.tags] for item in view.items] == [
        [],
        ["Ink/Black", "press"],
        ["ink/red"],
    ]
    [black, *_] = views_of(plan_, addresses.tag(plan_.digest.tags["ink/black"]))
    assert (black.above.name, black.above.address) == ("Ink", "tags/ink/")
    [press, *_] = views_of(plan_, "tags/press/")
    assert (len(press.items), press.count) == (NEWEST, NEWEST + 6)
    assert [month.address for year in press.years for month in year.months] == [
        "tags/press/2024/07/", "tags/press/2024/06/", "tags/press/2024/05/",
    ]  # fmt: skip


def test_an_article_and_its_items_lead_to_what_its_tags_are_called():
    rules = tag_rules(
        {"press": TagConfig(aliases=("printing",), name="The press"), "inbox": TagConfig(hide=True)}
    )
    plan_ = planned([article(1, "Printing", "inbox", "a", "b", "c")], rules)
    [view] = views_of(plan_, addresses.article(article(1).id))
    assert [(one.name, one.address) for one in view.tags] == [
        ("The press", "tags/press/"), ("a", "tags/a/"), ("b", "tags/b/"), ("c", "tags/c/"),
    ]  # fmt: skip
    [day, *_] = views_of(plan_, "2024/07/03/")
    assert [tag.name for tag in day.reading[0].items[0].tags] == ["The press", "a", "b"]


def test_the_page_of_all_tags_has_the_largest_first():
    plan_ = planned([article(1, "b", "a"), article(2, "c"), article(3, "c")])
    assert [(one.name, one.count) for one in views_of(plan_, "tags/")[0].tags] == [
        ("c", 2),
        ("a", 1),
        ("b", 1),
    ]


@pytest.mark.parametrize("address", ["tags/", "tags/press/", "tags/press/2024/07/"])
def test_a_crowd_stays_light(address):
    title = "活字印刷的历史，" * 6
    articles = [
        article(n, "press", *(f"{title[:60]} {n} {k}" for k in range(5)), f"press/{n}", title=title)
        for n in range(PART)
    ]
    plan_ = planned(articles)
    page = page_of(plan_, address)
    compose = composer(plan_, interface_language(None, "en"), healths_of(plan_.digest))
    framer = Framer(plan=plan_, names=compose.names, config=Config())
    theme = Templates(None, site())
    sizes = [len(theme.render(framer.of(page, view), view)) for view in views_of(plan_, address)]
    assert min(sizes) <= HTML_LIMIT
    assert sizes == sorted(sizes, reverse=True)


def test_a_month_is_cut_from_the_oldest_so_that_a_full_part_stays():
    def shown(count: int) -> list[str]:
        first = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
        times = [first + dt.timedelta(hours=3 * n) for n in range(count)]
        found = [article(n, "press", date=time.date(), time=time) for n, time in enumerate(times)]
        blocks = views_of(planned(found), "tags/press/2024/07/")[0].blocks
        return [item.title for block in blocks for item in block.items]

    assert len(shown(PART + 10)) == PART // 8 * 8  # whole days, of eight articles
    assert shown(PART + 10) == shown(PART + 50)


def test_a_feed_has_one_of_the_articles_with_the_same_text():
    lead, first, second = article(0), article(1, "press"), article(2, "press")
    plan_ = planned([lead, first, second])
    group = CopyGroup(id=lead.id, articles=(lead, second, first))
    plan_.copies |= dict.fromkeys((one.id for one in group.articles), group)
    assert [*plan_.without_copies_in(plan_.digest.tags["press"])] == [first]


def test_copies_of_a_day_are_one_item_with_a_count():
    own = [article(n, "press", date=DAY - dt.timedelta(n // 3)) for n in range(NEWEST + 5)]
    plan_ = planned(own)
    group = CopyGroup(id=own[0].id, articles=tuple(own[:4]))  # the fourth is of the day before
    plan_.copies |= dict.fromkeys((one.id for one in group.articles), group)
    view = views_of(plan_, "tags/press/")[0]
    assert [(item.id, item.times) for item in view.items[:2]] == [(own[0].id, 3), (own[3].id, 1)]
    [*_, block] = sorted(views_of(plan_, "tags/press/2024/07/")[0].blocks, key=lambda block: block.date)
    assert (block.source.count, [(item.id, item.times) for item in block.items]) == (1, [(own[0].id, 3)])


def test_hostile_tags_stay_text():
    hostile = '"><script>alert(1)</script>', "{{ 7 * 7 }}", "]]>", "' onclick='x"
    plan_ = planned([article(n, tag) for n, tag in enumerate(hostile)])
    compose = composer(plan_, interface_language(None, "en"), healths_of(plan_.digest))
    config = Config(base_url="https://digest.example/")
    framer = Framer(plan=plan_, names=compose.names, config=config)
    theme = Templates(None, site())
    for page in pages_of(plan_):
        for view in compose.views_of(page, Markup("<p>x</p>")):
            html = theme.render(framer.of(page, view), view).decode()
            head, body = html.split("</head>")
            assert "<script" not in body
            kinds = r'type="(?:application/ld\+json|speculationrules|module)"|src="[^"]*assets/theme.js"'
            own = re.findall(f"<script (?:{kinds})", head)
            assert head.count("<script") == head.count("</script>") == len(own)
            assert "onclick='" not in body
            assert "49" not in body


def test_a_tag_of_one_day_says_it_once():
    assert html_of("tag.html", tag_view(first=DAY, last=DAY)).count('<time datetime="2024-07-03">July') == 1
