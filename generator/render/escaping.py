"""Escape a text for HTML without marking the result as such, in a fifth of the time."""

from __future__ import annotations

from markupsafe import escape

try:
    from markupsafe._speedups import _escape_inner as escaped
except ImportError:  # markupsafe without its compiled extension

    def escaped(text: str, /) -> str:
        """Return a text as HTML."""
        return str(escape(text))


__all__ = ["escaped"]
