"""Make raw HTML in a body valid in the place where it is shown.

First, `escape_unknown_tags` turns unknown tags, and tags that would swallow what follows, into readable text.
Then `repair` makes one pass over the sanitiser's well-formed output. It enforces what a parser does not:
which element may contain which (content models of https://html.spec.whatwg.org), addresses, heading levels,
and names of links.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

import msgspec

from generator.markup import hidden_html
from generator.markup.html_names import LEFT_OUT, PHRASING, READ_ONLY_TAGS, TAGS
from generator.model import limits
from generator.render import sanitise
from generator.render.headings import heading_tags

Rewrite = Callable[[Mapping[str, str]], dict[str, str] | None]
"""Maps the given attributes to those to show; None removes the element."""


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SOFT = _HEADINGS | {"p", "div", "blockquote", "figure"}
"""Blocks that may be dissolved into the text of a surrounding link or heading."""
_BLOCKS = _SOFT | {"ul", "ol", "li", "table", "pre", "hr"}
_VOID = frozenset({"br", "hr", "wbr", "img"})
_NAMED = _HEADINGS | {"a"}
"""Elements that are meaningless without text or an image with a description."""
_PARENTS = {
    "caption": {"table"}, "thead": {"table"}, "tbody": {"table"}, "tfoot": {"table"},
    "tr": {"thead", "tbody", "tfoot"}, "td": {"tr"}, "th": {"tr"}, "rt": {"ruby"}, "rp": {"ruby"},
    "figcaption": {"figure"},
}  # fmt: skip
_REPLACED = dict.fromkeys(READ_ONLY_TAGS - {"h1"}, "div") | {
    "menu": "ul", "dir": "ul", "strike": "s", "tt": "code", "acronym": "abbr",
}  # fmt: skip
_LISTS = {"ul", "ol"}
_DEPTH = 60
"""Nesting depth beyond which elements lose their tags. Browsers stop at 512."""

_MARKUP = re.compile(
    rf"(?P<hidden>{hidden_html.BEGINS})"
    r"""|<(/?)(?P<name>[A-Za-z][A-Za-z0-9-]*)(?=[\s/>])((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>"""
    r"|<",
    re.IGNORECASE,
)
_CANONICAL = re.compile(r'<(/?)([a-z0-9]+)((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_SPAN = re.compile(r' (?:col|row)span="[^"]*"')
_ALIGN = {"left": "align-left", "center": "align-center", "right": "align-right"}


def escape_unknown_tags(raw: str, *, closes_pre: bool = True) -> str:
    """Return raw HTML without comments and scripts, and with everything that is not known HTML as text.

    So a security bulletin that mentions `<script>` or `<your-token>` keeps its words, and an unclosed tag or
    comment does not swallow what follows. Nor does `<pre>`, if the body never closes one.
    """
    unclosed = "" if closes_pre else "pre"
    hidden = hidden_html.HiddenParts(raw)
    pieces: list[str] = []
    position = 0
    while match := _MARKUP.search(raw, position):
        end = hidden.end_of(match) if match["hidden"] else None
        pieces += (raw[position : match.start()], "" if end else _escaped_tag(match, unclosed))
        position = end or match.end()
    return "".join((*pieces, raw[position:]))


def _escaped_tag(match: re.Match[str], unclosed: str) -> str:
    name = (match["name"] or "").lower()
    if name != unclosed and (name in TAGS or name in READ_ONLY_TAGS):
        return match[0]
    return "" if name in LEFT_OUT else html.escape(match[0])


class _Cell(msgspec.Struct, frozen=True):
    """A cell of a table."""

    group: int
    """The index of the piece that starts its group of rows."""
    row: int
    """Counted from the start of the table."""
    piece: int
    colspan: int
    rowspan: int


class _Open(msgspec.Struct):
    """An element that is open while `_Repair` proceeds."""

    name: str
    """The element as shown; empty if its tag is not shown."""
    piece: int = 0
    """The index of its start tag among the pieces."""
    closing: str = ""
    named: bool = False
    implied: bool = False
    """Whether we added it, so that no end tag will follow."""
    cells: list[_Cell] = []
    """The cells of a table."""
    rows: int = 0
    captions: list[tuple[int, int]] = []
    """The pieces with the tags of the captions of a figure."""


def repair(
    markup: str, *, link: Rewrite, image: Rewrite, owned_ids: Callable[[str], bool], has_anchors: bool = True
) -> str:
    """Return valid HTML for any HTML. It still has to pass the sanitiser.

    `link` and `image` rewrite the attributes of `a` and `img`. An id stays if `owned_ids` accepts it, once.
    With `has_anchors`, headings get ids.
    """
    work = _Repair(link, image, owned_ids)
    source = sanitise.well_formed(markup)
    position = 0
    for tag in _CANONICAL.finditer(source):
        work.text(source[position : tag.start()])
        position = tag.end()
        if tag[1]:
            work.end()
        else:
            work.start(tag[2], {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(tag[3])})
    work.text(source[position:])
    return work.finish(has_anchors=has_anchors)


class _Repair:
    """The pieces written so far, and the open elements."""

    def __init__(self, link: Rewrite, image: Rewrite, owned_ids: Callable[[str], bool]) -> None:
        self.rewrite = {"a": link, "img": image}
        self.owned_ids = owned_ids
        self.seen_ids: set[str] = set()
        self.pieces: list[str] = []
        self.stack: list[_Open] = []
        self.shown: list[_Open] = []
        """Elements of the stack whose tags are shown: never many, however deep the source nests."""
        self.headings: list[tuple[int, int, int]] = []
        """The pieces with a heading's tags, and its level."""

    def text(self, text: str) -> None:
        if not text:
            return
        if text.strip():
            self._open_item()
            self._mark_named()
        self.pieces.append(text)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _REPLACED.get(name, name)
        if (
            name == "div" and attributes.get("class") == "table"
        ):  # our own, around a table that gets one anyway
            self.stack.append(_Open(""))
            return
        shown = self._allowed(name)
        kept = self._attributes(name, attributes) if shown else None
        if name in _VOID:
            if kept is not None:
                self._void(name, kept)
            elif name == "img" and shown and attributes.get("alt"):
                self.text(html.escape(attributes["alt"], quote=False))
            return
        if kept is None:
            self.stack.append(_Open(""))
            return
        if name != "li":
            self._open_item()
        self._push(name, kept)

    def end(self) -> None:
        """Close the innermost element. Well-formed HTML needs no name to find it."""
        while self.stack and self.stack[-1].implied:
            self._close(self.stack.pop())
        if self.stack:
            self._close(self.stack.pop())

    def finish(self, *, has_anchors: bool) -> str:
        while self.stack:
            self._close(self.stack.pop())
        headings = [(level, "".join(self.pieces[start + 1 : end])) for start, end, level in self.headings]
        tags = heading_tags(headings, has_anchors=has_anchors)
        for (start, end, _), (opening, closing) in zip(self.headings, tags, strict=True):
            self.pieces[start] = opening.replace(">", self.pieces[start][len("<h2") :], 1)
            self.pieces[end] = closing
        return "".join(self.pieces)

    def _top(self) -> _Open | None:
        return self.shown[-1] if self.shown else None

    def _allowed(self, name: str) -> bool:
        """Return whether an element is allowed here, after closing what it ends."""
        open_names = [element.name for element in self.shown]
        if name in _PARENTS:
            return bool(open_names) and open_names[-1] in _PARENTS[name]
        if len(open_names) >= _DEPTH or (name in _NAMED and name in open_names):
            return False
        if name in _BLOCKS:
            if name in _SOFT and any(outer in _NAMED for outer in open_names):
                self.pieces.append(" ")
                return False
            self._end_phrasing()
        return True

    def _end_phrasing(self) -> None:
        """Close all phrasing elements and headings before a block."""
        while self.shown and self.shown[-1].name in PHRASING | _HEADINGS:
            element = self.shown[-1]
            self._close(element)
            element.name = ""

    def _open_item(self) -> None:
        """Open an item, because a list may contain only items."""
        top = self._top()
        if top and top.name in _LISTS:
            self._push("li", {}, implied=True)

    def _attributes(self, name: str, written: dict[str, str]) -> dict[str, str] | None:
        kept = dict(written)
        if name in self.rewrite:
            rewritten = self.rewrite[name](written)
            if rewritten is None:
                return None
            kept |= rewritten
        id_ = kept.pop("id", "")
        if id_ and id_ not in self.seen_ids and self.owned_ids(id_):
            self.seen_ids.add(id_)
            kept["id"] = id_
        align = _ALIGN.get(kept.pop("align", "").lower())
        if align and name in {"td", "th"}:
            kept["class"] = align
        if "class" in kept:
            kept["class"] = " ".join(sorted(sanitise.CLASSES.get(name, set()) & set(kept["class"].split())))
        kept = {key: value for key, value in kept.items() if value or key not in {"class", "id"}}
        if name == "li" and not (self.shown and self.shown[-1].name == "ol"):
            kept.pop("value", None)
        kept.pop("tabindex", None)
        if name == "pre" or (name == "figure" and "tabindex" in written):
            kept["tabindex"] = "0"
        return kept

    def _void(self, name: str, attributes: dict[str, str]) -> None:
        self._open_item()
        if attributes.get("alt", "").strip():
            self._mark_named()
        self.pieces.append(_tag(name, attributes))

    def _mark_named(self) -> None:
        for element in self.shown:
            element.named = True

    def _push(self, name: str, attributes: dict[str, str], *, implied: bool = False) -> None:
        top = self._top()
        closing = f"</{name}>"
        if name == "li":
            while self.stack and self.stack[-1].implied:
                self._close(self.stack.pop())
            top = self._top()
            if top is None or top.name not in _LISTS:
                name, closing = "div", "</div>"
        opening = _tag(name, attributes)
        if name == "table":
            opening, closing = f'<div class="table" tabindex="0">{opening}', "</table></div>"
        elif name in {"tr", "td", "th"}:
            self._count_cell(name, attributes)
        self.stack.append(_Open(name, len(self.pieces), closing, implied=implied))
        self.shown.append(self.stack[-1])
        self.pieces.append(opening)

    def _count_cell(self, name: str, attributes: dict[str, str]) -> None:
        table = next(element for element in reversed(self.shown) if element.name == "table")
        if name == "tr":
            table.rows += 1
            return
        colspan, rowspan = (_span(attributes.get(key, "")) for key in ("colspan", "rowspan"))
        group = self.shown[-2].piece
        table.cells.append(_Cell(group, table.rows, len(self.pieces), colspan, rowspan))

    def _close(self, element: _Open) -> None:
        if not element.name:
            return
        self.shown.pop()
        if element.name == "table" and not _spans_fit(element.cells):
            for cell in element.cells:
                self.pieces[cell.piece] = _SPAN.sub("", self.pieces[cell.piece])
        unnamed = element.name in _NAMED and not element.named
        if unnamed or (
            element.name in PHRASING and not any(map(str.strip, self.pieces[element.piece + 1 :]))
        ):
            self.pieces[element.piece] = ""
            return
        if element.name == "figcaption":
            self.shown[-1].captions.append((element.piece, len(self.pieces)))
        elif element.name == "figure":
            self._limit_captions(element)
        elif element.name in _HEADINGS:
            self.headings.append((element.piece, len(self.pieces), int(element.name[1])))
        self.pieces.append(element.closing)

    def _limit_captions(self, figure: _Open) -> None:
        """Turn captions of a figure that are not its end into plain blocks."""
        for start, end in figure.captions:
            if any(map(str.strip, self.pieces[end + 1 :])):
                self.pieces[start], self.pieces[end] = "<div>", "</div>"


def _span(written: str) -> int:
    return int(written) if re.fullmatch("[1-9][0-9]?", written) else 1


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def _spans_fit(cells: list[_Cell]) -> bool:
    """Return whether cells that span rows and columns cause no overlap and no empty column.

    Follows the table model of HTML. For a table with too many slots, the result is whether nothing is
    spanned.
    """
    if sum(cell.colspan * cell.rowspan for cell in cells) > limits.SPANNED:
        return all(cell.colspan == cell.rowspan == 1 for cell in cells)
    taken: dict[tuple[int, int], int] = {}
    begun, rows = set[int](), {cell.row: cell.group for cell in cells}
    above, column = -1, 0
    for cell in cells:
        if cell.row != above:
            above, column = cell.row, 0
        while (cell.row, column) in taken:
            column += 1
        begun.add(column)
        for row in range(cell.row, cell.row + cell.rowspan):
            if rows.get(row) != cell.group:
                return False
            for place in range(column, column + cell.colspan):
                if taken.setdefault((row, place), cell.piece) != cell.piece:
                    return False
    return {column for _, column in taken} == begun
