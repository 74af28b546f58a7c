"""Page furniture comes off a body, and what is left says whether there is an article."""

from generator.reading.boilerplate.judge import Cleaning, judged, kept

__all__ = ["Cleaning", "judged", "kept"]
