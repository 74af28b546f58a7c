"""Write the HTML of a body's tokens, and resolve links, images, tables and heading levels on the way."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from markdown_it.token import Token
from markdown_it.utils import EnvType

from generator.model import limits
from generator.render import emphasis, highlight, structure
from generator.render import place as place_
from generator.render.headings import heading_tags
from generator.render.markdown.figures import is_caption, text_of, with_picture
from generator.render.markdown.resolving import described, has_name, link_end, resolve_link, resolve_text_link
from generator.render.markdown.tokens import TextToken
from generator.render.place import Place

_INLINE_TAGS = {
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "em_open": "<em>",
    "em_close": "</em>",
    "s_open": "<s>",
    "s_close": "</s>",
    "link_close": "</a>",
    "hardbreak": "<br>\n",
}
_UNRESOLVED = {"link", "link_open", "image", "html_inline"}
_WITHOUT_CONTENT = {"image", "footnote_ref"}
"""Tokens that show something although they have no content."""


def escaped(text: str) -> str:
    """Return text as HTML, escaped as the sanitiser does, so that it changes nothing."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\xa0", "&nbsp;") if "\xa0" in text else text


class TooLongError(Exception):
    """The HTML would have more than `limits.HTML` characters."""


class Writer:
    """Writes one body."""

    def __init__(self, source: str, place: Place, environment: EnvType) -> None:
        self.source = source
        self.place = place
        self.environment = environment
        self.has_raw = False
        """Whether the author's raw HTML contains tags, so that `place.repaired` is needed."""
        self.raw_tags = 0
        self.address_budget = limits.HTML
        """Number of characters left for addresses, because a short relative one may become long."""
        self.highlight_budget = limits.HIGHLIGHTED
        """Number of characters of code that may still be coloured."""
        self.pieces: list[str] = []
        self.headings: list[tuple[int, int]] = []
        """The index of the piece that opens a heading, and the level as written."""
        self.opened = ""
        """The tag just opened. The next token decides whether its line ends after it."""
        self.after_hidden = False
        """Whether the last token was the paragraph of a tight list."""
        self.referred: set[str] = set()
        self.images = 0
        """Number of images shown so far."""
        self.figure = -1
        """The number of pieces after the last figure, whose next paragraph may be its caption."""

    def html(self, tokens: Sequence[Token]) -> str:
        """Return the HTML of all tokens, not sanitised yet."""
        if "tables" in self.environment:
            self._normalise_headers(tokens)
        position, end = 0, len(tokens)
        while position < end:
            token = tokens[position]
            if token.type == "inline":
                self._single_token_block(token)
            elif token.type in {"paragraph_open", "heading_open"}:
                position += self._text_block(token, tokens[position + 1], tokens[position + 2])
                continue
            elif token.type in self._OWN:
                piece = self._OWN[token.type](self, token)
                self._end_line(token, leads=False)
                self.pieces.append(piece)
            elif token.hidden:
                self.opened, self.after_hidden = "", True
            else:
                self._tag(token)
            position += 1
        if not self.has_raw:
            self._finish_headings()
        return "".join(self.pieces)

    # ---- blocks

    def _end_line(self, token: Token, *, leads: bool = True) -> None:
        """End the line of the last tag, as markdown-it does, so that lists look handwritten."""
        if self.opened and not (token.nesting < 0 and token.tag == self.opened):
            self.pieces.append("\n")
        if leads and self.after_hidden and token.nesting >= 0:
            self.pieces.append("\n")
        self.opened, self.after_hidden = "", False

    def _tag(self, token: Token) -> None:
        self._end_line(token)
        if token.nesting < 0:
            self.pieces.append(f"</{token.tag}>\n")
            return
        if token.nesting > 0:
            self.opened = token.tag
            self.pieces.append(_start_tag(token) if token.attrs else f"<{token.tag}>")
        else:
            self.pieces.append(f"<{token.tag}>\n")

    def _single_token_block(self, block: Token) -> None:
        """Write a cell, paragraph or heading that is one token."""
        tag = block.tag
        if tag == "p" and not block.children:  # fast path for most paragraphs
            if block.content.strip():
                self._add_paragraph(escaped(block.content), block)
        elif tag == "p":
            self._paragraph(block)
        elif tag not in {"td", "th"}:
            text, filled = self._text(block, is_heading=True)
            if filled:
                self._add_heading(tag, text)
        elif block.hidden:
            self.opened, self.after_hidden = "", True
        else:
            self._end_line(block)
            class_ = f' class="align-{block.info}"' if block.info else ""
            text = self.inline(self._resolved(block)) if block.children else escaped(block.content)
            self.pieces.append(f"<{tag}{class_}>{text}</{tag}>\n")

    def _text_block(self, opening: Token, inline: Token, closing: Token) -> int:
        """Write a paragraph or heading unless it is empty. Return the number of tokens consumed."""
        closes = closing.type in {"paragraph_close", "heading_close"}  # otherwise a note's back link follows
        is_heading = opening.type == "heading_open"
        if closes and not is_heading and not opening.hidden and "![" in inline.content:
            self._end_line(opening)
            self._paragraph(inline)
            return 3
        text, filled = self._text(inline, is_heading=is_heading)
        if closes and not filled:
            return 3
        if opening.hidden:
            self.pieces.append(text)
            self.opened, self.after_hidden = "", True
            return 3
        self._end_line(opening)
        if closes and is_heading:
            self._add_heading(opening.tag, text)
            return 3
        if closes:
            self._add_paragraph(text, inline.children or inline)
            return 3
        self.pieces.append(f"<p>{text}")
        return 2

    def _text(self, inline: Token, *, is_heading: bool) -> tuple[str, bool]:
        """Return the HTML of a paragraph or heading, and whether it shows anything."""
        if not inline.children:
            return escaped(inline.content), bool(inline.content.strip())
        children = self._resolved(inline)
        return self.inline(children), any(map(has_name if is_heading else _shows, children))

    def _paragraph(self, block: Token) -> None:
        """Write a paragraph with markup unless it is empty; a picture that stands alone as a figure."""
        count = self.images
        children = self._resolved(block)
        parts = with_picture(children) if self.images == count + 1 else None
        if parts is None:
            self._add_text(children)
            return
        before, picture, after = parts
        self._add_text(before)
        # Styles reserve room for an image of unknown size, and show it larger if its figure has the focus.
        has_focus = len(picture) == 1 and "width" not in picture[0].attrs
        opening = '<figure tabindex="0">' if has_focus else "<figure>"
        self.pieces += (opening, self.inline(picture), "</figure>\n")
        self.figure = len(self.pieces)
        self._add_text(after)

    def _add_text(self, children: Sequence[Token]) -> None:
        if any(map(_shows, children)):
            self._add_paragraph(self.inline(children), children)

    def _add_paragraph(self, html: str, source: Token | Sequence[Token]) -> None:
        """Add a paragraph, as a caption if it is the one of the figure above."""
        if self.figure != len(self.pieces) or not _is_caption(source):
            self.pieces.append(f"<p>{html}</p>\n")
            return
        self.pieces[-1] = f"<figcaption>{html}</figcaption></figure>\n"
        self.figure = -1

    def _add_heading(self, tag: str, text: str) -> None:
        self.headings.append((len(self.pieces), int(tag[1:])))
        self.pieces += (f"<{tag}>", text, f"</{tag}>\n")

    def _finish_headings(self) -> None:
        headings = [(level, self.pieces[piece + 1]) for piece, level in self.headings]
        tags = heading_tags(headings, has_anchors=self.place.has_anchors)
        for (piece, _), (opening, closing) in zip(self.headings, tags, strict=True):
            self.pieces[piece], self.pieces[piece + 2] = opening, f"{closing}\n"

    def _normalise_headers(self, tokens: Sequence[Token]) -> None:
        """Turn empty header cells, which name no column, into plain cells. Drop a header without any."""
        for token in tokens:
            if token.type == "inline" and token.tag == "th":
                if token.children:
                    token.children = self._resolved(token)
                if not token.children and not token.content:
                    token.tag = "td"
        start = None
        for position, token in enumerate(tokens):
            if token.type == "thead_open":
                start = position
            elif token.type == "thead_close" and start is not None:
                head = tokens[start : position + 1]
                has_body = position + 1 < len(tokens) and tokens[position + 1].type == "tbody_open"
                if has_body and not any(child.tag == "th" for child in head):
                    for child in head:
                        child.hidden = True

    def _code(self, token: Token) -> str:
        return f'<pre tabindex="0"><code>{escaped(token.content)}</code></pre>\n'

    def _fence(self, token: Token) -> str:
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        coloured = None
        if language and len(token.content) <= self.highlight_budget:
            coloured = highlight.highlight(token.content, language)
        if coloured is None:
            return self._code(token)
        self.highlight_budget -= len(token.content)
        return f'<pre class="highlight" tabindex="0"><code>{coloured}</code></pre>\n'

    def _raw_block(self, token: Token) -> str:
        return self._raw(token.content)

    def _note(self, token: Token) -> str:
        return f'<li id="fn-{self.place.id}-{token.meta["id"] + 1}">'

    def _back_link(self, token: Token) -> str:
        """Return the back link of a note, if its target exists: the reference may have been dropped."""
        back = f"{self.place.id}-{token.meta['id'] + 1}-{token.meta['subId'] + 1}"
        if back not in self.referred:
            return ""
        return f' <a class="footnote-back" href="#fnref-{back}">↩\ufe0e</a>'

    _OWN: dict[str, Callable[[Writer, Token], str]] = {  # noqa: RUF012  # constant
        "code_block": _code,
        "fence": _fence,
        "html_block": _raw_block,
        "table_open": lambda *_: '<div class="table" tabindex="0"><table>\n',
        "table_close": lambda *_: "</table></div>\n",
        "footnote_block_open": lambda *_: '<hr>\n<div class="footnotes">\n<ol>\n',
        "footnote_block_close": lambda *_: "</ol>\n</div>\n",
        "footnote_open": _note,
        "footnote_anchor": _back_link,
        "footnote_close": lambda *_: "</li>\n",
    }

    # ---- text within blocks

    def _resolved(self, block: Token) -> list[Token]:
        """Return the children of a block that are shown, with links resolved."""
        tokens = block.children or []
        for token in tokens:
            if token.type in _UNRESOLVED:
                break
        else:
            return tokens
        kept: list[Token] = []
        for position, token in enumerate(tokens):
            kind = token.type
            if kind == "link":
                if not token.content:
                    continue
                self._count(resolve_text_link(token, self.place))
            elif kind == "link_open":
                end = link_end(tokens, position)
                self._count(resolve_link(token, tokens[end], tokens[position + 1 : end], self.place))
            elif kind == "image":
                kept.append(self._image(token))
                continue
            elif kind == "html_inline":
                token.content = self._raw(token.content)
            if not token.hidden and (kind != "html_inline" or token.content):
                kept.append(token)
        return kept

    def inline(self, tokens: Sequence[Token]) -> str:
        """Return the HTML of resolved children."""
        pieces: list[str] = []
        for position, token in enumerate(tokens):
            kind = token.type
            if kind == "text":
                pieces.append(escaped(token.content))
            elif kind in _INLINE_TAGS:
                pieces.append(_INLINE_TAGS[kind])
            elif kind == "link":
                pieces.append(f"{_start_tag(token)}{escaped(token.content)}</a>")
            elif kind in {"link_open", "image"}:
                pieces.append(_start_tag(token))
            elif kind == "softbreak":
                pieces.append(_line_break(tokens, position))
            elif kind == "code_inline":
                pieces.append(f"<code>{escaped(token.content)}</code>")
            elif kind == "html_inline":
                pieces.append(token.content)
            elif kind == "footnote_ref":
                pieces.append(self._reference(token))
        return "".join(pieces)

    def _image(self, token: Token) -> Token:
        description = described(token)
        attributes = place_.image_attributes(
            {"src": str(token.attrs["src"]), "alt": description, "title": str(token.attrs.get("title", ""))},
            self.place,
        )
        if attributes is None:
            return TextToken(description)
        token.attrs = dict(attributes)
        self.images += 1
        self._count(attributes["src"])
        return token

    @functools.cached_property
    def _closes_pre(self) -> bool:
        """Whether the body contains the end of a `<pre>`. An unclosed one would swallow all that follows."""
        return "</pre" in self.source.lower()

    def _count(self, address: str | None) -> None:
        """Subtract an address from the number of characters left for addresses."""
        if address:
            self.address_budget -= len(address)
            if self.address_budget < 0:
                raise TooLongError

    def _raw(self, content: str) -> str:
        self.raw_tags += content.count("<")
        if self.raw_tags > limits.RAW_TAGS:
            return escaped(content)
        escaped_html = structure.escape_unknown_tags(content, closes_pre=self._closes_pre)
        if "<" in escaped_html:
            self.has_raw = True
        return escaped_html

    def _reference(self, token: Token) -> str:
        number = token.meta["id"] + 1
        note = f"{self.place.id}-{number}"
        back = f"{note}-{token.meta['subId'] + 1}"
        self.referred.add(back)
        return f'<sup class="footnote-ref"><a href="#fn-{note}" id="fnref-{back}">[{number}]</a></sup>'


def _quoted(value: str) -> str:
    value = escaped(value)
    return value.replace('"', "&quot;") if '"' in value else value


def _start_tag(token: Token) -> str:
    attributes = "".join([f' {key}="{_quoted(str(value))}"' for key, value in token.attrs.items()])
    return f"<{token.tag}{attributes}>"


def _line_break(tokens: Sequence[Token], position: int) -> str:
    before = tokens[position - 1] if position else None
    after = tokens[position + 1] if position + 1 < len(tokens) else None
    if before is None or after is None or "link" in {before.type, after.type}:
        return "\n"
    ends, starts = before.content[-1:], after.content[:1]
    return "" if ends and starts and emphasis.closes_up(ends, starts) else "\n"


def _shows(token: Token) -> bool:
    return bool(token.content.strip()) or token.type in _WITHOUT_CONTENT


def _is_caption(source: Token | Sequence[Token]) -> bool:
    return is_caption(source.content) if isinstance(source, Token) else is_caption(text_of(source), source)
