"""Put images of unknown size into figures if their lines hold nothing else. Styles reserve room there.

`writer` makes a figure of the only image of a paragraph. This is for all others: several in a paragraph,
those in cells and items of lists, and those in raw HTML.
"""

from __future__ import annotations

import re

MOST = 4
"""Maximum number of images on a line. More are thumbnails, flags or emoji."""

_BLOCK = re.compile(
    r"(</?(?:p|h[1-6]|[uod]l|li|d[dt]|t(?:able|body|head|foot|[dhr])|div|blockquote|figure|figcaption|pre|hr)\b[^<>]*>)"
)
_HOLDS_FIGURES = re.compile(r"</|<(?:p|li|dd|t[dh]|div|blockquote)\b")
_LINE_END = re.compile(r"(\n|<br>\n?)")
_TAG = re.compile(r"<(/?)([a-z0-9]+)")
_PICTURE = re.compile(r"(?:<a [^<>]*>\s*+)?<img [^<>]*>(?:\s*+</a>)?")
_AROUND = re.compile(r"</?(?:strong|b|em|i|u|span)(?: [^<>]*)?>|\s|&nbsp;")
_SMALL = re.compile(r'<img src="[^"]*(?:badge|shields\.io|emoji)')


def with_figures(html: str) -> str:
    """Return sanitised HTML with a figure for each image that stands alone on its line, or among images."""
    if html.count("<img ") <= html.count("<figure"):
        return html
    pieces, is_in_figure = _BLOCK.split(html), False
    for at in range(0, len(pieces), 2):
        before, after = pieces[at - 1] if at else "</div>", "".join(pieces[at + 1 : at + 2])
        if before.startswith(("<figure", "</figure")):
            is_in_figure = before != "</figure>"
        is_paragraph = before.startswith("<p") and after == "</p>"
        if (
            "<img " not in pieces[at]
            or is_in_figure
            or not _HOLDS_FIGURES.match(before)
            or is_paragraph != (after == "</p>")
        ):
            continue
        parts = _parts(pieces[at], before if is_paragraph else "", "</p>" if is_paragraph else "")
        if parts is not None:
            pieces[at] = parts
            if is_paragraph:
                pieces[at - 1] = pieces[at + 1] = ""
    return "".join(pieces)


def _parts(text: str, opening: str, closing: str) -> str | None:
    """Return the content of a block with figures between its lines of text; None if it needs none."""
    found: list[str] = []
    lines: list[str] = []
    split = _LINE_END.split(text)
    for at in range(0, len(split), 2):
        line = split[at]
        tags = [name for name in _TAG.findall(line) if name[1] not in {"img", "br", "wbr"}]
        if sum(1 - 2 * bool(closes) for closes, _ in tags):
            return None  # an element spans lines
        pictures = _pictures(line)
        if pictures:
            found += (_text(lines, opening, closing), *pictures)
            lines = []
        else:
            lines += split[at : at + 2]
    return "\n".join(filter(None, [*found, _text(lines, opening, closing)])) if found else None


def _text(lines: list[str], opening: str, closing: str) -> str:
    if lines and _LINE_END.fullmatch(lines[-1]):
        lines = lines[:-1]
    text = "".join(lines)
    return f"{opening}{text}{closing}" if text.strip() else ""


def _pictures(line: str) -> list[str]:
    """Return the figures of a line that holds nothing but images, of which one has no size."""
    pictures = _PICTURE.findall(line)
    is_all = 0 < len(pictures) <= MOST and not _AROUND.sub("", _PICTURE.sub("", line))
    if not is_all or _SMALL.search(line) or all(" width=" in picture for picture in pictures):
        return []
    return [
        f"<figure>{picture}</figure>"
        if picture.startswith("<a") or " width=" in picture
        else f'<figure tabindex="0">{picture}</figure>'
        for picture in pictures
    ]
