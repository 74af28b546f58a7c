"""Write XML as text: elements whose text and attributes are escaped, and addresses that are valid URIs."""

from __future__ import annotations

import contextlib
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def clean(text: str) -> str:
    """Return text without what XML 1.0 forbids or discourages. Unpaired surrogates become U+FFFD."""
    # Nearly all text is fine, and the cheap checks come first.
    if text.isprintable() or text.replace("\n", "").isprintable() or _UNWANTED.search(text) is None:
        return text
    return _UNWANTED.sub(_replacement, text.replace("\r\n", "\n"))


def _replacement(unwanted: re.Match[str]) -> str:
    if unwanted[0] == "\r":
        return "\n"
    return "\ufffd" if "\ud800" <= unwanted[0] <= "\udfff" else ""


def element(name: str, content: str = "", attributes: dict[str, str | None] | None = None) -> str:
    """Return an element with plain text, on a line of its own. Attributes that are None are left out."""
    return nested(name, text(content), attributes) if content else _open(name, attributes, "/>\n")


def text(content: str) -> str:
    """Return plain text, escaped for an element."""
    return escape(clean(content))


def nested(name: str, markup: str, attributes: dict[str, str | None] | None = None) -> str:
    """Return an element around markup made by `element` and `nested`."""
    return f"{_open(name, attributes, '>')}{markup}</{name}>\n"


def around(
    name: str, pieces: Iterable[str], attributes: dict[str, str | None] | None = None
) -> Iterator[str]:
    """Yield the same in pieces, so that long markup is not copied at every level."""
    yield _open(name, attributes, ">")
    yield from pieces
    yield f"</{name}>\n"


def _open(name: str, attributes: dict[str, str | None] | None, end: str) -> str:
    if attributes is None:
        return f"<{name}{end}"
    written = "".join([
        f' {key}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    ])  # fmt: skip
    return f"<{name}{written}{end}"


def _attribute(value: str) -> str:
    value = clean(value)
    return escape(value, _IN_ATTRIBUTE) if _MARKED.search(value) else value


_MARKED = re.compile('[&<>"\n\t]')
_IN_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


_WELL_WRITTEN = re.compile(
    r"https?://(?:[A-Za-z0-9_.~/:=&?+!$,;'@()*-]++|%[0-9A-Fa-f]{2})++(?:#(?:[A-Za-z0-9_.~/:=&?+!$,;'@()*-]++|%[0-9A-Fa-f]{2})*+)?"
)
_ADDRESS = re.compile(r"(https?://)([^/?#]*)([^#]*)(?:#(.*))?", re.IGNORECASE | re.DOTALL)


def uri(address: str) -> str:
    """Return a web address as in RFC 3986: percent-encoded where needed, with the host in IDNA."""
    if _WELL_WRITTEN.fullmatch(address):
        return address
    address = clean(address).strip()
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return _quoted(address, "#")
    scheme, host, path, fragment = parts.groups()
    with contextlib.suppress(UnicodeError):  # not a valid host name; percent-encoding keeps the address valid
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    hash_ = "" if fragment is None else "#" + _quoted(fragment)
    return scheme + _quoted(host, "[]") + _quoted(path) + hash_


def _quoted(part: str, also: str = "") -> str:
    return _BAD_PERCENT.sub("%25", urllib.parse.quote(part, safe="%/:=&?~+!$,;'@()*" + also))
