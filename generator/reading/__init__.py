"""Bytes become articles."""

from generator.reading.discover import discover

__all__ = ["discover"]
