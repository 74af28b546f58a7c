"""`broadsheet check --fix`: put quotes around values that YAML cannot read, and change nothing else."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from generator.authoring import atomic
from generator.config.site import Site
from generator.engine import budgeted
from generator.model.errors import Problem, Severity, shown
from generator.parallel.workers import Workers
from generator.reading import discover
from generator.reading.files import file_bytes
from generator.reading.frontmatter import clipping_of
from generator.reading.plain import block_of, quoted_where_needed
from generator.reading.text import decode, encoding_of

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_CONTEXT = 3
"""Number of lines shown after a change."""


class Fix(msgspec.Struct, frozen=True):
    """The result for one file."""

    path: str
    """The path below the content folder."""
    before: bytes
    after: bytes
    diff: str = ""
    """The change as a unified diff of texts, safe to print."""


def fixed(raw: bytes) -> bytes | None:
    """Return a clipping's bytes with front matter that any YAML parser reads as we do.

    None if it is so already, or quotes alone are not enough. Line ends, byte order mark, encoding, comments,
    the order of keys and every byte of the body are kept.
    """
    mark, codec = encoding_of(raw)
    errors = "surrogateescape" if codec == "utf-8" else "strict"
    read = decode(raw)[0]
    try:
        text = raw[len(mark) :].decode(codec, errors)
        lines = _fixed_lines(_LINE.findall(text), read)
        after = mark + "".join(lines or ()).encode(codec, errors)
        unchanged = mark + text.encode(codec, errors)
    except UnicodeError:
        return None
    # If decoding and encoding changes the bytes, the body would not be kept.
    return after if lines and unchanged == raw and _is_sound(read, after, mark, codec) else None


def _fixed_lines(written: list[str], read: str) -> list[str] | None:
    """Return a file's lines with their ends, with quotes in its front matter; `read` is its decoded text."""
    block = block_of(read)
    if block is None:
        return None
    last = block.first + len(block.lines)
    here = written[block.first : last]
    if tuple(line.rstrip("\r\n") for line in here) != block.lines:
        # Control characters or invalid bytes, which no YAML parser accepts and which we would drop.
        return None
    new = quoted_where_needed(block.lines)
    if new is None or new == block.lines:
        return None
    fixed_here = [
        old if line == old.rstrip("\r\n") else "" if line is None else line + old[len(old.rstrip("\r\n")) :]
        for old, line in zip(here, new, strict=True)
    ]
    return [*written[: block.first], *fixed_here, *written[last:]]


def _is_sound(before: str, after: bytes, mark: bytes, codec: str) -> bool:
    """Return whether a corrected file is read with the same fields and body, and without a repair."""
    if encoding_of(after) != (mark, codec):
        return False
    old, _ = clipping_of("", before)
    new, _ = clipping_of("", decode(after)[0])
    return not new.repaired and new.fields == old.fields and new.body == old.body


def fixes(site: Site, workers: Workers) -> Iterator[Fix | Problem]:
    """Yield the clippings that can be corrected, by path, and problems of those that cost too much to read.

    Files that cannot be read are left to `check`.
    """
    content, visited = site.content, set[str]()
    paths = []
    for path in discover(content, site.config.ignore).paths:
        real = os.path.realpath(content / path)
        if real not in visited:  # otherwise a link to a file that is in the list under another name
            paths.append(path)
        visited.add(real)
    found = dict(budgeted.each(partial(fix, content), paths, workers, site.config.limits))
    for path in paths:
        one = found[path]
        if isinstance(one, Fix):
            yield one
        elif isinstance(one, Exception):
            yield Problem(
                path=shown(path),
                message=f"reading it {one}; not fixed",
                advice="shorten it, name it in `ignore`, or raise `[limits]` in digest.toml",
                kind="limit",
            )


def fix(content: Path, paths: Sequence[str]) -> Iterator[Fix | None]:
    """Yield the result for each file. A task for workers."""
    for path in paths:
        raw = file_bytes(content, path)
        after = fixed(raw) if isinstance(raw, bytes) else None
        yield Fix(path, raw, after, _diff(path, raw, after)) if isinstance(raw, bytes) and after else None


def _diff(path: str, before: bytes, after: bytes) -> str:
    """Return a change as a unified diff of texts, safe to print."""
    was, now = (_head(raw) for raw in (before, after))
    name = shown(path)
    lines = difflib.unified_diff(was, now, f"a/{name}", f"b/{name}", lineterm="", n=_CONTEXT)
    return "\n".join(map(shown, lines))


def _head(raw: bytes) -> list[str]:
    """Return the lines of the front matter, and as many after it as a diff shows."""
    text = decode(raw)[0]
    block = block_of(text)
    last = block.first + len(block.lines) + 1 + _CONTEXT if block else 0
    return text.split("\n")[:last]


def write(content: Path, fix: Fix) -> Problem | None:
    """Replace a file by its corrected version, atomically. Return a problem if it was left unchanged.

    It refuses a file outside of the content folder, and one that has changed since it was read.
    """
    file = content / fix.path
    target, root = os.path.realpath(file), os.path.realpath(content)
    if os.path.commonpath((root, target)) != root:
        return _refused(
            fix, "leads out of the content folder", "copy the file there instead of linking to it"
        )
    try:
        if file_bytes(content, fix.path) != fix.before:
            return _refused(fix, "has changed since it was read", "run the command again")
        atomic.replace(file, fix.after)
    except OSError as error:
        return _refused(
            fix, f"cannot be written: {error.strerror}", "check the permissions of file and folder"
        )
    return None


def _refused(fix: Fix, why: str, advice: str) -> Problem:
    return Problem(
        path=shown(fix.path),
        message=f"{why}; not fixed",
        advice=advice,
        severity=Severity.ERROR,
        kind="unwritten",
    )
