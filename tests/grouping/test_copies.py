import datetime as dt
import random
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import generator.grouping.matching
from generator.grouping.copies import Copies, copies_of
from generator.grouping.gathering import SPAN
from generator.model.types import Article, Verdict
from generator.reading.canonical import keys_of
from generator.reading.fingerprint import fingerprint_of

DAY = dt.date(2024, 7, 3)


def prose(seed, count=200):
    made = random.Random(seed)
    return " ".join("".join(made.choices("abcdefghijklmnop", k=6)) for _ in range(count))


def article(path, title, text="", *, source="S", url=None, day=0, verdict=None):
    letters, signature = fingerprint_of(text)
    url = url or f"https://{path}.example/post"
    return Article(
        id=path,
        path=path,
        title=title,
        language="en",
        title_language="en",
        url=url,
        source=source,
        date=DAY + dt.timedelta(days=day),
        verdict=verdict or (Verdict.FULL if text else Verdict.LINK),
        letters=letters,
        keys=keys_of(url, text),
        signature=signature,
    )


def found(*articles, **word):
    """The paths of each group, as sets."""
    return [{one.path for one in group.articles} for group in copies_of(articles, **word)]


def are_same(one, other):
    return found(one, other) == [{one.path, other.path}]


WECHAT = "https://mp.weixin.qq.com/s?__biz=Mz{}==&mid={}&idx=1&sn=x"
LONG = "How the printers of the old town kept their type"


def test_one_address_is_one_article_whatever_tracks_it():
    one = article("a", "The press stands still", prose(1), url="https://news.example/a?utm_source=rss")
    assert are_same(one, article("b", "The press stands still", url="http://www.news.example/a/"))


def test_wechats_key_is_one_post_under_any_title():
    one = article("a", "一个标题", prose(1), url=WECHAT.format(1, 2))
    assert are_same(one, article("b", "完全不同的另一个", url=WECHAT.format(1, 2) + "&scene=27"))


def test_an_address_that_serves_a_channel_is_no_key():
    url = "https://news.example/category/printing"
    one = article("a", "A type foundry closes in the north", prose(1), url=url)
    assert not are_same(one, article("b", "Paper becomes dearer once more", prose(2), url=url, day=9))
    assert not are_same(one, article("c", "Paper becomes dearer once more", url=url, day=9))


SLUG = "https://news.example/2/printing/type-foundry-closes.html"
DATED = "https://news.example/2024/07/12/foundry"


@pytest.mark.parametrize("url", [SLUG, DATED, "https://news.example/post/123456"])
def test_an_article_may_get_another_title(url):
    one = article("a", "A type foundry closes in the north", url=url)
    two = article("b", "Why nobody buys lead letters any more", url=url, day=3)
    assert are_same(one, two)
    assert not are_same(one, msgspec.structs.replace(two, source="Other"))
    assert not are_same(one, msgspec.structs.replace(two, date=DAY + dt.timedelta(days=9)))


@pytest.mark.parametrize(
    "url", ["https://news.example/printing", "https://github.com/old/type-foundry-closes"]
)
def test_a_list_and_a_project_have_always_other_titles(url):
    one = article("a", "A type foundry closes in the north", url=url)
    assert not are_same(one, article("b", "Why nobody buys lead letters any more", url=url))


def test_an_address_with_three_titles_is_a_channel():
    one = article("a", "A type foundry closes in the north", url=SLUG)
    two = article("b", "Why nobody buys lead letters any more", url=SLUG)
    three = article("c", "Paper becomes dearer once again", url=SLUG, day=60)
    assert found(one, two, three) == []
    kept = Copies([one, two, three])
    kept.change(["c"], [])
    assert kept.updated() == copies_of([one, two]) != ()
    kept.change([], [three])
    assert kept.updated() == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tyopgraphy 8-14 排版，活字印刷横跨六年的坚持", "Typography 8-14 排版，活字印刷横跨六年的坚持"),
        ("The foundry keeps its lettters for another year", "The foundry keeps its letters for another year"),
        ("The foundry keeps its lerters for another year", "The foundry keeps its letters for another year"),
        ("The foundry keeps its ltteers for another year", "The foundry keeps its letters for another year"),
    ],
)
def test_a_title_is_the_same_after_its_error_was_mended(one, other):
    one, two = article("a", one), article("b", other, day=5)
    assert are_same(one, two)
    assert not are_same(one, article("b", two.title, prose(1), day=5))
    assert not are_same(one, msgspec.structs.replace(two, date=DAY + dt.timedelta(days=20)))
    home = "https://news.example/{}"
    assert are_same(
        article("a", one.title, url=home.format(1)), article("b", two.title, url=home.format(2), day=1)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The foundry keeps its type for another year", "The foundry keeps its tape for another year"),
        ("The foundry keeps lot a1234 for another year", "The foundry keeps lot a1235 for another year"),
        ("The foundry keeps letters of the xviii century", "The foundry keeps letters of the xvii century"),
        ("The foundry keeps bolder letters for a year", "The foundry keeps folder letters for a year"),
        ("The foundry keeps letters for another year", "The founders keep letters for another year"),
        ("老印刷厂横跨三年的坚持与创新", "老印刷厂横跨七年的坚持与革新"),
    ],
)
def test_another_word_is_no_error(one, other):
    assert not are_same(article("a", one), article("b", other, day=5))


