"""Keeps list pages light: the most detailed version of a page within a size limit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from markupsafe import Markup

from generator.render import views
from generator.render.compose import Composer
from generator.render.frame import Framer
from generator.render.pages import Page
from generator.render.templates import Templates

HTML_LIMIT = 100_000
"""Maximum bytes of a list page; article pages have no limit."""


def light_html(theme: Templates, compose: Composer, frame: Framer, page: Page) -> bytes:
    """Return the most detailed version of a page within the size limit, else the shortest."""

    def made(view: views.View) -> bytes:
        return theme.render(frame.of(page, view), view)

    html = b""
    for stretch in compose.ways_of(page, Markup()):
        html = _fullest(stretch, made)
        if len(html) <= HTML_LIMIT:
            break
    return html


def _fullest(stretch: Sequence[Callable[[], views.View]], made: Callable[[views.View], bytes]) -> bytes:
    """Return the same among views of decreasing size, by bisection."""
    found: dict[int, bytes] = {}

    def is_light(number: int) -> bool:
        found[number] = made(stretch[number]())
        return len(found[number]) <= HTML_LIMIT

    last = len(stretch) - 1
    first = 0 if is_light(0) else bisect_left(range(last + 1), True, lo=1, key=is_light)
    return found[min(first, last)]
