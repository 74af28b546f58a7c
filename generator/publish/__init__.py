"""Bring the output folder to the hosts where readers find it."""

from __future__ import annotations

from generator.publish.preparing import Options, Prepared, check_free, prepare
from generator.publish.publishing import Published, publish
from generator.publish.targets import chosen, opened

__all__ = ["Options", "Prepared", "Published", "check_free", "chosen", "opened", "prepare", "publish"]