def _headlines(one, other, *, day=0, **kind):
    url = "https://news.example/print/{}/"
    slug = [url.format("-".join(title.lower().split())) for title in (one, other)]
    return article("a", one, url=slug[0], **kind), article("b", other, url=slug[1], day=day, **kind)


def test_a_headline_may_have_a_word_changed_with_its_address():
    titles = (
        "Old foundry loses half of its letters in quiet robbery",
        "Old foundry loses half of its letters in quiet accident",
    )
    assert are_same(*_headlines(*titles))
    assert not are_same(*_headlines(*titles, day=1))
    assert not are_same(article("a", titles[0]), article("b", titles[1]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Old foundry loses half of its letters to Robbery",
            "Old foundry loses half of its letters to Accident",
        ),
        (
            "Old foundry loses its second case of letters this year",
            "Old foundry loses its third case of letters this year",
        ),
        (
            "What is a letter foundry and who needs one today",
            "What is a letter factory and who needs one today",
        ),
        (
            "old foundry loses half of its letters in robbery",
            "old foundry loses half of its letters in accident",
        ),
        ("Foundry loses letters in robbery", "Foundry loses letters in accident"),
    ],
)
def test_templates_differ_by_a_word_too(one, other):
    assert not are_same(*_headlines(one, other))


def test_a_mirror_that_names_its_original_is_the_original():
    one = article("a", "The press stands still", prose(1), url="https://news.example/a")
    text = prose(1, 80) + "\n\n文章来源: https://news.example/a"
    two = article("b", "The press stands still", text, source="M", url="https://buaq.net/go-1.html")
    assert [story.lead.path for story in copies_of([two, one])] == ["a"]


def test_the_same_text_under_another_title_is_the_same_article():
    assert are_same(
        article("a", "The press stands still", prose(1)),
        article("b", "Nobody knows what printers want", prose(1) + " " + prose(2, 10), day=30),
    )


def test_an_excerpt_is_the_article_and_a_roundup_is_not():
    text = prose(1, 400)
    one = article("a", "The press stands still", text)
    assert are_same(one, article("b", "Nobody knows what printers want", " ".join(text.split()[:160])))
    assert not are_same(one, article("c", "News from all over", text + prose(2, 1800)))
    headlines = "Nobody knows what printers want；Paper becomes dearer once more | Roundup"
    assert not are_same(one, article("d", headlines, text + prose(2, 500)))


def test_a_rewritten_copy_is_the_article_but_its_twin_is_not():
    text = prose(1, 300)
    one = article("a", "Direct printing from type and its many dangers", text + " " + prose(2, 60))
    copy = text + " " + prose(3, 60)
    assert are_same(one, article("b", "What endangers presses", copy))
    assert not are_same(one, article("c", "Indirect printing from type and its many dangers", copy))


