"""Check the CSS of an SVG file: refuse what may load or run anything, or is ambiguous.

Only a subset of CSS Syntax Level 3 is accepted, without escapes, nested rules, and blocks or semicolons in
brackets. So splitting at braces, semicolons and colons yields what a browser reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn


class RefusedError(Exception):
    """The file is refused; the message is the end of a sentence about it."""


def refuse(why: str) -> NoReturn:
    """Raise `RefusedError`."""
    raise RefusedError(why)


SPACE = " \t\r\n\f"
SHADOW, GROUP, ANIMATION = " shadow", " group", " animation"
"""Pseudo-ids for properties that are expensive by themselves: a shadow, off-screen drawing, animation."""

_FUNCTIONS = frozenset(re.findall(r"\S+", """
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp var drop-shadow
    cubic-bezier steps rect inset circle ellipse polygon linear-gradient radial-gradient
    matrix translate translatex translatey translate3d scale scalex scaley rotate skewx skewy
    media and or not
"""))  # fmt: skip
_CALL = re.compile(r"(?<![\w-])([\w-]++)\s*+\(")
_AT_RULE = re.compile(r"@(?!(?:media|keyframes|-webkit-keyframes)\b)")
_SCHEME = re.compile(r"javascript:|data:|expression", re.IGNORECASE)
_SYNTAX = re.compile(r"""[\\@"'/(){}[\]:]""")
_TOKEN = re.compile(
    r"""(?P<local>(?<![\w-])url\(\s*+(['"]?)\#(?P<id>[\w:.-]++)\2\s*+\))
    | (?P<string>"[^"\n\r\f]*+"|'[^'\n\r\f]*+') | (?P<comment>/\*.*?\*/)
    | (?P<wrong>url\(|["']|/\*|\\)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_LOCAL = re.compile(r"url\(#([^)]++)\)")
_COSTLY = re.compile(r"url\(|drop-shadow\(|opacity|blend|isolation|animation|inherit", re.IGNORECASE)
_ASIDE = re.compile(r"(-webkit-)?(all|clip-path|mask.*|(backdrop-)?filter|opacity|mix-blend-mode|isolation)")
"""Expensive properties that are not inherited unless a value requests it."""
_NO_GROUP = re.compile(r"\s*(1(\.0*)?|100%|normal|auto|inherit|initial|unset)\s*")


def plain_css(css: str) -> str:
    """Return CSS without comments and the content of strings. Raises `RefusedError`."""
    if not _SYNTAX.search(css):
        return css
    if _SCHEME.search(css):
        refuse("holds an address that runs or holds a file")
    plain = _TOKEN.sub(_plain_token, css)
    if match := _AT_RULE.search(plain):
        refuse(f"holds CSS with {plain[match.start() : match.start() + 20]!r}")
    for match in _CALL.finditer(_LOCAL.sub(" ", plain)):
        if match[1].lower() not in _FUNCTIONS:
            refuse(f"holds CSS with {match[1][:30]}()")
    _check_brackets(plain)
    return plain


def plain_value(css: str) -> str:
    """Return the same for an attribute's CSS, which has no rules."""
    plain = plain_css(css)
    if "{" in plain or "}" in plain:
        refuse("holds CSS with braces in an attribute")
    return plain


def _plain_token(token: re.Match[str]) -> str:
    match token.lastgroup:
        case "local":
            return f"url(#{token['id']})"
        case "string":
            return '""'
        case "comment":
            return " "
    if token["wrong"] == "\\":
        refuse("holds CSS with escapes")
    if token["wrong"].endswith("("):
        refuse(f"holds CSS with {token['wrong']})")
    refuse("holds CSS with a string or comment that does not end")


def _check_brackets(plain: str) -> None:
    """Refuse braces and semicolons in brackets, which CSS treats as part of a value."""
    expected: list[str] = []
    for mark in re.findall(r"[][(){};]", plain):
        if mark in "([":
            expected.append(")" if mark == "(" else "]")
        elif (mark in ")]" and (not expected or expected.pop() != mark)) or (mark in "{};" and expected):
            refuse("holds CSS with brackets that do not match")
    if expected:
        refuse("holds CSS with brackets that do not match")


def rules(plain: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of each rule, including those in @media and @keyframes."""
    parts = [*re.split(r"([{}])", plain), ""]
    selectors, groups = None, 0
    for text, mark in zip(parts[::2], parts[1::2], strict=True):
        prelude = text.strip(SPACE + ";")
        if mark == "{" and selectors is None:
            if not prelude.startswith("@"):
                selectors = prelude
            elif ";" in prelude:
                refuse("holds CSS with an @ rule that has no block")
            else:
                groups += 1
        elif mark == "}" and selectors is not None:
            yield selectors, text
            selectors = None
        elif mark == "}" and groups and not prelude:
            groups -= 1
        elif mark or prelude or groups:
            refuse("holds CSS with rules in rules, or text outside of them")


def names(selectors: str) -> Iterator[str]:
    """Yield what selects the elements of a rule: `g`, `.class`, `#id`, or `*` for any."""
    for selector in re.split(r"[;,]", selectors):
        last = re.split(r"[ \t\r\n\f>+~]++", selector.strip(SPACE))[-1]
        found = re.findall(r"[.#]?[\w-]+", last, re.ASCII)
        yield from found if found and "".join(found) == last else ("*",)


def references(declarations: str) -> Iterator[tuple[str, str]]:
    """Yield property and id (or pseudo-id) of each reference. Raises `RefusedError`."""
    if not _COSTLY.search(declarations):
        return
    for declaration in declarations.split(";"):
        name, _, value = declaration.partition(":")
        yield from value_references(name.strip(SPACE).lower(), value)


def value_references(name: str, value: str) -> Iterator[tuple[str, str]]:
    """Yield the same for one property."""
    found = _LOCAL.findall(value)
    shadows = value.lower().count("drop-shadow(")
    if name.startswith("--") and (found or shadows):
        refuse("holds a CSS variable with a reference")
    if _ASIDE.fullmatch(name) and "inherit" in value.lower():
        refuse(f"inherits {name[:30]}")
    for id_ in found:
        yield name, id_
    for _ in range(shadows):
        yield "filter", SHADOW
    if name in {"opacity", "mix-blend-mode", "isolation"} and not _NO_GROUP.fullmatch(value.lower()):
        yield "filter", GROUP
    if name.startswith(("animation", "-webkit-animation")):
        yield name, ANIMATION
