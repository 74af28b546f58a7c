"""A folder as a static host would serve it: which file an address means, and how to answer for it."""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import os
import re
import stat
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

import msgspec
from starlette.responses import Response

TYPES = {
    "html": "text/html",
    "htm": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "txt": "text/plain",
    "md": "text/markdown",
    "csv": "text/csv",
    "vtt": "text/vtt",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
    "xml": "application/xml",
    "opml": "application/xml",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "pdf": "application/pdf",
    "zip": "application/zip",
    "gz": "application/gzip",
    "wasm": "application/wasm",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "ico": "image/x-icon",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""By extension; not Python's `mimetypes`, which differs from machine to machine."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    # Drafts are nobody else's: another site may not show them in its pages.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""On every answer: what pages cannot say of themselves, on any host."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a file, read at once, so that one that is swapped in later cannot mix with it."""

    body: bytes
    modified: float
    """Seconds since the epoch."""
    type: str


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that was asked for without its slash."""

    address: str
    """With the slash, ASCII, from the site's root."""


def look_up(root: Path, raw_path: bytes) -> File | Folder | None:
    """What a percent-encoded path means below a folder; None where there is nothing to serve.

    Not served: names that begin with a dot, what links lead to outside the folder, and all
    that is no regular file.
    """
    segments = _segments(raw_path)
    if segments is None:
        return None
    path = root.joinpath(*segments)
    if segments[-1] == "":
        return read(root, path / "index.html")
    if os.path.isdir(path):  # noqa: PTH112 - the method of a path raises where a name is too long
        quoted = "".join("/" + urllib.parse.quote(os.fsencode(segment)) for segment in segments)
        return Folder(address=quoted + "/") if read(root, path / "index.html") else None
    return read(root, path)


def output_of(raw_path: bytes) -> str | None:
    """The path below the folder that a percent-encoded path asks for; None where none may be served."""
    segments = _segments(raw_path)
    return None if segments is None else "/".join((*segments[:-1], segments[-1] or "index.html"))


def _segments(raw_path: bytes) -> tuple[str, ...] | None:
    """The decoded names between the slashes; the last one is empty for a folder."""
    if not raw_path.startswith(b"/"):
        return None
    names = [os.fsdecode(urllib.parse.unquote_to_bytes(name)) for name in raw_path[1:].split(b"/")]
    # An empty name before the last would make `//host/` of a redirect; a dot begins `..` too.
    if "" in names[:-1] or any(re.search(r"^\.|[\0-\x1f\x7f/\\]", name) for name in names):
        return None
    return tuple(names)


def read(root: Path, path: Path) -> File | None:
    """A file below a folder, whole; None where it may not be served."""
    try:
        real_root = os.path.realpath(root)
        real = Path(os.path.realpath(path, strict=True))
        if not real.is_relative_to(real_root):
            return None
        if any(name.startswith(".") for name in real.relative_to(real_root).parts):
            return None
        # Not blocking, for a FIFO waits for its writer; not following, for a link may have come meanwhile.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(real, flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        return File(body=file.read(), modified=status.st_mtime, type=type_of(path.name))


def type_of(name: str) -> str:
    """The media type of a file, by its name."""
    kind = TYPES.get(Path(name).suffix[1:].lower(), "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def answer(file: File, method: str, asked: Mapping[str, str], *, status: int = 200) -> Response:
    """Answer a GET or HEAD for a file, after RFC 9110 (conditions in section 13, ranges in 14).

    `asked` are the request's headers, by lower-case name. A range is served where it is a
    single one; others are ignored, as the standard allows, and the whole file is sent.
    """
    etag = f'"{hashlib.blake2b(file.body, digest_size=12).hexdigest()}"'
    headers = HEADERS | {
        "ETag": etag,
        "Last-Modified": email.utils.formatdate(file.modified, usegmt=True),
    }
    if status != 200:
        return Response(file.body, status, HEADERS, file.type)
    if _unchanged(asked, etag, file.modified):
        return Response(None, 304, headers)
    headers["Accept-Ranges"] = "bytes"
    size = len(file.body)
    span = _range(asked, size) if method == "GET" and _if_range(asked, headers) else None
    if span is None:
        return Response(file.body, 200, headers, file.type)
    if not span:
        return Response(None, 416, headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return Response(file.body[span.start : span.stop], 206, headers, file.type)


def _unchanged(asked: Mapping[str, str], etag: str, modified: float) -> bool:
    """Whether the browser has these bytes; its tag counts more than its date."""
    tags = asked.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return etag in known or tags.strip() == "*"
    since = _seconds(asked.get("if-modified-since", ""))
    return since is not None and int(modified) <= since


def _seconds(http_date: str) -> float | None:
    """Seconds since the epoch; None where it is no date, which counts as not sent."""
    try:
        date = email.utils.parsedate_to_datetime(http_date)
        return date.replace(tzinfo=date.tzinfo or dt.UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _if_range(asked: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether a range is of the file that the browser has begun to read."""
    return asked.get("if-range") in {None, headers["ETag"], headers["Last-Modified"]}


def _range(asked: Mapping[str, str], size: int) -> range | None:
    """The bytes asked for; empty where they lie beyond the file, None where all of it is to be sent."""
    match = re.fullmatch(r"bytes=([0-9]{0,30})-([0-9]{0,30})", asked.get("range", ""))
    if not match or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))
