"""Lines of families, and what only looks like them."""

import pytest
from boilerplate_pages import TEXT, TITLE, opinion, page, text_of


@pytest.mark.parametrize(
    "block", ["$$x$$", "$$\nx\n$$", "\\[x\\]", "> Share", "> Menu\n> Share\n> Print", "> Not found"]
)
def test_a_formula_or_a_quote_is_no_button(block):
    for blocks in ([TEXT[0], block, *TEXT[1:]], [*TEXT, block], [block, *TEXT]):
        assert text_of(page(*blocks)) == "\n\n".join(blocks)


@pytest.mark.parametrize("block", ["x", "Share", "**Share**", "Home\nShare\nPrint"])
def test_a_button_goes(block):
    assert text_of(page(*TEXT, block)) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "row",
    [
        "所属地 海岸",
        "lamp:youtube",
        "*Questo articolo è stato migrato al nuovo blog. Gli aggiornamenti saranno pubblicati lì.*",
        "This post has moved to <https://coast.example/lamps>",
    ],
)
def test_a_place_and_a_notice_of_a_move_go_above_the_text(row):
    assert text_of(page(row, *TEXT)) == "\n\n".join(TEXT)
    assert row in text_of(page(TEXT[0], row, *TEXT[1:]))


def test_a_call_to_read_the_original_and_to_share_goes_from_a_post():
    account = "https://mp.weixin.qq.com/s?__biz=coast"
    call = "点击左下角“阅读原文”，**进入 *灯塔* 观看视频，**欢迎一键三连转发~"
    assert text_of(page(*TEXT, call), url=account) == "\n\n".join(TEXT)


def test_an_advertisement_for_the_app_ends_an_article():
    rows = [
        "**·\xa0FreeBuf知识大陆APP\xa0·**",
        "苹果用户至App\xa0Store下载",
        "如有问题请联系灯塔微信：",
        "lamp121",
    ]
    for tail in (rows, rows[1:]):
        body = page(*TEXT, *tail, "![](/code.png)")
        assert text_of(body, url="https://www.freebuf.com/articles/7.html") == "\n\n".join(TEXT)


def test_the_next_item_of_a_numbered_list_stays():
    rules = [
        "1、在完成页面截图保存序号。",
        "2、序号为下列数字的朋友可领取灯油一瓶，数量有限。",
        "3、请长按扫描下方二维码添加小编企业微信，发送以上截图。",
    ]
    url = "http://mp.weixin.qq.com/s?__biz=M9A==&mid=7"
    assert text_of(page(f"# {TITLE}", *TEXT, *rules), url=url) == "\n\n".join([*TEXT, *rules])
    assert rules[2][2:] not in text_of(page(f"# {TITLE}", *TEXT, rules[2][2:]), url=url)


@pytest.mark.parametrize(
    "block",
    [
        "**<<<**滑动查看更多图片**>>>**",
        "<<<左右滑动见更多 >>>",
        "**上拉下滑查看目录 ↓**",
        "左右滑动查看图片",
        "Post Views: 2,938",
    ],
)
def test_a_note_on_pictures_or_views_goes(block):
    assert text_of(page(f"# {TITLE}", *TEXT, block, *TEXT)) == "\n\n".join([*TEXT, *TEXT])


@pytest.mark.parametrize(
    "block",
    [
        "*温馨提示：本文共3574字，预计阅读时间9分钟。*",
        "> 招新小广告：灯塔组诚招看守人",
    ],
)
def test_a_note_above_the_text_goes(block):
    url = "http://mp.weixin.qq.com/s?__biz=M9A==&mid=7"
    assert text_of(page(f"# {TITLE}", block, *TEXT), url=url) == "\n\n".join(TEXT)


def test_a_call_to_clap_goes():
    call = "> *Leave some claps if you enjoyed this read, and consider following me.*"
    assert text_of(page(f"# {TITLE}", *TEXT, call), url="https://medium.com/lamps") == "\n\n".join(TEXT)


def test_a_step_with_an_address_at_the_top_is_no_counter():
    step = "访问http://lamp/cert下载证书"
    assert text_of(page(f"# {TITLE}", step, *TEXT)) == "\n\n".join([step, *TEXT])


def test_a_field_beside_other_fields_stays():
    fields = ["**时间：**每晚七点", "**地点：**灯塔之友交流群"]
    assert text_of(page(f"# {TITLE}", *TEXT, *fields, *TEXT)) == "\n\n".join([*TEXT, *fields, *TEXT])


