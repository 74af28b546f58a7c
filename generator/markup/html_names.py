"""The names of HTML: what of a body's raw tags is a tag, and what is text."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Blocks and text. Headings start at h2: h1 is the page's own. Nothing here loads, runs, submits or frames.
TAGS = _words("""
    p br hr wbr h2 h3 h4 h5 h6 blockquote pre div ul ol li table caption thead tbody tfoot tr th td
    a img em strong b i u s del ins mark small sub sup code kbd samp var q cite dfn abbr span bdi ruby rt rp
""")
"""Elements that pages show."""
READ_ONLY_TAGS = _words("""
    h1 section article header footer main nav aside address center figure figcaption details summary dl dt dd
    fieldset form legend hgroup menu dir strike tt acronym
""")
"""Elements that `render.structure` understands and replaces; they never reach a page."""
LEFT_OUT = _words("""
    font big nobr label input button picture source video audio track map area output time data meter progress
    link meta html body head base colgroup col basefont blink marquee embed param frame frameset search option
    optgroup bdo slot keygen dialog image
""")
"""HTML that we do not show; the tag goes, what it holds stays. A tag of any other name is text."""
PHRASING = _words("""
    p a em strong b i u s del ins mark small sub sup code kbd samp var q cite dfn abbr span bdi ruby rt rp
""")
"""Elements that hold text and other phrasing, no blocks."""
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
    """Whether what looks like a tag compares, as in `a<b and c>d`.

    It stands right behind a letter or digit, and has only attributes that have no value, none known to HTML.
    """
    if start == 0 or not text[start - 1].isalnum() or not (tag := _VALUELESS.match(text, start)):
        return False
    names = tag[1].lower().split()
    return not any(name in _WITHOUT_VALUE or _FRAMEWORK.match(name) for name in names)


def text_of_tag(tag: re.Match[str]) -> str:
    """What a reader sees of something in the form of a tag, whose name is the group `name`.

    That is a space where it breaks the text, and the tag itself where it is none of HTML's.
    """
    name = tag["name"].lower()
    if name not in TAGS and name not in READ_ONLY_TAGS and name not in LEFT_OUT:
        return tag[0]
    if is_comparison(tag.string, tag.start()):
        return tag[0]
    return "" if name in _WITHIN_WORDS else " "
