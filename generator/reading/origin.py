"""Determine where a clipping comes from: the address of its original, and its source."""

from __future__ import annotations

import re
import urllib.parse

from generator.model import limits
from generator.model.errors import shown
from generator.reading.clipping_fields import BUILT_IN, WIKILINK, ClippingFields
from generator.reading.text import FIRST_GROUP, folded

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_USUAL = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?:[/?#][!#-;=?-\[\]-~]*)?")
"""A valid address that needs no change: no port, no character to escape."""
_UNSAFE = re.compile(r'[\s"<>\\]')
_HOST = re.compile(r"[^\s/?#@\\<>\"'`{}|^%\[\]]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")


def url_of(fields: ClippingFields) -> str | None:
    """Return the address of the original; None if no field holds a valid one."""
    for key, text in fields.words("url"):
        if key in BUILT_IN["url"] and not _ADDRESS.match(text):
            continue  # `source` may hold a name instead
        address, fault = _address(text)
        if address and len(address) > limits.ADDRESS:
            address, fault = None, f"has more than {limits.ADDRESS:,} characters"
        if address:
            return address
        fields.report(
            "address", key, f"`{key}` {fault}: {text[:100]!r}", "write the address of the page, https://…"
        )
    return None


def _address(text: str) -> tuple[str | None, str]:
    """Return a web address that is safe in a link, or None and what is wrong with it."""
    if _USUAL.fullmatch(text):
        return text, ""
    if not _ADDRESS.match(text):
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", text)
        return None, f"has the scheme `{scheme[0]}`, not https" if scheme else "is not a web address"
    try:
        host = urllib.parse.urlsplit(text).netloc
        urllib.parse.urlsplit(text).port  # noqa: B018 - raises for an invalid port
    except ValueError:
        host = ""
    if "@" in host or "\\" in text.partition("?")[0]:
        return None, "hides its host"
    if not _HOST.fullmatch(host) or not any(ch.isalnum() for ch in host):
        return None, "has no valid host"
    return _UNSAFE.sub(lambda found: urllib.parse.quote(found[0]), text), ""


def source_of(fields: ClippingFields, url: str | None) -> str:
    """Return the source's name: the field, else the address's host, else the folder; empty for the digest."""
    for key, text in fields.texts("source"):
        if not _ADDRESS.match(text):
            return fields.shortened(key, WIKILINK.sub(FIRST_GROUP, text), limits.SOURCE)
    if url is not None:
        host = urllib.parse.urlsplit(url).hostname or ""
        return host.removeprefix("www.")
    folders = fields.clipping.path.split("/")[:-1]
    named = (name for name in reversed(folders) if not name.isdecimal() and _has_letters(name))
    return folded(shown(next(named, "")))


def _has_letters(name: str) -> bool:
    """Return whether a folder's name contains a letter, so that it is not just a number or a date."""
    return any(ch.isalpha() for ch in name)
