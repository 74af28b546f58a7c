"""What a source repeats is learned from each of its articles, once."""

import itertools

import pytest
from boilerplate_pages import MENU, TEXT, opinion, page

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.repeats import NOTHING, learn, text_hash

BAR = "The Coast is a paper for all those who look out at the sea each morning"
FOOT = "Printed on the quay, sold on both sides of the bay and nowhere else."


def story(n: int) -> list[str]:
    return [f"Story {n}, part {part}: {text}" for part, text in zip("abc", TEXT, strict=True)]


def body(n: int, bar: str = BAR) -> str:
    return "\n\n".join([bar, *story(n), FOOT])


def test_bodies_that_all_begin_with_the_same_bar_are_learned_from():
    for bar in (BAR, MENU[1], "![The Coast](https://coast.example/logo.png)"):
        learned = learn([body(n, bar) for n in range(8)])
        found = opinion(body(9, bar), "Another title", repeats=learned)
        assert article_markdown(found.blocks) == "\n\n".join(story(9)), bar


def test_copies_without_a_title_count_once():
    copies = [body(1, f"{BAR}, day {n}") for n in "abcd"]
    assert learn(copies) == NOTHING
    others = [body(n) for n in range(2, 6)]
    learned = learn([*copies, *others])
    assert article_markdown(opinion(body(1), "Another title", repeats=learned).blocks) == "\n\n".join(
        story(1)
    )


def test_the_order_of_copies_does_not_matter():
    bodies = [body(1, f"{BAR}, day a"), body(1, f"{BAR}, day b"), body(2), "[Home](/)", "[Home](/)"]
    assert len({learn(each) for each in itertools.permutations(bodies)}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 comments on Coast", "comments  on COAST 7"),
        ("[Home](/a/1) | [Club](/b_c)", "[HOME](/z) | [club]()"),
        ("１２ 条评论\u3000在海边", "条评论在海边 3"),
        ("[首页](/a/1) ÉTÉ", "[首页]() été"),
    ],
)
def test_figures_spaces_case_and_targets_make_no_difference(one, other):
    assert text_hash(one) == text_hash(other) != text_hash("else")


def test_what_is_figures_alone_is_told_apart():
    assert text_hash("12") != text_hash("13")
    assert text_hash("![a](/1)") != text_hash("![a](/2)")


NAMES = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm", "Inlet"]


def titled(title: str, *blocks: str) -> str:
    return page(f"# {title}", *blocks, title=title)


def removed_from(body: str, bodies: list[str], title: str) -> list[str]:
    found = opinion(body, title, repeats=learn(bodies))
    return [one.block.text for one in found.blocks if one.reason not in {None, "title"}]


def bulletin(n: int) -> str:
    return titled(
        f"A flaw in {NAMES[n]}",
        "**Lamp:**",
        f"Beacon of {NAMES[n]}",
        "**Affected:**",
        f"Beacon < 1.{n}.27",
        f"Wick >= v2.{n}",
        "**Kind of flaw:**",
        "remote darkness",
        *story(n),
        "**References**",
        f"[1]https://harbour.example/flaws/{n}",
        f"https://coast.example/lamp-{n}",
        "Lamp Watch",
        FOOT,
    )


def test_a_form_keeps_its_labels_and_what_stands_between_them():
    bulletins = list(map(bulletin, range(8)))
    assert removed_from(bulletins[3], bulletins, "A flaw in Dune") == ["Lamp Watch", FOOT]


def test_a_version_that_one_article_names_is_not_repeated_by_others():
    assert text_hash("Beacon < 1.2.27") != text_hash("Beacon < 1.2.28")
    assert text_hash("Flaw (CVE-2024-1234)") != text_hash("Flaw (CVE-2024-1235)")
    assert text_hash("Posted on 2024.05.10") == text_hash("Posted on 2024.06.11")
    assert text_hash("[Wick 1.2.27](/w)") == text_hash("[Wick 1.2.28](/w)")


@pytest.mark.parametrize(
    "reference",
    [
        "https://harbour.example/the-lamp",
        "[1] [https://harbour.example/lamp](https://harbour.example/lamp)",
        "* hxxps://harbour[.]example/lamp",
        "> [The lamp of the harbour](https://harbour.example/lamp)",
        "203.0.113.9",
        "2024年7月3日，港务局发布灯塔安全通告。",
    ],
)
def test_what_only_one_article_refers_to_stays_between_a_label_and_the_foot(reference):
    bodies = [
        titled(f"Story of {name}", *story(n), "References:", f"Book of {name}", FOOT)
        for n, name in enumerate(NAMES)
    ]
    body = titled("One more", *story(9), "References:", reference, FOOT)
    assert removed_from(body, bodies, "One more") == [FOOT]


