"""A page without the article is told from one with it, on any site and in any language."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page
from hypothesis import given
from hypothesis import strategies as st

from generator.reading.boilerplate import article_markdown, judge_blocks
from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.repeats import learn

CARDS = [
    block
    for n, name in enumerate(
        ["Hull care", "Sail care", "Engine care", "Winter care", "Crew care", "Dock care"]
    )
    for block in (f"[{name}", f"Look after your boat the whole year round, {name.lower()} first.](/care/{n})")
]
CHAIN = [
    "* [Hull care",
    "  Every boat needs one, and ours is the best.](/care/1)\n* [Sail care",
    "  Whatever the wind does, your sails will stay.](/care/2)\n* [Engine care",
    "  Turn the key and go: that is what we promise.](/care/3)",
]
TEASERS = [
    block
    for name in ["Anchors", "Buoys", "Capstans", "Davits", "Eyelets", "Fenders"]
    for block in (
        f"## [{name} of the northern coast]({name})",
        f"{name} are seen every day in the harbour, and few people know who makes them, or where, or "
        f"that one family has made {name.lower()} since the great storm.",
    )
]


@pytest.mark.parametrize(
    "blocks",
    [MENU, [*MENU, *CARDS], [*MENU, *CHAIN], [*MENU, "Ask us about our new season of ropes!"]],
    ids=["menu", "cards", "chained cards", "menu and slogan"],
)
def test_a_menu_up_to_the_cut_is_no_article(blocks):
    assert opinion(page(*blocks), is_cut=True).failure == "only navigation"


def test_a_menu_is_no_article_even_where_the_source_is_known_to_repeat_it():
    bodies = [
        page(*MENU, *CARDS, f"Offer of week {n}: seven ropes, one price, all yours.", title=f"Story {n}")
        for n in "abcd"
    ]
    assert opinion(bodies[0], "Story a", repeats=learn(bodies), is_cut=True).failure == "only navigation"


def test_a_title_with_nothing_behind_it_is_no_article():
    body = page(*MENU, f"## {TITLE}", "[Ann Lee](/authors/ann) May 8, 2024", "![](/lamp.jpg)")
    assert opinion(body, is_cut=True).failure == "only navigation"


def test_a_table_of_contents_up_to_the_cut_is_no_article():
    contents = "* [The lamp of the tower](#lamp)\n  + [Who trimmed it](#who)\n  + [The cost](#cost)"
    body = page(*MENU, f"## {TITLE}", "May 8, 2024", "Table of contents", "Show", contents)
    assert opinion(body, is_cut=True).failure == "only navigation"


def test_the_beginning_of_a_text_is_an_article():
    body = page(*MENU, f"## {TITLE}", "May 8, 2024", "Keepers climbed the stairs each")
    assert opinion(body, is_cut=True).failure == ""


def test_teasers_of_other_posts_are_another_page():
    assert opinion(page(*MENU, *TEASERS)).failure == "another page"


def test_other_stories_than_the_title_promises_are_another_page():
    stories = [
        block
        for name in ["Cod", "Herring", "Mackerel", "Plaice"]
        for block in (
            f"# {name} prices",
            f"The price of {name.lower()} rose by a third this week, since storms kept the "
            f"fleet in port, and buyers who had waited paid dearly for what little there was "
            f"on the quay.",
        )
    ]
    assert opinion(page(*MENU, *stories)).failure == "another page"


def test_a_page_that_calls_its_article_otherwise_keeps_it_without_the_menu():
    found = opinion(page(*MENU, "# The last keepers of our lighthouses", *TEXT))
    assert found.failure == ""
    left = [one.block.text for one in found.blocks if one.reason is None]
    assert left[-3:] == TEXT
    assert not set(left) & set(MENU)


def test_a_short_note_under_its_title_is_an_article():
    note = "They left, one by one, and took the cat."
    found = opinion(page(*MENU, f"# {TITLE}", note))
    assert found.failure == ""
    assert [one.block.text for one in found.blocks if one.reason is None] == [note]


def test_a_weekly_list_of_links_is_an_article():
    links = "\n".join(
        f"* [A long story about harbour number {n}, told by those who live there](/harbours/{n})"
        for n in range(6)
    )
    found = opinion(page(*MENU, f"# {TITLE}", "This week on the coast:", links))
    assert found.failure == ""
    assert links in [one.block.text for one in found.blocks if one.reason is None]


@pytest.mark.parametrize(
    ("sign", "reason"),
    [
        ("正在验证您的请求，请稍候…", "captcha"),
        ("您的访问过于频繁，请稍后再试", "captcha"),
        ("Verifica que no eres un robot", "captcha"),
        ("Подтвердите, что вы не робот", "captcha"),
        ("You need to enable JavaScript to run this app.", "script shell"),
        ("Bitte aktivieren Sie JavaScript in Ihrem Browser.", "script shell"),
        ("JavaScriptを有効にしてください。", "script shell"),
        ("您需要启用 JavaScript 才能使用本站。", "script shell"),
        ("var key='0af3'; go(key);", "script shell"),
        ("Contenuto riservato agli abbonati", "login wall"),
        ("Article réservé à nos abonnés", "login wall"),
        ("您好, 这里需要密码.", "login wall"),
        ("Before you continue to Harbour", "consent page"),
        ("# We're Under Maintenance", "page not found"),
        ("Página não encontrada", "page not found"),
        ("您访问的页面不存在", "page not found"),
        ("[Click here](/new) to be redirected.", "moved"),
    ],
)
def test_a_failed_fetch_is_told_in_its_language(sign, reason):
    assert opinion(page("[Home](/)", sign, "Thank you, and good winds.")).failure == reason


def test_a_sign_of_failure_below_the_text_is_about_a_box_of_the_page():
    body = page("[Home](/)", f"# {TITLE}", TEXT[0], "Please enable JavaScript to view this chart.")
    assert opinion(body).failure == ""


def test_an_article_about_captchas_is_an_article():
    text = (
        "Captchas were made to tell people from machines, and now annoy people while machines "
        "solve them, says a study of forty harbour offices that sell tickets to islands."
    )
    assert opinion(page(f"# {TITLE}", text, *TEXT)).failure == ""


def test_a_mark_of_the_end_is_no_text():
    assert opinion(page("![](/lamp.jpg)", "往期回顾")).failure == "only images"


@given(
    st.lists(st.sampled_from([*MENU, *TEXT, *CARDS, *TEASERS, f"# {TITLE}", "```", "---", ""]), max_size=20),
    st.booleans(),
)
def test_judging_is_pure_and_never_raises(blocks, is_cut):
    body = page(*blocks)
    assert opinion(body, is_cut=is_cut) == opinion(body, is_cut=is_cut)


SCRAPS = [
    "，", "视频", "Log in", "Share", "2024-07-03", "[1]", "[Home](/)", "![](/a.png)", "[![](/a.png)](/b)",
    "```\nls\n```", "去验证", "Just a moment...", "[a", "b](/c)", "| a |", "> b", "## Tags", "---",
    f"# {TITLE}", TITLE,
]  # fmt: skip


@given(
    st.lists(st.sampled_from(SCRAPS), max_size=12),
    st.booleans(),
    st.sampled_from(["https://coast.example/a", "https://mp.weixin.qq.com/s/a", "https://github.com/a/b"]),
)
def test_a_page_with_a_few_letters_has_the_same_verdict_without_reasons(scraps, is_cut, url):
    with_reasons, without = (
        judge_blocks(
            "\n\n".join(scraps), TITLE, url, "", learn([]), built_in(), is_cut=is_cut, has_reasons=has_reasons
        )
        for has_reasons in (True, False)
    )
    assert without.failure == with_reasons.failure
    assert without.failure or without == with_reasons


@given(st.text(max_size=600), st.text(max_size=60))
def test_no_text_makes_it_raise(body, title):
    found = opinion(body, title)
    assert found == opinion(body, title)
    assert all(one.reason != "" for one in found.blocks)


def test_a_short_note_without_its_title_is_an_article():
    assert opinion("A sentence that says what happened, where it happened, and to whom.").failure == ""


def test_the_shell_of_a_forum_is_no_article():
    shell = [
        "[Skip](#main)",
        "Open menu\nOpen harbour",
        "Go to Harbour Home",
        "Expand user menu",
        "![](/pixel.gif)",
    ]
    assert opinion(page(*shell)).failure


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("The lamp is out, alas.", "only furniture"),
        ("The lamps are all out, alas.", ""),
        ("灯塔已经熄灭了吗", "only furniture"),
        ("灯塔已经熄灭了没有人知", ""),
    ],
)
def test_a_line_of_twenty_letters_keeps_an_article(line, failure):
    assert opinion(page(line)).failure == failure


PROGRAM = (
    "```\n"
    + "\n".join(f"for lamp in tower.lamps({n}):\n    lamp.trim(wick={n}, oil='whale')" for n in range(30))
    + "\n```"
)


def test_a_program_in_one_code_block_is_an_article_on_a_page_without_its_title():
    assert opinion(page(*MENU, PROGRAM), "Wick Overflow in Tower Control 2.1").failure == ""


def test_a_talk_with_its_speaker_and_outline_is_an_article_on_a_page_without_its_title():
    talk = [
        "Speaker: Ann Lee, keeper of the archive",
        "* Lamps before oil\n* The great fire\n* How the lighthouses got their lamps",
        "* Keepers who left, and where to\n* What the towers are lost to now",
    ]
    assert opinion(page(*MENU, *talk), "Lost keepers of lighthouses: a talk").failure == ""
    assert opinion(page(*MENU, *talk), "Smoke signals across deserts: a talk").failure == "only navigation"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Please enable JavaScript to go on.", "script shell"),
        ("<!DOCTYPE html>\n<html>\n<head>\n<title>Harbour</title>\n</head>\n</html>", "script shell"),
        ("404 Not Found", "page not found"),
        ("var wick = 'long';\ndocument.write(wick)", ""),
        ("lamp.trim()  # enable JavaScript for this", ""),
    ],
)
def test_signs_of_a_failed_fetch_count_in_code_if_there_is_nothing_else(words, reason):
    code = f"```\n{words}\n```"
    assert opinion(page(code)).failure == reason
    assert opinion(page(f"# {TITLE}", *TEXT, code)).failure == ""


def test_a_page_that_is_its_own_source_is_no_article():
    assert opinion(page("<!DOCTYPE html>\n<html>\n<body>The lamps are all out, alas.")).failure


@pytest.mark.parametrize(
    "notice",
    [
        "© 1906 The Lamp Company of the Coast. All rights reserved.",
        "Copyright 1906 by the Board of Lighthouses",
        "12 Harbour Street, Suite 4, Seaport, ME 04101",
        "The Lamp Company, P.O. Box 17, Seaport",
        "地址：海港市灯塔路十二号 邮编：100000",
    ],
)
def test_a_notice_of_rights_or_an_address_alone_is_no_article(notice):
    assert opinion(page(notice)).failure == "only furniture"
    left = [one.block.text for one in opinion(page(f"# {TITLE}", *TEXT, notice)).blocks if one.reason is None]
    assert left == TEXT


def test_a_text_that_mentions_rights_is_an_article():
    text = "The rights to the lamp, © 1906, were sold three times, " + "and each time at half the price. " * 5
    assert opinion(page(text)).failure == ""


def test_the_first_line_of_a_code_block_is_no_article():
    for line, failure in [
        ("-----BEGIN LAMP MESSAGE-----", "only navigation"),
        ("lamp --height 12 --wick 3 | tee lamp.txt", ""),
        ("Who has seen the lamp of the cape?", ""),
    ]:
        assert opinion(page(*MENU, f"## {TITLE}", f"```\n{line}\n```")).failure == failure


def test_a_list_of_titles_above_a_box_of_other_posts_is_the_article():
    item = "* [The {0} keeper of the northern cape never slept a night](/{0})"
    posts = "\n".join(item.format(n) for n in ("first", "second", "third"))
    bodies = [
        page(*MENU, f"# Week {n}", "Last week:", posts.replace("keeper", n * 6), "Stay safe!", *CARDS, n * 80)
        for n in "abcd"
    ]
    found = opinion(bodies[0], "Week a", repeats=learn(bodies))
    assert "aaaaaa" in article_markdown(found.blocks)


def test_the_interface_of_a_forum_without_the_post_is_no_article():
    forum = [
        "Open navigation",
        "Scan this QR code to download the app now",
        "A community for all lamps, old and new.",
    ]
    assert opinion(page(*MENU, f"## {TITLE}", *forum)).failure == "only navigation"
    assert opinion(page(*MENU, *forum[:2], f"## {TITLE}", *TEXT)).failure == ""


@pytest.mark.parametrize(
    "notice",
    ["Veuillez activer JavaScript pour lire la suite.", "<!DOCTYPE html>\n\nhtml lang en, one moment please"],
)
def test_signs_of_a_failed_fetch_count_in_the_first_block_of_a_body_without_its_title(notice):
    assert opinion(notice).failure == "script shell"


def test_a_long_notice_on_javascript_is_no_article():
    notice = (
        "JavaScript is disabled in your browser. Our tide tables are drawn by JavaScript alone, so turn it "
        "on in the settings, load it again and see whether an extension stops the scripts of our site. "
        "If the tables do not appear even then, write to the harbour office and name the number that "
        "stands at the foot of this page, together with the name and the version of the browser that you use."
    )
    assert opinion(page(notice)).failure == "script shell"
    assert opinion(page(notice, *TEXT)).failure == ""


def test_the_interface_of_a_code_host_in_a_code_block_is_no_article():
    lines = ["Skip to content", "Hide whitespace changes", "Showing 4 changed files with 9 additions"]
    assert opinion(page("```\n" + "\n".join([TITLE, *lines]) + "\n```")).failure == "only navigation"
    assert opinion(page("```\n" + "\n".join([*lines, "lamp.trim(wick);"]) + "\n```")).failure == ""
