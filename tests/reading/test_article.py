import datetime as dt
import hashlib
import unicodedata

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reading_rules import SHANGHAI, rules

from generator.cli.console import losses
from generator.engine.readings import withheld_on_purpose
from generator.model.errors import Severity
from generator.model.ids import ALPHABET, path_id
from generator.model.types import Clipping, Verdict
from generator.reading.article import article_of
from generator.reading.frontmatter import clipping_in, clipping_of
from generator.reading.moments import due
from generator.reading.text import decode, folded, unescaped

BODY = "A page was as many columns as the press could hold."


def reading_of(path="x.md", body=BODY, site_rules=None, **fields):
    fields = {"title": "The grid", "date": "2024-07-03"} | fields
    fields = {key: value for key, value in fields.items() if value is not None}
    clipping = Clipping(path=path, fields=fields, lines={k: n for n, k in enumerate(fields, 2)}, body=body)
    return article_of(clipping, site_rules or rules())


def article(**arguments):
    return reading_of(**arguments).article


# --- title


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("  a \t b\u3000c ", "a b c"),
        ("&#8220;A&amp;B&#8221; &amp;lt;i&amp;gt;", "“A&B” <i>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\u202egpj.exe", "agpj.exe"),
        (["a", "b"], "a, b"),
        ("a&#10;b", "a b"),
    ],
)
def test_title(title, shown):
    assert article(title=title).title == shown


@pytest.mark.parametrize(
    ("path", "body", "title"),
    [
        ("a/x.md", f"Text\n\n## The *first* heading\n\n{BODY}", "The first heading"),
        ("a/2024-07-03-the-old-press.md", BODY, "the old press"),
        ("a/Ann_The old press.md", BODY, "Ann_The old press"),
        ("a/2024-07-03.md", BODY, "2024 07 03"),
        ("a/_.md", BODY, "_"),
        ("a/旧报纸.markdown", BODY, "旧报纸"),
    ],
)
def test_title_from_heading_or_name(path, body, title):
    assert article(path=path, body=body, title=None).title == title


def test_repeated_title_goes_from_the_text():
    reading = reading_of(body=f"# The grid\n\n![](a.png)\n\n**The Grid**\n\n{BODY}")
    assert reading.text == f"![](a.png)\n\n{BODY}"


# --- address and source


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.org/a?b=c&d=%20e#f", "https://example.org/a?b=c&d=%20e#f"),
        (" http://example.org:8080 # comment", "http://example.org:8080"),
        ("HTTPS://Example.org/", "HTTPS://Example.org/"),
        ('https://example.org/a b<c>"d', "https://example.org/a%20b%3Cc%3E%22d"),
        ("https://报纸.example/路径?q=词", "https://报纸.example/路径?q=词"),
        ("https://[2001:db8::1]:8/x", "https://[2001:db8::1]:8/x"),
        ("https://example.org?u=a@b", "https://example.org?u=a@b"),
    ],
)
def test_addresses(written, address):
    reading = reading_of(url=written)
    assert (reading.article.url, reading.problems) == (address, ())


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/",
        "//example.org/", "example.org/x", "https://", "https:///path", "http://user:pass@example.org/", "https://a\\@b.example/",
        "https://exa mple.org/", "https://[::1/", "https://<b>/", "https://.../", "https://example.org:port/",
        "https:example.org", "http://example.org:99999/", "localhost:8000/x",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(written):
    reading = reading_of(url=written)
    assert reading.article.url is None
    (problem,) = reading.problems
    assert (problem.line, problem.advice) == (4, "write the address of the page, https://…")


