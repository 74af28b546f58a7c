"""Furniture of small sites, which have too few articles to repeat it: comments, boxes, buttons, forms."""

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, opinion, page, text_of

from generator.reading.boilerplate import article_markdown
from generator.reading.boilerplate.repeats import learn

ARTICLE = "\n\n".join(TEXT)
THREAD = [
    "1. ![](https://avatars.example/avatar/1) **Tom**说道：",
    "   [2024 年 08 月 28 日](https://coast.example/keepers#comment-5912)",
    "   My uncle kept the lamp at the northern cape, and he never once slept through a night.",
    "   [回复](https://coast.example/keepers?replytocom=5912#respond)",
    "   1. **[Ann](https://ann.example)** says:",
    "      [1 September 2024](https://coast.example/keepers#comment-5929)",
    "      Neither did his neighbours, since he sang to the ships until the morning came.",
]
FORM = [
    "##### Lascia un commento",
    "Il tuo indirizzo email non sarà pubblicato. I campi obbligatori sono contrassegnati \\*",
    "Nome \\*",
    "[ ]  Salva il mio nome, email e sito web in questo browser per la prossima volta che commento.",
]


@pytest.mark.parametrize(
    "tail",
    [
        THREAD,
        ["##### 1 commento", "1. Pingback: The lamps of the north", *FORM],
        ["《灯塔》有2个想法", "写得真好。"],
        ["☆版权☆", "\\* 网站名称：**[The Coast](https://coast.example/)**\n\\* 本文采用许可协议。"],
        ["---", "*The Coast is a non-profit and depends on the kind support of its readers: donate here.*"],
        ["If you can, please consider making a donation.", "---"],
        ["Posted by Ann Lee on Thursday, 30 May 2024 13:05:00"],
        ["![](https://secure.gravatar.com/avatar/86a?s=49)Author [Ann](https://coast.example/ann)"],
        ["### Rate this:", "![](/stars.png)"],
        ["## Labels", "**"],
        ["3 + 4 ="],
        ["## About Us", "The Coast is brought to you by eleven people in a former net loft."],
        ["### Found this helpful?", "If this article helped you, please share it with others."],
        ["Published in The Coast", "71K followers"],
        ["Ann Lee (CC BY 4.0) | Made with [Hugo](https://hugo.example/)"],
        ["***Editor’s Note: The opinions expressed in this article are those of its author alone.***"],
        ["原文作者：[Ann](https://coast.example)", "发表日期：2024-05-05"],
    ],
    ids=[
        "thread", "form", "thoughts", "rights", "non-profit", "donation", "posted by", "avatar", "rating",
        "labels", "sum", "about us", "helpful", "publication", "made with", "note", "dates",
    ],
)  # fmt: skip
def test_what_stands_behind_the_text_goes(tail):
    left = text_of(page(*MENU, f"# {TITLE}", *TEXT, *tail)).removesuffix("\n\n---")
    assert left == ARTICLE


@pytest.mark.parametrize(
    "head",
    [
        "2 minuti per leggere l'articolo",
        "10 minutes reading",
        "Tempo di lettura: 4 min",
        "字数统计: 3.8k阅读时长: 13 min",
        "Copy\nDownload\nSource\n[Share](#share-url)",
        "* Link\n* Facebook\n* Threads",
        "1. [Home](/)\n2. [News](/news)\n3. Lighthouses",
        "Save StorySave this story",
        "Filed under: [Lamps](/lamps) — Ann @ 0:00",
        "Share this post",
        "Written by\nAnn Lee",
        "### Vuoi ricevere le nostre newsletter?",
    ],
)
def test_what_stands_between_title_and_text_goes(head):
    assert text_of(page(*MENU, f"# {TITLE}", head, *TEXT)) == ARTICLE


@pytest.mark.parametrize(
    "block",
    [
        "As [one reader wrote](https://other.example/tides#comment-77), a lamp is a promise, and no machine.",
        "* Facebook\n* Twitter\n* LinkedIn",
        "Lamp\nOil\nShare",
        "Reading takes 10 minutes at most, the keeper said, and the lamp may go out in that time.",
        "Donations kept the tower standing, as long as there was a bishop to ask for them.",
        "7 + 5 = 12",
    ],
)
def test_what_belongs_to_the_text_stays(block):
    paragraphs = [f"{text} {n}" for n in range(8) for text in TEXT]
    body = page(*MENU, f"# {TITLE}", *paragraphs, block, TEXT[0], TEXT[1])
    assert block in text_of(body)


def test_a_link_to_one_comment_ends_no_article():
    cited = "[A reader's tale](https://coast.example/tides#comment-77)"
    assert text_of(page(*MENU, f"# {TITLE}", TEXT[0], cited, *TEXT[1:])).endswith(TEXT[2])


def test_two_images_may_have_the_same_words_below_them():
    caption = "The harbour of the northern cape, seen from above in May."
    body = page(f"# {TITLE}", TEXT[0], "![](/a.png)", caption, "![](/b.png)", caption, *TEXT[1:])
    assert text_of(body).count(caption) == 2


def test_links_to_many_sites_are_the_article_s_though_its_source_repeats_what_is_around():
    def episode(n: str, links: str) -> str:
        told = f"In episode {n} we talk about lamps, and about who pays for their oil, for half an hour."
        after = ["### Support us", "Tell all your friends about us.", "### Follow us", "We are on the radio."]
        return page(
            *MENU, f"# Episode {n}", told, "### Told of this time", links, *after, title=f"Episode {n}"
        )

    def links(n: str, *hosts: str) -> str:
        label = f"What the keepers of harbour {n} say about lamps"
        return "\n".join(f"* [{label}, part {host}](https://{host}.example/{n})" for host in hosts)

    bodies = [episode(n, links(n, "bay", "cape", "dune", "east")) for n in "abcdef"]
    found = opinion(bodies[0], "Episode a", repeats=learn(bodies))
    assert links("a", "bay", "cape", "dune", "east") in article_markdown(found.blocks)
    assert "friends" not in article_markdown(found.blocks)


