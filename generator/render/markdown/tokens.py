"""Tokens that are created in a third of the time of markdown-it's own."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Literal, cast

from markdown_it.token import Token

DEEPEST = 50
"""Maximum nesting of blocks, and of brackets. Deeper ones are text."""

_NOTHING = cast("dict[Any, Any]", MappingProxyType({}))
"""Shared and therefore never changed: rules assign a new dictionary to a token."""


class QuickToken(Token):
    """A token whose default values are class attributes."""

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
    """A text token. Half of all tokens are texts, which differ only in content."""

    type: str = "text"
    tag: str = ""
    nesting: Literal[-1, 0, 1] = 0

    def __init__(self, content: str) -> None:
        self.content = content
