"""Compressed copies beside the files, for a web server of one's own that sends them as they are.

A copy has the digest of its file and the name of its encoding, so comparing needs no compression.
"""

from __future__ import annotations

import contextlib
import gzip
import importlib
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

from generator.config.site import Encoding
from generator.model.errors import command_error
from generator.publish.kinds import is_text

_SMALL = 1 << 16
"""Brotli's levels from 9 take ten times as long if the window is larger than the text."""


def with_copies(files: Mapping[str, str], encodings: Sequence[Encoding]) -> Mapping[str, str]:
    """Return path → digest with a copy of each text. Files of the site take precedence over copies.

    Raises `ConfigError` if a library is missing.
    """
    if not encodings:
        return files
    for encoding in encodings:
        _compressor(encoding)
    copies = {
        f"{path}.{encoding}": f"{digest}.{encoding}"
        for path, digest in files.items()
        if is_text(path)
        for encoding in encodings
    }
    return {**copies, **files}


def compressed(data: bytes, encoding: str) -> bytes:
    """Return data in an encoding: the same bytes each time, by one version of its library."""
    return _compressor(encoding)(data)


def _compressor(encoding: str) -> Callable[[bytes], bytes]:
    if encoding == "gz":
        return lambda data: gzip.compress(data, 9, mtime=0)
    if encoding == "br":
        brotli = _library("brotli", "brotli")
        return lambda data: brotli.compress(data, quality=9, lgwin=16 if len(data) < _SMALL else 22)
    zstd = _library("backports.zstd", "compression.zstd", "backports.zstd")
    return lambda data: zstd.compress(data, 12)


def _library(name: str, *modules: str) -> ModuleType:
    """Return the first of some modules that is installed."""
    for module in modules:
        with contextlib.suppress(ImportError):
            return importlib.import_module(module)
    advice = "install it with `pip install 'broadsheet[precompress]'`"
    raise command_error("digest.toml", f"`precompress` needs the library {name}", advice, kind="host")
