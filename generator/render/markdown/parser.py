"""The parser of bodies: CommonMark, tables, strikethrough, bare addresses and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from generator.render import links
from generator.render.markdown.blocks import Blocks
from generator.render.markdown.inlines import HELPERS, MARKUP, Inlines
from generator.render.markdown.tokens import DEEPEST, QuickToken, TextToken


class Parser(MarkdownIt):
    """Parses a body into tokens. Addresses stay as written.

    Each address is checked once, by `links.resolve`, so the library's own check and encoding are not needed.
    The result is markdown-it's, with fewer tokens: an `inline` token of text without markup has no children;
    a cell, and a paragraph outside of other blocks, is an `inline` token with its tag; a link with a text
    label is one token.
    """

    renderer: RendererHTML

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": DEEPEST})
        self.use(footnote_plugin, inline=False)  # `^[` is how escape codes of terminals are written
        self.block = Blocks()
        self.inline = Inlines()
        self.helpers = HELPERS  # type: ignore[assignment]  # the same three functions
        self.core.ruler.at("normalize", _normalize)
        self.core.ruler.at("inline", _inline)
        self.core.ruler.disable("text_join")  # done by `Inlines`
        self.core.ruler.before("footnote_tail", "footnote_unreferenced", _keep_unreferenced)
        self.core.ruler.push("bare_addresses", _link_bare_addresses)

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        """Accept every address."""
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Return an address unchanged."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """Return an address decoded for display, unless its Punycode is invalid."""
        if "xn--" in link.lower() and links.resolve(link, None) is None:
            return link
        return super().normalizeLinkText(link)


def _normalize(state: StateCore) -> None:
    if "\r" in state.src:
        state.src = state.src.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in state.src:
        state.src = state.src.replace("\0", "\ufffd")


def _inline(state: StateCore) -> None:
    markdown, environment = state.md, state.env
    read: Callable[..., list[Token]] = markdown.inline.marked  # type: ignore[attr-defined]  # it is a Parser
    has_markup = MARKUP.search
    for token in state.tokens:
        if token.type == "inline" and has_markup(token.content):
            token.children = read(token.content, markdown, environment, [])


def _keep_unreferenced(state: StateCore) -> None:
    """List notes without references too, which the plugin would drop."""
    notes = state.env.get("footnotes", {})
    for label, number in notes.get("refs", {}).items():
        if number < 0:
            notes["refs"][label] = len(notes["list"])
            notes["list"][len(notes["list"])] = {"label": label[1:], "count": 0}


def _link_bare_addresses(state: StateCore) -> None:
    if "://" not in state.src:
        return
    for block in state.tokens:
        if "://" not in block.content or block.type != "inline":
            continue
        tokens = block.children or [TextToken(block.content)]
        if any([token.type == "text" and "://" in token.content for token in tokens]):  # noqa: C419  # short
            block.children = list(_with_links(tokens))


def _with_links(tokens: Sequence[Token]) -> Iterable[Token]:
    depth = 0
    for token in tokens:
        if token.type == "html_inline":
            depth += _raw_link_nesting(token.content)
        elif token.type in {"link_open", "link_close"}:
            depth += token.nesting
        if depth > 0 or token.type != "text" or "://" not in token.content:
            yield token
            continue
        position = 0
        for start, end, address in links.bare_addresses(token.content):
            yield TextToken(token.content[position:start])
            opening = QuickToken("link_open", "a", 1)
            opening.attrs = {"href": address}
            yield opening
            yield TextToken(token.content[start:end])
            yield QuickToken("link_close", "a", -1)
            position = end
        yield TextToken(token.content[position:])


def _raw_link_nesting(tag: str) -> int:
    if re.match(r"<a[\s>]", tag, re.IGNORECASE):
        return 1
    return -1 if tag[:3].lower() == "</a" else 0
