"""An excerpt says nothing twice."""

import pytest

from generator.reading.excerpt import excerpt_of
from generator.reading.repetitions import without_repetitions

LAMP = "The lamp of the tower turns by hand since Monday."
MORE = "Nobody has told the ships, who wonder about its pace."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{LAMP} {LAMP} {MORE}", f"{LAMP} {MORE}"),
        (f"{LAMP} {MORE} {LAMP}", f"{LAMP} {MORE}"),
        (f"Seen in May: {LAMP} {LAMP} {MORE}", f"Seen in May: {LAMP} {MORE}"),
        (f"{LAMP} In the winter, {LAMP.lower()} {MORE}", f"In the winter, {LAMP.lower()} {MORE}"),
        (
            "灯塔的灯自星期一起由人转动。· 灯塔的灯自星期一起由人转动。船只不知道。",
            "灯塔的灯自星期一起由人转动。船只不知道。",
        ),
        (
            "灯塔的灯如今由人转动了。近日，灯塔的灯如今由人转动了，船只不知道。",
            "近日，灯塔的灯如今由人转动了，船只不知道。",
        ),
        ("It turns. It turns. It stops.", "It turns. It turns. It stops."),
        (f"The U.S. Lamp Service asks the Lamp Service of the U.S. Coast. {MORE}", None),
        (f"{LAMP} {MORE}", None),
    ],
)
def test_a_sentence_that_repeats_another_one_goes(text, left):
    assert without_repetitions(text) == (text if left is None else left)


@pytest.mark.parametrize(
    "title", ["The lamp of the tower turns by hand since Monday", "The lamp of the tower"]
)
def test_a_first_sentence_that_is_the_title_goes(title):
    assert without_repetitions(f"{title}. {MORE}", title) == MORE
    assert without_repetitions(f"{title}.", title) == f"{title}."
    assert without_repetitions(f"{MORE} {title}.", title) == f"{MORE} {title}."


def test_an_excerpt_leaves_out_the_caption_that_the_paragraph_repeats():
    body = f"Drawings of the lamp. {LAMP}\n\n{LAMP} {MORE}\n\nThe keeper of it sleeps by day."
    assert excerpt_of(body) == f"Drawings of the lamp. {LAMP} {MORE} The keeper of it sleeps by day."
