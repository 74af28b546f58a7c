"""What worker processes have from their start: modules, and rules that each would make ready for itself."""

from __future__ import annotations

from generator.engine import page_tasks, tasks
from generator.reading.boilerplate.families import built_in

__all__ = ["page_tasks", "tasks"]

built_in()
