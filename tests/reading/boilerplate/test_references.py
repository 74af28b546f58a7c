"""What an article cites stays, also below a call to follow, a course or links to other posts."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.repeats import LearnedBoilerplate, text_hash

ARTICLE = "\n\n".join(TEXT)
POSTS = ["## 往期回顾", *(f"[海雾中的灯{n}](https://mp.weixin.qq.com/s/{n})" for n in range(3))]
CALL = "喜欢灯塔的朋友，欢迎扫码加入我们的知识星球，每日更新，长期有效，一起守望海岸。"
CITED = ["## 参考", "https://lights.example/reports/39", "https://lights.example/guide/Testing\\_lamps"]
ACCOUNT = "https://mp.weixin.qq.com/s?__biz=Coast"


@pytest.mark.parametrize("promotion", [POSTS, [CALL, *POSTS], [CALL, "![](/code.png)", *POSTS]])
def test_references_below_a_promotion_stay(promotion):
    left = text_of(page(f"# {TITLE}", *TEXT, *promotion, *CITED), url=ACCOUNT)
    assert left == "\n\n".join([*TEXT, *CITED])


@pytest.mark.parametrize("label", ["**References**", "### Bibliography", "参考链接：", "Related links"])
def test_addresses_stay_below_each_label_of_references(label):
    posts = ["## Related posts", *(f"[A lamp in the fog, {n}](/posts/{n})" for n in range(3))]
    cited = [label, "<https://lights.example/reports/39>"]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *posts, *cited, "All rights reserved")) == "\n\n".join(
        [*TEXT, *cited]
    )


def test_a_list_of_linked_references_stays_between_boxes_of_posts():
    posts = ["## Related Posts", "* [A lamp in the fog](/posts/1)\n* [The last tide](/posts/2)"]
    cited = ["## reference", "* [GitHub](https://github.com/coast/lamp)"]
    body = page(*MENU, f"# {TITLE}", *TEXT, "## related", "* Foghorns\n* Buoys", *cited, *posts)
    assert text_of(body) == "\n\n".join([*TEXT, *cited])


def test_all_originals_of_a_translation_stay():
    originals = ["**原文链接**", *(f"https://lights.example/{n}/keepers" for n in range(3))]
    left = text_of(page(f"# {TITLE}", *TEXT, *POSTS, *originals, "题图：Pexels"), url=ACCOUNT)
    assert left == "\n\n".join([*TEXT, *originals])


def test_a_label_with_the_name_of_the_reference_stays_though_the_source_repeats_it():
    line = "**参考资料：lights.example**"
    repeats = LearnedBoilerplate(tail=frozenset(map(text_hash, [line, CALL])))
    found = opinion(page(f"# {TITLE}", *TEXT, line, CALL), url=ACCOUNT, repeats=repeats)
    assert article_markdown(found.blocks) == "\n\n".join([*TEXT, line])


@pytest.mark.parametrize(
    "box",
    [
        ["## References", "[Lamps](https://coast.example/tag/lamps/)"],
        ["## References", "* [A lamp in the fog](/posts/1)\n* [The last tide](/posts/2)"],
        ["相关链接", "[海雾中的灯](https://mp.weixin.qq.com/s/7)"],
        ["References", "![](/code.png)"],
    ],
)
def test_links_to_pages_of_the_site_below_such_a_label_go(box):
    posts = ["## Related posts", *(f"[A lamp in the fog, {n}](/posts/{n})" for n in range(3))]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *posts, *box)) == ARTICLE


def test_what_a_reader_cites_in_a_comment_goes():
    thread = [
        "## Comments",
        "[May 1, 2026 at 7:02](https://coast.example/keepers#comment-7)",
        "References",
        "https://lights.example/reports/39",
    ]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *thread)) == ARTICLE
