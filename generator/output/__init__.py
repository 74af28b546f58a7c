"""Write outputs to disk. Only changed files are written, and only our own files are deleted."""

from generator.output.assets import static_files
from generator.output.write import Transaction, clean

__all__ = ["Transaction", "clean", "static_files"]