@pytest.mark.parametrize(
    ("path", "fields", "source"),
    [
        ("a/x.md", {"source": " The &amp;\tPress "}, "The & Press"),
        ("a/x.md", {"source": "[[The Press]]"}, "The Press"),
        ("a/x.md", {"url": "https://www.example.org:8080/x"}, "example.org"),
        ("a/x.md", {"source": "https://example.org/x"}, "example.org"),
        ("a/x.md", {"source": "https://example.org/x", "site": "The Press"}, "The Press"),
        ("Press/2024/07/03/x.md", {}, "Press"),
        ("Press/2024-07-03/x.md", {}, "Press"),
        ("2024/07/03/x.md", {}, ""),
        ("x.md", {}, ""),
    ],
)
def test_source(path, fields, source):
    assert article(path=path, **fields).source == source


def test_source_that_is_an_address_is_the_address():
    read = article(source="https://example.org/x?a=b")
    assert (read.url, read.source) == ("https://example.org/x?a=b", "example.org")
    read = article(url="https://example.org/x", source="https://example.net/")
    assert (read.url, read.source) == ("https://example.org/x", "example.org")


# --- dates


def test_date_and_time_in_the_zone_of_the_site():
    read = article(date="2024-07-03T22:00:00Z", fetch_date="2025-10-06T17:43:42.502442")
    assert read.date == dt.date(2024, 7, 4)
    assert read.time == dt.datetime(2024, 7, 4, 6, tzinfo=SHANGHAI)
    assert read.fetched == dt.datetime.fromisoformat("2025-10-06T17:43:42.502442")
    read = article(date="2024-07-03 22:00")
    assert read.time == dt.datetime(2024, 7, 3, 22, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("path", "fields", "day"),
    [
        ("2024/07/02/x.md", {}, dt.date(2024, 7, 3)),
        ("2024/07/02/x.md", {"date": None}, dt.date(2024, 7, 2)),
        ("a/2024-07-02 x.md", {"date": None, "fetch_date": "2024-07-01"}, dt.date(2024, 7, 2)),
        ("x.md", {"date": None, "fetch_date": "2024-07-01"}, dt.date(2024, 7, 1)),
        ("x.md", {"date": None, "fetch_date": "2024-06-30T20:00:00Z"}, dt.date(2024, 7, 1)),
        ("x.md", {"date": None, "published": "2024-07-01"}, dt.date(2024, 7, 1)),
    ],
)
def test_where_the_date_comes_from(path, fields, day):
    read = article(path=path, **fields)
    assert (read.date, read.time) == (day, None)


def test_bad_date_is_told_with_its_line_and_the_path_counts():
    reading = reading_of(path="2024/07/02/x.md", date="2024-13-01")
    assert [str(p) for p in reading.problems] == [
        "2024/07/02/x.md:3: date '2024-13-01' has no month 13; write YYYY-MM-DD"
    ]
    assert reading.article.date == dt.date(2024, 7, 2)


@pytest.mark.parametrize("date", ["9999-12-31T23:00:00-10:00", "0001-01-01T00:00:00+14:00"])
def test_dates_at_the_ends_of_the_calendar(date):
    reading = reading_of(date=date, fetch_date=date)
    assert reading.problems[0].message == f"date '{date}' lies outside the calendar"
    assert reading.article is None or reading.article.date


def test_without_a_date_it_is_skipped():
    reading = reading_of(date=None)
    assert reading.article is None
    assert reading.skipped.path == "x.md"
    assert reading.skipped.reason == "has no date: none in `date`, the path or the name, nor a fetch date"
    assert reading.problems[-1].severity is Severity.WARNING


@pytest.mark.parametrize("field", ["date", "published", "fetch_date", "dat"])
def test_a_date_that_is_not_understood_is_one_problem(field):
    reading = reading_of(**{"date": None, field: "03/07/2024"})
    assert reading.article is None
    [problem] = reading.problems
    assert (problem.kind, problem.severity) == ("date", Severity.WARNING)
    assert field in problem.message
    assert reading.skipped.reason == f"{problem.message}; there is no other date"
    assert losses([problem], [reading.skipped]) == [problem]  # printed with --quiet
    assert withheld_on_purpose([reading.skipped], [problem], ()) == []  # it may be lost by mistake


