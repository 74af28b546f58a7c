"""Markdown to HTML: the plain rendering of CommonMark, and a clipping's body as a page shows it.

A body goes through `_PARSER`, then its tokens are changed (links, pictures, tables, headings), rendered,
repaired where raw HTML stands in them, and sanitised, in this order.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from mdit_py_plugins.footnote import footnote_plugin

from generator.render import emphasis, highlight, links, sanitise, structure
from generator.render import place as place_
from generator.render.place import Place as Place

_CELLS = {"th_open", "td_open"}
_RAW_IMAGE = re.compile(r"""<img\b[^>]*?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)

MOST_BRACKETS = 10_000
"""In a body whose brackets may make links: each costs time, and no article has so many."""


def plain(text: str) -> str:
    """The HTML of CommonMark 0.31.2, with nothing added and nothing made safe: never for a page."""
    return str(_PLAIN.render(text))


def body_html(text: str, place: Place) -> Markup:
    """A clipping's Markdown as sanitised, valid HTML for the article's own page.

    Relative addresses are resolved against the original; what cannot be a link or a picture becomes its text.
    Text that is nested too deeply to parse is shown as it was written.
    """
    environment: EnvType = {"place": place}
    if text.count("[") > MOST_BRACKETS:
        text = text.replace("[", "\\[")
    try:
        tokens = _PARSER.parse(text, environment)
        html = _PARSER.renderer.render(_Body(place, environment).shown(tokens), _PARSER.options, environment)
        if environment.get("raw"):
            html = place_.repaired(html, place)
    except RecursionError:
        html = f'<pre tabindex="0">{escapeHtml(text)}</pre>'
    return Markup(sanitise.clean(html))  # noqa: S704  # the sanitiser has just written it


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


# ---- the parser


