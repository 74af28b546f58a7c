"""Bring the output folder to the hosts where readers find it."""

from __future__ import annotations

from generator.publish.publishing import Prepared, Published, check_free, prepare, publish
from generator.publish.targets import chosen, opened

__all__ = ["Prepared", "Published", "check_free", "chosen", "opened", "prepare", "publish"]
