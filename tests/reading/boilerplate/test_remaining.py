"""The verdict on a text that the clipper cut."""

import datetime as dt

import pytest
from boilerplate_pages import MENU, TEXT, TITLE, page

from generator.model.types import Verdict
from generator.reading.boilerplate.judge import Cleaning
from generator.reading.boilerplate.remaining import remaining
from generator.reading.boilerplate.repeats import Origin, learn

URL = "https://coast.example/keepers"
ORIGIN = Origin("coast.example", dt.date(2024, 7, 3), "a.md")
AD = "[![](https://pubads.g.doubleclick.net/gampad/ad?sz=300)](https://pubads.g.doubleclick.net/gam"
BANNER = "[![Buy ropes](https://coast.example/ropes.png)](https://ropes.example/buy)"
FOOTER = ["[About us](/us)", "[Write for us](/write)", "[Imprint](/imprint)", "[Privacy](/privacy)"]


def story(name: str, *end: str) -> str:
    texts = [f"{name}: {text}" for text in TEXT]
    return page(*MENU, f"# {name}", texts[0], BANNER, *texts[1:], *end, title=name)


STORIES = [story(name, *FOOTER) for name in ("Ash", "Bay", "Cove", "Dune", "Ebb", "Fjord", "Gulf", "Holm")]


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        ([AD], Verdict.CUT),
        ([BANNER], Verdict.CUT),
        (FOOTER, Verdict.FULL),
        (["And the last of them"], Verdict.CUT),
    ],
)
def test_a_cut_in_an_advertisement_does_not_mean_that_the_article_is_complete(end, verdict):
    cleaning = Cleaning(learned={ORIGIN.key: learn(STORIES)})
    body = page(*MENU, f"# {TITLE}", *TEXT, *end) + "..."
    left = remaining(body, TITLE, URL, "The Coast", ORIGIN, cleaning)
    assert (left.verdict, "ropes" in left.text, "pubads" in left.text) == (verdict, False, False)


@pytest.mark.parametrize(
    "end", ["The lamp [...]", "The lamp […] [Read more](/keepers)", "The lamp […] Continue reading"]
)
def test_a_text_that_says_that_it_goes_on_is_cut(end):
    left = remaining(page(*MENU, f"# {TITLE}", *TEXT, end), TITLE, URL, "The Coast", ORIGIN, Cleaning())
    assert left.verdict is Verdict.CUT
    assert not left.is_fragment
    quoted = page(*MENU, f"# {TITLE}", f"> {end}", *TEXT)
    assert remaining(quoted, TITLE, URL, "The Coast", ORIGIN, Cleaning()).verdict is Verdict.FULL


def test_a_body_of_which_the_clipper_saved_only_dots_is_a_link():
    found = remaining("...", TITLE, URL, "The Coast", ORIGIN, Cleaning())
    assert (found.text, found.verdict) == ("", Verdict.LINK)


LAST = "So ends the letter of the keepers, which hung beside the door for as long as the lamp was lit."
LIST = [
    "_" * 40,
    "The list of the keepers",
    "https://coast.example/mailman/listinfo/keepers",
    "Letters: https://coast.example/list/",
]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (["```", TEXT[2], *LIST, "```"], ["```", TEXT[2], "```"]),
        ([TEXT[2], "", "```", *LIST, "```"], [TEXT[2]]),
        ([TEXT[2], *LIST], [TEXT[2]]),
        (["```", TEXT[2], *LIST[:2], "```"], ["```", TEXT[2], *LIST[:2], "```"]),
        ([TEXT[2], *LIST, "", LAST], [TEXT[2], *LIST, "", LAST]),
    ],
)
def test_the_footer_of_a_mailing_list_goes(message, text):
    body = page(*MENU, f"# {TITLE}", *TEXT[:2], "\n".join(message))
    left = remaining(body, TITLE, URL, "The Coast", ORIGIN, Cleaning())
    assert left.text == "\n\n".join([*TEXT[:2], "\n".join(text)])
