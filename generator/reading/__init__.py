"""Turn the bytes of clippings into articles."""

from generator.reading.discover import discover

__all__ = ["discover"]
