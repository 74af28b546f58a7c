"""Images that lie beside a clipping, and addresses of a body as a feed needs them."""

from __future__ import annotations

import html as entities
import re
import struct
import urllib.parse
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from xml.etree import ElementTree

import imagesize
import msgspec

from generator import limits
from generator.ids import path_id

LARGEST = 10 * 1024 * 1024
"""Bytes; a larger file is no picture for a page."""

_MAGIC = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "avif": re.compile(rb"....ftyp(avif|avis|mif1)", re.DOTALL),
    "svg": re.compile(rb"(\xef\xbb\xbf)?\s*<"),
}
"""How a file of each kind begins; the name alone proves nothing."""

_ADDRESS_ATTRIBUTE = re.compile(r'( (?:href|src)=")([^"]*)"')
_START_TAG = re.compile(r'<(?:a|img)(?: [a-z]+="[^"]*")*>')
_RELATIVE = ('="#', '="../', '="media/')
"""How every address without a scheme begins that the sanitiser lets pass."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the content folder that goes along with the site."""

    address: str
    """`media/<ab>/<id>.<ext>`, where the id is made from the path as an article's is."""
    path: str
    """POSIX path below the content folder."""
    width: int | None = None
    height: int | None = None
    """CSS pixels; None where the file does not say."""


def may_be_image(name: str) -> bool:
    """Whether a file of this name is an image where it is what its name says."""
    return name.rpartition(".")[2].lower() in _MAGIC


def image_beside(content: Path, clipping_path: str, src: str) -> Image | None:
    """The picture that a relative source names, seen from its clipping; None where there is no usable one.

    `src` is decoded text; one that begins with a slash counts from the content folder. The file must lie in
    the content folder, links followed, be of at most `LARGEST` bytes, and be what its name says: PNG, JPEG,
    GIF, WebP, AVIF, or an SVG without anything active.
    """
    root = content.resolve()
    folder = root if src.startswith("/") else root / PurePosixPath(clipping_path).parent
    for name in dict.fromkeys((src, re.split(r"[?#]", src, maxsplit=1)[0])):
        try:
            file = (folder / name.lstrip("/")).resolve(strict=True)
            if file.is_relative_to(root) and file.is_file() and 0 < file.stat().st_size <= LARGEST:
                return _image(file, file.relative_to(root).as_posix())
        except (OSError, ValueError, RuntimeError):  # no such file, a NUL in the name, a loop of links
            continue
    return None


def absolute_html(html: str, base: str) -> str:
    """The HTML of `markdown.body_html` with complete addresses: `base` is the page's own public address.

    Only for HTML that the sanitiser wrote: in that form a tag is told from text by its shape alone, and all
    that changes is an address that did not name a scheme.
    """
    if not any(start in html for start in _RELATIVE):
        return str(html)  # `Markup` no longer

    def complete(match: re.Match[str]) -> str:
        if _ABSOLUTE.match(match[2]):
            return match[0]
        return f'{match[1]}{entities.escape(urllib.parse.urljoin(base, entities.unescape(match[2])))}"'

    return _START_TAG.sub(lambda tag: _ADDRESS_ATTRIBUTE.sub(complete, tag[0]), html)


def _image(file: Path, path: str) -> Image | None:
    extension = file.suffix.lower().removeprefix(".")
    magic = _MAGIC.get(extension)
    with file.open("rb") as stream:
        head = stream.read(64)
    if magic is None or not magic.match(head):
        return None
    if extension == "svg":
        size = _inert_svg_size(file.read_bytes())
        if size is None:
            return None
    else:
        size = _raster_size(file)
    id_ = path_id(path)
    width, height = size
    return Image(address=f"media/{id_[:2]}/{id_}.{extension}", path=path, width=width, height=height)


class _Reader:
    """An open file of which only so many parts may be read: a JPEG may have a million empty segments."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = limits.PARTS

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises `ValueError` after too many readings."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("too many parts")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Where the next reading begins."""
        return self._file.seek(offset, whence)


def _raster_size(file: Path) -> tuple[int | None, int | None]:
    try:
        with file.open("rb") as stream:
            width, height = imagesize.get(_Reader(stream))
    except (OSError, ValueError, struct.error):
        return None, None
    return (int(width), int(height)) if width > 0 and height > 0 else (None, None)


# SVG is a document, not a picture: opened by itself it may run scripts. Only drawing passes.
_SVG = "{http://www.w3.org/2000/svg}"
_SVG_ELEMENTS = frozenset(re.findall(r"\w+", """
    svg g defs title desc symbol use path rect circle ellipse line polyline polygon text tspan textPath
    linearGradient radialGradient stop clipPath mask pattern marker
"""))  # fmt: skip
_SVG_HREFS = frozenset({"href", "{http://www.w3.org/1999/xlink}href"})
_SVG_FOREIGN = re.compile(r"\{http://www\.w3\.org/XML/1998/namespace\}(lang|space)")
_SVG_ATTRIBUTE = re.compile(r"(?!on)[A-Za-z][A-Za-z0-9_-]*")
_SVG_OUTSIDE = re.compile(r"url\s*+\(\s*+(?!['\"]?#)|[\\@]|expression|javascript:|data:", re.IGNORECASE)
_SVG_DECLARED = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<\?(?!xml\s)|encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE
)


def _inert_svg_size(raw: bytes) -> tuple[int | None, int | None] | None:
    """The size of an SVG that only draws; None where it does, loads or declares anything else."""
    if raw.count(b"<") + raw.count(b"=") > limits.DRAWN or _SVG_DECLARED.search(raw):
        return None
    try:
        raw.decode("utf-8")
        root = ElementTree.fromstring(raw)  # noqa: S314  # without DOCTYPE there are no entities to expand
    except (UnicodeDecodeError, ElementTree.ParseError, RecursionError):
        return None
    if root.tag != f"{_SVG}svg" or not all(map(_draws_only, root.iter())):
        return None
    return _svg_size(root)


def _draws_only(element: ElementTree.Element) -> bool:
    if not isinstance(element.tag, str) or element.tag.removeprefix(_SVG) not in _SVG_ELEMENTS:
        return False
    for name, value in element.attrib.items():
        if name in _SVG_HREFS:
            if not value.strip().startswith("#"):
                return False
        elif not (_SVG_ATTRIBUTE.fullmatch(name) or _SVG_FOREIGN.fullmatch(name)) or _SVG_OUTSIDE.search(
            value
        ):
            return False
    return True


def _svg_size(root: ElementTree.Element) -> tuple[int | None, int | None]:
    lengths = [
        re.fullmatch(r"\s*(\d{1,5})(\.\d+)?(px)?\s*", root.get(name, "")) for name in ("width", "height")
    ]
    box = re.findall(r"\d+(?:\.\d+)?", root.get("viewBox", ""))
    if lengths[0] and lengths[1]:
        width, height = int(lengths[0][1]), int(lengths[1][1])
    elif len(box) == 4:
        width, height = round(float(box[2])), round(float(box[3]))
    else:
        return None, None
    return (width, height) if 0 < width < 100_000 and 0 < height < 100_000 else (None, None)
