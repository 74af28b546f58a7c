"""The limits of well-known static hosts, as their own documentation states them (2026)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a site."""

    files: int
    bytes: int
    largest: int
    """The number of bytes of its largest file."""
    index_files: int = 0
    index_bytes: int = 0
    """The number and the bytes of the files of its search index."""


class Host(NamedTuple):
    """A host and its limits. 0 means that there is no limit, or none that matters."""

    name: str
    files: int
    bytes: int
    largest: int


HOSTS = (
    Host("Cloudflare Pages", files=20_000, bytes=0, largest=25 * 1024**2),
    Host("GitHub Pages", files=0, bytes=10**9, largest=100 * 1024**2),
)
"""Sources: developers.cloudflare.com/pages/platform/limits, docs.github.com/pages "GitHub Pages limits"."""


def exceeded_limit(host: Host, size: Size) -> str:
    """Return the first limit of a host that a site exceeds, as text; empty if the site fits."""
    if host.files and size.files > host.files:
        return f"{host.files:,} files"
    if host.bytes and size.bytes > host.bytes:
        return f"{host.bytes / 10**9:g} GB"
    if host.largest and size.largest > host.largest:
        return f"{host.largest // 1024**2} MiB a file"
    return ""
