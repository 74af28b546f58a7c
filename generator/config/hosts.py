"""What well-known static hosts take, as their own pages say (2026): whether a site fits."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large a site is."""

    files: int
    bytes: int
    largest: int
    """Bytes of its largest file."""


class Host(NamedTuple):
    """A host with its limits; 0 stands for none that matters."""

    name: str
    files: int
    bytes: int
    largest: int


HOSTS = (
    Host("Cloudflare Pages", files=20_000, bytes=0, largest=25 * 1024**2),
    Host("GitHub Pages", files=0, bytes=10**9, largest=100 * 1024**2),
)
"""developers.cloudflare.com/pages/platform/limits, docs.github.com/pages "GitHub Pages limits"."""


def strain(host: Host, size: Size) -> str:
    """Which limit of a host a site exceeds, in words; empty where it fits."""
    if host.files and size.files > host.files:
        return f"{host.files:,} files"
    if host.bytes and size.bytes > host.bytes:
        return f"{host.bytes / 10**9:g} GB"
    if host.largest and size.largest > host.largest:
        return f"{host.largest // 1024**2} MiB a file"
    return ""
