"""Remove boilerplate from a clipping's body, and decide whether an article is left."""

from generator.reading.boilerplate.judge import Cleaning, judged, kept

__all__ = ["Cleaning", "judged", "kept"]
