"""Hash all that the output depends on besides the clippings: program, libraries, time zone data."""

from __future__ import annotations

import hashlib
import sys
import zoneinfo
from functools import cache
from pathlib import Path

_LIBRARIES = (
    "Babel", "Jinja2", "MarkupSafe", "PyYAML", "Pygments", "imagesize", "linkify-it-py", "markdown-it-py",
    "mdit-py-plugins", "mdurl", "msgspec", "nh3", "python-frontmatter", "rensa", "uc-micro-py",
)  # fmt: skip


def hashed(*parts: bytes, size: int = 8) -> bytes:
    """Return the first `size` bytes of the SHA-256 hash of all parts, each with its length."""
    state = hashlib.sha256()  # processors have instructions for it
    for part in parts:
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.digest()[:size]


@cache
def program() -> bytes:
    """Return a hash of every file of this package, and of the versions of the libraries and of Python."""
    root = Path(__file__).parents[1]
    files = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".toml", ".txt"})
    parts = [
        part for path in files for part in (path.relative_to(root).as_posix().encode(), path.read_bytes())
    ]
    return hashed(*parts, *map(_version, _LIBRARIES), sys.version.encode(), size=16)


@cache
def zone_data(key: str) -> bytes:
    """Return the data that `zoneinfo` uses for a time zone: the system's, else that of the package `tzdata`.

    The data is read once, as by `zoneinfo`, so an update of the system takes effect in the next process.
    Returns empty bytes for an unknown time zone.
    """
    if not key or key.startswith("/") or ".." in key.split("/"):
        return b""
    try:
        for folder in zoneinfo.TZPATH:
            file = Path(folder, key)
            if file.is_file():
                return file.read_bytes()
        from importlib import resources  # imported only if the system has no data

        return resources.files("tzdata").joinpath("zoneinfo", key).read_bytes()
    except (OSError, ValueError, ImportError):
        return b""


def _version(library: str) -> bytes:
    from importlib import metadata  # imported only by builds: it takes as long as a publish without changes

    try:
        return f"{library} {metadata.version(library)}".encode()
    except metadata.PackageNotFoundError:
        return library.encode()