def test_the_empty_copy_stands_with_the_text_by_title():
    one = article("a", "原创 | 活字印刷术的前世今生与未来", prose(1))
    assert are_same(one, article("b", "【印刷圈】活字印刷术的前世今生与未来", day=1))
    assert not are_same(one, article("b", "【印刷圈】活字印刷术的前世今生与未来", day=30))
    assert not are_same(one, article("b", "活字印刷术的前世", day=1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("古籍馆：活字印刷术的前世今生与未来", "活字印刷术的前世今生与未来"),
        ("印刷焦点5 活字印刷术的前世今生与它的未来", "活字印刷术的前世今生与它的未来"),
        ("u200b活字印刷术的前世今生与未来", "活字印刷术的前世今生与未来"),
        ("报名正在火热进行|北京活字印刷大会的全部议程公布", "北京活字印刷大会的全部议程公布"),
        (
            "国家图书馆、文旅部印发《活字印刷品保护与利用管理暂行办法》",
            "国家图书馆 文旅部发布《活字印刷品保护与利用管理暂行办法》",
        ),
        (
            "活字零失分排版经验3：木活字环绕铜活字的围点打援策略",
            "活Z零失分排版经验：木活字环绕铜活字的围点打援策略",
        ),
        ("活字印刷馆新馆落成，镇馆之宝首次展出", "镇馆之宝首次展出，活字印刷馆新馆落成"),
        (
            "You had a year to clean this press and now it's going to stop",
            "You had a year to clean this press and now",
        ),
        (
            "Printers of all trades, paper makers and even type founders",
            "Printers of all trades and even type founders",
        ),
    ],
)
def test_the_empty_copy_stands_with_the_text_under_a_retold_title(one, other):
    assert are_same(article("a", one, prose(1)), article("b", other, day=1))
    assert are_same(article("a", one), article("b", other, day=1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某某印刷荣获《中国活字印刷行业全景图》十大品牌", "某家印社荣获《中国活字印刷行业全景图》十大品牌"),
        ("第二届北京活字印刷大会议程公布", "第二届北京活字印刷大会顺利召开"),
        ("排版软件发展简史与展望：TDSC 篇的阅读笔记", "排版软件发展简史与展望：TIFS 篇的阅读笔记"),
        ("用旧电脑排版的若干经验之谈", "用旧电脑排版的若干经验之谈 第4部分"),
        ("活字排版圈周报：铜活字重见天日", "活字排版圈：铜活字重见天日"),
        ("Presswork | All patches of this month", "Typeworks | All patches of this month"),
        ("17家印社入选活字印刷名录并公开展示", "22家印社入选活字印刷名录并公开展示"),
        (
            "Press reports that almost 7% of all type is made of wood",
            "Press report: almost 7% of type is made of wood",
        ),
        (
            "Direct printing from type and its many dangers",
            "Indirect printing from type and its many dangers",
        ),
    ],
)
def test_a_like_title_of_another_article_is_not_retold(one, other):
    assert not are_same(article("a", one, prose(1)), article("b", other, day=1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "【漏洞通告】排版软件远程代码执行漏洞(CVE-2024-1001)",
            "漏洞预警丨排版软件远程代码执行漏洞（CVE-2024-1001）",
        ),
        ("排版软件存在SQL注入漏洞", "排版软件存在SQL注入漏洞"),
        (
            "Typesetter code injection vulnerability (CVE-2024-1001)",
            "Typesetter code injection vulnerability (CVE-2024-1001)",
        ),
    ],
)
def test_bulletins_on_one_flaw_are_each_their_own(one, other):
    text = prose(1, 300)
    bulletin = article("a", one, text)
    assert not are_same(bulletin, article("b", other, day=1))
    assert not are_same(bulletin, article("b", other, prose(2, 300)))
    assert are_same(bulletin, article("b", other, text + prose(2, 40)))


def test_an_official_notice_and_news_of_a_flaw_are_handed_on():
    for title in ("CNNVD | 关于排版软件多个安全漏洞的通报", "印刷机曝严重漏洞，黑客可修改任意用户的校样"):
        assert are_same(article("a", title, prose(1)), article("b", f"【印刷圈】{title}", day=1))


def test_a_text_in_chinese_is_compared_from_half_as_many_letters():
    text = "印刷商行会宣布，卡克斯顿的印刷机在大火之后已经修复，铅字由行会成员捐出，"
    text += "首批新书将于下月初在伦敦老城面世。行会还说，起火原因是一盏没有熄灭的油灯，今后夜间将有人值守。"
    one, other = (article(path, f"{path}行会消息", text) for path in "ab")
    assert found(one, other) == []
    chinese = [msgspec.structs.replace(each, language="zh-CN") for each in (one, other)]
    assert found(*chinese) == [{"a", "b"}]


def test_one_title_over_two_texts_is_one_article_only_where_a_text_is_hardly_one():
    title = "网络罪犯操纵排版平台传播各种活字"
    one = article("a", title, prose(1, 300))
    assert not are_same(one, article("b", title, prose(2, 300)))
    assert are_same(one, article("b", title, prose(2, 28)))
    assert not are_same(one, article("c", f"网安周报 | {title}", prose(1, 30) + prose(2, 900)))