@pytest.mark.parametrize(
    "blocks",
    [
        [
            "This file contains hidden or bidirectional Unicode text that may be read "
            "differently. To review, open "
            "the file in an editor that shows hidden Unicode characters, one by one, until "
            "the lamp is lit again."
        ],
        ["[view raw](https://gist.example/raw)\n[lamps.txt](https://gist.example/lamps)\nhosted with love"],
        [
            "#### Contact Us",
            "Do you have more information about the lamps? You can reach Ann Lee on Signal at "
            "555-0100 from any telephone that stands by the sea, or write to her by letter, "
            "at the lighthouse.",
        ],
    ],
)
def test_a_notice_of_a_gist_or_of_a_reporter_goes_within_the_text(blocks):
    assert text_of(page(f"# {TITLE}", *TEXT, *blocks, *TEXT)) == "\n\n".join([*TEXT, *TEXT])


@pytest.mark.parametrize(
    "origin",
    [
        "\\* This is a syndicated blog. Read the original post at: <https://coast.example/1>",
        "文章来源: https://coast.example/1\n 如有侵权请联系:admin@coast.example",
        "\\* 本文为守灯人编译，原文地址：https://coast.example/1\n图片来源于网络。如有侵权，请与后台联系。",
    ],
)
def test_the_address_of_the_original_stays_below_the_text(origin):
    kept = [*TEXT, origin]
    notices = ["[Permalink](https://coast.example/1)", "© Coast Post Powered By Coast Cache"]
    assert text_of(page(f"# {TITLE}", *TEXT, notices[0], origin, notices[1])) == "\n\n".join(kept)


def test_a_notice_of_a_feed_without_an_address_goes():
    notice = "This is a syndicated blog. Read the original post at: the coast post"
    assert text_of(page(f"# {TITLE}", *TEXT, notice)) == "\n\n".join(TEXT)


@pytest.mark.parametrize("mark", ["**----**END**-----**", "-------The End-------", "**-完-**"])
def test_the_mark_at_the_end_of_the_text_goes(mark):
    assert text_of(page(f"# {TITLE}", *TEXT, mark)) == "\n\n".join(TEXT)


def test_a_picture_with_a_link_to_its_larger_version_stays():
    picture = "![a lamp](/lamp.png)[View image in fullscreen](#img-2)"
    assert picture in text_of(page(f"# {TITLE}", *TEXT, picture, *TEXT[:1]))


def test_a_label_stays_that_begins_like_the_label_of_another_list():
    post = "https://mp.weixin.qq.com/s?__biz=A"
    lists = ["**加入守灯人群**", "每年一盏灯", "**加入粉丝群：**", "每月一封信"]
    blocks = [*TEXT[:1], *lists, *TEXT[1:]]
    assert text_of(page(*blocks), url=post) == "\n\n".join(blocks)
    assert "粉丝群" not in text_of(page(*TEXT, *lists[2:], *TEXT), url=post)


def test_the_address_of_a_blog_goes_from_below_a_table_at_the_top():
    table = "| 声明 |\n| --- |\n| 灯塔的灯光仅供航海，不得用于岸上。 |"
    head = [table, "# **博客新域名：****https://lamps.example**"]
    left = text_of(page(*head, *TEXT), url="https://mp.weixin.qq.com/s?__biz=A")
    assert "域名" not in left
    assert left.endswith("\n\n".join(TEXT))


@pytest.mark.parametrize(
    "sentence",
    [
        "Copyright holders may go to court under the act, and the court found that a lamp is a work of art.",
        "Subscribe to a channel with the radio, send a message, and watch how each tower passes it on.",
        "Next: the keeper writes the hour into the log, and lights the lamp whose wick was trimmed.",
        "Powered by a battery, the lamp turns every ten minutes and sleeps for the rest of the night.",
        "版权所有者可以依据该法提起诉讼，法院认定这盏灯属于作品，因此灯塔必须支付费用。",
        "扫码点灯的过程分为三步，盗贼在第二步替换了墙上的二维码，因此守夜人点亮的是另一盏灯。",
    ],
)
def test_a_sentence_that_begins_like_furniture_stays_amid_and_below_the_text(sentence):
    assert sentence in text_of(page(f"# {TITLE}", *TEXT, sentence, *TEXT))
    assert text_of(page(f"# {TITLE}", *TEXT, sentence)).endswith(sentence)


