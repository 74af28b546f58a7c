"""Modules and rules that worker processes load at start, so that none loads them during a task."""

from __future__ import annotations

from generator.engine import page_tasks, tasks
from generator.reading.boilerplate.families import built_in

__all__ = ["page_tasks", "tasks"]

built_in()
