import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
import zoneinfo
from email.utils import parsedate_to_datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model import addresses
from generator.model.types import Article, Source, TextPolicy, Verdict
from generator.render import feeds
from generator.render.feeds import Entry, FeedMeta, atom, entry_id, entry_of, json_feed, rss

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")

META = FeedMeta(
    title="Letters & <Lines>",
    description="What was printed",
    language="en",
    page="https://host.example/digest/",
    generator="Broadsheet 0.1.0",
    zone=SHANGHAI,
)
ENTRY = Entry(
    id=entry_id("abcdefghijkm"),
    title="Movable type",
    title_language="en",
    language="zh",
    url="https://host.example/digest/articles/ab/abcdefghijkm.html",
    original="https://press.example/a?b=1&c=2",
    date=dt.date(2024, 7, 3),
    time=None,
    content='<p>Lead &amp; tin, <a href="https://press.example/?a=1&amp;b=2">cast</a></p>',
    excerpt="Lead & tin <cast>",
    authors=("Ann", "Bo"),
    tags=("type", "type", "lead & tin"),
    source="Daily Press",
    source_page="https://host.example/digest/sources/daily-press/",
)


def test_feeds_name_their_hub():
    feed = msgspec.structs.replace(META, hub="https://hub.example/")
    for write in (atom, rss):
        links = ET.fromstring(write(feed, [ENTRY])).iter(f"{ATOM}link")
        assert [link.get("href") for link in links if link.get("rel") == "hub"] == ["https://hub.example/"]
    assert json.loads(json_feed(feed, []))["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert b"hub" not in atom(META, []) + rss(META, []) + json_feed(META, [])


HOSTILE = [
    "a <b>bold</b> title",
    "AT&amp;T",
    "&#60;script&#62;",
    "\"double\" 'single'",
    "👨\u200d👩\u200d👧 🙂",
    "]]> and <![CDATA[x]]>",
    "<!-- c --> <?x ?>",
    "</title></entry>",
    "true",
    "007",
]
text = st.text(max_size=30) | st.text("<>&\"'];[!-\x00\x0b\x1b\x85\ud800\ufffe\r\n \u2028a🙂", max_size=20)


def entry(**changes) -> Entry:
    return msgspec.structs.replace(ENTRY, **changes)


def atom_entries(*entries):
    return ET.fromstring(atom(META, entries)).findall(ATOM + "entry")


def rss_items(*entries):
    return ET.fromstring(rss(META, entries)).findall("channel/item")


def json_items(*entries):
    return json.loads(json_feed(META, entries))["items"]


def test_an_atom_feed_says_what_it_is():
    feed = ET.fromstring(atom(META, [ENTRY]))
    assert feed.tag == ATOM + "feed"
    assert feed.get(LANG) == "en"
    assert feed.findtext(ATOM + "id") == "https://host.example/digest/"
    assert feed.findtext(ATOM + "title") == "Letters & <Lines>"
    assert feed.findtext(ATOM + "subtitle") == "What was printed"
    assert feed.findtext(ATOM + "generator") == "Broadsheet 0.1.0"
    links = {link.get("rel"): (link.get("href"), link.get("type")) for link in feed.findall(ATOM + "link")}
    assert links == {
        "self": ("https://host.example/digest/feed.atom.xml", "application/atom+xml"),
        "alternate": ("https://host.example/digest/", "text/html"),
    }


def test_an_atom_entry_holds_the_article():
    (own,) = atom_entries(ENTRY)
    assert own.findtext(ATOM + "id") == ENTRY.id
    assert own.find(ATOM + "title").get(LANG) == "en"
    assert [(link.get("rel"), link.get("href")) for link in own.findall(ATOM + "link")] == [
        ("alternate", ENTRY.url),
        ("via", "https://press.example/a?b=1&c=2"),
    ]
    assert [author.findtext(ATOM + "name") for author in own.findall(ATOM + "author")] == ["Ann", "Bo"]
    assert [tag.get("term") for tag in own.findall(ATOM + "category")] == ["type", "lead & tin"]
    assert own.find(ATOM + "source").findtext(ATOM + "title") == "Daily Press"
    assert own.find(ATOM + "source").findtext(ATOM + "id") == ENTRY.source_page
    assert own.find(ATOM + "source").find(ATOM + "link").get("href") == ENTRY.source_page + addresses.ATOM
    assert own.findtext(ATOM + "summary") == "Lead & tin <cast>"
    assert own.find(ATOM + "content").attrib == {"type": "html", LANG: "zh"}
    assert own.findtext(ATOM + "content") == ENTRY.content


def test_an_rss_feed_holds_the_same():
    channel = ET.fromstring(rss(META, [ENTRY])).find("channel")
    assert channel.findtext("title") == "Letters & ＜Lines>"
    assert channel.findtext("link") == META.page
    assert channel.findtext("description") == "What was printed"
    assert channel.findtext("language") == "en"
    assert channel.find(ATOM + "link").attrib == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": "https://host.example/digest/feed.rss.xml",
    }
    (item,) = channel.findall("item")
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    assert item.findtext("guid") == ENTRY.id
    assert item.findtext("link") == ENTRY.url
    assert [creator.text for creator in item.findall(DC + "creator")] == ["Ann", "Bo"]
    assert [tag.text for tag in item.findall("category")] == ["type", "lead & tin"]
    assert item.findtext("source") == "Daily Press"
    assert item.find("source").get("url") == ENTRY.source_page + addresses.ATOM
    assert item.findtext("description") == "Lead &amp; tin &lt;cast&gt;"
    assert item.findtext(CONTENT + "encoded") == ENTRY.content


