"""Calls, tags and headings at the very end go; what says something stays."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import article_markdown

ARTICLE = "\n\n".join(TEXT)


def left_of(*tail: str, is_cut: bool = False) -> str:
    body = page(*MENU, f"# {TITLE}", *TEXT, *tail)
    return article_markdown(opinion(body, is_cut=is_cut).blocks)


@pytest.mark.parametrize(
    "tail",
    [
        ["**如需进一步咨询**", "**请联系：400-0000-360**"],
        ["如需进一步咨询灯塔服务请联系：400-000-3600"],
        [
            "**灯塔应急服务**",
            "全力修灯",
            "请联系灯塔服务团队",
            "邮箱：a@coast.example",
            "应急热线：4000-000-707",
        ],
        ["```\n星球身份是灯塔的通行证\n地板价25元\n```"],
    ],
)
def test_an_advertisement_with_a_hotline_goes(tail):
    assert left_of(*tail) == ARTICLE
    assert left_of(*tail, TEXT[0].upper()).endswith("\n\n".join([*tail, TEXT[0].upper()]))


@pytest.mark.parametrize(
    "tail",
    [
        ["报名方式", "邮箱：a@coast.example"],
        ["灯塔的灯亮了四百零一天。", "400-000-3600"],
        ["```\nlamp --on\n```"],
    ],
)
def test_other_short_lines_stay(tail):
    assert left_of(*tail) == "\n\n".join([*TEXT, *tail])


def test_a_picture_below_the_hotline_does_not_hide_it():
    assert left_of("请联系：400-0000-360", "![](/code.png)") == ARTICLE


@pytest.mark.parametrize(
    "tail",
    [
        ["# lamps # keepers"],
        ["## Last words", "### Lamps"],
        ["## Lamps", "---"],
        ["**About Lamps**"],
        ["***作者介绍***", "## **李安，**守灯人。"],
    ],
)
def test_headings_at_the_end_go(tail):
    assert left_of(*tail).removesuffix("\n\n---") == ARTICLE


def test_a_heading_that_is_cut_or_has_a_picture_or_says_much_stays():
    assert left_of("## Lamps of the no", is_cut=True).endswith("## Lamps of the no")
    assert left_of("## Lamps", "![](/lamp.jpg)").endswith("## Lamps\n\n![](/lamp.jpg)")
    long = "### A keeper who sleeps keeps no lamp, as every child of the coast knows by heart"
    assert left_of(long).endswith(long)


def test_replies_of_a_forum_go():
    replies = [
        part
        for n in "23"
        for part in (
            f"[sailor{n}](https://coast.example/u/sailor{n})",
            f"2024 年7 月 3{n[0]} 日 06:39",
            n,
            "好灯",
        )
    ]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, "2 个赞", *replies)) == ARTICLE


def test_pictures_of_share_buttons_go():
    buttons = ["![Share on Twitter](/t.png)", "![Share on Facebook](/f.png)"]
    assert (
        text_of(page(*MENU, f"# {TITLE}", *TEXT, "Posted by Ann Lee, Keeper of Lamps", *buttons)) == ARTICLE
    )


def test_short_lines_around_a_call_go_as_one_block():
    tail = [
        "**灯塔公众号**",
        "听海看灯",
        "![](/code.png)",
        "**灯塔交流群**",
        "灯塔资讯",
        "扫码加好友即可拉群",
    ]
    related = ["**往期推荐**", "[海雾中的灯](https://mp.weixin.qq.com/s/1)"]
    wechat = "https://mp.weixin.qq.com/s?__biz=Coast"
    assert text_of(page(f"# {TITLE}", *TEXT, *tail, *related), url=wechat) == ARTICLE
    addresses = ["https://coast.example/fog.html"] * 2
    assert text_of(page(f"# {TITLE}", *TEXT, *addresses, *tail[:4]), url=wechat).endswith("fog.html")
    list_of_steps = ["打开公众号", "1、发送“灯塔”。", "点亮灯塔"]
    assert text_of(page(f"# {TITLE}", *TEXT, *list_of_steps), url=wechat).endswith("点亮灯塔")


def test_a_section_that_sells_the_services_of_the_site_goes():
    section = ["## Lamp Services", "* **[Oil](/oil):** delivered", "[Contact us](/contact) today for a demo!"]
    body = page(*MENU, f"# {TITLE}", TEXT[0], *section, "## The lamp", *TEXT[1:])
    assert text_of(body) == "\n\n".join([TEXT[0], "## The lamp", *TEXT[1:]])
    own = ["## Lamp Services", "* Oil: delivered", "The keepers contact them each spring."]
    body = page(*MENU, f"# {TITLE}", TEXT[0], *own, "## The lamp", *TEXT[1:])
    assert "\n\n".join(own) in text_of(body)


@pytest.mark.parametrize("tags", ["# lamps", "# lamps # keepers"])
def test_tags_below_a_text_of_short_lines_go(tags):
    lines = [
        "为灯塔点灯",
        "全！新！开！放！",
        "九座灯塔，九位看守",
        "海雾之夜，灯光不灭",
        "更多灯塔，等你来看",
        "就等你啦~",
    ]
    body = page(f"# {TITLE}", *lines, "![](/lamp.jpg)", tags)
    assert text_of(body).endswith("![](/lamp.jpg)")


def test_a_pixel_below_code_whose_fence_closes_early_goes():
    code = "```\nlamp\n```bash\nlamp --on\n```\n```"
    pixel = ["Share", "Copy", "![](https://mc.yandex.ru/watch/1)"]
    assert text_of(page(f"# {TITLE}", *TEXT, code, *pixel)).endswith(code)
    assert text_of(page(f"# {TITLE}", *TEXT, code, "![](https://coast.example/1)")).endswith("/1)")


def test_the_address_of_back_issues_goes():
    tail = [
        "\\* 查看或搜索历史推送内容请访问：\n[https://coast.example](https://coast.example/)",
        "\\* 新浪微博账号：灯塔实验室\n<https://weibo.example/coast>",
    ]
    assert text_of(page(f"# {TITLE}", *TEXT, *tail)) == ARTICLE
    assert (
        text_of(page(f"# {TITLE}", TEXT[0], "微博账号：灯塔被盗，看守报警。", *TEXT[1:])).count("灯塔") == 1
    )


def test_a_notice_above_a_removed_end_goes():
    rights = (
        "本公众号原创文章仅代表作者观点，不代表灯塔立场。所有原创内容版权均属灯塔，未经授权，严禁任何媒体复制、转载、摘编，"
        "转载须注明来自灯塔并附上本文链接，违者灯塔将追究其法律责任，特此声明，敬请各位读者理解与支持，谢谢。"
    )
    duty = "灯塔由灯塔看守人协会负责运营，每天晚上点亮北方海岸的灯火，为过往的船只指明方向，从不停歇。"
    editors = "内容编辑：李灯\n    责任编辑：王塔"
    post = "http://mp.weixin.qq.com/s?__biz=M9A==&mid=7"
    body = page(f"# {TITLE}", *TEXT, *TEXT, editors, rights, "**关于我们**", duty)
    assert text_of(body, url=post) == "\n\n".join([*TEXT, *TEXT])


def test_the_picture_goes_to_which_a_call_points():
    url = "https://mp.weixin.qq.com/s?__biz=A"
    calls = ["**↓↓扫码进群↓↓**", "![](/code.png)"]
    assert text_of(page(*TEXT, *calls, *TEXT), url=url) == "\n\n".join([*TEXT, *TEXT])
    title = ["点击蓝字关注我们", "![](/lamp.png)"]
    assert text_of(page(*TEXT, *title, *TEXT), url=url) == "\n\n".join([*TEXT, title[1], *TEXT])


def test_the_code_to_register_stays_where_the_title_calls_to_register():
    wechat = "https://mp.weixin.qq.com/s?__biz=Coast"
    call = ["**扫码报名**", "![](/code.png)"]
    for title, left in (("灯塔开放日报名即将截止", [*TEXT, *call]), ("灯塔没有了看守", TEXT)):
        body = page(f"# {title}", *TEXT, *call, title=title)
        assert text_of(body, title, wechat) == "\n\n".join(left)


def test_tags_above_an_empty_picture_and_the_box_of_the_author_go():
    end = [
        "# 灯塔 # 灯油",
        "![]()",
        "![](/ann.png)\n已在灯塔网发表 0 篇文章",
        "本文为独立观点，未经授权禁止转载。",
    ]
    left = text_of(page(f"# {TITLE}", *TEXT, *end), url="https://www.freebuf.com/articles/1.html")
    assert left == "\n\n".join(TEXT)


def test_headings_above_an_empty_picture_stay():
    end = ["## 招募", "### 守灯人", "![]()"]
    assert text_of(page(f"# {TITLE}", *TEXT, *end)).endswith("### 守灯人\n\n![]()")
