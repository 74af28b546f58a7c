"""The last step before the template: what may stand in the HTML of a body, as lists that nh3 holds it to.

nh3 (https://nh3.readthedocs.io, Rust's ammonia) parses as browsers do, keeps what is listed here, and writes
well-formed HTML. It is not asked where `wellformed` shows that it would change nothing. Nothing changes that
HTML afterwards, except that `images.absolute_html` completes relative addresses for feeds.
"""

from __future__ import annotations

import functools
import html as entities
import re

import nh3

from generator.markup.html_names import READ_ONLY_TAGS, TAGS
from generator.render import highlight
from generator.render.wellformed import REL, is_as_written


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Removed with what they hold: it is no text for readers.
DROPPED_WITH_CONTENT = _words("""
    script style template iframe noembed noframes noscript object applet svg math select textarea title xmp
    canvas datalist
""")  # fmt: skip

# Attributes with free values; `_keep` looks at addresses, ids and numbers.
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # else nh3 adds its own: lang and title with any value
    "a": {"href", "title", "id"},
    "img": {"src", "alt", "title", "width", "height"},
    "abbr": {"title"},
    "li": {"id", "value"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}

# Attributes with a few known values. A region that scrolls must be within a keyboard's reach: tabindex.
LANGUAGES = _words("ar de en es fa fr he hi it ja ko nl pl pt ru th tr uk vi zh zh-Hans zh-Hant zh-CN zh-TW")
ATTRIBUTE_VALUES: dict[str, dict[str, set[str]]] = {
    "img": {"loading": {"lazy"}, "decoding": {"async"}, "referrerpolicy": {"no-referrer"}},
    "div": {"tabindex": {"0"}},
    "pre": {"tabindex": {"0"}},
    "ol": {"reversed": {""}},
}
EVERYWHERE = {"dir": {"ltr", "rtl", "auto"}, "lang": set(LANGUAGES)}

# Ours, and those of highlighted code.
CLASSES = {
    "div": {"table", "footnotes"},
    "pre": {"highlight"},
    "span": set(highlight.CLASSES),
    "td": {"align-left", "align-center", "align-right"},
    "th": {"align-left", "align-center", "align-right"},
    "sup": {"footnote-ref"},
    "a": {"footnote-back"},
}

# `data:` is for small raster images alone: see `_VALUES`.
SCHEMES = {"http", "https", "mailto", "data"}

ID = re.compile(r"fn(ref)?-[A-Za-z0-9-]{1,80}")
"""Footnotes and the places that refer to them; nothing else of a body can be linked to."""
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
"""Code points that no HTML document may hold: controls, surrogates, noncharacters."""
_PERHAPS_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]"
)
"""The same and whole planes more: one range instead of sixteen pairs, and so seven times as fast."""


_FIRST_LINES = re.compile(r"(<pre(?: [^<>]*)?>)\n+")


def clean(html: str) -> str:
    """HTML with what is listed in this module, well-formed."""
    return html if is_as_written(html) else cleaned(html)


def cleaned(html: str) -> str:
    """The same without a look whether there is anything to clean.

    A kept body is cleaned again and must stay as it is. But references to what no document may hold become
    such, and a parser leaves out a line feed after `<pre>`, and a byte order mark, at each reading.
    """
    made = _without_unfit(_CLEANER.clean(_without_unfit(html))).replace("\r", "\n")
    return _FIRST_LINES.sub(r"\1", made).lstrip("\ufeff")


def well_formed(html: str) -> str:
    """HTML as a browser reads it, still with elements and attributes that a page must not have."""
    return _READER.clean(_without_unfit(html))


@functools.lru_cache(maxsize=1024)
def takes(address: str) -> bool:
    """Whether an address is one to the sanitiser's parser too: Punycode that stands for no name is none."""
    return "href" in _CLEANER.clean(f'<a href="{entities.escape(address)}">')


def _without_unfit(html: str) -> str:
    if html.replace("\n", "").isprintable() or not _PERHAPS_UNFIT.search(html):  # what is cheap first
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
