"""Highlight source code as HTML with classes, which a style sheet colours. Pygments parses the code."""

from __future__ import annotations

import functools
import html
from collections.abc import Iterator

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Token, _TokenType

LARGEST = 20_000
"""Number of characters of code in one of the `QUICK` languages. Longer code is shown plain."""
LARGEST_OTHERWISE = 2_000
"""Characters in any other language. Several of Pygments' lexers (C#, Java, Make) take quadratic time on text that
is no code: C# needed 8.4 s for 8,000 characters, those below at most 1.8 s for 20,000."""  # noqa: E501
QUICK = frozenset({
    "Python", "Python console session", "JavaScript", "TypeScript", "JSX", "Bash", "Bash Session", "JSON",
    "YAML", "TOML", "INI", "HTML", "XML", "CSS", "C", "C++", "Go", "Rust", "PHP", "Ruby", "SQL", "PowerShell",
    "Batchfile", "Diff", "Docker", "Lua", "Perl", "Kotlin", "Swift", "S", "Nginx configuration file", "GraphQL",  # noqa: E501
    "GAS", "NASM", "VB.net", "Dart", "TeX", "Solidity", "Haskell", "MSDOS Session",
})  # fmt: skip
"""Pygments' names of the languages that were measured."""

_CLASSES = {
    Token.Comment: "c",
    Token.Keyword: "k",
    Token.Operator.Word: "k",
    Token.Literal.String: "s",
    Token.Literal.Number: "m",
    Token.Name.Function: "nf",
    Token.Name.Class: "nf",
    Token.Name.Decorator: "nf",
    Token.Name.Tag: "nt",
    Token.Name.Builtin: "nb",
    Token.Name.Attribute: "na",
    Token.Generic.Deleted: "gd",
    Token.Generic.Inserted: "gi",
    Token.Generic.Heading: "gh",
    Token.Generic.Subheading: "gh",
    Token.Generic.Prompt: "c",
}
"""Token types → class, one of Pygments' own short names. Applies to subtypes too."""

CLASSES = frozenset(_CLASSES.values())

# Each colour has a contrast of at least 4.5 (WCAG 2.2, AA) on its background. A test checks this.
LIGHT_BACKGROUND, DARK_BACKGROUND = "#f6f5f2", "#1e1e1e"
LIGHT = {
    "c": "#5f6368", "k": "#7a1fa2", "s": "#1b6b2f", "m": "#8f4a00", "nf": "#0550ae",
    "nt": "#0b5f6b", "nb": "#0b5f6b", "na": "#7a4a00", "gd": "#a3152c", "gi": "#1b6b2f", "gh": "#0550ae",
}  # fmt: skip
DARK = {
    "c": "#a0a4a8", "k": "#d1a3f0", "s": "#a5d68a", "m": "#f0b27a", "nf": "#8cb8ff",
    "nt": "#7fd1de", "nb": "#7fd1de", "na": "#e5c07b", "gd": "#ff9a9a", "gi": "#a5d68a", "gh": "#8cb8ff",
}  # fmt: skip


def highlight(code: str, language: str) -> str | None:
    """Return escaped code with a `span` around each coloured part; None for unknown or long code."""
    lexer = _lexer(language.lower()[:40]) if len(code) <= LARGEST else None
    if lexer is None or (len(code) > LARGEST_OTHERWISE and lexer.name not in QUICK):
        return None
    pieces = []
    for class_, text in _merged(lexer, code):
        escaped = html.escape(text, quote=False)
        pieces.append(f'<span class="{class_}">{escaped}</span>' if class_ else escaped)
    return "".join(pieces)


def stylesheet() -> str:
    """Return the rules for the classes: dark where the page is, light on paper.

    A theme sets the background with the variable `--code-bg`.
    """
    return "\n".join((
        f".highlight{{background:var(--code-bg,light-dark({LIGHT_BACKGROUND},{DARK_BACKGROUND}))}}",
        *(f".highlight .{class_}{{color:light-dark({LIGHT[class_]},{DARK[class_]})}}" for class_ in LIGHT),
        ".highlight .c{font-style:italic}",
        ".highlight .gh{font-weight:bold}",
        "",
    ))  # fmt: skip


def _merged(lexer: Lexer, code: str) -> Iterator[tuple[str, str]]:
    """Yield the code in runs of one class. White space joins the run before it."""
    current, texts = "", list[str]()
    for type_, text in lexer.get_tokens(code):
        class_ = current if text.isspace() else _class_of(type_)
        if class_ != current and texts:
            yield current, "".join(texts)
            texts = []
        current = class_
        texts.append(text)
    yield current, "".join(texts)


@functools.cache
def _class_of(type_: _TokenType) -> str:
    above: _TokenType | None = type_
    while above is not None:
        if above in _CLASSES:
            return _CLASSES[above]
        above = above.parent
    return ""


@functools.lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    # For an unknown name, Pygments would search all packages installed on the machine.
    return get_lexer_by_name(language, stripnl=False) if language in _known() else None


@functools.cache
def _known() -> frozenset[str]:
    """Return the names of the languages that come with Pygments."""
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)
