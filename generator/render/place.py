"""Resolve the links and images of a body for the page that shows it, in Markdown and raw HTML alike."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping

import msgspec

from generator.model import addresses
from generator.render import links, structure
from generator.render.images import Image, LocalImages

_ALWAYS = {"loading": "lazy", "decoding": "async", "referrerpolicy": "no-referrer"}
_SIZE = re.compile(r"[1-9][0-9]{0,4}")
_SIZE_IN_NAME = re.compile(r"-([1-9]\d{1,3})x([1-9]\d{1,3})\.(?:jpe?g|png|webp|gif)$")
"""How WordPress ends the names of the sizes that it makes of an image."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The context of a body, against which its links and images are resolved."""

    original: str | None
    """The address of the original page, http or https."""
    id: str
    """The article's id, part of the ids in its body."""
    images: Mapping[str, Image | None] = {}
    """Percent-decoded source → image beside the clipping. These take precedence."""
    has_anchors: bool = True
    """Whether headings get ids. They have none in notes, of which a page may show several."""


def image_attributes(written: Mapping[str, str], place: Place) -> dict[str, str] | None:
    """Return the attributes of an image as it is shown; None if there is none to show."""
    source, width, height = _image_source(written, place)
    if source is None:
        return None
    attributes = {"src": source, "alt": " ".join(written.get("alt", "").split())}
    if written.get("title"):
        attributes["title"] = written["title"]
    if not width and not height and (size := _SIZE_IN_NAME.search(source)):
        width, height = size.groups()
    if _SIZE.fullmatch(width) and _SIZE.fullmatch(height):
        attributes |= {"width": width, "height": height}
    return attributes | _ALWAYS


def _image_source(written: Mapping[str, str], place: Place) -> tuple[str | None, str, str]:
    source = written.get("src", "")
    width, height = written.get("width", ""), written.get("height", "")
    if not source.startswith(("https://", "http://")) and links.is_relative(source):
        if source in _addresses_beside(place):  # resolved already, before it went through `repaired`
            return source, width, height
        local_image = place.images.get(urllib.parse.unquote(source))
        if local_image is not None:
            size = (str(local_image.width or ""), str(local_image.height or ""))
            return addresses.link(addresses.article(place.id), local_image.address), *size
        return links.resolve(source, place.original), width, height
    address = links.resolve(source, place.original) or links.data_image(source)
    if address is None or address.startswith("mailto:"):
        if place.original is None and isinstance(place.images, LocalImages):
            place.images.unreachable[source] = None
        return None, width, height
    return address, width, height


def _addresses_beside(place: Place) -> set[str]:
    own = addresses.article(place.id)
    return {addresses.link(own, image.address) for image in place.images.values() if image}


def repaired(html: str, place: Place) -> str:
    """Return valid HTML for HTML with raw pieces, with links and images resolved; not sanitised yet."""
    own_id = re.compile(rf"fn(ref)?-{re.escape(place.id)}(-[0-9]+)+")

    def link(written: Mapping[str, str]) -> dict[str, str] | None:
        href = written.get("href", "")
        if href.startswith("#") and own_id.fullmatch(href[1:]):
            return dict(written)
        address = links.resolve(href, place.original)
        return None if address is None else {**written, "href": address}

    def image(written: Mapping[str, str]) -> dict[str, str] | None:
        return image_attributes(written, place)

    return structure.repair(
        html,
        link=link,
        image=image,
        owned_ids=lambda id_: bool(own_id.fullmatch(id_)),
        has_anchors=place.has_anchors,
    )
