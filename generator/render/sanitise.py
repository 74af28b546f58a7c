"""Sanitise the HTML of a body, as the last step before the template, by the allow lists in this module.

nh3 (https://nh3.readthedocs.io, Rust's ammonia) parses as browsers do, keeps only what is listed here, and
writes well-formed HTML. It is skipped if `wellformed` shows that it would change nothing. Afterwards the HTML
is not changed, except that `images.absolute_html` completes relative addresses for feeds.
"""

from __future__ import annotations

import functools
import html as entities
import re

import nh3

from generator.markup.html_names import READ_ONLY_TAGS, TAGS
from generator.render import highlight
from generator.render.wellformed import REL, is_canonical


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Removed together with their content, which is not text for readers.
DROPPED_WITH_CONTENT = _words("""
    script style template iframe noembed noframes noscript object applet svg math select textarea title xmp
    canvas datalist
""")  # fmt: skip

# Attributes with free values. `_keep` checks addresses, ids and numbers.
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # otherwise nh3 adds lang and title with any value
    "a": {"href", "title", "id"},
    "img": {"src", "alt", "title", "width", "height"},
    "abbr": {"title"},
    "li": {"id", "value"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}

# Attributes with a few known values. `tabindex` makes a scrolling region reachable by keyboard.
LANGUAGES = _words("ar de en es fa fr he hi it ja ko nl pl pt ru th tr uk vi zh zh-Hans zh-Hant zh-CN zh-TW")
ATTRIBUTE_VALUES: dict[str, dict[str, set[str]]] = {
    "img": {"loading": {"lazy"}, "decoding": {"async"}, "referrerpolicy": {"no-referrer"}},
    "div": {"tabindex": {"0"}},
    "figure": {"tabindex": {"0"}},
    "pre": {"tabindex": {"0"}},
    "ol": {"reversed": {""}},
}
EVERYWHERE = {"dir": {"ltr", "rtl", "auto"}, "lang": set(LANGUAGES)}

# Our own classes, and those of highlighted code.
CLASSES = {
    "div": {"table", "footnotes"},
    "pre": {"highlight"},
    "span": set(highlight.CLASSES),
    "td": {"align-left", "align-center", "align-right", "align-end"},
    "th": {"align-left", "align-center", "align-right", "align-end"},
    "sup": {"footnote-ref"},
    "a": {"footnote-back"},
}

# `data:` is allowed only for small raster images: see `_VALUES`.
SCHEMES = {"http", "https", "mailto", "data"}

ID = re.compile(r"(?:fn(?:ref)?-[A-Za-z0-9-]{1,80}|h-[\w-]{1,80})")
"""Ids of footnotes, of references to them, and of headings. Nothing else in a body can be linked to."""
_VALUES = {
    "href": re.compile(r"(https?://|mailto:)[!-~]*|#" + ID.pattern),
    "src": re.compile(
        r"https?://[!-~]*|(\.\./)*media/[!-~]*|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*"
    ),
    "id": ID,
    **dict.fromkeys(("width", "height", "colspan", "rowspan"), re.compile(r"[1-9][0-9]{0,4}")),
    **dict.fromkeys(("start", "value"), re.compile(r"-?[0-9]{1,9}")),
}

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)
"""Code points that HTML does not allow: controls, surrogates, noncharacters."""
_PERHAPS_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]"
)
"""The same, plus entire planes: one range instead of sixteen pairs is seven times as fast."""


_FIRST_LINES = re.compile(r"(<pre(?: [^<>]*)?>)\n+")


def clean(html: str) -> str:
    """Return sanitised, well-formed HTML."""
    return html if is_canonical(html) else cleaned(html)


def cleaned(html: str) -> str:
    """Return sanitised HTML, without first checking whether there is anything to clean.

    A cached body is cleaned again and must not change. But references to forbidden code points turn into
    these, and at each pass a parser drops a line feed after `<pre>` and a byte order mark.
    """
    made = _without_unfit(_CLEANER.clean(_without_unfit(html))).replace("\r", "\n")
    return _FIRST_LINES.sub(r"\1", made).lstrip("\ufeff")


def well_formed(html: str) -> str:
    """Return HTML as a browser parses it, including elements and attributes that a page must not have."""
    return _READER.clean(_without_unfit(html))


@functools.lru_cache(maxsize=1024)
def is_valid_address(address: str) -> bool:
    """Return whether the sanitiser's parser accepts an address; it rejects invalid Punycode."""
    return "href" in _CLEANER.clean(f'<a href="{entities.escape(address)}">')


def _without_unfit(html: str) -> str:
    if html.replace("\n", "").isprintable() or not _PERHAPS_UNFIT.search(html):  # the cheap check first
        return html
    return _UNFIT.sub("", html)


def _keep(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001  # nh3 passes all three
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ATTRIBUTES,
    attribute_filter=_keep,
    tag_attribute_values={tag: {**ATTRIBUTE_VALUES.get(tag, {}), **EVERYWHERE} for tag in TAGS},
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    link_rel=REL,
)
_READ_ATTRIBUTES = {"id", "class", "tabindex", "align", "dir", "lang", "reversed"}
_READER = nh3.Cleaner(
    tags=TAGS | READ_ONLY_TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ATTRIBUTES | {"*": _READ_ATTRIBUTES},
    url_schemes=SCHEMES,
    link_rel=None,
)
