"""The view of the page of what a reader's browser keeps."""

from __future__ import annotations

from generator.render.views import View


class LaterView(View, frozen=True, kw_only=True):
    """`later.html`: what is kept for later, settings, and all that the browser stores. Scripts fill it."""