class _State(StateInline):
    """Inline parsing that knows emphasis beside Chinese, Japanese and Korean."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        opens, closes = emphasis.flanking(self.src[: self.posMax], start, end, inside_words=canSplitWord)
        return Scanned(opens, closes, end - start)


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _Parser(MarkdownIt):
    """CommonMark, tables, strikethrough, bare addresses and footnotes, with addresses left as written.

    Every address is judged once, by `links.resolve`: the parser's own check and encoding are not needed.
    """

    renderer: _Renderer

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": 50}, renderer_cls=_Renderer)
        self.inline = _Inline()
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False)  # `^[` is how terminals' escape codes are written
        self.renderer = _Renderer(self)  # without the plugin's own HTML
        self.core.ruler.before("footnote_tail", "footnote_unreferenced", _keep_unreferenced)
        self.core.ruler.push("bare_addresses", _link_bare_addresses)

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url


def _keep_unreferenced(state: StateCore) -> None:
    """A note that nothing refers to is listed with the others; the plugin would drop it."""
    notes = state.env.get("footnotes", {})
    for label, number in notes.get("refs", {}).items():
        if number < 0:
            notes["refs"][label] = len(notes["list"])
            notes["list"][len(notes["list"])] = {"label": label[1:], "count": 0}


def _link_bare_addresses(state: StateCore) -> None:
    for block in state.tokens:
        if block.children and "://" in block.content:
            block.children = list(_with_links(block.children))


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
            yield _text(token.content[position:start])
            yield Token("link_open", "a", 1, attrs={"href": address})
            yield _text(token.content[start:end])
            yield Token("link_close", "a", -1)
            position = end
        yield _text(token.content[position:])


def _raw_link_nesting(tag: str) -> int:
    if re.match(r"<a[\s>]", tag, re.IGNORECASE):
        return 1
    return -1 if tag[:3].lower() == "</a" else 0


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


# ---- what the parser read, as a page shows it


class _Body:
    """The tokens of one body on their way to the page."""

    def __init__(self, place: Place, environment: EnvType) -> None:
        self.place = place
        self.environment = environment
        self.raw_tags = 0

    def shown(self, tokens: Sequence[Token]) -> list[Token]:
        kept: list[Token] = []
        for token in tokens:
            if token.type == "inline":
                token.children = self._inline(token.children or [])
            elif token.type == "html_block":
                token.content = self._raw(token.content)
            elif token.type in _CELLS:
                _align_by_class(token)
            kept.append(token)
        kept = _without_empty_blocks(kept)
        _demote_empty_headers(kept)
        if not self.environment.get("raw"):
            _shift_headings(kept)
        return kept

    def _inline(self, tokens: Sequence[Token]) -> list[Token]:
        kept: list[Token] = []
        for position, token in enumerate(tokens):
            if token.type == "link_open":
                end = _link_end(tokens, position)
                _settle_link(token, tokens[end], tokens[position + 1 : end], self.place)
            elif token.type == "image":
                kept.append(self._image(token))
                continue
            elif token.type == "html_inline":
                token.content = self._raw(token.content)
            if not token.hidden and (token.type != "html_inline" or token.content):
                kept.append(token)
        return kept

    def _image(self, token: Token) -> Token:
        description = _described(token)
        attributes = place_.image_attributes(
            {"src": str(token.attrs["src"]), "alt": description, "title": str(token.attrs.get("title", ""))},
            self.place,
        )
        if attributes is None:
            return _text(description)
        token.attrs = dict(attributes)
        return token

    def _raw(self, content: str) -> str:
        self.raw_tags += content.count("<")
        if self.raw_tags > structure.MOST_TAGS:
            return escapeHtml(content)
        shown = structure.shown(content)
        if "<" in shown:
            self.environment["raw"] = True
        return shown


def _link_end(tokens: Sequence[Token], start: int) -> int:
    """Where a link closes; links do not hold links."""
    return next(
        (position for position in range(start, len(tokens)) if tokens[position].type == "link_close"), start
    )


def _settle_link(opening: Token, closing: Token, label: Sequence[Token], place: Place) -> None:
    """Resolve a link, or hide its tags: one without a name cannot be told, nor one that leads nowhere."""
    address = links.resolve(str(opening.attrs["href"]), place.original)
    if address is None or not any(map(_has_name, label)):
        opening.hidden = closing.hidden = True
        return
    opening.attrs["href"] = address
    if not opening.attrs.get("title"):
        opening.attrs.pop("title", None)


def _has_name(token: Token) -> bool:
    if token.type == "image":
        return bool(_described(token).strip())
    return token.type in {"html_inline", "footnote_ref"} or bool(token.content.strip())


def _described(image: Token) -> str:
    text = _PARSER.renderer.renderInlineAsText(image.children, _PARSER.options, {})
    return " ".join(text.split())


def _align_by_class(cell: Token) -> None:
    style = str(cell.attrs.pop("style", ""))
    if style:
        cell.attrs["class"] = "align-" + style.removeprefix("text-align:")


def _without_empty_blocks(tokens: Sequence[Token]) -> list[Token]:
    """Paragraphs and headings of which nothing is left go."""
    kept: list[Token] = []
    for token in tokens:
        kept.append(token)
        if token.type in {"paragraph_close", "heading_close"} and _is_empty(kept[-2], token):
            del kept[-3:]
    return kept


def _is_empty(content: Token, closing: Token) -> bool:
    if content.type != "inline":  # a note's way back stands here too
        return False
    children = content.children or []
    if closing.type == "heading_close":
        return not any(map(_has_name, children))
    return not any(child.content.strip() or child.type in {"image", "footnote_ref"} for child in children)


def _demote_empty_headers(tokens: list[Token]) -> None:
    """An empty header cell names no column: it becomes a plain cell; a header without any goes."""
    for position, token in enumerate(tokens):
        if token.type == "th_open" and not (tokens[position + 1].children or []):
            token.tag = tokens[position + 2].tag = "td"
    start = None
    for position, token in enumerate(tokens):
        if token.type == "thead_open":
            start = position
        elif token.type == "thead_close" and start is not None:
            head = tokens[start : position + 1]
            has_body = position + 1 < len(tokens) and tokens[position + 1].type == "tbody_open"
            if has_body and not any(child.type == "th_open" and child.tag == "th" for child in head):
                for child in head:
                    child.hidden, child.children = True, None


def _shift_headings(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    levels = structure.heading_levels([int(token.tag[1:]) for token in headings[::2]])
    for position, token in enumerate(headings):
        token.tag = f"h{levels[position // 2]}"


# ---- HTML


class _Renderer(RendererHTML):
    """Our own HTML where it differs from markdown-it's: one method a token type."""

    def table_open(self, *_: object) -> str:
        return '<div class="table" tabindex="0"><table>\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return f'<pre tabindex="0"><code>{escapeHtml(tokens[idx].content)}</code></pre>\n'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        language = tokens[idx].info.split(maxsplit=1)[0] if tokens[idx].info.strip() else ""
        coloured = highlight.highlight(tokens[idx].content, language) if language else None
        if coloured is None:
            return self.code_block(tokens, idx, options, env)
        return f'<pre class="highlight" tabindex="0"><code>{coloured}</code></pre>\n'

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return f"<img{self.renderAttrs(tokens[idx])}>"

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        before = tokens[idx - 1].content[-1:] if idx else ""
        after = tokens[idx + 1].content[:1] if idx + 1 < len(tokens) else ""
        return "" if before and after and emphasis.closes_up(before, after) else "\n"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        meta = tokens[idx].meta
        number = meta["id"] + 1
        note = f"{env['place'].id}-{number}"
        back = f"{note}-{meta['subId'] + 1}"
        env.setdefault("referred", set()).add(back)
        return f'<sup class="footnote-ref"><a href="#fn-{note}" id="fnref-{back}">[{number}]</a></sup>'

    def footnote_block_open(self, *_: object) -> str:
        return '<hr>\n<div class="footnotes">\n<ol>\n'

    def footnote_block_close(self, *_: object) -> str:
        return "</ol>\n</div>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return f'<li id="fn-{env["place"].id}-{tokens[idx].meta["id"] + 1}">'

    def footnote_close(self, *_: object) -> str:
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """The way back, to a place that is really there: a reference may have gone with what held it."""
        meta = tokens[idx].meta
        back = f"{env['place'].id}-{meta['id'] + 1}-{meta['subId'] + 1}"
        if back not in env.get("referred", ()):
            return ""
        return f' <a class="footnote-back" href="#fnref-{back}">↩\ufe0e</a>'


_PLAIN = MarkdownIt("commonmark")
_PARSER = _Parser()