def test_a_json_feed_holds_the_same():
    feed = json.loads(json_feed(META, [ENTRY]))
    (item,) = feed.pop("items")
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Letters & <Lines>",
        "home_page_url": "https://host.example/digest/",
        "feed_url": "https://host.example/digest/feed.json",
        "description": "What was printed",
        "language": "en",
    }
    assert item == {
        "id": ENTRY.id,
        "url": ENTRY.url,
        "external_url": ENTRY.original,
        "title": "Movable type",
        "content_html": ENTRY.content,
        "summary": "Lead & tin <cast>",
        "date_published": "2024-07-03T00:00:00+08:00",
        "date_modified": "2024-07-03T00:00:00+08:00",
        "authors": [{"name": "Ann"}, {"name": "Bo"}],
        "tags": ["type", "lead & tin"],
        "language": "zh",
    }


def test_the_other_texts_of_a_story_follow_its_content():
    also = feeds.also_in("Also in", ", ", [("A & B", "https://host.example/a"), ("<C>", None)])
    assert also == '<p>Also in <a href="https://host.example/a">A &amp; B</a>, &lt;C&gt;</p>'
    assert feeds.also_in("Also in", ", ", []) == ""
    told = entry(also=also)
    whole = ENTRY.content + also
    assert atom_entries(told)[0].findtext(ATOM + "content") == whole
    assert rss_items(told)[0].findtext(CONTENT + "encoded") == whole
    assert json_items(told)[0]["content_html"] == whole


def test_an_entry_without_text_is_short_and_still_valid():
    bare = entry(
        content="",
        excerpt="",
        authors=(),
        tags=(),
        url="https://press.example/a",
        original="https://press.example/a",
    )
    (own,) = atom_entries(bare)
    assert [child.tag.removeprefix(ATOM) for child in own] == [
        "id",
        "title",
        "link",
        "published",
        "updated",
        "author",
        "source",
    ]
    assert own.find(ATOM + "author").findtext(ATOM + "name") == "Daily Press"
    (item,) = rss_items(bare)
    assert item.find("description") is None
    (as_json,) = json_items(bare)
    assert as_json["content_text"] == ""
    assert not {"content_html", "summary", "tags", "external_url"} & as_json.keys()
    assert as_json["authors"] == [{"name": "Daily Press"}]


@pytest.mark.parametrize("title", HOSTILE)
def test_all_feeds_carry_a_title_that_no_reader_takes_for_html(title):
    hostile = entry(title=title)
    written = title.replace("<", "＜")
    assert atom_entries(hostile)[0].find(ATOM + "title").get("type") == "text"
    assert atom_entries(hostile)[0].findtext(ATOM + "title") == written
    assert rss_items(hostile)[0].findtext("title") == written
    assert json_items(hostile)[0]["title"] == written


@pytest.mark.parametrize("text", ["a <b>bold</b> claim", "<img src=x onerror=alert(1)>"])
def test_rss_says_of_the_site_what_no_reader_takes_for_html(text):
    for meta in (msgspec.structs.replace(META, title=text, description=d) for d in (text, "")):
        channel = ET.fromstring(rss(meta, [ENTRY])).find("channel")
        assert channel.findtext("title") == channel.findtext("description") == text.replace("<", "＜")


def test_titles_are_never_marked_as_raw_character_data():
    assert b"<![CDATA[" not in atom(META, [ENTRY]) + rss(META, [ENTRY])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(text, text, text, text, text), max_size=3))
def test_feeds_are_well_formed_whatever_the_text(rows):
    entries = [
        entry(
            id=entry_id(str(n)),
            title=a,
            excerpt=b,
            authors=(c,),
            tags=(d,),
            source=e or "S",
            original=f"https://{a}.example/{e}",
        )
        for n, (a, b, c, d, e) in enumerate(rows)
    ]
    meta = msgspec.structs.replace(META, title="".join(a for a, *_ in rows) or "T")
    in_atom = ET.fromstring(atom(meta, entries)).findall(ATOM + "entry")
    in_rss = ET.fromstring(rss(meta, entries)).findall("channel/item")
    in_json = json.loads(json_feed(meta, entries))["items"]
    expected = [(own.id, own.url) for own in entries]
    assert [(own.findtext(ATOM + "id"), own.find(ATOM + "link").get("href")) for own in in_atom] == expected
    assert [(own.findtext("guid"), own.findtext("link")) for own in in_rss] == expected
    assert [(own["id"], own["url"]) for own in in_json] == expected
    titles = [own["title"] for own in in_json]
    assert [own.findtext(ATOM + "title") for own in in_atom] == titles
    assert [own.findtext("title") for own in in_rss] == titles
    assert all(titles)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", "".join(titles))


