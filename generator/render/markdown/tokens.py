"""Tokens that are made in a third of the time of markdown-it's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal, cast

from markdown_it.token import Token

DEEPEST = 50
"""Blocks within blocks, and brackets within brackets; what is deeper is text."""

_NOTHING = cast("dict[Any, Any]", MappingProxyType({}))
"""Shared, so nothing may be put into it: rules give a token a dictionary of its own."""


class QuickToken(Token):
    """A token whose fields stand in the class until they are set."""

    attrs: dict[str, str | int | float] = _NOTHING
    map: list[int] | None = None
    level: int = 0
    children: list[Token] | None = None
    content: str = ""
    markup: str = ""
    info: str = ""
    meta: dict[Any, Any] = _NOTHING
    block: bool = False
    hidden: bool = False

    def __init__(self, type: str, tag: str, nesting: Literal[-1, 0, 1]) -> None:  # noqa: A002  # its name there
        self.type = type
        self.tag = tag
        self.nesting = nesting


class TextToken(QuickToken):
    """A token of text: half of all tokens, and all of them alike but for their content."""

    type: str = "text"
    tag: str = ""
    nesting: Literal[-1, 0, 1] = 0

    def __init__(self, content: str) -> None:
        self.content = content
