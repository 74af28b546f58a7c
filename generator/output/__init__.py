"""Outputs → disk: only what differs is written, only what we wrote is deleted."""

from generator.output.assets import static_files
from generator.output.write import Transaction, Written, clean

__all__ = ["Transaction", "Written", "clean", "static_files"]
