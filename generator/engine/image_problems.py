"""Reports what is wrong with the images that a clipping names."""

from __future__ import annotations

import html as entities
import re
import urllib.parse
from collections.abc import Iterable, Sequence

from generator.model import limits
from generator.model.errors import Problem, shown
from generator.reading.files import file_bytes
from generator.reading.plain import block_of
from generator.reading.text import decode
from generator.render.image_lookup import ImageLookup
from generator.render.images import LARGEST, Refused, local_file

MOST_FAULTS = 20
"""Image problems reported one by one per clipping."""
_ATTACHED = re.compile(r"(?:\.{1,2}/)*+(?:_resources|_?attachments|_media)/|:/[0-9a-f]{32}$", re.IGNORECASE)
"""Names that Joplin, Karakeep and Obsidian give to files they store beside a clipping.

They never belong to the original's page.
"""
_BEFORE = frozenset("(<\"'= \t[|")
"""Characters that may precede the address of an image."""


def faults_of(
    lookup: ImageLookup, sources: Sequence[str], unreachable: Iterable[str] = (), *, is_on_web: bool
) -> list[Problem]:
    """Return the problems of images that cannot be shown from here, except for images on the web.

    `unreachable` are addresses that lead nowhere.
    """
    said: list[tuple[str, str, str]] = []
    for src in sources:
        file = lookup.file(src)
        if lookup.is_no_file(src):
            said.append((src, "is no regular file", "put a file there, or correct its name"))
        elif file is None:
            if not is_on_web or _ATTACHED.match(src):
                advice = "put the file there, below the content folder, or correct its name"
                said.append((src, "is not found", advice))
        elif lookup.ignores(file):
            said.append((src, "is left out by `ignore`", "change `ignore`, or take it out of the text"))
        elif isinstance(found := lookup.at(file), Refused):
            advice = "save it as plain SVG, with texts as paths and nothing linked or embedded, or as PNG"
            said.append((src, f"is more than a drawing: it {found.why}", advice))
        else:
            kinds = f"a PNG, JPEG, GIF, WebP, AVIF or plain SVG file of at most {LARGEST // 1024**2} MiB"
            said.append((src, "cannot be shown", f"put {kinds} there"))
    advice = "put the file below the content folder and write its name, or write its address, https://…"
    said += [(src, "is at no place that a page can show", advice) for src in unreachable]
    if len(said) > MOST_FAULTS:
        src, message, advice = said[MOST_FAULTS - 1]
        message += f"; {len(said) - MOST_FAULTS:,} more images of this clipping are not shown"
        said[MOST_FAULTS - 1 :] = [(src, message, advice)]
    lines = _lines_naming(lookup.content, lookup.path, [src for src, _, _ in said]) if said else {}
    return [
        Problem(
            path=shown(lookup.path),
            line=lines.get(src),
            message=f"image {src[:200]!r} {message}",
            advice=advice,
            kind="image",
        )
        for src, message, advice in said
    ]


def held_back_by(content: str, path: str, sources: Sequence[str], file: str, other: str) -> Problem:
    """Return the problem that a clipping names, by `sources`, a file that is withheld with `other`."""
    naming = [src for src in sources if local_file(content, path, src) == file]
    return Problem(
        path=shown(path),
        line=min(_lines_naming(content, path, naming).values(), default=None),
        message=f"image {file[:200]!r} is not published: {shown(other)} names it too, which does not appear",
        advice="take it out of the text, or save another copy for this clipping",
        kind="image",
    )


def too_many(path: str) -> Problem:
    """Return the problem that a clipping names more images than the limit."""
    return Problem(
        path=shown(path),
        message=f"names more than {limits.IMAGES:,} images without a host; no others are looked for",
        advice="make several clippings of it",
        kind="length",
    )


def _lines_naming(content: str, path: str, sources: Sequence[str]) -> dict[str, int]:
    """Return address → first line of the clipping that names it, in any spelling."""
    raw = file_bytes(content, path)
    if isinstance(raw, Problem):
        return {}
    text = decode(raw)[0]
    block = block_of(text)
    first = block.first + len(block.lines) + 1 if block else 0
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n")[first:], first + 1):
        readings = (line, urllib.parse.unquote(entities.unescape(line)))
        for src in sources:
            if src not in found and any(_is_named(src, one) for one in readings):
                found[src] = number
    return found


def _is_named(src: str, line: str) -> bool:
    """Return whether a line contains an address, other than as the end of a longer one."""
    at = line.find(src)
    while at > 0 and line[at - 1] not in _BEFORE:
        at = line.find(src, at + 1)
    return at >= 0
