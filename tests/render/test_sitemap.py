import datetime as dt
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.types import Source
from generator.render.sitemap import opml, robots, sitemaps

BASE = "https://host.example/digest/"
NS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
JULY, AUGUST = dt.date(2024, 7, 1), dt.date(2024, 8, 31)


def locations(document: bytes) -> list[str]:
    return [loc.text for loc in ET.fromstring(document).iter(NS + "loc")]


def test_each_month_has_a_sitemap_and_the_rest_has_one():
    listed = [
        ("sources/", None, None),
        ("2024/08/31/", AUGUST, AUGUST),
        ("", None, dt.date(2024, 8, 31)),
        ("2024/07/03/", JULY, dt.date(2024, 7, 3)),
        ("2024/07/", dt.date(2024, 7, 9), None),
    ]
    written = dict(sitemaps(BASE, listed))
    assert {address: locations(document) for address, document in written.items()} == {
        "sitemaps/2024-07.xml": [BASE + "2024/07/", BASE + "2024/07/03/"],
        "sitemaps/2024-08.xml": [BASE + "2024/08/31/"],
        "sitemaps/pages.xml": [BASE, BASE + "sources/"],
        "sitemap.xml": [BASE + f"sitemaps/{name}.xml" for name in ("2024-07", "2024-08", "pages")],
    }
    assert ET.fromstring(written["sitemap.xml"]).tag == NS + "sitemapindex"
    july = ET.fromstring(written["sitemaps/2024-07.xml"])
    assert july.tag == NS + "urlset"
    assert [url.findtext(NS + "lastmod") for url in july] == [None, "2024-07-03"]


def test_the_order_of_the_pages_does_not_matter():
    listed = [(f"{n}.html", JULY if n % 2 else None, None) for n in range(20)]
    assert list(sitemaps(BASE, listed)) == list(sitemaps(BASE, reversed(listed)))


def test_addresses_are_percent_encoded():
    ((_, document), _) = sitemaps(BASE, [("sources/印刷-史话/", None, None)])
    assert locations(document) == [BASE + "sources/%E5%8D%B0%E5%88%B7-%E5%8F%B2%E8%AF%9D/"]
    assert document.isascii()


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 60), st.integers(1, 20), st.integers(400, 2_000))
def test_no_sitemap_is_too_long_or_too_large_and_no_page_is_left_out(count, most_addresses, most_bytes):
    listed = [(f"page-{n:03}/" + "x" * (n % 40), JULY, JULY) for n in range(count)]
    *parts, (name, index) = sitemaps(BASE, listed, most_addresses=most_addresses, most_bytes=most_bytes)
    assert name == "sitemap.xml"
    assert [address for address, _ in parts] == [
        "sitemaps/2024-07.xml",
        *(f"sitemaps/2024-07-{n}.xml" for n in range(2, len(parts) + 1)),
    ]
    assert locations(index) == [BASE + address for address, _ in parts]
    assert [loc for _, part in parts for loc in locations(part)] == [BASE + own for own, _, _ in listed]
    assert all(len(locations(part)) <= most_addresses and len(part) <= most_bytes for _, part in parts)


def test_a_month_with_fifty_thousand_and_one_pages_is_cut():
    parts = list(sitemaps(BASE, ((f"articles/{n:05}.html", JULY, None) for n in range(50_001))))
    assert [len(locations(document)) for _, document in parts] == [50_000, 1, 2]


def test_years_are_four_digits():
    assert next(sitemaps(BASE, [("0001/01/", dt.date.min, dt.date.min)]))[0] == "sitemaps/0001-01.xml"


def test_robots_are_told_of_the_sitemap():
    assert robots(BASE) == (b"User-agent: *\nAllow: /\n\nSitemap: https://host.example/digest/sitemap.xml\n")


def test_sources_can_be_subscribed_to():
    sources = [
        Source(name='Daily & "<Press>"', slug="daily-press-abc234", home="https://press.example/?a=1&b=2"),
        Source(name="印刷\x00", slug="印刷"),
    ]
    document = ET.fromstring(opml("Letters <Lines>", BASE, sources))
    assert (document.tag, document.get("version")) == ("opml", "2.0")
    assert document.findtext("head/title") == "Letters <Lines>"
    assert [outline.attrib for outline in document.findall("body/outline")] == [
        {
            "type": "rss",
            "text": 'Daily & "<Press>"',
            "title": 'Daily & "<Press>"',
            "xmlUrl": BASE + "sources/daily-press-abc234/feed.atom.xml",
            "htmlUrl": "https://press.example/?a=1&b=2",
        },
        {
            "type": "rss",
            "text": "印刷",
            "title": "印刷",
            "xmlUrl": BASE + "sources/%E5%8D%B0%E5%88%B7/feed.atom.xml",
            "htmlUrl": BASE + "sources/%E5%8D%B0%E5%88%B7/",
        },
    ]
