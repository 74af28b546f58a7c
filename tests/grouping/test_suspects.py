"""Suspects are found, the most certain first, and sound articles are none."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import msgspec

from generator.grouping import digest_of
from generator.grouping.suspects import suspects_of
from generator.model.suspects import KINDS
from generator.model.types import Article, CopyGroup, Digest, Story, TextPolicy, Verdict

DAY = dt.date(2024, 7, 3)


def article(number: int, **fields: object) -> Article:
    given = {
        "id": f"{number:012}", "path": f"{number:03}.md", "title": f"Title {number}", "language": "en",
        "title_language": "en", "url": f"https://origin.example/{number}", "source": "Alpha", "date": DAY,
        "verdict": Verdict.FULL, "letters": 900, "excerpt": f"The words of article {number} alone.",
    }  # fmt: skip
    return Article(**(given | fields))


def digest(*articles: Article, stories: tuple[Story, ...] = (), copies: tuple[CopyGroup, ...] = ()) -> Digest:
    made = digest_of(articles, {}, TextPolicy.FULL)[0]
    return msgspec.structs.replace(made, stories=stories, copies=copies)


def told(digest_: Digest) -> list[tuple[str, str, str]]:
    return [(one.kind, one.name, one.message) for one in suspects_of(digest_)]


def test_short_texts_count_unless_they_are_the_curators_own_or_not_whole():
    found = digest(
        article(1, letters=99), article(2, letters=12), article(3, letters=100),
        article(4, letters=9, url=None), article(5, letters=9, verdict=Verdict.CUT),
        article(6, letters=0, verdict=Verdict.LINK),
        article(7, letters=50, language="zh-Hant"), article(8, letters=49, language="zh"),
    )  # fmt: skip
    assert told(found) == [
        ("short", "002.md", "its text is complete with 12 letters"),
        ("short", "008.md", "its text is complete with 49 letters"),
        ("short", "001.md", "its text is complete with 99 letters"),
    ]


def test_an_excerpt_of_several_articles_counts_once_unless_they_are_copies():
    words = "Sign in to read about presses and type."
    one, two, three = (article(n, excerpt=words, date=DAY + dt.timedelta(n)) for n in (1, 2, 3))
    assert told(digest(one, two, three)) == [
        ("excerpt", "003.md", f"3 articles of Alpha have its excerpt: {words}")
    ]
    group = CopyGroup(id=one.id, articles=(one, two, three))
    assert not told(digest(one, two, three, copies=(group,)))
    story = Story(id=one.id, articles=(one, two, three), texts=(one, two, three))
    assert [kind for kind, *_ in told(digest(one, two, three, stories=(story,)))] == ["excerpt"]
    assert not told(digest(one, msgspec.structs.replace(two, title=one.title)))
    assert not told(digest(one, msgspec.structs.replace(two, source="Beta")))


def test_texts_that_were_taken_apart_come_with_the_worst_first():
    assert told(digest(article(1, repeated=16), article(2, repeated=15), article(3, repeated=70))) == [
        ("repeated", "003.md", "70 % of its text is removed, because Alpha repeats it"),
        ("repeated", "001.md", "16 % of its text is removed, because Alpha repeats it"),
    ]


def months(links: tuple[int, int], count: int = 10, later: int = 7) -> Digest:
    return digest(
        *(
            article(
                100 * month + n,
                date=dt.date(2024, month, 1 + n),
                verdict=Verdict.LINK if n < links[month != 6] else Verdict.FULL,
            )
            for month in (6, later)
            for n in range(count)
        )
    )


def test_a_source_that_turns_to_links_or_back_counts_if_it_has_enough_articles_in_months_side_by_side():
    message = "70 % of its articles of 2024-07 are links, 20 % the month before"
    assert told(months((2, 7))) == [("links", "Alpha", message)]
    assert [kind for kind, *_ in told(months((7, 2)))] == ["links"]
    assert not told(months((2, 6)))
    assert not told(months((0, 9), count=9))
    assert not told(months((2, 7), later=9))


def test_a_story_with_many_articles_of_one_source_counts():
    own = [article(n) for n in range(7)]
    story = Story(id=own[0].id, articles=(own[6], *own[:6]), texts=(own[6], *own[:6]))
    assert told(digest(*own, stories=(story,))) == [("story", "006.md", "its story has 7 articles of Alpha")]
    five = tuple(own[:5])
    assert not told(digest(*own, stories=(Story(id=own[0].id, articles=five, texts=five),)))
    copies = msgspec.structs.replace(story, texts=five)
    assert not told(digest(*own, stories=(copies,)))


def test_the_most_certain_kind_comes_first():
    found = digest(article(1, repeated=99), article(2, letters=50))
    assert [kind for kind, *_ in told(found)] == ["short", "repeated"]


def test_the_reference_lists_each_kind_in_this_order():
    page = (Path(__file__).parents[2] / "docs/reference/command-line.md").read_text("utf-8")
    table = page.split("### Suspects")[1].split("\n## ")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == KINDS