@pytest.mark.parametrize("date", ["2024-08-02", "2024-08-01T12:00:01+08:00", "2024-08-01T04:00:01Z"])
def test_articles_are_due_at_their_moment_or_at_the_beginning_of_their_day(date):
    moment = dt.datetime(2024, 8, 2, tzinfo=SHANGHAI) if len(date) == 10 else dt.datetime.fromisoformat(date)
    assert due(article(date=date), SHANGHAI) == moment


# --- drafts


@pytest.mark.parametrize("draft", ["true", "yes", "On", "1", "TRUE # not yet"])
def test_drafts_are_known(draft):
    reading = reading_of(draft=draft)
    assert reading.is_draft
    assert reading.article.draft
    assert reading.problems == ()


@pytest.mark.parametrize("draft", ["false", "no", "off", "0", "# comment", "", "null", "~"])
def test_what_is_no_draft(draft):
    assert not article(draft=draft).draft


def test_doubtful_draft_is_held_back_and_told():
    reading = reading_of(draft="perhaps")
    assert reading.is_draft
    assert reading.problems[0].message == "`draft: perhaps` is neither true nor false; held back"


# --- private


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("publish: false", "is not to be published (`publish: false`)"),
        ("Publish: No # not yet", "is not to be published (`publish: No`)"),
        ("published: false", "is not to be published (`published: false`)"),
        ("published: 'off'", "is not to be published (`published: off`)"),
        ("private: true", "is private (`private: true`)"),
        ("PRIVATE: 1", "is private (`private: 1`)"),
    ],
)
def test_what_is_private_is_no_article(field, reason):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{field}\n")
    assert reading.article is None
    assert not reading.text
    assert reading.skipped.reason == reason
    assert reading.problems == ()


@pytest.mark.parametrize(
    "field", ["publish: true", "publish: yes", "published: true", "published:", "private: false", "private:"]
)
def test_what_says_that_it_is_public_is_published(field):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{field}\n")
    assert reading.article is not None
    assert reading.problems == ()


def test_published_may_hold_a_date_as_well():
    reading = reading_with("title: A\npublished: 2024-07-02\n")
    assert reading.article.date == dt.date(2024, 7, 2)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("publish: perhaps", "`publish: perhaps` is neither true nor false; held back"),
        ("publish:", "`publish` is neither true nor false; held back"),
        ("private: for Ann only", "`private: for Ann only` is neither true nor false; held back"),
        ("private: {ann: true}", "`private` is neither true nor false; held back"),
    ],
)
def test_who_does_not_say_whether_it_is_private_keeps_it_back(field, told):
    reading = reading_with(f"title: A\ndate: 2024-07-03\n{field}\n")
    assert reading.article is None
    assert [(problem.kind, problem.line, problem.message) for problem in reading.problems] == [
        ("publish", 4, told)
    ]


def reading_with(block):
    return article_of(clipping_of("a.md", f"---\n{block}---\n\nA line of text.\n")[0], rules())


# --- verdict, excerpt, language


def test_verdicts():
    url = "https://example.org/"
    assert article(url=url).verdict is Verdict.FULL
    cut = reading_of(url=url, body=f"# The grid\n\n{BODY}\n\nAnd so...")
    assert (cut.article.verdict, cut.text) == (Verdict.CUT, f"{BODY}\n\nAnd so")
    link = reading_of(url=url, body="# The grid\n\n：\n，\n。\n\n视频\n小程序\n赞\n，轻点两下取消赞")
    assert (link.article.verdict, link.text, link.article.excerpt, link.article.minutes) == (
        "link",
        "",
        "",
        0,
    )
    assert link.article.language == "en"


def test_note_of_ones_own_may_be_short():
    assert article(body="OK!").verdict is Verdict.FULL
    reading = reading_of(body="# The grid\n\n---")
    assert reading.skipped.reason == "has neither text nor an address"
    assert reading.problems[-1].severity is Severity.WARNING


