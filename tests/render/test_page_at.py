"""Pages found by path are those that the plan lists."""

from __future__ import annotations

import msgspec
import pytest

from generator.engine.render_context import planned_of
from generator.model import addresses
from generator.render.page_at import page_at
from generator.render.pages import pages_of
