"""Furniture goes and the article stays, without anything learned of the source."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import judge_blocks
from generator.reading.boilerplate.blocks import blocks_of
from generator.reading.boilerplate.families import load
from generator.reading.boilerplate.repeats import NOTHING, learn

ARTICLE = "\n\n".join(TEXT)
TAGS = "[lamps](/tag/lamps) [keepers](/tag/keepers) [towers](/tag/towers)"


@pytest.mark.parametrize(
    "tail",
    [
        [
            "##### Coast",
            "* [Home](/)\n* [Tides](/tides)",
            "##### Help",
            "* [Questions](/faq)\n* [Contact](/contact)",
        ],
        [
            TAGS,
            "Ann Lee",
            "Ann Lee writes about the sea, and sails when nobody looks at the clock.",
            "## Leave a comment",
            "Your email address will not be published.",
            "Name *",
        ],
        [
            "Please enable JavaScript to view the comments powered by Harbour.",
            "## Must read",
            "* [One](/1)\n* [Two](/2)",
            "I run workshops about lamps, and you may book one of them for your own harbour.",
        ],
        ["* 上一篇: [灯塔的故事](/a)\n* 下一篇: [海上的灯](/b)", "还不快抢沙发", "提交评论"],
        ["2  评论", "张三", "写得真好，期待下一篇文章，也想去看看那座灯塔。"],
        [
            "[Prev](/before)",
            "[Next](/after)",
            "### Leave a comment",
            "Your email address will not be published.",
        ],
        ["Copyright © 2024 The Coast", "[Privacy policy](/privacy)"],
    ],
    ids=["footer", "author", "comment script", "next post", "chinese comments", "previous", "rights"],
)
def test_what_stands_behind_the_text_goes(tail):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *tail)) == ARTICLE


@pytest.mark.parametrize(
    "block",
    [
        "## References",
        "* 2024-07-02: reported to the harbour office\n* 2024-07-03: lamp mended",
        "2024年7月3日，港务局发布通告",
        "7. 跨港合作：未来将看到更多跨港的合作。",
        "相关链接：\nhttps://harbour.example/lamps-mended",
        "1、使用望远镜扫描海面，获取船只数据",
        "（六）虚构灯塔的关注量、点赞量、阅读量、转发量等数据；",
        "Captcha: a word made of five others, and a nuisance to all who want to buy a ticket to the island.",
        "GitHub｜https://github.example/coast/lamps",
        "Telegram: <https://t.me/coastlamps>",
        "灯塔博物馆因照片侵权一事被两位摄影师告上法庭。",
        "港务局与灯厂签署了新灯的专利许可协议，并开始履行。",
        "也有人建立粉丝群出售假的船票，本文不再展开。",
        "* 由海军印制。\n* 内容可能不代表海军立场。",
    ],
)
def test_what_belongs_to_the_text_stays(block):
    assert block in text_of(page(*MENU, f"# {TITLE}", TEXT[0], TEXT[1], block, TEXT[2]))


def test_a_label_that_starts_each_part_of_a_list_stays_everywhere():
    parts = [
        part for n, text in enumerate(TEXT) for part in (f"## Lamp {n}", f"发布时间：2024年{n + 4}月", text)
    ]
    left = text_of(page(*MENU, f"# {TITLE}", TEXT[0], *parts, "发布时间：2024年7月"))
    assert left.count("发布时间") == 4
    alone = text_of(page(*MENU, f"# {TITLE}", *TEXT, "发布时间：2024年7月", "Copyright © 2024 The Coast"))
    assert "发布时间" not in alone


def test_section_numbers_stay_all():
    sections = [block for n, text in enumerate(TEXT, 1) for block in (f"**0{n}**", text)]
    assert text_of(page(*MENU, f"# {TITLE}", *sections)) == "\n\n".join(sections)
    assert text_of(page(*MENU, f"# {TITLE}", "3", "4", *TEXT)) == ARTICLE


def test_a_labelled_address_above_the_comments_is_the_article_s():
    links = ["Download: [https://lamps.example/releases](/go/1)", "Mirror: [https://fog.example/s/1](/go/2)"]
    body = page(
        *MENU, f"# {TITLE}", *TEXT, *links, "GitHub: [https://github.example/lamp](/go/3)", "## Comments"
    )
    assert all(link in text_of(body) for link in links)
    assert "github.example" in text_of(body)


def test_a_notice_that_hides_a_part_from_who_does_not_comment_goes():
    notice = (
        "温馨提示: 此处隐藏内容需要[发表评论](#respond)，并且审核通过后才能查看。\n"
        "（发表评论请勾选**保存姓名和邮箱**，以便下次评论时使用，也请检查自己的昵称和评论内容，以免被识别为垃圾评论。）"
    )
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], notice, *TEXT[1:])) == "\n\n".join(TEXT)


def test_a_call_below_a_label_of_the_topic_stays():
    title, call = "灯塔端午福利来袭", "转发本文+关注灯塔公众号即可参与抽奖"
    body = page(
        f"# {title}",
        "端午将至，灯塔为看守们准备了一份礼盒，条件如下，请各位看守耐心等待。",
        "文末福利",
        call,
        title=title,
    )
    wechat = "https://mp.weixin.qq.com/s?__biz=Coast"
    assert text_of(body, title, wechat).endswith(call)
    assert call not in text_of(body.replace("文末福利", "文末说明"), title, wechat)


def test_a_network_named_in_a_list_is_no_button():
    parts = ["**X**", TEXT[0], "**[Facebook](#facebook)**", TEXT[1]]
    body = page(*MENU, f"# {TITLE}", TEXT[2], *parts, TEXT[0].upper())
    assert all(part in text_of(body) for part in parts)


def test_a_line_said_in_two_parts_of_a_list_stays_in_both():
    line = "More flaws of this lamp are told by its maker."
    body = page(*MENU, f"# {TITLE}", TEXT[0], "Lamp one", line, "Lamp two", line, TEXT[1], TEXT[2])
    assert text_of(body).count(line) == 2


@pytest.mark.parametrize("address", ["https://harbour.example/two", "hxxps://harbour[.]example/two"])
def test_a_reference_under_related_links_ends_no_weekly(address):
    body = page(
        *MENU,
        f"# {TITLE}",
        TEXT[0],
        TEXT[1],
        "相关链接：",
        address,
        "**Storm at the cape**",
        TEXT[2],
        "相关链接：",
        "https://harbour.example/three",
    )
    assert text_of(body).endswith("https://harbour.example/three")


def test_text_between_a_box_without_links_and_the_comments_stays():
    more = ["One keeper came back, though, and brought his own lamp along.", "He lit it on the first night."]
    body = page(
        *MENU,
        f"# {TITLE}",
        *TEXT,
        "**Related reading**",
        "* Ropes that hold\n* Tides that do not",
        *[f"{text} {' '.join(['It burned well.'] * 4)}" for text in more],
        "## Comments",
        "So true.",
    )
    left = text_of(body)
    assert all(text in left for text in more)
    assert "So true" not in left


def test_an_article_about_contributions_is_not_cut_at_its_rules_for_them():
    title = "灯塔投稿活动开始"
    url = "https://mp.weixin.qq.com/s?__biz=coast"
    rules = ["**投稿要求**", "文章须为原创，图文并茂，条理清晰，并附上灯塔的照片。"]
    text = "灯塔博物馆向所有守塔人征集故事，写下风暴之夜与归航的船只，最好的十篇将印成一本小书。" * 3
    assert text_of(page(text, *rules, title=title), title, url).endswith(rules[1])
    other = "灯塔故事十篇"
    assert "投稿要求" not in text_of(page(text, *rules, title=other), other, url)


def test_references_and_timeline_behind_furniture_stay():
    refs = ["**References**", "[1]https://harbour.example/flaw-1", "2024年7月2日，港务局收到报告。"]
    left = text_of(page(f"# {TITLE}", *TEXT, "商务合作：lamp@coast.example", *refs, "![](/qr.png)"))
    assert all(ref in left for ref in refs)


def test_a_timeline_behind_the_text_stays():
    body = page(
        f"# {TITLE}",
        *TEXT,
        "商务合作：lamp@coast.example",
        "2024年7月2日，灯塔管理处收到报告",
        "![](/qr.png)",
    )
    assert "2024年7月2日，灯塔管理处收到报告" in text_of(body)


def test_sources_below_each_item_end_no_weekly():
    items = [block for text in TEXT for block in (text, "相关链接：\nhttps://harbour.example/news", "---")]
    assert all(text in text_of(page(f"# {TITLE}", *items)) for text in TEXT)


def test_a_link_down_to_the_comments_ends_nothing():
    body = page(
        *MENU,
        f"# {TITLE}",
        "A story of lamps, of stairs, and of the people who climbed them every evening.",
        "[3 Comments](#comments)",
        *TEXT,
        "## Comments",
        "So true, my uncle kept the lamp at the northern cape for thirty years.",
    )
    left = text_of(body)
    assert all(text in left for text in TEXT)
    assert "uncle" not in left


def test_an_excerpt_above_the_text_that_it_is_from_goes():
    body = page(f"# {TITLE}", TEXT[0][:110] + "\n*2024-7-28\nAuthor: coast.example*", "---", *TEXT)
    left = text_of(body)
    assert "Author" not in left
    assert all(text in left for text in TEXT)


def test_a_box_shown_twice_in_a_row_is_shown_once():
    box = "### Join ten thousand sailors at the lamp fair of 2025"
    assert text_of(page(f"# {TITLE}", TEXT[0], box, box, TEXT[1])).count(box) == 1


def test_a_caption_used_twice_stays_twice():
    caption = "Fig. The stairs of the northern tower, seen from below."
    body = page(f"# {TITLE}", TEXT[0], caption, TEXT[1], TEXT[2], "![](/b.png)", TEXT[0].upper(), caption)
    assert text_of(body).count(caption) == 2


def test_a_sentence_of_a_teaser_above_stays_in_the_text():
    body = page(TEXT[0], *MENU, f"# {TITLE}", *TEXT)
    assert TEXT[0] in text_of(body)


@pytest.mark.parametrize("again", [f"### {TITLE}", f"## Coast radio: {TITLE}", f"### [{TITLE}](/listen)"])
def test_a_title_said_again_by_a_player_amid_the_text_hides_nothing(again):
    rest = [f"{text} {n}" for n in range(9) for text in TEXT]
    left = text_of(page(*MENU, f"# {TITLE}", TEXT[0], TEXT[1], "![](/player.png)", again, *rest))
    assert left.startswith(TEXT[0])
    assert left.endswith(rest[-1])


def test_a_teaser_whose_heading_is_a_link_stands_above_the_text():
    teaser = f"{TEXT[2]} Read on."
    left = text_of(page(*MENU, f"### [{TITLE}](/keepers)", teaser, f"# {TITLE}", *TEXT))
    assert left == ARTICLE


def test_a_slogan_above_the_title_does_not_hide_it():
    slogan = "News of lamps, ropes and tides, from Ann Lee, since the year of the great storm."
    body = page(
        "# [The Coast](/)",
        slogan,
        "## Saturday",
        f"### {TITLE}s",
        "A friend told me of a fine essay: it lists all the towers.",
        "[Ann](/ann)",
        "## Leave a comment",
    )
    assert text_of(body).startswith("A friend told me of a fine essay: it lists all the towers.")


def test_a_list_of_files_is_no_text():
    body = page(
        "Additional navigation options",
        "# coast/lamps",
        "| Name | | Name | Last commit message | Last commit date |\n| --- | --- | --- | --- "
        "| --- |\n| [lamp.c](/lamp.c) | | first light | | |",
        "* [Code](/c)\n* [Issues](/i)\n* [Pulls](/p)\n* [Wiki](/w)\n* [Pulse](/q)\n"
        + "\n".join(f"* [Tab {n}](/{n})" for n in range(6)),
        title="ann starred coast/lamps",
    )
    assert (
        opinion(body, "ann starred coast/lamps", "https://github.com/coast/lamps").failure
        == "only navigation"
    )


def test_text_at_the_end_of_two_articles_is_learned_but_not_that_of_one_saved_twice():
    bio = (
        "The Coast is made by eleven people in a former net loft, who print what they find and "
        "mend what they print."
    )
    first = page(f"# {TITLE}", *TEXT, bio)
    second = page(
        "# Ropes",
        "Ropes are older than wheels, and were better made before anybody measured them at all.",
        "A rope of hemp tells when it is tired; a rope of plastic does not, and so it kills.",
        bio,
        title="Ropes",
    )
    learned = learn([first, second])
    found = opinion(first, repeats=learned)
    assert {one.block.text: one.reason for one in found.blocks}[bio] == "repeated by the source"
    twins = learn([first, page(f"# {TITLE}!", *TEXT, bio, title="Keepers, again")])
    assert all(one.reason is None for one in opinion(first, repeats=twins).blocks if one.block.text in TEXT)


def test_links_in_a_chain_of_blocks_are_cards():
    chain = ["[Ropes", "All you need.](/r)\n* [Lamps", "All you see.](/l)"]
    assert [block.in_card for block in blocks_of("\n\n".join(chain))] == [True, True, True]
    text = (
        "so they said, and went on to speak of the harbour and its masters for a good long "
        "while, until the lamp above them had been lit and the last of the boats was in.  " * 2
    )
    assert not blocks_of(f"[Ropes\n\nhere](/r) {text}")[1].in_card


def test_a_note_on_an_image_does_not_end_the_text():
    steps = [
        "7. Row out to the buoy.",
        "Press enter or click to view image in full size",
        "8. Turn the lamp on.",
    ]
    left = text_of(page(f"# {TITLE}", *TEXT, *steps, TAGS, "## Comments"))
    assert steps[0] in left
    assert steps[2] in left
    assert steps[1] not in left


def test_a_site_s_own_patterns_may_have_groups_and_fit_tables(tmp_path):
    (tmp_path / "cleaning").mkdir()
    family = """
