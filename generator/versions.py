"""What makes the bytes besides the clippings: this program and the libraries it calls."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
from functools import cache
from pathlib import Path

_LIBRARIES = (
    "Babel", "Jinja2", "MarkupSafe", "PyYAML", "Pygments", "imagesize", "linkify-it-py", "markdown-it-py",
    "mdit-py-plugins", "mdurl", "msgspec", "nh3", "python-frontmatter", "rensa", "tzdata", "uc-micro-py",
)  # fmt: skip


def hashed(*parts: bytes, size: int = 8) -> bytes:
    """The first bytes of SHA-256, which processors have built in, over parts that are told apart."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(4, "big"))
        state.update(part)
    return state.digest()[:size]


@cache
def program() -> bytes:
    """A hash of every file of this package, of the libraries' versions and of Python's."""
    root = Path(__file__).parent
    files = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".toml"})
    parts = [
        part for path in files for part in (path.relative_to(root).as_posix().encode(), path.read_bytes())
    ]
    return hashed(*parts, *map(_version, _LIBRARIES), sys.version.encode(), size=16)


def _version(library: str) -> bytes:
    try:
        return f"{library} {importlib.metadata.version(library)}".encode()
    except importlib.metadata.PackageNotFoundError:
        return library.encode()
