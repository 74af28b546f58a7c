"""Our parser of bodies reads what markdown-it reads with all its own rules, drivers and helpers."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import reference
from markdown_it.rules_block import table as read_table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from mdit_py_plugins.footnote import footnote_plugin

from generator.render import emphasis
from generator.render.markdown.definitions import text_like_definition
from generator.render.markdown.html_blocks import html_block
from generator.render.markdown.parser import Parser, _keep_unreferenced, _link_bare_addresses

CASES = Path(__file__).parents[1] / "cases"


class State(StateInline):
    """The one rule of inline parsing that is ours by intent, not for speed."""

    def scanDelims(self, start, canSplitWord):  # noqa: N802, N803
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        opens, closes = emphasis.flanking(self.src, start, end, self.posMax, inside_words=canSplitWord)
        return Scanned(opens, closes, end - start)


class Inline(ParserInline):
    def parse(self, src, md, env, tokens):
        state = State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def table(state, start, end, silent):
    """The library's rule; the text of cells that no column is for goes to the last one by intent."""
    first = len(state.tokens)
    if not read_table(state, start, end, silent):
        return False
    cells = row = None
    for token in state.tokens[first:]:
        if token.type == "tr_open":
            cells, row = [], token.map[0]
        elif token.type == "inline":
            cells.append(token)
        elif token.type == "tr_close" and row > start:
            written = escapedSplit(getLine(state, row).strip())
            written = written[written[0] == "" : len(written) - (len(written) > 1 and written[-1] == "")]
            rest = written[len(cells) - 1 :]
            if any(map(str.strip, rest[1:])):
                bare = [cell.strip() for cell in rest if not re.fullmatch(r"\s*(:?-{3,}:?\s*)?", cell)]
                is_nested = any(cell.strip(" \t:-") == "" and "---" in cell for cell in rest)
                cells[-1].content = " | ".join(bare) if is_nested else "|".join(rest).rstrip("| \t").strip()
    return True


def definition(state, start, end, silent):
    """The library's rule; what only looks like a definition is a paragraph by intent."""
    last = text_like_definition(state, start)
    if last is None or silent:
        return reference(state, start, end, silent)
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children = state.getLines(start, last + 1, state.blkIndent, False).strip(), []
    state.push("paragraph_close", "p", -1)
    state.line = last + 1
    return True


class Reference(MarkdownIt):
    """The library's parser, with the same extensions as ours."""

    def __init__(self):
        super().__init__("commonmark", {"maxNesting": 50})
        self.inline = Inline()
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False)
        self.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
        self.block.ruler.at("reference", definition)
        self.block.ruler.at(  # unclosed HTML is text by intent
            "html_block", html_block, {"alt": ["paragraph", "reference", "blockquote"]}
        )
        self.core.ruler.before("footnote_tail", "footnote_unreferenced", _keep_unreferenced)
        self.core.ruler.push("bare_addresses", _link_bare_addresses)

    def validateLink(self, url):  # noqa: ARG002, N802
        return True

    def normalizeLink(self, url):  # noqa: N802
        return url


NO_NUMBERS = (None, None)
OURS, REFERENCE = Parser(), Reference()


def read(parser, text):
    """What the writer looks at, token by token, in the form of markdown-it."""
    environment = {}
    read = [form for token in parser.parse(text, environment) for form in blocks(token)]
    return read, environment.get("references", {}), environment.get("footnotes", {}).get("list", {})


def blocks(token):
    if token.type != "inline":
        attributes = dict(token.attrs)
        return [(token.type, token.tag, token.content, attributes, token.hidden, token.info, numbers(token))]
    inline = ("inline", "", token.content, inlines(token))
    if not token.tag:
        return [inline]
    name = {"p": "paragraph", "t": token.tag, "h": "heading"}["t" if token.tag == "th" else token.tag[0]]
    is_written = token.info and token.info != "end"  # columns of numbers end at the right by intent
    style = {"style": f"text-align:{token.info}"} if is_written else {}
    rest = (False, "", NO_NUMBERS)
    return [
        (f"{name}_open", token.tag, "", style, *rest),
        inline,
        (f"{name}_close", token.tag, "", {}, *rest),
    ]


def inlines(token):
    children = token.children
    if not children:
        return (
            [("text", "", token.content, {}, NO_NUMBERS, [])]
            if token.content and token.type == "inline"
            else []
        )
    return [
        form for child in children if child.type != "text" or child.content for form in inline_forms(child)
    ]


def inline_forms(token):
    if token.type == "link":
        label = [("text", "", token.content, {}, NO_NUMBERS, [])] if token.content else []
        tags = [
            (f"link_{end}", "a", "", kept, NO_NUMBERS, [])
            for end, kept in (("open", token.attrs), ("close", {}))
        ]
        return [tags[0], *label, tags[1]]
    return [(token.type, token.tag, token.content, attributes(token), numbers(token), inlines(token))]


def attributes(token):
    return {name: value for name, value in token.attrs.items() if name != "alt"}


def numbers(token):
    return tuple(token.meta.get(name) for name in ("id", "subId"))


PIECES = st.sampled_from([
    "*", "**", "***", "_", "__", "~~", "`", "``", "[", "]", "(", ")", "![", "](", "<", ">", "&amp;", "&#35;",
    "&", "\\", "|", "|-|-|", ":-:", "\n", "\n\n", "\n    ", "\n\t", "  \n", "- ", "* ", "+ ", "1. ", "2) ",
    "> ", "# ", "---", "===", "- [ ] ", "```", "~~~", "[^1]", "[^1]: ", "[a]: ", "[a]", "[a][b]", "<b>",
    "</a>", "<div>", "<!--", "-->", "<?", "?>", "<!A",
    "<![CDATA[", "]]>", "<pre>", "</pre>", "<https://a.b>", "https://a.example/x_y", "[t](u)", "[t](/u 'v')",
    '![t](u "v w")', "[t](<u v>)", "[t](u(v)w)", "**t u**", "a", "b c", " ", "\t", "汉", "，", "“", "。",
    "a_b_c", "1", "2.5", "!", "\r\n", "\0", "\xa0", "\u3000", "\x1c", "😀", "\ufe0f", '"', "'",
])  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=8).map("\n".join),
    st.text(max_size=60),
)


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
@example("> a\nb\n===")
@example("> - a\n>\n> ***\n|a|\n|-|")
@example("- a\n  | b | \\| |\n  |:-|-:|\n  | 1 |")
@example("*" * 100 + "a" + "*" * 99)
@example("[" * 60 + "a" + "](b)" * 60)
def test_any_text_is_read_as_markdown_it_reads_it(text):
    assert read(OURS, text) == read(REFERENCE, text)


@pytest.mark.parametrize(
    "each", json.loads((CASES / "commonmark/spec.json").read_text("utf-8")), ids=lambda each: each["example"]
)
def test_examples_of_commonmark_are_read_as_markdown_it_reads_them(each):
    assert read(OURS, each["markdown"]) == read(REFERENCE, each["markdown"])