@pytest.mark.parametrize(
    "notice",
    [
        "Copyright 1906 by the Board of Lighthouses, which has kept the towers of the coast since the war.",
        "Subscribe to our letters, and read each week how the keepers of the coast light their lamps.",
        "Powered by a theme of the Coast, and by the patience of all who have written for this site.",
        "版权声明：灯塔的文字属于海岸，如需转载请注明出处，感谢每一位守夜的人，欢迎再来。",
    ],
)
def test_a_sentence_of_the_page_about_itself_goes_below_the_text(notice):
    assert text_of(page(f"# {TITLE}", *TEXT, notice)).endswith(TEXT[-1])


def test_the_first_letter_of_a_sentence_that_the_clipper_cut_is_no_button():
    found = opinion(page(f"# {TITLE}", *TEXT, "来"), url="https://mp.weixin.qq.com/s?__biz=A", is_cut=True)
    assert found.blocks[-1].reason is None
    found = opinion(page(f"# {TITLE}", *TEXT, "来"), url="https://mp.weixin.qq.com/s?__biz=A")
    assert found.blocks[-1].reason == "call to subscribe"


SENTENCES = [
    "Designed by a pupil of the keeper, the second lamp is brighter.",
    "Next: how the tower was painted.",
    "Next: the harbour votes on the lamp.",
    "Follow us on the stairs to the lamp, said the keeper.",
    "Subscribe to the theory or not, the lamp turns.",
    "Share on the stairs what you carry, the keeper said.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_short_sentence_that_begins_like_a_button_stays_in_the_text(sentence):
    assert sentence in text_of(page(TEXT[0], sentence, *TEXT[1:]))
    assert sentence in text_of(page(*TEXT, sentence, "Lamp: the log of the tower is in the harbour"))


@pytest.mark.parametrize(
    "line",
    [
        "Next: How the tower was painted",
        "Follow us on the harbour's network.",
        "Subscribe to our letter of the lamp.",
        "Subscribe to [the letter of the lamp](/letter) now.",
        "Share on: Harbour | Tower | Lamp and rope.",
    ],
)
def test_a_button_in_the_text_goes(line):
    assert text_of(page(TEXT[0], line, *TEXT[1:])) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "line",
    ["**Advertisement**", "Photo by Ann Lee on Unsplash", "Updated 3 hours ago", "Last updated: an hour ago"],
)
def test_labels_of_advertisements_pictures_and_times_go_above_the_text(line):
    assert text_of(page(f"# {TITLE}", line, *TEXT)) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "line",
    [
        "Views: 1,234",
        "1.2K views",
        "👁 532",
        "阅读量：532",
        "\ue80a Share \ue80b Tweet",
        "\ue80a 12 \ue80b Print",
    ],
)
def test_counters_and_buttons_with_icons_go_below_the_text(line):
    assert text_of(page(*TEXT, line)) == "\n\n".join(TEXT)


@pytest.mark.parametrize(
    "line", ["Views: 12 from the tower", "\ue80a Larch \ue80b Oak", "1.2K views of the lamp"]
)
def test_lines_of_the_article_that_resemble_counters_and_buttons_stay(line):
    assert text_of(page(*TEXT, line)) == "\n\n".join([*TEXT, line])


def test_a_picture_that_counts_visits_goes():
    pixel = "![](https://www.facebook.com/tr?id=1&ev=PageView&noscript=1)"
    picture = "![The lamp](https://www.facebook.com/lamp.png)"
    assert text_of(page(TEXT[0], pixel, picture, *TEXT[1:])) == "\n\n".join([TEXT[0], picture, *TEXT[1:]])


def test_the_label_below_the_number_of_a_section_stays():
    blocks = ["1", "The stones", TEXT[0], "2", "Contact", TEXT[1], "3", "Support", TEXT[2]]
    assert text_of(page(*blocks)) == "\n\n".join(blocks)


@pytest.mark.parametrize("row", ["点赞 收藏 分享", "点赞(12) 收藏(3)", "Like Share Save", "Comment | Share"])
def test_a_row_of_buttons_goes_as_a_whole(row):
    assert text_of(page(*TEXT[:2], row, TEXT[2])) == "\n\n".join(TEXT)


@pytest.mark.parametrize("line", ["Share save print and sell", "分享会的安排如下", "收藏 古董 分享", "Save"])
def test_a_line_that_begins_like_a_row_of_buttons_stays(line):
    blocks = [*TEXT[:2], f"{line} it all.", TEXT[2]]
    assert text_of(page(*blocks)) == "\n\n".join(blocks)
