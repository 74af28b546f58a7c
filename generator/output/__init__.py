"""Outputs → disk: only what differs is written, only what we wrote is deleted."""

from generator.output.assets import static_files
from generator.output.write import Transaction, clean

__all__ = ["Transaction", "clean", "static_files"]