def test_a_short_excerpt_needs_a_like_title():
    text = prose(1, 400)
    one = article("a", "How the printers of the old town kept their type and their presses", text)
    part = " ".join(text.split()[:85])
    assert are_same(one, article("b", "How the printers of the old town kept a new press alive", part))
    assert not are_same(one, article("b", "Nobody knows what printers of the old town want", part))


def test_a_piece_that_takes_over_passages_and_adds_its_own_is_another():
    text = prose(1, 400)
    one = article("a", "How the printers of the old town kept their type and their presses", text)
    passages, own = " ".join(text.split()[:85]), prose(2, 24)
    other = article("b", "How the printers of the old town kept a new press alive", f"{passages} {own}")
    assert not are_same(one, other)


def test_names_of_flaws_are_written_in_two_ways():
    text = prose(1, 120)
    one = article("a", "Typesetter 1.2.5 Remote Command Execution exploit", text + " " + prose(2, 40))
    assert are_same(
        one, article("b", "[webapps] Typesetter 1.2.5 - Remote Code Execution (RCE)", text, day=17)
    )


def test_a_page_of_a_category_is_no_key_where_titles_are_alike():
    url = "https://news.example/category/printing"
    one = article("a", "Printing presses, July 2024 review of new type", url=url)
    assert not are_same(one, article("b", "Paper makers, July 2024 review of new paper", url=url, day=9))


def test_an_accounts_long_text_under_many_titles_is_no_frame():
    text = prose(1, 300)
    jobs = [article(f"{n}", prose(n + 50, 5), text, url=WECHAT.format(1, n), day=7 * n) for n in range(4)]
    assert found(*jobs) == [{"0", "1", "2", "3"}]
    short = [article(f"{n}", prose(n + 50, 5), prose(1, 60), url=WECHAT.format(1, n)) for n in range(4)]
    assert found(*short) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Press review week 26 of the year", "Press review week 27 of the year"),
        ("印刷周报2024年第26期", "印刷周报2024年第28期"),
        ("用旧电脑排版（二）", "用旧电脑排版（四）"),
        ("排版软件远程代码执行漏洞(CVE-2024-1001)通告", "排版软件远程代码执行漏洞(CVE-2024-1002)通告"),
        ("The week in type (May 13 – May 19)", "The week in type (July 8 – July 14)"),
        ("Typesetter 2.16.1 Missing Validation", "Typesetter 2.17 Missing Validation"),
        ("Typefaces and how to choose them, part II", "Typefaces and how to choose them, part III"),
        ("Update Mon Jul 22 06:29:20 UTC 2024", "Update Mon Jul 22 22:22:32 UTC 2024"),
        ("活字的故事（上）", "活字的故事（下）"),
        ("第2届活字大会议程 (1)", "第二届活字大会议程 (2)"),
        ("第2届活字大会在古城顺利召开", "第三届活字大会在古城顺利召开"),
        ("老排版机修复实录之三", "老排版机修复实录之四"),
        ("Setting type by hand, day1 of the course", "Setting type by hand, day2 of the course"),
        ("Presses that talk to 192[.]0[.]2[.]7 again", "Presses that talk to 192[.]0[.]2[.]9 again"),
        ("一图读懂《活字管理办法》的全部要点", "《活字管理办法》的全部要点"),
    ],
)
@pytest.mark.parametrize("text", ["", prose(1, 300)])
def test_parts_of_a_series_are_no_copies(one, other, text):
    same = text if "一图" not in one else text[:900] + prose(2, 60)
    assert not are_same(article("a", one, text), article("b", other, same if text else "", day=1))


def test_an_ordinal_may_be_written_in_two_ways():
    one, other = "第二届活字大会在古城顺利召开", "第2届活字大会在古城顺利召开"
    assert are_same(article("a", one), article("b", other, day=1))


def test_a_key_and_the_same_title_of_a_day_bind_before_what_is_only_like_them():
    text, title = prose(1, 300), "How the printers of the old town keep their letters dry"
    early = article("a", "Review of all printing presses, issue 1", text)
    late = article("b", "Review of all printing presses, issue 2", text + prose(3, 30), day=1)
    copy = article("c", title, text + prose(3, 15), url="https://b.example/post", source="C", day=1)
    assert found(early, late, copy) == [{"b", "c"}]
    assert title != late.title


def test_numbers_that_only_count_may_differ():
    one = article("a", "Sharp Printers 18 Vulnerabilities", prose(1))
    assert are_same(one, article("b", "17 vulnerabilities in Sharp Printers", prose(1)))
    assert not are_same(one, article("c", "17 vulnerabilities of the world", prose(1, 40), day=2))


