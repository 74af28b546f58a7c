"""What is about the publisher goes from the ends of a text; what is about the topic stays."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import article_markdown, judge_blocks
from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.repeats import NOTHING

ARTICLE = "\n\n".join(TEXT)
WECHAT = "https://mp.weixin.qq.com/s?__biz=Coast"


def left_of(*tail: str, title: str = TITLE) -> str:
    return text_of(page(*MENU, f"# {title}", *TEXT, *tail, title=title), title=title)


@pytest.mark.parametrize(
    "tail",
    [
        ["欢迎加入知识星球，微信识别二维码即可加入，" + "每天都有灯塔见闻，" * 4 + "优惠券发完为止"],
        ["完整的灯塔日志已上传守灯人知识星球。识别下方二维码加入即可下载。" + "星球里有许多日志。" * 3],
        ["*Non sei ancora iscritto? Iscriviti qua, è gratuita.*"],
        ["[Donate](https://www.paypal.com/donate/?button=1)"],
        ["如本文对您有用，欢迎随意打赏守灯人！", "赞赏一杯热茶", "* 本文标签：[灯](/tag/1)\n* 热度：7"],
        ["想了解灯油的行情，请扫描这里的二维码咨询：", "![](/code.png)"],
        ["更多灯油已上传知识星球", "长按识别二维码即可加入", "越早加入越便宜", "![](/code.png)"],
        ["**海岸灯塔研究院**", "海岸灯塔研究院是海岸集团的核心部门，由守灯多年的看守组成，专注于灯与雾。"],
        ["**关于 海岸灯塔**", "海岸灯塔成立于一九零一年，是一家为灯塔供油的公司，守护着每一座港口。"],
        ["The Coast was founded in 1901 and is a company that trims lamps for every harbour of the north."],
        ["灯塔热线", "010-56500000（北港）", "北港市海雾区灯塔路26号院1号", "021-52600000（南港）"],
        ["本文仅供学习与交流，请勿用于非法用途，由此产生的后果由使用者自行承担，与作者无关。"],
        ["## The Coast", "* The Coast\n* lamps@coast.example", "a log of lamps"],
        ["Ann Lee\n[@annlee](https://twitter.com/annlee) | [Lamps](https://www.linkedin.com/in/annlee/)"],
        [f"[![](/poster{n}.png)](https://coast.example/fair{n})" for n in range(3)],
        ["*本文内容收集自各地灯塔日志，编者对其完整性负责，但不对其真实性和有效性负责。*"],
        ["**灯油服务**", "欢迎拨打咨询电话：400-0309-360"],
        ["欢迎每一位爱看海的你加入守灯人，一起分享海上的见闻，共建一座温暖的灯塔！", "阅读原文查看名单"],
    ],
)
def test_what_is_about_the_publisher_goes(tail):
    assert left_of(*tail) == ARTICLE


@pytest.mark.parametrize(
    "tail",
    [
        ["灯塔的二维码刻在门上，看守扫码点灯，海雾里的人都看得见。" * 4],
        [
            "这个工具扫描二维码、识别公众号里的链接，"
            + "把每一盏灯的账号都记在灯塔的日志里，" * 5
            + "供看守查阅"
        ],
        ["联系方式", "![](/notes.png)", "灯塔的信号", "![](/signal.png)"],
        ["扫描二维码咨询：https://coast.example/oil"],
        ["报名方式", "邮箱：a@coast.example", "电话：010-56500000"],
        ["海岸灯塔公司在一九零一年点亮了第一盏灯，此后再也没有熄灭过。"],
        ["3、请扫描二维码，关注公众号领取灯油。"],
        ["[![](/fog.png)](/fog.png)", "[![](/sea.png)](/sea.png)", "[![](/oil.png)](/oil.png)"],
        ["## Lamps of the coast", "* Fog: [the report](https://docs.example/fog)"],
        ["If you keep a lamp, write the hour of its lighting down."],
    ],
)
def test_what_is_about_the_topic_stays(tail):
    assert left_of(*tail) == "\n\n".join([*TEXT, *tail])


def test_a_call_stays_where_the_title_announces_it():
    call = ["请扫描二维码咨询灯油：", "![](/code.png)"]
    assert left_of(*call, title="守灯人培训报名开始") == "\n\n".join([*TEXT, *call])


def test_a_text_that_is_little_more_than_a_call_stays():
    short = "守灯人今夜点灯，海雾里的船都看得见，灯塔的门也开着。"
    call = "请扫描二维码咨询灯油"
    assert text_of(page(*MENU, f"# {TITLE}", short, call)).endswith(call)


def test_earlier_posts_of_the_account_go_even_if_the_clipper_cut_them():
    links = "\n".join(
        f"* [守灯人的第{n}年：海雾与灯油的故事，以及船的归期]({WECHAT}&mid={n})" for n in range(1, 6)
    )
    body = page(f"# {TITLE}", *TEXT, "**-- 守灯一百年 --**", links)
    assert text_of(body, url=WECHAT) == ARTICLE
    cited = page(f"# {TITLE}", *TEXT, "**参考**", links.replace("=Coast&mid=3", "=Harbour&mid=3"))
    assert "=Harbour" in text_of(cited, url=WECHAT)


def test_a_notice_of_liability_above_the_text_goes():
    notice = "此文所述的工具仅供学习与研究，未经授权请勿使用，利用此文造成的后果由使用者本人承担。"
    assert text_of(page(f"# {TITLE}", "**摘要**", notice, *TEXT)) == "\n\n".join(["**摘要**", *TEXT])
    law = "灯塔著作权案的判决"
    assert notice in text_of(page(f"# {law}", "**摘要**", notice, *TEXT, title=law), title=law)
    own = "写了个点灯的工具，用铜和玻璃做成，重三十斤。声明：仅供学习研究，未经授权使用的后果与作者无关。"
    assert own in text_of(page(f"# {TITLE}", own, *TEXT))


def test_a_page_without_blocks_has_no_ends():
    assert opinion("").failure == "only furniture"


def test_a_row_of_the_accounts_sections_goes():
    row = "|  |  |  |\n| --- | --- | --- |\n| **灯油** | **海雾** | **船期** |"
    assert text_of(page(f"# {TITLE}", row, *TEXT), url=WECHAT) == ARTICLE
    table = "| 灯油 | 三百斤 |\n| --- | --- |\n| 海雾 | 十二天 |"
    assert table in text_of(page(f"# {TITLE}", table, *TEXT), url=WECHAT)


@pytest.mark.parametrize(
    "tag", ["Product Update", "lamps\nfog", "Ann Lee", "Lamps and Oil\nThe Safety of the Northern Coast"]
)
def test_a_tag_or_a_name_beside_the_date_goes(tag):
    assert text_of(page(*MENU, f"# {TITLE}", "July 3, 2024", tag, *TEXT)) == ARTICLE
    assert text_of(page(*MENU, f"# {TITLE}", tag, *TEXT)).startswith(tag)


@pytest.mark.parametrize(
    "line", ["Notes:", "**Lamps**", "Two lamps are lit.", "3 lamps", "The Safety of the Northern Coast"]
)
def test_other_lines_beside_the_date_stay(line):
    assert text_of(page(*MENU, f"# {TITLE}", "July 3, 2024", line, *TEXT)).startswith(line)


def test_a_portrait_below_a_label_with_the_publishers_name_goes_without_further_words():
    words = "始终愿意为走夜路的船点一盏灯，用歌声和旗语交换海上的消息，也把雾和风都记在本子里。"
    body = page(*MENU, f"# {TITLE}", *TEXT, "**关于 海岸灯塔**", f"海岸灯塔{words}")
    found = judge_blocks(body, TITLE, "https://coast.example/a", "海岸灯塔日志", NOTHING, built_in())
    assert article_markdown(found.blocks) == ARTICLE
    found = judge_blocks(body, TITLE, "https://coast.example/a", "北方港口", NOTHING, built_in())
    assert words in article_markdown(found.blocks)


def test_the_portrait_below_the_authors_name_goes_even_if_it_is_cut():
    portrait = "Ann Lee trimmed the lamps of nine harbours, and has written about each of th"
    body = page(*MENU, f"# {TITLE}", *TEXT, "[**Ann Lee**](/author/ann-lee)", portrait)
    assert article_markdown(opinion(body, is_cut=True).blocks) == ARTICLE
    body = page(*MENU, f"# {TITLE}", *TEXT, portrait)
    assert article_markdown(opinion(body, is_cut=True).blocks).endswith(portrait)


def test_a_piece_of_news_above_a_notice_stays():
    news = [
        "### 3. 扫描灯",
        "扫描灯是一款由海岸灯塔公司推出的工具，用来扫描海雾里的船。【[阅读原文](/lamp)】",
    ]
    notice = "本文内容收集自各地灯塔日志，编者对其完整性负责，但不对其真实性和有效性负责。"
    assert left_of(*news, notice) == "\n\n".join([*TEXT, *news])


def test_a_notice_in_a_table_above_the_text_goes():
    notice = "|  |\n| --- |\n| **声明：**文章仅供学习研究，读者将其用作其他用途的，后果自负，与作者无关。 |"
    assert text_of(page(*MENU, f"# {TITLE}", notice, *TEXT)) == ARTICLE


def test_the_label_of_a_notice_above_the_text_goes_with_it():
    notice = "本文提供的信息仅供学习研究，严禁用于非法用途，由此产生的后果由使用者自行承担，与作者无关。"
    assert text_of(page(*MENU, f"# {TITLE}", "***【免责声明】***", notice, *TEXT)) == ARTICLE
    lamps = "灯塔的灯油仅供本塔使用。"
    assert "**声明**" in text_of(page(*MENU, f"# {TITLE}", "**声明**", lamps, *TEXT))


@pytest.mark.parametrize("title", [TITLE, "直播里的灯塔"])
def test_the_notice_of_a_live_show_ends_a_post_on_something_else(title):
    show = ["**直播预告**", "这个周五的晚上七点，守灯人在直播间里等你，一起看雾散去。"]
    left = text_of(page(f"# {title}", *TEXT, *show, title=title), title, WECHAT)
    assert left == "\n\n".join([*TEXT, *(show if title != TITLE else [])])


def test_an_offer_of_the_publisher_goes_even_if_it_is_cut():
    offer = [
        "## **Check your lamp**",
        "The Coast has a free tool for you to check how far your lamp can be se",
    ]
    body = page(*MENU, f"# {TITLE}", *TEXT, *offer)
    assert article_markdown(opinion(body, is_cut=True).blocks) == "\n\n".join(TEXT)
    other = body.replace("The Coast has", "The Harbour has")
    assert article_markdown(opinion(other, is_cut=True).blocks).endswith(offer[1].replace("Coast", "Harbour"))