def test_summary_wins_over_the_text():
    assert article().excerpt == BODY
    assert article(summary="In short:\n the &amp; grid").excerpt == "In short: the & grid"
    assert article(description="In short").excerpt == "In short"
    assert len(article(summary="word " * 100).excerpt) <= 161


@pytest.mark.parametrize(
    ("title", "body", "fields", "languages"),
    [
        ("The grid of the page", BODY, {}, ("en", "en")),
        ("版面的网格", BODY, {}, ("en", "zh")),
        ("OpenType", "活字印刷术让书籍走进了千家万户。", {}, ("zh", "zh")),
        ("The grid of the page", "活字印刷术让书籍走进了千家万户。", {}, ("zh", "en")),
        ("新聞紙面", "新聞の紙面はいくつかの段に分かれています。", {}, ("ja", "ja")),
        ("OpenType", "123", {}, ("en", "en")),
        ("La griglia della pagina", BODY, {"lang": "it"}, ("it", "it")),
        ("网格", BODY, {"lang": "zh_hant_tw"}, ("zh-Hant-TW", "zh-Hant-TW")),
        ("版面的网格", BODY, {"lang": "en"}, ("en", "zh")),
        ("The grid of the page", BODY, {"source": "Il Giornale"}, ("it", "it")),
        ("Titoli di testa", "La prima pagina è di chi la fa, non di chi la legge.", {}, ("und", "und")),
        ("OpenType", "La prima pagina è di chi la fa, non di chi la legge.", {}, ("und", "und")),
        ("The grid of the page", "La prima pagina è di chi la fa, non di chi la legge.", {}, ("und", "en")),
    ],
)
def test_languages(title, body, fields, languages):
    site = rules(source_languages={"Il Giornale": "it"})
    read = article(title=title, body=body, site_rules=site, **fields)
    assert (read.language, read.title_language) == languages


def test_code_beside_a_chinese_text_is_not_its_language():
    code = "```\nGET /the/press HTTP/1.1\nHost: press.example\nAccept: for the and to of\n```"
    body = f"请求如下：\n\n{code}\n\n然后再发一次，就可以看到排版机的回应。\n\n{code}"
    assert article(title="排版机", body=body).language == "zh"


def test_a_list_in_latin_letters_below_a_chinese_lead_is_not_the_language_of_the_text():
    lead = "近日，小镇的印刷厂发布了铅字更新，修复了滚筒上的多处裂缝，" * 4 + "涉及以下机器："
    names = "\n".join("* The press of the town and the paper in it" for _ in range(30))
    assert article(title="小镇铅字更新公告", body=f"{lead}\n\n{names}").language == "zh"
    assert article(title="The type of the town", body=f"{lead}\n\n{names}").language == "en"
    assert article(title="小镇铅字更新公告", body=names).language == "en"


def test_an_address_that_a_link_shows_is_no_language():
    body = "铅字排版的教程\n\n[the.press.example/docs/to/print/](https://the.press.example/docs/to/print/)"
    assert article(title="ann/press", body=body).language == "zh"


@pytest.mark.parametrize(
    ("title", "languages", "language"),
    [
        ("OpenType", ("zh", "en"), "en"),
        ("Font Wars", ("zh", "en"), "en"),
        ("OpenType", ("zh",), "und"),
        ("The grid of the page", ("zh",), "und"),
        ("1906", ("zh", "en"), "zh"),
        ("版面", ("zh", "en"), "zh"),
    ],
)
def test_title_without_a_text_tells_the_language_itself(title, languages, language):
    site = rules(languages=languages, default_language="zh")
    read = article(title=title, body="", url="https://example.org/", site_rules=site)
    assert (read.verdict, read.language, read.title_language) == (Verdict.LINK, language, language)