def test_generic_titles_make_no_copies():
    for title in (
        "Weekly report", "Exploit for Vulnerability in Typesetter", "招聘", "404 Page not found",
        "Just a moment...", "Untitled", "无标题", "请稍候……", "Release v2.1.0", "v2.1.0-rc1",
        "Version 2024.07.3",
    ):  # fmt: skip
        assert not are_same(article("a", title), article("b", title, day=1))
    named = "Release v2.1.0 of the press"
    assert are_same(article("a", named), article("b", named, day=1))


def test_a_version_alone_does_not_tell_of_which_of_two_projects_an_empty_mirror_is():
    address = "https://github.com/{}/wheel/releases/tag/v2.1.0"
    projects = [
        article(path, "Release v2.1.0", prose(path, count), url=address.format(path))
        for path, count in (("caxton", 12), ("aldus", 200))
    ]
    assert found(*projects, article("mirror", "Release v2.1.0", source="Mirror")) == []


def test_two_texts_that_name_different_flaws_are_no_copies():
    one, other = (
        msgspec.structs.replace(
            article(path, title, f"{prose(path, 5)} {prose(1)}"),
            identifiers=(f"CVE-2026-{number}", "RFC 9110"),
        )
        for path, title, number in (("a", "Caxton mends two holes of its press", 1), ("b", "A third hole", 2))
    )
    assert are_same(one, other)
    one, other = (msgspec.structs.replace(each, identifiers=each.identifiers[:1]) for each in (one, other))
    assert not are_same(one, other)
    assert found(one, other, article("c", "A third hole", source="Mirror")) == [{"b", "c"}]
    assert are_same(one, msgspec.structs.replace(other, identifiers=("GHSA-2345-6789-cfgh",)))
    assert are_same(one, msgspec.structs.replace(other, identifiers=()))
    assert are_same(one, msgspec.structs.replace(other, keys=one.keys))


def test_a_title_that_a_home_repeats_is_a_series():
    many = [article(f"{n}", LONG, url=WECHAT.format(1, n), day=n) for n in range(3)]
    assert found(*many) == []
    assert found(*many[:2]) == [{"0", "1"}]


def test_a_frame_that_all_pages_of_a_home_have_is_no_text():
    titles = ("How to print a book by hand", "How to bind a book by hand", "How to sell a book by hand")
    urls = [f"https://site.example/{n}" for n in range(3)]
    assert (
        found(*(article(url, title, prose(1), url=url) for url, title in zip(urls, titles, strict=True)))
        == []
    )


def test_two_pages_of_a_home_need_nearly_the_same_text():
    text = prose(1, 300)
    one = article("a", "Blind injection in the shop of a printer", text, url="https://db.example/1")
    two = article("b", "Injection in the shop of a printer", text + prose(2, 100), url="https://db.example/2")
    assert not are_same(one, two)
    assert are_same(one, article("c", "Injection in the shop of a printer", text, url="https://db.example/2"))


def test_the_same_title_over_two_texts_is_not_one_article_at_home():
    one = article("a", LONG, prose(1), url="https://site.example/1")
    assert not are_same(one, article("b", LONG, prose(2), url="https://site.example/2"))


def test_the_interface_of_a_host_of_code_is_no_text():
    page = prose(1, 90)
    pages = [
        article(name, f"Add {name} to the press", page, url=f"https://github.com/press/{name}/pull/1")
        for name in ("ink", "lead")
    ]
    assert found(*pages) == []


def test_two_texts_under_one_title_are_not_copies_through_an_empty_mirror():
    address = "https://github.com/{}/releases/tag/v2.1.0"
    for count in (12, 200):
        one, other = (
            article(path, "Release v2.1.0 of the press", prose(at, count), url=address.format(path))
            for at, path in enumerate(("caxton", "aldus"))
        )
        mirror = article("mirror", "Release v2.1.0 of the press", source="Mirror")
        assert found(one, mirror) == [{"caxton", "mirror"}]
        [group] = found(one, other, mirror)
        assert [group] == found(mirror, other, one)
        assert len(group) == 2
    same = msgspec.structs.replace(other, signature=one.signature)
    assert found(one, same, mirror) == [{"caxton", "aldus", "mirror"}]


def test_stars_for_one_repository_are_copies():
    page = prose(1, 60)
    stars = [
        article(name, f"{name} starred press/type", page, source="Feed", url="https://github.com/Press/type")
        for name in ("ann", "bo")
    ]
    other = article(
        "cy", "ann starred press/ink", prose(2, 60), source="Feed", url="https://github.com/press/ink"
    )
    assert found(*stars, other) == [{"ann", "bo"}]


