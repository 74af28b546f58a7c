"""Labelled sections that a source repeats stay where something of the article's own stands below them."""

import pytest
from boilerplate_pages import opinion, page

from generator.reading.boilerplate.repeats import learn

NAMES = ["Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm", "Inlet"]
FOOT = ["The crew of the Coast thanks all readers", "[All notices](https://coast.example/all)"]


def article(n: int, above: str, below: str) -> str:
    name, other = NAMES[n], NAMES[n - 1]
    text = [
        f"The keeper of {name} climbs the stairs in the evening, and {other} lies dark below it for hours.",
        f"In the morning the boats of {name} come home, and somebody counts the nets on the quay of {name}.",
    ]
    parts = [one.format(name=name, n=n + 2) for one in (above, below)]
    around = [part.split("\n\n") if part else [] for part in parts]
    return page(*around[0], *text, *around[1], *FOOT, title=f"News of {name}")


def removed(above: str = "", below: str = "") -> list[str]:
    bodies = [article(n, above, below) for n in range(8)]
    found = opinion(bodies[3], f"News of {NAMES[3]}", repeats=learn(bodies))
    gone = [one.block.text for one in found.blocks if one.reason not in {None, "title"}]
    return [text for text in gone if text not in FOOT]


FORMS = [
    "## Workarounds\n\nThere are no workarounds.\n\n## Found by\n\nThe crew of {name}",
    "**Mitigations**\n\nNo mitigation exists.\n\n**Reporter**\n\nSkipper {name}",
    "**Q: Would you sail again?**\n\nYes.\n\n**Q: Where to?**\n\n{name}.",
    "## Preis\n\nKostenlos\n\n## Adresse\n\nHafengasse, {name}",
    "**利用情况**\n\n尚未发现在野利用。\n\n**发现者**\n\n{name}港",
    "4. Workarounds\n\nNone.\n\n5. Credit\n\nSkipper {name}",
    "Level\n: Beginner\n\nSpeaker\n: Skipper {name}",
    "* Level: Beginner\n* Room: Main hall\n* Language: English\n* Speaker: {name}",
    "Workaround: none\n\nReported to: Skipper {name}",
    "## Cause\n\nA torn net of {name}\n\n## Status\n\nMended on the quay.",
    "时间轴\n\n2026/9/{n}\n\n港务局收到{name}的报告。\n\n2026/10/{n}\n\n港务局修好灯塔。",
]


@pytest.mark.parametrize("form", FORMS)
def test_repeated_sections_stay_with_a_value_of_the_article(form):
    assert removed(below=form) == []


def test_repeated_sections_stay_above_the_text():
    assert removed(above="## Level\n\nBeginner\n\n## Speaker\n\nSkipper {name}") == []


FURNITURE = [
    "## Support\n\nCall 555 1234.",
    "## About the Coast\n\nThe Coast is a paper of the harbour.",
]


@pytest.mark.parametrize("box", FURNITURE)
def test_sections_of_the_page_go_below_a_form(box):
    assert removed(below="## Venue\n\nThe hall of {name}\n\n" + box) == box.split("\n\n")


def test_repeated_sections_go_if_nothing_of_the_article_follows():
    box = "## In print\n\nThe paper comes out each week."
    assert removed(below=box) == box.split("\n\n")
