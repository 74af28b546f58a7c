"""Names of HTML elements: which tags in a body are tags, and which are text."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Blocks and text. Headings start at h2, because h1 is the page's own. None of these loads, runs, submits or
# frames anything.
TAGS = _words("""
    p br hr wbr h2 h3 h4 h5 h6 blockquote pre div ul ol li table caption thead tbody tfoot tr th td
    figure figcaption
    a img em strong b i u s del ins mark small sub sup code kbd samp var q cite dfn abbr span bdi ruby rt rp
""")
"""Elements that pages show."""
READ_ONLY_TAGS = _words("""
    h1 section article header footer main nav aside address center details summary dl dt dd
    fieldset form legend hgroup menu dir strike tt acronym
""")
"""Elements that `render.structure` understands and replaces. They never reach a page."""
LEFT_OUT = _words("""
    font big nobr label input button picture source video audio track map area output time data meter progress
    link meta html body head base colgroup col basefont blink marquee embed param frame frameset search option
    optgroup bdo slot keygen dialog image
""")
"""Elements that are not shown. The tag is dropped and its content kept. A tag of any other name is text."""
PHRASING = _words("""
    p a em strong b i u s del ins mark small sub sup code kbd samp var q cite dfn abbr span bdi ruby rt rp
""")
"""Elements that contain text and other phrasing content, but no blocks."""
_WITHIN_WORDS = (PHRASING - {"p", "rt", "rp"}) | LEFT_OUT | {"wbr", "strike", "tt", "acronym"}
_WITHOUT_VALUE = _words("""
    allowfullscreen async autofocus autoplay checked compact contenteditable controls default defer disabled
    download formnovalidate hidden inert ismap itemscope loop multiple muted nohref nomodule noshade
    novalidate nowrap open playsinline popover readonly required reversed selected
""")
"""Attributes that are written without a value."""
_VALUELESS = re.compile(r"<[A-Za-z][A-Za-z0-9-]*+((?:\s++[A-Za-z_:][A-Za-z0-9:._-]*+)++)\s*+/?>")
_FRAMEWORK = re.compile("data-|aria-|_")


def is_comparison(text: str, start: int) -> bool:
    """Return whether an apparent tag is a comparison, as in `a<b and c>d`.

    It follows a letter or digit, and has only attributes without values, none of which HTML knows.
    """
    if start == 0 or not text[start - 1].isalnum() or not (tag := _VALUELESS.match(text, start)):
        return False
    names = tag[1].lower().split()
    return not any(name in _WITHOUT_VALUE or _FRAMEWORK.match(name) for name in names)


def text_of_tag(tag: re.Match[str]) -> str:
    """Return what a reader sees of an apparent tag. The group `name` is its name.

    A tag that separates text yields a space. A tag that HTML does not know yields itself.
    """
    name = tag["name"].lower()
    if name not in TAGS and name not in READ_ONLY_TAGS and name not in LEFT_OUT:
        return tag[0]
    if is_comparison(tag.string, tag.start()):
        return tag[0]
    return "" if name in _WITHIN_WORDS else " "