def test_a_picture_below_a_heading_that_each_report_has_stays():
    def report(n: int) -> str:
        chart = f"![](https://coast.example/{NAMES[n]}.png)"
        return titled(
            f"A week of {NAMES[n]}", *story(n), "## Lamps by colour", chart, "Printed for weeks", FOOT
        )

    bodies = list(map(report, range(8)))
    assert removed_from(bodies[5], bodies, "A week of Fjord") == ["Printed for weeks", FOOT]


def test_a_name_among_repeated_lines_stays_alone():
    def signed(n: int) -> str:
        head = (
            "Heard on the quay",
            f"Ann {NAMES[n]}",
            "Set in lead by the harbour press, and read aloud on the quay at noon",
        )
        return titled(f"Story of {NAMES[n]}", *head, *story(n), FOOT)

    bodies = list(map(signed, range(8)))
    expected = [
        "Heard on the quay",
        "Set in lead by the harbour press, and read aloud on the quay at noon",
        FOOT,
    ]
    assert removed_from(bodies[5], bodies, "Story of Fjord") == expected


def test_an_article_and_its_updates_teach_nothing_of_it():
    def update(n: int) -> str:
        cargo = "* a mast of pine\n* two oars\n* four ropes"
        return titled(f"Storm report of {NAMES[n]}", *TEXT, f"{NAMES[n]}: {TEXT[0]}", cargo, FOOT)

    bodies = [*map(update, range(3)), *map(bulletin, range(8))]
    assert removed_from(update(1), bodies, "Storm report of Bay") == [FOOT]


def test_a_repeated_signature_goes_if_the_clipper_cut_its_last_line():
    signature = (
        "---\nAnn Lee, keeper of the northern light, [The Coast](/ann)\n[Lamps](/lamps) and [ropes](/ropes)"
    )
    learned = learn(["\n\n".join([*story(n), signature]) for n in range(8)])
    for end in ("[Lam", "[Lamps](/lamps) and"):
        cut = "\n\n".join([*story(9), signature.rpartition("\n")[0] + f"\n{end}"])
        found = opinion(cut, "Another title", repeats=learned, is_cut=True)
        assert article_markdown(found.blocks) == "\n\n".join(story(9))
        assert end in article_markdown(opinion(cut, "Another title", repeats=learned).blocks)


def test_a_series_whose_titles_differ_in_figures_does_not_teach_its_form():
    def report(week: int) -> str:
        blocks = [f"# Lamp report, week {week}", "## Lamps lit", f"{TEXT[0]} Week {week}.", "## Lamps lost"]
        return "\n\n".join([*blocks, f"In week {week}, {TEXT[1]}"])

    assert learn(report(week) for week in range(8)) == NOTHING


def test_an_article_that_is_updated_twice_teaches_nothing_to_a_small_source():
    updates = ["The lamp of the north", "The lamp of the north: update", "The lamp of the north is lit"]
    bodies = [titled(title, *TEXT, f"Change {n} of the lamp. {TEXT[n]}") for n, title in enumerate(updates)]
    assert learn(bodies) == NOTHING


def test_steps_that_reports_repeat_stay():
    steps = ["1．在菜单里选择灯 ![](/menu.png)", "2．等灯亮起", "3．查看灯油", "![](/oil.png)"]
    bodies = [titled(f"A flaw in {name}", *story(n), *steps, *story(n + 20)) for n, name in enumerate(NAMES)]
    assert removed_from(bodies[5], bodies, f"A flaw in {NAMES[5]}") == []


def test_the_code_of_a_survey_stays_where_the_title_calls_to_it():
    def survey(title: str, n: int) -> str:
        code = f"![](https://coast.example/{NAMES[n]}.png)"
        return titled(title, *story(n), "扫描下方二维码即可参与调研", code, "长按扫码参与", FOOT)

    bodies = [survey(f"问卷调研 {name}", n) for n, name in enumerate(NAMES)]
    assert removed_from(bodies[5], bodies, f"问卷调研 {NAMES[5]}") == ["长按扫码参与", FOOT]
    other = survey("Lamps of Fjord", 5)
    assert "扫描下方二维码即可参与调研" in removed_from(other, [*bodies, other], "Lamps of Fjord")
