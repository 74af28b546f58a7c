"""Convert a clipping's body for its page: parse, write, repair raw HTML, sanitise."""

from __future__ import annotations

import re

import msgspec
from markdown_it import MarkdownIt
from markdown_it.utils import EnvType
from markupsafe import Markup

from generator.markup.lengths import body_end
from generator.model import limits
from generator.render import formatting, sanitise
from generator.render import place as place_
from generator.render.markdown import image_lines
from generator.render.markdown.parser import Parser
from generator.render.markdown.writer import TooLongError, Writer, escaped
from generator.render.place import Place

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
"""Characters that display nothing (Unicode: Default_Ignorable_Code_Point), and the empty Braille pattern."""
_BLANK = re.compile(rf"(?:<(?!img\b)[^>]*+>|&nbsp;|[\s{_INVISIBLE}]++)*+")

_WRITE = "write it as Markdown, or close each tag"
MANY_TAGS = (f"holds more than {limits.RAW_TAGS:,} tags of HTML; they are shown as text", _WRITE)
NOT_CLOSED = (
    f"leaves emphasis open before more than {limits.REOPENED:,} tags; all emphasis is left out",
    _WRITE,
)
MANY_BRACKETS = (
    f"holds more than {limits.BRACKETS:,} brackets; they are shown as text, and make no links",
    "shorten it, or make several clippings of it",
)
"""Faults of a body, each with what to do about it."""
_FENCE = re.compile(r"[ >]*+(`{3,}|~{3,})")


class Body(msgspec.Struct, frozen=True):
    """A body as HTML."""

    html: Markup
    end: int
    """Number of characters of the text that are shown, less than all if it is too long."""
    faults: tuple[tuple[str, str], ...]
    """What is not shown as written, because there is too much of it, and what to do."""


def plain(text: str) -> str:
    """Return the HTML of CommonMark 0.31.2, without additions and not sanitised: never for a page."""
    return str(_PLAIN.render(text))


def body_html(text: str, place: Place) -> Markup:
    """Return a clipping's Markdown as sanitised, valid HTML for the article's own page.

    Relative addresses are resolved against the original. Invalid links and images become text. Text that is
    nested too deeply to parse is shown as written. A text whose HTML would exceed `limits.HTML` characters is
    truncated.
    """
    return fitting_html(text, place).html


def fitting_html(text: str, place: Place) -> Body:
    """Return the same, with what is not shown as written, and why."""
    end = len(text)
    while (made := _unsafe_html(text[:end], place)) is None:
        end = body_end(text, end // 2)
    html, faults = made
    shown = image_lines.with_figures(sanitise.clean(html))
    return Body(Markup(shown), end, faults)  # noqa: S704  # the sanitiser has just written it


def _unsafe_html(text: str, place: Place) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Return the HTML before sanitising, and its faults; None if it would be too long."""
    environment: EnvType = {}
    faults: list[tuple[str, str]] = []
    if _has_many_brackets(text):
        environment["literal_brackets"] = True
        faults.append(MANY_BRACKETS)
    try:
        writer = Writer(text, place, environment)
        html = writer.html(_PARSER.parse(text, environment))
        if writer.raw_tags > limits.RAW_TAGS:
            faults.append(MANY_TAGS)
        if writer.has_raw:
            limited = formatting.limited(html)
            if limited != html:
                faults.append(NOT_CLOSED)
            html = place_.repaired(limited, place)
    except TooLongError:
        return None
    except RecursionError:
        html = f'<pre tabindex="0">{escaped(text)}</pre>'
    return (html, tuple(faults)) if len(html) <= limits.HTML else None


def _has_many_brackets(text: str) -> bool:
    """Return whether more brackets than the limit are outside of fenced code. Each may start a link."""
    if len(text) <= limits.BRACKETS or text.count("[") <= limits.BRACKETS:
        return False
    count, fence = 0, ""
    for line in text.split("\n"):
        if match := _FENCE.match(line):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence):
                fence = ""
        elif not fence:
            count += line.count("[")
    return count > limits.BRACKETS


def shows_anything(html: str) -> bool:
    """Return whether a body's HTML displays anything: a character that is not blank, or an image."""
    return _BLANK.fullmatch(html) is None


_PLAIN = MarkdownIt("commonmark")
_PARSER = Parser()