def test_a_series_is_not_chained_through_a_copy_without_number():
    text = prose(1, 300)
    weeks = [article(f"{n}", f"Review of all the printing presses, issue {n}", text, day=n) for n in (1, 2)]
    between = article("x", "What the printers of the world have to say", text, day=1)
    assert [len(story) for story in found(*weeks, between)] == [2]


def test_copies_last_so_many_days():
    days = (0, SPAN, SPAN + 1)
    copies = [article(f"{day}", LONG, prose(1), day=day) for day in days]
    assert found(*copies) == [{"0", f"{SPAN}"}]


def test_the_lead_is_the_fullest_at_its_origin_and_the_others_come_newest_first():
    own = [
        article(
            f"own{n}", f"A title of {n} its own", prose(n + 50), source="Own", url=f"https://own.example/{n}"
        )
        for n in range(3)
    ]
    gathered = [
        article(f"agg{n}", f"Something else {n}", source="Aggregator", url=f"https://{n}.example/x")
        for n in range(3)
    ]
    text = prose(1, 300)
    lead = article("lead", LONG, text, source="Own", url="https://own.example/story", day=1)
    fuller = article(
        "fuller", LONG, text + prose(2, 20), source="Aggregator", url="https://own.example/story", day=2
    )
    empty = article("empty", LONG, source="Aggregator", url="https://own.example/story?utm_source=x")
    elsewhere = article("elsewhere", LONG, text, source="Other", url="https://m.example/1", day=3)
    other = [
        article(f"o{n}", f"Yet another {n}", source="Other", url=f"https://{n}.example/y") for n in range(3)
    ]
    aggregated = copies_of([*own, *gathered, *other, elsewhere, empty, fuller, lead])
    assert [[one.path for one in story.articles] for story in aggregated] == [
        ["lead", "elsewhere", "fuller", "empty"]
    ]
    assert aggregated[0].id == "empty"


def test_an_origin_with_little_text_does_not_lead():
    short = article("own", LONG, prose(1, 60), url="https://own.example/a", source="Own")
    full = article("copy", LONG, prose(1, 300), url="https://own.example/a?utm_source=x", source="Copy")
    assert copies_of([short, full])[0].lead.path == "copy"
    cut = msgspec.structs.replace(full, path="cut", id="cut", verdict=Verdict.CUT)
    assert copies_of([cut, full])[0].lead.path == "copy"


def test_the_curator_has_the_last_word():
    text = prose(1)
    one, two, three = (article(path, LONG, text) for path in "abc")
    everything = (one, two, three, article("d", "Something else", prose(2)))
    assert found(*everything) == [{"a", "b", "c"}]
    assert found(*everything, splits=[frozenset("b")]) == [{"a", "c"}]
    assert found(*everything, splits=[frozenset("ab")]) == [{"a", "b"}]
    assert found(*everything, splits=[frozenset("b"), frozenset(("d", "gone"))]) == [{"a", "c"}]


POOL = [
    article(
        f"{at}",
        title,
        text,
        source=f"S{at % 4}",
        url=f"https://s{at % 4}.example/{key}" if at % 3 else WECHAT.format(at % 2, key),
        day=at % 9,
    )
    for at, (title, text, key) in enumerate(
        (title, text, key)
        for title in (
            LONG,
            "Press review 26",
            "Press review 27",
            "Weekly report",
            "印刷圈 | 活字印刷术的前世今生",
        )
        for text in ("", prose(1), prose(1, 120) + prose(2, 60), prose(3))
        for key in (1, 2)
    )
]
RETITLED = [
    article(f"r{at}", title, text, source="R", url=url, day=at)
    for at, (title, text, url) in enumerate(
        [
            ("A type foundry closes in the north", "", SLUG),
            ("Why nobody buys lead letters any more", "", SLUG),
            ("Why nobody buys lead letters any longer", prose(5), SLUG),
            ("Paper becomes dearer once again", "", SLUG),
            ("The foundry keeps its lerters for another year", "", None),
            ("The foundry keeps its letters for another year", "", None),
            ("The foundry keeps its letters for another year", prose(6), None),
        ]
    )
]
"""One address under several titles, and a title with an error in it."""
FLAWS = [
    msgspec.structs.replace(
        article(f"f{at}", title, text, source=f"S{at % 4}", day=at % 3),
        identifiers=(f"CVE-2026-{number}",) * bool(number),
    )
    for at, (title, text, number) in enumerate(
        (title, text, number)
        for title in ("Caxton mends two holes of its press", "Caxton mends a third hole of its press")
        for text in ("", prose(7))
        for number in (0, 1, 2)
    )
]
"""Texts under like titles that name one flaw, another or none."""
UNRELATED = article("z", "Bees in the garden of a lighthouse keeper", prose(99), source="Z", day=4)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([*POOL, *RETITLED, *FLAWS]), unique_by=lambda one: one.path),
    st.randoms(use_true_random=False),
)
def test_stories_depend_on_neither_order_nor_neighbours(articles, chance):
    stories = copies_of(articles)
    shuffled = articles[:]
    chance.shuffle(shuffled)
    assert copies_of(shuffled) == stories
    assert copies_of([*articles, UNRELATED]) == stories
    paths = [one.path for story in stories for one in story.articles]
    assert len(paths) == len(set(paths))


