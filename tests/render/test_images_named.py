"""Images that a clipping's text names."""

from __future__ import annotations

import time

import pytest

from generator.model import limits
from generator.render.images import images_named


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("![](a.png)", ["a.png"]),
        ("![a [b] c](a.png 'title')", ["a.png"]),
        ("![two\nlines](<a b.png>)", ["a b.png"]),
        ("![](a%20b.png) ![](a(1).png)", ["a b.png", "a(1).png"]),
        ("![](a\\_b.png) ![](a&amp;b.png)", ["a_b.png", "a&b.png"]),
        ("![x][shot]\n\n[shot]: ../a.png", ["../a.png"]),
        ("> [shot]: <a.png>", ["a.png"]),
        ('<IMG alt="x"\n src="a.png">', ["a.png"]),
        ("<img src=a.png> <img src='b c.png'>", ["a.png", "b c.png"]),
        ("[![](a.png)](b.png)", ["a.png"]),
        ("![](a.png) ![](a.png)", ["a.png"]),
        ("![](https://a.example/a.png) ![](//a.example/b.png) ![](data:image/png;base64,AA)", []),
        ("![a\\]b](<my pic.png>) ![x][a]\n\n- [a]: <b c.png>", ["my pic.png", "b c.png"]),
        ('<img alt="Rate > 5%" src="a.png"><img/src=b.png>', ["a.png", "b.png"]),
        ("[a](a.png) no image", []),
        ("![](", []),
    ],
)  # fmt: skip
def test_the_images_without_a_host_that_a_body_names(body: str, found: list[str]) -> None:
    assert images_named(body) == tuple(found)


def test_no_more_images_are_named_than_are_looked_for() -> None:
    assert len(images_named("".join(f"![]({n}.png)" for n in range(limits.IMAGES + 5)))) == limits.IMAGES


@pytest.mark.parametrize(
    "piece", ["![", "![]", "![](", "![](<", "<img ", "<img src='", "[a]:", "\n[", "![](("]
)
def test_a_scan_for_images_is_linear(piece: str) -> None:
    begun = time.process_time()
    images_named(piece * (500_000 // len(piece)))
    assert time.process_time() - begun < 10  # quadratic, it takes minutes
