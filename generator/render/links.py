"""Decide which addresses of a body may be links, and where they lead.

The result is where a browser would go by the URL standard (https://url.spec.whatwg.org): it drops tabs, line
ends and surrounding control characters, and treats a backslash as a slash.
"""

from __future__ import annotations

import functools
import re
import urllib.parse
from collections.abc import Iterator

from generator.render import sanitise

_HOST = r"https?://(?:(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,20}(?![Xx][Nn]--)[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_IN_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]++|%[0-9A-Fa-f]{2})"
_IN_QUERY = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})"
_COMMON = re.compile(rf"{_HOST}(?:/{_IN_PATH}*+)?(?:\?{_IN_QUERY}*+)?(?:#{_IN_QUERY}*+)?")
"""Most addresses: absolute and already well-formed."""

_ROOTED = re.compile(rf"/(?![/.])(?![^?#]*(?:/\.|;)){_IN_PATH}*+(?:\?{_IN_QUERY}++)?(?:#{_IN_QUERY}++)?")
"""Most of the others: a well-formed path from the site's root, without `..`."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PATH_END = re.compile(r"[?#]|$")
_DROPPED = re.compile(r"[\t\n\r]")
_EDGES = "".join(map(chr, range(0x21)))
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DATA_IMAGE = re.compile(r"data:image/(png|jpeg|jpg|gif|webp);base64,([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
DATA_IMAGE_BYTES = 32 * 1024
"""Maximum length of a `data:` address of an image, in characters."""

_SAFE_PATH = "/!$&'()*+,;=:@~%"
_SAFE_QUERY = _SAFE_PATH + "?"

_BARE = re.compile(
    r"(?<![A-Za-z0-9])https?://[A-Za-z0-9](?:[!#-;=?-\[\]_a-z~À-ɏͰ-ӿ])+",
    re.IGNORECASE,
)
"""An address in running text. A space, any of `<>"^{|}`, a backtick or an East Asian character ends it."""
_HOST_WITH_DOT = re.compile(r"https?://[^/?#]*\.")
_TRAILING = "?!.,:;*_~'\""
_ENTITY_TAIL = re.compile(r"&[A-Za-z0-9]+;$")


def resolve(address: str, base: str | None) -> str | None:
    """Return the absolute address that a link leads to, as ASCII; None if it must not, or cannot, be a link.

    `base` is the address of the original page, against which relative addresses are resolved.
    """
    if _COMMON.fullmatch(address):
        return address
    if base is not None and _ROOTED.fullmatch(address):
        origin = _origin(base)
        return None if origin is None else origin + address
    address = _DROPPED.sub("", address.strip(_EDGES))
    scheme = _SCHEME.match(address)
    if scheme is None:
        return _resolve_relative(address, base)
    name, rest = scheme[1].lower(), address[scheme.end() :]
    if name == "mailto":
        return _mailto(rest)
    if name in {"http", "https"}:
        return _web(f"{name}://" + rest.replace("\\", "/").lstrip("/"))
    return None


@functools.lru_cache(maxsize=256)
def _origin(base: str) -> str | None:
    """Return the part of an address before its path, as it is resolved."""
    root = _resolve_relative("/", base)
    return None if root is None else root.removesuffix("/")


def is_relative(address: str) -> bool:
    """Return whether an address needs a base, because it has neither scheme nor host."""
    stripped = _DROPPED.sub("", address.strip(_EDGES))
    return (
        bool(stripped) and not _SCHEME.match(stripped) and not stripped.startswith(("//", "\\", "#", "/\\"))
    )


def data_image(address: str) -> str | None:
    """Return the `data:` address of a small raster image in standard form; None for others."""
    if len(address) > DATA_IMAGE_BYTES:
        return None
    match = _DATA_IMAGE.fullmatch(_DROPPED.sub("", address.strip(_EDGES)))
    if match is None or len(match[2]) % 4:
        return None
    kind = match[1].lower().replace("jpg", "jpeg")
    return f"data:image/{kind};base64,{match[2]}"


def bare_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and link target of each `http://` and `https://` address in running text."""
    for match in _BARE.finditer(text):
        written = _without_trailing(match[0])
        address = resolve(written, None)
        if address is not None and _HOST_WITH_DOT.match(address):
            yield match.start(), match.start() + len(written), address


def _without_trailing(address: str) -> str:
    """Return an address without punctuation of the sentence: full stops, brackets that it did not open."""
    opened = {")": address.count("(") - address.count(")"), "]": address.count("[") - address.count("]")}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in opened and opened[last] < 0:
            opened[last] += 1
        elif last == ";" and (entity := _ENTITY_TAIL.search(address, max(0, end - 32), end)):
            end = entity.start() + 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]


def _resolve_relative(address: str, base: str | None) -> str | None:
    if base is None or not address:
        return None
    end = _PATH_END.search(address).start()  # type: ignore[union-attr]  # `$` always matches
    try:
        return _web(urllib.parse.urljoin(base, address[:end].replace("\\", "/") + address[end:]))
    except ValueError:
        return None


def _web(address: str) -> str | None:
    """Return a complete http or https address, checked and encoded; None if its host is invalid."""
    try:
        parts = urllib.parse.urlsplit(address)
        host = _host(parts.hostname or "") if "@" not in parts.netloc else None
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    if host is None or parts.scheme not in {"http", "https"}:
        return None
    encoded = f"{parts.scheme}://{host}{port}{_quote(parts.path, _SAFE_PATH)}"
    if parts.query:
        encoded += "?" + _quote(parts.query, _SAFE_QUERY)
    if parts.fragment:
        encoded += "#" + _quote(parts.fragment, _SAFE_QUERY)
    return encoded


def _host(host: str) -> str | None:
    """Return a host in ASCII, which is a name (in Punycode if needed) or an IPv4 address."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        return None
    if re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1]):  # browsers treat such a host as an IPv4 address
        octets = len(labels) == 4 and all(
            re.fullmatch(r"0|[1-9]\d{0,2}", label) and int(label) < 256 for label in labels
        )
        return host if octets else None
    if any([label.startswith("xn--") for label in labels]):  # noqa: C419  # short
        return host if sanitise.is_valid_address(f"https://{host}/") else None
    return host


def _mailto(rest: str) -> str | None:
    encoded = _quote(rest, "@,;:?&=+$!'()*~%/")
    return f"mailto:{encoded}" if "@" in encoded else None


def _quote(text: str, safe: str) -> str:
    """Percent-encode what an address must not contain. Existing escapes stay."""
    text = _STRAY_PERCENT.sub("%25", text)
    return urllib.parse.quote(text, safe=safe, errors="replace")


_NAMED_BY_ADDRESS = re.compile(r'<a href="(https?://[^"]*?)(/?)"((?: [^<>]*)?)>(?=\1/?</a>)')


def with_addresses_marked(html: str) -> str:
    """Return sanitised HTML in which links whose text is their own address have the class `bare`.

    Print adds the addresses of all others.
    """
    # Up to Python 3.11, `sub` joins the pieces by the string's own class: `Markup` would escape them.
    return _NAMED_BY_ADDRESS.sub(r'<a class="bare" href="\1\2"\3>', str(html)) if '">http' in html else html