CROWD = [
    article(
        f"c{at:02}",
        title,
        text,
        source=f"S{at % 3}",
        url=f"https://s{at % 3}.example/{at % 13}" if at % 4 else WECHAT.format(at % 2, at),
        day=at // 2,
    )
    for at, (title, text) in enumerate(
        (title, text)
        for title in (LONG, f"Again: {LONG}")
        for text in ("", prose(1, 300), prose(1, 300) + " " + prose(4, 8))
        for _ in range(9)
    )
]
"""Articles with more namesakes than each is held against."""


@settings(max_examples=60)
@given(st.data())
def test_a_key_becomes_a_channel_and_one_articles_again(data):
    kept = Copies()
    for _ in range(data.draw(st.integers(1, 5))):
        now = data.draw(st.lists(st.sampled_from(RETITLED), unique_by=lambda one: one.path))
        kept.replace_articles(now)
        assert kept.updated() == copies_of(now)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_kept_becomes_the_same_as_found_from_scratch(data):
    pool = {one.path: one for one in [*POOL, *CROWD, *RETITLED, *FLAWS]}
    now = dict.fromkeys(data.draw(st.lists(st.sampled_from(sorted(pool)), unique=True)))
    now = {path: pool[path] for path in now}
    kept = Copies(now.values())
    assert kept.updated() == copies_of(list(now.values()))
    for _ in range(data.draw(st.integers(1, 4))):
        removed = data.draw(st.lists(st.sampled_from(sorted(now)), unique=True, max_size=12)) if now else []
        added = [
            msgspec.structs.replace(other, path=path, id=path)
            for path, other in data.draw(
                st.dictionaries(
                    st.sampled_from(sorted(pool)), st.sampled_from([*POOL, *CROWD, *RETITLED]), max_size=12
                )
            ).items()
        ]
        now = {path: one for path, one in now.items() if path not in removed} | {
            one.path: one for one in added
        }
        if data.draw(st.booleans()):
            kept.change(removed, added)
        else:
            kept.replace_articles(list(now.values()))
        if data.draw(st.booleans()):
            kept.renew()
            assert kept.is_as_found
            assert kept.found().fits(list(kept.articles))
        splits = [frozenset(data.draw(st.lists(st.sampled_from(sorted(pool)), max_size=3)))]
        before = list(kept.groups)
        ended, begun = kept.update()
        assert [*map(id, ended)] == [id(one) for one in before if id(one) not in map(id, kept.groups)]
        assert [*map(id, begun)] == [id(one) for one in kept.groups if id(one) not in map(id, before)]
        assert kept.updated() == copies_of(list(now.values()))
        assert kept.updated(splits) == copies_of(list(now.values()), splits)


HEADLINES = [
    article(f"h{at}", title, url=f"https://news.example/print/{'-'.join(title.lower().split())}/")
    for at, title in enumerate(
        f"Old foundry loses half of its letters in quiet {end}" for end in ("robbery", "accident", "barter")
    )
]
"""Copies only if they are of one source."""


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_articles_of_other_sources_are_grouped_as_if_found_from_scratch(data):
    pool = [*POOL[::3], *CROWD[::2], *RETITLED, *HEADLINES]
    pool += [
        msgspec.structs.replace(one, path=f"k{one.path}", id=f"k{one.path}", keys=()) for one in POOL[::9]
    ]
    now = {
        one.path: one for one in data.draw(st.lists(st.sampled_from(pool), unique_by=lambda one: one.path))
    }
    kept = Copies(now.values(), many=data.draw(st.sampled_from((0, 4))))
    for _ in range(data.draw(st.integers(1, 3))):
        paths = data.draw(st.lists(st.sampled_from(sorted(now)), unique=True)) if now else []
        sources = st.sampled_from(("S", "S0", "S1", "R", "New"))
        added = [msgspec.structs.replace(now[path], source=data.draw(sources)) for path in paths]
        now |= {one.path: one for one in added}
        kept.change(paths, added)
        ended, begun = kept.update()
        assert kept.groups == [*copies_of([*now.values()])]
        assert all(now[one.path] is one for group in kept.groups for one in group.articles)
        assert not {*map(id, begun)} & {*map(id, ended)}
        if data.draw(st.booleans()):
            kept.renew()