def test_language_that_is_none():
    reading = reading_of(lang="klingon!")
    assert reading.article.language == "en"
    assert reading.problems[0].message == "`lang: klingon!` is not a language tag"


# --- authors, tags, id, aliases


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Ann Lee", ("Ann Lee",)),
        ("Ann Lee, Bo Li", ("Ann Lee", "Bo Li")),
        ("Lee, Ann", ("Lee, Ann",)),
        ("Ann; Bo、丙", ("Ann", "Bo", "丙")),
        (["[[Ann Lee]]", "[[People/Bo Li|Bo]]", "[[People/Cy]]"], ("Ann Lee", "Bo", "Cy")),
        ("[[Ann]], [[Bo]]", ("Ann", "Bo")),
        (["Ann", "Ann", " "], ("Ann",)),
        ("&lt;Ann&gt;", ("<Ann>",)),
        (";", ()),
    ],
)
def test_authors(written, authors):
    assert article(author=written).authors == authors


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        (["a", "#b", "A", " "], ("a", "b")),
        ("a, b，c", ("a", "b", "c")),
        ("#a #b", ("a", "b")),
        ("[a, 'b']", ("a", "b")),
        ("two words", ("two words",)),
        ("[[a]]", ("a",)),
        ("#", ()),
    ],
)
def test_tags(written, tags):
    assert article(tags=written).tags == tags


def test_id_of_ones_own():
    assert article(id="the-grid-1906").id == "the-grid-1906"
    assert article().id == path_id("x.md")


@pytest.mark.parametrize("written", ["A", "a", "con", "com1", "Grid", "../x", "a b", "-a", "x" * 61, "é1"])
def test_id_that_cannot_stand_in_an_address(written):
    reading = reading_of(id=written)
    assert reading.article.id == path_id("x.md")
    assert "the path's id is used" in reading.problems[0].message


def test_aliases():
    unusable = (
        "../x.html",
        "a/./b/",
        "https://e.org/",
        "a//b/",
        "old",
        "feed.json.GZ/",
        "a/index.html.br/x.html",
    )
    reading = reading_of(aliases=["articles/ab/abc.html", "/old/page/", *unusable])
    assert reading.article.aliases == ("articles/ab/abc.html", "old/page/")
    assert [p.message for p in reading.problems] == [f"alias {alias!r} is not used" for alias in unusable]


def test_configured_fields_come_first():
    site = rules(fields={"title": ("Headline",), "url": ("link", "permalink"), "date": ("when",)})
    read = article(
        headline="The press",
        permalink="https://example.org/p",
        url="https://example.org/u",
        when="2024-07-01",
        site_rules=site,
    )
    assert (read.title, read.url, read.date) == ("The press", "https://example.org/p", dt.date(2024, 7, 1))
    assert article(site_rules=site).title == "The grid"


# --- ids


def test_id_after_the_design():
    path = "2024/07/03/daily/报纸.md"
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(path.encode()).digest())
    expected = "".join(ALPHABET[int(bits[n : n + 5], 2)] for n in range(0, 60, 5))
    assert path_id(path) == expected


@given(st.text())
@example("a\udcff.md")
@example("a\ud800.md")
def test_id_is_the_same_for_every_form_of_a_name(path):
    id_ = path_id(path)
    assert len(id_) == 12
    assert set(id_) <= set(ALPHABET)
    assert path_id(path) == id_
    assert path_id(unicodedata.normalize("NFD", unicodedata.normalize("NFC", path))) == path_id(
        unicodedata.normalize("NFC", path)
    )


# --- all together


def test_repaired_is_told():
    clipping, _ = clipping_of("x.md", "---\ntitle: a: b\ndate: 2024-07-03\n---\n" + BODY)
    assert article_of(clipping, rules()).repaired


