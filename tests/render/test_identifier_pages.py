"""Pages of identifiers: each leads to its articles and back, and lists stay light."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from markupsafe import Markup
from theme_views import site

from generator.config.site import Config, IdentifierConfig
from generator.grouping import digest_of
from generator.grouping.digest import with_stories
from generator.grouping.health import healths_of
from generator.model import addresses
from generator.model.types import Article, TextPolicy, Verdict
from generator.render.all_pages import pages_of
from generator.render.compose import composer
from generator.render.frame import Framer
from generator.render.identifier_kinds import PART
from generator.render.page_at import page_at
from generator.render.plan import Plan, plan
from generator.render.templates import Templates, interface_language
from generator.render.weight import HTML_LIMIT

DAY = dt.date(2024, 7, 3)
SOURCES = ("Alpha", "Beta", "Gamma")


def article(number: int, *identifiers: str, date: dt.date = DAY, **fields: object) -> Article:
    given = {
        "id": f"{number:012}", "path": f"{number:05}.md", "title": f"Title {number}", "language": "en",
        "title_language": "en", "url": f"https://origin.example/{number}", "source": SOURCES[number % 3],
        "date": date, "verdict": Verdict.FULL, "excerpt": "Some words.", "identifiers": identifiers,
    }  # fmt: skip
    return Article(**(given | fields))


def planned(articles: list[Article]) -> Plan:
    return plan(with_stories(digest_of(articles, {}, TextPolicy.FULL)[0], (), frozenset()))


def views_of(plan_: Plan, address: str, own=None) -> list:
    compose = composer(plan_, interface_language(None, "en"), healths_of(plan_.digest), own)
    [page] = [page for page in pages_of(plan_) if page.address == address]
    return list(compose.views_of(page, Markup("<p>x</p>")))


THREE = [article(n, "CVE-2024-1111", "RFC 9110") for n in range(3)]


def test_pages_are_found_at_their_addresses():
    plan_ = planned([*THREE, article(4, "CVE-2024-1111", date=dt.date(2024, 6, 30))])
    pages = {page.address: page for page in pages_of(plan_) if page.template.startswith("identifier")}
    assert [*pages] == [
        "cve/cve-2024-1111/", "rfc/rfc-9110/", "cve/", "cve/2024/06/", "rfc/", "rfc/2024/07/",
    ]  # fmt: skip
    for address, page in pages.items():
        assert page_at(plan_, addresses.file_of(address), lambda _: None) == page
    for path in (
        "kb/index.html",
        "cve/2024/07/index.html",
        "cve/2024/06/2/index.html",
        "rfc/cve-2024-1111/index.html",
    ):
        assert page_at(plan_, path, lambda _: None) is None


def test_a_page_leads_to_articles_mentions_and_the_authority():
    plan_ = planned([*THREE, article(5, mentions=("CVE-2024-1111",))])
    [view, *_] = views_of(plan_, "cve/cve-2024-1111/")
    assert (view.name, view.kind.name, view.kind.address) == ("CVE-2024-1111", "CVE", "cve/")
    assert (view.count, view.sources, view.authority) == (
        3,
        3,
        "https://www.cve.org/CVERecord?id=CVE-2024-1111",
    )
    assert [item.title for item in view.items] == ["Title 0", "Title 1", "Title 2"]
    assert [item.title for item in view.mentions] == ["Title 5"]
    own = {"cve": IdentifierConfig(url="https://flaws.example/{number}")}
    assert views_of(plan_, "cve/cve-2024-1111/", own)[0].authority == "https://flaws.example/2024-1111"


def test_an_article_leads_to_what_it_names_if_that_has_a_page():
    plan_ = planned([*THREE, article(3, "CVE-2024-1111", "CVE-2024-2222", mentions=("RFC 9110",))])
    [view] = views_of(plan_, addresses.article(article(3).id))
    assert [(one.name, one.address) for one in view.identifiers] == [("CVE-2024-1111", "cve/cve-2024-1111/")]


@pytest.mark.parametrize("address", ["cve/cve-2024-1111/", "cve/", "cve/2024/07/"])
def test_a_crowd_stays_light(address):
    title = "活字印刷的历史，" * 60
    articles = [
        article(n, "CVE-2024-1111", f"CVE-2024-{2000 + n // 3}", title=title, excerpt=title[:200])
        for n in range(900)
    ]
    plan_ = planned(articles)
    ways = views_of(plan_, address)
    page = next(page for page in pages_of(plan_) if page.address == address)
    language = interface_language(None, "en")
    compose = composer(plan_, language, healths_of(plan_.digest))
    framer = Framer(plan=plan_, names=compose.names, config=Config())
    sizes = [len(Templates(None, site()).render(framer.of(page, view), view)) for view in ways]
    assert min(sizes) <= HTML_LIMIT
    assert sizes == sorted(sizes, reverse=True)


def test_a_month_is_cut_from_the_oldest_so_that_a_full_part_stays():
    def shown(count: int) -> list[str]:
        found = [
            article(3 * n + source, f"CVE-2024-{1000 + n}", date=dt.date(2024, 7, 1 + n * 27 // 400))
            for n in range(count)
            for source in range(3)
        ]
        return [row.name for row in views_of(planned(found), "cve/2024/07/")[0].rows]

    assert len(shown(PART + 10)) == PART
    assert shown(PART + 10) == shown(PART + 50)


def test_a_page_of_a_kind_lists_its_months():
    plan_ = planned([*THREE, *(article(n, "CVE-2024-2222", date=dt.date(2024, 5, n)) for n in range(4, 7))])
    [view, lean] = views_of(plan_, "cve/")
    assert [row.name for row in view.rows] == ["CVE-2024-1111", "CVE-2024-2222"]
    assert [(one.name, one.address, one.count) for one in view.months] == [
        ("July 2024", "cve/2024/07/", 1), ("May 2024", "cve/2024/05/", 1),
    ]  # fmt: skip
    assert view.rows[0].title == "Title 2"
    assert lean.rows[0] == msgspec.structs.replace(view.rows[0], title="")
    [may, _] = views_of(plan_, "cve/2024/05/")
    assert (may.previous, may.next.address) == (None, "cve/2024/07/")