def test_groups_hold_the_articles_that_were_given_last():
    """Also those that are equal: stories ask whether an article is the lead of its copies."""
    kept = Copies(POOL)
    kept.update()
    again = {one.path: msgspec.structs.replace(one) for one in POOL}
    kept.replace_articles(again.values())
    assert kept.updated() == copies_of(POOL)
    assert all(again[one.path] is one for group in kept.groups for one in group.articles)


def test_a_source_with_another_name_has_no_pair_judged_again(monkeypatch):
    """One that becomes part of another is judged with articles of that alone."""
    pool = [*POOL, *CROWD]
    kept, judged = Copies(pool, many=0), []
    judge = generator.grouping.matching.judge
    monkeypatch.setattr(
        generator.grouping.matching, "judge", lambda *pair: judged.append(pair) or judge(*pair)
    )
    renamed = [msgspec.structs.replace(one, source="New") for one in pool if one.source == "S1"]
    kept.change([one.path for one in renamed], renamed)
    assert not judged
    assert kept.updated() == copies_of([*renamed, *(one for one in pool if one.source != "S1")])
    del judged[:]
    merged = [msgspec.structs.replace(one, source="S2") for one in renamed]
    kept.change([one.path for one in merged], merged)
    assert {one.source for pair in judged for one in pair} == {"S2"}


@pytest.mark.parametrize("odd", ["", "\udcff"])
def test_half_of_many_articles_are_judged_by_a_copy_of_the_process(odd):
    many = [
        msgspec.structs.replace(
            one,
            id=f"{turn} {one.path}",
            path=f"{turn} {one.path}",
            title=one.title + odd,
            date=one.date + dt.timedelta(days=50 * turn),
        )
        for one in (*POOL, *CROWD, *RETITLED)
        for turn in range(12)
    ]
    expected = copies_of(many)
    assert len({story.lead.date.year for story in expected}) > 1
    assert Copies(many, is_shared=True).updated() == expected


def test_much_change_is_a_new_beginning():
    first = [msgspec.structs.replace(one, path=f"x{one.path}", id=f"x{one.path}") for one in CROWD]
    kept = Copies([*POOL, *CROWD])
    kept.replace_articles([*first, *POOL])
    assert kept.updated() == copies_of([*POOL, *first])


@pytest.mark.parametrize("kind", ["title", "text", "key"])
def test_articles_all_alike_are_gone_through_in_time(kind):
    texts = fingerprint_of(prose(1)) if kind == "text" else (0, b"")
    many = [
        msgspec.structs.replace(
            UNRELATED,
            id=f"{n}",
            path=f"{n:05}",
            title=LONG if kind == "title" else f"{prose(n, 6)}",
            letters=texts[0],
            signature=texts[1],
            verdict=Verdict.FULL if texts[1] else Verdict.LINK,
            keys=("one.example/x",) if kind == "key" else (f"{n}.example/x",),
        )
        for n in range(2000)
    ]
    assert sum(len(story.articles) for story in copies_of(many)) >= (2000 if kind != "key" else 0)


@pytest.mark.parametrize(
    "title", ["Flaw {} in the server of somebody", "The same flaw in the server of somebody"]
)
def test_one_edit_amid_nearly_equal_texts_costs_less_than_all_of_them(title):
    shared = prose(1, 400)

    def one(number, edit=""):
        text, path = f"{shared} {number} {edit}", f"{number:05}"
        return article(path, title.format(number), text, source=path, day=number // 100)

    many = [one(number) for number in range(3000)]
    start = time.process_time()
    kept = Copies(many)
    kept.update()
    kept.prepare()
    first = time.process_time() - start
    for number in (0, 1500, 2999):
        start = time.process_time()
        kept.change([many[number].path], [one(number, "edited")])
        kept.update()
        assert time.process_time() - start < first
    edited = [one(number, "edited") if number in {0, 1500, 2999} else many[number] for number in range(3000)]
    assert kept.updated() == copies_of(edited)
