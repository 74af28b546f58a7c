"""Write the HTML of a body's tokens, and resolve links, images, tables and heading levels on the way."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from markdown_it.token import Token
from markdown_it.utils import EnvType

from generator.model import limits
from generator.render import emphasis, highlight, links, structure
from generator.render import place as place_
from generator.render.markdown.tokens import TextToken
from generator.render.place import Place
from generator.render.wellformed import REL

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
            self._shift_headings()
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
                self.pieces.append(f"<p>{escaped(block.content)}</p>\n")
        elif tag not in {"td", "th"}:
            text, filled = self._text(block, is_heading=tag != "p")
            if filled:
                self._add(tag, text)
        elif block.hidden:
            self.opened, self.after_hidden = "", True
        else:
            self._end_line(block)
            class_ = f' class="align-{block.info}"' if block.info else ""
            text = self.inline(self._resolved(block)) if block.children else escaped(block.content)
            self.pieces.append(f"<{tag}{class_}>{text}</{tag}>\n")

    def _text_block(self, opening: Token, inline: Token, closing: Token) -> int:
        """Write a paragraph or heading unless it is empty. Return the number of tokens consumed."""
        text, filled = self._text(inline, is_heading=opening.type == "heading_open")
        closes = closing.type in {"paragraph_close", "heading_close"}  # otherwise a note's back link follows
        if closes and not filled:
            return 3
        if opening.hidden:
            self.pieces.append(text)
            self.opened, self.after_hidden = "", True
            return 3
        self._end_line(opening)
        if closes:
            self._add(opening.tag, text)
            return 3
        self.pieces.append(f"<p>{text}")
        return 2

    def _text(self, inline: Token, *, is_heading: bool) -> tuple[str, bool]:
        """Return the HTML of a paragraph or heading, and whether it shows anything."""
        if not inline.children:
            return escaped(inline.content), bool(inline.content.strip())
        children = self._resolved(inline)
        return self.inline(children), any(map(_has_name if is_heading else _shows, children))

    def _add(self, tag: str, text: str) -> None:
        if tag == "p":
            self.pieces.append(f"<p>{text}</p>\n")
        else:
            self.headings.append((len(self.pieces), int(tag[1:])))
            self.pieces += (f"<{tag}>", text, f"</{tag}>\n")

    def _shift_headings(self) -> None:
        levels = structure.heading_levels([level for _, level in self.headings])
        for (piece, _), level in zip(self.headings, levels, strict=True):
            self.pieces[piece], self.pieces[piece + 2] = f"<h{level}>", f"</h{level}>\n"

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
                self._count(_resolve_text_link(token, self.place))
            elif kind == "link_open":
                end = _link_end(tokens, position)
                self._count(_resolve_link(token, tokens[end], tokens[position + 1 : end], self.place))
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


def described(image: Token) -> str:
    """Return an image's description as text on one line."""
    return " ".join("".join(_texts(image.children or ())).split())


def _texts(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type == "image":
            yield from _texts(token.children or ())
        elif token.type in {"text", "link", "code_inline", "html_inline"}:
            yield token.content
        elif token.type in {"softbreak", "hardbreak"}:
            yield "\n"


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


def _resolve_text_link(link: Token, place: Place) -> str | None:
    """Resolve a link with a text label, or turn it into text. Return its address."""
    address = links.resolve(str(link.attrs["href"]), place.original)
    if address is None or not link.content.strip():
        link.type = "text"
        return None
    link.attrs["href"] = address
    link.attrs["rel"] = REL
    return address


def _link_end(tokens: Sequence[Token], start: int) -> int:
    """Return the index of the token that closes a link. Links do not contain links."""
    for position in range(start, len(tokens)):
        if tokens[position].type == "link_close":
            return position
    return start


def _resolve_link(opening: Token, closing: Token, label: Sequence[Token], place: Place) -> str | None:
    """Resolve a link, or hide its tags if it has no name or no valid target. Return its address."""
    address = links.resolve(str(opening.attrs["href"]), place.original)
    if address is None or not any(map(_has_name, label)):
        opening.hidden = closing.hidden = True
        return None
    opening.attrs["href"] = address
    if not opening.attrs.get("title"):
        opening.attrs.pop("title", None)
    opening.attrs["rel"] = REL
    return address


def _has_name(token: Token) -> bool:
    if token.type == "image":
        return bool(described(token).strip())
    return token.type in {"html_inline", "footnote_ref"} or bool(token.content.strip())


def _shows(token: Token) -> bool:
    return bool(token.content.strip()) or token.type in _WITHOUT_CONTENT