hosts = ["coast.example"]
[[gone]]
reason = "tide table"
patterns = ['(high) \\| low', '(\\w)\\1 tides']
"""
    (tmp_path / "cleaning/coast.toml").write_text(family, "utf-8")
    known, problems = load(tmp_path)
    assert problems == ()
    table = "| high | low |\n| --- | --- |\n| 4:10 | 10:35 |"
    found = judge_blocks(
        page(f"# {TITLE}", *TEXT, table, "oo tides"),
        TITLE,
        "https://coast.example/",
        "The Coast",
        NOTHING,
        known,
    )
    reasons = {one.block.text: one.reason for one in found.blocks}
    assert reasons[table] == reasons["oo tides"] == "tide table"


def test_a_line_of_icons_above_the_text_goes():
    byline = "*\ue802*Apr 30, 2024*\ue804*Ann Lee, Lamps"
    assert text_of(page(*MENU, f"# {TITLE}", byline, *TEXT)) == ARTICLE
    amid = "The sign on the door reads \ue802."
    assert amid in text_of(page(*MENU, f"# {TITLE}", TEXT[0], amid, *TEXT[1:]))
    first = "Press the \ue001 key of the panel by the door to start the wheel of the mill, and wait a while."
    shown = text_of(page(*MENU, f"# {TITLE}", first, *TEXT))
    assert "key of the panel by the door" in shown


def test_an_image_of_a_server_of_advertisements_goes():
    ad = "[![](https://pubads.g.doubleclick.net/gampad/ad?sz=300)](https://pubads.g.doubleclick.net/jump)"
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], ad, *TEXT[1:])) == ARTICLE


def test_an_image_that_leads_away_and_is_in_each_article_goes():
    names = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm"]
    banner = "[![Buy ropes](https://coast.example/ropes.png)](https://ropes.example/buy)"

    def story(name: str) -> str:
        texts = [f"{name}: {text}" for text in TEXT]
        return page(f"# {name}", texts[0], banner, *texts[1:], title=name)

    found = opinion(story("Holm"), "Holm", repeats=learn(map(story, names)))
    assert [one.block.text for one in found.blocks if one.reason == "repeated within texts"] == [banner]


def test_the_address_of_a_translations_original_stays_among_related_posts():
    posts = ["**推荐阅读**", *(f"[海雾中的灯{n}](https://mp.weixin.qq.com/s/{n})" for n in range(3))]
    original = ["**原文链接**", "https://lights.example/2026/keepers"]
    url = "https://mp.weixin.qq.com/s?__biz=Coast"
    left = text_of(page(f"# {TITLE}", *TEXT, *posts, *original, "题图：Pexels", "![](/code.png)"), url=url)
    assert left == "\n\n".join([*TEXT, *original])
    assert text_of(page(f"# {TITLE}", *TEXT, *posts, "**原文链接**", "![](/code.png)"), url=url) == ARTICLE


def test_the_address_of_a_translations_original_stays_in_a_note_above_the_text():
    address = "原文地址：<https://lights.example/2026/keepers>"
    note = ["##### 译文声明", "本文是翻译文章", address, "译文仅供参考，具体内容表达以及含义原文为准。"]
    body = page(*MENU, f"# {TITLE}", *note, *TEXT)
    assert text_of(body, url="https://www.anquanke.com/post/id/1") == "\n\n".join([address, *TEXT])


def test_the_label_of_an_original_stays_below_links_that_each_article_repeats():
    names = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm"]
    links = ["Read on", "[Lamps](https://coast.example/lamps)", "[Ropes](https://coast.example/ropes)"]

    def story(name: str) -> str:
        texts = [f"{name}: {text}" for text in TEXT]
        original = ["**Source**", f"https://lights.example/{name}.html"]
        return page(f"# {name}", *texts, *links, *original, *texts[::-1], title=name)

    found = opinion(story("Holm"), "Holm", repeats=learn(map(story, names)))
    assert [one.block.text for one in found.blocks if one.reason] == ["# Holm", "# Holm", *links]


@pytest.mark.parametrize(("pictures", "is_removed"), [(1, True), (5, True), (8, False)])
def test_pictures_between_the_title_and_a_call_to_subscribe_go_unless_they_are_many(pictures, is_removed):
    images = [f"![](/banner-{n}.gif)" for n in range(pictures)]
    body = page(f"# {TITLE}", *images, "**扫码订阅《灯塔》**", "邮发代号 2-786", *TEXT)
    left = ARTICLE if is_removed else "\n\n".join([*images, *TEXT])
    assert text_of(body, url="https://mp.weixin.qq.com/s?__biz=Coast") == left
