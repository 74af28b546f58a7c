"""Pages made up in the shapes that clippers save: menus, teasers, articles, footers."""

from generator.reading.boilerplate import article_markdown, judge_blocks
from generator.reading.boilerplate.families import built_in
from generator.reading.boilerplate.judge import Decisions
from generator.reading.boilerplate.repeats import NOTHING, LearnedBoilerplate

TITLE = "How lighthouses lost their keepers"
TEXT = [
    "For two hundred years a keeper climbed the stairs each evening, trimmed the wick, and "
    "wrote the weather down in a book that nobody ever asked for.",
    "Then came the electric lamp, which asked for nobody at all; within a generation the "
    "towers stood empty, and their gardens went back to grass and gulls.",
    "What remained was the light itself, turning as it always had, and a telephone number on "
    "a door for whoever might find it dark one night in winter.",
]
MENU = [
    "[Skip to content](#content)",
    "* [Home](/)\n* [News](/news)\n* [Tides](/tides)\n* [Boats](/boats)\n* [Shop](/shop)\n* [About](/about)",
    "* [Charts](/charts)\n* [Ropes](/ropes)\n* [Lamps](/lamps)\n* [Buoys](/buoys)\n* "
    "[Login](/login)\n* [Help](/help)",
]


def page(*blocks: str, title: str = TITLE) -> str:
    """A body as the clipper writes it, with the title above."""
    return "\n\n".join([f"# {title}", *blocks])


def opinion(
    body: str,
    title: str = TITLE,
    url: str = "https://coast.example/keepers",
    repeats: LearnedBoilerplate = NOTHING,
    *,
    is_cut: bool = False,
) -> Decisions:
    """Judge a body with the families that come with Broadsheet."""
    return judge_blocks(body, title, url, "The Coast", repeats, built_in(), is_cut=is_cut)


def text_of(body: str, title: str = TITLE, url: str = "https://coast.example/keepers") -> str:
    """What is left of a body; it must hold an article."""
    found = opinion(body, title, url)
    assert found.failure == ""
    return article_markdown(found.blocks)
