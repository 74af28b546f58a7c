"""What makes the bytes besides the clippings: this program, its libraries, the data of time zones."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import zoneinfo
from functools import cache
from pathlib import Path

_LIBRARIES = (
    "Babel", "Jinja2", "MarkupSafe", "PyYAML", "Pygments", "imagesize", "linkify-it-py", "markdown-it-py",
    "mdit-py-plugins", "mdurl", "msgspec", "nh3", "python-frontmatter", "rensa", "uc-micro-py",
)  # fmt: skip


def hashed(*parts: bytes, size: int = 8) -> bytes:
    """The beginning of SHA-256 over parts that are told apart: processors have instructions for it."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.digest()[:size]


@cache
def program() -> bytes:
    """A hash of every file of this package, of the libraries' versions and of Python's."""
    root = Path(__file__).parents[1]
    files = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".toml"})
    parts = [
        part for path in files for part in (path.relative_to(root).as_posix().encode(), path.read_bytes())
    ]
    return hashed(*parts, *map(_version, _LIBRARIES), sys.version.encode(), size=16)


@cache
def zone_data(key: str) -> bytes:
    """The data of a time zone that `zoneinfo` uses: the system's, else those of the package `tzdata`.

    Read once, as `zoneinfo` does: a system that is updated meanwhile counts from the next process on.
    Empty for what is no time zone.
    """
    if not key or key.startswith("/") or ".." in key.split("/"):
        return b""
    try:
        for folder in zoneinfo.TZPATH:
            file = Path(folder, key)
            if file.is_file():
                return file.read_bytes()
        from importlib import resources  # where the system has none

        return resources.files("tzdata").joinpath("zoneinfo", key).read_bytes()
    except (OSError, ValueError, ImportError):
        return b""


def _version(library: str) -> bytes:
    try:
        return f"{library} {importlib.metadata.version(library)}".encode()
    except importlib.metadata.PackageNotFoundError:
        return library.encode()