def test_names_that_are_not_utf_8_are_shown_in_messages():
    reading = reading_of(path="\udcff.md", date="x")
    assert reading.skipped.path == "\\xff.md"
    assert {p.path for p in reading.problems} == {"\\xff.md"}
    assert reading_of(path="\udcff/\udcff.md", title=None).article.title == "\\xff"


@given(st.text(alphabet=st.characters(exclude_characters="\n\r")))
def test_any_unquoted_title_is_the_title_of_the_article(title):
    start = title.strip()[:1]
    clipping, _ = clipping_of("x.md", f"---\ntitle: {title}\ndate: 2024-07-03\n---\n{BODY}")
    read = article_of(clipping, rules()).article.title
    if start not in {"'", '"', "!"} and folded(unescaped(title)):
        assert read == folded(unescaped(title))
    msgspec.json.encode(read)


FIELDS = st.sampled_from(
    [
        "title",
        "url",
        "source",
        "date",
        "fetch_date",
        "author",
        "tags",
        "lang",
        "id",
        "aliases",
        "draft",
        "summary",
    ]
)


@given(
    st.text(),
    st.dictionaries(FIELDS, st.text() | st.lists(st.text(), max_size=3)),
    st.text(),
)
def test_no_clipping_raises(path, fields, body):
    clipping = Clipping(path=path, fields=fields, lines={}, body=body)
    reading = article_of(clipping, rules())
    assert (reading.article is None) == (reading.skipped is not None)


@given(st.binary(max_size=300).map(lambda raw: b"---\ndate: 2024-07-03\ntitle: " + raw))
def test_no_bytes_raise_or_leave_text_that_cannot_be_written(raw):
    clipping, problems = clipping_of("x.md", decode(raw)[0])
    reading = article_of(clipping, rules())
    msgspec.json.encode(reading)
    msgspec.json.encode(problems)


# --- what comments hide


def hidden_notices(body, path="x.md"):
    raw = f"---\ntitle: The grid\ndate: 2024-07-03\n---\n\n{body}\n".encode()
    clipping, _ = clipping_in(path, raw)
    return [problem for problem in article_of(clipping, rules()).problems if problem.kind == "comment"]


@pytest.mark.parametrize("comment", ["word " * 60, "\n\n".join(["word " * 10] * 6), "报" * 60])
def test_a_comment_of_many_words_is_told_with_its_line(comment):
    (notice,) = hidden_notices(f"{BODY}\n\n<!-- {comment}\n-->\n\n{BODY}")
    assert (notice.line, notice.severity) == (8, Severity.NOTICE)
    assert notice.message == "a comment hides 60 words"


def test_comments_of_many_words_are_told_together():
    (notice,) = hidden_notices(f"{BODY}\n\n<!-- {'word ' * 60}-->\n\n<!-- {'word ' * 70}--!>")
    assert (notice.line, notice.message) == (8, "2 comments hide 130 words")


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- {'word ' * 20}-->",
        f"```\n<!-- {'word ' * 60}-->\n```",
        f"`<!-- {'word ' * 60}`",
        f"<!--[if gte mso 9]><xml> {'word ' * 60}</xml><![endif]-->",
        f"<script>\n{'word ' * 60}\n</script>",
    ],
)
def test_what_is_short_or_shown_or_no_prose_is_not_told(body):
    assert hidden_notices(f"{BODY}\n\n{body}") == []


@pytest.mark.parametrize("opening", ["<!-- ", "<!--", "<! -- ", "<!- "])
def test_a_comment_that_is_not_closed_is_told(opening):
    (warning,) = hidden_notices(f"{BODY}\n\n{opening}not for everybody\n\nMore.")
    assert (warning.line, str(warning.severity)) == (8, "warning")
    assert "not closed" in warning.message


def test_where_obsidian_comments_go_no_line_is_told():
    (notice,) = hidden_notices(f"{BODY}\n\n%%\na\nb\n%%\n\n<!-- {'word ' * 60}-->")
    assert notice.line is None
