"""A clipping's body as a page shows it: parsed, written, repaired where it holds raw HTML, sanitised."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable

import msgspec
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup

from generator import limits
from generator.lengths import body_end
from generator.render import formatting, links, sanitise
from generator.render import place as place_
from generator.render.markdown.parser import Parser
from generator.render.markdown.writer import TooLongError, Writer, escaped
from generator.render.place import Place

_RAW_IMAGE = re.compile(
    r"""<img\b(?:[^<>]|<(?!img\b))*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)

MANY_TAGS = f"holds more than {limits.RAW_TAGS:,} tags of HTML; they are shown as text"
NOT_CLOSED = f"leaves emphasis open before more than {limits.REOPENED:,} tags; all emphasis is left out"

MOST_BRACKETS = 10_000
"""In a body whose brackets may make links: each costs time, and no article has so many."""


class Body(msgspec.Struct, frozen=True):
    """A body as HTML."""

    html: Markup
    end: int
    """Characters of the text that it shows: not all where it would be too long."""
    faults: tuple[str, ...]
    """What is shown otherwise than it was written, because there is too much of it."""


def plain(text: str) -> str:
    """The HTML of CommonMark 0.31.2, with nothing added and nothing made safe: never for a page."""
    return str(_PLAIN.render(text))


def body_html(text: str, place: Place) -> Markup:
    """A clipping's Markdown as sanitised, valid HTML for the article's own page.

    Relative addresses are resolved against the original; what cannot be a link or a picture becomes its text.
    Text that is nested too deeply to parse is shown as it was written. Of a text whose HTML would have more
    than `limits.HTML` characters it shows the beginning.
    """
    return fitting_html(text, place).html


def fitting_html(text: str, place: Place) -> Body:
    """The same, with what is not shown as it was written, and why."""
    end = len(text)
    while (made := _unsafe_html(text[:end], place)) is None:
        end = body_end(text, end // 2)
    html, faults = made
    return Body(Markup(sanitise.clean(html)), end, faults)  # noqa: S704  # the sanitiser has just written it


def _unsafe_html(text: str, place: Place) -> tuple[str, tuple[str, ...]] | None:
    """The HTML before the sanitiser, and what is wrong with it; None where it would be too long."""
    environment: EnvType = {}
    if len(text) > MOST_BRACKETS and text.count("[") > MOST_BRACKETS:
        text = text.replace("[", "\\[")
    faults: list[str] = []
    try:
        writer = Writer(place, environment)
        html = writer.html(_PARSER.parse(text, environment))
        if writer.raw_tags > limits.RAW_TAGS:
            faults.append(MANY_TAGS)
        if writer.has_raw:
            bounded = formatting.bounded(html)
            if bounded != html:
                faults.append(NOT_CLOSED)
            html = place_.repaired(bounded, place)
    except TooLongError:
        return None
    except RecursionError:
        html = f'<pre tabindex="0">{escaped(text)}</pre>'
    return (html, tuple(faults)) if len(html) <= limits.HTML else None


def relative_images(text: str) -> tuple[str, ...]:
    """The sources of pictures that are relative, percent-decoded, in the order of the text."""
    if "![" not in text and "<img" not in text.lower():
        return ()
    try:
        tokens = _PARSER.parse(text)
    except RecursionError:
        return ()
    found = dict.fromkeys(
        urllib.parse.unquote(source) for source in _image_sources(tokens) if links.is_relative(source)
    )
    return tuple(found)


def _image_sources(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "image":
            yield str(token.attrs["src"])
        elif token.type in {"html_inline", "html_block"}:
            for match in _RAW_IMAGE.finditer(token.content):
                yield unescapeAll(match[1] or match[2] or match[3] or "")
        if token.children:
            yield from _image_sources(token.children)


_PLAIN = MarkdownIt("commonmark")
_PARSER = Parser()
