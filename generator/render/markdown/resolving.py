"""Resolve the links of a block against the original page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markdown_it.token import Token

from generator.render import links
from generator.render.place import Place
from generator.render.wellformed import REL


def resolve_text_link(link: Token, place: Place) -> str | None:
    """Resolve a link with a text label, or turn it into text. Return its address."""
    address = links.resolve(str(link.attrs["href"]), place.original)
    if address is None or not link.content.strip():
        link.type = "text"
        return None
    link.attrs["href"] = address
    link.attrs["rel"] = REL
    return address


def link_end(tokens: Sequence[Token], start: int) -> int:
    """Return the index of the token that closes a link. Links do not contain links."""
    for position in range(start, len(tokens)):
        if tokens[position].type == "link_close":
            return position
    return start


def resolve_link(opening: Token, closing: Token, label: Sequence[Token], place: Place) -> str | None:
    """Resolve a link, or hide its tags if it has no name or no valid target. Return its address."""
    address = links.resolve(str(opening.attrs["href"]), place.original)
    if address is None or not any(map(has_name, label)):
        opening.hidden = closing.hidden = True
        return None
    opening.attrs["href"] = address
    if not opening.attrs.get("title"):
        opening.attrs.pop("title", None)
    opening.attrs["rel"] = REL
    return address


def has_name(token: Token) -> bool:
    """Return whether a part of a label names its link."""
    if token.type == "image":
        return bool(described(token).strip())
    return token.type in {"html_inline", "footnote_ref"} or bool(token.content.strip())


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