def test_a_note_of_a_line_keeps_it_and_loses_the_comments():
    standing = "As ever, you may use this post to talk about the news of the harbour that I have not told."

    def note(title: str, line: str, *comments: str) -> str:
        return page(*MENU, f"# {title}", line, standing, "### Comments", *comments, title=title)

    said = [
        f"A reader of the {n}th hour has much to say of it, and says it at great length." for n in range(4)
    ]
    bodies = [note(f"Lamps, part {n}", f"Lamp number {n}, for sale.", *said) for n in "abcdef"]
    found = opinion(bodies[0], "Lamps, part a", repeats=learn(bodies))
    left = article_markdown(found.blocks)
    assert not found.failure
    assert "Lamp number a, for sale." in left
    assert "reader" not in left


def test_comments_with_a_picture_a_name_a_date_and_a_button_go():
    thread = [
        "1. ![Ann](https://faces.example/avatar/f7)",
        "   **Ann**",
        "   2026-01-22 11:29:50",
        "   [回复](https://coast.example/comment-page-1?replyTo=307#respond-post-42)",
        "   我家门口的灯塔也关了，夜里再也看不见了\n2. ![Bo](//faces.example/head?size=100)",
        "   **Bo**",
        "   2026-01-21 03:16:53",
        "   [回复](https://coast.example/comment-page-1?replyTo=297#respond-post-42)",
        "   可惜",
    ]
    assert text_of(page(f"# {TITLE}", *TEXT, *thread)) == ARTICLE


def test_comments_with_name_date_and_time_in_one_line_go_with_their_heading():
    thread = [
        "## Contributions",
        "Comment feed for the coast:[![Comments feed](/feed.png)](/comments.atom)",
        "From: [Ann Lee](https://ann.example) (Jul 19 2026, at 16:52)",
        "I have always wanted a lamp that says nothing unless there is fog on the water.",
        "From: Bo (Jul 21 2026, at 07:35)",
        "The same goes for horns, which should be heard only by those who cannot see the lamp in the tower.",
    ]
    assert text_of(page(f"# {TITLE}", *TEXT, "**Updated: 2026/07/19**", *thread)) == "\n\n".join(
        [*TEXT, "**Updated: 2026/07/19**"]
    )


def test_a_quoted_letter_with_a_sender_and_a_date_stays():
    letter = ["From: Ann Lee (Jul 19 2026, at 16:52)", "Come at once, the lamp is out.", TEXT[2]]
    assert text_of(page(f"# {TITLE}", TEXT[0], *letter)) == "\n\n".join([TEXT[0], *letter])


def test_comments_below_a_note_of_a_few_words_go_with_the_line_above_them():
    note = ["I put this here to find it again.", "* [The lamp](https://lamps.example/1)"]
    thread = [
        "Tags: [lamps](/tag/lamps), [keepers](/tag/keepers)",
        "[Posted on May 3, 2026 at 2:13 PM](https://coast.example/keepers) •\n"
        "[1 Comments](https://coast.example/keepers#comments)",
        "### Comments",
        "Ann •\n[May 4, 2026 8:21 AM](https://coast.example/keepers#comment-436)",
        "The third link is only a wrapper. Here is a handy link that leads to the lamp itself:",
        "[https://lamps.example/watch](https://lamps.example/watch)",
    ]
    assert text_of(page(*MENU, f"# {TITLE}", *note, *thread)) == "\n\n".join(note)


@pytest.mark.parametrize(("says", "button"), [("", ["Reply"]), (" says:", [])])
def test_comments_without_addresses_go_if_somebody_says_them_or_readers_can_reply(says, button):
    kind = "My uncle kept one of those lamps for forty years, in the north, until the day it was sold."
    thread = [
        f"Ann Lee{says}",
        "July 3, 2026 at 10:11 am",
        kind,
        *button,
        f"Bo{says}",
        "July 4, 2026 at 9:00 pm",
        "Same here.",
        *button,
    ]
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, *thread)) == ARTICLE


def test_a_programme_with_names_and_times_stays():
    programme = [
        "Ann Lee",
        "July 3, 2026 at 10:11 am",
        TEXT[0],
        "Bo Hart",
        "July 4, 2026 at 9:00 pm",
        TEXT[1],
    ]
    assert text_of(page(f"# {TITLE}", TEXT[2], *programme)) == "\n\n".join([TEXT[2], *programme])


@pytest.mark.parametrize(
    "line",
    [
        "[Posted on July 3, 2026](/keepers) • [2 Comments](/keepers#comments)",
        "July 3, 2026 | 2 Comments",
        "2026-07-03 · 2 条评论",
        "2 条评论",
        "Leave a comment",
    ],
)
def test_a_line_that_counts_the_comments_goes_below_the_text(line):
    assert text_of(page(*MENU, f"# {TITLE}", *TEXT, line)) == ARTICLE


@pytest.mark.parametrize("mark", ["**END**", "— 完 —", "正文结束", "EOF"])
def test_a_picture_below_the_mark_at_the_end_goes(mark):
    assert text_of(page(f"# {TITLE}", *TEXT, mark, "![](https://pictures.example/code.png)")) == ARTICLE
