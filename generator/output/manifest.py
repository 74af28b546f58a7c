"""The record of the files we wrote, kept in the output folder so that it moves along with it.

It decides what may be replaced and deleted. It contains no file times, so that equal sites have equal
manifests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Literal

import msgspec

import generator
from generator.model.errors import BuildError, refusal
from generator.output import names

IN_TRANSIT = ""
"""Stands for a digest while a build replaces the file. Either the old or the new file is there, complete."""
_LARGEST = 256 * 1024 * 1024
"""Size limit in bytes of a manifest, or of the list beside it. A million pages take a third of it."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The files that one build wrote."""

    format: Literal[1] = 1
    generator: str = generator.__version__
    as_of: dt.date
    """The date used to decide which articles are not yet due."""
    files: Mapping[str, str]
    """Path below the output folder → digest of the bytes."""


def digest(data: bytes) -> str:
    """Return the first 128 bits of SHA-256 in hexadecimal; processors accelerate this hash."""
    return hashlib.sha256(data).hexdigest()[:32]


def digest_of(stream: BufferedReader) -> str:
    """Return the same for a file, read in pieces because it may be a video."""
    return hashlib.file_digest(stream, hashlib.sha256).hexdigest()[:32]


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as JSON, sorted and with one file a line, for readable diffs."""
    # Sorted here, because `order="sorted"` takes seconds for many files in almost sorted order.
    files = dict(sorted(manifest.files.items()))
    fields = msgspec.structs.asdict(msgspec.structs.replace(manifest, files=files))
    return msgspec.json.format(msgspec.json.encode(dict(sorted(fields.items()))), indent=1) + b"\n"


def read(output: Path) -> Manifest | None:
    """Return the manifest of an output folder; None if it has none.

    Raises `BuildError` for a manifest that is damaged, or names files outside the folder. It proves nothing,
    so nothing in the folder may be touched.
    """
    added = _added(output)
    try:
        found = (output / names.MANIFEST).lstat()
        if not stat.S_ISREG(found.st_mode):
            raise _useless(output, "is not a regular file")
        if found.st_size > _LARGEST:
            raise _useless(output, f"is too large ({found.st_size} bytes)")
        manifest = msgspec.json.decode((output / names.MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _useless(output, f"is damaged or of another version ({error})") from error
    except OSError as error:
        raise _useless(output, f"cannot be read ({error.strerror})") from error
    named = ((names.MANIFEST, manifest.files), (names.ADDED, added))
    for name, paths in named:
        if (faulty := names.first_fault(paths)) is not None:
            path, fault = faulty
            raise _useless(output, f"lists a file that Broadsheet never writes: {path[:200]!r} {fault}", name)
    # A preview that was killed may have listed a file without writing it.
    there = [path for path in added if _is_file(output / path)]
    return msgspec.structs.replace(manifest, files={**dict.fromkeys(there, IN_TRANSIT), **manifest.files})


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _added(output: Path) -> list[str]:
    """Return the files added since the manifest was written (`patch`). An incomplete last line is ignored.

    Raises `BuildError` for anything in its place that no build could use or delete.
    """
    file = output / names.ADDED
    try:
        found = file.lstat()
        if stat.S_ISDIR(found.st_mode):
            raise _useless(output, "is a folder", names.ADDED)
        if not stat.S_ISREG(found.st_mode):
            return []
        if found.st_size > _LARGEST:
            raise _useless(output, f"is too large ({found.st_size} bytes)", names.ADDED)
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return text.split("\n")[:-1]


def write(output: Path, manifest: Manifest, staged: Path) -> None:
    """Put a manifest in place atomically, unless it is there already."""
    data = encode(manifest)
    place = output / names.MANIFEST
    if place.is_file() and place.read_bytes() == data:
        return
    staged.write_bytes(data)
    staged.replace(place)


def _useless(output: Path, what: str, name: str = names.MANIFEST) -> BuildError:
    record = "record" if name == names.MANIFEST else "list"
    advice = names.or_elsewhere("delete the folder if it holds nothing of yours", output)
    return refusal(output / name, f"the {record} of the files that Broadsheet wrote {what}", advice)
