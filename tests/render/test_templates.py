"""The default theme: what each page says, where its links lead, and what cannot break out of it."""

import base64
import datetime as dt
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from theme_views import (
    DAY,
    SOURCE,
    TEMPLATES,
    also,
    article_view,
    block,
    day_view,
    frame,
    html_of,
    item,
    period_view,
    site,
    views_by_template,
)  # fmt: skip

from generator.config import resources
from generator.model.types import Period, Verdict
from generator.render import locales, views
from generator.render.highlight import stylesheet
from generator.render.reader_words import script
from generator.render.search_view import SearchView
from generator.render.templates import Templates, anchor, interface_language, json_ld, total, web
from generator.search import table

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Nesting(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        self.faults += [f"style or event on {tag}" for n in names if n == "style" or n.startswith("on")]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another")


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_page_is_sound_in_both_languages(template, language):
    html = html_of(template, in_site=site(language), language=language)
    nesting = Nesting()
    nesting.feed(html)
    assert not nesting.faults
    assert not nesting.open
    assert len(nesting.ids) == len(set(nesting.ids))
    assert html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert html.count("<h1") == 1
    assert html.count("<main ") == html.count("<footer class") == 1
    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self';" in html
    )
    assert "unsafe-inline" not in html
    assert "The Galley &lt;Proof&gt;" in html
    assert "<Proof>" not in html
    if language != "en":
        assert not re.search(r">(Latest|Archive|Sources|Original|Skip to the text)\b", html)


