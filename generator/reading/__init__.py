"""Bytes become articles."""

from generator.reading.article import article_of
from generator.reading.discover import discover
from generator.reading.frontmatter import read_clipping

__all__ = ["article_of", "discover", "read_clipping"]
