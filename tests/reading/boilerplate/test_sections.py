"""Labels of sections stay all or go all, also where the source repeats some of them."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.repeats import LearnedBoilerplate, learn, text_hash

CARD = [
    "[Read more about lamps](/lamps)",
    "The Coast appears each week.",
    "[Subscribe](/subscribe) and read.",
]


def left_of(body: str, repeats: LearnedBoilerplate) -> str:
    return article_markdown(opinion(body, repeats=repeats).blocks)


def test_the_label_of_the_first_section_stays_below_a_repeated_box():
    sections = ["**Summary**", TEXT[0], "**Effects**", TEXT[1], "**Repair**", TEXT[2]]
    inside = frozenset(map(text_hash, [*CARD, "**Summary**"]))
    body = page(*MENU, f"# {TITLE}", *CARD, *sections)
    assert left_of(body, LearnedBoilerplate(inside=inside)) == "\n\n".join(sections)


def test_a_label_alone_goes_with_the_repeated_box():
    inside = frozenset(map(text_hash, [*CARD, "**Offer**"]))
    body = page(*MENU, f"# {TITLE}", *CARD, "**Offer**", *TEXT)
    assert left_of(body, LearnedBoilerplate(inside=inside)) == "\n\n".join(TEXT)


def test_the_first_heading_stays_above_a_label_that_the_page_repeats():
    sections = ["**1. Lamps**", "Sources", TEXT[0], "**2. Keepers**", "Sources", TEXT[1]]
    head = frozenset(map(text_hash, ["**By the Coast**", "**1. Lamps**"]))
    body = page(*MENU, f"# {TITLE}", "**By the Coast**", *sections)
    repeats = LearnedBoilerplate(head=head, inside=frozenset([text_hash("Sources")]))
    assert left_of(body, repeats) == "\n\n".join(sections)


def test_a_picture_below_the_title_stays_where_the_source_repeats_only_its_greeting():
    picture = "[![](/lamp-7.jpg)](/lamp-7-large.jpg)"
    bodies = [
        page(
            *MENU,
            f"# Letter {n}",
            f"[![](/lamp-{n}.jpg)](/lamp-{n}-large.jpg)",
            "Dear readers,",
            n * 9 + TEXT[0],
        )
        for n in "789"
    ]
    found = opinion(bodies[0], "Letter 7", repeats=learn(bodies))
    assert picture in article_markdown(found.blocks)


def test_a_section_that_goes_on_counting_behind_an_advertisement_stays():
    sections = [part for n, text in enumerate(TEXT, 1) for part in (f"## 0x0{n} Part", text)]
    box = ["## Related posts", "[One](/1)", "[Two](/2)"]
    end = ["## 0x04 Summary", "The lamp keeps turning."]
    assert text_of(page(*MENU, f"# {TITLE}", *sections, *box, *end)) == "\n\n".join([*sections, *end])
    other = ["## 0x07 Shop", "The lamp keeps selling."]
    assert text_of(page(*MENU, f"# {TITLE}", *sections, *box, *other)) == "\n\n".join(sections)


def test_chinese_numbers_count_too():
    sections = [part for n, text in zip("一二三", TEXT, strict=True) for part in (f"**{n}、灯塔**", text)]
    end = ["**四、总结**", "灯还亮着。"]
    body = page(*MENU, f"# {TITLE}", *sections, "往期回顾", "[灯](/1)", *end)
    assert text_of(body) == "\n\n".join([*sections, *end])


def test_section_numbers_stay_where_the_source_repeats_the_first():
    head = frozenset(map(text_hash, ["01", "![](/banner.jpg)"]))
    sections = ["01", "# Lamps", TEXT[0], "02", "# Keepers", TEXT[1]]
    found = opinion(page(f"# {TITLE}", "![](/banner.jpg)", *sections), repeats=LearnedBoilerplate(head=head))
    assert article_markdown(found.blocks) == "\n\n".join(sections)


def test_the_number_of_a_section_that_goes_goes_too():
    tail = frozenset(map(text_hash, ["The Coast prints tide tables.", "Ask for one."]))
    body = page(
        f"# {TITLE}", "01", TEXT[0], "02", TEXT[1], "03", "The Coast prints tide tables.", "Ask for one."
    )
    found = opinion(body, repeats=LearnedBoilerplate(tail=tail))
    assert article_markdown(found.blocks) == "\n\n".join(["01", TEXT[0], "02", TEXT[1]])


def test_the_last_entry_of_a_timeline_stays_where_the_source_repeats_it():
    timeline = ["**2024/7/11**", "The lamp was lit.", "**2024/7/11**", "The Coast told the ships."]
    tail = frozenset(map(text_hash, timeline[2:]))
    body = page(*MENU, f"# {TITLE}", *TEXT, *timeline)
    assert left_of(body, LearnedBoilerplate(tail=tail)) == "\n\n".join([*TEXT, *timeline])


def test_the_heading_of_a_section_with_own_text_stays_below_a_repeated_box():
    sections = ["### Guest:", "Ann Lee, of the lamp", "### Links:", TEXT[1]]
    inside = frozenset(map(text_hash, [*CARD, "### Guest:"]))
    body = page(*MENU, f"# {TITLE}", TEXT[0], *CARD, *sections)
    assert left_of(body, LearnedBoilerplate(inside=inside)) == "\n\n".join([TEXT[0], *sections])


def test_a_slogan_below_a_call_is_no_section():
    url = "https://mp.weixin.qq.com/s?__biz=A"
    head = ["**关注我们**", "**带你认识灯塔**"]
    names = [f"{name} of the lamp" for name in ("History", "Repair", "Price", "End", "Colour", "Owner")]
    bodies = [
        page(f"# {name}", *head, *(f"{name}, {n}: {text}" for n, text in enumerate(TEXT)), title=name)
        for name in names
    ]
    left = article_markdown(opinion(bodies[0], names[0], url, repeats=learn(bodies)).blocks)
    assert left.startswith(f"{names[0]}, 0")
    sections = bodies[0].replace(f"{names[0]}, 1", f"**灯塔的灯**\n\n{names[0]}, 1")
    left = article_markdown(opinion(sections, names[0], url, repeats=learn(bodies)).blocks)
    assert left.startswith(head[1])


@pytest.mark.parametrize("mark", ["## Discussion", "Discussion", "## Comments", "## 评论"])
def test_a_section_on_comments_stays_with_the_text_below_it(mark):
    below = ["![A lamp](/lamp.png)", TEXT[2], "## Conclusion", TEXT[0]]
    assert text_of(page(f"# {TITLE}", *TEXT[:2], mark, *below)).endswith(TEXT[0])


@pytest.mark.parametrize("head", ["Ann Lee", "Ann Lee says:", "May 8, 2024", "[Reply](/reply)"])
def test_comments_of_readers_go(head):
    assert text_of(page(f"# {TITLE}", *TEXT[:2], "## Discussion", head, TEXT[2])) == "\n\n".join(TEXT[:2])


REFERENCES = [
    "## References",
    "* [The log](https://log.example/1)\n* [Lamp papers](https://papers.example/2)",
]


@pytest.mark.parametrize("name", ["Discussion", "Comments", "Related", "Latest", "Recommended"])
@pytest.mark.parametrize("times", [1, 4])
def test_a_section_stays_above_other_sections_of_its_level(name, times):
    first = [f"{n}. {TEXT[0]}" for n in "4567"[:times]]
    sections = ["## Lamp", *first, f"## {name}", TEXT[1], "## Conclusion", TEXT[2], *REFERENCES]
    body = page(f"# {TITLE}", "The keepers have gone, the lamps turn.", *sections)
    assert text_of(body).endswith("\n\n".join(sections))


def test_a_section_stays_above_the_references():
    sections = ["## Lamp", TEXT[0], "## Method", TEXT[1], "## Discussion", TEXT[2], *REFERENCES]
    assert text_of(page(f"# {TITLE}", *sections)) == "\n\n".join(sections)


@pytest.mark.parametrize(
    "box",
    [
        ["## Comments", "Ann Lee", TEXT[2], "## Ships", TEXT[2]],
        ["## Comments", TEXT[2], "May 8, 2024", "## Ships", TEXT[2]],
        ["## Related", "[The ships](/ships)", "## Ships", "[Boats](/boats)"],
        ["## Related", "## Ships without a lamp", TEXT[2], "## Lamps without a ship", TEXT[2]],
        ["## Latest", TEXT[2], "## [Ships without a lamp](/ships)", TEXT[2]],
    ],
)
def test_comments_and_teasers_between_headings_go(box):
    parts = [f"{n}. {text}" for n in "456" for text in TEXT[:2]]
    sections = ["## Lamp", *parts[:3], "## Keepers", *parts[3:]]
    assert text_of(page(f"# {TITLE}", *sections, *box)) == "\n\n".join(sections)


def test_a_slogan_beside_a_picture_is_no_section():
    slogan = "![](/flag.gif) 带你认识灯塔！"
    body = page(f"# {TITLE}", slogan, *TEXT)
    assert left_of(body, LearnedBoilerplate(head=frozenset([text_hash(slogan)]))) == "\n\n".join(TEXT)
