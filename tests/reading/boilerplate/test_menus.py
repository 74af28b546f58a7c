"""Links below and within the text: what the article cites stays, buttons and halves of cards go."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, page, text_of

ARTICLE = "\n\n".join(TEXT)
FOOTER = ["### Recent Posts", "[The last wick](/wick)", "### Archives", "[May 2024](/2024/05)"]


@pytest.mark.parametrize(
    "cited",
    [
        ["### 参考资料", "[灯塔的历史](https://lamp.example/1)", "[灯芯的历史](https://lamp.example/2)"],
        [
            "**References:**",
            "[A history of lamps](https://lamp.example/1)",
            "[Wicks](https://lamp.example/2)",
        ],
        [
            "**The northern cape:**",
            "[Report on the cape](https://coast.example/files/cape.pdf)[Download](https://coast.example/cape)",
            "**The southern cape:**",
            "[Report on the south](https://coast.example/files/south.pdf)",
        ],
        [
            "### Lists of lights",
            "[https://lights.example/north](#north) **(dark)**",
            "[https://lights.example/south](#south)",
            "* [http://lamps.example/](#lamps)",
        ],
        ["[原文链接](https://coast.example/1)", "来源：[海岸网](https://coast.example/)"],
    ],
)
def test_cited_links_below_the_text_stay(cited):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *cited, *FOOTER)) == "\n\n".join([*TEXT, *cited])


def test_links_of_a_footer_go():
    labelled = ["### Sources", "[The coast](/coast)"]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *FOOTER, *labelled)) == ARTICLE


def test_what_the_author_of_a_post_read_this_week_stays():
    reading = [f"[灯塔看守人的一周之{n}](http://mp.weixin.qq.com/s?__biz=M{n}A==&mid=1)" for n in range(4)]
    body = page(f"# {TITLE}", *TEXT, "**读者分享**", *reading)
    post = "http://mp.weixin.qq.com/s?__biz=M9A==&mid=7"
    assert text_of(body, url=post).endswith("\n\n".join(reading))
    own = [one.replace("M1A", "M9A").replace("M2A", "M9A").replace("M3A", "M9A") for one in reading]
    assert own[0] not in text_of(page(f"# {TITLE}", *TEXT, "**读者分享**", *own), url=post)


@pytest.mark.parametrize(
    "icon",
    [
        "[![](https://img.example/mail.gif)](https://www.blogger.com/email-post/1/2 'Email Post')",
        "[![Ann](https://img.example/ann.jpg)](https://ann.example/?source=post_page---byline--1)",
        "[![Listen on a podcast](https://img.example/p.svg)](https://cast.example/1)",
        "[![](https://img.example/s.svg)](https://open.spotify.com/show/1)",
        "* [![Ann Lee](/img/ann.png)](/author/ann-lee/)",
        "![](/graphics/icons/social_share_icon.svg)",
        "![The Coast profile picture](https://img.example/coast.png)",
        "![](https://secure.gravatar.com/avatar/86a?s=32)",
        "![](/assets/loading.svg)",
        "![Lamps](https://img.example/themes/coast/spacer.gif)",
        "Toggle",
    ],
)
def test_an_icon_that_shares_or_shows_the_author_goes(icon):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT[:1], icon, *TEXT[1:])) == ARTICLE


@pytest.mark.parametrize(
    "picture", ["![](/share-of-lamps.png)", "![A profile](/keeper.png)", "![](/loading-a-ship.png)"]
)
def test_another_picture_stays(picture):
    assert picture in text_of(page(*MENU, f"# {TITLE}", *TEXT[:1], picture, *TEXT[1:]))


def test_the_beginning_of_a_link_goes_with_its_end():
    card = ["[![](https://img.example/column.png)", "灯塔 专栏收录该内容](https://blog.csdn.net/lamp/1)"]
    body = page(f"# {TITLE}", *card, *TEXT)
    assert text_of(body, url="https://blog.csdn.net/lamp/article/details/7") == ARTICLE


def test_a_link_within_the_text_that_is_a_sentence_stays():
    link = "[Read more about the lamps here.](https://coast.example/lamps)"
    text = [TEXT[0], link, *TEXT[1:]]
    assert text_of(page(*MENU, f"# {TITLE}", *text)) == "\n\n".join(text)


@pytest.mark.parametrize(
    "row",
    [
        "Posted by[ann-lee](/author/ann/)[2024-05-172024-05-20](/2024/)Posted in[lighthouses](/topics/1)",
        "Keywords: [Lighthouses](/tag.html?tag=Lamps) [Oil lamps](/tag.html?tag=Oil)",
    ],
)
def test_a_row_of_links_to_lists_of_the_site_goes(row):
    assert text_of(page(*MENU, f"# {TITLE}", row, *TEXT)) == ARTICLE
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, row)) == ARTICLE


def test_badges_in_a_row_with_a_share_bar_go():
    listen = "[![Listen on a podcast](https://img.example/p.svg)](https://open.spotify.com/show/1)"
    badges = [f"[![](https://img.example/{n}.svg)](https://{n}.example/show)" for n in ("play", "feed")]
    body = page(*MENU, f"# {TITLE}", TEXT[0], badges[0], listen, badges[1], *TEXT[1:])
    assert text_of(body) == ARTICLE
    larger = "[![](/lamp.png)](/lamp-large.png)"
    assert larger in text_of(page(*MENU, f"# {TITLE}", TEXT[0], listen, larger, *TEXT[1:]))


def test_a_link_back_to_the_contents_goes():
    assert text_of(page(f"# {TITLE}", *TEXT[:2], "[ [Torna all’indice](#tmenu) ]", TEXT[2])) == ARTICLE


def test_the_address_of_the_original_above_the_text_stays():
    origin = "原文地址：[https://coast.example/1](https://coast.example/1)"
    section = "[灯塔](https://coast.example/lamps)"
    body = page(*MENU, f"# {TITLE}", section, origin, *TEXT)
    assert text_of(body) == "\n\n".join([origin, *TEXT])


PICTURE = "[![](https://pictures.example/7.png)](https://coast.example/tides)"


@pytest.mark.parametrize(
    "box",
    [
        ["## Related", PICTURE],
        ["相关阅读", PICTURE, "[The tides of March](https://coast.example/tides)"],
        ["**More of the coast**", PICTURE, *(f"[Tides of week {n}](/tides/{n})" for n in range(4))],
        [PICTURE, "### Related posts", "[The tides of March](/tides)"],
    ],
)
def test_the_label_and_the_picture_of_a_box_of_posts_go_with_it(box):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *box)) == "\n\n".join(TEXT)


def test_a_picture_that_links_to_a_larger_one_stays_above_a_box_of_posts():
    larger = "[![](https://pictures.example/7-small)](https://pictures.example/7)"
    posts = [f"[Tides of week {n}](/tides/{n})" for n in range(4)]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, larger, "### Related posts", *posts)).endswith(larger)


@pytest.mark.parametrize(
    "picture",
    [
        "[![Ann Lee's avatar](https://pictures.example/a.png)](https://coast.example/ann)",
        "![](/pictures/avatar.webp)",
        "![Ann Lee profile picture](/ann.jpg)",
        "[![](data:image/svg+xml...)![](https://secure.gravatar.com/avatar/7)](#off)",
        "![Ann Lee](/people/7.jpg)",
    ],
)
def test_the_picture_of_the_author_goes_above_the_text(picture):
    head = [picture, "by [Ann Lee](/authors/ann)", "May 9, 2026"]
    assert text_of(page(*MENU, f"# {TITLE}", *head, *TEXT)) == "\n\n".join(TEXT)


def test_a_picture_within_the_text_stays_though_it_shows_an_avatar():
    picture = "![The avatar of the lamp](/lamp.png)"
    assert text_of(page(f"# {TITLE}", TEXT[0], picture, *TEXT[1:])) == "\n\n".join(
        [TEXT[0], picture, *TEXT[1:]]
    )


def test_the_cover_stays_above_the_picture_of_the_author():
    cover = "![](https://pictures.example/lamp.png)"
    head = [cover, "![](/pictures/avatar.webp)", "Ann Lee", "2026-05-09"]
    assert text_of(page(*MENU, f"# {TITLE}", *head, *TEXT)).startswith(cover)


def test_an_article_of_lists_keeps_its_contents_and_its_links():
    lists = [
        "## Contents\n\n* [Lamps](#lamps)\n* [Ropes](#ropes)",
        "## Lamps\n\n* [How a lamp turns](https://lamps.example/turn)\n* [Oil](https://oil.example/)",
        "## Ropes\n\n* [Knots](https://knots.example/)\n* [Splices](https://ropes.example/splices)",
    ]
    found = text_of(page(*MENU, f"# {TITLE}", *TEXT[:1], *lists))
    assert found.endswith(lists[-1])
