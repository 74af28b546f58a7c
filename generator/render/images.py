"""Find the images that a body names and those beside clippings, and complete addresses for feeds."""

from __future__ import annotations

import html as entities
import os
import re
import stat
import struct
import unicodedata
import urllib.parse
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import imagesize
import msgspec

from generator.model import limits
from generator.model.ids import path_id
from generator.render import svg
from generator.render.links import is_relative

LARGEST = 10 * 1024 * 1024
"""Size limit in bytes. Larger files are not published."""

_MAGIC = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "avif": re.compile(rb"....ftyp(avif|avis|mif1)", re.DOTALL),
    "svg": re.compile(rb"(\xef\xbb\xbf)?\s*<"),
}
"""Signatures of each file type, because a name proves nothing."""

_ADDRESS_ATTRIBUTE = re.compile(r'( (?:href|src)=")([^"]*)"')
_START_TAG = re.compile(r'<(?:a|img)(?: [a-z]+="[^"]*")*>')
_RELATIVE = ('="#', '="../', '="media/')
"""How addresses without a scheme begin that the sanitiser allows."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_IN_MARKDOWN = re.compile(
    r"!\[(?:[^\[\]\\]++|\\.|\[[^\[\]]*+\]){0,50}+\]\(\s*+(?:<([^<>\n]*+)>|((?:[^\s()<>]++|\([^\s()<>]*+\))++))"
)
_IN_DEFINITIONS = re.compile(
    r"^[ \t>*+\-\d.)]{0,50}+\[[^\[\]]{0,999}+\]:\s*+(?:<([^<>\n]*+)>|([^\s<>]++))", re.MULTILINE
)
_IN_HTML = re.compile(
    r"""<img\b(?:[^<>"']|"[^"]{0,500}+"|'[^']{0,500}+'){0,500}?[\s/"']src\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image below the content folder that is published."""

    address: str
    """`media/<ab>/<id>.<ext>`. The id is derived from the path, as an article's is."""
    path: str
    """POSIX path below the content folder."""
    width: int | None = None
    height: int | None = None
    """Width and height in CSS pixels; None if the file does not say."""


class Refused(msgspec.Struct, frozen=True):
    """An existing file that is not published as an image."""

    why: str
    """The end of a sentence about the file."""


def images_named(body: str) -> tuple[str, ...]:
    """Return the addresses without a host that a body seems to use as images, decoded, without duplicates.

    The scan costs a tenth of rendering. It finds more than a page shows, such as addresses in code.
    """
    found: dict[str, None] = {}
    patterns = (
        (_IN_MARKDOWN, "![" in body), (_IN_DEFINITIONS, "]:" in body), (_IN_HTML, "<img" in body.lower())
    )  # fmt: skip
    for match in chain.from_iterable(pattern.finditer(body) for pattern, may_match in patterns if may_match):
        written = next(group for group in match.groups() if group is not None)
        if written.startswith(("https://", "http://")):
            continue
        src = _ESCAPE.sub(r"\1", written) if "\\" in written else written
        src = urllib.parse.unquote(entities.unescape(src))
        if len(found) < limits.IMAGES and is_relative(src):
            found[src] = None
    return tuple(found)


def local_file(content: str, clipping_path: str, src: str) -> str | None:
    """Return the path below the content folder of the file that a relative source names, or None.

    `src` is decoded text. It is resolved against the clipping's folder, then against the content folder; with
    a leading slash, against the content folder only. Symbolic links are followed. For a missing file, as in
    nearly all clippings from the web, this takes two `stat` calls.
    """
    return found_beside(content, clipping_path, src)[0]


def found_beside(content: str, clipping_path: str, src: str) -> tuple[str | None, bool]:
    """Return the same, and whether a folder, pipe or socket has the name of an image instead."""
    is_no_file = False
    above = "" if src.startswith("/") else clipping_path.rpartition("/")[0]
    # Obsidian resolves against the root of its vault, unless the address begins with a dot.
    folders = (above, "") if above and not src.startswith(".") else (above,)
    for name in (f"{content}/{folder}/{name}" for folder in folders for name in _spellings(src)):
        try:
            if not stat.S_ISREG(os.stat(name).st_mode):  # noqa: PTH116 - a path takes as long again
                is_no_file |= name.rpartition(".")[2].lower() in _MAGIC
                continue
            root = os.path.realpath(content)
            file = os.path.realpath(name, strict=True)
        except (OSError, ValueError):  # no such file, NUL in the name, a loop of links
            continue
        if file.startswith(f"{root}{os.sep}"):
            return file[len(root) + 1 :].replace(os.sep, "/"), False
    return None, is_no_file


def _spellings(src: str) -> Iterable[str]:
    """Return the names that a file may have on disk: without a query, and in both Unicode normal forms."""
    names = (src, re.split(r"[?#]", src, maxsplit=1)[0]) if "?" in src or "#" in src else (src,)
    if src.isascii():
        return names
    composed = [unicodedata.normalize("NFC", name) for name in names]
    return dict.fromkeys((*names, *composed, *(unicodedata.normalize("NFD", name) for name in names)))


def image_at(content: str | Path, path: str) -> Image | Refused | None:
    """Return the image in a file below the content folder; None if it is none, `Refused` if it is unsafe.

    It must have at most `LARGEST` bytes and be what its name says: PNG, JPEG, GIF, WebP, AVIF, or a static
    SVG. Any other SVG is refused with the reason.
    """
    try:
        file = Path(content).resolve() / path
        return _image(file, path) if 0 < file.stat().st_size <= LARGEST else None
    except OSError:  # it disappeared meanwhile, or must not be read
        return None


class LocalImages(dict[str, "Image | None"]):
    """The images beside a clipping, by decoded source. Each is looked up when the body names it."""

    def __init__(self, find: Callable[[str], Image | None]) -> None:
        super().__init__()
        self._find = find
        self.is_full = False
        """Whether the body names more than `limits.IMAGES` images. The excess is not looked up."""
        self.unreachable: dict[str, None] = {}
        """Sources that cannot be reached, such as `file:///a.png`, in order."""

    def get(self, src: str, default: object = None, /) -> Image | None:
        """Return the image that a source names; None if there is no usable one. Both are cached."""
        del default
        if src not in self:
            if len(self) >= limits.IMAGES:
                self.is_full = True
                return None
            self[src] = self._find(src)
        return self[src]


def absolute_html(html: str, base: str) -> str:
    """Return HTML with absolute addresses. `base`: the page's own public address.

    Only for HTML that the sanitiser wrote, in which a tag can be told from text by its form. Only addresses
    without a scheme are changed.
    """
    if not any(start in html for start in _RELATIVE):
        return str(html)  # not `Markup` any more

    def complete(match: re.Match[str]) -> str:
        if _ABSOLUTE.match(match[2]):
            return match[0]
        return f'{match[1]}{entities.escape(urllib.parse.urljoin(base, entities.unescape(match[2])))}"'

    return _START_TAG.sub(lambda tag: _ADDRESS_ATTRIBUTE.sub(complete, tag[0]), html)


def _image(file: Path, path: str) -> Image | Refused | None:
    extension = file.suffix.lower().removeprefix(".")
    magic = _MAGIC.get(extension)
    with file.open("rb") as stream:
        head = stream.read(64)
    if magic is None or not magic.match(head):
        return None
    if extension == "svg":
        found = _drawing(file.read_bytes())
        if isinstance(found, Refused):
            return found
        size = found
    else:
        size = _raster_size(file)
    id_ = path_id(path)
    width, height = size
    return Image(address=f"media/{id_[:2]}/{id_}.{extension}", path=path, width=width, height=height)


def _drawing(raw: bytes) -> tuple[int | None, int | None] | Refused:
    try:
        return svg.size_of(raw)
    except svg.RefusedError as refused:
        return Refused(str(refused))


class _Reader:
    """A file that allows a limited number of reads, because a JPEG may have a million empty segments."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = limits.PARTS

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises `ValueError` after too many reads."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("too many parts")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set and return the position of the next read."""
        return self._file.seek(offset, whence)


def _raster_size(file: Path) -> tuple[int | None, int | None]:
    try:
        with file.open("rb") as stream:
            width, height = imagesize.get(_Reader(stream))
    except (OSError, ValueError, struct.error):
        return None, None
    return (int(width), int(height)) if width > 0 and height > 0 else (None, None)