def test_the_head_announces_the_page():
    html = html_of("day.html", section="archive")
    assert "<title>A &lt;title&gt; · The Galley &lt;Proof&gt;</title>" in html
    assert '<meta name="description" content="What it says">' in html
    assert '<link rel="canonical" href="https://digest.example/of/print/2024/07/03/">' in html
    assert (
        '<link rel="alternate" href="../../../feed.json" type="application/feed+json" title="News">' in html
    )
    assert '<meta property="og:title" content="A &#34;title&#34;">' in html
    assert '<link rel="stylesheet" href="../../../assets/style.css">' in html
    assert '<li><a href="../../../archive/" aria-current="true">Archive</a></li>' in html
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert data is not None
    assert json.loads(data[1]) == {"name": "</script><b>"}
    digest = base64.b64encode(hashlib.sha256(data[1].encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}'; connect-src" in html


def test_without_a_public_address_the_head_is_silent():
    bare = {
        "canonical": None,
        "feeds": (),
        "structured": "",
        "open_graph": (),
        "description": "",
        "title": "",
    }
    html = html_of("day.html", in_site=site(base_url=None), index=False, **bare)
    assert "canonical" not in html
    assert "alternate" not in html
    assert "ld+json" not in html
    assert "script-src 'self'; connect-src" in html
    assert "<title>The Galley &lt;Proof&gt;</title>" in html
    assert '<meta name="robots" content="noindex">' in html


ADDRESS = 'href="../../../articles/ab/abcdefghijkm.html"'


def test_an_item_leads_to_our_page_and_to_the_original():
    html = html_of("source.html")
    assert (
        f'<li id="abcdefghijkm"><h3><a {ADDRESS}>Set &lt;b&gt;by&lt;/b&gt; hand&nbsp;<i>4′</i></a></h3><p>'
        '<time datetime="2024-07-03T08:05+00:00">Jul 3, 2024</time> '
        '<a href="https://origin.example/a?b=1&amp;c=2">Original ↗</a></p>'
        '<p class="x">The press stood in the cellar.</p></li>'
    ) in html


def test_a_line_of_a_day_leads_to_our_page():
    html = html_of("day.html")
    assert f'<li id="abcdefghijkm"><a {ADDRESS}>Set &lt;b&gt;by&lt;/b&gt; hand&nbsp;<i>4′</i></a>' in html


def test_an_item_without_text_leads_to_the_original():
    html = html_of("day.html", day_view(block(item(address=None, minutes=0, verdict=Verdict.LINK))))
    assert '<li id="abcdefghijkm"><a href="https://origin.example/a?b=1&amp;c=2">Set' in html
    assert html.count("origin.example") == 1
    assert "4′" not in html


@pytest.mark.parametrize(
    "original", [None, "javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "//evil.example"]
)
def test_an_item_without_a_usable_address_is_plain_text(original):
    html = html_of("day.html", day_view(block(item(address=None, minutes=0, original=original))))
    assert "<span>Set &lt;b&gt;by&lt;/b&gt; hand</span>" in html
    assert original is None or original not in html


def test_the_language_of_an_item_is_marked_where_it_is_another():
    arabic = item("arabic", language="ar", dir="rtl", excerpt_language="ar", excerpt_dir="rtl")
    others = (item("english"), item("british", language="en-GB"), item("unknown", language="und"))
    html = html_of("day.html", day_view(block(arabic, *others)))
    assert html.count('lang="ar" dir="rtl">') == 2
    assert html.count('lang="en"') == 1
    assert html.count(' lang="en-GB">') == html.count(' lang="und">') == 1


def test_marks_tell_minutes_cut_texts_copies_and_reasons():
    cut = item(verdict=Verdict.CUT, times=3, anchors=("a" * 12, "b" * 12))
    html = html_of(
        "day.html", day_view(block(cut, item("c" * 12, address=None, minutes=0, reason="captcha")))
    )
    assert "<i>4′… ×3</i>" in html
    assert f'<span id="{"a" * 12}"></span><span id="{"b" * 12}"></span>' in html
    assert '<i title="captcha"> †</i>' in html
    assert html.count('<p class="legend">3′: 3 min to read · …: ends early · ×2: saved twice</p>') == 1


def test_the_legend_names_only_marks_of_the_page():
    views_ = day_view(block(item())), day_view(block(item(address=None, minutes=0, verdict=Verdict.LINK)))
    minutes, none = (html_of("day.html", view) for view in views_)
    assert '<p class="legend">3′: 3 min to read</p>' in minutes
    assert "3′" not in none
    assert '<p class="legend">3′: 3 min to read</p>' in html_of("source.html")


def test_a_day_has_jumps_with_counts_and_leads_to_what_it_has_no_room_for():
    links = block(more=142, more_address="2024/07/03/2/", source=SOURCE)
    html = html_of("day.html", day_view(picks=(item("p" * 12),), links=(links,)))
    assert '<a href="#_picks">Picks <b>1</b></a>' in html
    assert '<a href="#_read">To read <b>12</b></a>' in html
    assert '<a href="#_links">Links <b>12</b></a>' in html
    assert "#_stories" not in html
    assert '<a href="2/">142 more</a>' in html
    assert "2 articles · 1 source<" in html
    assert html.count('rel="prev"') == 2
    assert 'rel="next"' not in html


def test_a_cut_list_of_other_sources_ends_in_a_link_to_the_story():
    told = {"also": (also(), also(name="Other")), "sources": 5, "story": "stories/ab/abc.html"}
    more = '>Other</a>, <a href="../../../stories/ab/abc.html">3 more</a>'
    assert more in html_of("day.html", day_view(stories=(item(**told, also_more=3),)))
    assert " more<" not in html_of("day.html", day_view(stories=(item(**told),)))
    alone = html_of("day.html", day_view(stories=(item(**(told | {"sources": 1}), also_more=3),)))
    assert alone.count(more) == alone.count("stories/ab/abc.html") == 1
    chinese = html_of("day.html", day_view(stories=(item(**told, also_more=3),)), in_site=site("zh"))
    assert ">Other</a>、<a " in chinese
    assert ">另有 3 篇</a>" in chinese


@pytest.mark.parametrize(
    ("texts", "language", "line"),
    [
        (True, "en", "Titles, sources, tags and texts are searched."),
        (False, "en", "Titles, sources and tags are searched, texts are not."),
        (True, "zh", "搜索范围是标题、来源、标签和正文。"),
    ],
)
def test_search_says_before_a_query_what_is_searched(texts, language, line):
    """Outside of the fold of filters."""
    html = html_of("search.html", SearchView(texts=texts), in_site=site(language))
    assert f'</details>\n<p class="legend">{line}</p>' in html


def test_jumps_and_headings_of_a_day_have_the_same_words():
    below = {name: (block(item(f"{name:x<12}")),) for name in ("reading", "links", "activity")}
    view = day_view(picks=(item("p" * 12),), stories=(item("s" * 12),), **below)
    for language in ("en", "zh"):
        html = html_of("day.html", view, in_site=site(language))
        jumps = dict(re.findall(r'<a href="#(_\w+)">(.+?) <b>', html))
        headings = dict(re.findall(r'<section id="(_\w+)".*?<h2>(.+?) <b>', html, re.DOTALL))
        assert (len(jumps), jumps) == (5, headings)


def test_sections_of_a_day_say_their_order_once():
    stories = tuple(item(f"{n:012}", sources=3 - n) for n in range(2))
    for language, words in (
        ("en", ("the lead, then most sources", "most to read first")),
        ("zh", ("头条，其余来源多的在前", "内容多的来源在前")),
    ):
        html = html_of("day.html", day_view(block(), block(), stories=stories), in_site=site(language))
        assert [html.count(f'<p class="legend">{one}</p>') for one in words] == [1, 1]
    assert "the lead, then" not in html_of("day.html", day_view(stories=stories[:1]))
    with_pick = html_of("day.html", day_view(stories=stories, picks=(item(),)))
    assert '<p class="legend">most sources first, then longest</p>' in with_pick


def test_a_full_day_says_that_it_has_no_story_unless_a_pick_is_one():
    picks = (), (item(),), (item(sources=3),)
    days = [html_of("day.html", day_view(count=12, picks=one)) for one in picks]
    assert ["no story of several sources" in page for page in days] == [True, True, False]


def test_a_day_folds_links_by_source_and_those_with_few_together():
    large = block(
        *(item(f"{n:012}") for n in range(4)), source=views.Named(name="Many", address="s/", count=4)
    )
    few = tuple(
        block(item(name * 12), source=views.Named(name=name, address=f"sources/{name}/", count=1))
        for name in "xy"
    )
    html = html_of("day.html", day_view(count=10, links=(large, *few), activity=(large,)))
    assert html.count("<details>") == 3
    assert "<summary><h3>Many <b>4</b></h3></summary>" in html
    assert "<summary><h3>x <b>1</b>, y <b>1</b></h3></summary>" in html
    html = html_of("day.html", day_view(count=9, links=(large, *few), activity=(large,)))
    assert "<details>" not in html
    html = html_of("day.html", day_view(count=10, links=(large, few[0])))
    assert html.count("<details>") == 1  # none for a single link


def test_items_stay_lean():
    short = html_of("day.html", day_view(block(item(excerpt=""))))
    second = item("bbcdefghijkm", excerpt="", language="zh")
    longer = html_of("day.html", day_view(block(item(excerpt=""), second)))
    texts = sum(map(len, (second.title, second.address or "")))
    assert len(longer.encode()) - len(short.encode()) - texts <= 120


@pytest.mark.parametrize("period", [Period.WEEK, Period.MONTH, Period.YEAR])
def test_a_period_leads_to_its_days(period):
    html = html_of("period.html", period_view(period), address="2024/w27/")
    assert 'href="../07/03/"' in html
    assert "1 article · 1 source" in html
    assert '<a href="../">2024</a>' in html
    assert ("July 1</time> – " in html) == (period is Period.WEEK)
    assert ('class="cal' in html) == (period is not Period.WEEK)


def test_the_parts_of_a_month_are_named_by_their_days():
    html = html_of("source_month.html", address="sources/type/2024/07/2/")
    assert "<h1>July 2024 <span>· 14–20</span></h1>" in html
    assert re.search(r'>From July 21</a></li>\s*<li><b aria-current="page">14–20</b></li>', html)
    assert '<a href="../../../#_2024-07">The whole month</a>' in html
    assert '<h2><a href="../../../../../2024/07/03/">July 3 Wednesday</a> <b>12</b></h2>' in html


def test_an_article_says_what_it_is_and_where_it_comes_from():
    html = html_of("article.html", address="articles/ab/abcdefghijkm.html", language="zh")
    assert html.count("活字 &amp; 网格") == 1
    assert '<h1 lang="zh">' in html
    assert '<header lang="en">' in html
    assert '<div class="body" lang="zh">' in html
    assert '<time datetime="2024-07-03T08:05+08:00">July 3, 2024 08:05</time>' in html
    assert '<time datetime="2024-07-05T09:00">July 5, 2024</time>' in html
    assert '<p class="authors">By Ada, 李四</p>' in html
    assert "<span>4 min</span>" in html
    assert '<a href="https://origin.example/a?b=1&amp;c=2" rel="external">origin.example ↗</a>' in html
    assert "Read the original ↗" in html
    assert 'href="../../2024/07/#abcdefghijkm"' in html
    assert "code.css" not in html


def test_an_article_that_ends_early_goes_on_at_the_original():
    cut = html_of("article.html", article_view(verdict=Verdict.CUT))
    assert "The saved text ends here" in cut
    assert "Continue at the original ↗" in cut
    excerpt = html_of("article.html", article_view(excerpt_only=True, verdict=Verdict.CUT))
    assert "shows an excerpt only" in excerpt
    assert "The saved text" not in excerpt


def test_an_article_with_the_least_it_can_have():
    bare = article_view(time=None, fetched=None, original="javascript:x", authors=(), tags=(), minutes=0)
    html = html_of("article.html", bare)
    assert "javascript" not in html
    assert "button" not in html
    assert '<time datetime="2024-07-03">July 3, 2024</time>' in html


def test_an_article_with_code_gets_its_styles():
    from markupsafe import Markup

    html = html_of("article.html", article_view(body=Markup("<pre>x</pre>")), address="articles/ab/x.html")
    assert '<link rel="stylesheet" href="../../assets/code.css">' in html


def test_a_redirect_leads_on():
    html = html_of("redirect.html", address="old/place.html")
    assert '<meta http-equiv="refresh" content="0; url=../articles/ab/abc.html#x">' in html
    assert '<a class="button" href="../articles/ab/abc.html#x">' in html
    assert '<script src="../assets/redirect.js" data-to="../articles/ab/abc.html#x"></script>' in html


def test_links_of_a_rooted_page_start_at_the_root_of_the_site():
    rooted = {"address": "404.html", "rooted": True}
    assert 'href="/of/print/assets/style.css"' in html_of("404.html", **rooted)
    assert 'href="/assets/style.css"' in html_of("404.html", in_site=site(base_url=None), **rooted)
    on_disk = html_of("404.html", in_site=site(base_url=None, file_links=True), **rooted)
    assert 'href="assets/style.css"' in on_disk


def test_links_for_the_disk_name_the_file():
    assert 'href="../02/index.html"' in html_of("day.html", in_site=site(file_links=True))


def test_a_digest_without_articles_has_no_archive_to_lead_to():
    html = html_of("empty.html", in_site=site(latest=None, archive=None), address="")
    assert "Nothing here yet" in html
    assert "Sources" not in html


def test_chinese_pages_are_chinese():
    html = html_of("day.html", in_site=site("zh-Hans"), language="zh-Hans")
    assert "2024年7月3日星期三" in html
    assert "2 篇 · 1 个来源" in html
    assert "<h2>可读 <b>12</b></h2>" in html
    assert "4′</i>" in html


def test_template_syntax_of_a_clipping_is_text():
    html = html_of("day.html", day_view(block(item(title="{{ 7 * 7 }} {% raw %}"))))
    assert "{{ 7 * 7 }} {% raw %}" in html


def test_bytes_that_no_text_can_hold_do_not_stop_a_page():
    html = html_of("day.html", day_view(block(item(title="broken \udcff name"))))
    assert "broken ? name" in html


def test_assets_are_few_and_light():
    assets = Templates(None, site()).assets()
    search = {f"assets/search{part}.js" for part in ("", "-index", "-query")}
    reader = {f"assets/reader{part}.js" for part in ("", "-article", "-kept", "-keys", "-later", "-lists")}
    assert set(assets) == {
        "assets/style.css",
        "assets/theme.js",
        *reader,
        "assets/icon.svg",
        "assets/later.css",
        "assets/reader.css",
        "assets/redirect.js",
        "assets/search.css",
        *search,
    }
    assert sum(map(len, map(gzip.compress, (table.script(), *(assets[path] for path in search))))) <= 10_000
    sizes = {
        path: len(gzip.compress(assets[path])) for path in (*reader, "assets/theme.js", "assets/redirect.js")
    }
    translations = (str, interface_language(None, "zh-Hans").gettext)
    words = max(len(gzip.compress(script(text))) for text in translations)
    assert sum(sizes.values()) + words <= 12_000
    of_kinds = [sizes.pop(f"assets/reader-{kind}.js") for kind in ("article", "later", "lists")]
    assert sum(sizes.values()) + max(of_kinds) + words <= 10_000  # on any one page
    on_search = (*search, "assets/reader.js", "assets/theme.js")
    assert sum(len(assets[path]) for path in on_search) + len(table.script()) <= 30_000
    own = len(assets["assets/style.css"]) + len(assets["assets/reader.css"])
    of_kinds = (assets["assets/search.css"], assets["assets/later.css"], stylesheet().encode())
    assert own + max(map(len, of_kinds)) <= 30_000
    assert b"@import" not in assets["assets/style.css"]
    assert b"url(" not in assets["assets/style.css"]


def test_the_small_filters():
    assert web("https://a.example/") == "https://a.example/"
    assert web(None) == web("ftp://a.example/") == web("javascript:https://a") == ""
    assert json_ld("</script>") == "\\u003c/script\\u003e"
    assert anchor("s1") == "s1"
    assert (total(()), total((block(), block()))) == (0, 2 * block().source.count)
    assert anchor("中国-信息") == "中国-信息"
    assert anchor('a"b%') == "a%22b%25"


def test_dates_and_numbers_are_the_languages_own():
    english, chinese = interface_language(None, "en"), interface_language(None, "zh-Hans")
    assert [english.date(DAY, style) for style in locales.DATE_STYLES] == [
        "2024-07-03", "Wednesday, July 3, 2024", "July 3, 2024", "Jul 3, 2024", "July 2024", "2024", "July 3",
        "Wednesday", "July", "Jul",
    ]  # fmt: skip
    assert [chinese.date(DAY, style) for style in locales.DATE_STYLES] == [
        "2024-07-03", "2024年7月3日星期三", "2024年7月3日", "2024年7月3日", "2024年7月", "2024年", "7月3日",
        "星期三", "七月", "7月",
    ]  # fmt: skip
    assert english.date(dt.datetime(2024, 7, 3, 23, 59, tzinfo=dt.UTC)) == "July 3, 2024"
    assert english.number(13439) == "13,439"
    assert chinese.language_name("en") == "英语"
    assert chinese.language_name("xx-unknown") == "xx-unknown"
    foreign = [tag for tag in ("zh-Hant", "en", "ja", "und") if chinese.is_foreign(tag)]
    assert foreign == ["en", "ja"]
    assert chinese.weekdays[0] == ("一", "星期一")
    assert chinese.gettext("Sources") == "来源"
    with pytest.raises(ValueError, match="unknown date style `long ago`; known: iso, full"):
        english.date(DAY, "long ago")


def test_the_theme_says_its_interface():
    text = (resources.theme() / "theme.toml").read_text("utf-8")
    assert f"interface = {views.INTERFACE}" in text


def test_a_page_is_a_function_of_its_inputs():
    templates = Templates(None, site())
    for template, view in views_by_template().items():
        page = frame(template)
        assert templates.render(page, view) == Templates(None, site()).render(
            page, msgspec.structs.replace(view)
        )


def test_a_source_leads_home_only_on_the_web():
    view = views_by_template()["source.html"]
    assert 'href="https://type.example/" rel="external">Home page ↗' in html_of("source.html", view)
    hostile = msgspec.structs.replace(view, home="javascript:x", language=None)
    assert "Home page" not in html_of("source.html", hostile)
    assert SOURCE.date is not None
    assert "<td>2024-07-03</td>" in html_of("sources.html")
