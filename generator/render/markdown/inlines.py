"""Parse inline text with markdown-it's rules, tried only where they can match."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.helpers import parseLinkDestination, parseLinkLabel, parseLinkTitle
from markdown_it.helpers.parse_link_destination import _Result
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    emphasis,
    entity,
    escape,
    html_inline,
    image,
    link,
    link_pairs,
    newline,
    strikethrough,
)
from markdown_it.rules_inline.state_inline import Delimiter, Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.footnote.index import footnote_ref

from generator.markup.html_names import is_comparison
from generator.render import emphasis as flanks
from generator.render.markdown.tokens import DEEPEST, QuickToken, TextToken

Rule = Callable[[StateInline, bool], bool]


def _note(state: StateInline, silent: bool) -> bool:
    return "footnotes" in state.env and footnote_ref(state, silent)


_LABEL = r"\[([^\n\\`~*_\[\]<&]*+)\]"
_TARGET = r"\(([^\x00-\x20\x7f()\\<]++)(?: \"([^\"\\&\n]*+)\")?\)"
_LINK = re.compile(_LABEL + _TARGET)
_IMAGE = re.compile("!" + _LABEL + _TARGET)
"""The common form: a plain text label, an address without brackets, optionally a title."""
_NO_LINK = re.compile(r"\[[^\[\]\\`<]*+(?:\Z|\](?!\())")
"""A bracket that can only refer to a definition, for example a check box."""
_STRONG = re.compile(r"\*\*((?!\s)[^\n\\`~*_\[<&]++(?<!\s))\*\*")


def _link(state: StateInline, silent: bool) -> bool:
    """Parse a link, of the common form directly, of others with markdown-it."""
    if "literal_brackets" in state.env:
        return False
    common = _LINK.match(state.src, state.pos, state.posMax)
    if common is None or state.level >= DEEPEST:
        if "references" not in state.env and _NO_LINK.match(state.src, state.pos, state.posMax):
            return False
        return link(state, silent)
    if not silent:
        if state.pending:
            state.pushPending()
        state.tokens += _link_tokens(common)
    state.pos = common.end()
    return True


def _image(state: StateInline, silent: bool) -> bool:
    if "literal_brackets" in state.env:
        return False
    common = _IMAGE.match(state.src, state.pos, state.posMax)
    if common is None or state.level >= DEEPEST:
        return image(state, silent)
    if not silent:
        if state.pending:
            state.pushPending()
        state.tokens += _image_tokens(common)
    state.pos = common.end()
    return True


def _link_tokens(common: re.Match[str]) -> list[Token]:
    """Return a link with its label as content: one token instead of three."""
    token = QuickToken("link", "a", 0)
    token.attrs = _attributes("href", common)
    token.content = common[1]
    return [token]


def _image_tokens(common: re.Match[str]) -> list[Token]:
    token = QuickToken("image", "img", 0)
    token.attrs = _attributes("src", common)
    token.content = common[1]
    token.children = [TextToken(common[1])] if common[1] else None
    return [token]


def _strong_tokens(common: re.Match[str]) -> list[Token]:
    opening, closing = QuickToken("strong_open", "strong", 1), QuickToken("strong_close", "strong", -1)
    return [opening, TextToken(common[1]), closing]


_BESIDES_STARS = re.compile(r"[\n\\`~_\[<&]")


def _strong_only(source: str) -> list[Token] | None:
    """Return the tokens of text whose only markup is pairs of `**`; None for other text."""
    texts = source.split("**")
    if len(texts) % 2 == 0 or not all(texts[1:-1]) or "*" in "".join(texts) or _BESIDES_STARS.search(source):
        return None
    tokens: list[Token] = []
    position, end = 0, len(source)
    for number, text in enumerate(texts):
        if number:
            opens, closes = flanks.flanking(source, position, position + 2, end, inside_words=True)
            if not (opens if number % 2 else closes):
                return None
            position += 2
            tokens.append(
                QuickToken("strong_open", "strong", 1)
                if number % 2
                else QuickToken("strong_close", "strong", -1)
            )
        if text:
            tokens.append(TextToken(text))
        position += len(text)
    return tokens


_WHOLE = {"[": (_LINK, _link_tokens), "!": (_IMAGE, _image_tokens), "*": (_STRONG, _strong_tokens)}
"""First character → form that often makes up a complete block."""


def _attributes(name: str, common: re.Match[str]) -> dict[str, str | int | float]:
    address, title = common[2], common[3]
    attributes: dict[str, str | int | float] = {name: unescapeAll(address) if ";" in address else address}
    if title:
        attributes["title"] = title
    return attributes


def _run(state: StateInline, silent: bool) -> bool:
    """Parse a run of `*` or `_`. It is text if it can neither open nor close emphasis, as in `a_name`."""
    if silent:
        return False
    marker = state.src[state.pos]
    opens, closes, length = state.scanDelims(state.pos, marker == "*")
    if not opens and not closes:
        state.append_pending(marker * length)
    else:
        state.has_runs = True  # type: ignore[attr-defined]  # it is an InlineState
        if state.pending:
            state.pushPending()
        for _ in range(length):
            state.delimiters.append(Delimiter(ord(marker), length, len(state.tokens), -1, opens, closes))
            state.tokens.append(TextToken(marker))
    state.pos += length
    return True


def _strike(state: StateInline, silent: bool) -> bool:
    state.has_runs = True  # type: ignore[attr-defined]
    return strikethrough.tokenize(state, silent)


def _autolink(state: StateInline, silent: bool) -> bool:
    """Parse an address between `<` and `>`. A name of C++ or Rust is text, as in `vector<std::string>`."""
    return not _SCOPED.match(state.src, state.pos) and autolink(state, silent)


def _tag(state: StateInline, silent: bool) -> bool:
    return not is_comparison(state.src, state.pos) and html_inline(state, silent)


_SCOPED = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*::")
_RULES: dict[str, tuple[Rule, ...]] = {
    "\n": (newline,),
    "\\": (escape,),
    "`": (backtick,),
    "~": (_strike,),
    "*": (_run,),
    "_": (_run,),
    "[": (_link, _note),
    "]": (),
    "!": (_image,),
    "<": (_autolink, _tag),
    "&": (entity,),
}
"""Character → rules to try, in markdown-it's order. `]` starts nothing, but ends a link's label."""

_SPECIAL = re.compile(f"[{re.escape(''.join(_RULES))}]")
MARKUP = re.compile(r"[\n\\`~*_\[<&]")
"""What marks text with markup. `!` is markup only before a bracket, `]` only after one."""


class InlineState(StateInline):
    """Inline parsing that supports emphasis beside Chinese, Japanese and Korean."""

    has_runs = False
    """Whether there are emphasis markers to pair."""
    has_escapes = False

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        """Add a token, preceded by the pending text."""
        if self.pending:
            self.pushPending()
        token = QuickToken(ttype, tag, nesting)
        meta = None
        if nesting < 0:
            self.level -= 1
            self.delimiters = self._prev_delimiters.pop()
        token.level = self.level
        if nesting > 0:
            self.level += 1
            self._prev_delimiters.append(self.delimiters)
            self.delimiters = []
            meta = {"delimiters": self.delimiters}
        if ttype == "text_special":
            self.has_escapes = True
        self.pendingLevel = self.level
        self.tokens.append(token)
        self.tokens_meta.append(meta)
        return token

    def pushPending(self) -> Token:  # noqa: N802
        """Add the pending text as a token."""
        token = TextToken(self.pending)
        token.level = self.pendingLevel
        self.tokens.append(token)
        self.pending = ""
        return token

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        """Return what a run of markers can do."""
        source, end, most = self.src, start, self.posMax
        marker = source[start]
        while end < most and source[end] == marker:
            end += 1
        opens, closes = flanks.flanking(source, start, end, most, inside_words=canSplitWord)
        return Scanned(opens, closes, end - start)


class Inlines(ParserInline):
    """markdown-it's inline parser, with the same result, in which adjacent texts are joined."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Add the tokens of `src`."""
        if MARKUP.search(src):
            return self.marked(src, md, env, tokens)
        if src:
            tokens.append(TextToken(src))
        return tokens

    def marked(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Add the tokens of a text that contains markup."""
        is_whole = src[0] in _WHOLE and "literal_brackets" not in env
        if is_whole and (whole := _WHOLE[src[0]][0].fullmatch(src)):
            tokens += _WHOLE[src[0]][1](whole)
            return tokens
        if "**" in src and (strong := _strong_only(src)):
            tokens += strong
            return tokens
        state = InlineState(src, md, env, tokens)
        self.tokenize(state)
        if state.has_runs:
            link_pairs(state)
            strikethrough.postProcess(state)
            emphasis.postProcess(state)
        if state.has_runs or state.has_escapes:
            tokens[:] = _joined(tokens)
        return tokens

    def tokenize(self, state: StateInline) -> None:
        """Parse up to the end of the state's range."""
        source, position, end = state.src, state.pos, state.posMax
        search = _SPECIAL.search
        if state.level >= DEEPEST:
            state.append_pending(source[position:end])
            state.pos = position = end
        while position < end:
            special = search(source, position, end)
            stop = special.start() if special else end
            if stop > position:
                state.append_pending(source[position:stop])
                state.pos = stop
                if special is None:
                    break
            for rule in _RULES[source[stop]]:
                if rule(state, False):
                    break
            else:
                state.append_pending(source[stop])
                state.pos += 1
            position = state.pos
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802
        """Skip one token without creating it."""
        position = state.pos
        if position in state.cache:
            state.pos = state.cache[position]
            return
        rules = _RULES.get(state.src[position])
        if state.level >= DEEPEST:
            state.pos = state.posMax + 1
        elif rules is None:
            special = _SPECIAL.search(state.src, position, state.posMax)
            state.pos = special.start() if special else state.posMax
        else:
            state.level += 1
            for rule in rules:
                if rule(state, True):
                    break
            else:
                state.pos += 1
            state.level -= 1
        state.cache[position] = state.pos


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with adjacent texts joined."""
    joined: list[Token] = []
    texts: list[str] = []
    for token in tokens:
        if token.type in {"text", "text_special"}:
            if not texts:
                joined.append(TextToken(""))
            texts.append(token.content)
            continue
        if texts:
            joined[-1].content = "".join(texts)
            texts = []
        joined.append(token)
    if texts:
        joined[-1].content = "".join(texts)
    return joined


# ---- links

_LABEL_END = re.compile(r"[\[\]\\`<]")
_DESTINATION = re.compile(r"[^\x00-\x20\x7f()\\<][^\x00-\x20\x7f()\\]*+")


def _link_label(state: StateInline, start: int, disableNested: bool = False) -> int:  # noqa: N803
    """Return the end of a label: the first bracket, if nothing before it can contain brackets."""
    if state.level < DEEPEST:
        end = _LABEL_END.search(state.src, start + 1, state.posMax)
        if end is None:
            return -1
        if end[0] == "]":
            return end.start()
    return parseLinkLabel(state, start, disableNested)


def _link_destination(string: str, position: int, most: int) -> _Result:
    """Return the result for an address, directly if it has no brackets and escapes."""
    simple = _DESTINATION.match(string, position, most)
    if simple is None or (simple.end() < most and string[simple.end()] in "(\\"):
        return parseLinkDestination(string, position, most)
    result = _Result()
    result.ok, result.pos, result.str = True, simple.end(), unescapeAll(simple[0])
    return result


HELPERS = SimpleNamespace(
    parseLinkLabel=_link_label, parseLinkDestination=_link_destination, parseLinkTitle=parseLinkTitle
)
"""Replaces `markdown_it.helpers`."""
