"""Looks up the images below the content folder that a clipping names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, partial

from generator.cache.stamps import stamp_at
from generator.cache.versions import hashed
from generator.render.images import Image, Refused, found_beside, image_at


class ImageLookup:
    """Looks up the images that one clipping names, each file once."""

    def __init__(self, content: str, path: str, ignores: Callable[[str], bool]) -> None:
        """`ignores` tells whether a pattern of `ignore` matches a file below the content folder."""
        self.content, self.path, self.ignores = content, path, ignores

    # Made when they are first called: most clippings name no such image.
    @cached_property
    def _beside(self) -> Callable[[str], tuple[str | None, bool]]:
        return cache(partial(found_beside, self.content, self.path))

    @cached_property
    def at(self) -> Callable[[str], Image | Refused | None]:
        """Returns the image in a file below the content folder; None if it is not an image."""
        return cache(partial(image_at, self.content))

    def image(self, src: str) -> Image | None:
        """Return the image that an address names; None if there is none or `ignore` excludes it."""
        file = self.file(src)
        found = None if file is None or self.ignores(file) else self.at(file)
        return found if isinstance(found, Image) else None

    def file(self, src: str) -> str | None:
        """Return the path, below the content folder, of the file that an address names."""
        return self._beside(src)[0]

    def is_no_file(self, src: str) -> bool:
        """Return whether an address names a folder, a pipe or a socket."""
        return self._beside(src)[1]

    def seen(self, pictures: Sequence[str]) -> bytes:
        """Return a hash of the files that these addresses name; empty if none exists."""
        there = [(src, file) for src in pictures if (file := self.file(src)) is not None]
        parts = [repr((src, file, stamp_at(f"{self.content}/{file}").settled())) for src, file in there]
        parts += [repr((src, "no file")) for src in pictures if self.is_no_file(src)]
        return hashed(*(part.encode("utf-8", "surrogatepass") for part in parts)) if parts else b""


def addresses(images: Iterable[Image | None]) -> tuple[tuple[str, str], ...]:
    """Return address and path of each image, sorted."""
    return tuple(sorted({(image.address, image.path) for image in images if image}))
