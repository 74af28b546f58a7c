"""Serve a folder as a static host would: find the file of an address, and answer the request."""

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

from generator.output.media_types import BINARY

TYPES = {
    **BINARY,
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
    "gz": "application/gzip",
    "svg": "image/svg+xml",
    "m4a": "audio/mp4",
}
"""Extension → media type. Python's `mimetypes` differs between machines."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    # Drafts are private: other sites must not embed them.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}
"""Headers of every answer, which pages cannot set themselves on every host."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a file, read at once, so that a replaced file cannot be mixed with the old one."""

    body: bytes
    modified: float
    """Seconds since the epoch."""
    type: str


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that was requested without a trailing slash."""

    address: str
    """The address with the slash, in ASCII, from the site's root."""


def look_up(root: Path, raw_path: bytes) -> File | Folder | None:
    """Return what a percent-encoded path means below a folder; None if there is nothing to serve.

    Not served: names that begin with a dot, targets of links outside of the folder, and anything but regular
    files.
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
    """Return the path below the folder that a percent-encoded path requests; None if it is not allowed."""
    segments = _segments(raw_path)
    return None if segments is None else "/".join((*segments[:-1], segments[-1] or "index.html"))


def _segments(raw_path: bytes) -> tuple[str, ...] | None:
    """Return the decoded names between the slashes. The last one is empty for a folder."""
    if not raw_path.startswith(b"/"):
        return None
    names = [os.fsdecode(urllib.parse.unquote_to_bytes(name)) for name in raw_path[1:].split(b"/")]
    # An empty name before the last could redirect to `//host/`. A leading dot includes `..`.
    if "" in names[:-1] or any(re.search(r"^\.|[\0-\x1f\x7f/\\]", name) for name in names):
        return None
    return tuple(names)


def read(root: Path, path: Path) -> File | None:
    """Return a complete file below a folder; None if it must not be served."""
    try:
        real_root = os.path.realpath(root)
        real = Path(os.path.realpath(path, strict=True))
        if not real.is_relative_to(real_root):
            return None
        if any(name.startswith(".") for name in real.relative_to(real_root).parts):
            return None
        # Non-blocking, because a FIFO waits for its writer. A link may have replaced the file meanwhile.
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
    """Return the media type of a file by its name."""
    kind = TYPES.get(Path(name).suffix[1:].lower(), "application/octet-stream")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def answer(file: File, method: str, request_headers: Mapping[str, str], *, status: int = 200) -> Response:
    """Answer a GET or HEAD request for a file by RFC 9110 (conditions in section 13, ranges in 14).

    `request_headers`: lower-case name → request header. Only single ranges are served. Others are ignored, as
    the standard allows, and the complete file is sent.
    """
    etag = f'"{hashlib.blake2b(file.body, digest_size=12).hexdigest()}"'
    headers = HEADERS | {
        "ETag": etag,
        "Last-Modified": email.utils.formatdate(file.modified, usegmt=True),
    }
    if status != 200:
        return Response(file.body, status, HEADERS, file.type)
    if _unchanged(request_headers, etag, file.modified):
        return Response(None, 304, headers)
    headers["Accept-Ranges"] = "bytes"
    size = len(file.body)
    span = _range(request_headers, size) if method == "GET" and _if_range(request_headers, headers) else None
    if span is None:
        return Response(file.body, 200, headers, file.type)
    if not span:
        return Response(None, 416, headers | {"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return Response(file.body[span.start : span.stop], 206, headers, file.type)


def _unchanged(request_headers: Mapping[str, str], etag: str, modified: float) -> bool:
    """Return whether the browser has these bytes. An entity tag takes precedence over a date."""
    tags = request_headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return etag in known or tags.strip() == "*"
    since = _seconds(request_headers.get("if-modified-since", ""))
    return since is not None and int(modified) <= since


def _seconds(http_date: str) -> float | None:
    """Return seconds since the epoch; None if it is not a date, which counts as not sent."""
    try:
        date = email.utils.parsedate_to_datetime(http_date)
        return date.replace(tzinfo=date.tzinfo or dt.UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _if_range(request_headers: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Return whether a range refers to the version of the file that the browser started with."""
    return request_headers.get("if-range") in {None, headers["ETag"], headers["Last-Modified"]}


def _range(request_headers: Mapping[str, str], size: int) -> range | None:
    """Return the requested bytes; empty if they are past the end, None if the complete file is to be sent."""
    match = re.fullmatch(r"bytes=([0-9]{0,30})-([0-9]{0,30})", request_headers.get("range", ""))
    if not match or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))
