"""XML as text: elements whose text and attributes cannot break out, and addresses that are valid URIs."""

from __future__ import annotations

import contextlib
import re
import urllib.parse
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def clean(text: str) -> str:
    """Text without what XML 1.0 forbids or discourages; half a surrogate pair becomes U+FFFD."""
    if _UNWANTED.search(text) is None:  # which holds for nearly all, and three passes would cost thrice
        return text
    return _UNWANTED.sub(_replacement, text.replace("\r\n", "\n"))


def _replacement(unwanted: re.Match[str]) -> str:
    if unwanted[0] == "\r":
        return "\n"
    return "\ufffd" if "\ud800" <= unwanted[0] <= "\udfff" else ""


def element(name: str, content: str = "", attributes: dict[str, str | None] | None = None) -> str:
    """An element with plain text, on a line of its own; an attribute of None is left out."""
    return nested(name, escape(clean(content)), attributes) if content else _open(name, attributes, "/>\n")


def nested(name: str, markup: str, attributes: dict[str, str | None] | None = None) -> str:
    """An element around markup that `element` and `nested` made."""
    return f"{_open(name, attributes, '>')}{markup}</{name}>\n"


def _open(name: str, attributes: dict[str, str | None] | None, end: str) -> str:
    written = "".join(
        f' {key}="{escape(clean(value), _IN_ATTRIBUTE)}"'
        for key, value in (attributes or {}).items()
        if value is not None
    )
    return f"<{name}{written}{end}"


_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


_ADDRESS = re.compile(r"(https?://)([^/?#]*)([^#]*)(?:#(.*))?", re.IGNORECASE | re.DOTALL)


def uri(address: str) -> str:
    """A web address as RFC 3986 writes it: other characters are percent-encoded, the host as IDNA has it."""
    address = clean(address).strip()
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return _quoted(address, "#")
    scheme, host, path, fragment = parts.groups()
    with contextlib.suppress(UnicodeError):  # no name that can be looked up: percent-encoding keeps it valid
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    hash_ = "" if fragment is None else "#" + _quoted(fragment)
    return scheme + _quoted(host, "[]") + _quoted(path) + hash_


def _quoted(part: str, also: str = "") -> str:
    return _BAD_PERCENT.sub("%25", urllib.parse.quote(part, safe="%/:=&?~+!$,;'@()*" + also))