def test_text_that_xml_cannot_hold_is_left_out():
    (own,) = atom_entries(entry(title="a\x00b\x1b[1m \ud800\ufffe\r\nc", content="<p>x\x08</p>"))
    assert own.findtext(ATOM + "title") == "ab[1m \ufffd c"
    assert own.findtext(ATOM + "content") == "<p>x</p>"


def test_a_title_of_nothing_is_the_address():
    assert json_items(entry(title=" \x00 "))[0]["title"] == ENTRY.url


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "2024-07-03T00:00:00+08:00"),
        ({"time": dt.datetime(2024, 7, 3, 9, 5, 7, 123, SHANGHAI)}, "2024-07-03T09:05:07+08:00"),
        ({"date": dt.date(1850, 1, 1)}, "1850-01-01T00:00:00+08:05"),
        ({"date": dt.date.min}, "0001-01-01T00:00:00+08:05"),
        ({"date": dt.date.max}, "9999-12-31T00:00:00+08:00"),
    ],
)
def test_moments_are_in_the_sites_zone(changes, expected):
    (own,) = atom_entries(entry(**changes))
    assert own.findtext(ATOM + "published") == own.findtext(ATOM + "updated") == expected
    assert json_items(entry(**changes))[0]["date_published"] == expected
    moment = dt.datetime.fromisoformat(expected)
    published = rss_items(entry(**changes))[0].findtext("pubDate")
    assert published.endswith(expected[-6:].replace(":", ""))
    if moment.year > 1000:  # the standard library reads older years as two digits
        assert parsedate_to_datetime(published) == moment


def test_a_feed_is_as_old_as_its_newest_entry():
    entries = [
        entry(id=entry_id("1"), date=dt.date(2024, 7, 2)),
        entry(id=entry_id("2"), time=dt.datetime(2024, 7, 3, 9, tzinfo=SHANGHAI)),
        entry(id=entry_id("3")),
    ]
    assert ET.fromstring(atom(META, entries)).findtext(ATOM + "updated") == "2024-07-03T09:00:00+08:00"
    built = ET.fromstring(rss(META, entries)).findtext("channel/lastBuildDate")
    assert built == "Wed, 03 Jul 2024 09:00:00 +0800"


def test_a_feed_without_entries_is_valid_and_knows_no_clock():
    assert ET.fromstring(atom(META, [])).findtext(ATOM + "updated") == "1970-01-01T00:00:00+00:00"
    assert json.loads(json_feed(META, []))["items"] == []
    assert ET.fromstring(rss(msgspec.structs.replace(META, description=""), [])).findtext(
        "channel/description"
    )


def test_entry_ids_last():
    assert entry_id("abcdefghijkm") == "urn:uuid:628a5c6d-f3e3-50cf-b392-ecc83b87dbe9"


ARTICLE = Article(
    id="abcdefghijkm",
    path="a.md",
    title="Movable type",
    language="zh",
    title_language="en",
    url="https://press.example/a",
    source="Press",
    date=dt.date(2024, 7, 3),
    verdict=Verdict.FULL,
    excerpt="Lead",
    authors=("Ann",),
    tags=("type",),
)


@pytest.mark.parametrize(
    ("policy", "verdict", "url", "expected"),
    [
        (TextPolicy.FULL, Verdict.FULL, "o", ("page", "<p>x</p>", "Lead")),
        (TextPolicy.FULL, Verdict.CUT, None, ("page", "<p>x</p>", "Lead")),
        (TextPolicy.EXCERPT, Verdict.FULL, "o", ("page", "", "Lead")),
        (TextPolicy.LINK, Verdict.FULL, "o", ("o", "", "")),
        (TextPolicy.LINK, Verdict.FULL, None, ("item", "", "")),
        (TextPolicy.FULL, Verdict.LINK, "o", ("o", "", "Lead")),
    ],
)
def test_an_entry_carries_what_the_sources_policy_allows(policy, verdict, url, expected):
    source = Source(name="Press", slug="press", text=policy)
    own = entry_of(
        msgspec.structs.replace(ARTICLE, verdict=verdict, url=url),
        source,
        base_url="https://host.example/d/",
        item="item",
        tags=("type",),
        content="" if verdict is Verdict.LINK else "<p>x</p>",
    )
    page = "https://host.example/d/articles/ab/abcdefghijkm.html"
    assert (own.url.replace(page, "page"), own.content, own.excerpt) == expected
    assert (own.source, own.source_page) == ("Press", "https://host.example/d/sources/press/")
    assert (own.id, own.original, own.authors, own.tags) == (entry_id(ARTICLE.id), url, ("Ann",), ("type",))


def test_feeds_are_the_same_bytes_each_time():
    for write in (atom, rss, json_feed):
        assert write(META, [ENTRY]) == write(META, [ENTRY])
        assert write(META, [ENTRY]).endswith(b"\n")
    assert feeds.NAMESPACE.version == 5
